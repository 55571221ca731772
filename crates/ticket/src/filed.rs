//! A ticket that a script filed (E15): what it says comes from the script, whom it is about from the call.
//!
//! A caller who withholds his number has a matter all the same: the fields may say how to reach him.

use model::fact::TicketAsked;
use model::{E164, TicketId, Timestamp};

use crate::desk::Submission;
use crate::number::Number;
use crate::priority::Priority;
use crate::state::State;
use crate::ticket::{Contact, SUBJECT_CHARS_MAX, Ticket};

/// The ticket that a script filed; `at` is when it did.
pub fn of_script(
    asked: &TicketAsked,
    e164: Option<E164>,
    id: TicketId,
    number: Number,
    at: Timestamp,
) -> Submission {
    let call = asked.call;
    let content = &asked.content;
    let ticket = Ticket {
        id,
        number,
        state: State::New,
        priority: Priority::NORMAL,
        ticket_type: Some(content.ticket_type.clone()),
        category: content.category.clone(),
        subject: content.subject.chars().take(SUBJECT_CHARS_MAX).collect(),
        body: String::new(),
        fields: content.fields.clone(),
        for_leads: content.for_leads,
        contact: Contact {
            name: asked.caller.display.clone(),
            number: asked.caller.number.clone(),
            e164,
        },
        customer: asked.customer,
        queue: asked.queue.clone(),
        source_call: Some(call),
        created_by: None,
        due_at: None,
        created_at: at,
        updated_at: at,
        version: 1,
    };
    Submission::of_call(ticket, call)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::fact::{TicketContent, TicketField};
    use model::{CallId, Caller, CustomerId};

    use super::*;
    use crate::number::Day;

    #[test]
    fn e15_a_scripts_ticket_keeps_type_category_and_typed_fields() {
        let at = Timestamp::from_ms(1_795_000_000_000);
        let fields = BTreeMap::from([
            ("order".to_owned(), TicketField::Text("007".to_owned())),
            ("sum".to_owned(), TicketField::Number("99.50".to_owned())),
        ]);
        let asked = TicketAsked {
            call: CallId::new(2),
            part: 1,
            script: "main".into(),
            node: "complaint".to_owned(),
            caller: Caller::withheld(),
            called: "4000".to_owned(),
            language: "en".to_owned(),
            customer: Some(CustomerId::new(5)),
            queue: None,
            content: TicketContent {
                ticket_type: "complaint".to_owned(),
                category: Some("network".to_owned()),
                subject: "x".repeat(SUBJECT_CHARS_MAX + 1),
                fields: fields.clone(),
                for_leads: true,
            },
        };
        let number = Number::new(Day::of(at, 480), 1);
        let Submission { ticket, entries } = of_script(&asked, None, TicketId::new(9), number, at);
        assert_eq!(ticket.ticket_type.as_deref(), Some("complaint"));
        assert_eq!(ticket.category.as_deref(), Some("network"));
        assert_eq!(ticket.subject.chars().count(), SUBJECT_CHARS_MAX);
        assert_eq!((ticket.fields, ticket.contact.number), (fields, None));
        assert_eq!(
            (ticket.source_call, ticket.customer, ticket.created_by),
            (Some(CallId::new(2)), Some(CustomerId::new(5)), None)
        );
        let names: Vec<_> = entries.iter().map(|entry| entry.event.name()).collect();
        assert_eq!(names, ["submit"]);
    }
}
