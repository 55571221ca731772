//! What people and timers do to tickets: the rules are asked and what they say is written, in one transaction.
//!
//! Whoever gives an order by a version that is not current gets `Conflict` and has changed nothing (property e); a refusal is the
//! rule's own word. Tickets become one, and two again, in one transaction that holds both (M2): there is one writer, so that A into
//! B and B into A come one after the other, and the second finds the first done.

use std::collections::BTreeMap;

use ::ticket::handling::{Group, House};
use ::ticket::rules::{About, Office};
use ::ticket::{By, Entry, Matter, Order, Refused, State, Ticket};
use model::{Fact, TicketId, Timestamp};

use super::birth::{complete, vip};
use super::family::{family, reporters, survivor};
use super::{Clerk, News, TicketDesk, office, ticket};
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
    /// What was told.
    pub news: Vec<Fact>,
}

impl TicketDesk {
    /// Does what is ordered. `NotFound`, `Conflict` unless the version is current, or `Refused`.
    pub async fn order(&self, command: Command) -> Result<Worked> {
        let clerk = self.clerk(command.at).await?;
        self.write(move |conn| Box::pin(async move { clerk.follow(conn, command).await }))
            .await
    }

    /// What would come of an order that neither joins nor parts tickets, which is not given: the ticket as it would stand. `NotFound`, `Conflict` or
    /// `Refused` as [`TicketDesk::order`].
    pub async fn try_order(&self, command: Command) -> Result<Ticket> {
        let clerk = self.clerk(command.at).await?;
        let mut conn = self.database.readers().acquire().await?;
        let (mut ticket, groups) = clerk.met(&mut conn, &command).await?;
        clerk.take(&mut conn, &mut ticket, &groups, command).await?;
        Ok(ticket)
    }

    /// The groups of the house with their people, as they are at a moment.
    pub async fn groups(&self, now: Timestamp) -> Result<BTreeMap<String, Group>> {
        let mut conn = self.database.readers().acquire().await?;
        office::groups(&mut conn, &self.rules(), now).await
    }

    /// R14: wakes the tickets whose moment has come, at most 500, earliest first; gives what was told. Each is booked by its own row, so that a restart,
    /// or another who asks, books nothing twice; one that cannot be woken is said and does not hold up the others.
    pub async fn wake(&self, now: Timestamp) -> Result<Vec<Fact>> {
        self.adopt_hours(now).await?;
        let ids: Vec<(i64,)> = sqlx::query_as(
            "SELECT id FROM ticket WHERE wake_at IS NOT NULL AND wake_at <= $1 ORDER BY wake_at LIMIT $2",
        )
        .bind(now.as_ms())
        .bind(WOKEN_MAX)
        .fetch_all(self.database.readers())
        .await?;
        let mut news = Vec::new();
        for (id,) in ids {
            let id = TicketId::new(count(id));
            match self.wake_one(id, now).await {
                Ok(told) => news.extend(told),
                Err(error) if error.is_passing() => return Err(error),
                Err(error) => {
                    tracing::error!(%error, ticket = %id, "a ticket was not woken");
                    let database = &self.database;
                    database
                        .write(move |conn| Box::pin(sleep(conn, id, now)))
                        .await?;
                }
            }
        }
        Ok(news)
    }

    async fn wake_one(&self, id: TicketId, now: Timestamp) -> Result<Vec<Fact>> {
        let clerk = self.clerk(now).await?;
        self.write(move |conn| {
            Box::pin(async move {
                let mut ticket = known(conn, id).await?;
                let groups = office::groups(conn, &clerk.rules, now).await?;
                let reporters = clerk.reporters(conn, &ticket).await?;
                let office = clerk.office(&groups, &ticket.matter, &ticket, &reporters);
                let entries = ticket.wake(&office.house(), now);
                if entries.is_empty() {
                    // Nothing comes of it any more: it must not stand in the way of others.
                    sleep(conn, id, now).await?;
                }
                let worked = clerk.written(conn, ticket, entries, &groups).await?;
                Ok(worked.news)
            })
        })
        .await
    }
}

impl News for Worked {
    fn news(&self) -> &[Fact] {
        &self.news
    }
}

impl Clerk {
    pub(super) async fn follow(&self, conn: &mut Connection, command: Command) -> Result<Worked> {
        let (mut ticket, mut groups) = self.met(conn, &command).await?;
        let Command { order, by, at, .. } = &command;
        if let Order::Merge { into } = order {
            let other = survivor(conn, *into).await?;
            let pair = (ticket, other.ok_or(StoreError::NotFound("ticket"))?);
            let by = (by.clone(), *at);
            return self.pair(conn, pair, &groups, by, Ticket::merge_into).await;
        }
        if *order == Order::Unmerge {
            let into = ticket.handling.merging.into.as_ref();
            let into = into.ok_or(Refused::NotASurvivor)?.ticket;
            let pair = (ticket, known(conn, into).await?);
            let by = (by.clone(), *at);
            return self.pair(conn, pair, &groups, by, Ticket::part_from).await;
        }
        if let (Order::Claim, Some(agent)) = (order, by.actor.agent()) {
            office::count_work(conn, &mut groups, agent).await?;
        }
        let (at, is_released) = (*at, matches!(order, Order::Release { .. }));
        let before = ticket.matter.clone();
        let mut entries = self.take(conn, &mut ticket, &groups, command).await?;
        let is_other = self.kind_of(&before) != self.kind_of(&ticket.matter);
        if ticket.state() == State::New && (is_released || is_other) {
            entries.extend(self.routed(conn, &mut ticket, &groups, at).await?);
        }
        self.written(conn, ticket, entries, &groups).await
    }

    /// The ticket that is meant, by the version that was read, and the groups of that moment.
    async fn met(
        &self,
        conn: &mut Connection,
        command: &Command,
    ) -> Result<(Ticket, BTreeMap<String, Group>)> {
        let ticket = known(conn, command.ticket).await?;
        let version = command.version;
        if version.is_some_and(|version| version != ticket.version) {
            return Err(StoreError::Conflict {
                what: "ticket",
                current: ticket.version,
            });
        }
        let groups = office::groups(conn, &self.rules, command.at).await?;
        Ok((ticket, groups))
    }

    /// One ticket does what is ordered; what came by itself before is told first, though nobody looked (R14).
    async fn take(
        &self,
        conn: &mut Connection,
        ticket: &mut Ticket,
        groups: &BTreeMap<String, Group>,
        Command { order, by, at, .. }: Command,
    ) -> Result<Vec<Entry>> {
        let order = self.completed(order);
        let reporters = self.reporters(conn, ticket).await?;
        let office = self.office(groups, &ticket.matter, ticket, &reporters);
        let mut entries = ticket.wake(&office.house(), at);
        let mut matter = ticket.matter.clone();
        if let Some(correction) = order.correction() {
            // What is promised then is promised by the type which it has then.
            matter.revise(correction)?;
            self.rules.may_become(&ticket.matter, &matter)?;
        }
        let office = self.office(groups, &matter, ticket, &reporters);
        entries.extend(ticket.take(order, &by, &office.house(), at)?);
        Ok(entries)
    }

    /// Type and category, by which rules send tickets.
    fn kind_of<'m>(&self, matter: &'m Matter) -> (Option<&'m str>, Option<&'m str>) {
        (matter.ticket_type.as_deref(), matter.category.as_deref())
    }

    /// M6: of what went into a ticket one of each other reporter.
    async fn reporters(&self, conn: &mut Connection, ticket: &Ticket) -> Result<Vec<TicketId>> {
        if ticket.handling.merging.absorbed.is_empty() {
            return Ok(Vec::new());
        }
        let family = family(conn, ticket.id).await?;
        reporters(conn, &family, &ticket.handling.visits).await
    }

    fn office<'a>(
        &'a self,
        groups: &'a BTreeMap<String, Group>,
        matter: &Matter,
        ticket: &Ticket,
        reporters: &[TicketId],
    ) -> Office<'a> {
        let about = About {
            id: ticket.id,
            matter,
            hours: ticket.handling.hours,
            open_tasks: 0,
            reporters,
        };
        self.rules.office(groups, &self.hours, about)
    }

    /// A number that somebody corrects is read as all others are.
    fn completed(&self, mut order: Order) -> Order {
        if let Order::Correct(correction) = &mut order
            && let Some(contact) = &mut correction.contact
        {
            contact.e164 = None;
            complete(&self.plan, contact);
        }
        order
    }

    /// T3, T5: where the rules send a ticket that is for work, or about something else.
    async fn routed(
        &self,
        conn: &mut Connection,
        ticket: &mut Ticket,
        groups: &BTreeMap<String, Group>,
        at: Timestamp,
    ) -> Result<Option<Entry>> {
        let (channel,): (String,) = sqlx::query_as("SELECT channel FROM ticket WHERE id = $1")
            .bind(big(ticket.id.get()))
            .fetch_one(&mut *conn)
            .await?;
        let vip = vip(conn, ticket.matter.customer).await?;
        let before = office::turns(conn, &self.rules).await?;
        let mut turns = before.clone();
        let order = self
            .rules
            .route(ticket, (&channel, vip), groups, &mut turns);
        office::keep_turns(conn, &before, &turns).await?;
        let Some(order) = order else { return Ok(None) };
        let office = self.office(groups, &ticket.matter, ticket, &[]);
        Ok(ticket.take(order, &By::system(), &office.house(), at)?)
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
        // What came by itself before is told first, of both (R10, R14).
        let asked = self.reporters_after(conn, &one, &other).await?;
        let mut came = [&mut one, &mut other].map(|ticket| {
            let office = self.office(groups, &ticket.matter, ticket, &asked);
            ticket.wake(&office.house(), at)
        });
        let offices =
            [&one, &other].map(|ticket| self.office(groups, &ticket.matter, ticket, &asked));
        let [of_one, of_other] = &offices;
        let second = (&mut other, of_other.house());
        let (first, second) = join(&mut one, of_one.house(), second, &by, at)?;
        let [of_one, of_other] = &mut came;
        of_one.push(first);
        of_other.push(second);
        let [of_one, of_other] = came;
        let also = self.written(conn, other, of_other, groups).await?;
        let mut worked = self.written(conn, one, of_one, groups).await?;
        worked.news.extend(also.news);
        Ok(worked)
    }

    /// M6: the other reporters of `other` once `one` has gone into it, or has left it.
    async fn reporters_after(
        &self,
        conn: &mut Connection,
        one: &Ticket,
        other: &Ticket,
    ) -> Result<Vec<TicketId>> {
        let mut all = family(conn, other.id).await?;
        let of_one = family(conn, one.id).await?;
        if one.handling.merging.into.is_some() {
            all.retain(|id| !of_one.contains(id));
        } else {
            all.extend(of_one);
        }
        reporters(conn, &all, &other.handling.visits).await
    }

    async fn written(
        &self,
        conn: &mut Connection,
        ticket: Ticket,
        entries: Vec<Entry>,
        groups: &BTreeMap<String, Group>,
    ) -> Result<Worked> {
        let mut news = Vec::new();
        if !entries.is_empty() {
            news = self.pen(groups).write(conn, &ticket, &entries).await?;
        }
        let closing = |it: &&Entry| it.to == State::Closed && it.from != Some(State::Closed);
        if let Some(closing) = entries.iter().find(closing) {
            for id in self.reporters(conn, &ticket).await? {
                let mut told = known(conn, id).await?;
                let entry = told.survivor_closed(closing.at, ticket.id);
                news.extend(self.pen(groups).write(conn, &told, &[entry]).await?);
            }
        }
        Ok(Worked { ticket, news })
    }
}

/// A ticket that wants to be woken though nothing comes is looked at again in an hour.
async fn sleep(conn: &mut Connection, id: TicketId, now: Timestamp) -> Result<()> {
    const HOUR_MS: i64 = 3_600_000;
    sqlx::query("UPDATE ticket SET wake_at = $2 WHERE id = $1 AND wake_at <= $3")
        .bind(big(id.get()))
        .bind(now.as_ms().saturating_add(HOUR_MS))
        .bind(now.as_ms())
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn known(conn: &mut Connection, id: TicketId) -> Result<Ticket> {
    let found = ticket(conn, id).await?;
    found.ok_or(StoreError::NotFound("ticket"))
}
