//! The search for tickets about the same matter (判重, D1 to D5, D8): by hard key all of them, however many; by likeness among the
//! newest of the same number, the same customer and the same category.
//!
//! Nobody is listed a ticket that he may not read, and none that somebody has said to be different (D6).

use std::collections::{BTreeMap, BTreeSet};

use ::ticket::duplicate::{Compared, Condition};
use ::ticket::rules::Why;
use ::ticket::{Matter, Rules, Ticket};
use model::fact::TicketField;
use model::{DAY_MS, E164, NumberPlan, TicketId, Timestamp};
use sqlx::FromRow;

use super::TicketDesk;
use super::birth::complete;
use super::key::digest;
use super::reader::Reader;
use super::row::{Row, select, tickets};
use crate::column::{big, count, from_json};
use crate::database::{Bound, Connection, Statement};
use crate::error::{Result, StoreError};
use crate::page::{Page, PageRequest};

/// Most tickets of one hard key that are looked at.
const HARD_MAX: i64 = 10_000;
/// Most tickets of a number, of a customer, of a category, whose likeness is looked at; of the first two open and ended ones each.
const ALIKE_MAX: i64 = 500;

/// What others are compared with: a ticket that stands, or one that is being entered.
#[derive(Clone, Debug, Default)]
pub struct Suspect {
    /// What it is about.
    pub matter: Matter,
    /// The ticket itself, where it stands.
    pub own: Option<TicketId>,
}

/// A ticket about what may be the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The ticket.
    pub ticket: Ticket,
    /// Whether a condition of the house holds (D1).
    pub is_hard: bool,
    /// Whether so much is alike that it is likely the same (D3).
    pub is_likely: bool,
    /// How much is alike.
    pub points: u16,
    /// Conditions that hold, then what is alike (D4).
    pub why: Vec<Why>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicates {
    /// How many in all.
    pub total: usize,
    /// How many of them by a hard key.
    pub hard: usize,
    /// A page of them, newest first.
    pub page: Page<Duplicate>,
    /// D8: the newest open ticket of the same number or customer in the same category; better added to or urged than entered again.
    pub open: Option<TicketId>,
}

/// A search in one connection.
pub(super) struct Search<'a> {
    pub(super) rules: &'a Rules,
    pub(super) plan: &'a NumberPlan,
    pub(super) suspect: &'a Suspect,
    /// Who is shown it; `None`: all of it.
    pub(super) reader: Option<&'a Reader>,
    pub(super) now: Timestamp,
}

/// What is compared of a row.
#[derive(FromRow)]
struct Alike {
    id: i64,
    is_open: i64,
    contact_e164: Option<String>,
    category: Option<String>,
    subject: String,
    fields: String,
    closed_at: Option<i64>,
}

/// What likeness has found.
#[derive(Default)]
struct Found {
    listed: BTreeSet<TicketId>,
    open: Option<TicketId>,
}

impl TicketDesk {
    /// D4: the tickets about the same matter, newest first. `reader`: who is shown them; `None`: all.
    pub async fn duplicates(
        &self,
        mut suspect: Suspect,
        reader: Option<&Reader>,
        page: PageRequest,
        now: Timestamp,
    ) -> Result<Duplicates> {
        let (rules, plan) = (self.rules(), self.database.plan());
        complete(plan, &mut suspect.matter.contact);
        let search = Search {
            rules: &rules,
            plan,
            suspect: &suspect,
            reader,
            now,
        };
        let mut conn = self.database.readers().acquire().await?;
        search.list(&mut conn, page).await
    }
}

impl<'a> Search<'a> {
    /// The tickets of the same hard keys, each with the conditions that hold.
    pub(super) async fn hard(
        &self,
        conn: &mut Connection,
    ) -> Result<BTreeMap<TicketId, Vec<&'a Condition>>> {
        let mut found: BTreeMap<TicketId, Vec<&Condition>> = BTreeMap::new();
        for (condition, key) in self.rules.hard_keys(&self.suspect.matter) {
            let window_ms = i64::from(condition.window_days) * DAY_MS;
            let mut query =
                Statement::new("SELECT k.ticket_id FROM ticket_key k WHERE k.dup_key = ");
            query
                .push_bind(digest(&key))
                .push(" AND k.filed_at >= ")
                .push_bind(self.now.as_ms().saturating_sub(window_ms));
            self.but_own(&mut query, "k.ticket_id");
            // Nobody looks up thousands of tickets to count them, unless some are out of his reach.
            query.push(match self.reader.is_some_and(|it| it.within.is_some()) {
                true => " AND (1 = 0",
                false => " AND (k.is_plain = 1",
            });
            query.push(" OR 0 < (SELECT COUNT(*) FROM ticket t WHERE t.id = k.ticket_id");
            self.narrow(&mut query);
            query
                .push(")) ORDER BY k.ticket_id DESC LIMIT ")
                .push_bind(HARD_MAX);
            let rows: Vec<(i64,)> = query.build_query_as().fetch_all(&mut *conn).await?;
            for (id,) in rows {
                let conditions = found.entry(TicketId::new(count(id))).or_default();
                conditions.push(condition);
            }
        }
        Ok(found)
    }

    async fn list(&self, conn: &mut Connection, page: PageRequest) -> Result<Duplicates> {
        let hard = self.hard(conn).await?;
        let own = self.rules.compared(&self.suspect.matter, None);
        let alike = self.alike(conn, &own).await?;
        let all: BTreeSet<TicketId> = hard.keys().chain(&alike.listed).copied().collect();
        let before = |id: &&TicketId| page.after.is_none_or(|after| id.get() < after);
        let wanted = all.iter().rev().filter(before).take(page.rows() + 1);
        let rows = load(conn, wanted).await?;
        let cut = Page::cut(rows, page, |ticket| ticket.id.get());
        let items = cut.items.into_iter();
        Ok(Duplicates {
            total: all.len(),
            hard: hard.len(),
            page: Page {
                items: items
                    .map(|ticket| self.duplicate(ticket, &hard, &own))
                    .collect(),
                next: cut.next,
            },
            open: alike.open,
        })
    }

    fn duplicate(
        &self,
        ticket: Ticket,
        hard: &BTreeMap<TicketId, Vec<&Condition>>,
        own: &Compared,
    ) -> Duplicate {
        let kind = self.rules.kind_of(&self.suspect.matter);
        let other = self
            .rules
            .compared(&ticket.matter, ticket.handling.times.closed);
        let likeness = own.likeness(&other, &kind.weights, self.now);
        let conditions = hard.get(&ticket.id);
        let why = conditions.into_iter().flatten().map(|it| kind.why(it));
        Duplicate {
            is_hard: conditions.is_some(),
            is_likely: likeness.is_likely,
            points: likeness.points,
            why: why
                .chain(likeness.reasons.into_iter().map(Why::from))
                .collect(),
            ticket,
        }
    }

    /// D3, D8, among the newest of the same number, customer and category.
    async fn alike(&self, conn: &mut Connection, own: &Compared) -> Result<Found> {
        let matter = &self.suspect.matter;
        let weights = &self.rules.kind_of(matter).weights;
        let mut found = Found::default();
        for (clause, value, is_callers) in self.sources() {
            let mut query = Statement::new(
                "SELECT t.id, t.is_open, t.contact_e164, t.category, t.subject, t.fields, t.closed_at FROM ticket t WHERE 1 = 1",
            );
            query.push(clause).push_bind(value);
            self.but_own(&mut query, "t.id");
            self.narrow(&mut query);
            query
                .push(" ORDER BY t.id DESC LIMIT ")
                .push_bind(ALIKE_MAX);
            let rows: Vec<Alike> = query.build_query_as().fetch_all(&mut *conn).await?;
            for row in rows {
                let id = TicketId::new(count(row.id));
                let is_same = row.category.is_some() && row.category == matter.category;
                if is_callers && row.is_open == 1 && is_same {
                    found.open = found.open.max(Some(id));
                }
                let other = row.compared(self.rules)?;
                if own.likeness(&other, weights, self.now).is_listed {
                    found.listed.insert(id);
                }
            }
        }
        Ok(found)
    }

    /// Where what is alike is looked for, each by an index, and whether it is the same caller's.
    fn sources(&self) -> Vec<(&'static str, Bound, bool)> {
        let matter = &self.suspect.matter;
        let number = matter.contact.number.as_deref();
        let key = number.map(|number| self.plan.key(number).key);
        let key = key.filter(|key| !key.is_empty());
        let customer = matter.customer.map(|customer| big(customer.get()));
        let mut sources = Vec::new();
        for (by_number, by_customer) in [
            (
                " AND t.is_open = 1 AND t.contact_key = ",
                " AND t.is_open = 1 AND t.customer_id = ",
            ),
            (
                " AND t.is_open = 0 AND t.contact_key = ",
                " AND t.is_open = 0 AND t.customer_id = ",
            ),
        ] {
            sources.extend(key.clone().map(|key| (by_number, key.into(), true)));
            sources.extend(customer.map(|id| (by_customer, id.into(), true)));
        }
        let category = matter.category.clone();
        sources.extend(category.map(|code| (" AND t.category = ", code.into(), false)));
        sources
    }

    /// Not itself, nor what went into it, nor what somebody said to be different.
    fn but_own(&self, query: &mut Statement, id: &'static str) {
        let Some(own) = self.suspect.own else {
            return;
        };
        let own = big(own.get());
        query.push(" AND ").push(id).push(" <> ").push_bind(own);
        query.push(" AND ").push(id);
        query
            .push(" NOT IN (SELECT i.id FROM ticket i WHERE i.merged_into = ")
            .push_bind(own)
            .push(") AND ")
            .push(id)
            .push(" NOT IN (SELECT r.other_id FROM ticket_relation r WHERE r.relation = 'different' AND r.ticket_id = ")
            .push_bind(own)
            .push(")");
    }

    /// Nor what was entered in error, nor what the reader may not read.
    fn narrow(&self, query: &mut Statement) {
        query.push(" AND t.state <> 'void'");
        if let Some(reader) = self.reader {
            reader.narrow(query);
        }
    }
}

impl Alike {
    fn compared(self, rules: &Rules) -> Result<Compared> {
        let number = self.contact_e164.map(|number| E164::parse(&number));
        let e164 = number
            .transpose()
            .map_err(|error| StoreError::damaged("ticket", error))?;
        let fields: BTreeMap<String, TicketField> = from_json("ticket fields", &self.fields)?;
        let mut matter = Matter {
            category: self.category,
            subject: self.subject,
            fields,
            ..Matter::default()
        };
        matter.contact.e164 = e164;
        let closed_at = self.closed_at.map(Timestamp::from_ms);
        Ok(rules.compared(&matter, closed_at))
    }
}

/// Tickets by id, newest first.
async fn load(conn: &mut Connection, ids: impl Iterator<Item = &TicketId>) -> Result<Vec<Ticket>> {
    let mut query = select();
    query
        .push(" WHERE t.id")
        .push_among(ids.map(|id| big(id.get())))
        .push(" ORDER BY t.id DESC");
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    tickets(rows)
}
