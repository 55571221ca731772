//! `trunkline conflict`: callers and agents who must not meet (R66).

use model::{DAY_MS, Timestamp};
use serde_json::json;
use store::{Conflict, NewConflict, PageRequest};

use super::{block_on, by_fault, now, open_store};
use crate::Failure;
use crate::cli::ConflictVerb;
use crate::config::Source;

/// Runs the verb.
pub(crate) fn run(source: &Source, verb: ConflictVerb, json: bool) -> Result<(), Failure> {
    block_on(async {
        let (_, database) = open_store(source).await?;
        let done = match verb {
            ConflictVerb::Add(given) => {
                let days = given.days.map(|days| i64::from(days) * DAY_MS);
                let new = NewConflict {
                    number: given.number,
                    login: given.agent,
                    reason: given.reason,
                    owner: given.owner,
                    until: days.map(|days| Timestamp::from_ms(now().as_ms().saturating_add(days))),
                };
                let conflict = database.keep_apart(new, now()).await.map_err(by_fault)?;
                tell(&conflict, json);
                Ok(())
            }
            ConflictVerb::List => {
                let mut page = PageRequest {
                    after: None,
                    limit: store::page::LIMIT_MAX,
                };
                loop {
                    let found = database.conflicts(page).await.map_err(by_fault)?;
                    found.items.iter().for_each(|(_, one)| tell(one, json));
                    if found.next.is_none() {
                        break Ok(());
                    }
                    page.after = found.next;
                }
            }
            ConflictVerb::Remove { number, agent } => database
                .end_conflict(&number, &agent)
                .await
                .map_err(by_fault),
        };
        database.close().await;
        done
    })
}

fn tell(conflict: &Conflict, json: bool) {
    if json {
        println!(
            "{}",
            json!({
                "number": conflict.number, "agent": conflict.login, "reason": conflict.reason,
                "owner": conflict.owner, "since": conflict.since, "until": conflict.until,
            })
        );
        return;
    }
    let until = conflict.until.map(|until| until.to_string());
    println!(
        "{:<20} {:<16} until {:<24} {} ({})",
        conflict.number,
        conflict.login,
        until.as_deref().unwrap_or("taken back"),
        conflict.reason,
        conflict.owner
    );
}
