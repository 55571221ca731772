//! `trunkline ticket show`: a ticket with all that happened to it and to what it took over (M3). Who looks at one that few may read stands in the audit
//! log (A13).

use serde_json::{Value, json};
use store::Line;
use ticket::{Actor, Ticket};

use super::office::{self, Office};
use crate::Failure;
use crate::config::Source;
use crate::verb::{by_fault, now};

pub(super) fn run(source: &Source, number: &str, json: bool) -> Result<(), Failure> {
    office::run(source, async |office| show(office, number, json).await)
}

async fn show(office: &Office, number: &str, json: bool) -> Result<(), Failure> {
    let ticket = office.ticket(number).await?;
    if ticket.handling.is_sensitive() {
        let noted = office.desk.note_read(ticket.id, Actor::System, now());
        noted.await.map_err(by_fault)?;
    }
    let survivor = office.desk.survivor_of(ticket.id).await.map_err(by_fault)?;
    let survivor = survivor.filter(|it| it.id != ticket.id);
    let survivor = survivor.map(|it| office.number(&it));
    if json {
        let matter = &ticket.matter;
        let besides = json!({
            "body": matter.body, "fields": matter.fields, "contact": matter.contact, "due_at": ticket.handling.due_at(),
            "survivor": survivor, "timeline": timeline(office, &ticket, as_json).await?,
        });
        println!("{}", office.as_json(&ticket, besides));
        return Ok(());
    }
    head(office, &ticket, survivor.as_deref());
    let lines = timeline(office, &ticket, written).await?;
    lines.iter().for_each(|line| println!("{line}"));
    Ok(())
}

fn head(office: &Office, ticket: &Ticket, survivor: Option<&str>) {
    Office::head();
    office.row(ticket);
    if let Some(survivor) = survivor {
        println!("  -> {survivor}");
    }
    let contact = &ticket.matter.contact;
    for (key, value) in [
        ("type", ticket.matter.ticket_type.as_deref()),
        ("category", ticket.matter.category.as_deref()),
        ("name", contact.name.as_deref()),
        ("number", contact.number.as_deref()),
    ] {
        if let Some(value) = value {
            println!("  {key}: {value}");
        }
    }
    if let Some(due) = ticket.handling.due_at() {
        println!("  due: {}", office.desk.local_time(due));
    }
    if !ticket.matter.body.is_empty() {
        println!("  {}", ticket.matter.body.replace('\n', "\n  "));
    }
}

/// All lines, oldest first, each told in one way.
async fn timeline<T>(
    office: &Office,
    ticket: &Ticket,
    tell: fn(&Office, &Ticket, &Line) -> T,
) -> Result<Vec<T>, Failure> {
    let mut lines = Vec::new();
    let mut after = None;
    loop {
        let most = store::page::LIMIT_MAX;
        let page = office
            .database
            .ticket_timeline(ticket.id, None, after, most);
        let page = page.await.map_err(by_fault)?;
        lines.extend(page.items.iter().map(|line| tell(office, ticket, line)));
        if page.next.is_none() {
            return Ok(lines);
        }
        after = page.next;
    }
}

fn as_json(office: &Office, _: &Ticket, line: &Line) -> Value {
    let entry = &line.entry;
    let kind = line.ticket_type.as_deref();
    json!({
        "number": office.desk.rules().number(&line.number, kind), "at": entry.at, "by": by(office, entry.actor),
        "from": entry.from, "to": entry.to, "event": entry.event,
    })
}

fn written(office: &Office, ticket: &Ticket, line: &Line) -> String {
    let entry = &line.entry;
    let mut said = format!(
        "{}  {:<16} {:<12} {}",
        office.desk.local_time(entry.at),
        entry.event.name(),
        by(office, entry.actor),
        entry.to.name(),
    );
    if line.key.ticket != ticket.id {
        said.push_str(&format!("  ({})", line.number));
    }
    if let Some(words) = entry.event.words() {
        said.push_str(&format!("\n    {}", words.replace('\n', "\n    ")));
    }
    said
}

fn by(office: &Office, actor: Actor) -> String {
    match actor {
        Actor::Agent(agent) => office.login(agent),
        Actor::System => "system".to_owned(),
        Actor::Customer => "customer".to_owned(),
    }
}
