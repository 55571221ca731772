//! An agent (坐席): what he asked for, what holds him, and the one state that follows from both (C3).
//!
//! The state is never set, it is derived: from the wish, the phone, and the call that binds him. So a wish uttered in a
//! call is remembered by construction, and no two tables can drift apart. Counters and the idle clock survive breaks and
//! signing out (R16).

use core::time::Duration;
use std::sync::Arc;

use model::decision::ReasonCode;
use model::{AgentId, AgentState, CallId, Membership, NotReadyReason, OfferId, QueueName, Skills};
use serde::{Deserialize, Serialize};

pub(crate) use self::call_log::{CallLog, WINDOW_MAX};
pub(crate) use self::duty_log::DutyLog;
pub(crate) use self::idle_clock::IdleClock;
pub(crate) use self::own_calls::OwnCalls;
use self::past::Carried;
use self::ring_log::RingLog;
pub(crate) use self::streaks::Streaks;
use self::wrap_up::Filing;

mod call_log;
pub mod cause;
mod duty_log;
mod idle_clock;
mod own_calls;
pub mod past;
pub mod ring_log;
mod streaks;
pub mod wrap_up;

/// What the core is told of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentProfile {
    /// Who.
    pub id: AgentId,
    /// His login; the order of agents within a queue is the order of their logins (linear, round-robin).
    pub login: String,
    /// The queues that he serves. A name without a queue is kept: the queue may come with the next configuration.
    pub queues: Vec<Membership>,
    /// What he can do, and how well.
    pub skills: Skills,
}

/// A state that an agent, or a supervisor for him, may ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Requested {
    /// Takes calls (示闲).
    Ready,
    /// Takes none, for a reason (示忙).
    NotReady(NotReadyReason),
    /// Signs out (签出).
    Offline,
}

/// One agent as the core keeps him.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    pub(crate) login: Arc<str>,
    pub(crate) queues: Vec<Membership>,
    pub(crate) skills: Arc<Skills>,
    /// The state that was last published.
    pub(crate) state: AgentState,
    /// What his queues were last told: why he is no candidate, or `None` when he is one.
    pub(crate) standing: Option<ReasonCode>,
    pub(crate) wish: Requested,
    pub(crate) registered: bool,
    pub(crate) bound: Bound,
    /// His last call, as long as he may still ask to file it (C5, `optional`).
    pub(crate) unfiled: Option<Filing>,
    /// He asked in the call for time to file it.
    pub(crate) asked_to_file: bool,
    /// The call of his that was given a category before it ended.
    pub(crate) categorised: Option<CallId>,
    /// Calls of his phone that the core did not give him (C12).
    pub(crate) own_calls: OwnCalls,
    /// Left alone for a while (R6, R7); a timer ends it.
    pub(crate) backs_off: bool,
    /// Deleted while in a call: goes when the call ends.
    pub(crate) removed: bool,
    pub(crate) streaks: Streaks,
    /// While he is given back what he was (C20).
    pub(crate) carried: Option<Carried>,
    pub(crate) signed_in: Duration,
    /// When he became ready after his last call, break or wrap-up; offers do not touch it.
    pub(crate) ready_since: Duration,
    pub(crate) idle: IdleClock,
    pub(crate) calls: CallLog,
    pub(crate) rings: RingLog,
    pub(crate) duty: DutyLog,
}

/// What holds an agent, given by the core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// Nothing.
    Free,
    /// An offer; its phone rings or is about to.
    Offer {
        offer: OfferId,
        call: CallId,
        ringing: bool,
    },
    /// A call.
    Talk {
        call: CallId,
        queue: Option<QueueName>,
        since: Duration,
    },
    /// A call that a colleague asks him about: he is busy, and nothing is counted (R15).
    Consult { call: CallId, since: Duration },
    /// The call that he files.
    WrapUp {
        /// By whose rules he files it.
        queue: Option<QueueName>,
        since: Duration,
        /// When it ends by itself.
        until: Duration,
        filing: Filing,
    },
}

impl Agent {
    /// An agent who is offline, with a phone that never registered.
    pub(crate) fn new(profile: AgentProfile) -> Self {
        Self {
            login: profile.login.into(),
            queues: profile.queues,
            skills: profile.skills.into(),
            state: AgentState::Offline,
            standing: Some(ReasonCode::Offline),
            wish: Requested::Offline,
            registered: false,
            bound: Bound::Free,
            unfiled: None,
            asked_to_file: false,
            categorised: None,
            own_calls: OwnCalls::default(),
            backs_off: false,
            removed: false,
            streaks: Streaks::default(),
            carried: None,
            signed_in: Duration::ZERO,
            ready_since: Duration::ZERO,
            idle: IdleClock::default(),
            calls: CallLog::default(),
            rings: RingLog::default(),
            duty: DutyLog::default(),
        }
    }

    /// The state that follows from wish, phone and binding.
    pub(crate) fn derive(&self) -> AgentState {
        match self.bound {
            Bound::Offer {
                call,
                ringing: false,
                ..
            } => AgentState::Reserved { call },
            Bound::Offer {
                call,
                ringing: true,
                ..
            } => AgentState::Ringing { call },
            Bound::Talk { call, .. } | Bound::Consult { call, .. } => {
                AgentState::Talking { call: Some(call) }
            }
            // C12: who talks on cannot file; the time to file runs on.
            Bound::WrapUp { filing, .. } => match self.own_calls.latest() {
                Some(call) => AgentState::Talking { call },
                None => AgentState::WrapUp { call: filing.call },
            },
            Bound::Free => self.derive_free(),
        }
    }

    fn derive_free(&self) -> AgentState {
        // Who signs out during a call of his own is in it until it ends; who was offline is nobody's agent in it.
        let signed_in = self.state != AgentState::Offline || self.wish != Requested::Offline;
        match (&self.wish, self.own_calls.latest()) {
            (_, Some(call)) if signed_in => AgentState::Talking { call },
            (Requested::Offline, _) => AgentState::Offline,
            (Requested::NotReady(reason), _) => AgentState::NotReady {
                reason: reason.clone(),
            },
            (Requested::Ready, _) if !self.registered => AgentState::NotReady {
                reason: NotReadyReason::DeviceLost,
            },
            (Requested::Ready, _) => AgentState::Ready,
        }
    }

    /// Why he is no candidate for anybody, if he is not (R1); in the order of the checks.
    pub(crate) fn stands(&self) -> Option<ReasonCode> {
        if self.state != AgentState::Offline && !self.registered {
            return Some(ReasonCode::Unregistered);
        }
        match self.state {
            AgentState::Offline => Some(ReasonCode::Offline),
            AgentState::NotReady { .. } => Some(ReasonCode::NotReady),
            AgentState::Reserved { .. } | AgentState::Ringing { .. } => Some(ReasonCode::Reserved),
            AgentState::Talking { .. } => Some(ReasonCode::Talking),
            AgentState::WrapUp { .. } => Some(ReasonCode::WrapUp),
            AgentState::Ready if self.backs_off => Some(ReasonCode::BackOff),
            AgentState::Ready => None,
        }
    }

    /// On what terms he serves a queue.
    pub(crate) fn membership(&self, queue: &QueueName) -> Option<&Membership> {
        self.queues.iter().find(|one| one.queue == *queue)
    }

    /// Whether he is at work: neither away nor on a break (R49).
    pub(crate) const fn is_on_duty(&self) -> bool {
        !matches!(
            self.state,
            AgentState::Offline | AgentState::NotReady { .. }
        )
    }

    /// Ends the time to file, if it runs (R51).
    pub(crate) fn end_wrap_up(&mut self, now: Duration) -> bool {
        let Bound::WrapUp { since, filing, .. } = self.bound else {
            return false;
        };
        if filing.counted {
            self.calls.filed(now.saturating_sub(since));
        }
        self.bound = Bound::Free;
        true
    }

    /// Whether he takes calls after what he does: he goes to no break, not off the phone, and not home.
    pub(crate) fn will_be_free(&self) -> bool {
        self.wish == Requested::Ready && self.registered
    }

    /// The offer that binds him, if one does.
    pub(crate) const fn offer(&self) -> Option<OfferId> {
        match self.bound {
            Bound::Offer { offer, .. } => Some(offer),
            Bound::Free | Bound::Talk { .. } | Bound::Consult { .. } | Bound::WrapUp { .. } => None,
        }
    }
}
