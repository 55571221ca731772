//! How a ticket stands in its row.

use ::ticket::{Contact, Entry, Priority, Ticket};
use model::{AgentId, CallId, CustomerId, E164, QueueName, TicketId, Timestamp};

use super::origin::Origin;
use crate::column::{big, count, from_json, json_of};
use crate::database::{Connection, Statement};
use crate::error::{Result, StoreError};
use model::NumberKey;

/// All columns of [`Row`], from `ticket t`.
pub(super) fn select() -> Statement {
    select_with("")
}

/// The same and further columns, each behind a comma.
pub(super) fn select_with(columns: &'static str) -> Statement {
    let mut query = Statement::new(
        "SELECT t.id, t.number, t.state, t.priority, t.subject, t.body, t.customer_id, t.contact_name, t.contact_raw,
           t.contact_e164, t.queue, t.source_call_id, t.created_by, t.due_at, t.created_at, t.updated_at, t.version,
           t.ticket_type, t.category, t.fields, t.for_leads",
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
}

pub(super) fn tickets(rows: Vec<Row>) -> Result<Vec<Ticket>> {
    rows.into_iter().map(Row::ticket).collect()
}

impl Row {
    pub(super) fn ticket(self) -> Result<Ticket> {
        let damaged = |why: &dyn ToString| StoreError::damaged("ticket", why.to_string());
        let priority = u8::try_from(self.priority).map_err(|error| damaged(&error))?;
        let e164 = self.contact_e164.map(|number| E164::parse(&number));
        Ok(Ticket {
            id: TicketId::new(count(self.id)),
            number: self.number.parse().map_err(|error| damaged(&error))?,
            state: self.state.parse().map_err(|error| damaged(&error))?,
            priority: Priority::new(priority).map_err(|error| damaged(&error))?,
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
            source_call: self.source_call_id.map(|id| CallId::new(count(id))),
            created_by: self.created_by.map(|id| AgentId::new(count(id))),
            due_at: self.due_at.map(Timestamp::from_ms),
            created_at: Timestamp::from_ms(self.created_at),
            updated_at: Timestamp::from_ms(self.updated_at),
            version: count(self.version),
        })
    }
}

/// A row of its own.
pub(super) async fn insert(
    conn: &mut Connection,
    ticket: &Ticket,
    key: Option<&NumberKey>,
    origin: &Origin,
) -> Result<()> {
    let contact = &ticket.contact;
    sqlx::query(
        "INSERT INTO ticket (id, number, state, is_open, priority, subject, body, customer_id, contact_name, contact_raw,
           contact_e164, contact_key, queue, channel, source_call_id, source_ref, created_by, created_at, updated_at, version, due_at,
           ticket_type, category, fields, for_leads)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)",
    )
    .bind(big(ticket.id.get()))
    .bind(ticket.number.digits())
    .bind(ticket.state.name())
    .bind(i64::from(ticket.state.is_open()))
    .bind(i64::from(ticket.priority.level()))
    .bind(&ticket.subject)
    .bind(&ticket.body)
    .bind(ticket.customer.map(|id| big(id.get())))
    .bind(&contact.name)
    .bind(&contact.number)
    .bind(contact.e164.as_ref().map(E164::as_str))
    .bind(key.map(|key| key.key.as_str()).filter(|key| !key.is_empty()))
    .bind(ticket.queue.as_ref().map(QueueName::as_str))
    .bind(origin.channel)
    .bind(ticket.source_call.map(|id| big(id.get())))
    .bind(&origin.reference)
    .bind(ticket.created_by.map(|id| big(id.get())))
    .bind(ticket.created_at.as_ms())
    .bind(ticket.updated_at.as_ms())
    .bind(big(ticket.version))
    .bind(ticket.due_at.map(Timestamp::as_ms))
    .bind(&ticket.ticket_type)
    .bind(&ticket.category)
    .bind(json_of("ticket fields", &ticket.fields)?)
    .bind(i64::from(ticket.for_leads))
    .execute(conn)
    .await?;
    Ok(())
}

/// What the rules of today may change.
pub(super) async fn update(conn: &mut Connection, ticket: &Ticket) -> Result<()> {
    sqlx::query(
        "UPDATE ticket SET subject = $2, body = $3, updated_at = $4, version = $5 WHERE id = $1",
    )
    .bind(big(ticket.id.get()))
    .bind(&ticket.subject)
    .bind(&ticket.body)
    .bind(ticket.updated_at.as_ms())
    .bind(big(ticket.version))
    .execute(conn)
    .await?;
    Ok(())
}

/// Puts an entry at the end of the timeline.
pub(super) async fn append(conn: &mut Connection, id: TicketId, entry: &Entry) -> Result<()> {
    sqlx::query(
        "INSERT INTO ticket_event (ticket_id, seq, at, kind, entry)
         VALUES ($1, (SELECT COALESCE(MAX(seq), 0) + 1 FROM ticket_event WHERE ticket_id = $1), $2, $3, $4)",
    )
    .bind(big(id.get()))
    .bind(entry.at.as_ms())
    .bind(entry.event.name())
    .bind(json_of("ticket entry", entry)?)
    .execute(conn)
    .await?;
    Ok(())
}
