//! What a record makes of the facts of a call.

use super::*;
use crate::fact::Offer;
use crate::id::OfferId;
use crate::transfer::{Transfer, TransferKind, TransferTo, TransferWay};

fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(ms)
}

fn arrived(call: CallId) -> Fact {
    Fact::CallArrived {
        call,
        caller: Caller::new("100", None),
        called: "4000".into(),
        sip_call_id: "x".into(),
        agent: None,
        direction: Direction::In,
        trunk: None,
        diverted_from: None,
    }
}

#[test]
fn durations_come_from_the_facts() {
    let call = CallId::new(1);
    let offer = Offer {
        id: OfferId::new(2),
        call,
        agent: AgentId::new(7),
        queue: Some("support".into()),
    };
    let mut cdr = Cdr::begin(at(1_000), &arrived(call)).unwrap();
    cdr.apply(
        at(3_000),
        &Fact::QueueJoined {
            call,
            queue: "support".into(),
            position: 1,
            also: Vec::new(),
            regions: Vec::new(),
        },
    );
    cdr.apply(
        at(9_000),
        &Fact::CallConnected {
            offer,
            waited_ms: 6_000,
            rang_ms: 2_000,
        },
    );
    cdr.apply(at(12_000), &Fact::CallHeld { call, by: None });
    cdr.apply(at(15_000), &Fact::CallResumed { call, by: None });
    let ended = Fact::CallEnded {
        call,
        result: CallResult::Answered,
        by: EndedBy::Caller,
        agent: Some(AgentId::new(7)),
        answered_late: false,
    };
    cdr.apply(at(20_000), &ended);
    assert_eq!(
        (
            cdr.ivr_ms,
            cdr.wait_ms,
            cdr.ring_ms,
            cdr.talk_ms,
            cdr.hold_ms
        ),
        (2_000, 6_000, 2_000, 11_000, 3_000)
    );
    assert!(
        Cdr::begin(at(0), &ended).is_none(),
        "only an arrival begins a record"
    );
}

#[test]
fn r14_the_talk_time_of_one_ends_where_the_next_ones_begins() {
    let call = CallId::new(1);
    let of = |agent| Offer {
        id: OfferId::new(agent),
        call,
        agent: AgentId::new(agent),
        queue: None,
    };
    let connected = |agent| Fact::CallConnected {
        offer: of(agent),
        waited_ms: 0,
        rang_ms: 0,
    };
    let agents = |agent| Some(Party::Agent(AgentId::new(agent)));
    let mut cdr = Cdr::begin(at(0), &arrived(call)).unwrap();
    cdr.apply(at(1_000), &connected(7));
    cdr.apply(
        at(2_000),
        &Fact::CallHeld {
            call,
            by: agents(7),
        },
    );
    cdr.apply(
        at(3_000),
        &Fact::CallHeld {
            call,
            by: Some(Party::Caller),
        },
    );
    cdr.apply(
        at(4_000),
        &Fact::CallResumed {
            call,
            by: agents(7),
        },
    );
    let transfer = Transfer {
        kind: TransferKind::Blind,
        by: TransferWay::Phone,
        from: AgentId::new(7),
        to: TransferTo::Agent(AgentId::new(8)),
    };
    cdr.apply(at(6_000), &Fact::Transferred { call, transfer });
    cdr.apply(at(9_000), &connected(8));
    let ended = Fact::CallEnded {
        call,
        result: CallResult::Answered,
        by: EndedBy::Caller,
        agent: Some(AgentId::new(8)),
        answered_late: false,
    };
    cdr.apply(at(19_000), &ended);
    let talked: Vec<_> = cdr
        .segments
        .iter()
        .map(|one| (one.agent.get(), one.talk_ms))
        .collect();
    assert_eq!(talked, [(7, 5_000), (8, 10_000)]);
    assert_eq!(
        (cdr.talk_ms, cdr.hold_ms),
        (15_000, 4_000),
        "held until the last who held is back or out"
    );
    assert_eq!(cdr.first_agent, Some(AgentId::new(7)));
    assert_eq!(cdr.agent, Some(AgentId::new(8)));
}
