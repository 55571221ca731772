//! A call as the API tells it: the record of a past call, or what the board knows of a live one.

use model::fact::Direction;
use model::{AgentId, CallId, Caller, Cdr, CustomerId, E164, QueueName, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::sight::{Shown, Sight, numbers_of};
use crate::view::{LiveCall, Phase};

/// A call. Durations are final once it has ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallBody {
    /// Its id.
    #[schema(value_type = String)]
    pub id: CallId,
    /// Who calls.
    pub caller: CallerBody,
    /// The number that was dialled.
    pub called: Shown,
    /// `in`, `out`, `internal`, `callback`.
    pub direction: &'static str,
    /// The trunk of the outside party; `null` without one.
    pub trunk: Option<String>,
    /// The last outside number that was called in it.
    pub dialled: Option<Shown>,
    /// The customer, if there was no doubt: exactly one has the number, and certainly.
    #[schema(value_type = Option<String>)]
    pub customer: Option<CustomerId>,
    /// The last queue.
    #[schema(value_type = Option<String>)]
    pub queue: Option<QueueName>,
    /// The last agent who was connected.
    #[schema(value_type = Option<String>)]
    pub agent: Option<AgentId>,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    /// When the caller first joined a queue.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub queued_at: Option<Timestamp>,
    /// When an agent was first connected.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub connected_at: Option<Timestamp>,
    /// When it ended; `null` while it lives.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// `answered`, `abandoned`, `self_service`, `refused`, `failed`, `resumed`; `null` while it lives.
    pub result: Option<&'static str>,
    /// `caller`, `agent`, `system`; `null` while it lives.
    pub ended_by: Option<&'static str>,
    /// From the beginning to the queue, or to the end without one.
    pub ivr_ms: u64,
    /// In queues until connected or gone, ringing included.
    pub wait_ms: u64,
    /// Of the offer that was answered: from its ring to the answer.
    pub ring_ms: u64,
    /// Connected to an agent, hold included.
    pub talk_ms: u64,
    /// Of the talk time: on hold.
    pub hold_ms: u64,
    /// Each agent's part, in order: one ends by a transfer, and the next begins when somebody answers.
    pub segments: Vec<SegmentBody>,
    /// Where it is, while it lives.
    pub live: Option<LiveBody>,
}

/// One agent's part of a call.
#[derive(Debug, Serialize, ToSchema)]
pub struct SegmentBody {
    /// Who.
    #[schema(value_type = String)]
    pub agent: AgentId,
    /// The queue that brought him the call; `null` when he was named.
    #[schema(value_type = Option<String>)]
    pub queue: Option<QueueName>,
    /// When he was connected.
    #[schema(value_type = String, format = DateTime)]
    pub connected_at: Timestamp,
    /// How long he talked, hold included; 0 while he talks.
    pub talk_ms: u64,
}

/// Who calls.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallerBody {
    /// The number as received; `null` when it was withheld.
    pub number: Option<Shown>,
    /// The display name.
    pub display: Option<String>,
    /// The number in international form, when it could be read as one; `null` when it is masked.
    pub e164: Option<Shown>,
}

/// Where a live call is.
#[derive(Debug, Serialize, ToSchema)]
pub struct LiveBody {
    /// `ivr`, `queued`, `talking`, `handed_on`.
    pub phase: &'static str,
    /// Whether a party holds it.
    pub held: bool,
    /// While he waits: the other queues in whose lines he stands beside `queue`, his home queue (A12).
    #[schema(value_type = Vec<String>)]
    pub also: Vec<QueueName>,
    /// He waits for long because others come strictly first: how many were served before him so. `null` while he does not.
    pub passed_over: Option<u32>,
    /// Agents whose phones ring.
    #[schema(value_type = Vec<String>)]
    pub ringing: Vec<AgentId>,
}

impl From<model::cdr::Segment> for SegmentBody {
    fn from(segment: model::cdr::Segment) -> Self {
        Self {
            agent: segment.agent,
            queue: segment.queue,
            connected_at: segment.connected_at,
            talk_ms: segment.talk_ms,
        }
    }
}

impl CallerBody {
    pub(super) fn of(caller: Caller, e164: Option<E164>, sight: Sight) -> Self {
        let known = numbers_of(&caller);
        Self {
            number: caller.number.map(|number| sight.number(number)),
            display: caller.display.map(|name| sight.text(name, &known)),
            e164: sight.e164(e164),
        }
    }

    /// For who may see that somebody calls, and not who.
    pub(super) fn nameless(self) -> Self {
        Self {
            display: None,
            ..self
        }
    }
}

impl LiveBody {
    fn of(live: &LiveCall) -> Self {
        Self {
            phase: live.phase.name(),
            held: live.held,
            also: live.also.clone(),
            passed_over: live.passed_over,
            ringing: live.ringing.iter().map(|(_, agent)| *agent).collect(),
        }
    }
}

impl CallBody {
    /// From the store's record, with the board's line while it lives.
    pub fn of_record(cdr: Cdr, live: Option<&LiveCall>, sight: Sight) -> Self {
        let (caller, called) = sights(cdr.direction, sight);
        Self {
            id: cdr.call,
            caller: CallerBody::of(cdr.caller, cdr.e164, caller),
            called: called.number(cdr.called),
            direction: cdr.direction.name(),
            trunk: cdr.trunk,
            dialled: cdr.dialled.map(|number| sight.number(number)),
            customer: cdr.customer,
            queue: cdr.queue,
            agent: cdr.agent,
            started_at: cdr.started_at,
            queued_at: cdr.queued_at,
            connected_at: cdr.connected_at,
            ended_at: cdr.ended_at,
            result: cdr.result.map(model::fact::CallResult::name),
            ended_by: cdr.ended_by.map(model::fact::EndedBy::name),
            ivr_ms: cdr.ivr_ms,
            wait_ms: cdr.wait_ms,
            ring_ms: cdr.ring_ms,
            talk_ms: cdr.talk_ms,
            hold_ms: cdr.hold_ms,
            segments: cdr.segments.into_iter().map(SegmentBody::from).collect(),
            live: live.map(LiveBody::of),
        }
    }

    /// From the board alone: durations are told at the end.
    pub fn of_live(live: &LiveCall, sight: Sight) -> Self {
        let (caller, called) = sights(live.direction, sight);
        Self {
            id: live.call,
            caller: CallerBody::of(live.caller.clone(), None, caller),
            called: called.number(&live.called),
            direction: live.direction.name(),
            trunk: live.trunk.clone(),
            dialled: live.dialled.as_ref().map(|number| sight.number(number)),
            customer: None,
            queue: live.queue.clone(),
            agent: talking_agent(live),
            started_at: live.started_at,
            queued_at: live.queued_at,
            connected_at: live.connected_at,
            ended_at: None,
            result: None,
            ended_by: None,
            ivr_ms: 0,
            wait_ms: 0,
            ring_ms: 0,
            talk_ms: 0,
            hold_ms: 0,
            segments: Vec::new(),
            live: Some(LiveBody::of(live)),
        }
    }
}

/// Of caller and called the one who is not of the house is masked.
const fn sights(direction: Direction, sight: Sight) -> (Sight, Sight) {
    match direction {
        Direction::In => (sight, Sight::Whole),
        Direction::Out => (Sight::Whole, sight),
        Direction::Internal => (Sight::Whole, Sight::Whole),
        Direction::Callback => (sight, sight),
    }
}

/// The agent who talks in a live call.
pub(super) const fn talking_agent(live: &LiveCall) -> Option<AgentId> {
    match live.phase {
        Phase::Talking { agent } => Some(agent),
        Phase::Ivr | Phase::Queued | Phase::HandedOn => None,
    }
}
