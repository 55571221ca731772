//! `trunkline number-list`: numbers that are barred, let through or come first (A7, F5, F6).

use model::number_list::Place;
use model::{Bar, DAY_MS, NumberEntry, NumberListFault, Timestamp};
use serde_json::json;
use store::{NewNumberEntry, NumberEntryFilter, PageRequest};
use ticket::Actor;

use super::{block_on, by_fault, now, open_store};
use crate::Failure;
use crate::cli::{NumberListArgs, NumberListVerb};
use crate::config::Source;
use crate::config::cause::Cause;

/// Runs the verb.
pub(crate) fn run(source: &Source, verb: NumberListVerb, json: bool) -> Result<(), Failure> {
    block_on(async {
        let (_, database) = open_store(source).await?;
        let done = match verb {
            NumberListVerb::Add(given) => {
                let names = source.load(1, None)?.outgoing.names;
                let new = wanted(given).map_err(|fault| Failure::Refused(fault.told()))?;
                let added = database.add_number_entry(new, &names, Actor::System, now());
                let added = added.await.map_err(by_fault)?;
                tell(&added, json);
                Ok(())
            }
            NumberListVerb::List { list, number } => {
                let list = list.map(|list| list.parse()).transpose();
                let list = list.map_err(|fault: NumberListFault| Failure::Refused(fault.told()))?;
                let filter = NumberEntryFilter { list, number };
                let mut page = PageRequest {
                    after: None,
                    limit: store::page::LIMIT_MAX,
                };
                loop {
                    let found = database.number_entries(&filter, page).await;
                    let found = found.map_err(by_fault)?;
                    found.items.iter().for_each(|entry| tell(entry, json));
                    if found.next.is_none() {
                        break Ok(());
                    }
                    page.after = found.next;
                }
            }
            NumberListVerb::Remove { id } => database
                .remove_number_entry(id, Actor::System, now())
                .await
                .map_err(by_fault),
        };
        database.close().await;
        done
    })
}

fn wanted(given: NumberListArgs) -> Result<NewNumberEntry, NumberListFault> {
    let days = given.days.map(|days| i64::from(days) * DAY_MS);
    let scope: Result<Vec<Place>, _> = given.scope.iter().map(|place| place.parse()).collect();
    let bar: Option<Bar> = given.action.map(|bar| bar.parse()).transpose()?;
    Ok(NewNumberEntry {
        list: given.list.parse()?,
        numbers: given.numbers,
        scope: scope?,
        bar,
        vip_level: given.level.unwrap_or(0),
        reason: given.reason,
        owner: given.owner,
        note: given.note,
        until: days.map(|days| Timestamp::from_ms(now().as_ms().saturating_add(days))),
    })
}

fn tell(entry: &NumberEntry, json: bool) {
    let until = entry.until.map(|until| until.to_string());
    if json {
        println!(
            "{}",
            json!({
                "id": entry.id, "list": entry.list, "numbers": entry.numbers.to_string(), "scope": entry.scope, "action": entry.bar,
                "vip_level": entry.vip_level, "reason": entry.reason, "owner": entry.owner, "note": entry.note, "since": entry.since,
                "until": entry.until, "hits": entry.hits, "last_hit_at": entry.last_hit_at, "version": entry.version,
            })
        );
        return;
    }
    let places: Vec<String> = entry.scope.places().map(Place::to_string).collect();
    let says = match &entry.bar {
        Some(bar) => bar.to_string(),
        None if entry.vip_level > 0 => format!("level {}", entry.vip_level),
        None => "passes".to_owned(),
    };
    let place = if places.is_empty() {
        String::new()
    } else {
        format!(" [{}]", places.join(", "))
    };
    let note = entry.note.as_ref().map(|note| format!("; {note}"));
    println!(
        "{}  {:<5} {:<20} {:<16} until {:<24} {:>5} hits  {} ({}){}{}",
        entry.id,
        entry.list.name(),
        entry.numbers.to_string(),
        says,
        until.as_deref().unwrap_or("taken back"),
        entry.hits,
        entry.reason,
        entry.owner,
        note.unwrap_or_default(),
        place,
    );
}
