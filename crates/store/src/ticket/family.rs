//! A ticket with all that went into it (合并, M3): what they have is found where it stands, under the one that goes on; no row is copied or
//! rewritten, so that parting them (T27) is nothing but not finding it any more.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use ::ticket::handling::Visits;
use ::ticket::{Entry, Number, Ticket};
use model::{AgentId, CallId, TicketId, Timestamp};

use super::reader::Reader;
use super::{TicketDesk, ticket};
use crate::Database;
use crate::column::{big, count, from_json};
use crate::database::{Connection, Statement};
use crate::error::{Result, StoreError};
use crate::page::{Page, PageRequest};

/// Most calls of a ticket in an answer.
const CALLS_MAX: i64 = 200;
/// Most tickets in an answer that went into one.
const TAKEN_OVER_MAX: usize = 200;
/// Most people who are told as those who follow it.
const FOLLOWERS_MAX: i64 = 200;
/// Tickets that have gone into one another, as far as one change looks.
const FAMILY_MAX: usize = 10_000;

/// A line of a timeline, with the ticket in whose own timeline it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where it stands.
    pub key: LineKey,
    /// The number of its ticket.
    pub number: Number,
    /// The type of its ticket, whose letters stand before the number.
    pub ticket_type: Option<String>,
    /// What happened.
    pub entry: Entry,
}

/// The place of a line in the one order of a timeline: by moment, ticket and number within the ticket. As a text it is what a page is
/// asked for by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineKey {
    /// When.
    pub at: Timestamp,
    /// In whose timeline.
    pub ticket: TicketId,
    /// Its number there.
    pub entry: u64,
}

/// A ticket that went into another, with what it has of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenOver {
    /// Which.
    pub ticket: TicketId,
    /// Its number.
    pub number: Number,
    /// Its type.
    pub ticket_type: Option<String>,
    /// The one into which it went.
    pub into: TicketId,
    /// Its calls, oldest first.
    pub calls: Vec<CallId>,
    /// Who follows it.
    pub watchers: Vec<AgentId>,
}

impl TicketDesk {
    /// The calls of a ticket and of all that it took over, oldest first, at most 200. `reader`: without those of what is not for him.
    pub async fn calls_of(&self, ticket: &Ticket, reader: Option<&Reader>) -> Result<Vec<CallId>> {
        let mut conn = self.database.readers().acquire().await?;
        let mut query = Statement::new(
            "SELECT DISTINCT c.call_id FROM ticket_call c JOIN ticket t ON t.id = c.ticket_id WHERE c.ticket_id IN (",
        );
        listed(&mut query, &family(&mut conn, ticket.id).await?, reader);
        query
            .push(" ORDER BY c.call_id LIMIT ")
            .push_bind(CALLS_MAX);
        let rows: Vec<(i64,)> = query.build_query_as().fetch_all(&mut *conn).await?;
        let calls = rows.into_iter();
        Ok(calls.map(|(call,)| CallId::new(count(call))).collect())
    }

    /// What went into a ticket, at any remove, the nearest first, at most 200. `reader`: those alone that are for him.
    pub async fn taken_over(
        &self,
        id: TicketId,
        reader: Option<&Reader>,
    ) -> Result<Vec<TakenOver>> {
        let mut conn = self.database.readers().acquire().await?;
        let mut all = Vec::new();
        let family = family(&mut conn, id).await?.into_iter();
        for one in family.skip(1).take(TAKEN_OVER_MAX) {
            let found = ticket(&mut conn, one).await?;
            let is_his = |it: &Ticket| reader.is_none() || !it.matter.for_leads;
            let Some(found) = found.filter(is_his) else {
                continue;
            };
            let Some(into) = found.handling.merging.into else {
                continue;
            };
            all.push(TakenOver {
                ticket: one,
                number: found.number,
                ticket_type: found.matter.ticket_type,
                into: into.ticket,
                calls: calls(&mut conn, one).await?,
                watchers: found.handling.people.watchers.into_iter().collect(),
            });
        }
        Ok(all)
    }

    /// M5: the ticket that goes on for this one in the end; itself where it goes on.
    pub async fn survivor_of(&self, id: TicketId) -> Result<Option<Ticket>> {
        let mut conn = self.database.readers().acquire().await?;
        survivor(&mut conn, id).await
    }
}

impl Database {
    /// The timeline of a ticket with those of all that it took over, oldest first. `reader`: without what is not for him.
    pub async fn ticket_timeline(
        &self,
        id: TicketId,
        reader: Option<&Reader>,
        after: Option<LineKey>,
        limit: u32,
    ) -> Result<Page<Line, LineKey>> {
        let page = PageRequest { after: None, limit };
        let mut conn = self.readers().acquire().await?;
        let mut query = Statement::new(
            "SELECT e.at, e.ticket_id, e.seq, e.entry, t.number, t.ticket_type FROM ticket_event e
             JOIN ticket t ON t.id = e.ticket_id WHERE e.ticket_id IN (",
        );
        listed(&mut query, &family(&mut conn, id).await?, reader);
        if let Some(after) = after {
            query
                .push(" AND (e.at, e.ticket_id, e.seq) > (")
                .push_bind(after.at.as_ms())
                .push(", ")
                .push_bind(big(after.ticket.get()))
                .push(", ")
                .push_bind(big(after.entry))
                .push(")");
        }
        query
            .push(" ORDER BY e.at, e.ticket_id, e.seq LIMIT ")
            .push_bind(page.rows() as i64 + 1);
        let rows: Vec<LineRow> = query.build_query_as().fetch_all(&mut *conn).await?;
        let lines: Result<Vec<_>> = rows.into_iter().map(LineRow::line).collect();
        Ok(Page::cut(lines?, page, |line| line.key))
    }
}

/// The tickets of a family, without those that are not for `reader`.
fn listed(query: &mut Statement, family: &[TicketId], reader: Option<&Reader>) {
    for (place, one) in family.iter().enumerate() {
        query
            .push(if place == 0 { "" } else { ", " })
            .push_bind(big(one.get()));
    }
    query.push(")");
    if reader.is_some() {
        query.push(" AND t.for_leads = 0");
    }
}

#[derive(sqlx::FromRow)]
struct LineRow {
    at: i64,
    ticket_id: i64,
    seq: i64,
    entry: String,
    number: String,
    ticket_type: Option<String>,
}

impl LineRow {
    fn line(self) -> Result<Line> {
        let number = self.number.parse();
        Ok(Line {
            key: LineKey {
                at: Timestamp::from_ms(self.at),
                ticket: TicketId::new(count(self.ticket_id)),
                entry: count(self.seq),
            },
            number: number.map_err(|_| StoreError::damaged("ticket", self.number))?,
            ticket_type: self.ticket_type,
            entry: from_json("ticket entry", &self.entry)?,
        })
    }
}

impl fmt::Display for LineKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.at.as_ms(), self.ticket, self.entry)
    }
}

/// A text that is no place in a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no place in the timeline of a ticket")]
pub struct NoLine;

impl FromStr for LineKey {
    type Err = NoLine;

    fn from_str(text: &str) -> std::result::Result<Self, NoLine> {
        let mut parts = text.split('-').map(str::parse::<u64>);
        let mut part = || parts.next().and_then(std::result::Result::ok).ok_or(NoLine);
        let (at, ticket, entry) = (part()?, part()?, part()?);
        let at = i64::try_from(at).map_err(|_| NoLine)?;
        let is_over = parts.next().is_none();
        is_over
            .then_some(Self {
                at: Timestamp::from_ms(at),
                ticket: TicketId::new(ticket),
                entry,
            })
            .ok_or(NoLine)
    }
}

/// M1: the ticket that goes on: this one, or the last of those into which it went.
pub(crate) async fn survivor(conn: &mut Connection, mut id: TicketId) -> Result<Option<Ticket>> {
    for _ in 0..FAMILY_MAX {
        let Some(found) = ticket(conn, id).await? else {
            return Ok(None);
        };
        match &found.handling.merging.into {
            Some(into) => id = into.ticket,
            None => return Ok(Some(found)),
        }
    }
    Err(StoreError::damaged("ticket", "it goes into itself"))
}

/// A ticket and all that went into it, itself first.
pub(super) async fn family(conn: &mut Connection, id: TicketId) -> Result<Vec<TicketId>> {
    let rows: Vec<(i64,)> = sqlx::query_as(
        "WITH RECURSIVE family (id) AS (
           SELECT CAST($1 AS BIGINT)
           UNION SELECT t.id FROM family f JOIN ticket t ON t.merged_into = f.id WHERE t.merged_into IS NOT NULL)
         SELECT id FROM family ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END, id LIMIT $2",
    )
    .bind(big(id.get()))
    .bind(FAMILY_MAX as i64)
    .fetch_all(conn)
    .await?;
    let ids = rows.into_iter();
    Ok(ids.map(|(id,)| TicketId::new(count(id))).collect())
}

/// M6: of the tickets of a family those whose reporters are others than the first one's, of each the one by which he is `asked`
/// already, else the oldest: an older one of his that joins later has him asked no second time. Who is known is one customer whatever number
/// he called from; of others their number tells who they are.
pub(super) async fn reporters(
    conn: &mut Connection,
    family: &[TicketId],
    asked: &Visits,
) -> Result<Vec<TicketId>> {
    let mut query =
        Statement::new("SELECT t.id, t.customer_id, t.contact_key FROM ticket t WHERE t.id IN (");
    listed(&mut query, family, None);
    query.push(" ORDER BY t.id");
    let mut rows: Vec<(i64, Option<i64>, Option<String>)> =
        query.build_query_as().fetch_all(conn).await?;
    let first = family.first().map(|id| big(id.get()));
    rows.sort_by_key(|(id, ..)| {
        let is_asked = asked.others.contains_key(&TicketId::new(count(*id)));
        (Some(*id) != first, !is_asked)
    });
    let (mut customers, mut numbers, mut strangers) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut others = Vec::new();
    for (id, customer, number) in rows {
        let has = |known: &BTreeSet<String>| number.as_ref().is_some_and(|it| known.contains(it));
        let is_same = match customer {
            Some(customer) => customers.contains(&customer) || has(&strangers),
            None => has(&numbers),
        };
        if customer.is_none() {
            strangers.extend(number.clone());
        }
        customers.extend(customer);
        numbers.extend(number);
        if !is_same && Some(id) != first {
            others.push(TicketId::new(count(id)));
        }
    }
    Ok(others)
}

/// Who follows what went into a ticket.
pub(super) async fn followers(conn: &mut Connection, ticket: &Ticket) -> Result<Vec<AgentId>> {
    if ticket.handling.merging.absorbed.is_empty() {
        return Ok(Vec::new());
    }
    let family = family(conn, ticket.id).await?;
    let mut query =
        Statement::new("SELECT DISTINCT w.agent_id FROM ticket_watcher w WHERE w.ticket_id IN (");
    listed(&mut query, &family, None);
    query
        .push(" ORDER BY w.agent_id LIMIT ")
        .push_bind(FOLLOWERS_MAX);
    let rows: Vec<(i64,)> = query.build_query_as().fetch_all(conn).await?;
    let agents = rows.into_iter();
    Ok(agents.map(|(agent,)| AgentId::new(count(agent))).collect())
}

async fn calls(conn: &mut Connection, id: TicketId) -> Result<Vec<CallId>> {
    let rows: Vec<(i64,)> = sqlx::query_as(
        "SELECT call_id FROM ticket_call WHERE ticket_id = $1 ORDER BY call_id LIMIT $2",
    )
    .bind(big(id.get()))
    .bind(CALLS_MAX)
    .fetch_all(conn)
    .await?;
    let calls = rows.into_iter();
    Ok(calls.map(|(call,)| CallId::new(count(call))).collect())
}
