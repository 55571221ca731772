//! Figures of a day, read from its facts and from nothing else (invariant 9).
//!
//! A caller is counted in the queue that he joined first, once, however often he comes back to it. Room is taken by
//! queues, agents and callers who are there, not by those who were.

use std::collections::{BTreeMap, HashMap};

use model::fact::{CallResult, QueueExit};
use model::{AgentId, AgentState, CallId, Fact, QueueName, ServiceCounts, Timestamp};

pub(crate) use calibration::{Calibration, Calibrations};
pub(crate) use histogram::Histogram;

use crate::scenario::Scenario;

mod calibration;
mod histogram;

/// Half hours of a day.
const HALF_HOURS: u64 = 48;
const HALF_HOUR_MS: u64 = 1_800_000;

/// Of a queue, or of all.
#[derive(Clone, Debug, Default)]
pub(crate) struct QueueFigures {
    pub(crate) counts: ServiceCounts,
    /// Callers who were led elsewhere: full, closed, nobody there, waited too long, or by a key.
    pub(crate) led_elsewhere: u64,
    /// Of those who reached an agent: until the answer, ringing included.
    pub(crate) waits: Histogram,
    /// Of those who hung up.
    pub(crate) patience: Histogram,
}

/// Of a half hour of the day, by the arrival of its callers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct HalfHour {
    pub(crate) counts: ServiceCounts,
    pub(crate) waited_ms: u64,
}

/// Of an agent.
#[derive(Clone, Debug, Default)]
pub(crate) struct AgentFigures {
    pub(crate) rings: u64,
    pub(crate) answered: u64,
    pub(crate) missed: u64,
    pub(crate) declined: u64,
    pub(crate) unreachable: u64,
    pub(crate) ready_ms: u64,
    pub(crate) ringing_ms: u64,
    pub(crate) talking_ms: u64,
    pub(crate) wrap_up_ms: u64,
    pub(crate) not_ready_ms: u64,
    since: Timestamp,
}

/// A caller who has joined a queue and is still in his call.
#[derive(Clone, Debug)]
struct Joined {
    queue: QueueName,
    at: Timestamp,
    settled: bool,
}

/// All figures.
#[derive(Debug)]
pub(crate) struct Figures {
    threshold_ms: u64,
    short_ms: u64,
    /// Midnight before the start, by the scenario's clock.
    midnight: Timestamp,
    pub(crate) all: QueueFigures,
    pub(crate) queues: BTreeMap<QueueName, QueueFigures>,
    pub(crate) agents: BTreeMap<AgentId, AgentFigures>,
    /// By the number of the half hour.
    pub(crate) day: BTreeMap<u64, HalfHour>,
    pub(crate) results: BTreeMap<&'static str, u64>,
    pub(crate) facts: u64,
    /// What callers were told of their wait, and what came of it.
    pub(crate) calibrations: Calibrations,
    joined: HashMap<CallId, Joined>,
}

impl Figures {
    /// None yet, by the bounds of a scenario.
    pub(crate) fn of(scenario: &Scenario) -> Self {
        let ms = |seconds: f64| (seconds * 1_000.0) as u64;
        let midnight = scenario.start.at - scenario.start.time_of_day.since_midnight();
        Self::new(
            ms(scenario.service_level_s),
            ms(scenario.short_abandon_s),
            midnight.into(),
        )
    }

    pub(crate) fn new(threshold_ms: u64, short_ms: u64, midnight: Timestamp) -> Self {
        Self {
            threshold_ms,
            short_ms,
            midnight,
            all: QueueFigures::default(),
            queues: BTreeMap::new(),
            agents: BTreeMap::new(),
            day: BTreeMap::new(),
            results: BTreeMap::new(),
            facts: 0,
            calibrations: Calibrations::default(),
            joined: HashMap::new(),
        }
    }

    /// Takes the next fact.
    pub(crate) fn fact(&mut self, at: Timestamp, fact: &Fact) {
        self.facts += 1;
        match fact {
            Fact::QueueJoined { call, queue, .. } => self.joined(at, *call, queue),
            Fact::QueueLeft { call, cause, .. } => {
                self.calibrations.left(at, *call);
                self.left(at, *call, *cause);
            }
            Fact::CallConnected { offer, .. } => {
                self.agent(offer.agent).answered += 1;
                self.answered(at, offer.call);
            }
            Fact::CallEnded { call, result, .. } => self.ended(*call, *result),
            Fact::OfferMade { offer, .. } => {
                self.calibrations.found(at, offer.call);
                self.agent(offer.agent).rings += 1;
            }
            Fact::OfferMissed { offer } => self.agent(offer.agent).missed += 1,
            Fact::OfferDeclined { offer, .. } => self.agent(offer.agent).declined += 1,
            Fact::OfferUnreachable { offer, .. } => self.agent(offer.agent).unreachable += 1,
            Fact::AgentStateChanged { agent, from, .. } => self.agent(*agent).leaves(at, from),
            Fact::CallArrived { .. }
            | Fact::CallerBarred { .. }
            | Fact::CallRefused { .. }
            | Fact::CallAnswered { .. }
            | Fact::CallIdentified { .. }
            | Fact::DialStarted { .. }
            | Fact::DialDenied { .. }
            | Fact::DialFailed { .. }
            | Fact::OfferDialled { .. }
            | Fact::OfferAsked { .. }
            | Fact::DialAnswered { .. }
            | Fact::IvrEntered { .. }
            | Fact::KeyPressed { .. }
            | Fact::QueueDropped { .. }
            | Fact::QueueSupervised { .. }
            | Fact::QueueStarving { .. }
            | Fact::RouteAnswered { .. }
            | Fact::QueueResumed(_)
            | Fact::CallbackRequested(_)
            | Fact::CallbackAttempted(_)
            | Fact::CallbackDone(_)
            | Fact::CallbackFailed(_)
            | Fact::OfferCancelled { .. }
            | Fact::CallHeld { .. }
            | Fact::CallHeldLong { .. }
            | Fact::CallResumed { .. }
            | Fact::CallLeg { .. }
            | Fact::TransferStarted { .. }
            | Fact::Transferred { .. }
            | Fact::TransferFailed { .. }
            | Fact::ConsultStarted { .. }
            | Fact::ConsultConnected { .. }
            | Fact::ConsultEnded { .. }
            | Fact::CallJoined { .. }
            | Fact::CallMerged { .. }
            | Fact::RecordingReady { .. }
            | Fact::AcdTold { .. }
            | Fact::TrunkStateChanged { .. }
            | Fact::AgentRegistered { .. }
            | Fact::AgentUnregistered { .. }
            | Fact::LastAgentPaused { .. }
            | Fact::CallCategorised { .. }
            | Fact::WrapUpBegan { .. }
            | Fact::TicketCreated { .. }
            | Fact::TicketChanged { .. } => {}
        }
    }

    fn agent(&mut self, agent: AgentId) -> &mut AgentFigures {
        self.agents.entry(agent).or_default()
    }

    /// A caller joins a queue.
    pub(crate) fn joined(&mut self, at: Timestamp, call: CallId, queue: &QueueName) {
        if self.joined.contains_key(&call) {
            return;
        }
        let queue = queue.clone();
        let settled = false;
        let place = Joined { queue, at, settled };
        self.count(&place, |figures| figures.counts.offered += 1);
        self.half_hour(&place).counts.offered += 1;
        self.joined.insert(call, place);
    }

    /// What became of a caller, once.
    fn settle(&mut self, call: CallId) -> Option<Joined> {
        let place = self.joined.get_mut(&call)?;
        let settled = std::mem::replace(&mut place.settled, true);
        (!settled).then(|| place.clone())
    }

    /// An agent is on the line.
    pub(crate) fn answered(&mut self, at: Timestamp, call: CallId) {
        let Some(place) = self.settle(call) else {
            return;
        };
        let waited_ms = at.ms_since(place.at);
        let in_t = u64::from(waited_ms <= self.threshold_ms);
        self.count(&place, |figures| {
            figures.counts.answered += 1;
            figures.counts.answered_in_t += in_t;
            figures.waits.add(waited_ms);
        });
        let half_hour = self.half_hour(&place);
        half_hour.counts.answered += 1;
        half_hour.counts.answered_in_t += in_t;
        half_hour.waited_ms += waited_ms;
    }

    /// He leaves the lines otherwise.
    pub(crate) fn left(&mut self, at: Timestamp, call: CallId, cause: QueueExit) {
        match cause {
            QueueExit::Abandoned => {}
            QueueExit::Timeout
            | QueueExit::Full
            | QueueExit::NoAgents
            | QueueExit::Closed
            | QueueExit::Key
            | QueueExit::Withdrawn
            | QueueExit::Moved
            | QueueExit::Failed => {
                if let Some(place) = self.settle(call) {
                    self.count(&place, |figures| figures.led_elsewhere += 1);
                }
                return;
            }
        }
        let Some(place) = self.settle(call) else {
            return;
        };
        let waited_ms = at.ms_since(place.at);
        let abandoned = ServiceCounts {
            abandoned: 1,
            abandoned_in_t: (waited_ms <= self.threshold_ms).into(),
            short_abandons: (waited_ms < self.short_ms).into(),
            ..ServiceCounts::default()
        };
        self.count(&place, |figures| {
            figures.counts.add(&abandoned);
            figures.patience.add(waited_ms);
        });
        self.half_hour(&place).counts.add(&abandoned);
    }

    fn ended(&mut self, call: CallId, result: CallResult) {
        self.joined.remove(&call);
        *self.results.entry(result.name()).or_default() += 1;
    }

    fn count(&mut self, place: &Joined, what: impl Fn(&mut QueueFigures)) {
        what(&mut self.all);
        what(self.queues.entry(place.queue.clone()).or_default());
    }

    fn half_hour(&mut self, place: &Joined) -> &mut HalfHour {
        let number = place.at.ms_since(self.midnight) / HALF_HOUR_MS % HALF_HOURS;
        self.day.entry(number).or_default()
    }
}

impl AgentFigures {
    fn leaves(&mut self, at: Timestamp, state: &AgentState) {
        let lasted_ms = at.ms_since(self.since);
        self.since = at;
        match state {
            AgentState::Offline => {}
            AgentState::NotReady { .. } => self.not_ready_ms += lasted_ms,
            AgentState::Ready => self.ready_ms += lasted_ms,
            AgentState::Reserved { .. } | AgentState::Ringing { .. } => {
                self.ringing_ms += lasted_ms;
            }
            AgentState::Talking { .. } => self.talking_ms += lasted_ms,
            AgentState::WrapUp { .. } => self.wrap_up_ms += lasted_ms,
        }
    }

    /// Talk and wrap-up as a share of the time in which he took calls; `None`: he took none.
    pub(crate) fn occupancy(&self) -> Option<f64> {
        let busy = self.talking_ms + self.wrap_up_ms;
        let whole = busy + self.ready_ms + self.ringing_ms;
        (whole > 0).then(|| busy as f64 / whole as f64)
    }
}
