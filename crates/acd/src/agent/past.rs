//! An agent's past (C20, R16, R35): what a former process knew of him, given back when a new one begins.
//!
//! It is told as what happened, in order of time, and taken in by those who would have kept it then: the clocks, the log of
//! calls, the queues' memories. So there is one rule for what counts, and a restart moves nobody in line.

use core::time::Duration;

use model::{AgentState, QueueName};
use serde::{Deserialize, Serialize};

/// Something that happened to an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Past {
    /// His state changed to this.
    Became(AgentState),
    /// He answered a caller; of this queue, if of any.
    Connected {
        /// Which.
        queue: Option<QueueName>,
    },
    /// His part of that call ended. Told before the state that followed.
    Handled {
        /// The queue whose call it was.
        queue: Option<QueueName>,
        /// How long they talked.
        talked: Duration,
    },
    /// He filed the last of these calls in so much time.
    Filed {
        /// How much.
        took: Duration,
    },
    /// He declined a caller (R6).
    Declined,
    /// He missed a caller of this queue whom nobody else was rung for (R8, R24).
    Missed {
        /// Which.
        queue: QueueName,
    },
    /// His phone could not be reached (R7).
    Unreachable,
    /// A call of his own ended that was no wrong number (R43).
    OwnCall,
    /// He was the last to whom this queue offered a caller (R35).
    OfferedLast {
        /// Which.
        queue: QueueName,
    },
    /// The former process was seen alive for the last time: his clocks stood still from here on. Told last.
    ProcessEnded,
}

/// Since when an agent had been there as the former process ended: he was not away since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Carried {
    pub(crate) signed_in: Duration,
    pub(crate) ready_since: Duration,
}
