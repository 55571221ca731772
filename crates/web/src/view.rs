//! The live board: agents' states, live calls and current pops, gathered from facts and from nothing else (invariant 9).
//!
//! One writer (the thread that publishes facts), many readers; a reader holds the lock for a copy, never across an await.
//! Invariant: `snapshot` answers for exactly the facts up to its `seq`, so a page that loads a snapshot and then listens
//! from that number misses nothing and sees nothing twice (P9). It holds no history: past calls are the store's matter.

mod board;
mod line;

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock};

use model::{AgentId, CallId, FactRecord};

pub(crate) use board::Board;
pub use line::{AgentLine, CurrentPop, Handling, LiveCall, Phase, PopStage};

/// What the house looks like at this moment.
#[derive(Debug, Default)]
pub struct View {
    board: RwLock<Board>,
}

/// One agent's part of the board, with the number of the last fact that it holds.
#[derive(Clone, Debug)]
pub struct AgentSnapshot {
    /// The last fact that stands in it.
    pub seq: u64,
    /// His line; `None` when no fact spoke of him yet (he is offline then).
    pub line: Option<AgentLine>,
    /// The call that he talks in with a caller.
    pub talk: Option<LiveCall>,
}

impl View {
    /// Takes the next fact; called by the hub, in order of the facts.
    pub fn apply(&self, record: &FactRecord) {
        self.board
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .apply(record);
    }

    /// Begins to count at `seq`: the log is older than the process.
    pub(crate) fn start_at(&self, seq: u64) {
        self.board
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .start_at(seq);
    }

    /// The number of the last fact that was applied, 0 before the first.
    pub fn seq(&self) -> u64 {
        self.read(Board::seq)
    }

    /// One agent as of one fact (P9).
    pub fn agent(&self, agent: AgentId) -> AgentSnapshot {
        self.read(|board| {
            let line = board.agents().get(&agent).cloned();
            let call = line.as_ref().and_then(|line| line.state.call());
            let talk = call.and_then(|call| board.calls().get(&call));
            let is_his = |call: &&LiveCall| call.phase == Phase::Talking { agent };
            AgentSnapshot {
                seq: board.seq(),
                talk: talk.filter(is_his).cloned(),
                line,
            }
        })
    }

    /// All agents of whom facts spoke.
    pub fn agents(&self) -> BTreeMap<AgentId, AgentLine> {
        self.read(|board| board.agents().clone())
    }

    /// One live call.
    pub fn call(&self, call: CallId) -> Option<LiveCall> {
        self.read(|board| board.calls().get(&call).cloned())
    }

    /// Live calls after `after` by id for which `fits` holds, at most `limit`.
    pub fn live_calls_after(
        &self,
        after: Option<CallId>,
        limit: usize,
        fits: impl Fn(&LiveCall) -> bool,
    ) -> Vec<LiveCall> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.read(|board| {
            let later = board.calls().range((from, Bound::Unbounded));
            let fitting = later.map(|(_, call)| call).filter(|call| fits(call));
            fitting.take(limit).cloned().collect()
        })
    }

    /// For how many live calls it holds.
    pub fn count_calls(&self, holds: impl Fn(&LiveCall) -> bool) -> usize {
        self.read(|board| board.calls().values().filter(|call| holds(call)).count())
    }

    /// How many calls live.
    pub fn live_calls(&self) -> usize {
        self.read(|board| board.calls().len())
    }

    /// How many agents are in each state; states that nobody is in are absent.
    pub fn agents_by_state(&self) -> BTreeMap<&'static str, usize> {
        self.read(|board| {
            let mut count = BTreeMap::new();
            for line in board.agents().values() {
                *count.entry(line.state.name()).or_insert(0) += 1;
            }
            count
        })
    }

    /// Reads the board; `look` must be quick, the publisher waits meanwhile.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Board) -> T) -> T {
        look(&self.board.read().unwrap_or_else(PoisonError::into_inner))
    }
}
