//! How a ticket stands in its row. Its handling is one column of JSON; beside it stands in columns of its own what lists, timers and
//! the pop look for, written from the handling alone.

use ::ticket::handling::{Deadline, People, Times, Weight};
use ::ticket::{Contact, Handling, Matter, Priority, State, Ticket};
use model::{AgentId, CallId, CustomerId, E164, NumberKey, QueueName, TicketId, Timestamp};

use super::origin::Origin;
use crate::column::{big, count, from_json, json_of};
use crate::database::{Connection, Statement};
use crate::error::{Result, StoreError};

/// Where nothing is due, in a column that lists are sorted by.
pub(crate) const NEVER: i64 = i64::MAX;

/// All columns of [`Row`], from `ticket t`.
pub(super) fn select() -> Statement {
    select_with("")
}

/// The same and further columns, each behind a comma.
pub(super) fn select_with(columns: &'static str) -> Statement {
    let mut query = Statement::new(
        "SELECT t.id, t.number, t.state, t.priority, t.subject, t.body, t.customer_id, t.contact_name, t.contact_raw,
           t.contact_e164, t.queue, t.source_call_id, t.created_by, t.due_at, t.created_at, t.updated_at, t.version,
           t.ticket_type, t.category, t.fields, t.for_leads, t.handling",
    );
    query.push(columns).push(" FROM ticket t");
    query
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: i64,
    number: String,
    state: String,
    priority: i64,
    subject: String,
    body: String,
    customer_id: Option<i64>,
    contact_name: Option<String>,
    contact_raw: Option<String>,
    contact_e164: Option<String>,
    queue: Option<String>,
    source_call_id: Option<i64>,
    created_by: Option<i64>,
    due_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
    version: i64,
    ticket_type: Option<String>,
    category: Option<String>,
    fields: String,
    for_leads: i64,
    handling: String,
}

/// When it is due next, as lists are sorted by it.
pub(super) fn due_key(handling: &Handling) -> i64 {
    handling.due_at().map_or(NEVER, Timestamp::as_ms)
}

pub(super) fn tickets(rows: Vec<Row>) -> Result<Vec<Ticket>> {
    rows.into_iter().map(Row::ticket).collect()
}

fn damaged(why: &dyn ToString) -> StoreError {
    StoreError::damaged("ticket", why.to_string())
}

impl Row {
    pub(super) fn ticket(self) -> Result<Ticket> {
        let handling = self.handling()?;
        let e164 = self.contact_e164.map(|number| E164::parse(&number));
        Ok(Ticket {
            id: TicketId::new(count(self.id)),
            number: self.number.parse().map_err(|error| damaged(&error))?,
            matter: Matter {
                ticket_type: self.ticket_type,
                category: self.category,
                subject: self.subject,
                body: self.body,
                fields: from_json("ticket fields", &self.fields)?,
                for_leads: self.for_leads != 0,
                contact: Contact {
                    name: self.contact_name,
                    number: self.contact_raw,
                    e164: e164.transpose().map_err(|error| damaged(&error))?,
                },
                customer: self.customer_id.map(|id| CustomerId::new(count(id))),
                queue: self.queue.as_deref().map(QueueName::from),
            },
            handling,
            source_call: self.source_call_id.map(|id| CallId::new(count(id))),
            created_at: Timestamp::from_ms(self.created_at),
            updated_at: Timestamp::from_ms(self.updated_at),
            version: count(self.version),
        })
    }

    /// As it was written; of a ticket from before there were rules, what its columns tell.
    fn handling(&self) -> Result<Handling> {
        if !self.handling.is_empty() {
            return from_json("ticket handling", &self.handling);
        }
        let state: State = self.state.parse().map_err(|error| damaged(&error))?;
        let priority = u8::try_from(self.priority).map_err(|error| damaged(&error))?;
        let creator = self.created_by.map(|id| AgentId::new(count(id)));
        Ok(Handling {
            state,
            weight: Weight {
                priority: Priority::new(priority).map_err(|error| damaged(&error))?,
                ..Weight::default()
            },
            people: People {
                creator,
                owner: creator,
                ..People::default()
            },
            times: Times {
                submitted: Some(Timestamp::from_ms(self.created_at)),
                ..Times::default()
            },
            deadline: Deadline {
                at: self.due_at.map(Timestamp::from_ms),
                told: None,
            },
            ..Handling::default()
        })
    }
}

/// A row of its own, with what of it no rule changes; [`update`] writes the rest.
pub(super) async fn insert(conn: &mut Connection, ticket: &Ticket, origin: &Origin) -> Result<()> {
    sqlx::query(
        "INSERT INTO ticket (id, number, channel, source_call_id, source_ref, created_by, created_at, for_leads, queue,
           state, is_open, priority, subject, body, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'new', 1, 3, '', '', $7, 0)",
    )
    .bind(big(ticket.id.get()))
    .bind(ticket.number.digits())
    .bind(origin.channel)
    .bind(ticket.source_call.map(|id| big(id.get())))
    .bind(&origin.reference)
    .bind(ticket.handling.people.creator.map(|id| big(id.get())))
    .bind(ticket.created_at.as_ms())
    .bind(i64::from(ticket.matter.for_leads))
    .bind(ticket.matter.queue.as_ref().map(QueueName::as_str))
    .execute(conn)
    .await?;
    Ok(())
}

/// What rules may change; `key`: the contact's number, as numbers are compared; `since`: when it came to stand where it stands.
pub(super) async fn update(
    conn: &mut Connection,
    ticket: &Ticket,
    key: Option<&NumberKey>,
    since: Option<Timestamp>,
) -> Result<()> {
    let Matter {
        ticket_type,
        category,
        subject,
        body,
        fields,
        contact,
        customer,
        ..
    } = &ticket.matter;
    let handling = &ticket.handling;
    let id = |agent: Option<AgentId>| agent.map(|agent| big(agent.get()));
    let merged = handling.merging.into.as_ref();
    sqlx::query(
        "UPDATE ticket SET subject = $2, body = $3, ticket_type = $4, category = $5, fields = $6, contact_name = $7, contact_raw = $8,
           contact_e164 = $9, contact_key = $10, customer_id = $11, state = $12, is_open = $13, priority = $14, urge_count = $15,
           work_group = $16, named = $17, assignee = $18, owner = $19, due_key = $20, wake_at = $21, visit_at = $22, closed_at = $23,
           merged_into = $24, sensitive = $25, handling = $26, updated_at = $27, version = $28, hours = $29,
           state_at = $30 WHERE id = $1",
    )
    .bind(big(ticket.id.get()))
    .bind(subject)
    .bind(body)
    .bind(ticket_type)
    .bind(category)
    .bind(json_of("ticket fields", fields)?)
    .bind(&contact.name)
    .bind(&contact.number)
    .bind(contact.e164.as_ref().map(E164::as_str))
    .bind(key.map(|key| key.key.as_str()).filter(|key| !key.is_empty()))
    .bind(customer.map(|id| big(id.get())))
    .bind(handling.state.name())
    .bind(i64::from(handling.state.is_open()))
    .bind(i64::from(handling.priority().level()))
    .bind(i64::from(handling.urges()))
    .bind(&handling.place.group)
    .bind(id(handling.place.named))
    .bind(id(handling.place.assignee))
    .bind(id(handling.people.owner))
    .bind(due_key(handling))
    .bind(handling.wake_at().map(Timestamp::as_ms))
    .bind(handling.visits.next().map(Timestamp::as_ms))
    .bind(handling.times.closed.map(Timestamp::as_ms))
    .bind(merged.map(|into| big(into.ticket.get())))
    .bind(i64::from(handling.is_sensitive()))
    .bind(json_of("ticket handling", handling)?)
    .bind(ticket.updated_at.as_ms())
    .bind(big(ticket.version))
    .bind(big(handling.hours.get()))
    .bind(since.map(Timestamp::as_ms))
    .execute(conn)
    .await?;
    Ok(())
}
