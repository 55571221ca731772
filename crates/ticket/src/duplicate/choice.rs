//! What somebody says of a ticket that he submits beside others of the same hard key (D6).

use model::TicketId;
use serde::{Deserialize, Serialize};

/// What becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "choice", rename_all = "snake_case", deny_unknown_fields)]
pub enum Choice {
    /// It goes into that one (并入).
    MergeInto {
        /// The ticket that goes on for both.
        ticket: TicketId,
    },
    /// It goes on beside that one (关联).
    Link {
        /// The ticket to which it belongs.
        ticket: TicketId,
    },
    /// It is no ticket: what it says is added to that one (追加).
    AppendTo {
        /// The ticket that takes it.
        ticket: TicketId,
    },
    /// It is another matter than all of them (不同案件).
    Different {
        /// How that is known.
        reason: String,
    },
}

/// What two tickets are to each other, as somebody or a rule has said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// They belong together (关联).
    Related,
    /// They are about different matters, and neither is proposed for the other again (不同案件).
    Different,
}

impl Relation {
    /// Its word in the API and in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Related => "related",
            Self::Different => "different",
        }
    }
}

impl Choice {
    /// The ticket that is named.
    pub const fn ticket(&self) -> Option<TicketId> {
        match self {
            Self::MergeInto { ticket } | Self::Link { ticket } | Self::AppendTo { ticket } => {
                Some(*ticket)
            }
            Self::Different { .. } => None,
        }
    }
}
