//! What a ticket is about (事项): its words, its kind, whom it concerns; and how that is revised (T5, T30, A4).
//!
//! A revision checks all that it brings before it changes anything, and tells each field before and after, so that a timeline can
//! be read, and played again.

use std::collections::BTreeMap;

use model::fact::TicketField;
use model::{Caller, CustomerId, E164, QueueName};
use serde::{Deserialize, Serialize};

use crate::handling::Refused;

/// Longest subject, in characters.
pub const SUBJECT_CHARS_MAX: usize = 200;
/// Longest body, and longest text of an order, in characters.
pub const BODY_CHARS_MAX: usize = 20_000;
/// Most fields of a ticket.
pub const FIELDS_MAX: usize = 100;
/// Longest name: of a type, a category, a field, a person.
const NAME_CHARS_MAX: usize = 100;
/// Longest value of a field, in characters.
pub(crate) const FIELD_CHARS_MAX: usize = 2_000;

/// What a ticket is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Matter {
    /// Of what kind it is, as the house calls it.
    pub ticket_type: Option<String>,
    /// What it is about, as the house calls it.
    pub category: Option<String>,
    /// One line.
    pub subject: String,
    /// What the matter is.
    pub body: String,
    /// What was found out, by name.
    pub fields: BTreeMap<String, TicketField>,
    /// Whether only supervisors see it: it is about how an agent has served (J3).
    pub for_leads: bool,
    /// Whom to call back.
    pub contact: Contact,
    /// The customer, once known.
    pub customer: Option<CustomerId>,
    /// The queue of the call that it came from.
    pub queue: Option<QueueName>,
}

/// Whom to call back. A withheld number is no number (P10).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Contact {
    /// His name, as the network or the directory told it.
    pub name: Option<String>,
    /// His number as received.
    pub number: Option<String>,
    /// The number in international form, when it could be read as one.
    pub e164: Option<E164>,
}

impl Contact {
    /// Who calls, as the network told it; `e164`: his number, where it could be read as one.
    pub fn of(caller: &Caller, e164: Option<E164>) -> Self {
        // The network may say more than a ticket keeps: what a caller has to say is not lost by it.
        let cut = |text: &String| text.chars().take(NAME_CHARS_MAX).collect();
        Self {
            name: caller.display.as_ref().map(cut),
            number: caller.number.as_ref().map(cut),
            e164,
        }
    }
}

/// New values of a matter; `None` leaves one alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Correction {
    /// One line.
    pub subject: Option<String>,
    /// What the matter is.
    pub body: Option<String>,
    /// Of what kind it is.
    pub ticket_type: Option<String>,
    /// What it is about.
    pub category: Option<String>,
    /// Fields by name; `null` takes one out.
    pub fields: BTreeMap<String, Option<TicketField>>,
    /// Whom to call back.
    pub contact: Option<Contact>,
    /// The customer.
    pub customer: Option<CustomerId>,
}

/// A field before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change<T = String> {
    /// What it was.
    pub before: T,
    /// What it is.
    pub after: T,
}

/// What a revision changed; `None` is as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Revised {
    /// The subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Change>,
    /// The body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Change>,
    /// The type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket_type: Option<Change<Option<String>>>,
    /// The category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Change<Option<String>>>,
    /// The fields that changed, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Change<Option<TicketField>>>,
    /// Whom to call back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Change<Contact>>,
    /// The customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<Change<Option<CustomerId>>>,
}

impl Revised {
    /// Whether it changed nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Matter {
    /// The bounds of everything that people and machines write.
    pub fn check(&self) -> Result<(), Refused> {
        if self.subject.trim().is_empty() {
            return Err(Refused::NoSubject);
        }
        let names = [
            ("ticket_type", self.ticket_type.as_deref()),
            ("category", self.category.as_deref()),
            ("contact.name", self.contact.name.as_deref()),
            ("contact.number", self.contact.number.as_deref()),
        ];
        let names = names.map(|(field, text)| (field, text.unwrap_or_default(), NAME_CHARS_MAX));
        let texts = [
            ("subject", self.subject.as_str(), SUBJECT_CHARS_MAX),
            ("body", self.body.as_str(), BODY_CHARS_MAX),
        ];
        let fields = self.fields.iter().flat_map(|(name, value)| {
            let value = match value {
                TicketField::Text(text) | TicketField::Number(text) => text.as_str(),
                TicketField::Truth(_) => "",
            };
            [
                ("fields", name.as_str(), NAME_CHARS_MAX),
                ("fields", value, FIELD_CHARS_MAX),
            ]
        });
        let mut all = names.into_iter().chain(texts).chain(fields);
        if let Some((field, _, max_chars)) =
            all.find(|(_, text, max)| text.chars().nth(*max).is_some())
        {
            return Err(Refused::TooLong { field, max_chars });
        }
        if self.fields.len() > FIELDS_MAX {
            return Err(Refused::TooManyFields);
        }
        Ok(())
    }

    /// Takes new values, all or none.
    pub fn revise(&mut self, to: Correction) -> Result<Revised, Refused> {
        let mut after = self.clone();
        let mut fields = BTreeMap::new();
        for (name, value) in to.fields {
            let before = match value.clone() {
                Some(value) => after.fields.insert(name.clone(), value),
                None => after.fields.remove(&name),
            };
            if before != value {
                let changed = Change {
                    before,
                    after: value,
                };
                fields.insert(name, changed);
            }
        }
        let revised = Revised {
            subject: replace(&mut after.subject, to.subject),
            body: replace(&mut after.body, to.body),
            ticket_type: replace(&mut after.ticket_type, to.ticket_type.map(Some)),
            category: replace(&mut after.category, to.category.map(Some)),
            fields,
            contact: replace(&mut after.contact, to.contact),
            customer: replace(&mut after.customer, to.customer.map(Some)),
        };
        after.check()?;
        *self = after;
        Ok(revised)
    }

    /// Repeats a revision.
    pub fn apply(&mut self, revised: &Revised) {
        put(&mut self.subject, revised.subject.as_ref());
        put(&mut self.body, revised.body.as_ref());
        put(&mut self.ticket_type, revised.ticket_type.as_ref());
        put(&mut self.category, revised.category.as_ref());
        put(&mut self.contact, revised.contact.as_ref());
        put(&mut self.customer, revised.customer.as_ref());
        for (name, change) in &revised.fields {
            match &change.after {
                Some(value) => self.fields.insert(name.clone(), value.clone()),
                None => self.fields.remove(name),
            };
        }
    }
}

fn replace<T: Clone + PartialEq>(field: &mut T, after: Option<T>) -> Option<Change<T>> {
    let after = after.filter(|after| after != field)?;
    let before = std::mem::replace(field, after.clone());
    Some(Change { before, after })
}

fn put<T: Clone>(field: &mut T, change: Option<&Change<T>>) {
    if let Some(change) = change {
        field.clone_from(&change.after);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matter() -> Matter {
        Matter {
            subject: "old".into(),
            fields: [("order".to_owned(), TicketField::Text("007".into()))].into(),
            ..Matter::default()
        }
    }

    #[test]
    fn a_revision_tells_before_and_after_of_what_differs_alone_and_can_be_repeated() {
        let (before, mut after) = (matter(), matter());
        let correction = Correction {
            subject: Some("new".into()),
            body: Some(String::new()),
            category: Some("network".into()),
            fields: [
                ("order".to_owned(), None),
                ("paid".to_owned(), Some(TicketField::Truth(true))),
                ("absent".to_owned(), None),
            ]
            .into(),
            customer: Some(CustomerId::new(5)),
            ..Correction::default()
        };
        let revised = after.revise(correction.clone()).unwrap();
        assert_eq!(revised.subject.as_ref().unwrap().before, "old");
        assert_eq!(
            (revised.body.as_ref(), revised.contact.as_ref()),
            (None, None)
        );
        assert_eq!(revised.fields.keys().collect::<Vec<_>>(), ["order", "paid"]);
        let mut repeated = before;
        let json = serde_json::to_string(&revised).unwrap();
        repeated.apply(&serde_json::from_str(&json).unwrap());
        assert_eq!(repeated, after);
        assert!(
            after.revise(correction).unwrap().is_empty(),
            "nothing changes twice"
        );
    }

    #[test]
    fn texts_have_bounds_and_a_refusal_changes_nothing() {
        let long = "测".repeat(SUBJECT_CHARS_MAX + 1);
        let text = |text: &str| Correction {
            subject: Some(text.to_owned()),
            ..Correction::default()
        };
        let body = Correction {
            body: Some("x".repeat(BODY_CHARS_MAX + 1)),
            ..text("fits")
        };
        let many = (0..=FIELDS_MAX).map(|n| (n.to_string(), Some(TicketField::Truth(true))));
        let many = Correction {
            fields: many.collect(),
            ..Correction::default()
        };
        let too_long = |field, max_chars| Refused::TooLong { field, max_chars };
        for (correction, why) in [
            (text(" "), Refused::NoSubject),
            (text(&long), too_long("subject", SUBJECT_CHARS_MAX)),
            (body, too_long("body", BODY_CHARS_MAX)),
            (many, Refused::TooManyFields),
        ] {
            let mut touched = matter();
            assert_eq!(touched.revise(correction), Err(why));
            assert_eq!(touched, matter());
        }
        assert!(
            matter()
                .revise(text(&"测".repeat(SUBJECT_CHARS_MAX)))
                .is_ok()
        );
    }
}
