//! Words found in tickets and in notes about customers (J7), without another service: the newest first, never by rank, so that a common
//! word is found as fast as a rare one. What a reader may not read is not among what is found, nor among what is counted.

use std::collections::BTreeMap;
use std::time::Duration;

use ::ticket::Ticket;
use model::{CustomerId, Timestamp};

use crate::Database;
use crate::column::{big, count};
use crate::database::{Connection, Statement, Words};
use crate::directory::customer::CustomerNote;
use crate::error::Result;
use crate::page::{Page, PageRequest};
use crate::ticket::{self, Reader, survivor};

pub(crate) use index::{begin_anew, index_note, index_ticket, shelf_of_open};
use look::Look;
pub use look::PATIENCE;
pub use question::{PHRASES_MAX, QUESTION_CHARS_MAX, Question, QuestionError};
pub(crate) use segment::is_han;
pub use snippet::Piece;

mod index;
mod look;
mod question;
mod segment;
mod snippet;

/// So many are counted; of more it is said that they are more.
pub const COUNTED_MAX: u64 = 200;

/// The table of what has words; another, which has them, is the database's own (`database/words`). Both can be made again.
pub(crate) const TABLE: &str = "search_document";

/// What is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SearchKind {
    /// A ticket: its number, what it is about, and what was written to it.
    Ticket,
    /// A note about a customer.
    CustomerNote,
}

/// Whose words are looked for, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchRequest {
    /// What they are.
    pub question: Question,
    /// In what; at least one kind.
    pub kinds: Vec<SearchKind>,
    /// Of things that began then or later.
    pub since: Timestamp,
    /// Who asks; `None` reads all.
    pub readable_by: Option<Reader>,
}

/// A page of what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The newest first.
    pub page: Page<Hit>,
    /// How many there are, counted up to [`COUNTED_MAX`]; on the first page alone.
    pub many: Option<u64>,
    /// Whether there are more than were counted, or may be: time was up.
    pub is_more: bool,
    /// Since when was looked: later than asked for where time was up.
    pub since: Timestamp,
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Its id.
    pub id: u64,
    /// What it is.
    pub what: Matched,
    /// Where the words stand; empty for a ticket that few may read: what it says is read by opening it (A13).
    pub snippet: Vec<Piece>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matched {
    /// A ticket, and the one that goes on for it where it was merged (M5), if that may be read.
    Ticket(Box<Ticket>, Option<Box<Ticket>>),
    /// A note, and the customer who stands for the one whom it is about (F9).
    Note(CustomerNote, CustomerId),
}

impl SearchKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Ticket, Self::CustomerNote];

    /// In APIs and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ticket => "ticket",
            Self::CustomerNote => "customer_note",
        }
    }
}

/// A thing that was found.
#[derive(Debug)]
struct Row {
    id: i64,
    kind: String,
}

impl Database {
    /// What has all the words of a question. It looks back no longer than `patience` (and one window more): of a page that is not full
    /// then, `next` is where it goes on.
    pub async fn search(
        &self,
        request: &SearchRequest,
        page: PageRequest,
        patience: Duration,
    ) -> Result<Found> {
        let mut conn = self.readers().acquire().await?;
        let counts = page.after.is_none();
        let wanted = match counts {
            true => page.rows().max(COUNTED_MAX as usize) + 1,
            false => page.rows() + 1,
        };
        let look = Look::begin(request, page.after, patience, &mut conn).await?;
        let seen = look.go(request, wanted, &mut conn).await?;
        let many = seen.rows.len() as u64;
        let mut rows = Page::cut(seen.rows, page, |row| count(row.id));
        let mut since = request.since;
        if let (None, Some(stopped)) = (rows.next, seen.stopped_at) {
            rows.next = Some(stopped);
            since = Timestamp::from_ms(model::id::moment_of(stopped).as_millis() as i64);
        }
        let items = request.hits(&mut conn, &rows.items).await?;
        let next = rows.next;
        Ok(Found {
            page: Page { items, next },
            many: counts.then_some(many.min(COUNTED_MAX)),
            is_more: counts && (many > COUNTED_MAX || seen.stopped_at.is_some()),
            since,
        })
    }
}

impl SearchRequest {
    /// What they are, without those that went meanwhile.
    async fn hits(&self, conn: &mut Connection, rows: &[Row]) -> Result<Vec<Hit>> {
        let is_note = |row: &Row| row.kind == SearchKind::CustomerNote.name();
        let ids: Vec<i64> = rows
            .iter()
            .filter(|row| !is_note(row))
            .map(|it| it.id)
            .collect();
        let mut tickets = BTreeMap::new();
        for ticket in ticket::each(conn, &ids).await? {
            let ticket = ticket?;
            tickets.insert(big(ticket.id.get()), ticket);
        }
        let mut entries = index::entries_of(conn, &ids).await?;
        let mut hits = Vec::with_capacity(rows.len());
        for row in rows {
            if is_note(row) {
                hits.extend(self.note(conn, row.id).await?);
            } else if let Some(found) = tickets.remove(&row.id) {
                let entries = entries.remove(&row.id).unwrap_or_default();
                hits.push(self.ticket(conn, found, &entries).await?);
            }
        }
        Ok(hits)
    }

    async fn note(&self, conn: &mut Connection, id: i64) -> Result<Option<Hit>> {
        let found = note(conn, id).await?;
        Ok(found.map(|(note, customer)| Hit {
            id: count(id),
            snippet: snippet::snippet(&self.question, [note.body.as_str()]),
            what: Matched::Note(note, customer),
        }))
    }

    async fn ticket(
        &self,
        conn: &mut Connection,
        found: Ticket,
        entries: &[String],
    ) -> Result<Hit> {
        let mut pieces = Vec::new();
        if !found.handling.is_sensitive() {
            let texts = index::texts(&found, entries.iter())?;
            pieces = snippet::snippet(&self.question, texts.iter().map(String::as_str));
        }
        let mut goes_on = None;
        if found.handling.merging.into.is_some() {
            let reader = self.readable_by.as_ref();
            let may_read = |it: &Ticket| reader.is_none_or(|reader| reader.may_read(it));
            goes_on = survivor(conn, found.id).await?.filter(may_read);
        }
        Ok(Hit {
            id: found.id.get(),
            what: Matched::Ticket(Box::new(found), goes_on.map(Box::new)),
            snippet: pieces,
        })
    }
}

/// The condition that `w` has the words, and began then or later.
pub(crate) fn push_match(
    query: &mut Statement,
    words: &Words,
    question: &Question,
    since: Timestamp,
) {
    query
        .push(words.has)
        .push_bind(question.rendered(words))
        .push(words.asked);
    let least = model::id::least_of(since.into());
    query
        .push(" AND ")
        .push(words.id)
        .push(" >= ")
        .push_bind(big(least));
}

/// A note, and who stands for the customer.
async fn note(conn: &mut Connection, id: i64) -> Result<Option<(CustomerNote, CustomerId)>> {
    let row: Option<(i64, i64, i64, String, i64)> = sqlx::query_as(
        "SELECT n.customer_id, n.at, n.agent_id, n.body, COALESCE(c.merged_into_id, c.id)
         FROM customer_note n JOIN customer c ON c.id = n.customer_id WHERE n.id = $1",
    )
    .bind(id)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|(customer, at, agent, body, stands)| {
        let note = CustomerNote {
            id: count(id),
            customer: CustomerId::new(count(customer)),
            at: Timestamp::from_ms(at),
            agent: model::AgentId::new(count(agent)),
            body,
        };
        (note, CustomerId::new(count(stands)))
    }))
}
