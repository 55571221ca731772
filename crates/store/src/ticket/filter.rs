//! Lists of tickets: what is asked for, and in which order. Each stands on an index; pages are cut by key set.

use ::ticket::{Number, Priority, State, Ticket};
use model::{AgentId, CallId, CustomerId, QueueName, Timestamp};

use super::reader::Reader;
use super::row::{Row, select, tickets};
use crate::Database;
use crate::column::big;
use crate::database::{Statement, Words};
use crate::error::Result;
use crate::page::{Page, PageRequest};
use crate::search::{Question, push_match};

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
    /// About this.
    pub category: Option<String>,
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

impl Database {
    /// Tickets.
    pub async fn tickets(&self, filter: &TicketFilter, page: PageRequest) -> Result<Page<Ticket>> {
        let mut conn = self.readers().acquire().await?;
        let words = Words::of(&conn);
        // The table of words is walked from its end, if they are asked for.
        let id = filter.text.as_ref().map_or("t.id", |_| words.id);
        let mut query = select();
        filter.narrow(&mut query, words);
        match (filter.order, page.after) {
            (TicketOrder::Newest, Some(after)) => {
                query
                    .push(" AND ")
                    .push(id)
                    .push(" < ")
                    .push_bind(big(after));
            }
            (TicketOrder::Due, Some(after)) => {
                query
                    .push(" AND (t.due_key, t.id) > (SELECT l.due_key, l.id FROM ticket l WHERE l.id = ")
                    .push_bind(big(after))
                    .push(")");
            }
            (TicketOrder::Newest | TicketOrder::Due, None) => {}
        }
        match filter.order {
            TicketOrder::Newest => query.push(" ORDER BY ").push(id).push(" DESC LIMIT "),
            TicketOrder::Due => query.push(" ORDER BY t.due_key, t.id LIMIT "),
        };
        query.push_bind(page.rows() as i64 + 1);
        let rows: Vec<Row> = query.build_query_as().fetch_all(&mut *conn).await?;
        Ok(Page::cut(tickets(rows)?, page, |ticket| ticket.id.get()))
    }
}

impl TicketFilter {
    fn narrow(&self, query: &mut Statement, words: &Words) {
        if self.text.is_some() {
            query.push(" JOIN search_words w ON t.id = ").push(words.id);
        }
        if let Some(agent) = self.watcher {
            query
                .push(" JOIN ticket_watcher f ON f.ticket_id = t.id WHERE f.agent_id = ")
                .push_bind(big(agent.get()));
        } else {
            query.push(" WHERE 1 = 1");
        }
        if let Some((question, since)) = &self.text {
            query.push(" AND ");
            push_match(query, words, question, *since);
        }
        // Whose work it is, and what is due, are asked of open ones unless ended ones are asked for.
        let people = [self.assignee, self.named, self.owner];
        let is_work = people.iter().any(Option::is_some) || self.group.is_some();
        let is_due = self.order == TicketOrder::Due || self.due_before.is_some();
        let is_open = self.is_open.or((is_work || is_due).then_some(true));
        // Literals: so that a plan for all values can use the partial indexes.
        query.push(match is_open {
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
            (" AND t.category = ", self.category.as_deref()),
            (" AND t.contact_key = ", self.number_key.as_deref()),
        ] {
            if let Some(value) = value {
                query.push(column).push_bind(value);
            }
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
