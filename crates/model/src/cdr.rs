//! The call detail record, read from facts and from nothing else (invariant 9).
//!
//! `apply` takes the facts of one call in order; the record is complete after `call.ended`. Each duration has its one
//! formula here, whoever shows it.

use serde::{Deserialize, Serialize};

use crate::fact::{CallResult, Direction, EndedBy, Fact};
use crate::id::{AgentId, CallId, CustomerId, QueueName};
use crate::number::{Caller, E164};
use crate::time::Timestamp;
use crate::transfer::Party;

/// One call, start to end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cdr {
    /// The call.
    pub call: CallId,
    /// Who called.
    pub caller: Caller,
    /// The number in international form, once the directory told it.
    pub e164: Option<E164>,
    /// The customer, once the directory told him and there was no doubt.
    pub customer: Option<CustomerId>,
    /// The number that was dialled.
    pub called: String,
    /// Which way it went.
    #[serde(default)]
    pub direction: Direction,
    /// The trunk of the outside party: the one it came by, or the last one by which an outside number was called.
    #[serde(default)]
    pub trunk: Option<String>,
    /// The last outside number that was called in it.
    #[serde(default)]
    pub dialled: Option<String>,
    /// The last queue.
    pub queue: Option<QueueName>,
    /// The first agent who was connected.
    pub first_agent: Option<AgentId>,
    /// The last agent who was connected.
    pub agent: Option<AgentId>,
    /// When the INVITE came.
    pub started_at: Timestamp,
    /// When the caller first joined a queue.
    pub queued_at: Option<Timestamp>,
    /// When an agent was first connected.
    pub connected_at: Option<Timestamp>,
    /// When the call ended; `None` while it lives.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub result: Option<CallResult>,
    /// Who ended it.
    pub ended_by: Option<EndedBy>,
    /// Whether an agent answered while the caller was already gone (R11).
    pub answered_late: bool,
    /// From the INVITE to the queue, or to the end without one.
    pub ivr_ms: u64,
    /// In queues until connected or gone, ringing included.
    pub wait_ms: u64,
    /// Of the offer that was answered: from its ring to the answer.
    pub ring_ms: u64,
    /// Connected to an agent, hold included.
    pub talk_ms: u64,
    /// Of the talk time: on hold.
    pub hold_ms: u64,
    /// Each agent's part, in order; at most [`SEGMENTS_MAX`].
    #[serde(default)]
    pub segments: Vec<Segment>,
    /// Since when the call is held.
    held_since: Option<Timestamp>,
    /// Who holds it.
    #[serde(default)]
    holders: Vec<Option<Party>>,
    /// Since when the agent of this moment talks.
    #[serde(default)]
    talking_since: Option<Timestamp>,
}

/// Most segments that a record lists; the talk time of later ones still counts.
pub const SEGMENTS_MAX: usize = 64;

/// One agent's part of a call (R14): from his connection to the transfer that ended it, or to the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Who.
    pub agent: AgentId,
    /// The queue that brought him the call; `None` when he was named.
    pub queue: Option<QueueName>,
    /// When he was connected.
    pub connected_at: Timestamp,
    /// How long he talked, hold included; 0 while he talks.
    pub talk_ms: u64,
}

impl Cdr {
    /// Begins a record at `call.arrived`; any other fact begins none.
    pub fn begin(at: Timestamp, fact: &Fact) -> Option<Self> {
        let Fact::CallArrived {
            call,
            caller,
            called,
            direction,
            trunk,
            ..
        } = fact
        else {
            return None;
        };
        Some(Self {
            call: *call,
            caller: caller.clone(),
            e164: None,
            customer: None,
            called: called.clone(),
            direction: *direction,
            trunk: trunk.clone(),
            dialled: None,
            queue: None,
            first_agent: None,
            agent: None,
            started_at: at,
            queued_at: None,
            connected_at: None,
            ended_at: None,
            result: None,
            ended_by: None,
            answered_late: false,
            ivr_ms: 0,
            wait_ms: 0,
            ring_ms: 0,
            talk_ms: 0,
            hold_ms: 0,
            segments: Vec::new(),
            held_since: None,
            holders: Vec::new(),
            talking_since: None,
        })
    }

    /// Takes the next fact of this call.
    pub fn apply(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::CallIdentified { profile, .. } => {
                self.e164.clone_from(&profile.e164);
                self.customer = profile.sole().map(|candidate| candidate.customer);
            }
            Fact::QueueJoined { queue, .. } => {
                self.queue = Some(queue.clone());
                if self.queued_at.is_none() {
                    self.queued_at = Some(at);
                    self.ivr_ms = at.ms_since(self.started_at);
                }
            }
            Fact::QueueDropped { queue, .. } => self.queue = Some(queue.clone()),
            Fact::QueueLeft { waited_ms, .. } => self.wait_ms += waited_ms,
            Fact::CallConnected {
                offer,
                waited_ms,
                rang_ms,
            } => {
                self.end_segment(at);
                self.begin_segment(at, offer.agent, offer.queue.as_ref());
                self.wait_ms += waited_ms;
                self.ring_ms = *rang_ms;
            }
            Fact::DialStarted { number, trunk, .. } => {
                self.dialled = Some(number.clone());
                self.trunk = Some(trunk.clone());
            }
            // D21: he is on the line; an agent is still to come.
            Fact::DialAnswered { .. } if self.direction == Direction::Callback => {}
            Fact::DialAnswered { agent, rang_ms, .. } => {
                if let Some(agent) = agent {
                    self.end_segment(at);
                    self.begin_segment(at, *agent, None);
                }
                self.connected_at.get_or_insert(at);
                self.ring_ms = *rang_ms;
            }
            Fact::CallHeld { by, .. } => self.hold(at, by),
            Fact::CallResumed { by, .. } => self.resume(at, by),
            // R14: the agent's part ends here.
            Fact::Transferred { .. } | Fact::SurveyAsked(_) => self.end_segment(at),
            Fact::CallEnded {
                result,
                by,
                answered_late,
                ..
            } => {
                self.end_segment(at);
                self.ended_at = Some(at);
                self.result = Some(*result);
                self.ended_by = Some(*by);
                self.answered_late = *answered_late;
                if self.queued_at.is_none() {
                    self.ivr_ms = at.ms_since(self.started_at);
                }
            }
            Fact::CallArrived { .. }
            | Fact::CallRefused { .. }
            | Fact::CallerListed { .. }
            | Fact::CalendarClosed { .. }
            | Fact::CalendarOpened { .. }
            | Fact::CalendarPinRefused { .. }
            | Fact::DialDenied { .. }
            | Fact::DialFailed { .. }
            | Fact::OfferDialled { .. }
            | Fact::OfferAsked { .. }
            | Fact::AcdTold { .. }
            | Fact::TrunkStateChanged { .. }
            | Fact::CallAnswered { .. }
            | Fact::IvrEntered { .. }
            | Fact::IvrGaveUp { .. }
            | Fact::CanaryLaid { .. }
            | Fact::BotEnded { .. }
            | Fact::CanaryBad(_)
            | Fact::CanaryEnded(_)
            | Fact::KeyPressed { .. }
            | Fact::OfferMade { .. }
            | Fact::QueueSupervised { .. }
            | Fact::QueueStarving { .. }
            | Fact::RouteAnswered { .. }
            | Fact::QueueResumed(_)
            | Fact::CallbackRequested(_)
            | Fact::CallbackAttempted(_)
            | Fact::CallbackDone(_)
            | Fact::CallbackFailed(_)
            | Fact::OfferCancelled { .. }
            | Fact::OfferMissed { .. }
            | Fact::OfferDeclined { .. }
            | Fact::OfferUnreachable { .. }
            | Fact::CallLeg { .. }
            | Fact::TransferStarted { .. }
            | Fact::TransferFailed { .. }
            | Fact::ConsultStarted { .. }
            | Fact::ConsultConnected { .. }
            | Fact::ConsultEnded { .. }
            | Fact::CallJoined { .. }
            | Fact::CallMerged { .. }
            | Fact::RecordingReady { .. }
            | Fact::SurveyAnswered(_)
            | Fact::SurveyDone(_)
            | Fact::ClipBegan(_)
            | Fact::ClipPlayed(_)
            | Fact::SurveyMissed(_)
            | Fact::TicketAsked(_)
            | Fact::VoicemailBegan(_)
            | Fact::VoicemailLeft(_)
            | Fact::VoicemailHeard(_)
            | Fact::AgentStateChanged { .. }
            | Fact::AgentRegistered { .. }
            | Fact::AgentUnregistered { .. }
            | Fact::StandbyBegan { .. }
            | Fact::StandbyEnded { .. }
            | Fact::AgentLevelled { .. }
            | Fact::LastAgentPaused { .. }
            | Fact::AgentQueueChanged { .. }
            | Fact::CallHeldLong { .. }
            | Fact::CallCategorised { .. }
            | Fact::WrapUpBegan { .. }
            | Fact::TicketCreated { .. }
            | Fact::TicketChanged { .. }
            | Fact::NotificationCreated(_) => {}
        }
    }

    /// R80: the caller has called again and has the place that he left here.
    pub fn resumed(&mut self) {
        // He hung up, or his line broke.
        if matches!(
            self.result,
            Some(CallResult::Abandoned | CallResult::Failed)
        ) {
            self.result = Some(CallResult::Resumed);
        }
    }

    fn begin_segment(&mut self, at: Timestamp, agent: AgentId, queue: Option<&QueueName>) {
        self.first_agent.get_or_insert(agent);
        self.agent = Some(agent);
        self.connected_at.get_or_insert(at);
        self.talking_since = Some(at);
        if self.segments.len() < SEGMENTS_MAX {
            self.segments.push(Segment {
                agent,
                queue: queue.cloned(),
                connected_at: at,
                talk_ms: 0,
            });
        }
    }

    /// A record that began before there were segments knows only when the first agent was connected.
    fn is_with_agent(&self) -> bool {
        let is_old = self.segments.is_empty() && self.talk_ms == 0;
        self.talking_since.is_some() || (is_old && self.connected_at.is_some())
    }

    fn end_segment(&mut self, at: Timestamp) {
        self.holders.clear();
        self.end_hold(at);
        // A record that began before there were segments knows only when the first agent was connected.
        let since = self.talking_since.take().or_else(|| {
            self.connected_at
                .filter(|_| self.segments.is_empty() && self.talk_ms == 0)
        });
        let Some(since) = since else { return };
        let talked = at.ms_since(since);
        self.talk_ms += talked;
        if let Some(last) = self.segments.last_mut()
            && last.connected_at == since
        {
            last.talk_ms = talked;
        }
    }

    fn hold(&mut self, at: Timestamp, by: &Option<Party>) {
        if !self.holders.contains(by) {
            self.holders.push(by.clone());
        }
        // Between the caller and an outside party there is no talk time that a hold could be part of.
        if self.is_with_agent() {
            self.held_since = self.held_since.or(Some(at));
        }
    }

    /// The hold is over when the last who holds has come back.
    fn resume(&mut self, at: Timestamp, by: &Option<Party>) {
        self.holders.retain(|holder| holder != by);
        if self.holders.is_empty() {
            self.end_hold(at);
        }
    }

    fn end_hold(&mut self, at: Timestamp) {
        if let Some(since) = self.held_since.take() {
            self.hold_ms += at.ms_since(since);
        }
    }
}

#[cfg(test)]
mod tests;
