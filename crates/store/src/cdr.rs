use crate::Database;
use crate::error::Result;
use crate::page::{Page, PageRequest};
use model::fact::{CallResult, FactRecord};
use model::{AgentId, CallId, Cdr, QueueName, Timestamp};
use serde::Serialize;

/// Which calls; `None` asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallFilter {
    /// Of this queue (the last one of the call).
    pub queue: Option<QueueName>,
    /// With this agent (the last one of the call).
    pub agent: Option<AgentId>,
    /// That ended so.
    pub result: Option<CallResult>,
}

/// A recording of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recording {
    /// The call.
    pub call: CallId,
    /// 1, 2, … within the call.
    pub part: u32,
    /// Path below the recordings folder.
    pub path: String,
    /// When it began.
    pub started_at: Timestamp,
    /// Its length.
    pub duration_ms: u64,
    /// Its size.
    pub bytes: u64,
}

impl Database {
    /// The number of the last fact that was applied; 0 before the first.
    pub async fn applied_seq(&self) -> Result<u64> {
        todo!()
    }
    /// Applies facts in order, each once: those that were applied are passed over, a gap is `Gap`. One transaction.
    pub async fn apply(&self, facts: &[FactRecord]) -> Result<()> {
        let _ = facts;
        todo!()
    }
    /// Goes on after facts that the log has lost (its recovery report names them).
    pub async fn accept_gap(&self, through: u64) -> Result<()> {
        let _ = through;
        todo!()
    }
    /// Calls, newest first, those that live included.
    pub async fn calls(&self, filter: &CallFilter, page: PageRequest) -> Result<Page<Cdr>> {
        let _ = (filter, page);
        todo!()
    }
    /// One call.
    pub async fn call(&self, id: CallId) -> Result<Option<Cdr>> {
        let _ = id;
        todo!()
    }
    /// All facts of a call, in order.
    pub async fn timeline(&self, id: CallId) -> Result<Vec<FactRecord>> {
        let _ = id;
        todo!()
    }
    /// The recordings of a call.
    pub async fn recordings(&self, id: CallId) -> Result<Vec<Recording>> {
        let _ = id;
        todo!()
    }
    /// Calls that began and never ended: what a crash cut; oldest first, at most 10,000.
    pub async fn open_calls(&self) -> Result<Vec<Cdr>> {
        todo!()
    }
}
