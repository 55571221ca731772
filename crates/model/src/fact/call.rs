//! Words of calls in facts: which way they go, how they end and by whom, how a key came.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a key came (A11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyWay {
    /// In packets beside the voice: telephone-event, RFC 4733.
    Rfc4733,
    /// By SIP INFO.
    Info,
    /// As tones in the voice.
    Inband,
}

impl KeyWay {
    /// The word in facts and traces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rfc4733 => "rfc4733",
            Self::Info => "info",
            Self::Inband => "inband",
        }
    }
}

/// Which way a call goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From outside to us.
    #[default]
    In,
    /// An agent calls an outside number.
    Out,
    /// An agent calls a number or a colleague of the house.
    Internal,
    /// The house calls somebody back who waited (D21): he is the caller in all that follows.
    Callback,
}

impl Direction {
    /// The word in APIs and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Internal => "internal",
            Self::Callback => "callback",
        }
    }
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallResult {
    /// An agent and the caller talked.
    Answered,
    /// The caller left while waiting or ringing.
    Abandoned,
    /// The matter ended in the script.
    SelfService,
    /// We refused the call.
    Refused,
    /// Something broke: this call alone was ended (S3).
    Failed,
    /// The caller left while waiting, called again in time and got his place back (R80): told by `queue.resumed`.
    Resumed,
}

impl CallResult {
    /// The word in APIs and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Abandoned => "abandoned",
            Self::SelfService => "self_service",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Resumed => "resumed",
        }
    }
}

/// Who ended a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// The caller; in a call out, the one who was called.
    Caller,
    /// The agent.
    Agent,
    /// The script, a deadline, an operator or a fault of ours.
    System,
}

impl EndedBy {
    /// The word in APIs and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Agent => "agent",
            Self::System => "system",
        }
    }
}

/// Whether a number says nothing.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
pub(super) const fn is_zero(number: &u8) -> bool {
    *number == 0
}
