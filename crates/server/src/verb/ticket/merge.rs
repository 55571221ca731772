//! `trunkline ticket merge`: two tickets about one matter become one (T26), as a page would do it.

use serde_json::Value;
use store::Command;
use ticket::{By, Order};

use super::office::{self, Office};
use crate::Failure;
use crate::config::Source;
use crate::verb::{by_fault, now};

pub(super) fn run(source: &Source, number: &str, into: &str, json: bool) -> Result<(), Failure> {
    office::run(source, async |office| {
        merge(office, number, into, json).await
    })
}

async fn merge(office: &Office, number: &str, into: &str, json: bool) -> Result<(), Failure> {
    let (ends, goes_on) = (office.ticket(number).await?, office.ticket(into).await?);
    let command = Command {
        ticket: ends.id,
        version: Some(ends.version),
        order: Order::Merge { into: goes_on.id },
        by: By::operator(),
        at: now(),
    };
    let merged = office.desk.order(command).await.map_err(by_fault)?.ticket;
    // M1: what was named may have gone into another one before.
    let stands = office.desk.survivor_of(merged.id).await.map_err(by_fault)?;
    let both = std::iter::once(merged).chain(stands);
    if json {
        both.for_each(|ticket| println!("{}", office.as_json(&ticket, Value::Null)));
    } else {
        Office::head();
        both.for_each(|ticket| office.row(&ticket));
    }
    Ok(())
}
