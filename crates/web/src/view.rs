//! The live board: agents' states, live calls and current pops, gathered from facts and from nothing else (invariant 9).
//!
//! One writer (the thread that publishes facts), many readers; a reader holds the lock for a copy, never across an await.
//! Invariant: `snapshot` answers for exactly the facts up to its `seq`, so a page that loads a snapshot and then listens
//! from that number misses nothing and sees nothing twice (P9). It holds no history: past calls are the store's matter.

mod board;
mod line;
mod today;
mod waiting;

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use model::service_level::Bounds;
use model::{AgentId, CallId, Counted, FactRecord, QueueName, Timestamp};

use crate::desktop::PopPages;

pub(crate) use board::Board;
pub use line::{AgentLine, CurrentPop, Handling, LiveCall, Phase, PlayingClip, PopStage};
pub(crate) use today::Tally;
pub use today::{QueueDay, Today};
pub use waiting::WaitingNow;

/// What the house looks like at this moment.
#[derive(Debug, Default)]
pub struct View {
    board: RwLock<Board>,
    pages: RwLock<Arc<PopPages>>,
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
    /// Takes the next fact; called by the hub, in order of the facts. Gives what it counts for its queue's day, and by what.
    pub fn apply(&self, record: &FactRecord) -> Option<(Counted, Bounds)> {
        let mut board = self.write();
        let counted = board.apply(record)?;
        // Figures have labels of the configuration alone.
        let bounds = board.tally().bounds_of(&counted.queue)?;
        Some((counted, bounds))
    }

    /// What callers of each queue are counted by from here on: told at the start and after each reload (D30).
    pub fn set_bounds(&self, bounds: BTreeMap<QueueName, Bounds>) {
        self.write().tally_mut().set_bounds(bounds);
    }

    /// The pages of other systems that pops lead to (G7): told at the start and after each reload.
    pub fn set_pop_pages(&self, pages: PopPages) {
        *self.pages.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(pages);
    }

    /// Those pages.
    pub(crate) fn pop_pages(&self) -> Arc<PopPages> {
        Arc::clone(&self.pages.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What became of today's callers, as of a moment.
    pub fn today(&self, at: Timestamp) -> Today {
        self.read(|board| board.tally().read(at))
    }

    /// Who waits where; a queue in which nobody stands is absent.
    pub fn waiting(&self) -> BTreeMap<QueueName, WaitingNow> {
        self.read(Board::waiting)
    }

    /// The queues that the configuration has, or has had since the start.
    pub(crate) fn queues(&self) -> Vec<QueueName> {
        self.read(|board| board.tally().queues().cloned().collect())
    }

    /// Changes how callers are counted.
    pub(crate) fn count(&self, change: impl FnOnce(&mut Tally)) {
        change(self.write().tally_mut());
    }

    /// Begins to count at `seq`: the log is older than the process.
    pub(crate) fn start_at(&self, seq: u64) {
        self.write().start_at(seq);
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

    fn write(&self) -> RwLockWriteGuard<'_, Board> {
        self.board.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the board; `look` must be quick, the publisher waits meanwhile.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Board) -> T) -> T {
        look(&self.board.read().unwrap_or_else(PoisonError::into_inner))
    }
}
