//! What stays open is closed once, in its order, and nothing else is.

use model::fact::{CallResult, EndedBy, Pop, PopCustomer};
use model::{Caller, Decision};

use super::*;

const CUT: CallId = CallId::new(1);
const OTHER: CallId = CallId::new(2);
const ANNA: AgentId = AgentId::new(7);
const BEN: AgentId = AgentId::new(8);

fn offer(id: u64, call: CallId, agent: AgentId) -> Offer {
    Offer {
        id: OfferId::new(id),
        call,
        agent,
        queue: Some("support".into()),
    }
}

fn made(offer: Offer) -> Fact {
    let decision = Decision::new("support".into(), "longest_idle").choosing(&[offer.agent]);
    let pop = Box::new(Pop {
        direction: "in".into(),
        caller: Caller::new("100", None),
        called: "4000".into(),
        waited_s: 0,
        queue_name: BTreeMap::new(),
        language: "en".into(),
        path: Vec::new(),
        customer: PopCustomer::Pending,
        suggestion: "new".into(),
        handed_on: None,
    });
    Fact::OfferMade {
        offer,
        decision,
        pop,
    }
}

fn joined(call: CallId) -> Fact {
    Fact::QueueJoined {
        call,
        queue: "support".into(),
        position: 1,
        also: Vec::new(),
        regions: Vec::new(),
    }
}

fn state(agent: AgentId, from: AgentState, to: AgentState) -> Fact {
    Fact::AgentStateChanged {
        agent,
        from,
        to,
        cause: "agent".into(),
    }
}

/// Facts of one second each, read.
fn remains(facts: &[Fact]) -> Remains {
    let records: Vec<_> = facts
        .iter()
        .zip(1..)
        .map(|(fact, seq)| FactRecord {
            seq,
            at: Timestamp::from_ms(i64::try_from(seq).unwrap() * 1_000),
            fact: fact.clone(),
        })
        .collect();
    let mut remains = Remains::default();
    remains.read(&records);
    remains
}

const NOW: Timestamp = Timestamp::from_ms(10_000);

#[test]
fn rings_and_waiting_of_a_cut_call_end_before_it() {
    let facts = [
        joined(CUT),
        made(offer(1, CUT, ANNA)),
        Fact::OfferMissed {
            offer: offer(1, CUT, ANNA),
        },
        made(offer(2, CUT, BEN)),
        made(offer(3, OTHER, ANNA)),
    ];
    let closing = remains(&facts).of_call(CUT, NOW);
    assert_eq!(
        closing,
        [
            Fact::OfferCancelled {
                offer: offer(2, CUT, BEN),
                cause: CancelCause::Failed
            },
            Fact::QueueLeft {
                call: CUT,
                queue: "support".into(),
                cause: QueueExit::Failed,
                waited_ms: 9_000
            },
        ]
    );
    let told = [&facts[..], &closing].concat();
    assert_eq!(remains(&told).of_call(CUT, NOW), [], "closed once");
}

#[test]
fn what_has_ended_is_not_ended_again() {
    let connected = Fact::CallConnected {
        offer: offer(1, CUT, ANNA),
        waited_ms: 1,
        rang_ms: 1,
    };
    let left = Fact::QueueLeft {
        call: CUT,
        queue: "support".into(),
        cause: QueueExit::Abandoned,
        waited_ms: 1,
    };
    let ended = Fact::CallEnded {
        call: CUT,
        result: CallResult::Failed,
        by: EndedBy::System,
        agent: None,
        answered_late: false,
    };
    for facts in [
        vec![joined(CUT), made(offer(1, CUT, ANNA)), connected],
        vec![joined(CUT), left],
        vec![joined(CUT), made(offer(1, CUT, ANNA)), ended],
    ] {
        assert_eq!(remains(&facts).of_call(CUT, NOW), [], "{facts:?}");
    }
}

#[test]
fn after_a_start_nobody_is_signed_in_and_no_phone_registered() {
    let signed_in = AgentState::NotReady {
        reason: NotReadyReason::SignedIn,
    };
    let facts = [
        Fact::AgentRegistered { agent: ANNA },
        Fact::AgentRegistered { agent: BEN },
        state(ANNA, AgentState::Offline, signed_in.clone()),
        state(ANNA, signed_in, AgentState::Ready),
        state(BEN, AgentState::Ready, AgentState::Offline),
        Fact::AgentUnregistered {
            agent: BEN,
            cause: "expired".into(),
        },
    ];
    let closing = remains(&facts).of_agents(true);
    assert_eq!(
        closing,
        [
            Fact::AgentStateChanged {
                agent: ANNA,
                from: AgentState::Ready,
                to: AgentState::Offline,
                cause: "restart".into()
            },
            Fact::AgentUnregistered {
                agent: ANNA,
                cause: "restart".into()
            },
        ]
    );
    let told = [&facts[..], &closing].concat();
    assert_eq!(remains(&told).of_agents(true), [], "closed once");
}

fn wishes(facts: &[Fact]) -> Vec<(AgentId, Requested)> {
    remains(facts).wishes().into_iter().collect()
}

#[test]
fn c20_an_agent_had_asked_for_the_last_state_in_which_no_call_held_him() {
    let call = CUT;
    let break_ = || AgentState::NotReady {
        reason: NotReadyReason::Said("break".into()),
    };
    let lost = || AgentState::NotReady {
        reason: NotReadyReason::DeviceLost,
    };
    let ready = Some(Requested::Ready);
    let on_break = Some(Requested::NotReady(NotReadyReason::Said("break".into())));
    let talking = AgentState::Talking { call: Some(call) };
    let table = [
        (vec![AgentState::Ready], ready.clone()),
        (vec![break_()], on_break.clone()),
        (vec![AgentState::Ready, lost()], ready.clone()),
        (
            vec![AgentState::Ready, AgentState::Reserved { call }],
            ready.clone(),
        ),
        (
            vec![AgentState::Ready, AgentState::Ringing { call }],
            ready.clone(),
        ),
        (vec![AgentState::Ready, talking.clone()], ready.clone()),
        (vec![AgentState::Ready, AgentState::WrapUp { call }], ready),
        (vec![break_(), talking.clone()], on_break),
        (vec![AgentState::Ready, AgentState::Offline], None),
        (vec![talking], None),
        (vec![], None),
    ];
    for (states, expected) in table {
        let facts: Vec<_> = states
            .iter()
            .map(|to| state(ANNA, AgentState::Offline, to.clone()))
            .collect();
        let found = wishes(&facts).into_iter().map(|(_, wish)| wish).next();
        assert_eq!(found, expected, "{states:?}");
    }
}

#[test]
fn c20_a_start_that_was_cut_takes_no_wish_and_one_that_came_late_takes_all() {
    let facts = [state(ANNA, AgentState::Offline, AgentState::Ready)];
    let told = [&facts[..], &remains(&facts).of_agents(true)].concat();
    assert_eq!(wishes(&told), [(ANNA, Requested::Ready)]);
    let told = [&facts[..], &remains(&facts).of_agents(false)].concat();
    assert_eq!(wishes(&told), []);
    assert_eq!(remains(&told).of_agents(true), [], "closed once");
}
