//! R19: who left before anybody was offered him takes along what was true: what the agents were at, and what he waited for.
//! R1: no decision of however large a queue is longer than its bound.

use std::collections::BTreeMap;

use acd::{Acd, AgentProfile, Input, Output, QueueConfig, Requested, strategy};
use model::decision::{Awaited, NAMED_MAX, RECORD_MAX, ReasonCode, Unserved};
use model::fact::QueueExit;
use model::{AgentId, CallId, Decision, Skills, Ties};

use crate::support::{Centre, SUPPORT, call, s};

/// What the last caller who left took along.
fn last(centre: &Centre) -> Option<&Unserved> {
    let mut outputs = centre.outputs.iter().rev();
    outputs.find_map(|(_, output)| match output {
        Output::LeftQueue { unserved, .. } => Some(unserved.as_deref()),
        _ => None,
    })?
}

#[test]
fn r19_the_agents_are_told_as_they_were_when_he_came_and_when_he_left() {
    let mut centre = Centre::new("linear", "AB");
    centre.joins(1).answers('A').rests('B').joins(2);
    centre.wait(5).signs_out('B').hangs_up(2);
    let told = last(&centre).expect("nobody was offered him");
    let others = |reasons: &[ReasonCode]| {
        let counted = reasons.iter().map(|reason| (*reason, 1));
        counted.collect::<BTreeMap<_, _>>()
    };
    assert_eq!(told.joined.ready, 0);
    let came = [ReasonCode::NotReady, ReasonCode::Talking];
    assert_eq!(told.joined.others, others(&came));
    let went = [ReasonCode::Offline, ReasonCode::Talking];
    assert_eq!(told.left.others, others(&went));
    assert_eq!(told.awaited, None);
}

#[test]
fn r19_who_was_offered_to_somebody_has_a_decision_instead() {
    let mut centre = Centre::new("linear", "A");
    centre.joins(1).declines('A').hangs_up(1);
    assert_eq!(last(&centre), None);
    centre.joins(2).ready('A');
    centre.input(Input::Assigned {
        call: call(2),
        agent: crate::support::id('A'),
    });
    centre.hangs_up(2);
    assert_eq!(last(&centre), None);
}

#[test]
fn r19_what_keeps_him_from_a_ready_agent_is_told() {
    let mut centre = Centre::tuned("sticky", "AB", |queue| queue.sticky_wait = s(20));
    centre.input(Input::Joined {
        call: call(1),
        queues: model::QueueName::from(SUPPORT).into(),
        head_start: s(0),
        priority: 0,
        caller_agent: None,
        ties: None,
        sticky: true,
        needs: None,
    });
    centre.hangs_up(1);
    let told = last(&centre).unwrap();
    assert_eq!((told.joined.ready, told.left.ready), (2, 2));
    assert_eq!(told.awaited, Some(Awaited::Directory));
}

#[test]
fn r19_who_is_not_let_in_is_told_of_those_who_are_not_there() {
    let mut centre = Centre::new("linear", "A");
    centre.signs_out('A').joins(1);
    let told = last(&centre).unwrap();
    assert_eq!(told.left.others, [(ReasonCode::Offline, 1)].into());
    assert_eq!(told.joined, told.left);
}

/// A queue of so many agents with ids of full width, each third of them on a break; its decision for one caller.
fn decision_among(agents: u64, strategy: &str) -> (Decision, Unserved) {
    let mut config = QueueConfig::new("客服".repeat(10).as_str().into());
    config.strategy = strategy::find(strategy).unwrap();
    config.ring_max = 64;
    let (name, now) = (config.name.clone(), s(1_800_000_000));
    let mut acd = Acd::new(u64::MAX, 0);
    acd.set_queues(now, 99_999_999, [(name.clone(), config)].into());
    for number in 1..=agents {
        let id = AgentId::new(number * (u64::MAX / 2 / (agents + 1)));
        acd.handle_input(
            now,
            Input::AgentPut(AgentProfile {
                id,
                login: format!("{number:>6}"),
                queues: vec![name.as_str().into()],
                skills: Skills::default(),
            }),
        );
        acd.handle_input(now, Input::PhoneRegistered(id));
        let request = match number % 3 {
            0 => Requested::NotReady("meal".to_owned().into()),
            _ => Requested::Ready,
        };
        let cause = "agent";
        acd.handle_input(
            now,
            Input::StateRequested {
                agent: id,
                request,
                cause,
            },
        );
    }
    let joined = |number, ties| Input::Joined {
        call: CallId::new(number),
        queues: name.clone().into(),
        head_start: s(90),
        priority: 9,
        caller_agent: None,
        ties,
        sticky: true,
        needs: None,
    };
    acd.handle_input(now, joined(1, Some(Ties::default())));
    let (mut decision, mut unserved) = (None, None);
    while let Some(output) = acd.poll_output() {
        if let Output::Offer { decision: made, .. } = output {
            decision = Some(*made);
        }
    }
    acd.handle_input(now, joined(2, None));
    let (call, cause) = (CallId::new(2), QueueExit::Abandoned);
    acd.handle_input(now, Input::Left { call, cause });
    while let Some(output) = acd.poll_output() {
        if let Output::LeftQueue { unserved: told, .. } = output {
            unserved = told;
        }
    }
    (decision.unwrap(), *unserved.unwrap_or_default())
}

#[test]
fn r01_the_record_of_ten_thousand_agents_keeps_its_bound() {
    for strategy in ["ring-all", "sticky", "weighted-random"] {
        let (decision, unserved) = decision_among(10_000, strategy);
        assert!(decision.others.values().sum::<u32>() >= 3_333);
        assert_eq!(decision.priority, 9);
        assert_eq!(decision.score_ms(), 90_000);
        let bytes = serde_json::to_string(&decision).unwrap().len();
        assert!(bytes <= RECORD_MAX, "{strategy}: {bytes}");
        let bytes = serde_json::to_string(&unserved).unwrap().len();
        assert!(bytes <= RECORD_MAX, "{strategy}: {bytes}");
    }
    // The largest queue that names everybody.
    let named = u64::try_from(NAMED_MAX).unwrap();
    let (decision, _) = decision_among(named, "ring-all");
    let bytes = serde_json::to_string(&decision).unwrap().len();
    assert!(decision.others.is_empty() && bytes <= RECORD_MAX, "{bytes}");
}
