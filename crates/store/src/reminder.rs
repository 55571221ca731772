//! Reminders (定时提醒, J8): somebody is told of a ticket or a customer at a moment, by himself or by a colleague.
//!
//! The sweep that wakes tickets tells them (R14). What says that a reminder was told is written with its notification, so that a restart tells
//! none twice; its fact is told again until it stands in the log.

use ::ticket::Actor;
use ::ticket::notice::NoticeKind;
use model::fact::Notified;
use model::{AgentId, CustomerId, Fact, NotificationId, ReminderId, TicketId, Timestamp};
use serde_json::json;
use sqlx::FromRow;

use crate::Database;
use crate::audit::{Act, audit};
use crate::column::{big, count};
use crate::database::{Connection, Statement};
use crate::error::{Result, StoreError};
use crate::notification::{self, Told};
use crate::page::{Page, PageRequest};
use crate::ticket::{TicketDesk, ticket};

/// Longest text, in characters.
pub const WORDS_CHARS_MAX: usize = 500;
/// Most reminders that one person has and that are not done.
pub const OPEN_MAX: u64 = 200;
/// Nobody is reminded of what is further away: two years.
const AHEAD_MAX_MS: i64 = 2 * 366 * 24 * 3_600_000;
/// How long one that is done is kept: 90 days.
const DONE_KEPT_MS: i64 = 90 * 24 * 3_600_000;
/// Reminders that one sweep tells.
const TOLD_MAX: i64 = 200;
/// Facts that are told again at a start.
const UNTOLD_MAX: i64 = 1_000;

/// Of what somebody is reminded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReminderAbout {
    /// A ticket.
    Ticket(TicketId),
    /// A customer.
    Customer(CustomerId),
}

/// A reminder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// Which.
    pub id: ReminderId,
    /// Who is reminded.
    pub agent: AgentId,
    /// Who wanted it.
    pub made_by: AgentId,
    /// Of what.
    pub about: ReminderAbout,
    /// What it says.
    pub words: String,
    /// When it is told.
    pub due_at: Timestamp,
    /// When it was told; `None`: not for this moment.
    pub told_at: Option<Timestamp>,
    /// When somebody said that it is done.
    pub done_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// For optimistic locking; telling is no change of it.
    pub version: u64,
}

/// What a reminder is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReminder {
    /// Who is reminded.
    pub agent: AgentId,
    /// Of what.
    pub about: ReminderAbout,
    /// What it says.
    pub words: String,
    /// When.
    pub due_at: Timestamp,
}

/// What changes; `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReminderChange {
    /// What it says.
    pub words: Option<String>,
    /// Another moment: it is told then, though it was told before.
    pub due_at: Option<Timestamp>,
    /// Whether it is done.
    pub is_done: Option<bool>,
}

/// Which reminders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReminderFilter {
    /// Whose.
    pub agent: AgentId,
    /// Those that he made for others, in place of his own.
    pub for_others: bool,
    /// Those that are done, in place of those that are not.
    pub is_done: bool,
}

/// Why a reminder cannot stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReminderFault {
    /// Its text is empty, too long, or more than a line.
    #[error("a reminder says one line of 1 to {WORDS_CHARS_MAX} characters")]
    Words,
    /// Its moment has passed, or is too far away.
    #[error("a reminder is for a moment within the next two years")]
    Moment,
    /// Its person has too many.
    #[error("nobody has more than {OPEN_MAX} reminders that are not done")]
    Full,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    agent_id: i64,
    made_by: i64,
    ticket_id: Option<i64>,
    customer_id: Option<i64>,
    words: String,
    due_at: i64,
    told_at: Option<i64>,
    done_at: Option<i64>,
    created_at: i64,
    version: i64,
}

const COLUMNS: &str = "SELECT id, agent_id, made_by, ticket_id, customer_id, words, due_at, told_at, done_at, created_at, version
   FROM reminder WHERE ";

impl Row {
    fn read(self) -> Result<Reminder> {
        let about = match (self.ticket_id, self.customer_id) {
            (Some(id), None) => ReminderAbout::Ticket(TicketId::new(count(id))),
            (None, Some(id)) => ReminderAbout::Customer(CustomerId::new(count(id))),
            (None, None) | (Some(_), Some(_)) => {
                return Err(StoreError::damaged("reminder", "it is about one thing"));
            }
        };
        Ok(Reminder {
            id: ReminderId::new(count(self.id)),
            agent: AgentId::new(count(self.agent_id)),
            made_by: AgentId::new(count(self.made_by)),
            about,
            words: self.words,
            due_at: Timestamp::from_ms(self.due_at),
            told_at: self.told_at.map(Timestamp::from_ms),
            done_at: self.done_at.map(Timestamp::from_ms),
            created_at: Timestamp::from_ms(self.created_at),
            version: count(self.version),
        })
    }
}

impl ReminderAbout {
    fn columns(self) -> (Option<i64>, Option<i64>) {
        match self {
            Self::Ticket(id) => (Some(big(id.get())), None),
            Self::Customer(id) => (None, Some(big(id.get()))),
        }
    }
}

impl Reminder {
    /// Whether somebody may see and change it: whom it reminds, and who made it.
    pub fn is_of(&self, agent: AgentId) -> bool {
        self.agent == agent || self.made_by == agent
    }

    fn check(&self) -> Result<()> {
        let chars = self.words.chars().count();
        if !(1..=WORDS_CHARS_MAX).contains(&chars)
            || self.words.trim().is_empty()
            || self.words.chars().any(char::is_control)
        {
            return Err(ReminderFault::Words.into());
        }
        Ok(())
    }
}

fn check_moment(due_at: Timestamp, now: Timestamp) -> Result<()> {
    let ahead_ms = due_at.as_ms() - now.as_ms();
    if !(1..=AHEAD_MAX_MS).contains(&ahead_ms) {
        return Err(ReminderFault::Moment.into());
    }
    Ok(())
}

impl Database {
    /// Makes a reminder. [`ReminderFault`] of what cannot stand.
    pub async fn add_reminder(
        &self,
        new: NewReminder,
        by: AgentId,
        now: Timestamp,
    ) -> Result<Reminder> {
        let reminder = Reminder {
            id: ReminderId::new(self.next_id(now)),
            agent: new.agent,
            made_by: by,
            about: new.about,
            words: new.words,
            due_at: new.due_at,
            told_at: None,
            done_at: None,
            created_at: now,
            version: 1,
        };
        reminder.check()?;
        check_moment(reminder.due_at, now)?;
        self.write(move |conn| {
            Box::pin(async move {
                check_room(conn, reminder.agent, now).await?;
                put(conn, &reminder).await?;
                tell(conn, "reminder.added", (None, Some(&reminder)), by, now).await?;
                Ok(reminder)
            })
        })
        .await
    }

    /// One reminder.
    pub async fn reminder(&self, id: ReminderId) -> Result<Option<Reminder>> {
        let mut conn = self.readers().acquire().await?;
        one(&mut conn, id).await
    }

    /// Somebody's reminders, the last made first.
    pub async fn reminders(
        &self,
        filter: ReminderFilter,
        page: PageRequest,
    ) -> Result<Page<Reminder>> {
        let mut query = Statement::new(COLUMNS);
        let agent = big(filter.agent.get());
        if filter.for_others {
            query.push("made_by = ").push_bind(agent);
            query.push(" AND agent_id <> ").push_bind(agent);
        } else {
            query.push("agent_id = ").push_bind(agent);
        }
        query.push(if filter.is_done {
            " AND done_at IS NOT NULL"
        } else {
            " AND done_at IS NULL"
        });
        if let Some(after) = page.after {
            query.push(" AND id < ").push_bind(big(after));
        }
        query
            .push(" ORDER BY id DESC LIMIT ")
            .push_bind(page.rows() as i64 + 1);
        let mut conn = self.readers().acquire().await?;
        let rows: Vec<Row> = query.build_query_as().fetch_all(&mut *conn).await?;
        let rows: Result<Vec<Reminder>> = rows.into_iter().map(Row::read).collect();
        Ok(Page::cut(rows?, page, |it: &Reminder| it.id.get()))
    }

    /// Changes a reminder, puts it off, or says that it is done. `NotFound`, `Conflict` unless `version` is current, or [`ReminderFault`].
    pub async fn change_reminder(
        &self,
        id: ReminderId,
        version: u64,
        change: ReminderChange,
        by: AgentId,
        now: Timestamp,
    ) -> Result<Reminder> {
        self.write(move |conn| {
            Box::pin(async move {
                let before = standing(conn, id, version).await?;
                let mut after = before.clone();
                if let Some(words) = change.words {
                    after.words = words;
                    after.check()?;
                }
                if let Some(due_at) = change.due_at {
                    check_moment(due_at, now)?;
                    (after.due_at, after.told_at, after.done_at) = (due_at, None, None);
                }
                match change.is_done {
                    Some(true) => after.done_at = before.done_at.or(Some(now)),
                    Some(false) => after.done_at = None,
                    None => {}
                }
                if after == before {
                    return Ok(before);
                }
                if before.done_at.is_some() && after.done_at.is_none() {
                    check_room(conn, after.agent, now).await?;
                }
                after.version += 1;
                put(conn, &after).await?;
                let both = (Some(&before), Some(&after));
                tell(conn, "reminder.changed", both, by, now).await?;
                Ok(after)
            })
        })
        .await
    }

    /// Takes a reminder away. `NotFound`, or `Conflict` unless `version` is current.
    pub async fn remove_reminder(
        &self,
        id: ReminderId,
        version: u64,
        by: AgentId,
        now: Timestamp,
    ) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let before = standing(conn, id, version).await?;
                sqlx::query("DELETE FROM reminder WHERE id = $1")
                    .bind(big(id.get()))
                    .execute(&mut *conn)
                    .await?;
                tell(conn, "reminder.removed", (Some(&before), None), by, now).await
            })
        })
        .await
    }

    /// Facts of reminders that may not stand in the log, at most 1,000: those of a process that was killed are told by the next.
    pub async fn untold_reminders(&self) -> Result<Vec<Fact>> {
        let mut conn = self.readers().acquire().await?;
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT id, untold FROM reminder WHERE untold IS NOT NULL ORDER BY id LIMIT $1",
        )
        .bind(UNTOLD_MAX)
        .fetch_all(&mut *conn)
        .await?;
        let mut facts = Vec::with_capacity(rows.len());
        for (id, number) in rows {
            if let Some(reminder) = one(&mut conn, ReminderId::new(count(id))).await? {
                facts.push(fact(&mut conn, &reminder, number).await?);
            }
        }
        Ok(facts)
    }
}

impl TicketDesk {
    /// Tells the reminders whose moment has come, at most 200, earliest first; gives the facts.
    pub async fn remind(&self, now: Timestamp) -> Result<Vec<Fact>> {
        let due: Option<(i64,)> = sqlx::query_as(
            "SELECT id FROM reminder WHERE told_at IS NULL AND done_at IS NULL AND due_at <= $1 LIMIT 1",
        )
        .bind(now.as_ms())
        .fetch_optional(self.database().readers())
        .await?;
        if due.is_none() {
            return Ok(Vec::new());
        }
        self.write(move |conn| Box::pin(tell_due(conn, now))).await
    }
}

async fn tell_due(conn: &mut Connection, now: Timestamp) -> Result<Vec<Fact>> {
    let mut query = Statement::new(COLUMNS);
    query
        .push("told_at IS NULL AND done_at IS NULL AND due_at <= ")
        .push_bind(now.as_ms())
        .push(" ORDER BY due_at, id LIMIT ")
        .push_bind(TOLD_MAX);
    let rows: Vec<Row> = query.build_query_as().fetch_all(&mut *conn).await?;
    let mut facts = Vec::with_capacity(rows.len());
    for row in rows {
        let reminder = row.read()?;
        let (ticket, customer) = reminder.about.columns();
        let told = Told {
            kind: NoticeKind::Reminder,
            ticket,
            entry: None,
            customer,
            reminder: Some(big(reminder.id.get())),
            words: Some(reminder.words.clone()),
        };
        let number = notification::put(conn, reminder.agent, told, now).await?;
        sqlx::query("UPDATE reminder SET told_at = $2, untold = $3 WHERE id = $1")
            .bind(big(reminder.id.get()))
            .bind(now.as_ms())
            .bind(number)
            .execute(&mut *conn)
            .await?;
        if let Some(number) = number {
            facts.push(fact(conn, &reminder, number).await?);
        }
    }
    Ok(facts)
}

/// The fact of a reminder that was told under this number.
async fn fact(conn: &mut Connection, reminder: &Reminder, number: i64) -> Result<Fact> {
    let (mut of_ticket, mut customer, mut about) = (None, None, String::new());
    match reminder.about {
        ReminderAbout::Ticket(id) => {
            of_ticket = Some(id);
            let found = ticket(conn, id).await?;
            about = found.map_or(about, |ticket| ticket.number.to_string());
        }
        ReminderAbout::Customer(id) => customer = Some(id),
    }
    let title = NoticeKind::Reminder.title(&about).into_iter();
    Ok(Fact::NotificationCreated(Box::new(Notified {
        agent: reminder.agent,
        notification: NotificationId::new(count(number)),
        kind: NoticeKind::Reminder.word().to_owned(),
        title: title
            .map(|(language, text)| (language.to_owned(), text))
            .collect(),
        ticket: of_ticket,
        entry: None,
        customer,
        reminder: Some(reminder.id),
    })))
}

/// A fact stands in the log: it need not be told again.
pub(crate) async fn note(conn: &mut Connection, fact: &Fact) -> Result<()> {
    let Fact::NotificationCreated(told) = fact else {
        return Ok(());
    };
    let Some(reminder) = told.reminder else {
        return Ok(());
    };
    sqlx::query("UPDATE reminder SET untold = NULL WHERE id = $1 AND untold = $2")
        .bind(big(reminder.get()))
        .bind(big(told.notification.get()))
        .execute(conn)
        .await?;
    Ok(())
}

async fn one(conn: &mut Connection, id: ReminderId) -> Result<Option<Reminder>> {
    let mut query = Statement::new(COLUMNS);
    query.push("id = ").push_bind(big(id.get()));
    let row: Option<Row> = query.build_query_as().fetch_optional(conn).await?;
    row.map(Row::read).transpose()
}

async fn standing(conn: &mut Connection, id: ReminderId, version: u64) -> Result<Reminder> {
    let found = one(conn, id).await?;
    let found = found.ok_or(StoreError::NotFound("reminder"))?;
    if found.version != version {
        return Err(StoreError::Conflict {
            what: "reminder",
            current: found.version,
        });
    }
    Ok(found)
}

/// Whether one more has room beside what is not done; what was done long ago goes.
async fn check_room(conn: &mut Connection, agent: AgentId, now: Timestamp) -> Result<()> {
    sqlx::query("DELETE FROM reminder WHERE agent_id = $1 AND done_at < $2")
        .bind(big(agent.get()))
        .bind(now.as_ms() - DONE_KEPT_MS)
        .execute(&mut *conn)
        .await?;
    let (many,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM reminder WHERE agent_id = $1 AND done_at IS NULL")
            .bind(big(agent.get()))
            .fetch_one(conn)
            .await?;
    if count(many) >= OPEN_MAX {
        return Err(ReminderFault::Full.into());
    }
    Ok(())
}

async fn put(conn: &mut Connection, reminder: &Reminder) -> Result<()> {
    let (ticket, customer) = reminder.about.columns();
    sqlx::query(
        "INSERT INTO reminder (id, agent_id, made_by, ticket_id, customer_id, words, due_at, told_at, done_at, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (id) DO UPDATE SET words = excluded.words, due_at = excluded.due_at, told_at = excluded.told_at,
           done_at = excluded.done_at, version = excluded.version",
    )
    .bind(big(reminder.id.get()))
    .bind(big(reminder.agent.get()))
    .bind(big(reminder.made_by.get()))
    .bind(ticket)
    .bind(customer)
    .bind(&reminder.words)
    .bind(reminder.due_at.as_ms())
    .bind(reminder.told_at.map(Timestamp::as_ms))
    .bind(reminder.done_at.map(Timestamp::as_ms))
    .bind(reminder.created_at.as_ms())
    .bind(big(reminder.version))
    .execute(conn)
    .await?;
    Ok(())
}

/// A row of the audit log: for whom, of what and when; what it says is between both.
async fn tell(
    conn: &mut Connection,
    action: &str,
    (before, after): (Option<&Reminder>, Option<&Reminder>),
    by: AgentId,
    now: Timestamp,
) -> Result<()> {
    let told = |it: &Reminder| {
        let (ticket, customer) = match it.about {
            ReminderAbout::Ticket(id) => (Some(id), None),
            ReminderAbout::Customer(id) => (None, Some(id)),
        };
        json!({
            "agent": it.agent, "ticket": ticket, "customer": customer, "due_at": it.due_at, "done_at": it.done_at,
        })
    };
    let id = before.or(after).map(|it| it.id.to_string());
    let act = Act {
        action,
        entity: "reminder",
        entity_id: id.unwrap_or_default(),
        before: before.map(told),
        after: after.map(told),
    };
    audit(conn, now, Actor::Agent(by), act).await
}
