//! M6: how canaries stand is kept as the facts say it, once each, over a restart.

use std::collections::{BTreeMap, BTreeSet};

use model::canary::{BadCall, Canary, CanaryPair, Measure, Trials};
use model::{CallId, Fact, Timestamp};

use crate::world::{NOW, World, after};

fn canary(script: &str, version: u32) -> Canary {
    let former = version - 1;
    let pair = CanaryPair { former, version };
    Canary {
        scripts: BTreeMap::from([(script.into(), pair)]),
        on_ppm: 500_000,
        worse_ppm: 100_000,
        salt: version.into(),
    }
}

fn laid(canary: Option<Canary>) -> Fact {
    Fact::CanaryLaid { canary }
}

fn bad(canary: &Canary, lot: u64, on_canary: bool) -> Fact {
    Fact::CanaryBad(BadCall {
        call: CallId::new(lot),
        canary: canary.clone(),
        lot,
        on_canary,
        measures: BTreeSet::from([Measure::Error]),
    })
}

/// A canary from its beginning to its end, with what is known then.
fn is_taken_back(canary: &Canary) -> (Trials, Vec<(Timestamp, Fact)>) {
    let mut lived = Trials::default();
    let mut facts = vec![laid(Some(canary.clone()))];
    lived.apply(&facts[0]);
    for lot in 1..60 {
        let bad = bad(canary, lot, lot % 10 != 0);
        lived.apply(&bad);
        facts.push(bad);
        if let Some(end) = lived.last().unwrap().verdict() {
            let end = Fact::CanaryEnded(end);
            lived.apply(&end);
            facts.push(end);
            break;
        }
    }
    assert!(lived.last().unwrap().ended.is_some());
    let facts = facts.into_iter();
    (lived, facts.map(|fact| (NOW, fact)).collect())
}

#[tokio::test]
async fn m6_a_start_finds_how_canaries_stand() {
    let mut world = World::new().await;
    assert_eq!(world.database.canaries().await.unwrap(), Trials::default());
    let (lived, facts) = is_taken_back(&canary("main", 2));
    let records = world.numbered(facts);
    world.database.apply(&records[..7]).await.unwrap();
    world.database.apply(&records).await.unwrap();
    let world = world.reopen().await;
    assert_eq!(world.database.canaries().await.unwrap(), lived);
}

#[tokio::test]
async fn m6_what_was_taken_back_is_known_when_another_has_bad_calls() {
    let mut world = World::new().await;
    let (mut lived, facts) = is_taken_back(&canary("main", 2));
    world.tell(facts).await;
    let night = canary("night", 5);
    let more = [
        laid(None),
        laid(Some(night.clone())),
        bad(&night, 7, true),
        // Said again by each start.
        laid(Some(night.clone())),
        bad(&night, 8, false),
    ];
    more.iter().for_each(|fact| lived.apply(fact));
    let more = more.into_iter().map(|fact| (after(1), fact));
    world.tell(more.collect()).await;
    let world = world.reopen().await;
    let known = world.database.canaries().await.unwrap();
    assert_eq!(known, lived);
    assert!(known.refusal(&"main".into(), 2).is_some());
    let standing = &known.last().unwrap().standings[&Measure::Error];
    assert_eq!((standing.canary_bad, standing.former_bad), (1, 1));
}
