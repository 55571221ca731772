//! `trunkline barred`: callers whose calls are turned away (A7).

use model::{Bar, BarredCaller, Timestamp};
use serde_json::json;
use store::{NewBarred, PageRequest};
use ticket::Actor;

use super::{block_on, by_fault, now, open_store};
use crate::Failure;
use crate::cli::BarredVerb;
use crate::config::Source;
use crate::config::cause::Cause;

const DAY_MS: i64 = 24 * 3_600_000;

/// Runs the verb.
pub(crate) fn run(source: &Source, verb: BarredVerb, json: bool) -> Result<(), Failure> {
    block_on(async {
        let (_, database) = open_store(source).await?;
        let done = match verb {
            BarredVerb::Add(given) => {
                let bar: Bar = given
                    .action
                    .parse()
                    .map_err(|error: model::barred::NoBar| Failure::Refused(error.told()))?;
                let days = given.days.map(|days| i64::from(days) * DAY_MS);
                let new = NewBarred {
                    number: given.number,
                    bar,
                    reason: given.reason,
                    owner: given.owner,
                    note: given.note,
                    until: days.map(|days| Timestamp::from_ms(now().as_ms().saturating_add(days))),
                };
                let barred = database
                    .bar_caller(new, Actor::System, now())
                    .await
                    .map_err(by_fault)?;
                tell(&barred, json);
                Ok(())
            }
            BarredVerb::List => {
                let mut page = PageRequest {
                    after: None,
                    limit: store::page::LIMIT_MAX,
                };
                loop {
                    let found = database.barred_callers(page).await.map_err(by_fault)?;
                    found
                        .items
                        .iter()
                        .for_each(|(_, barred)| tell(barred, json));
                    if found.next.is_none() {
                        break Ok(());
                    }
                    page.after = found.next;
                }
            }
            BarredVerb::Remove { number } => database
                .unbar_caller(&number, Actor::System, now())
                .await
                .map_err(by_fault),
        };
        database.close().await;
        done
    })
}

fn tell(barred: &BarredCaller, json: bool) {
    let until = barred.until.map(|until| until.to_string());
    if json {
        println!(
            "{}",
            json!({
                "number": barred.number, "action": barred.bar, "reason": barred.reason, "owner": barred.owner,
                "note": barred.note, "since": barred.since, "until": barred.until, "hits": barred.hits,
                "last_hit_at": barred.last_hit_at,
            })
        );
        return;
    }
    println!(
        "{:<20} {:<16} until {:<24} {:>5} hits  {} ({}){}",
        barred.number,
        barred.bar.to_string(),
        until.as_deref().unwrap_or("taken back"),
        barred.hits,
        barred.reason,
        barred.owner,
        barred
            .note
            .as_ref()
            .map(|note| format!("; {note}"))
            .unwrap_or_default()
    );
}
