//! One timeline of a customer (F10): calls, tickets, surveys, messages, notes, newest first, with those who were merged into him.
//!
//! Nothing is written for it: each kind of moment is read from its own table along an index, a page of each, and put in order.
//! A call that came before he was on file is his if its number certainly is, and his alone.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use model::{AgentId, CallId, Cdr, CustomerId, MailboxName, TicketId, Timestamp};
use ticket::Number;

use crate::Database;
use crate::column::{big, count, from_json};
use crate::database::{Bound, Connection, Statement};
use crate::directory::reach::Whose;
use crate::error::Result;
use crate::page::PageRequest;
use crate::ticket::Reader;

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

/// What happened between a customer and the house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A note of a person.
    Note {
        /// Who wrote it.
        agent: AgentId,
        /// Its text.
        body: String,
    },
    /// He left a message.
    Message {
        /// In which call.
        call: CallId,
        /// In which box.
        mailbox: MailboxName,
    },
    /// He was asked how he was served.
    Survey {
        /// After which call.
        call: CallId,
        /// With which form.
        form: String,
        /// What became of it.
        outcome: String,
        /// Who had served him.
        agent: Option<AgentId>,
    },
    /// A ticket was made.
    Ticket {
        /// Which.
        ticket: TicketId,
        /// Its readable number.
        number: String,
        /// Its subject.
        subject: String,
        /// Its state's word.
        state: String,
    },
    /// A call.
    Call(Box<Cdr>),
}

/// Where a moment stands: what happened later stands first. As text it is what a page ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MomentKey {
    at: i64,
    kind: Kind,
    id: i64,
}

/// The kinds in the order in which they stand at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Note,
    Message,
    Survey,
    Ticket,
    Call,
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
            items.extend(tickets(&mut conn, &window, &source, reader.tickets_of.as_ref()).await?);
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
            number: number
                .parse::<Number>()
                .map_or(number, |number| number.to_string()),
            subject,
            state,
        };
        (Kind::Ticket.key(at, id), moment)
    };
    Ok(rows.into_iter().map(ticket).collect())
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

impl Kind {
    const ALL: [Self; 5] = [
        Self::Note,
        Self::Message,
        Self::Survey,
        Self::Ticket,
        Self::Call,
    ];

    const fn key(self, at: i64, id: i64) -> MomentKey {
        MomentKey { at, kind: self, id }
    }

    const fn letter(self) -> char {
        match self {
            Self::Note => 'n',
            Self::Message => 'm',
            Self::Survey => 's',
            Self::Ticket => 't',
            Self::Call => 'c',
        }
    }
}

impl MomentKey {
    /// Behind all that ever happens.
    const END: Self = Kind::Call.key(i64::MAX, i64::MAX);

    /// When it happened.
    pub const fn at(self) -> Timestamp {
        Timestamp::from_ms(self.at)
    }

    /// Its id among moments of its kind.
    pub const fn id(self) -> i64 {
        self.id
    }
}

impl fmt::Display for MomentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}-{}", self.kind.letter(), self.at, self.id)
    }
}

/// A text that is no place in a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no place in a timeline")]
pub struct NoMoment;

impl FromStr for MomentKey {
    type Err = NoMoment;

    fn from_str(text: &str) -> std::result::Result<Self, NoMoment> {
        let mut kinds = Kind::ALL.into_iter();
        let kind = kinds.find(|kind| text.starts_with(kind.letter()));
        let rest = text.get(1..).unwrap_or_default();
        let (at, id) = rest.split_once('-').ok_or(NoMoment)?;
        let number = |text: &str| text.parse().map_err(|_| NoMoment);
        Ok(kind.ok_or(NoMoment)?.key(number(at)?, number(id)?))
    }
}
