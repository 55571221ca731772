//! How much of callers' numbers somebody is told (F7): all of it, or `138****1234` where the house says that its agents serve callers without knowing how to
//! reach them.
//!
//! Every number that leaves by the API, the event stream or a page is a [`Shown`], which is made here alone, so that a body with a number cannot be built
//! without saying for whose eyes. What people wrote goes through [`Sight::text`] with the numbers of whom it is about. Decision 16 says why here and not
//! over the answers as they are written. What leaves for other systems (webhooks) is whole.

use model::transfer::TransferTo;
use model::{Caller, E164, Masking, Party, masking};
use serde::Serialize;
use serde_json::Value;
use store::Role;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::app::App;
use crate::auth::Principal;
use crate::problem::{Code, Problem};

/// How much somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Whole numbers.
    Whole,
    /// Their middle is hidden.
    Masked,
}

/// A number as somebody is told it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Shown(String);

impl Shown {
    /// As it is told.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialSchema for Shown {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).into()
    }
}

impl ToSchema for Shown {}

impl Sight {
    /// Supervisors and admins see whole numbers; agents as the house says.
    pub fn of(app: &App, who: &Principal) -> Self {
        let leads = [Role::Supervisor, Role::Admin];
        let is_whole =
            app.agents_see_numbers() || leads.iter().any(|role| who.roles.contains(role));
        match is_whole {
            true => Self::Whole,
            false => Self::Masked,
        }
    }

    /// A number.
    pub fn number(self, number: impl Into<String>) -> Shown {
        let number = number.into();
        Shown(match self {
            Self::Whole => number,
            Self::Masked => masking::masked(&number),
        })
    }

    /// A number in international form; a masked one is none.
    pub fn e164(self, number: Option<E164>) -> Option<Shown> {
        match self {
            Self::Whole => number.map(|number| Shown(number.into())),
            Self::Masked => None,
        }
    }

    /// What somebody wrote, about somebody with these numbers.
    pub fn text(self, text: String, known: &Masking) -> String {
        match self {
            Self::Whole => text,
            Self::Masked => known.text(&text),
        }
    }

    /// A document that holds what people wrote.
    pub fn value(self, document: &impl Serialize, known: &Masking) -> Value {
        let mut value = serde_json::to_value(document).unwrap_or_default();
        if self == Self::Masked {
            mask(&mut value, known);
        }
        value
    }

    /// Who takes part in a call.
    pub fn party(self, party: Party) -> Party {
        match party {
            Party::Number(number) => Party::Number(self.number(number).0),
            Party::Caller | Party::Agent(_) => party,
        }
    }

    /// Whereto somebody hands a call on.
    pub fn to(self, to: TransferTo) -> TransferTo {
        match to {
            TransferTo::Number(number) => TransferTo::Number(self.number(number).0),
            TransferTo::Agent(_) | TransferTo::Queue(_) => to,
        }
    }
}

/// The numbers of a caller.
pub(crate) fn numbers_of(caller: &Caller) -> Masking {
    let numbers = [&caller.number, &caller.raw];
    Masking::of(numbers.into_iter().flatten().map(String::as_str))
}

/// A number that somebody sends is no masked one: what is not known is not called back.
pub(crate) fn unmasked(number: Option<&str>) -> Result<(), Problem> {
    match number.is_some_and(masking::is_masked) {
        true => Err(Problem::new(Code::NumberMasked)),
        false => Ok(()),
    }
}

/// A text that somebody sends back as he was told it, as it stood (F7).
pub(crate) fn restore(given: &mut String, stood: &str, known: &Masking) -> Result<(), Problem> {
    let whole = known.restored(given, stood);
    *given = whole.ok_or_else(|| Problem::new(Code::NumberMasked))?;
    Ok(())
}

fn mask(value: &mut Value, known: &Masking) {
    match value {
        Value::String(text) => *text = known.text(text),
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, known)),
        Value::Object(fields) => fields.values_mut().for_each(|field| mask(field, known)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
