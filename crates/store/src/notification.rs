//! What people are told on their pages (通知, J8): written in the transaction of what it tells, so that neither stands without the other and
//! nothing is told twice; read, and marked as read, by whom it is for.
//!
//! Each person's are numbered. Shown are those of 30 days, and of each person the newest 1,000 are kept.

use std::collections::{BTreeMap, BTreeSet};

use ::ticket::handling::Group;
use ::ticket::notice::{NoticeKind, mentions, notices};
use ::ticket::{Entry, Ticket};
use model::fact::Notified;
use model::{AgentId, CustomerId, Fact, NotificationId, ReminderId, TicketId, Timestamp};
use sqlx::FromRow;

use crate::Database;
use crate::column::{big, count};
use crate::database::{Connection, Statement};
use crate::error::{Result, StoreError};
use crate::page::{Page, PageRequest};

/// How long they are shown.
const SHOWN_MS: i64 = 30 * 24 * 3_600_000;
/// Most that one person has.
const OF_ONE_MAX: i64 = 1_000;

/// Something that somebody is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// Its number among those of its person.
    pub id: NotificationId,
    /// What.
    pub kind: NoticeKind,
    /// Of which ticket.
    pub ticket: Option<TicketId>,
    /// Of which entry of its timeline.
    pub entry: Option<u64>,
    /// Of which customer.
    pub customer: Option<CustomerId>,
    /// Which reminder it was.
    pub reminder: Option<ReminderId>,
    /// What the reminder said.
    pub words: Option<String>,
    /// When.
    pub at: Timestamp,
    /// When he read it.
    pub read_at: Option<Timestamp>,
}

#[derive(FromRow)]
struct Row {
    number: i64,
    kind: String,
    ticket_id: Option<i64>,
    entry: Option<i64>,
    customer_id: Option<i64>,
    reminder_id: Option<i64>,
    words: Option<String>,
    at: i64,
    read_at: Option<i64>,
}

impl Row {
    fn read(self) -> Result<Notification> {
        let kind = NoticeKind::named(&self.kind);
        Ok(Notification {
            id: NotificationId::new(count(self.number)),
            kind: kind.ok_or_else(|| StoreError::damaged("notification", &self.kind))?,
            ticket: self.ticket_id.map(|id| TicketId::new(count(id))),
            entry: self.entry.map(count),
            customer: self.customer_id.map(|id| CustomerId::new(count(id))),
            reminder: self.reminder_id.map(|id| ReminderId::new(count(id))),
            words: self.words,
            at: Timestamp::from_ms(self.at),
            read_at: self.read_at.map(Timestamp::from_ms),
        })
    }
}

/// Tells whoever is to know of an entry of a ticket, in the transaction that writes it; gives the facts of it.
pub(crate) async fn notify(
    conn: &mut Connection,
    ticket: &Ticket,
    (seq, entry): (u64, &Entry),
    groups: &BTreeMap<String, Group>,
) -> Result<Vec<Fact>> {
    let mut told = Vec::new();
    let mut logins = BTreeMap::new();
    for login in mentions(&entry.event) {
        let found: Option<(i64,)> = sqlx::query_as(
            "SELECT id FROM agent WHERE login = $1 AND is_active = 1 AND removed_at IS NULL",
        )
        .bind(&login)
        .fetch_optional(&mut *conn)
        .await?;
        logins.extend(found.map(|(id,)| (login, AgentId::new(count(id)))));
    }
    for notice in notices(ticket, entry, groups, &logins) {
        let what = Told {
            kind: notice.kind,
            ticket: Some(big(ticket.id.get())),
            entry: Some(big(seq)),
            customer: None,
            reminder: None,
            words: None,
        };
        let Some(number) = put(conn, notice.agent, what, entry.at).await? else {
            continue;
        };
        let title = notice.kind.title(&ticket.number.to_string()).into_iter();
        told.push(Fact::NotificationCreated(Box::new(Notified {
            agent: notice.agent,
            notification: NotificationId::new(count(number)),
            kind: notice.kind.word().to_owned(),
            title: title
                .map(|(language, text)| (language.to_owned(), text))
                .collect(),
            ticket: Some(ticket.id),
            entry: Some(seq),
            customer: None,
            reminder: None,
        })));
    }
    Ok(told)
}

/// What a row says.
pub(crate) struct Told {
    pub(crate) kind: NoticeKind,
    pub(crate) ticket: Option<i64>,
    pub(crate) entry: Option<i64>,
    pub(crate) customer: Option<i64>,
    pub(crate) reminder: Option<i64>,
    pub(crate) words: Option<String>,
}

/// Tells somebody something, unless he does not want to be told of such; gives its number among his.
pub(crate) async fn put(
    conn: &mut Connection,
    agent: AgentId,
    told: Told,
    at: Timestamp,
) -> Result<Option<i64>> {
    let agent = big(agent.get());
    let off: Option<(i64,)> =
        sqlx::query_as("SELECT agent_id FROM notification_off WHERE agent_id = $1 AND kind = $2")
            .bind(agent)
            .bind(told.kind.word())
            .fetch_optional(&mut *conn)
            .await?;
    if off.is_some() {
        return Ok(None);
    }
    let (number,): (i64,) = sqlx::query_as(
        "INSERT INTO notification (agent_id, number, kind, ticket_id, entry, customer_id, reminder_id, words, at)
         VALUES ($1, (SELECT COALESCE(MAX(number), 0) + 1 FROM notification WHERE agent_id = $1), $2, $3, $4, $5, $6, $7, $8) RETURNING number",
    )
    .bind(agent)
    .bind(told.kind.word())
    .bind(told.ticket)
    .bind(told.entry)
    .bind(told.customer)
    .bind(told.reminder)
    .bind(told.words)
    .bind(at.as_ms())
    .fetch_one(&mut *conn)
    .await?;
    // The newest stays, so that no number is given twice.
    sqlx::query(
        "DELETE FROM notification WHERE agent_id = $1 AND number < $2 AND (number <= $3 OR at < $4)",
    )
    .bind(agent)
    .bind(number)
    .bind(number - OF_ONE_MAX)
    .bind(at.as_ms() - SHOWN_MS)
    .execute(conn)
    .await?;
    Ok(Some(number))
}

impl Database {
    /// What somebody was told, the newest first.
    pub async fn notifications(
        &self,
        agent: AgentId,
        only_unread: bool,
        page: PageRequest,
        now: Timestamp,
    ) -> Result<Page<Notification>> {
        let mut query = Statement::new(
            "SELECT number, kind, ticket_id, entry, customer_id, reminder_id, words, at, read_at FROM notification WHERE agent_id = ",
        );
        query
            .push_bind(big(agent.get()))
            .push(" AND at >= ")
            .push_bind(now.as_ms() - SHOWN_MS)
            .push(" AND number < ")
            .push_bind(page.after.map_or(i64::MAX, big));
        if only_unread {
            query.push(" AND read_at IS NULL");
        }
        query
            .push(" ORDER BY number DESC LIMIT ")
            .push_bind(page.rows() as i64 + 1);
        let mut conn = self.readers().acquire().await?;
        let rows: Vec<Row> = query.build_query_as().fetch_all(&mut *conn).await?;
        let rows: Result<Vec<Notification>> = rows.into_iter().map(Row::read).collect();
        Ok(Page::cut(rows?, page, |it: &Notification| it.id.get()))
    }

    /// Somebody has read what he was told, up to a number or of these numbers; what he had read before stays as it was.
    pub async fn read_notifications(
        &self,
        agent: AgentId,
        read: ReadMark,
        now: Timestamp,
    ) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                match read {
                    ReadMark::UpTo(number) => {
                        sqlx::query("UPDATE notification SET read_at = $3 WHERE agent_id = $1 AND number <= $2 AND read_at IS NULL")
                            .bind(big(agent.get()))
                            .bind(big(number.get()))
                            .bind(now.as_ms())
                            .execute(conn)
                            .await?;
                    }
                    ReadMark::These(numbers) => {
                        for number in numbers {
                            sqlx::query("UPDATE notification SET read_at = $3 WHERE agent_id = $1 AND number = $2 AND read_at IS NULL")
                                .bind(big(agent.get()))
                                .bind(big(number.get()))
                                .bind(now.as_ms())
                                .execute(&mut *conn)
                                .await?;
                        }
                    }
                }
                Ok(())
            })
        })
        .await
    }

    /// The kinds of which somebody does not want to be told.
    pub async fn notifications_off(&self, agent: AgentId) -> Result<BTreeSet<NoticeKind>> {
        let rows: Vec<(String,)> =
            sqlx::query_as("SELECT kind FROM notification_off WHERE agent_id = $1")
                .bind(big(agent.get()))
                .fetch_all(self.readers())
                .await?;
        // A kind that a later release knew is none here.
        Ok(rows
            .iter()
            .filter_map(|(kind,)| NoticeKind::named(kind))
            .collect())
    }

    /// From here on somebody is not told of these kinds.
    pub async fn set_notifications_off(
        &self,
        agent: AgentId,
        kinds: BTreeSet<NoticeKind>,
    ) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                sqlx::query("DELETE FROM notification_off WHERE agent_id = $1")
                    .bind(big(agent.get()))
                    .execute(&mut *conn)
                    .await?;
                for kind in kinds {
                    sqlx::query("INSERT INTO notification_off (agent_id, kind) VALUES ($1, $2)")
                        .bind(big(agent.get()))
                        .bind(kind.word())
                        .execute(&mut *conn)
                        .await?;
                }
                Ok(())
            })
        })
        .await
    }
}

/// What somebody has read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadMark {
    /// All up to this number.
    UpTo(NotificationId),
    /// These.
    These(BTreeSet<NotificationId>),
}
