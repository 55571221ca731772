//! `trunkline customer`: who is on file, lists from elsewhere, and two who are one (F1, F8, F9).

use std::str::FromStr;

use ivr::told;
use model::CustomerId;
use speech::Language;
use store::{CustomerRecord, CustomerSearch, Database, Merged, PageRequest, StoreError};
use ticket::Actor;

use super::{block_on, by_fault, now, open_store};
use crate::Failure;
use crate::cli::CustomerVerb;
use crate::config::Source;

mod import;

/// Runs the verb.
pub(crate) fn run(
    source: &Source,
    verb: CustomerVerb,
    json: bool,
    language: Language,
) -> Result<(), Failure> {
    block_on(async {
        let (_, database) = open_store(source).await?;
        let done = match verb {
            CustomerVerb::Search { text } => search(&database, text, json).await,
            CustomerVerb::Show { id } => show(&database, &id, json).await,
            CustomerVerb::Import(args) => import::run(&database, &args, json, language).await,
            CustomerVerb::Merge { id, into } => merge(&database, &id, &into, json).await,
            CustomerVerb::Unmerge { id } => unmerge(&database, &id, json).await,
        };
        database.close().await;
        done
    })
}

async fn search(database: &Database, text: String, json: bool) -> Result<(), Failure> {
    let search = CustomerSearch {
        text: Some(text),
        ..CustomerSearch::default()
    };
    let page = PageRequest {
        after: None,
        limit: store::page::LIMIT_MAX,
    };
    let found = database.customers(&search, page).await.map_err(by_fault)?;
    head(json);
    found.items.iter().try_for_each(|record| row(record, json))
}

async fn show(database: &Database, id: &str, json: bool) -> Result<(), Failure> {
    let found = database.customer(read(id)?).await.map_err(by_fault)?;
    let record = found.ok_or_else(|| by_fault(StoreError::NotFound("customer")))?;
    head(json);
    row(&record, json)?;
    if json {
        return Ok(());
    }
    for phone in &record.phones {
        let extension = match phone.extension.as_str() {
            "" => String::new(),
            extension => format!(" ext. {extension}"),
        };
        let doubt = if phone.is_certain { "" } else { " (maybe)" };
        println!("  {}{extension}{doubt}", phone.number);
    }
    for contact in &record.contacts {
        println!("  {}: {}", contact.kind, contact.value);
    }
    if let Some(note) = &record.note {
        println!("  {}", note.replace('\n', "\n  "));
    }
    Ok(())
}

async fn merge(database: &Database, id: &str, into: &str, json: bool) -> Result<(), Failure> {
    let (id, into) = (read(id)?, read(into)?);
    let done = database.merge_customers(id, into, Actor::System, now());
    both(&done.await.map_err(by_fault)?, json)
}

async fn unmerge(database: &Database, id: &str, json: bool) -> Result<(), Failure> {
    let done = database.unmerge_customer(read(id)?, Actor::System, now());
    both(&done.await.map_err(by_fault)?, json)
}

fn both(merged: &Merged, json: bool) -> Result<(), Failure> {
    head(json);
    row(&merged.merged, json)?;
    row(&merged.stands, json)
}

fn read(id: &str) -> Result<CustomerId, Failure> {
    CustomerId::from_str(id).map_err(|_| {
        Failure::Refused(told!(
            "`{id}` is no customer's id: `trunkline customer search` tells it",
            "`{id}` 不是客户的 ID：可用 `trunkline customer search` 查询"
        ))
    })
}

fn head(json: bool) {
    if !json {
        println!(
            "{:<20} {:<18} {:<4} {:<16} NAME",
            "ID", "NUMBER", "VIP", "REFERENCE"
        );
    }
}

/// The name stands last: its characters are of two widths.
fn row(record: &CustomerRecord, json: bool) -> Result<(), Failure> {
    if json {
        let text = serde_json::to_string(record);
        println!("{}", text.map_err(|error| Failure::System(error.into()))?);
        return Ok(());
    }
    let number = record.phones.first().map(|phone| phone.number.as_str());
    let merged = record
        .merged_into
        .map(|into| format!(" (merged into {into})"));
    println!(
        "{:<20} {:<18} {:<4} {:<16} {}{}{}",
        record.id.to_string(),
        number.unwrap_or("-"),
        record.vip_level,
        record.external_ref.as_deref().unwrap_or("-"),
        record.name,
        if record.is_active { "" } else { " (inactive)" },
        merged.unwrap_or_default(),
    );
    Ok(())
}
