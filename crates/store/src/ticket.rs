//! The ticket store: drafts, tickets, timelines.
//!
//! The rules are those of the `ticket` crate; here they are loaded, asked and saved in one transaction ([`TicketDesk`]). Reading needs
//! no rules and is the [`Database`]'s.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::ticket::handling::Group;
use ::ticket::rules::HoursBook;
use ::ticket::{Number, Rules, Ticket};
use model::{CallId, Fact, NumberPlan, TicketId, Timestamp};
use tokio::sync::{Mutex, watch};

use crate::Database;
use crate::column::{big, count};
use crate::database::{Connection, Work};
use crate::error::Result;
use draft::link_to_drafts;
use hours::Adopted;
use origin::Origin;
pub(crate) use row::NEVER;
use row::{Row, select, tickets};
use timeline::Pen;

pub use birth::{NewTicket, Submitted};
pub use duplicate::{Duplicate, Duplicates, Suspect};
pub(crate) use family::survivor;
pub use family::{Line, LineKey, NoLine, TakenOver};
pub use filter::{NoTicketKey, TicketFilter, TicketKey, TicketOrder};
pub use past::PastTicket;
pub use reader::Reader;
pub use relation::Related;
pub(crate) use standing::goes_on_for;
pub use standing::{Standing, StandingAsked, Stood};
pub use work::{Command, Worked};

mod birth;
mod check;
mod draft;
mod duplicate;
mod family;
mod filter;
mod hours;
mod key;
mod left;
mod office;
mod origin;
mod past;
mod pin;
mod reader;
mod relation;
mod row;
mod standing;
pub(crate) mod timeline;
mod work;

/// D5: a submission waits no longer for the search for duplicates.
const CHECK_WITHIN: Duration = Duration::from_millis(50);
/// Most drafts, or tickets of one call, in an answer.
const ROWS_MAX: i64 = 200;

/// The only way in which tickets begin and change: the database together with what the house says of them. A handle is cheap to
/// clone; what a reload has changed holds from the next question on.
#[derive(Clone, Debug)]
pub struct TicketDesk {
    database: Database,
    rules: watch::Receiver<Arc<Rules>>,
    hours: Arc<Mutex<Option<Adopted>>>,
    tell: Tell,
    utc_offset_min: i32,
    check_within: Duration,
    /// Whether a server tells what is changed here.
    leaves: bool,
}

impl TicketDesk {
    /// `utc_offset_min`: minutes that the day in tickets' numbers is ahead of UTC.
    pub fn new(
        database: Database,
        rules: watch::Receiver<Arc<Rules>>,
        utc_offset_min: i32,
    ) -> Self {
        Self {
            database,
            rules,
            hours: Arc::default(),
            tell: Tell(Arc::new(|_| {})),
            utc_offset_min,
            check_within: CHECK_WITHIN,
            leaves: false,
        }
    }

    /// How many minutes the house's clock is ahead of UTC.
    pub const fn utc_offset_min(&self) -> i32 {
        self.utc_offset_min
    }

    /// Tells what happens to tickets, in the order in which it was committed (2.5), whether or not who asked is still there. `tell` never
    /// waits.
    #[must_use]
    pub fn telling(self, tell: impl Fn(Fact) + Send + Sync + 'static) -> Self {
        Self {
            tell: Tell(Arc::new(tell)),
            ..self
        }
    }

    /// The same desk with another patience for the search for duplicates at submission (D5); zero leaves it for afterwards.
    #[must_use]
    pub const fn checking_within(mut self, patience: Duration) -> Self {
        self.check_within = patience;
        self
    }

    /// A desk of a house that says nothing of tickets.
    pub fn standard(database: Database) -> Self {
        let (_, rules) = watch::channel(Arc::default());
        Self::new(database, rules, 0)
    }

    /// A moment by the clock of the house, to the minute: `2026-11-23 15:00`.
    pub fn local_time(&self, at: Timestamp) -> String {
        let ahead_ms = i64::from(self.utc_offset_min) * 60_000;
        let local = Timestamp::from_ms(at.as_ms().saturating_add(ahead_ms)).to_string();
        // RFC 3339 begins with day and minute.
        local.get(..16).unwrap_or(&local).replace('T', " ")
    }

    /// What the house says.
    pub fn rules(&self) -> Arc<Rules> {
        self.rules.borrow().clone()
    }

    /// Links a recording to the tickets of its call, and to the drafts that may become tickets; gives what was told of tickets that
    /// did not have it yet.
    pub async fn link_recording(
        &self,
        call: CallId,
        path: &str,
        now: Timestamp,
    ) -> Result<Vec<Fact>> {
        let (clerk, path) = (self.clerk(now).await?, path.to_owned());
        self.write(move |conn| {
            Box::pin(async move {
                link_to_drafts(conn, call, &path).await?;
                let groups = BTreeMap::new();
                let mut news = Vec::new();
                for mut ticket in tickets_of_call(conn, call).await? {
                    if remember_recording(conn, ticket.id, &path).await? {
                        let entry = ticket.link_recording(now, call, &path);
                        let pen = clerk.pen(&groups);
                        news.extend(pen.write(conn, &ticket, &[entry]).await?);
                    }
                }
                Ok(news)
            })
        })
        .await
    }

    /// The tables.
    pub(crate) const fn database(&self) -> &Database {
        &self.database
    }

    /// Runs work on the writer, and tells what came of it.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: News + Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> Work<'c, T> + Send + 'static,
    {
        let tell = self.tell.clone();
        let then = move |done: &T| done.news().iter().cloned().for_each(|fact| (tell.0)(fact));
        self.database.write_then(work, Box::new(then)).await
    }

    async fn clerk(&self, now: Timestamp) -> Result<Clerk> {
        let rules = self.rules();
        Ok(Clerk {
            plan: *self.database.plan(),
            hours: self.hours_of(&rules, now).await?,
            rules,
            utc_offset_min: self.utc_offset_min,
            leaves: self.leaves,
        })
    }
}

/// Where facts of tickets go.
#[derive(Clone)]
struct Tell(Arc<dyn Fn(Fact) + Send + Sync>);

impl fmt::Debug for Tell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tell")
    }
}

/// What changed tickets, and is to be told of it.
pub(crate) trait News {
    fn news(&self) -> &[Fact];
}

impl News for Vec<Fact> {
    fn news(&self) -> &[Fact] {
        self
    }
}

/// Who does the work inside a transaction, by the rules as they stand when it begins.
struct Clerk {
    plan: NumberPlan,
    rules: Arc<Rules>,
    hours: Arc<HoursBook>,
    utc_offset_min: i32,
    leaves: bool,
}

impl Clerk {
    fn pen<'a>(&'a self, groups: &'a BTreeMap<String, Group>) -> Pen<'a> {
        Pen {
            plan: self.plan,
            rules: &self.rules,
            groups,
            leaves: self.leaves,
        }
    }
}

impl Database {
    /// The ticket that a script of a call filed, once it stands here.
    pub async fn filed_ticket(&self, call: CallId, part: u32) -> Result<Option<Ticket>> {
        let mut conn = self.readers().acquire().await?;
        ticket_from(&mut conn, &Origin::of_script(call, part)).await
    }

    /// One ticket.
    pub async fn ticket(&self, id: TicketId) -> Result<Option<Ticket>> {
        let mut conn = self.readers().acquire().await?;
        ticket(&mut conn, id).await
    }

    /// The tickets of a call, oldest first, at most 200.
    pub async fn tickets_of_call(&self, call: CallId) -> Result<Vec<Ticket>> {
        let mut conn = self.readers().acquire().await?;
        tickets_of_call(&mut conn, call).await
    }

    /// The calls that are linked to a ticket, oldest first, at most 200.
    pub async fn calls_of_ticket(&self, id: TicketId) -> Result<Vec<CallId>> {
        let rows: Vec<(i64,)> = sqlx::query_as(
            "SELECT call_id FROM ticket_call WHERE ticket_id = $1 ORDER BY call_id LIMIT $2",
        )
        .bind(big(id.get()))
        .bind(ROWS_MAX)
        .fetch_all(self.readers())
        .await?;
        let calls = rows.into_iter().map(|(call,)| CallId::new(count(call)));
        Ok(calls.collect())
    }
}

/// The ticket that came from there.
async fn ticket_from(conn: &mut Connection, origin: &Origin) -> Result<Option<Ticket>> {
    let Some(reference) = origin.reference.clone() else {
        return Ok(None);
    };
    let mut query = select();
    query
        .push(" WHERE t.channel = ")
        .push_bind(origin.channel)
        .push(" AND t.source_ref = ")
        .push_bind(reference);
    let row: Option<Row> = query.build_query_as().fetch_optional(conn).await?;
    row.map(Row::ticket).transpose()
}

/// Whether the ticket did not have it yet.
async fn remember_recording(conn: &mut Connection, id: TicketId, path: &str) -> Result<bool> {
    let inserted = sqlx::query(
        "INSERT INTO ticket_recording (ticket_id, path) VALUES ($1, $2) ON CONFLICT (ticket_id, path) DO NOTHING",
    )
    .bind(big(id.get()))
    .bind(path)
    .execute(conn)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

async fn tickets_of_call(conn: &mut Connection, call: CallId) -> Result<Vec<Ticket>> {
    let mut query = select();
    query
        .push(" JOIN ticket_call c ON c.ticket_id = t.id WHERE c.call_id = ")
        .push_bind(big(call.get()))
        .push(" ORDER BY t.id LIMIT ")
        .push_bind(ROWS_MAX);
    tickets(query.build_query_as().fetch_all(conn).await?)
}

/// A number of a ticket as it is kept, as people write it.
pub(crate) fn readable(number: String) -> String {
    number
        .parse::<Number>()
        .map_or(number, |number| number.to_string())
}

/// Those of so many that stand, in no order; one that cannot be read is told beside the others.
pub(crate) async fn each(conn: &mut Connection, ids: &[i64]) -> Result<Vec<Result<Ticket>>> {
    let mut query = select();
    query.push(" WHERE t.id").push_among(ids.iter().copied());
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    Ok(rows.into_iter().map(Row::ticket).collect())
}

pub(crate) async fn ticket(conn: &mut Connection, id: TicketId) -> Result<Option<Ticket>> {
    let mut query = select();
    query.push(" WHERE t.id = ").push_bind(big(id.get()));
    let row: Option<Row> = query.build_query_as().fetch_optional(conn).await?;
    row.map(Row::ticket).transpose()
}
