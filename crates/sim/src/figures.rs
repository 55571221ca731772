//! Figures of a day, read from its facts and from nothing else (invariant 9).
//!
//! What became of callers is read by [`Callers`]. Room is taken by queues, agents and callers who are there, not by those who
//! were.

use std::collections::BTreeMap;

use model::fact::{CallResult, QueueExit};
use model::service_level::Bounds;
use model::{
    AgentId, AgentState, Became, CallId, Callers, Counted, Fact, Histogram, QueueName,
    ServiceCounts, Timestamp,
};

pub(crate) use calibration::{Calibration, Calibrations};

use crate::scenario::Scenario;

mod calibration;

/// Half hours of a day.
const HALF_HOURS: u64 = 48;
const HALF_HOUR_MS: u64 = 1_800_000;

/// Of a queue, or of all.
#[derive(Clone, Debug, Default)]
pub(crate) struct QueueFigures {
    pub(crate) counts: ServiceCounts,
    /// Of those who joined, those who were led elsewhere: nobody there any more, waited too long, or by a key.
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

/// All figures.
#[derive(Debug)]
pub(crate) struct Figures {
    bounds: Bounds,
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
    callers: Callers,
}

impl Figures {
    /// None yet, by the bounds of a scenario.
    pub(crate) fn of(scenario: &Scenario) -> Self {
        let ms = |seconds: f64| (seconds * 1_000.0) as u64;
        let midnight = scenario.start.at - scenario.start.time_of_day.since_midnight();
        let bounds = Bounds {
            t_ms: ms(scenario.service_level_s),
            short_ms: ms(scenario.short_abandon_s),
            ..Bounds::default()
        };
        Self::new(bounds, midnight.into())
    }

    pub(crate) fn new(bounds: Bounds, midnight: Timestamp) -> Self {
        Self {
            bounds,
            midnight,
            all: QueueFigures::default(),
            queues: BTreeMap::new(),
            agents: BTreeMap::new(),
            day: BTreeMap::new(),
            results: BTreeMap::new(),
            facts: 0,
            calibrations: Calibrations::default(),
            callers: Callers::default(),
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
            Fact::QueueResumed(_) => {
                let counted = self.callers.apply(at, fact);
                self.take(counted);
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
            | Fact::CallerListed { .. }
            | Fact::CalendarClosed { .. }
            | Fact::CalendarOpened { .. }
            | Fact::CalendarPinRefused { .. }
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
            | Fact::IvrGaveUp { .. }
            | Fact::CanaryLaid { .. }
            | Fact::BotEnded { .. }
            | Fact::CanaryBad(_)
            | Fact::CanaryEnded(_)
            | Fact::KeyPressed { .. }
            | Fact::QueueDropped { .. }
            | Fact::QueueSupervised { .. }
            | Fact::QueueStarving { .. }
            | Fact::RouteAnswered { .. }
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
            | Fact::SurveyAsked(_)
            | Fact::SurveyAnswered(_)
            | Fact::SurveyDone(_)
            | Fact::ClipBegan(_)
            | Fact::ClipPlayed(_)
            | Fact::SurveyMissed(_)
            | Fact::TicketAsked(_)
            | Fact::VoicemailBegan(_)
            | Fact::VoicemailLeft(_)
            | Fact::VoicemailHeard(_)
            | Fact::AcdTold { .. }
            | Fact::TrunkStateChanged { .. }
            | Fact::AgentRegistered { .. }
            | Fact::AgentUnregistered { .. }
            | Fact::StandbyBegan { .. }
            | Fact::StandbyEnded { .. }
            | Fact::AgentLevelled { .. }
            | Fact::LastAgentPaused { .. }
            | Fact::AgentQueueChanged { .. }
            | Fact::CallCategorised { .. }
            | Fact::WrapUpBegan { .. }
            | Fact::TicketCreated { .. }
            | Fact::TicketChanged { .. }
            | Fact::NotificationCreated(_) => {}
        }
    }

    fn agent(&mut self, agent: AgentId) -> &mut AgentFigures {
        self.agents.entry(agent).or_default()
    }

    /// A caller joins a queue.
    pub(crate) fn joined(&mut self, at: Timestamp, call: CallId, queue: &QueueName) {
        let counted = self.callers.joined(at, call, queue);
        self.take(counted);
    }

    /// An agent is on the line.
    pub(crate) fn answered(&mut self, at: Timestamp, call: CallId) {
        let counted = self.callers.answered(at, call);
        self.take(counted);
    }

    /// He leaves the lines otherwise.
    pub(crate) fn left(&mut self, at: Timestamp, call: CallId, cause: QueueExit) {
        let counted = self.callers.left(at, call, cause);
        self.take(counted);
    }

    /// What became of a caller.
    fn take(&mut self, counted: Option<Counted>) {
        let Some(Counted {
            queue,
            came,
            became,
        }) = counted
        else {
            return;
        };
        let bounds = self.bounds;
        self.all.take(became, bounds);
        self.queues.entry(queue).or_default().take(became, bounds);
        let half_hour = self.half_hour(came);
        became.count(&mut half_hour.counts, bounds);
        if let Became::Answered { waited_ms } = became {
            half_hour.waited_ms += waited_ms;
        }
    }

    fn ended(&mut self, call: CallId, result: CallResult) {
        self.callers.ended(call);
        *self.results.entry(result.name()).or_default() += 1;
    }

    fn half_hour(&mut self, came: Timestamp) -> &mut HalfHour {
        let number = came.ms_since(self.midnight) / HALF_HOUR_MS % HALF_HOURS;
        self.day.entry(number).or_default()
    }
}

impl QueueFigures {
    fn take(&mut self, became: Became, bounds: Bounds) {
        became.count(&mut self.counts, bounds);
        match became {
            Became::Joined | Became::TurnedAway | Became::Resumed { .. } => {}
            Became::Answered { waited_ms } => self.waits.add(waited_ms),
            Became::Abandoned { waited_ms } => self.patience.add(waited_ms),
            Became::LedElsewhere => self.led_elsewhere += 1,
        }
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
