//! What a caller keys in to say who he is (自报身份, G6): the number of his account or of a ticket, or a telephone number of his.
//!
//! It outranks the number that he calls from, and never silently: what was found by each is told with its reason, and where they are not
//! the same person nobody is chosen for the agent. `Debug` shows none of it, since it may be a secret (S22).

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::CustomerId;
use crate::profile::OpenTicket;

/// Longest text that is looked for, in characters; a longer one is nobody's.
pub const TYPED_CHARS_MAX: usize = 40;

/// What is keyed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TypedKind {
    /// A customer's id in another system: his external reference.
    Account,
    /// A ticket's readable number.
    Ticket,
    /// A telephone number.
    Phone,
}

impl TypedKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Account, Self::Ticket, Self::Phone];

    /// Its word in scripts and facts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Ticket => "ticket",
            Self::Phone => "phone",
        }
    }

    /// Why somebody who was found by it is a candidate.
    pub const fn why(self) -> &'static str {
        match self {
            Self::Account => "typed_account",
            Self::Ticket => "typed_ticket",
            Self::Phone => "typed_phone",
        }
    }
}

/// What a caller has keyed in.
#[derive(Clone, PartialEq, Eq)]
pub struct Typed {
    /// What it is.
    pub kind: TypedKind,
    /// As it was keyed in.
    pub text: String,
    /// Whether it comes from a secret input: it is looked for, and shown nowhere.
    pub is_secret: bool,
    /// Whether the script has verified that it is he, by a PIN or a password.
    pub is_verified: bool,
}

/// What stands for a secret.
const MASK: &str = "***";

impl Typed {
    /// As an agent may be told it, cut to [`TYPED_CHARS_MAX`].
    pub fn shown(&self) -> String {
        match self.is_secret {
            true => MASK.to_owned(),
            false => self.text.chars().take(TYPED_CHARS_MAX).collect(),
        }
    }

    /// The finding where nothing was found.
    pub fn nobody(&self) -> TypedFinding {
        TypedFinding {
            kind: self.kind,
            text: self.shown(),
            result: TypedResult::Nobody,
            customers: Vec::new(),
            ticket: None,
            differs: false,
            is_vouched: self.is_verified,
        }
    }

    /// The finding where the directory did not answer.
    pub fn unanswered(&self) -> TypedFinding {
        TypedFinding {
            result: TypedResult::Unanswered,
            ..self.nobody()
        }
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Typed")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// What came of looking for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TypedResult {
    /// There is such a customer or ticket.
    Found,
    /// There is none that may be shown.
    Nobody,
    /// The directory did not answer.
    Unanswered,
}

/// What is known by what was keyed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TypedFinding {
    /// What was keyed in.
    pub kind: TypedKind,
    /// As it was keyed in, at most 40 characters; `***` for a secret.
    pub text: String,
    /// What came of it.
    pub result: TypedResult,
    /// Who was found by it; each is among the candidates, before those of the number that calls.
    #[serde(default)]
    pub customers: Vec<CustomerId>,
    /// The ticket that was named, as it stands; where it was merged, the one that goes on (M5).
    #[serde(default)]
    pub ticket: Option<OpenTicket>,
    /// Whether the number that calls is certainly somebody else's: a person chooses between the two findings.
    #[serde(default)]
    pub differs: bool,
    /// Whether more speaks for it than that somebody keyed it in: the script has verified him, or the number that calls is certainly his too.
    /// Without it nobody waits less for what he keys in (F5).
    #[serde(default)]
    pub is_vouched: bool,
}
