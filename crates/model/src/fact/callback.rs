//! Places in line that outlive a call (D21, D22): what facts tell of callbacks, and of callers who come back.
//!
//! A callback bears the id of the call that asked for it; each try is a call of its own, which `callback.attempted` names.
//! What was promised stands whole in `callback.requested`, so that a restart keeps it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{AgentId, CallId, QueueName};
use crate::time::Timestamp;

/// `callback.requested` (回呼): somebody is to be called back, with the place that he has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallbackRequested {
    /// The callback: the call that asked for it.
    pub callback: CallId,
    /// Whom to call, E.164 where the number has such a form.
    pub number: String,
    /// The number that he had dialled.
    pub called: String,
    /// His language.
    pub language: String,
    /// In which queue; of several the home queue.
    pub queue: QueueName,
    /// Since when he waits by his score.
    pub since: Timestamp,
    /// His strict priority (D1).
    #[serde(default)]
    pub priority: u8,
    /// What he needs of an agent (R69), as a script writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<String>,
    /// Until when he is tried.
    pub until: Timestamp,
}

/// `callback.attempted`: he is being called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallbackAttempted {
    /// The callback.
    pub callback: CallId,
    /// The call that is made to him.
    pub call: CallId,
    /// 1 for the first.
    pub attempt: u32,
}

/// `callback.done`: the place was consumed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallbackDone {
    /// The callback.
    pub callback: CallId,
    /// The call in which he has his place or his agent.
    pub call: CallId,
    /// How.
    pub how: CallbackEnd,
}

/// How a callback came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallbackEnd {
    /// An agent talks with him.
    Connected,
    /// He called in himself, and joined with his old score (R79).
    Redialled,
}

/// `callback.failed`: he is not called any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallbackFailed {
    /// The callback.
    pub callback: CallId,
    /// Why.
    pub cause: CallbackFailure,
    /// Who took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AgentId>,
    /// Why, in a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Why somebody is not called back any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallbackFailure {
    /// He was tried as often as his queue says (R77).
    Unanswered,
    /// Its time was over.
    Expired,
    /// A person took it back.
    Cancelled,
    /// The queue is gone (D30).
    QueueClosed,
}

/// `queue.resumed`: a caller who was cut off, or hung up, has called again in time and has his place back (R80, D22).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlaceResumed {
    /// The call.
    pub call: CallId,
    /// The call in which he had the place: it counts as `resumed` and not as `abandoned`.
    pub former: CallId,
    /// The queue in which he stood; of several the home queue.
    pub queue: QueueName,
}
