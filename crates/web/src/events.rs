//! The hub between the facts and those who listen: the last facts in memory, older ones from the log, one bounded queue per
//! listener.
//!
//! `publish` runs on the server's fan-out thread after the fact stands in the log; it never blocks on a listener. A
//! listener whose queue is full is cut off and comes back with the last id that he saw (S8). Invariant: what a listener
//! gets is every fact that concerns him after the id he named, in order, once; where that cannot be kept the answer is
//! `Gone` and he loads the whole state again. An agent's page goes by the board, which begins anew with the process: states
//! and calls of the former one are over without a fact that says so, and so nothing before the start is resumed for it.
//!
//! The work of a fact grows with those whom it concerns, not with those who listen: agents' queues are found by id.

mod earlier;
mod subscription;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use model::{AgentId, FactRecord, Timestamp};
use tokio::sync::mpsc;

use subscription::{Backlog, LogStretch};
pub use subscription::{HEARTBEAT, Said, Subscription};

use crate::desktop::{self, Viewer};
use crate::view::View;

/// Reads facts after a number from the log, oldest first, at most so many. May block: it is never called from a runtime's
/// worker. Facts that the log does not keep any more are left out at the beginning, never in the middle.
pub type ReadFacts = Box<dyn Fn(u64, usize) -> Vec<FactRecord> + Send + Sync>;

/// The hub's bounds.
#[derive(Clone, Copy, Debug)]
pub struct HubSettings {
    /// The number of the last fact in the log at start, 0 for an empty log.
    pub last_seq: u64,
    /// Facts kept in memory for those who resume.
    pub ring_max: usize,
    /// Facts that a listener may be behind before he is cut off.
    pub queue_max: usize,
    /// Streams of one agent (several windows); the oldest gives way.
    pub streams_per_agent_max: usize,
    /// Streams of supervisors, admins and programs together.
    pub observers_max: usize,
    /// Facts over which anybody may resume; what is older is `Gone`, in the log or not.
    pub resume_max: u64,
    /// The time of facts over which anybody may resume (J4), back from the last one: who missed a quiet day misses nothing.
    pub resume_within: Duration,
    /// How often it is looked whether a listener may still listen.
    pub check_every: Duration,
    /// When the process began: callers are counted from then on.
    pub began_at: Timestamp,
    /// Minutes by which the house's day is ahead of UTC.
    pub utc_offset_min: i32,
}

impl Default for HubSettings {
    fn default() -> Self {
        Self {
            last_seq: 0,
            ring_max: 8_192,
            queue_max: 256,
            streams_per_agent_max: 4,
            observers_max: 1_000,
            resume_max: 1_000_000,
            resume_within: Duration::from_secs(24 * 60 * 60),
            check_every: Duration::from_secs(60),
            began_at: Timestamp::from_ms(0),
            utc_offset_min: 0,
        }
    }
}

/// Why nobody can listen from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotListen {
    /// The facts after that number are not kept any more or tell nothing of the present state, or it is not a number of this
    /// log: load the state again.
    #[error("the facts after that number are gone")]
    Gone,
    /// Too many streams are open.
    #[error("too many streams are open")]
    TooMany,
    /// The process ends.
    #[error("the process ends")]
    Closing,
}

/// Facts in, streams out.
pub struct EventHub {
    settings: HubSettings,
    run: String,
    state: Mutex<State>,
    view: Arc<View>,
    read: ReadFacts,
}

struct State {
    last_seq: u64,
    ring: VecDeque<Arc<FactRecord>>,
    agents: BTreeMap<AgentId, Vec<Listener>>,
    observers: Vec<Listener>,
    next_listener: u64,
    closing: bool,
}

struct Listener {
    id: u64,
    queue: mpsc::Sender<Arc<FactRecord>>,
}

impl EventHub {
    /// A hub on a view of its own; `read` reads older facts from the log.
    pub fn new(settings: HubSettings, read: ReadFacts) -> Arc<Self> {
        let view = Arc::new(View::default());
        view.start_at(settings.last_seq);
        view.count(|tally| tally.begin(settings.began_at, settings.utc_offset_min));
        let state = State {
            last_seq: settings.last_seq,
            ring: VecDeque::new(),
            agents: BTreeMap::new(),
            observers: Vec::new(),
            next_listener: 0,
            closing: false,
        };
        let born = SystemTime::now().duration_since(UNIX_EPOCH);
        Arc::new(Self {
            settings,
            run: format!("{:x}", born.unwrap_or_default().as_nanos()),
            state: Mutex::new(state),
            view,
            read,
        })
    }

    /// Takes the next fact, once it stands in the log.
    pub fn publish(&self, record: Arc<FactRecord>) {
        crate::metrics::count(&record.fact);
        // The view moves under the hub's lock: whoever read a number from the view can listen from it.
        let mut state = self.lock();
        if let Some((counted, bounds)) = self.view.apply(&record) {
            crate::metrics::count_caller(&counted, bounds);
        }
        let concerned = self
            .view
            .read(|board| desktop::concerned(&record.fact, board));
        state.keep(Arc::clone(&record), self.settings.ring_max);
        for agent in concerned {
            if let Some(listeners) = state.agents.get_mut(&agent) {
                hand_out(listeners, &record);
            }
        }
        hand_out(&mut state.observers, &record);
    }

    /// The live board.
    pub const fn view(&self) -> &Arc<View> {
        &self.view
    }

    /// The name of this run of the process. A page that was loaded from another run shows what is over, even where no fact
    /// came in between and its number is the last one.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// The number of the last fact.
    pub fn last_seq(&self) -> u64 {
        self.lock().last_seq
    }

    /// How often it is looked whether a listener may still listen.
    pub(crate) const fn check_every(&self) -> Duration {
        self.settings.check_every
    }

    /// The first number from which this viewer can go on.
    fn resumes_from(&self, viewer: &Viewer, last_seq: u64) -> u64 {
        let bound = last_seq.saturating_sub(self.settings.resume_max);
        match viewer {
            Viewer::Agent(..) | Viewer::Team(..) => bound.max(self.settings.last_seq),
            Viewer::Observer(_) => bound,
        }
    }

    /// Listens from `after` (exclusive), or from now on.
    pub fn subscribe(
        self: &Arc<Self>,
        viewer: Viewer,
        after: Option<u64>,
    ) -> Result<Subscription, CannotListen> {
        let mut state = self.lock();
        if state.closing {
            return Err(CannotListen::Closing);
        }
        let after = after.unwrap_or(state.last_seq);
        let from = self.resumes_from(&viewer, state.last_seq);
        if !(from..=state.last_seq).contains(&after) {
            return Err(CannotListen::Gone);
        }
        let backlog = state.backlog(after, self.settings);
        let (queue, facts) = mpsc::channel(self.settings.queue_max.max(1));
        let id = state.next_listener;
        state.next_listener += 1;
        state.admit(&viewer, Listener { id, queue }, self.settings)?;
        drop(state);
        metrics::gauge!("trunkline_event_streams").increment(1.0);
        Ok(Subscription::new(
            Arc::clone(self),
            viewer,
            id,
            backlog,
            facts,
        ))
    }

    /// Ends all streams, so that the server can shut down.
    pub fn close(&self) {
        let mut state = self.lock();
        state.closing = true;
        state.agents.clear();
        state.observers.clear();
    }

    /// Whether the process ends.
    pub(crate) fn is_closing(&self) -> bool {
        self.lock().closing
    }

    /// How many streams are open.
    pub fn listeners(&self) -> usize {
        let state = self.lock();
        state.observers.len() + state.agents.values().map(Vec::len).sum::<usize>()
    }

    fn unsubscribe(&self, viewer: &Viewer, id: u64) {
        metrics::gauge!("trunkline_event_streams").decrement(1.0);
        let mut state = self.lock();
        match viewer {
            Viewer::Observer(_) | Viewer::Team(..) => {
                state.observers.retain(|listener| listener.id != id);
            }
            Viewer::Agent(agent, _) => {
                let Some(listeners) = state.agents.get_mut(agent) else {
                    return;
                };
                listeners.retain(|listener| listener.id != id);
                if listeners.is_empty() {
                    state.agents.remove(agent);
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn keep(&mut self, record: Arc<FactRecord>, ring_max: usize) {
        self.last_seq = record.seq;
        self.ring.push_back(record);
        if self.ring.len() > ring_max {
            self.ring.pop_front();
        }
    }

    /// The facts after a number: from memory when they are all there, else from the log up to the last.
    fn backlog(&self, after: u64, settings: HubSettings) -> Backlog {
        let in_memory = self
            .ring
            .front()
            .map_or(after == self.last_seq, |first| first.seq <= after + 1);
        let later = self.ring.iter().filter(|record| record.seq > after);
        let until = self.last_seq;
        let last_at = self.ring.back().map_or(settings.began_at, |last| last.at);
        let within_ms = i64::try_from(settings.resume_within.as_millis()).unwrap_or(i64::MAX);
        Backlog {
            not_before: Timestamp::from_ms(last_at.as_ms().saturating_sub(within_ms)),
            log: (!in_memory).then_some(LogStretch { after, until }),
            records: if in_memory {
                later.cloned().collect()
            } else {
                VecDeque::new()
            },
        }
    }

    fn admit(
        &mut self,
        viewer: &Viewer,
        listener: Listener,
        settings: HubSettings,
    ) -> Result<(), CannotListen> {
        match viewer {
            Viewer::Observer(_) | Viewer::Team(..) => {
                if self.observers.len() >= settings.observers_max {
                    return Err(CannotListen::TooMany);
                }
                self.observers.push(listener);
            }
            Viewer::Agent(agent, _) => {
                let listeners = self.agents.entry(*agent).or_default();
                // A window that was closed without a word must not lock its agent out.
                if listeners.len() >= settings.streams_per_agent_max.max(1) {
                    listeners.remove(0);
                }
                listeners.push(listener);
            }
        }
        Ok(())
    }
}

/// Gives a fact to each listener; one whose queue is full is cut off.
fn hand_out(listeners: &mut Vec<Listener>, record: &Arc<FactRecord>) {
    listeners.retain(|listener| {
        let taken = listener.queue.try_send(Arc::clone(record)).is_ok();
        if !taken {
            metrics::counter!("trunkline_event_streams_cut_total").increment(1);
        }
        taken
    });
}
