//! Fields of a type (A2, A4): what is asked of a ticket beside its subject, in which form, and when it must be there.

use std::collections::BTreeMap;

use model::fact::TicketField;

use super::Label;

/// A field of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRule {
    /// Its name, as scripts and the API call it.
    pub name: String,
    /// What people read.
    pub label: Label,
    /// What it holds.
    pub form: Form,
    /// From when on it must be there; `None`: it need not.
    pub required: Option<Moment>,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// A text.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Truth,
    /// One of these.
    Choice(Vec<Choice>),
}

/// One of what may be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// As it stands in the ticket.
    pub value: String,
    /// What people read.
    pub label: Label,
}

/// When a field must be there. It never holds up a talk: a draft is submitted when the call is over (A4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// T1.
    Submit,
    /// T20.
    Resolve,
}

impl Moment {
    /// The word in the file and in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Resolve => "resolve",
        }
    }
}

impl FieldRule {
    /// Whether it must be there at that moment; what was needed at submission is needed to the end.
    pub fn is_needed_at(&self, moment: Moment) -> bool {
        self.required.is_some_and(|from| from <= moment)
    }

    /// Whether a value has its form.
    pub fn fits(&self, value: &TicketField) -> bool {
        match (&self.form, value) {
            (Form::Text, TicketField::Text(_))
            | (Form::Number, TicketField::Number(_))
            | (Form::Truth, TicketField::Truth(_)) => true,
            (Form::Choice(choices), TicketField::Text(text)) => {
                choices.iter().any(|choice| choice.value == *text)
            }
            (Form::Text, TicketField::Number(_) | TicketField::Truth(_))
            | (Form::Number, TicketField::Text(_) | TicketField::Truth(_))
            | (Form::Truth, TicketField::Text(_) | TicketField::Number(_))
            | (Form::Choice(_), TicketField::Number(_) | TicketField::Truth(_)) => false,
        }
    }

    /// Whether it is empty among these.
    pub(super) fn is_missing(&self, fields: &BTreeMap<String, TicketField>) -> bool {
        match fields.get(&self.name) {
            None => true,
            Some(TicketField::Text(text) | TicketField::Number(text)) => text.trim().is_empty(),
            Some(TicketField::Truth(_)) => false,
        }
    }
}

impl Form {
    /// Its word in the file and in the API.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Truth => "truth",
            Self::Choice(_) => "choice",
        }
    }
}
