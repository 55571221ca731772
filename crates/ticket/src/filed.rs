//! A ticket that a script filed (E15): what it says comes from the script, whom it is about from the call.
//!
//! A caller who withholds his number has a matter all the same: the fields may say how to reach him.

use std::collections::BTreeMap;

use model::E164;
use model::fact::{TicketAsked, TicketContent, TicketField};

use crate::matter::{Contact, FIELD_CHARS_MAX, FIELDS_MAX, Matter, SUBJECT_CHARS_MAX};

/// What the ticket is about that a script filed.
pub fn of_script(asked: &TicketAsked, e164: Option<E164>) -> Matter {
    let content = &asked.content;
    Matter {
        ticket_type: Some(content.ticket_type.clone()),
        category: content.category.clone(),
        subject: subject(content),
        fields: fields(content),
        for_leads: content.for_leads,
        contact: Contact::of(&asked.caller, e164),
        customer: asked.customer,
        queue: asked.queue.clone(),
        ..Matter::default()
    }
}

/// What a script says may come out longer than a ticket keeps, or empty: the matter is not lost by it.
fn subject(content: &TicketContent) -> String {
    let said = content.subject.trim();
    let said = if said.is_empty() {
        content.ticket_type.as_str()
    } else {
        said
    };
    said.chars().take(SUBJECT_CHARS_MAX).collect()
}

fn fields(content: &TicketContent) -> BTreeMap<String, TicketField> {
    let cut = |text: &str| text.chars().take(FIELD_CHARS_MAX).collect();
    let fields = content.fields.iter().take(FIELDS_MAX);
    let kept = fields.map(|(name, value)| {
        let value = match value {
            TicketField::Text(text) => TicketField::Text(cut(text)),
            TicketField::Number(number) => TicketField::Number(cut(number)),
            TicketField::Truth(truth) => TicketField::Truth(*truth),
        };
        (name.clone(), value)
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use model::{CallId, Caller, CustomerId};

    use super::*;

    #[test]
    fn e15_a_scripts_ticket_keeps_type_category_and_typed_fields() {
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
        let matter = of_script(&asked, None);
        assert_eq!(matter.ticket_type.as_deref(), Some("complaint"));
        assert_eq!(matter.category.as_deref(), Some("network"));
        assert_eq!(matter.subject.chars().count(), SUBJECT_CHARS_MAX);
        assert_eq!((matter.fields, matter.contact.number), (fields, None));
        assert_eq!(matter.customer, Some(CustomerId::new(5)));
        let mut odd = asked;
        odd.content.subject = "  ".to_owned();
        let endless = TicketField::Text("长".repeat(FIELD_CHARS_MAX + 1));
        odd.content.fields.insert("said".to_owned(), endless);
        let matter = of_script(&odd, None);
        assert_eq!(matter.subject, "complaint");
        assert_eq!(
            matter.check(),
            Ok(()),
            "what a caller has to say is not lost"
        );
    }
}
