//! Facts as the engine tells them, one function each.

use model::fact::{CallResult, CancelCause, EndedBy, Offer, Pop, PopCustomer};
use model::profile::{Candidate, OpenTicket, PastCall};
use model::{
    AgentId, AgentState, CallId, Caller, CustomerId, Decision, E164, Fact, FactRecord, OfferId,
    Profile, TicketId, Timestamp,
};

use super::NOON_MS;

pub(crate) const CALL: CallId = CallId::new(500);

pub(crate) fn record(seq: u64, fact: Fact) -> FactRecord {
    let at = Timestamp::from_ms(NOON_MS + i64::try_from(seq).unwrap() * 1_000);
    FactRecord { seq, at, fact }
}

pub(crate) fn caller() -> Caller {
    Caller::new("13800001111", Some("Wang"))
}

pub(crate) fn arrived(call: CallId) -> Fact {
    Fact::CallArrived {
        call,
        caller: caller(),
        called: "4000".to_owned(),
        sip_call_id: "abc@phone".to_owned(),
        agent: None,
        direction: model::fact::Direction::In,
        trunk: None,
        diverted_from: None,
    }
}

pub(crate) fn joined(call: CallId) -> Fact {
    Fact::QueueJoined {
        call,
        queue: "support".into(),
        position: 1,
        also: Vec::new(),
        regions: Vec::new(),
    }
}

/// An offer's id is made of call and agent, so that each test can name it.
pub(crate) fn offer(call: CallId, agent: AgentId) -> Offer {
    Offer {
        id: OfferId::new(call.get() * 100_000 + agent.get() % 100_000),
        call,
        agent,
        queue: Some("support".into()),
    }
}

pub(crate) fn pop(caller: Caller, customer: PopCustomer) -> Box<Pop> {
    Box::new(Pop {
        direction: "in".to_owned(),
        caller,
        called: "4000".to_owned(),
        waited_s: 12,
        language: "zh-CN".to_owned(),
        path: vec![
            "menu welcome".to_owned(),
            "1".to_owned(),
            "queue support".to_owned(),
        ],
        answers: std::collections::BTreeMap::from([("case_no".to_owned(), "A17".to_owned())]),
        customer,
        queue_name: std::collections::BTreeMap::new(),
        suggestion: "new".to_owned(),
        handed_on: None,
        wrap_up: None,
        survey: false,
        flags: Vec::new(),
    })
}

pub(crate) fn offered_with(call: CallId, agent: AgentId, pop: Box<Pop>) -> Fact {
    let decision = Decision {
        waited_ms: 12_000,
        ..Decision::new("support".into(), "ring_all").choosing(&[agent])
    };
    Fact::OfferMade {
        offer: offer(call, agent),
        decision: Box::new(decision),
        pop,
    }
}

pub(crate) fn offered(call: CallId, agent: AgentId) -> Fact {
    offered_with(call, agent, pop(caller(), PopCustomer::Pending))
}

pub(crate) fn cancelled(call: CallId, agent: AgentId, cause: CancelCause) -> Fact {
    Fact::OfferCancelled {
        offer: offer(call, agent),
        cause,
    }
}

pub(crate) fn connected(call: CallId, agent: AgentId) -> Fact {
    Fact::CallConnected {
        offer: offer(call, agent),
        waited_ms: 12_000,
        rang_ms: 3_000,
    }
}

pub(crate) fn ended(call: CallId, agent: Option<AgentId>) -> Fact {
    Fact::CallEnded {
        call,
        result: if agent.is_some() {
            CallResult::Answered
        } else {
            CallResult::Abandoned
        },
        by: EndedBy::Caller,
        agent,
        answered_late: false,
    }
}

pub(crate) fn state(agent: AgentId, from: AgentState, to: AgentState, cause: &str) -> Fact {
    Fact::AgentStateChanged {
        agent,
        from,
        to,
        cause: cause.to_owned(),
    }
}

pub(crate) fn identified(call: CallId) -> Fact {
    Fact::CallIdentified {
        call,
        profile: profile(),
    }
}

pub(crate) fn profile() -> Profile {
    Profile {
        e164: E164::parse("+8613800001111").ok(),
        candidates: vec![Candidate {
            customer: CustomerId::new(31),
            name: "王小明".to_owned(),
            vip_level: 2,
            confidence: "known".to_owned(),
            why: "number".to_owned(),
            open_tickets: 0,
            last_contact: None,
            external_ref: None,
        }],
        open_tickets: vec![
            OpenTicket {
                ticket: TicketId::new(41),
                number: "261117-0007-4".to_owned(),
                subject: "宽带无法上网，已报修两次".to_owned(),
                priority: 2,
                state: "in_progress".to_owned(),
                urges: 1,
                due_at: Some(Timestamp::from_ms(NOON_MS - 7_200_000)),
                is_overdue: true,
            },
            OpenTicket {
                ticket: TicketId::new(42),
                number: "261101-0113-0".to_owned(),
                subject: "发票抬头更正".to_owned(),
                priority: 4,
                state: "new".to_owned(),
                urges: 0,
                due_at: None,
                is_overdue: false,
            },
        ],
        last_calls: vec![PastCall {
            call: CallId::new(12),
            at: Timestamp::from_ms(NOON_MS - 86_400_000),
            agent: Some("李雷".to_owned()),
            result: "answered".to_owned(),
        }],
        ties: model::Ties::default(),
        typed: None,
    }
}

/// A whole call of one agent, from the arrival to the end.
pub(crate) fn answered_call(call: CallId, agent: AgentId) -> Vec<Fact> {
    vec![
        arrived(call),
        joined(call),
        offered(call, agent),
        state(
            agent,
            AgentState::Ready,
            AgentState::Ringing { call },
            "offer",
        ),
        connected(call, agent),
        state(
            agent,
            AgentState::Ringing { call },
            AgentState::Talking { call: Some(call) },
            "answer",
        ),
        ended(call, Some(agent)),
        state(
            agent,
            AgentState::Talking { call: Some(call) },
            AgentState::WrapUp { call },
            "call_ended",
        ),
    ]
}
