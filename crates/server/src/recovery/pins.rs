//! Wrong PINs by telephone of the last hour (E9): what the store knows, and the facts that it has not applied.
//!
//! They count, and lock out, whatever process is there, be it that a database was ill and lags behind the log.

use std::collections::BTreeMap;

use model::calendar::PinRefusal;
use model::{CallId, Fact, FactRecord, Timestamp};
use store::Database;

use super::Unapplied;

/// So long wrong PINs count, and so long nobody is let in who had too many.
const COUNT_MS: i64 = 3_600 * 1_000;

/// What facts say that the database has not applied.
#[derive(Default)]
struct Told {
    wrong: Vec<PinRefusal>,
    /// The numbers of calls that arrived among them; `None`: withheld.
    numbers: BTreeMap<CallId, Option<String>>,
}

/// Which were wrong, in their order. Fails where the store or the log cannot be read.
pub(crate) async fn pins(
    unapplied: &Unapplied,
    database: &Database,
    now: Timestamp,
) -> anyhow::Result<Vec<PinRefusal>> {
    let since = Timestamp::from_ms(now.as_ms().saturating_sub(COUNT_MS));
    let mut pins = database.pin_refusals(since).await?;
    let Told { wrong, numbers } = unapplied.fold(Told::default(), Told::read).await?;
    for mut refused in wrong.into_iter().filter(|refused| refused.at >= since) {
        let number = match numbers.get(&refused.call) {
            Some(number) => number.clone(),
            None => number_of(database, refused.call).await,
        };
        if let Some(number) = number {
            refused.caller = database.number_key(&number);
        }
        pins.push(refused);
    }
    Ok(pins)
}

impl Told {
    fn read(&mut self, record: &FactRecord) {
        if let Fact::CallArrived { call, caller, .. } = &record.fact {
            self.numbers.insert(*call, caller.number.clone());
        }
        self.wrong.extend(PinRefusal::of(record.at, &record.fact));
    }
}

/// The number of a call whose arrival the database has. Where it does not tell, the try counts for its calendar alone.
async fn number_of(database: &Database, call: CallId) -> Option<String> {
    match database.call(call).await {
        Ok(cdr) => cdr?.caller.number,
        Err(error) => {
            tracing::error!(%call, %error, "whose wrong PIN it was cannot be read");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use model::Caller;
    use model::fact::Direction;
    use store::FactLog;

    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_800_000_000_000);

    fn arrived(call: u64, number: Option<&str>) -> Fact {
        Fact::CallArrived {
            call: CallId::new(call),
            caller: Caller {
                number: number.map(str::to_owned),
                display: None,
                raw: None,
            },
            called: "4001".into(),
            sip_call_id: String::new(),
            agent: None,
            direction: Direction::In,
            trunk: None,
            diverted_from: None,
        }
    }

    fn refused(call: u64, wrong: bool, locked_until: Option<Timestamp>) -> Fact {
        Fact::CalendarPinRefused {
            call: CallId::new(call),
            calendar: "office".into(),
            locked_until,
            for_all: false,
            wrong,
        }
    }

    #[tokio::test]
    async fn e9_wrong_pins_that_the_store_has_not_applied_count() {
        let folder = format!("trunkline-pins-{}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        let (mut log, _report) = FactLog::open(&folder.join("facts"), 0).unwrap();
        let url = format!("sqlite://{}/trunkline.db", folder.display());
        let database = Database::open(&url, "CN").await.unwrap();
        let (long_ago, until) = (
            Timestamp::from_ms(NOW.as_ms() - 3_600_001),
            Timestamp::from_ms(NOW.as_ms() + 60_000),
        );
        log.append(
            long_ago,
            vec![arrived(1, Some("13800001111")), refused(1, true, None)],
        )
        .unwrap();
        let story = vec![
            refused(1, true, None),
            arrived(2, None),
            refused(2, true, None),
            arrived(3, Some("+8613900002222")),
            refused(3, true, Some(until)),
            refused(3, false, Some(until)),
        ];
        log.append(NOW, story).unwrap();
        let records = log.reader().read_from(1, 100).unwrap();
        for applied in 0..=records.len() {
            database.apply(&records[..applied]).await.unwrap();
            let unapplied = Unapplied::behind(&database, log.reader(), log.last_seq());
            let known = pins(&unapplied.await.unwrap(), &database, NOW).await;
            let known = known.unwrap().into_iter();
            let known: Vec<_> = known
                .map(|one| (one.call.get(), one.caller, one.locked_until))
                .collect();
            let key = |number| database.number_key(number);
            let wanted = [
                (1, key("13800001111"), None),
                (2, String::new(), None),
                (3, key("13900002222"), Some(until)),
            ];
            assert_eq!(known, wanted, "{applied}");
        }
        database.close().await;
        std::fs::remove_dir_all(folder).unwrap();
    }
}
