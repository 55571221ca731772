//! Which calendars the former process had left closed (E9): what the store knows, and the facts that it has not applied.
//!
//! A house that was closed stays closed over a crash, be it that a database was ill and lags behind the log.

use std::collections::BTreeMap;

use model::Fact;
use model::calendar::Closure;
use store::Database;

use super::Unapplied;

/// What closes which calendar. Fails where the store or the log cannot be read.
pub(crate) async fn closings(
    unapplied: &Unapplied,
    database: &Database,
) -> anyhow::Result<BTreeMap<String, Closure>> {
    let closed = database.closures().await?;
    let known = unapplied.fold(closed, |closed, record| {
        if let Fact::CalendarClosed { calendar, closure } = &record.fact {
            closed.insert(calendar.clone(), closure.clone());
        } else if let Fact::CalendarOpened { calendar, .. } = &record.fact {
            closed.remove(calendar);
        }
    });
    known.await
}

#[cfg(test)]
mod tests {
    use model::calendar::ClosedBy;
    use model::{AgentId, Timestamp};
    use store::FactLog;

    use super::*;

    #[tokio::test]
    async fn e9_closings_that_the_store_has_not_applied_hold() {
        let folder = format!("trunkline-closings-{}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        let (mut log, _report) = FactLog::open(&folder.join("facts"), 0).unwrap();
        let url = format!("sqlite://{}/trunkline.db", folder.display());
        let database = Database::open(&url, "CN").await.unwrap();
        let at = Timestamp::from_ms(1_800_000_000_000);
        let closed = |calendar: &str| Fact::CalendarClosed {
            calendar: calendar.to_owned(),
            closure: Closure {
                since: at,
                until: Timestamp::from_ms(at.as_ms() + 3_600_000),
                reason: "storm".to_owned(),
                by: ClosedBy::Agent(AgentId::new(1)),
            },
        };
        let opened = Fact::CalendarOpened {
            calendar: "office".to_owned(),
            by: None,
        };
        let story = vec![closed("office"), closed("night"), opened];
        log.append(at, story).unwrap();
        let last_seq = log.last_seq();
        let records = log.reader().read_from(1, 10).unwrap();
        for applied in 0..=records.len() {
            database.apply(&records[..applied]).await.unwrap();
            let unapplied = Unapplied::behind(&database, log.reader(), last_seq);
            let known = closings(&unapplied.await.unwrap(), &database).await;
            let known: Vec<String> = known.unwrap().into_keys().collect();
            assert_eq!(known, ["night"], "{applied}");
        }
        database.close().await;
        std::fs::remove_dir_all(folder).unwrap();
    }
}
