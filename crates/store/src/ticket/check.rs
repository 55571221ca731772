//! The search for duplicates at a birth (D5 to D7): who enters a ticket beside others of its hard key says what it is to them; where
//! nobody can be asked it is linked to them, and nothing is merged. A search that is late or fails holds up no submission: it is
//! done afterwards.

use std::collections::BTreeMap;

use ::ticket::duplicate::{Choice, Relation};
use ::ticket::{By, Matter, Order, Refused};
use model::{CallId, TicketId, Timestamp};

use super::birth::{Source, Submitted};
use super::duplicate::{Search, Suspect};
use super::family::survivor;
use super::reader::Reader;
use super::work::{Command, known};
use super::{Clerk, TicketDesk};
use crate::column::{big, count};
use crate::database::Connection;
use crate::error::{Result, StoreError};

/// D7: to so many of one hard key, those that were filed last, a ticket is linked by itself.
const LINKED_MAX: usize = 20;
/// Tickets that are looked at afterwards at once.
const LATE_MAX: i64 = 50;
/// What cannot be looked at is left alone for so long.
const HOUR_MS: i64 = 3_600_000;

impl TicketDesk {
    /// D5: whether the search answers in time.
    pub(super) async fn can_check(&self, matter: &Matter, now: Timestamp) -> bool {
        if self.rules().hard_keys(matter).is_empty() {
            return true;
        }
        if self.check_within.is_zero() {
            return false;
        }
        let search = async {
            let clerk = self.clerk(now).await?;
            let mut conn = self.database.readers().acquire().await?;
            clerk.hits(&mut conn, matter, None, None, now).await
        };
        match tokio::time::timeout(self.check_within, search).await {
            Ok(Ok(_found)) => true,
            Ok(Err(error)) => {
                tracing::warn!(%error, "duplicates are looked for afterwards");
                false
            }
            Err(_late) => {
                tracing::debug!("duplicates are looked for afterwards");
                false
            }
        }
    }

    /// D5: looks at tickets whose duplicates nobody could look for, at most 50; gives what was told. One that cannot be looked
    /// at is said and does not hold up the others.
    pub async fn check_late(&self, now: Timestamp) -> Result<Vec<model::Fact>> {
        let ids: Vec<(i64,)> = sqlx::query_as(
            "SELECT id FROM ticket WHERE dup_unchecked IS NOT NULL AND dup_unchecked <= $1 ORDER BY dup_unchecked LIMIT $2",
        )
        .bind(now.as_ms())
        .bind(LATE_MAX)
        .fetch_all(self.database.readers())
        .await?;
        let mut news = Vec::new();
        for (id,) in ids {
            let (clerk, id) = (self.clerk(now).await?, TicketId::new(count(id)));
            let checked = self
                .write(move |conn| Box::pin(async move { clerk.check_again(conn, id, now).await }))
                .await;
            match checked {
                Ok(told) => news.extend(told),
                Err(error) if error.is_passing() => return Err(error),
                Err(error) => {
                    tracing::error!(%error, ticket = %id, "duplicates were not looked for");
                    let later = Some(Timestamp::from_ms(now.as_ms().saturating_add(HOUR_MS)));
                    self.database
                        .write(move |conn| Box::pin(check_at(conn, id, later)))
                        .await?;
                }
            }
        }
        Ok(news)
    }

    /// D5: whether nobody has looked for its duplicates yet.
    pub async fn is_unchecked(&self, id: TicketId) -> Result<bool> {
        let row: Option<(i64,)> =
            sqlx::query_as("SELECT 1 FROM ticket WHERE id = $1 AND dup_unchecked IS NOT NULL")
                .bind(big(id.get()))
                .fetch_optional(self.database.readers())
                .await?;
        Ok(row.is_some())
    }
}

impl Clerk {
    /// A ticket begins, and is to others of its hard key what was chosen.
    pub(super) async fn admit(
        &self,
        conn: &mut Connection,
        id: TicketId,
        mut source: Source,
        is_checked: bool,
    ) -> Result<Submitted> {
        let (matter, by, at) = (source.matter.clone(), source.by.clone(), source.at);
        let reader = source.with.reader.take();
        let choice = source.with.choice.take();
        if let Some(Choice::AppendTo { ticket }) = choice {
            return self.append(conn, ticket, &source).await;
        }
        let (mut shown, mut all) = (Vec::new(), Vec::new());
        if is_checked {
            all = self.hits(conn, &matter, None, None, at).await?;
            shown = match &reader {
                Some(_) => self.hits(conn, &matter, None, reader.as_ref(), at).await?,
                None => all.clone(),
            };
        }
        if source.asks && choice.is_none() && !shown.is_empty() {
            return Err(Refused::Duplicate.into());
        }
        let is_different = matches!(choice, Some(Choice::Different { .. }));
        if is_different && is_checked && shown.is_empty() {
            // What it should differ from was never filed, or is not there any more: the reason would stand nowhere.
            return Err(Refused::NoDuplicate.into());
        }
        let asked = source.asks;
        let mut made = self.begin(conn, id, source).await?;
        if asked {
            // What he may not read he has not been asked about.
            all.retain(|id| !shown.contains(id));
        }
        all.truncate(LINKED_MAX);
        let linked = (Relation::Related, "");
        let rule = (&By::system(), at);
        let told = self
            .relate(conn, &mut made.ticket, &all, linked, rule)
            .await?;
        made.news.extend(told);
        if !is_checked {
            check_at(conn, id, Some(at)).await?;
        }
        match choice {
            Some(choice) => self.choose(conn, made, (choice, shown), (by, at)).await,
            None => Ok(made),
        }
    }

    async fn choose(
        &self,
        conn: &mut Connection,
        mut made: Submitted,
        (choice, shown): (Choice, Vec<TicketId>),
        (by, at): (By, Timestamp),
    ) -> Result<Submitted> {
        let told = match choice {
            Choice::MergeInto { ticket: into } => {
                let command = Command {
                    ticket: made.ticket.id,
                    version: None,
                    order: Order::Merge { into },
                    by,
                    at,
                };
                let worked = self.follow(conn, command).await?;
                made.ticket = worked.ticket;
                worked.news
            }
            Choice::Link { ticket } => {
                known(conn, ticket).await?;
                let what = (Relation::Related, "");
                self.relate(conn, &mut made.ticket, &[ticket], what, (&by, at))
                    .await?
            }
            Choice::Different { reason } => {
                if reason.trim().is_empty() {
                    return Err(Refused::NoText.into());
                }
                let what = (Relation::Different, reason.as_str());
                self.relate(conn, &mut made.ticket, &shown, what, (&by, at))
                    .await?
            }
            // It has made no ticket.
            Choice::AppendTo { .. } => Vec::new(),
        };
        made.news.extend(told);
        Ok(made)
    }

    /// D6: what would have been a ticket is added to the one that goes on, and its call with it.
    async fn append(
        &self,
        conn: &mut Connection,
        to: TicketId,
        source: &Source,
    ) -> Result<Submitted> {
        let found = survivor(conn, to).await?;
        let to = found.ok_or(StoreError::NotFound("ticket"))?.id;
        let (subject, body) = (&source.matter.subject, &source.matter.body);
        let text = if body.trim().is_empty() {
            subject.clone()
        } else {
            format!("{subject}\n{body}")
        };
        let command = Command {
            ticket: to,
            version: None,
            order: Order::Append { text },
            by: source.by.clone(),
            at: source.at,
        };
        let worked = self.follow(conn, command).await?;
        if let Some(call) = source.with.call {
            link_call(conn, to, call).await?;
        }
        Ok(Submitted {
            ticket: worked.ticket,
            is_new: false,
            news: worked.news,
        })
    }

    /// The tickets of the same hard keys, newest first.
    async fn hits(
        &self,
        conn: &mut Connection,
        matter: &Matter,
        own: Option<TicketId>,
        reader: Option<&Reader>,
        now: Timestamp,
    ) -> Result<Vec<TicketId>> {
        let suspect = Suspect {
            matter: matter.clone(),
            own,
        };
        let search = Search {
            rules: &self.rules,
            plan: &self.plan,
            suspect: &suspect,
            reader,
            now,
        };
        let found: BTreeMap<_, _> = search.hard(conn).await?;
        Ok(found.into_keys().rev().collect())
    }

    async fn check_again(
        &self,
        conn: &mut Connection,
        id: TicketId,
        now: Timestamp,
    ) -> Result<Vec<model::Fact>> {
        let mut ticket = known(conn, id).await?;
        let mut others = self.hits(conn, &ticket.matter, Some(id), None, now).await?;
        others.truncate(LINKED_MAX);
        let linked = (Relation::Related, "");
        let told = self
            .relate(conn, &mut ticket, &others, linked, (&By::system(), now))
            .await?;
        check_at(conn, id, None).await?;
        Ok(told)
    }
}

/// When a ticket's duplicates are looked for again; `None`: they were.
async fn check_at(conn: &mut Connection, id: TicketId, at: Option<Timestamp>) -> Result<()> {
    sqlx::query("UPDATE ticket SET dup_unchecked = $2 WHERE id = $1")
        .bind(big(id.get()))
        .bind(at.map(Timestamp::as_ms))
        .execute(conn)
        .await?;
    Ok(())
}

async fn link_call(conn: &mut Connection, id: TicketId, call: CallId) -> Result<()> {
    sqlx::query(
        "INSERT INTO ticket_call (ticket_id, call_id, role) VALUES ($1, $2, 'appended')
         ON CONFLICT (ticket_id, call_id) DO NOTHING",
    )
    .bind(big(id.get()))
    .bind(big(call.get()))
    .execute(conn)
    .await?;
    Ok(())
}
