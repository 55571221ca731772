//! One agent, one state, one writer (C3). The ACD core writes it; everybody else reads facts.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::CallId;

/// What an agent does at this moment (坐席状态).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum AgentState {
    /// Not signed in (离线).
    Offline,
    /// Signed in and takes no calls, for a reason (示忙).
    NotReady {
        /// Why; shown to the supervisor, counted in reports.
        reason: NotReadyReason,
    },
    /// May be offered a call (示闲).
    Ready,
    /// Chosen for a call; the phone does not ring yet.
    Reserved {
        /// The caller he was chosen for.
        call: CallId,
    },
    /// The phone rings (振铃).
    Ringing {
        /// The call that is offered.
        call: CallId,
    },
    /// In a call, also one that the ACD did not give him (通话中).
    Talking {
        /// The call, when it is one of ours.
        call: Option<CallId>,
    },
    /// Files the last call before the next one comes (话后).
    WrapUp {
        /// The call that is being filed.
        call: CallId,
    },
}

impl AgentState {
    /// The state's name in APIs, metrics and tables.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::NotReady { .. } => "not_ready",
            Self::Ready => "ready",
            Self::Reserved { .. } => "reserved",
            Self::Ringing { .. } => "ringing",
            Self::Talking { .. } => "talking",
            Self::WrapUp { .. } => "wrap_up",
        }
    }

    /// The call that holds the agent, if one does.
    pub const fn call(&self) -> Option<CallId> {
        match self {
            Self::Reserved { call } | Self::Ringing { call } | Self::WrapUp { call } => Some(*call),
            Self::Talking { call } => *call,
            Self::Offline | Self::NotReady { .. } | Self::Ready => None,
        }
    }
}

/// Why an agent is not ready.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum NotReadyReason {
    /// Said by the agent or a supervisor: `break`, `training`, … (one of the configured words).
    Said(Arc<str>),
    /// Just signed in and has not said ready yet.
    SignedIn,
    /// Missed `no_answer_limit` calls in a row (R8).
    NoAnswer,
    /// His phone failed twice in a row (R7): not the agent's fault in reports.
    Device,
    /// His phone's registration is gone (A5).
    DeviceLost,
}

impl NotReadyReason {
    /// The reason's word in APIs and tables.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Said(word) => word,
            Self::SignedIn => "signed_in",
            Self::NoAnswer => "no_answer",
            Self::Device => "device",
            Self::DeviceLost => "device_lost",
        }
    }
}

impl fmt::Display for NotReadyReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<String> for NotReadyReason {
    fn from(word: String) -> Self {
        match word.as_str() {
            "signed_in" => Self::SignedIn,
            "no_answer" => Self::NoAnswer,
            "device" => Self::Device,
            "device_lost" => Self::DeviceLost,
            _ => Self::Said(word.into()),
        }
    }
}

impl From<NotReadyReason> for String {
    fn from(reason: NotReadyReason) -> Self {
        reason.as_str().to_owned()
    }
}
