//! An agent's past (C20, R16, R35): what a former process knew of him, given back when a new one begins.
//!
//! It is told as what happened, in order of time, and taken in by those who would have kept it then: the clocks, the log of
//! calls, the queues' memories. So there is one rule for what counts, and a restart moves nobody in line. A day of calls is
//! many, so those that followed one another are told in one piece.

use core::time::Duration;

use model::{AgentState, CallId, QueueName};
use serde::{Deserialize, Serialize};

use super::ring_log::RingLog;
use super::wrap_up::WrapUpMode;
use crate::queue::Credit;

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
    /// His parts of calls of one queue ended, one after the other, while nothing but calls kept him from being ready. Told
    /// before the state that followed.
    Handled {
        /// The queue whose calls they were.
        queue: Option<QueueName>,
        /// Oldest first.
        calls: Vec<PastCall>,
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
    /// How he let his phone ring lately (B10): the one word on it, whatever rings stand among the rest.
    Rings(RingLog),
    /// He came to work and started level with the others of this queue (R47).
    Levelled {
        /// Which.
        queue: QueueName,
        /// What he was taken to have done.
        credit: Credit,
    },
    /// He was filing a call as the process ended (C5).
    Filed(PastFiling),
    /// The former process was seen alive for the last time: his clocks stood still from here on. Told last.
    ProcessEnded,
}

impl Past {
    pub(crate) const fn filing(&self) -> Option<&PastFiling> {
        match self {
            Self::Filed(filing) => Some(filing),
            Self::Became(_)
            | Self::Connected { .. }
            | Self::Handled { .. }
            | Self::Declined
            | Self::Missed { .. }
            | Self::Unreachable
            | Self::OwnCall
            | Self::OfferedLast { .. }
            | Self::Levelled { .. }
            | Self::Rings(_)
            | Self::ProcessEnded => None,
        }
    }
}

/// A call that was still being filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastFiling {
    /// The call.
    pub call: CallId,
    /// By whose rules he files it.
    pub queue: Option<QueueName>,
    /// How it ends.
    pub mode: WrapUpMode,
    /// When his part of the call ended.
    pub began: Duration,
    /// How long they had talked.
    pub talked: Duration,
    /// When it ends by itself.
    pub until: Duration,
}

/// One of his calls, as short as it can be told: a week of them stands in a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, u32, u32)", into = "(u64, u32, u32)")]
pub struct PastCall {
    ended_ms: u64,
    talked_ms: u32,
    filed_ms: u32,
}

impl PastCall {
    /// His part ended then, after they had talked for so long; nothing is filed yet. Facts tell milliseconds, and so is it kept.
    pub fn new(ended: Duration, talked: Duration) -> Self {
        Self {
            ended_ms: u64::try_from(ended.as_millis()).unwrap_or(u64::MAX),
            talked_ms: whole_ms(talked),
            filed_ms: 0,
        }
    }

    /// The same call, filed in so much time.
    #[must_use]
    pub fn filed_in(self, took: Duration) -> Self {
        let filed_ms = whole_ms(took);
        Self { filed_ms, ..self }
    }

    /// When his part of it ended.
    pub const fn ended(self) -> Duration {
        Duration::from_millis(self.ended_ms)
    }

    /// How long they talked.
    pub fn talked(self) -> Duration {
        Duration::from_millis(self.talked_ms.into())
    }

    /// How long he filed it.
    pub fn filed(self) -> Duration {
        Duration::from_millis(self.filed_ms.into())
    }
}

impl From<(u64, u32, u32)> for PastCall {
    fn from((ended_ms, talked_ms, filed_ms): (u64, u32, u32)) -> Self {
        Self {
            ended_ms,
            talked_ms,
            filed_ms,
        }
    }
}

impl From<PastCall> for (u64, u32, u32) {
    fn from(call: PastCall) -> Self {
        (call.ended_ms, call.talked_ms, call.filed_ms)
    }
}

/// Seven weeks at most: no call lasts longer.
fn whole_ms(span: Duration) -> u32 {
    u32::try_from(span.as_millis()).unwrap_or(u32::MAX)
}

/// Since when an agent had been there as the former process ended: he was not away since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Carried {
    pub(crate) signed_in: Duration,
    pub(crate) ready_since: Duration,
}
