//! Lists of tickets: what is asked for, and in which order. Each stands on an index; pages are cut by key set.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use ::ticket::{Number, Priority, State, Ticket};
use model::{AgentId, CallId, CustomerId, QueueName, TicketId, Timestamp};

use super::reader::Reader;
use super::row::{Row, due_key, select, tickets};
use crate::Database;
use crate::column::big;
use crate::database::{Connection, Shelf, Statement, Words};
use crate::error::Result;
use crate::page::{Page, PageRequest};
use crate::search::{Question, push_match, shelf_of_open};

/// Which tickets; `None` asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketFilter {
    /// In this state.
    pub state: Option<State>,
    /// Open, or ended. `None` is open ones for lists of work (by group, assignee, named or owner, or by what is due), else both.
    pub is_open: Option<bool>,
    /// Of this customer, and of those who were merged into him (F9).
    pub customer: Option<CustomerId>,
    /// Entered by this agent.
    pub created_by: Option<AgentId>,
    /// Whom this agent was the first to be asked (首问责任).
    pub owner: Option<AgentId>,
    /// Accepted by this agent.
    pub assignee: Option<AgentId>,
    /// Sent to this agent, who has not accepted yet.
    pub named: Option<AgentId>,
    /// Followed by this agent (跟踪).
    pub watcher: Option<AgentId>,
    /// With this group.
    pub group: Option<String>,
    /// Whose call waited in this queue.
    pub queue: Option<QueueName>,
    /// Of this call.
    pub call: Option<CallId>,
    /// Of this priority.
    pub priority: Option<Priority>,
    /// Of this type.
    pub ticket_type: Option<String>,
    /// About one of these.
    pub categories: Option<BTreeSet<String>>,
    /// With this contact number, in the form in which numbers are compared ([`Database::number_key`]).
    pub number_key: Option<String>,
    /// Due before this moment.
    pub due_before: Option<Timestamp>,
    /// Whose customer is to be called back before this moment (回访).
    pub visit_before: Option<Timestamp>,
    /// With this number.
    pub number: Option<Number>,
    /// With all the words of a question (J7), of those that began then or later.
    pub text: Option<(Question, Timestamp)>,
    /// Those alone that this person may read; `None`: all.
    pub readable_by: Option<Reader>,
    /// In which order.
    pub order: TicketOrder,
}

/// In which order tickets are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TicketOrder {
    /// The newest first.
    #[default]
    Newest,
    /// What is due next first.
    Due,
}

/// The place of a ticket in a list, as it stood when the list was read; as a text it is what a page is asked for by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketKey {
    /// Among the newest.
    Newest(TicketId),
    /// Among what is due next: that moment in ms, or the last one that there is where nothing is due.
    Due(i64, TicketId),
}

impl TicketKey {
    /// In which order it is a place.
    pub const fn order(self) -> TicketOrder {
        match self {
            Self::Newest(_) => TicketOrder::Newest,
            Self::Due(..) => TicketOrder::Due,
        }
    }

    fn of(ticket: &Ticket, order: TicketOrder) -> Self {
        match order {
            TicketOrder::Newest => Self::Newest(ticket.id),
            TicketOrder::Due => Self::Due(due_key(&ticket.handling), ticket.id),
        }
    }
}

impl fmt::Display for TicketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newest(id) => write!(f, "{id}"),
            Self::Due(due, id) => write!(f, "{due}-{id}"),
        }
    }
}

/// A text that is no place in a list of tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no place in a list of tickets")]
pub struct NoTicketKey;

impl FromStr for TicketKey {
    type Err = NoTicketKey;

    fn from_str(text: &str) -> std::result::Result<Self, NoTicketKey> {
        let id = |text: &str| text.parse().map(TicketId::new).map_err(|_| NoTicketKey);
        match text.split_once('-') {
            None => Ok(Self::Newest(id(text)?)),
            Some((due, of)) => {
                let due: u64 = due.parse().map_err(|_| NoTicketKey)?;
                let due = i64::try_from(due).map_err(|_| NoTicketKey)?;
                Ok(Self::Due(due, id(of)?))
            }
        }
    }
}

impl Database {
    /// Tickets, from after a place on. What is due later meanwhile, or sooner, stands where it stands then; the place itself does not move
    /// with the ticket that stood there, so that none of the others is lost or comes twice.
    pub async fn tickets(
        &self,
        filter: &TicketFilter,
        after: Option<TicketKey>,
        limit: u32,
    ) -> Result<Page<Ticket, TicketKey>> {
        let page = PageRequest { after: None, limit };
        let mut conn = self.readers().acquire().await?;
        let words = filter.words(&mut conn).await?;
        let mut query = filter.list(after, page.rows() as i64 + 1, words);
        let rows: Vec<Row> = query.build_query_as().fetch_all(&mut *conn).await?;
        let key = |ticket: &Ticket| TicketKey::of(ticket, filter.order);
        Ok(Page::cut(tickets(rows)?, page, key))
    }
}

impl TicketFilter {
    /// Where its words are looked for: among those of open tickets, if it asks for such.
    async fn words(&self, conn: &mut Connection) -> Result<&'static Words> {
        let shelf = match (&self.text, self.openness()) {
            (Some(_), Some(true)) => shelf_of_open(conn).await?,
            _ => Shelf::All,
        };
        Ok(Words::of(conn, shelf))
    }

    /// Whether open ones are asked for, or ended ones: whose work it is, and what is due, are asked of open ones unless ended ones are
    /// asked for.
    fn openness(&self) -> Option<bool> {
        let people = [self.assignee, self.named, self.owner];
        let is_work = people.iter().any(Option::is_some) || self.group.is_some();
        let is_due = self.order == TicketOrder::Due || self.due_before.is_some();
        self.is_open.or((is_work || is_due).then_some(true))
    }

    /// Whether no index gives the order: what is asked for is sorted by its keys then, and not with whole rows, which are wide. A customer
    /// may have tens of thousands.
    fn is_sorted(&self) -> bool {
        let of_one = self.customer.is_some() || self.number_key.is_some();
        // What a group or somebody has to do lies in the order in which it is due.
        let is_work = self.group.is_some() || self.assignee.is_some() || self.named.is_some();
        of_one
            || match self.order {
                TicketOrder::Due => self.text.is_some(),
                TicketOrder::Newest => {
                    self.due_before.is_some() || is_work && self.openness() == Some(true)
                }
            }
    }

    fn list(&self, after: Option<TicketKey>, rows: i64, words: &Words) -> Statement {
        // The table of words is walked from its end, if they are asked for.
        let id = match self.joins_words() {
            true => words.id,
            false => "t.id",
        };
        let mut query = select();
        let is_sorted = self.is_sorted();
        if is_sorted {
            query.push(" WHERE t.id IN (SELECT t.id FROM ticket t");
        }
        self.narrow(&mut query, words);
        match after {
            Some(TicketKey::Newest(last)) => {
                query
                    .push(" AND ")
                    .push(id)
                    .push(" < ")
                    .push_bind(big(last.get()));
            }
            Some(TicketKey::Due(_, id)) if self.is_open == Some(false) => {
                query.push(" AND t.id > ").push_bind(big(id.get()));
            }
            Some(TicketKey::Due(due, id)) => {
                query
                    .push(" AND (t.due_key, t.id) > (")
                    .push_bind(due)
                    .push(", ")
                    .push_bind(big(id.get()))
                    .push(")");
            }
            None => {}
        }
        let due = match self.is_open {
            // Nothing of an ended one is due: it is the same for all, and their ids have an index.
            Some(false) => " ORDER BY t.id",
            Some(true) | None => " ORDER BY t.due_key, t.id",
        };
        match self.order {
            TicketOrder::Newest => query.push(" ORDER BY ").push(id).push(" DESC"),
            TicketOrder::Due => query.push(due),
        };
        query.push(" LIMIT ").push_bind(rows);
        if is_sorted {
            query.push(")").push(match self.order {
                TicketOrder::Newest => " ORDER BY t.id DESC",
                TicketOrder::Due => due,
            });
        }
        query
    }

    /// Whether those that have the words are gone through. Of open ones by what is due the tickets are, in their order: of a common word
    /// the first ones have it, and all that have it would be sorted.
    fn joins_words(&self) -> bool {
        let by_due = self.order == TicketOrder::Due && self.openness() == Some(true);
        self.text.is_some() && !by_due
    }

    fn narrow(&self, query: &mut Statement, words: &Words) {
        if self.joins_words() {
            query.push(words.join).push("t.id");
        }
        if let Some(agent) = self.watcher {
            query
                .push(" JOIN ticket_watcher f ON f.ticket_id = t.id WHERE f.agent_id = ")
                .push_bind(big(agent.get()));
        } else {
            query.push(" WHERE 1 = 1");
        }
        if let Some((question, since)) = &self.text {
            if self.joins_words() {
                query.push(" AND ");
                push_match(query, words, question, *since);
            } else {
                // The sign keeps them from being gone through by their ids.
                query
                    .push(" AND +t.id IN (SELECT ")
                    .push(words.id)
                    .push(words.from);
                push_match(query, words, question, *since);
                query.push(")");
            }
        }
        // Literals: so that a plan for all values can use the partial indexes.
        query.push(match self.openness() {
            Some(true) => " AND t.is_open = 1",
            Some(false) => " AND t.is_open = 0",
            None => "",
        });
        let id = |agent: Option<AgentId>| agent.map(|agent| big(agent.get()));
        for (column, value) in [
            (" AND t.created_by = ", id(self.created_by)),
            (" AND t.owner = ", id(self.owner)),
            (" AND t.assignee = ", id(self.assignee)),
            (" AND t.named = ", id(self.named)),
            (
                " AND t.priority = ",
                self.priority.map(|it| i64::from(it.level())),
            ),
            (" AND t.due_key < ", self.due_before.map(Timestamp::as_ms)),
            (
                " AND t.visit_at IS NOT NULL AND t.visit_at < ",
                self.visit_before.map(Timestamp::as_ms),
            ),
        ] {
            if let Some(value) = value {
                query.push(column).push_bind(value);
            }
        }
        for (column, value) in [
            (" AND t.state = ", self.state.map(State::name)),
            (" AND t.work_group = ", self.group.as_deref()),
            (
                " AND t.queue = ",
                self.queue.as_ref().map(QueueName::as_str),
            ),
            (" AND t.ticket_type = ", self.ticket_type.as_deref()),
            (" AND t.contact_key = ", self.number_key.as_deref()),
        ] {
            if let Some(value) = value {
                query.push(column).push_bind(value);
            }
        }
        if let Some(categories) = &self.categories {
            query
                .push(" AND t.category")
                .push_among(categories.iter().cloned());
        }
        if let Some(customer) = self.customer {
            let id = big(customer.get());
            query
                .push(" AND t.customer_id IN (SELECT id FROM customer WHERE id = ")
                .push_bind(id)
                .push(" OR merged_into_id = ")
                .push_bind(id)
                .push(")");
        }
        if let Some(call) = self.call {
            query
                .push(" AND t.id IN (SELECT ticket_id FROM ticket_call WHERE call_id = ")
                .push_bind(big(call.get()))
                .push(")");
        }
        if let Some(number) = &self.number {
            query
                .push(" AND t.number = ")
                .push_bind(number.digits().to_owned());
        }
        if let Some(reader) = &self.readable_by {
            reader.narrow(query);
        }
    }
}

#[cfg(test)]
mod tests {
    use sqlx::Row as _;

    use super::*;
    use crate::database::Place;
    use crate::migration::migrate;
    use crate::places;

    #[test]
    fn a_place_comes_back_as_it_was_told() {
        let id = TicketId::new(7);
        for key in [
            TicketKey::Newest(id),
            TicketKey::Due(1_795_000_000_000, id),
            TicketKey::Due(i64::MAX, id),
        ] {
            assert_eq!(key.to_string().parse(), Ok(key));
        }
        for text in ["", "x", "1-", "-1-7", "1-2-3", "9223372036854775808-1"] {
            assert_eq!(text.parse::<TicketKey>(), Err(NoTicketKey), "{text}");
        }
    }

    /// 20,000 tickets of 40 queues, 50 categories, 10 types and 5 priorities, a hundredth of them open.
    /// What is asked for is rare: of what is common a page is full soon, walking back from the last ticket, and PostgreSQL does that.
    const TICKETS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO ticket (id, number, channel, created_at, for_leads, queue, ticket_type, category, state, is_open, priority, due_key,
           subject, body, updated_at, version)
         SELECT i, CAST(i AS TEXT), 'api', i, 0, CAST(i % 2000 AS TEXT), CAST(i % 2000 AS TEXT), CAST(i % 2000 AS TEXT),
           'closed', CASE WHEN i % 100 = 0 THEN 1 ELSE 0 END, CASE WHEN i % 2000 = 0 THEN 1 ELSE 2 + i % 4 END, i, '', '', i, 1 FROM n";

    /// How a database would go about a list.
    async fn plan(conn: &mut Connection, place: &Place, filter: &TicketFilter) -> String {
        let (explain, column) = match place {
            Place::File(_) => ("EXPLAIN QUERY PLAN ", 3),
            Place::Server => ("EXPLAIN ", 0),
        };
        let mut query = filter
            .list(None, 51, Words::of(conn, Shelf::All))
            .behind(explain);
        let rows = query.build_query().fetch_all(&mut *conn).await.unwrap();
        let lines = rows.iter().map(|row| row.get::<String, _>(column));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[tokio::test]
    async fn lists_by_queue_type_category_and_priority_look_at_no_more_than_they_are_asked_for() {
        let set = |codes: &[&str]| Some(codes.iter().map(|it| (*it).to_owned()).collect());
        let all = TicketFilter::default;
        let filters = [
            (
                "queue",
                TicketFilter {
                    queue: Some("7".into()),
                    ..all()
                },
            ),
            (
                "type",
                TicketFilter {
                    ticket_type: Some("7".into()),
                    ..all()
                },
            ),
            (
                "category",
                TicketFilter {
                    categories: set(&["7"]),
                    ..all()
                },
            ),
            (
                "category",
                TicketFilter {
                    categories: set(&["7", "8", "9"]),
                    ..all()
                },
            ),
            (
                "priority",
                TicketFilter {
                    priority: Priority::new(1).ok(),
                    ..all()
                },
            ),
        ];
        for empty in places::both().await {
            let mut conn = empty.connect().await;
            let now = Timestamp::from_ms(1);
            migrate(&mut conn, empty.place(), now).await.unwrap();
            for text in [TICKETS, "ANALYZE"] {
                sqlx::query(text).execute(&mut conn).await.unwrap();
            }
            for (name, filter) in &filters {
                let found = plan(&mut conn, empty.place(), filter).await;
                // Of several that are common a page is full soon, walking back from the last ticket.
                let several = filter.categories.as_ref().is_some_and(|it| it.len() > 1);
                let is_walk = several && found.contains("Index Scan Backward using ticket_pkey");
                assert!(
                    is_walk || found.contains(&format!("ticket_{name}")),
                    "{name}:\n{found}"
                );
                let due = TicketFilter {
                    order: TicketOrder::Due,
                    ..filter.clone()
                };
                let due = plan(&mut conn, empty.place(), &due).await;
                let is_of_open =
                    due.contains(&format!("ticket_{name}_due")) || due.contains("ticket_open");
                assert!(
                    is_of_open,
                    "what is due is looked for among open ones, {name}:\n{due}"
                );
                for plan in [found, due] {
                    let is_scan = plan.contains("Seq Scan on ticket")
                        || plan.contains("SCAN t\n")
                        || plan.ends_with("SCAN t");
                    assert!(!is_scan, "{name}:\n{plan}");
                }
            }
        }
    }
}
