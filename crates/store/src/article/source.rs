//! What is known of the ticket that an article is made of (E7): its customer, so that he can be taken out of it, and what solved it.

use ::ticket::{Entry, Event, Ticket};
use knowledge::{Article, ArticleFault, Known, Step};
use model::TicketId;

use crate::Database;
use crate::column::{big, from_json};
use crate::database::Connection;
use crate::directory::customer::customer_of;
use crate::error::{Result, StoreError};
use crate::ticket::ticket;

impl Database {
    /// Names, numbers and addresses of the customer of a ticket, and of the organisation to which he belongs.
    pub async fn known_of_ticket(&self, id: TicketId) -> Result<Known> {
        let mut conn = self.readers().acquire().await?;
        let ticket = ticket(&mut conn, id).await?;
        known_of(&mut conn, ticket.ok_or(StoreError::NotFound("ticket"))?).await
    }

    /// What solved a ticket, as it was said last, however long its timeline is.
    pub async fn solution_of_ticket(&self, id: TicketId) -> Result<Option<String>> {
        let row: Option<(String,)> = sqlx::query_as(
            "SELECT entry FROM ticket_event WHERE ticket_id = $1 AND kind IN ('resolve', 'propose', 'direct_answer')
             ORDER BY seq DESC LIMIT 1",
        )
        .bind(big(id.get()))
        .fetch_optional(self.readers())
        .await?;
        let Some((entry,)) = row else { return Ok(None) };
        let entry: Entry = from_json("ticket entry", &entry)?;
        let Event::Ordered(order) = &entry.event else {
            return Ok(None);
        };
        Ok(order.words().map(str::to_owned))
    }
}

/// What others are to read names nobody of the ticket that it was made of, and comes of none that few may read (A13), as that ticket
/// stands in the transaction of the step.
pub(super) async fn check(conn: &mut Connection, article: &Article, step: Step) -> Result<()> {
    let is_told = match step {
        Step::Submit | Step::Publish => true,
        Step::Recall | Step::Return | Step::Revise | Step::Withdraw | Step::Discard => false,
    };
    let Some(source) = article.source.filter(|_| is_told) else {
        return Ok(());
    };
    let ticket = ticket(conn, source).await?;
    let ticket = ticket.ok_or(StoreError::NotFound("ticket"))?;
    if ticket.handling.is_sensitive() || ticket.matter.for_leads {
        return Err(ArticleFault::Sensitive.into());
    }
    let known = known_of(conn, ticket).await?;
    let texts = article.newest.content.texts.values();
    let mut texts = texts.flat_map(|text| [&text.title, &text.body]);
    match texts.find_map(|text| known.found_in(text)) {
        Some(found) => Err(ArticleFault::Personal(found).into()),
        None => Ok(()),
    }
}

async fn known_of(conn: &mut Connection, ticket: Ticket) -> Result<Known> {
    let contact = &ticket.matter.contact;
    let mut known = Known {
        names: contact.name.iter().cloned().collect(),
        numbers: contact.number.iter().cloned().collect(),
        contacts: Vec::new(),
        references: vec![ticket.number.to_string()],
    };
    known
        .numbers
        .extend(contact.e164.as_ref().map(ToString::to_string));
    let mut next = ticket.matter.customer;
    // He, and the organisation to which he belongs.
    for _ in 0..2 {
        let Some(id) = next else { break };
        let Some(customer) = customer_of(conn, id).await? else {
            break;
        };
        next = customer.organisation;
        known.names.push(customer.name);
        known.references.extend(customer.external_ref);
        let numbers = customer
            .phones
            .into_iter()
            .flat_map(|it| [it.raw, it.number]);
        known.numbers.extend(numbers);
        known
            .contacts
            .extend(customer.contacts.into_iter().map(|it| it.value));
    }
    Ok(known)
}
