//! How canaries of scripts stood in the former process (M6): what the store knows, and the facts that it has not applied.
//!
//! A text that was taken back leads nobody after a crash either, be it that a database was ill and lags behind the log.

use model::canary::Trials;
use store::Database;

use super::Unapplied;

/// What the facts say. Fails where the store or the log cannot be read: then nobody knows what was refused.
pub(crate) async fn canaries(unapplied: &Unapplied, database: &Database) -> anyhow::Result<Trials> {
    let trials = database.canaries().await?;
    let known = unapplied.fold(trials, |trials, record| trials.apply(&record.fact));
    known.await
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use model::canary::{BadCall, Canary, CanaryPair, Measure, TrialState};
    use model::{CallId, Fact, Timestamp};
    use store::FactLog;

    use super::*;

    fn story() -> Vec<Fact> {
        let pair = CanaryPair {
            former: 1,
            version: 2,
        };
        let canary = Canary {
            scripts: BTreeMap::from([("main".into(), pair)]),
            on_ppm: 500_000,
            worse_ppm: 100_000,
            salt: 0,
        };
        let mut trials = Trials::default();
        let mut facts = vec![Fact::CanaryLaid {
            canary: Some(canary.clone()),
        }];
        for lot in 1..60 {
            facts.push(Fact::CanaryBad(BadCall {
                call: CallId::new(lot),
                canary: canary.clone(),
                lot,
                on_canary: true,
                measures: BTreeSet::from([Measure::Lost]),
            }));
            facts.iter().for_each(|fact| trials.apply(fact));
            if let Some(end) = trials.last().unwrap().verdict() {
                facts.push(Fact::CanaryEnded(end));
                break;
            }
        }
        facts
    }

    #[tokio::test]
    async fn m6_facts_that_the_store_has_not_applied_count() {
        let folder = format!("trunkline-canaries-{}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        let (mut log, _report) = FactLog::open(&folder.join("facts"), 0).unwrap();
        let url = format!("sqlite://{}/trunkline.db", folder.display());
        let database = Database::open(&url, "CN").await.unwrap();
        let at = Timestamp::from_ms(1_800_000_000_000);
        log.append(at, story()).unwrap();
        let last_seq = log.last_seq();
        let records = log.reader().read_from(1, 1_000).unwrap();
        // Only what the former process told counts.
        let before = Unapplied::behind(&database, log.reader(), last_seq - 1);
        let known = canaries(&before.await.unwrap(), &database).await.unwrap();
        assert_eq!(known.state(), Some(TrialState::Running));
        for applied in [0, 4, records.len()] {
            database.apply(&records[..applied]).await.unwrap();
            let unapplied = Unapplied::behind(&database, log.reader(), last_seq);
            let known = canaries(&unapplied.await.unwrap(), &database).await;
            let known = known.unwrap();
            assert_eq!(known.state(), Some(TrialState::TakenBack), "{applied}");
            assert!(known.refusal(&"main".into(), 2).is_some());
        }
        database.close().await;
        std::fs::remove_dir_all(folder).unwrap();
    }
}
