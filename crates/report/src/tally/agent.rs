//! How an agent spends his time (坐席状态时长), cut at the borders of quarters of an hour, and to which call his filing belongs.

use model::agent_state::{AgentState, NotReadyReason};
use model::{AgentId, CallId, Timestamp};
use serde::{Deserialize, Serialize};

use super::counts::{Counts, TalkKey};
use crate::sums::{AgentSums, QueueSums};
use crate::{QUARTER_MS, quarter};

/// The longest time that is cut: who is signed in for longer without a change of state was forgotten there.
const LONGEST_MS: i64 = 31 * 24 * 3_600_000;

/// What an agent does, as reports tell it apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// Ready, and nothing rings.
    Ready,
    /// Not ready.
    NotReady(NotReadyReason),
    /// Chosen for a call, or it rings.
    Ringing,
    /// In a call.
    Talking,
    /// In a call that he holds.
    Holding,
    /// Filing.
    WrapUp,
}

/// What is remembered of an agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentTally {
    /// Since when he does what he does.
    since: Timestamp,
    /// `None`: he is not signed in.
    state: Option<AgentState>,
    /// The calls that he holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    holds: Vec<CallId>,
    /// His last talk, and to which sums it belongs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    talk: Option<(CallId, TalkKey)>,
}

impl Doing {
    /// The word in tables.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::NotReady(_) => "not_ready",
            Self::Ringing => "ringing",
            Self::Talking => "talking",
            Self::Holding => "holding",
            Self::WrapUp => "wrap_up",
        }
    }

    /// Why he is not ready; empty in all other states.
    pub fn reason(&self) -> &str {
        match self {
            Self::NotReady(reason) => reason.as_str(),
            Self::Ready | Self::Ringing | Self::Talking | Self::Holding | Self::WrapUp => "",
        }
    }
}

impl AgentTally {
    /// Whether nothing of him has to be remembered.
    pub const fn is_over(&self) -> bool {
        self.state.is_none() && self.talk.is_none()
    }

    /// Another state from the second moment on; the former is known until the first.
    pub(super) fn change(
        &mut self,
        agent: AgentId,
        (until, at): (Timestamp, Timestamp),
        to: &AgentState,
        counts: &mut Counts,
    ) {
        self.spend(agent, until, counts);
        self.file(agent, until, counts);
        self.since = at;
        self.holds.clear();
        self.state = match to {
            AgentState::Offline => None,
            AgentState::NotReady { .. }
            | AgentState::Ready
            | AgentState::Reserved { .. }
            | AgentState::Ringing { .. }
            | AgentState::Talking { .. }
            | AgentState::WrapUp { .. } => Some(to.clone()),
        };
        if self.state.is_none() {
            self.talk = None;
        }
    }

    /// A talk begins: what he files after it belongs there.
    pub(super) fn talks(&mut self, call: CallId, key: TalkKey) {
        self.talk = Some((call, key));
    }

    /// He holds a call, or comes back to it.
    pub(super) fn hold(
        &mut self,
        agent: AgentId,
        at: Timestamp,
        (call, holds): (CallId, bool),
        counts: &mut Counts,
    ) {
        if self.state.is_none() {
            return;
        }
        self.spend(agent, at, counts);
        self.since = self.since.max(at);
        self.holds.retain(|held| *held != call);
        if holds {
            self.holds.push(call);
        }
    }

    /// What he has done since the last change until a moment, as sums: for reports of a day that is not over.
    pub fn until(&self, agent: AgentId, at: Timestamp) -> Counts {
        let mut counts = Counts::default();
        self.spend(agent, at, &mut counts);
        counts
    }

    fn doing(&self) -> Option<Doing> {
        Some(match self.state.as_ref()? {
            AgentState::Offline => return None,
            AgentState::NotReady { reason } => Doing::NotReady(reason.clone()),
            AgentState::Ready => Doing::Ready,
            AgentState::Reserved { .. } | AgentState::Ringing { .. } => Doing::Ringing,
            AgentState::Talking { .. } if !self.holds.is_empty() => Doing::Holding,
            AgentState::Talking { .. } => Doing::Talking,
            AgentState::WrapUp { .. } => Doing::WrapUp,
        })
    }

    fn spend(&self, agent: AgentId, until: Timestamp, counts: &mut Counts) {
        let Some(doing) = self.doing() else { return };
        let until = until.as_ms();
        let mut from = self.since.as_ms().max(until.saturating_sub(LONGEST_MS));
        while from < until {
            let bucket = quarter(Timestamp::from_ms(from));
            let end = bucket.saturating_add(QUARTER_MS).min(until);
            let spent = counts.states.entry((bucket, agent, doing.clone()));
            *spent.or_default() += end - from;
            from = end;
        }
    }

    /// Filing is over: it counts where its call entered its queue.
    fn file(&self, agent: AgentId, until: Timestamp, counts: &mut Counts) {
        let (Some(AgentState::WrapUp { call }), Some((talk, key))) = (&self.state, &self.talk)
        else {
            return;
        };
        if call != talk {
            return;
        }
        let wrap_up_ms = i64::try_from(until.ms_since(self.since)).unwrap_or(i64::MAX);
        let of_queue = QueueSums {
            wrap_up_ms,
            ..QueueSums::default()
        };
        let of_agent = AgentSums {
            wrap_up_ms,
            ..AgentSums::default()
        };
        counts.talk(Some(agent), key, (of_queue, of_agent));
    }
}
