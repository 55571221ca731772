//! What happened to tickets: the one way in which a change is written (property f). The row, its entry in the timeline, its row in
//! the audit log and the fact that is to be told stand in one transaction, or none of them does.
//!
//! A fact waits in the outbox until it is known to stand in the log ([`note`]); whoever starts tells what is left there. It may be
//! told twice then, and is the same. What a verb beside a server has changed is [`left`] to the server.

use std::collections::{BTreeMap, BTreeSet};

use ::ticket::handling::Group;
use ::ticket::notice::stand_in;
use ::ticket::{Entry, Event, Order, Rules, Ticket, Visited};
use model::{AgentId, Fact, NumberPlan, TicketId};
use serde::Deserialize;
use serde_json::json;

use super::family::followers;
use super::{key, left, row};
use crate::Database;
use crate::audit::{Act, audit};
use crate::column::{big, count, from_json, json_of};
use crate::database::Connection;
use crate::error::Result;
use crate::notification::notify;
use crate::rollup::{TicketCounts, TicketTally, add_ticket};
use crate::search;

/// Most entries of a timeline in an answer.
const ENTRIES_MAX: i64 = 1_000;
/// Facts of the outbox that are told at once.
const OUTBOX_MAX: i64 = 1_000;
/// Most people whom one change concerns.
const CONCERNED_MAX: usize = 200;

/// Facts that may not stand in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untold {
    /// Whose.
    pub ticket: TicketId,
    /// Of which entry of its timeline.
    pub entry: u64,
    /// What is to be told: who is notified, then the entry.
    pub facts: Vec<Fact>,
}

/// How facts stand in the outbox; alone in rows of before there were several of one entry.
#[derive(Deserialize)]
#[serde(untagged)]
enum Posted {
    All(Vec<Fact>),
    One(Box<Fact>),
}

/// The facts of a row of the outbox.
pub(super) fn posted(row: &str) -> Result<Vec<Fact>> {
    Ok(match from_json("facts", row)? {
        Posted::All(facts) => facts,
        Posted::One(fact) => vec![*fact],
    })
}

/// What changes are written with, beside the ticket.
pub(super) struct Pen<'a> {
    /// How numbers are compared.
    pub(super) plan: NumberPlan,
    /// What the house says, for hard keys.
    pub(super) rules: &'a Rules,
    /// The groups with their people.
    pub(super) groups: &'a BTreeMap<String, Group>,
    /// Whether another process tells what is written.
    pub(super) leaves: bool,
}

impl Pen<'_> {
    /// Writes a ticket as it stands after `entries`; gives the facts that are to be told once this is committed.
    pub(super) async fn write(
        &self,
        conn: &mut Connection,
        ticket: &Ticket,
        entries: &[Entry],
    ) -> Result<Vec<Fact>> {
        let number = ticket.matter.contact.number.as_deref();
        let key = number.map(|raw| self.plan.key(raw));
        let (mut tally, mut counts) = (
            TicketTally::before(conn, ticket.id, entries).await?,
            TicketCounts::default(),
        );
        for entry in entries {
            tally.apply(entry, &mut counts);
        }
        add_ticket(conn, ticket.id, &counts).await?;
        row::update(conn, ticket, key.as_ref(), tally.since).await?;
        let revises =
            |it: &Entry| it.event.revised().is_some() || matches!(it.event, Event::Submit { .. });
        if entries.iter().any(revises) {
            key::keep(conn, self.rules, ticket).await?;
        } else {
            key::keep_up(conn, ticket).await?;
        }
        let followers = followers(conn, ticket).await?;
        let mut facts = Vec::with_capacity(entries.len());
        if !self.leaves {
            // Of one ticket all is told in its order, whoever did it.
            facts.extend(left::take_of(conn, ticket.id).await?);
        }
        for entry in entries {
            let seq = append(conn, ticket.id, entry).await?;
            let fact = self.fact(ticket, seq, entry, &followers);
            // The fact of the entry is the last: once that stands in the log, all do.
            let mut told = notify(conn, ticket, (seq, entry), self.groups).await?;
            told.push(fact);
            self.post(conn, ticket.id, seq, &told).await?;
            let action = format!("ticket.{}", entry.event.name());
            let act = Act {
                action: &action,
                entity: "ticket",
                entity_id: ticket.id.to_string(),
                before: entry.from.map(|state| json!({ "state": state })),
                after: Some(json!({ "state": entry.to, "entry": seq })),
            };
            audit(conn, entry.at, entry.actor, act).await?;
            if let Some(visited) = entry.event.visit() {
                visit(conn, ticket.id, (seq, entry), visited).await?;
            }
            if entry.changes.people.is_some() {
                watch(conn, ticket).await?;
            }
            facts.extend(told);
        }
        search::index_ticket(conn, ticket, entries).await?;
        Ok(facts)
    }

    async fn post(
        &self,
        conn: &mut Connection,
        id: TicketId,
        seq: u64,
        facts: &[Fact],
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO ticket_outbox (ticket_id, seq, fact, is_left) VALUES ($1, $2, $3, $4)",
        )
        .bind(big(id.get()))
        .bind(big(seq))
        .bind(json_of("facts", &facts)?)
        .bind(i64::from(self.leaves))
        .execute(conn)
        .await?;
        Ok(())
    }

    fn fact(&self, ticket: &Ticket, seq: u64, entry: &Entry, followers: &[AgentId]) -> Fact {
        if let Event::Submit { call, .. } = &entry.event {
            return Fact::TicketCreated {
                ticket: ticket.id,
                number: ticket.number.to_string(),
                call: *call,
                agent: ticket.handling.people.creator,
            };
        }
        Fact::TicketChanged {
            ticket: ticket.id,
            event: entry.event.name().to_owned(),
            entry: seq,
            concerns: self.concerned(ticket, &entry.event, followers),
        }
    }

    /// Whose pages show it: who entered it, was asked first, is asked or works on it, who stands in for one of them (C6), who follows it or what went into it (M3); where a group has it and nobody of
    /// it, its people; where it is urged or late, those who lead them.
    fn concerned(&self, ticket: &Ticket, event: &Event, followers: &[AgentId]) -> Vec<AgentId> {
        let handling = &ticket.handling;
        let (people, place) = (&handling.people, &handling.place);
        let ones = [people.creator, people.owner, place.named, place.assignee];
        let ones = ones.into_iter().flatten();
        let is_pressing = matches!(
            event,
            Event::Warned { .. } | Event::Breached { .. } | Event::Overdue
        ) || matches!(event, Event::Ordered(Order::Urge { .. }));
        let nobody = place.named.or(place.assignee).is_none();
        let group = place.group.as_ref().and_then(|name| self.groups.get(name));
        let members = group.into_iter().flat_map(|group| &group.members);
        let wanted = members.filter(|(_, one)| nobody || (is_pressing && one.leads));
        let wanted = wanted.map(|(agent, _)| *agent);
        let follow = people.watchers.iter().chain(followers).copied();
        // Who has to do with it comes before who looks on: of too many the last are not told.
        let mut told = BTreeSet::new();
        let asked = ones.chain(handling.approval.reviewers());
        // C6: who stands in for one of them does his work.
        let asked: Vec<AgentId> = asked
            .flat_map(|one| [Some(one), stand_in(ticket, one, self.groups)])
            .flatten()
            .collect();
        for agent in asked.into_iter().chain(wanted).chain(follow) {
            if told.len() == CONCERNED_MAX {
                break;
            }
            told.insert(agent);
        }
        told.into_iter().collect()
    }
}

/// Puts an entry at the end of the timeline; gives its number.
async fn append(conn: &mut Connection, id: TicketId, entry: &Entry) -> Result<u64> {
    let (seq,): (i64,) = sqlx::query_as(
        "INSERT INTO ticket_event (ticket_id, seq, at, kind, entry)
         VALUES ($1, (SELECT COALESCE(MAX(seq), 0) + 1 FROM ticket_event WHERE ticket_id = $1), $2, $3, $4) RETURNING seq",
    )
    .bind(big(id.get()))
    .bind(entry.at.as_ms())
    .bind(entry.event.name())
    .bind(json_of("ticket entry", entry)?)
    .fetch_one(conn)
    .await?;
    Ok(count(seq))
}

/// A return visit stands in a row of its own, for the timeline of whoever was visited. Behind its row in the audit log, at whose head all
/// wait: no other has the same id.
async fn visit(
    conn: &mut Connection,
    id: TicketId,
    (seq, entry): (u64, &Entry),
    visited: Visited,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO return_visit (id, reporter_id, at, ticket_id, seq)
         VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM return_visit), $1, $2, $3, $4)",
    )
    .bind(big(visited.reporter.unwrap_or(id).get()))
    .bind(entry.at.as_ms())
    .bind(big(id.get()))
    .bind(big(seq))
    .execute(conn)
    .await?;
    Ok(())
}

/// Who follows it stands in rows of its own, for lists of what somebody follows.
async fn watch(conn: &mut Connection, ticket: &Ticket) -> Result<()> {
    sqlx::query("DELETE FROM ticket_watcher WHERE ticket_id = $1")
        .bind(big(ticket.id.get()))
        .execute(&mut *conn)
        .await?;
    for agent in &ticket.handling.people.watchers {
        sqlx::query("INSERT INTO ticket_watcher (agent_id, ticket_id) VALUES ($1, $2)")
            .bind(big(agent.get()))
            .bind(big(ticket.id.get()))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// The entry of a timeline of which a fact tells.
pub fn entry_of(fact: &Fact) -> Option<(TicketId, u64)> {
    if let Fact::TicketCreated { ticket, .. } = fact {
        Some((*ticket, 1))
    } else if let Fact::TicketChanged { ticket, entry, .. } = fact {
        Some((*ticket, *entry))
    } else {
        None
    }
}

/// A fact stands in the log: it need not be told again.
pub(crate) async fn note(conn: &mut Connection, fact: &Fact) -> Result<()> {
    let Some((ticket, entry)) = entry_of(fact) else {
        return Ok(());
    };
    sqlx::query("DELETE FROM ticket_outbox WHERE ticket_id = $1 AND seq = $2")
        .bind(big(ticket.get()))
        .bind(big(entry))
        .execute(conn)
        .await?;
    Ok(())
}

impl Database {
    /// Facts of tickets that may not stand in the log, behind that of an entry of a ticket; at most 1,000. Those of a process that was
    /// killed are told by the next; [`Database::apply`] takes them out. What was left to a server is not among them until it is taken
    /// ([`super::TicketDesk::tell_left`]).
    pub async fn untold(&self, after: Option<(TicketId, u64)>) -> Result<Vec<Untold>> {
        let (ticket, seq) = after.map_or((0, 0), |(ticket, seq)| (ticket.get(), seq));
        let rows: Vec<(i64, i64, String)> = sqlx::query_as(
            "SELECT ticket_id, seq, fact FROM ticket_outbox WHERE is_left = 0 AND (ticket_id, seq) > ($1, $2)
             ORDER BY ticket_id, seq LIMIT $3",
        )
        .bind(big(ticket))
        .bind(big(seq))
        .bind(OUTBOX_MAX)
        .fetch_all(self.readers())
        .await?;
        let rows = rows.into_iter();
        rows.map(|(ticket, seq, fact)| {
            Ok(Untold {
                ticket: TicketId::new(count(ticket)),
                entry: count(seq),
                facts: posted(&fact)?,
            })
        })
        .collect()
    }

    /// The timeline of a ticket, oldest first, at most 1,000 entries.
    pub async fn ticket_entries(&self, id: TicketId) -> Result<Vec<Entry>> {
        let rows: Vec<(String,)> = sqlx::query_as(
            "SELECT entry FROM ticket_event WHERE ticket_id = $1 ORDER BY seq LIMIT $2",
        )
        .bind(big(id.get()))
        .bind(ENTRIES_MAX)
        .fetch_all(self.readers())
        .await?;
        let entries = rows.iter();
        entries
            .map(|(entry,)| from_json("ticket entry", entry))
            .collect()
    }
}
