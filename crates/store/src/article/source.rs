//! What is known of the customer of a ticket, so that it can be taken out of an article that is made of it (E7).

use knowledge::Known;
use model::TicketId;

use crate::Database;
use crate::error::{Result, StoreError};

impl Database {
    /// Names, numbers and addresses of the customer of a ticket, and of the organisation to which he belongs.
    pub async fn known_of_ticket(&self, id: TicketId) -> Result<Known> {
        let ticket = self.ticket(id).await?;
        let ticket = ticket.ok_or(StoreError::NotFound("ticket"))?;
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
            let Some(customer) = self.customer(id).await? else {
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
}
