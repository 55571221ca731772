//! One timeline of a customer (F10): calls, tickets, return visits, surveys, messages, notes, newest first, with those who were merged into
//! him.
//!
//! Nothing is copied for it: each kind of moment is read from its own table along an index, a page of each, and put in order.
//! A call that came before he was on file is his if its number certainly is, and his alone.

use std::cmp::Reverse;

use model::{AgentId, CallId, CustomerId, TicketId};
use ticket::Entry;

use super::moment::{Kind, Moment, MomentKey};
use crate::Database;
use crate::column::{big, count, from_json};
use crate::database::{Bound, Connection, Statement};
use crate::directory::reach::Whose;
use crate::error::Result;
use crate::page::PageRequest;
use crate::ticket::{Reader, readable};

/// Numbers that are certainly his, and nobody else's.
const OWN_NUMBERS: &str = "SELECT n.number_key FROM customer_number n
   WHERE n.customer_id = $1 AND n.confidence = 'known' AND n.is_shared = 0 AND NOT EXISTS
     (SELECT o.customer_id FROM customer_number o
      WHERE o.number_key = n.number_key AND o.customer_id <> $1 AND o.confidence = 'known')";

/// The customer and those who were merged into him.
const FAMILY: &str = "SELECT id FROM customer WHERE id = $1 OR merged_into_id = $1";

/// Text for `$1`, the customer or the number: whose calls.
macro_rules! of_customer {
    () => {
        "customer_id = $1"
    };
}
macro_rules! of_number {
    () => {
        "peer_key = $1 AND customer_id IS NULL"
    };
}

/// The calls of one source that began before a moment, the last ones; each is a moment itself, so that what belongs to older ones stands on
/// a later page.
macro_rules! last_calls {
    ($whose:expr) => {
        concat!(
            "(SELECT id FROM call_record WHERE ",
            $whose,
            " AND started_at <= $2 ORDER BY started_at DESC, id DESC LIMIT 1000)"
        )
    };
}

/// Who reads decides what is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineReader {
    /// Those tickets alone that this person may read; `None`: all.
    pub tickets_of: Option<Reader>,
    /// Of whose service surveys are among it.
    pub surveys_of: Whose,
}

/// A page of a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// What happened, newest first.
    pub items: Vec<(MomentKey, Moment)>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<MomentKey>,
}

/// What a page asks for.
struct Window {
    /// The customer and those who were merged into him.
    family: Vec<i64>,
    /// Numbers that are certainly his.
    numbers: Vec<String>,
    before: MomentKey,
    limit: i64,
}

/// Whose rows: read one by one along its index, for an index gives no order across several.
enum Source<'a> {
    Customer(i64),
    Number(&'a str),
}

impl Window {
    async fn of(
        conn: &mut Connection,
        customer: CustomerId,
        after: Option<MomentKey>,
        rows: usize,
    ) -> Result<Self> {
        let id = big(customer.get());
        let family: Vec<(i64,)> = sqlx::query_as(FAMILY)
            .bind(id)
            .fetch_all(&mut *conn)
            .await?;
        let numbers: Vec<(String,)> = sqlx::query_as(OWN_NUMBERS).bind(id).fetch_all(conn).await?;
        Ok(Self {
            family: family.into_iter().map(|(id,)| id).collect(),
            numbers: numbers.into_iter().map(|(number,)| number).collect(),
            before: after.unwrap_or(MomentKey::END),
            limit: rows as i64 + 1,
        })
    }

    /// The bound for rows of a kind: before this time, or at it with an id below.
    fn bound(&self, kind: Kind) -> (i64, i64) {
        let id = match kind.cmp(&self.before.kind) {
            std::cmp::Ordering::Less => i64::MAX,
            std::cmp::Ordering::Equal => self.before.id,
            std::cmp::Ordering::Greater => i64::MIN,
        };
        (self.before.at, id)
    }

    fn customers(&self) -> impl Iterator<Item = Source<'_>> {
        self.family.iter().map(|id| Source::Customer(*id))
    }

    /// Calls are his, or nobody's by a number of his.
    fn callers(&self) -> impl Iterator<Item = Source<'_>> {
        let numbers = self.numbers.iter().map(|number| Source::Number(number));
        self.customers().chain(numbers)
    }

    /// A text of which `$1` is the source, `$2` and `$3` the bound of a kind, and `$4` the limit.
    fn query(&self, kind: Kind, source: &Source<'_>, text: &'static str) -> Statement {
        let (at, id) = self.bound(kind);
        let whose = match source {
            Source::Customer(customer) => Bound::Big(*customer),
            Source::Number(number) => Bound::Text((*number).to_owned()),
        };
        let rest = [at, id, self.limit].map(Bound::Big);
        Statement::with(text, std::iter::once(whose).chain(rest).collect())
    }
}

impl Source<'_> {
    /// The text for a customer, or that for a number.
    const fn text(&self, of_customer: &'static str, of_number: &'static str) -> &'static str {
        match self {
            Self::Customer(_) => of_customer,
            Self::Number(_) => of_number,
        }
    }
}

impl Database {
    /// A page of what happened between a customer and the house, from a moment on.
    pub async fn customer_timeline(
        &self,
        customer: CustomerId,
        reader: TimelineReader,
        after: Option<MomentKey>,
        limit: u32,
    ) -> Result<Timeline> {
        let rows = PageRequest { after: None, limit }.rows();
        let mut conn = self.readers().acquire().await?;
        let window = Window::of(&mut conn, customer, after, rows).await?;
        let mut items = Vec::new();
        for source in window.customers() {
            items.extend(notes(&mut conn, &window, &source).await?);
            items.extend(surveys(&mut conn, &window, &source, &reader.surveys_of).await?);
            let tickets_of = reader.tickets_of.as_ref();
            items.extend(tickets(&mut conn, &window, &source, tickets_of).await?);
            items.extend(visits(&mut conn, &window, &source, tickets_of).await?);
        }
        for source in window.callers() {
            items.extend(messages(&mut conn, &window, &source).await?);
            items.extend(calls(&mut conn, &window, &source).await?);
        }
        items.sort_by_key(|(key, _)| Reverse(*key));
        // A call of his that is also a call of his number stands once.
        items.dedup_by_key(|(key, _)| *key);
        let more = items.len() > rows;
        items.truncate(rows);
        let next = items.last().filter(|_| more).map(|(key, _)| *key);
        Ok(Timeline { items, next })
    }
}

async fn notes(
    conn: &mut Connection,
    window: &Window,
    source: &Source<'_>,
) -> Result<Vec<(MomentKey, Moment)>> {
    let mut query = window.query(
        Kind::Note,
        source,
        "SELECT id, at, agent_id, body FROM customer_note
         WHERE customer_id = $1 AND (at, id) < ($2, $3) ORDER BY at DESC, id DESC LIMIT $4",
    );
    let rows: Vec<(i64, i64, i64, String)> = query.build_query_as().fetch_all(conn).await?;
    let note = |(id, at, agent, body)| {
        let agent = AgentId::new(count(agent));
        (Kind::Note.key(at, id), Moment::Note { agent, body })
    };
    Ok(rows.into_iter().map(note).collect())
}

macro_rules! messages {
    ($whose:expr) => {
        concat!(
            "SELECT v.id, v.left_at, v.call_id, v.mailbox FROM voicemail v WHERE v.call_id IN ",
            last_calls!($whose),
            " AND v.removed_at IS NULL AND (v.left_at, v.id) < ($2, $3) ORDER BY v.left_at DESC, v.id DESC LIMIT $4"
        )
    };
}

async fn messages(
    conn: &mut Connection,
    window: &Window,
    source: &Source<'_>,
) -> Result<Vec<(MomentKey, Moment)>> {
    let text = source.text(messages!(of_customer!()), messages!(of_number!()));
    let mut query = window.query(Kind::Message, source, text);
    let rows: Vec<(i64, i64, i64, String)> = query.build_query_as().fetch_all(conn).await?;
    let message = |(id, at, call, mailbox): (i64, i64, i64, String)| {
        let moment = Moment::Message {
            call: CallId::new(count(call)),
            mailbox: mailbox.as_str().into(),
        };
        (Kind::Message.key(at, id), moment)
    };
    Ok(rows.into_iter().map(message).collect())
}

async fn surveys(
    conn: &mut Connection,
    window: &Window,
    source: &Source<'_>,
    of: &Whose,
) -> Result<Vec<(MomentKey, Moment)>> {
    type Row = (i64, i64, String, String, Option<i64>);
    let mut query = window.query(
        Kind::Survey,
        source,
        concat!(
            "SELECT s.call_id, s.at, s.form, s.outcome, s.agent_id FROM survey s WHERE s.call_id IN ",
            last_calls!(of_customer!()),
            " AND (s.at, s.call_id) < ($2, $3)"
        ),
    );
    of.narrow(&mut query, "s.agent_id");
    query.push(" ORDER BY s.at DESC, s.call_id DESC LIMIT $4");
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    let survey = |(call, at, form, outcome, agent): Row| {
        let moment = Moment::Survey {
            call: CallId::new(count(call)),
            form,
            outcome,
            agent: agent.map(|agent| AgentId::new(count(agent))),
        };
        (Kind::Survey.key(at, call), moment)
    };
    Ok(rows.into_iter().map(survey).collect())
}

async fn tickets(
    conn: &mut Connection,
    window: &Window,
    source: &Source<'_>,
    reader: Option<&Reader>,
) -> Result<Vec<(MomentKey, Moment)>> {
    type Row = (i64, i64, String, String, String);
    let mut query = window.query(
        Kind::Ticket,
        source,
        "SELECT t.id, t.created_at, t.number, t.subject, t.state FROM ticket t
         WHERE t.customer_id = $1 AND (t.created_at, t.id) < ($2, $3)",
    );
    if let Some(reader) = reader {
        reader.narrow(&mut query);
    }
    query.push(" ORDER BY t.created_at DESC, t.id DESC LIMIT $4");
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    let ticket = |(id, at, number, subject, state): Row| {
        let moment = Moment::Ticket {
            ticket: TicketId::new(count(id)),
            number: readable(number),
            subject,
            state,
        };
        (Kind::Ticket.key(at, id), moment)
    };
    Ok(rows.into_iter().map(ticket).collect())
}

/// Visits about his last tickets: of each the visits are read along their index, so that what he was asked about an older one stands on a
/// later page.
async fn visits(
    conn: &mut Connection,
    window: &Window,
    source: &Source<'_>,
    reader: Option<&Reader>,
) -> Result<Vec<(MomentKey, Moment)>> {
    let mut query = window.query(
        Kind::Visit,
        source,
        "SELECT v.id, v.at, t.id, t.number, e.entry FROM return_visit v
         JOIN ticket t ON t.id = v.ticket_id JOIN ticket_event e ON e.ticket_id = v.ticket_id AND e.seq = v.seq
         WHERE v.reporter_id IN
           (SELECT id FROM ticket WHERE customer_id = $1 AND created_at <= $2 ORDER BY created_at DESC, id DESC LIMIT 1000)
           AND (v.at, v.id) < ($2, $3)",
    );
    if let Some(reader) = reader {
        reader.narrow(&mut query);
    }
    query.push(" ORDER BY v.at DESC, v.id DESC LIMIT $4");
    let rows: Vec<(i64, i64, i64, String, String)> = query.build_query_as().fetch_all(conn).await?;
    let visit = |(id, at, ticket, number, entry): (i64, i64, i64, String, String)| {
        let entry: Entry = from_json("ticket entry", &entry)?;
        let moment = Moment::Visit {
            ticket: TicketId::new(count(ticket)),
            number: readable(number),
            event: entry.event.name(),
            agent: entry.actor.agent(),
            satisfaction: entry.event.visit().and_then(|visit| visit.satisfaction),
            words: entry.event.words().map(str::to_owned),
        };
        Ok((Kind::Visit.key(at, id), moment))
    };
    rows.into_iter().map(visit).collect()
}

macro_rules! calls {
    ($whose:expr) => {
        concat!(
            "SELECT id, started_at, record FROM call_record WHERE ",
            $whose,
            " AND (started_at, id) < ($2, $3) ORDER BY started_at DESC, id DESC LIMIT $4"
        )
    };
}

async fn calls(
    conn: &mut Connection,
    window: &Window,
    source: &Source<'_>,
) -> Result<Vec<(MomentKey, Moment)>> {
    let text = source.text(calls!(of_customer!()), calls!(of_number!()));
    let mut query = window.query(Kind::Call, source, text);
    let rows: Vec<(i64, i64, String)> = query.build_query_as().fetch_all(conn).await?;
    let call = |(id, at, record): (i64, i64, String)| {
        let cdr = Box::new(from_json("call record", &record)?);
        Ok((Kind::Call.key(at, id), Moment::Call(cdr)))
    };
    rows.into_iter().map(call).collect()
}
