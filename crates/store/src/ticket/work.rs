//! What people and timers do to tickets: the rules are asked and what they say is written, in one transaction.
//!
//! Whoever gives an order by a version that is not current gets `Conflict` and has changed nothing (property e); a refusal is the
//! rule's own word. Tickets become one, and two again, in one transaction that holds both (M2): there is one writer, so that A into
//! B and B into A come one after the other, and the second finds the first done.

use std::collections::BTreeMap;

use ::ticket::handling::{Group, House};
use ::ticket::{By, Entry, Order, Refused, Ticket};
use model::{Fact, TicketId, Timestamp};

use super::reader::survivor;
use super::{Clerk, TicketDesk, office, ticket};
use crate::column::{big, count};
use crate::database::Connection;
use crate::error::{Result, StoreError};

/// Tickets that timers wake at once (R14).
const WOKEN_MAX: i64 = 500;

/// T26 or T27.
type Join = for<'a> fn(
    &mut Ticket,
    House<'a>,
    (&mut Ticket, House<'a>),
    &By,
    Timestamp,
) -> std::result::Result<(Entry, Entry), Refused>;

/// An order, and who gives it.
#[derive(Clone, Debug)]
pub struct Command {
    /// Which ticket.
    pub ticket: TicketId,
    /// The version that was read; `None` for orders that do not depend on it.
    pub version: Option<u64>,
    /// What is to be done.
    pub order: Order,
    /// Who says so.
    pub by: By,
    /// When.
    pub at: Timestamp,
}

/// What came of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worked {
    /// The ticket as it stands.
    pub ticket: Ticket,
    /// What is to be told.
    pub news: Vec<Fact>,
}

/// What came by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Woken {
    /// What is to be told.
    pub news: Vec<Fact>,
    looked_at: usize,
}

impl Woken {
    /// Whether more may be waiting.
    pub const fn is_more(&self) -> bool {
        self.looked_at == WOKEN_MAX as usize
    }
}

impl TicketDesk {
    /// Does what is ordered. `NotFound`, `Conflict` unless the version is current, or `Refused`.
    pub async fn order(&self, command: Command) -> Result<Worked> {
        let clerk = self.clerk();
        self.database
            .write(move |conn| Box::pin(async move { clerk.follow(conn, command).await }))
            .await
    }

    /// R14: wakes the tickets whose moment has come, at most 500, earliest first. A ticket is booked by its own row, so that a
    /// restart, or another who asks, books nothing twice.
    pub async fn wake(&self, now: Timestamp) -> Result<Woken> {
        let clerk = self.clerk();
        self.database
            .write(move |conn| {
                Box::pin(async move {
                    let ids: Vec<(i64,)> = sqlx::query_as(
                        "SELECT id FROM ticket WHERE wake_at IS NOT NULL AND wake_at <= $1 ORDER BY wake_at LIMIT $2",
                    )
                    .bind(now.as_ms())
                    .bind(WOKEN_MAX)
                    .fetch_all(&mut *conn)
                    .await?;
                    let mut woken = Woken {
                        looked_at: ids.len(),
                        ..Woken::default()
                    };
                    if ids.is_empty() {
                        return Ok(woken);
                    }
                    let groups = office::groups(conn, &clerk.rules, now).await?;
                    for (id,) in ids {
                        let mut ticket = known(conn, TicketId::new(count(id))).await?;
                        let matter = ticket.matter.clone();
                        let office = clerk.rules.office(&groups, &matter, ticket.id, 0);
                        let entries = ticket.wake(&office.house(), now);
                        if entries.is_empty() {
                            // Nothing comes of it any more: it must not stand in the way of others.
                            sleep(conn, &ticket, now).await?;
                        }
                        let worked = clerk.written(conn, ticket, entries, &groups).await?;
                        woken.news.extend(worked.news);
                    }
                    Ok(woken)
                })
            })
            .await
    }
}

impl Clerk {
    async fn follow(&self, conn: &mut Connection, command: Command) -> Result<Worked> {
        let Command {
            ticket: id,
            version,
            order,
            by,
            at,
        } = command;
        let mut ticket = known(conn, id).await?;
        if version.is_some_and(|version| version != ticket.version) {
            return Err(StoreError::Conflict {
                what: "ticket",
                current: ticket.version,
            });
        }
        let mut groups = office::groups(conn, &self.rules, at).await?;
        if let Order::Merge { into } = order {
            let other = survivor(conn, into).await?;
            let pair = (ticket, other.ok_or(StoreError::NotFound("ticket"))?);
            let by = (by, at);
            return self.pair(conn, pair, &groups, by, Ticket::merge_into).await;
        }
        if order == Order::Unmerge {
            let into = ticket.handling.merging.into.as_ref();
            let into = into.ok_or(Refused::NotASurvivor)?.ticket;
            let pair = (ticket, known(conn, into).await?);
            let by = (by, at);
            return self.pair(conn, pair, &groups, by, Ticket::part_from).await;
        }
        if let Some(agent) = by.actor.agent() {
            office::count_work(conn, &mut groups, agent).await?;
        }
        let mut matter = ticket.matter.clone();
        if let Some(correction) = order.correction() {
            // What is promised then is promised by the type which it has then.
            matter.revise(correction)?;
        }
        let office = self.rules.office(&groups, &matter, id, 0);
        let entry = ticket.take(order, &by, &office.house(), at)?;
        self.written(conn, ticket, entry.into_iter().collect(), &groups)
            .await
    }

    /// Two tickets change together, or none.
    async fn pair(
        &self,
        conn: &mut Connection,
        (mut one, mut other): (Ticket, Ticket),
        groups: &BTreeMap<String, Group>,
        (by, at): (By, Timestamp),
        join: Join,
    ) -> Result<Worked> {
        let offices =
            [&one, &other].map(|ticket| self.rules.office(groups, &ticket.matter, ticket.id, 0));
        let [of_one, of_other] = &offices;
        let second = (&mut other, of_other.house());
        let (first, second) = join(&mut one, of_one.house(), second, &by, at)?;
        let also = self.written(conn, other, vec![second], groups).await?;
        let mut worked = self.written(conn, one, vec![first], groups).await?;
        worked.news.extend(also.news);
        Ok(worked)
    }

    async fn written(
        &self,
        conn: &mut Connection,
        ticket: Ticket,
        entries: Vec<Entry>,
        groups: &BTreeMap<String, Group>,
    ) -> Result<Worked> {
        let news = if entries.is_empty() {
            Vec::new()
        } else {
            self.pen(groups).write(conn, &ticket, &entries).await?
        };
        Ok(Worked { ticket, news })
    }
}

/// A ticket that wants to be woken though nothing comes is looked at again in an hour.
async fn sleep(conn: &mut Connection, ticket: &Ticket, now: Timestamp) -> Result<()> {
    const HOUR_MS: i64 = 3_600_000;
    sqlx::query("UPDATE ticket SET wake_at = $2 WHERE id = $1")
        .bind(big(ticket.id.get()))
        .bind(now.as_ms().saturating_add(HOUR_MS))
        .execute(conn)
        .await?;
    Ok(())
}

async fn known(conn: &mut Connection, id: TicketId) -> Result<Ticket> {
    let found = ticket(conn, id).await?;
    found.ok_or(StoreError::NotFound("ticket"))
}
