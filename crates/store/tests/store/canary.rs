//! M6: how the last canary stands is kept as the facts say it, once each, over a restart.

use std::collections::{BTreeMap, BTreeSet};

use model::canary::{BadCall, Canary, CanaryPair, Measure, Trial};
use model::{CallId, Fact};

use crate::world::{NOW, World, after};

#[tokio::test]
async fn m6_a_start_finds_how_the_last_canary_stands() {
    let mut world = World::new().await;
    assert_eq!(world.database.canary().await.unwrap(), None);
    let pair = CanaryPair {
        former: 1,
        version: 2,
    };
    let canary = Canary {
        scripts: BTreeMap::from([("main".into(), pair)]),
        on_ppm: 500_000,
        worse_ppm: 100_000,
    };
    let mut lived = Trial::new(canary.clone());
    let mut facts = Vec::new();
    for lot in 1..60 {
        let bad = BadCall {
            call: CallId::new(lot),
            canary: canary.clone(),
            lot,
            on_canary: lot % 10 != 0,
            measures: BTreeSet::from([Measure::Error]),
        };
        let end = lived.note(&bad);
        facts.push((after(i64::try_from(lot).unwrap()), Fact::CanaryBad(bad)));
        facts.extend(end.map(|end| (NOW, Fact::CanaryEnded(end))));
    }
    assert!(lived.ended.is_some());
    let records = world.numbered(facts);
    world.database.apply(&records[..7]).await.unwrap();
    world.database.apply(&records).await.unwrap();
    let world = world.reopen().await;
    assert_eq!(world.database.canary().await.unwrap(), Some(lived));
}
