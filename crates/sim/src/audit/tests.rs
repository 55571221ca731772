//! Planted faults: each is found, and the same facts without it are not.

use std::time::Duration;

use model::Caller;
use model::fact::{CallResult, EndedBy, QueueExit};

use super::lines::OVERTAKEN_MAX;
use super::*;

fn at(second: u64) -> Timestamp {
    Duration::from_secs(second).into()
}

fn offer(id: u64, call: u64, agent: u64) -> Offer {
    Offer {
        id: OfferId::new(id),
        call: CallId::new(call),
        agent: AgentId::new(agent),
        queue: Some("support".into()),
    }
}

fn arrived(call: u64) -> Fact {
    Fact::CallArrived {
        call: CallId::new(call),
        caller: Caller::new("1", None),
        called: "4000".to_owned(),
        sip_call_id: String::new(),
        agent: None,
        direction: model::fact::Direction::In,
        trunk: None,
        diverted_from: None,
    }
}

fn joined(call: u64) -> Fact {
    Fact::QueueJoined {
        call: CallId::new(call),
        queue: "support".into(),
        position: 1,
        also: Vec::new(),
        regions: Vec::new(),
    }
}

fn made(offer: Offer) -> Fact {
    let decision = model::Decision::new("support".into(), "");
    let pop = Box::new(model::fact::Pop {
        direction: String::new(),
        caller: Caller::withheld(),
        called: String::new(),
        waited_s: 0,
        queue_name: BTreeMap::new(),
        language: String::new(),
        path: Vec::new(),
        answers: BTreeMap::new(),
        customer: model::fact::PopCustomer::Withheld,
        suggestion: String::new(),
        handed_on: None,
        wrap_up: None,
        survey: false,
        flags: Vec::new(),
    });
    Fact::OfferMade {
        offer,
        decision: Box::new(decision),
        pop,
    }
}

fn connected(offer: Offer) -> Fact {
    Fact::CallConnected {
        offer,
        waited_ms: 0,
        rang_ms: 0,
    }
}

fn ended(call: u64) -> Fact {
    Fact::CallEnded {
        call: CallId::new(call),
        result: CallResult::Answered,
        by: EndedBy::Caller,
        agent: None,
        answered_late: false,
    }
}

fn state(agent: u64, from: AgentState, to: AgentState) -> Fact {
    Fact::AgentStateChanged {
        agent: AgentId::new(agent),
        from,
        to,
        cause: String::new(),
    }
}

fn reserved(call: u64) -> AgentState {
    let call = CallId::new(call);
    AgentState::Reserved { call }
}

fn talking(call: u64) -> AgentState {
    let call = Some(CallId::new(call));
    AgentState::Talking { call }
}

/// One call, turn by turn, from its arrival to its end.
fn good() -> Vec<Vec<Fact>> {
    vec![
        vec![state(7, AgentState::Offline, AgentState::Ready)],
        vec![arrived(1)],
        vec![
            joined(1),
            made(offer(5, 1, 7)),
            state(7, AgentState::Ready, reserved(1)),
        ],
        vec![state(7, reserved(1), talking(1)), connected(offer(5, 1, 7))],
        vec![ended(1), state(7, talking(1), AgentState::Ready)],
    ]
}

/// Takes the turns, one second each, and the closing.
fn audit(turns: &[Vec<Fact>]) -> Result<(), String> {
    let mut audit = Audit::default();
    for (second, turn) in turns.iter().enumerate() {
        for fact in turn {
            audit.fact(at(second as u64), fact)?;
        }
        audit.settle()?;
    }
    audit.close()
}

#[test]
fn a_good_call_passes() {
    assert_eq!(audit(&good()), Ok(()));
}

#[test]
fn each_planted_fault_is_found() {
    type Plant = fn(&mut Vec<Vec<Fact>>);
    let table: [(&str, Plant); 8] = [
        ("never ends", |turns| turns.truncate(4)),
        ("of a call that is not open", |turns| {
            turns.push(vec![ended(1)])
        }),
        ("arrived twice", |turns| {
            turns.push(vec![arrived(2), arrived(2)])
        }),
        // A lost reservation: the offer is gone, the agent stays reserved.
        ("Reserved", |turns| {
            let cause = model::fact::CancelCause::CallerLeft;
            let offer = offer(5, 1, 7);
            turns[3] = vec![Fact::OfferCancelled { offer, cause }];
        }),
        ("besides", |turns| turns[2].push(made(offer(6, 1, 7)))),
        ("besides", |turns| {
            turns[3].extend([arrived(2), made(offer(6, 2, 7)), connected(offer(6, 2, 7))]);
        }),
        ("left", |turns| {
            turns[0].push(state(7, AgentState::Offline, AgentState::Ready))
        }),
        ("still in line", |turns| turns[3].push(joined(1))),
    ];
    for (told, plant) in table {
        let mut turns = good();
        plant(&mut turns);
        let error = audit(&turns).expect_err(told);
        assert!(error.contains(told), "{told}: {error}");
    }
}

#[test]
fn talk_times_that_do_not_add_up_are_found() {
    let mut audit = Audit::default();
    for (second, turn) in good().iter().enumerate() {
        for fact in turn {
            // The record ends a second after the agent's state did.
            let late = u64::from(matches!(fact, Fact::CallEnded { .. }));
            audit.fact(at(second as u64 + late), fact).unwrap();
        }
        audit.settle().unwrap();
    }
    let error = audit.close().unwrap_err();
    assert!(
        error.contains("talked 1000 ms by his states and 2000 ms by the records"),
        "{error}"
    );
}

#[test]
fn r75_a_caller_who_is_overtaken_for_ever_starves() {
    let starve = |rounds: u64| {
        let mut audit = Audit::default();
        audit.fact(at(0), &arrived(1))?;
        audit.fact(at(0), &joined(1))?;
        for call in 2..rounds + 2 {
            let (offered, now) = (offer(call, call, 7), at(call));
            audit.fact(now, &arrived(call))?;
            audit.fact(now, &joined(call))?;
            audit.fact(now, &made(offered.clone()))?;
            audit.fact(now, &connected(offered))?;
            audit.fact(now, &ended(call))?;
        }
        let (queue, cause) = ("support".into(), QueueExit::Abandoned);
        let call = CallId::new(1);
        let left = Fact::QueueLeft {
            call,
            queue,
            cause,
            waited_ms: 0,
            unserved: None,
        };
        audit.fact(at(rounds + 9), &left)?;
        audit.fact(at(rounds + 9), &ended(1))
    };
    assert_eq!(starve(OVERTAKEN_MAX), Ok(()));
    let error: String = starve(OVERTAKEN_MAX + 5).unwrap_err();
    assert!(error.contains("first in line"), "{error}");
}
