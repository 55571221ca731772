//! S3: a defect in one call's turn ends that call alone.

use std::time::Duration;

use model::AgentState;
use model::fact::{CallResult, Fact};

use crate::hotline::Hotline;
use crate::phone::Manner;

const SECOND: Duration = Duration::from_secs(1);

/// The call of a caller, by his number.
fn call_of(hotline: &Hotline, number: &str) -> model::CallId {
    hotline
        .facts
        .iter()
        .find_map(|(_, fact)| match fact {
            Fact::CallArrived { call, caller, .. } if caller.number.as_deref() == Some(number) => {
                Some(*call)
            }
            _ => None,
        })
        .unwrap()
}

#[test]
fn s3_a_panic_ends_one_call_and_frees_what_it_held() {
    let mut hotline = Hotline::open();
    let li = hotline.agent("1001", Manner::Answers(SECOND));
    let wang = hotline.agent("1002", Manner::Answers(SECOND));
    hotline.caller_presses("100", '1');
    hotline.run_for(3 * SECOND);
    hotline.caller_presses("200", '1');
    hotline.run_for(3 * SECOND);
    let broken = call_of(&hotline, "100");
    let busy_with_broken = [li, wang]
        .into_iter()
        .find(|agent| hotline.state(*agent).call() == Some(broken))
        .unwrap();
    hotline.engine.plant_panic(broken, 0);
    hotline.presses("100", '7');
    hotline.run_for(SECOND);
    assert_eq!(hotline.broken.len(), 1, "the defect is told");
    assert!(
        hotline.broken[0].1.last().unwrap().contains("Key"),
        "with the events that led to it"
    );
    assert!(
        hotline.when("100", "is hung up").is_some(),
        "the caller is told"
    );
    let other = if busy_with_broken == li {
        "1002"
    } else {
        "1001"
    };
    assert_eq!(hotline.hears("200"), other, "the neighbour goes on talking");
    assert!(matches!(
        hotline.state(busy_with_broken),
        AgentState::WrapUp { .. } | AgentState::Ready
    ));
    let ended = hotline.facts_named("call.ended");
    assert!(
        matches!(
            ended[..],
            [Fact::CallEnded {
                result: CallResult::Failed,
                ..
            }]
        ),
        "exactly one record: {ended:?}"
    );
    hotline.hangs_up("200");
    hotline.run_for(60 * SECOND);
    assert_eq!(
        (hotline.engine.calls(), hotline.engine.ports_in_use()),
        (0, 0)
    );
    assert_eq!(
        hotline.state(busy_with_broken),
        AgentState::Ready,
        "the agent is back"
    );
}

#[test]
fn s3_a_panic_while_phones_ring_stops_them() {
    let mut hotline = Hotline::open();
    let li = hotline.agent("1001", Manner::Rings);
    hotline.agent("1002", Manner::Rings);
    hotline.caller_presses("100", '2');
    hotline.run_for(SECOND);
    hotline.engine.plant_panic(call_of(&hotline, "100"), 0);
    hotline.presses("100", '7');
    hotline.run_for(SECOND);
    for phone in ["1001", "1002"] {
        assert!(hotline.when(phone, "is cancelled").is_some(), "{phone}");
    }
    assert_eq!(
        hotline.facts_named("offer.cancelled").len(),
        2,
        "their pops are taken back"
    );
    assert_eq!(hotline.state(li), AgentState::Ready);
    hotline.run_for(60 * SECOND);
    assert_eq!(hotline.engine.ports_in_use(), 0);
}

#[test]
fn s3_a_panic_between_the_answer_and_the_bridge_frees_the_agent() {
    for turns in 0..3 {
        let mut hotline = Hotline::open();
        let li = hotline.agent("1001", Manner::Rings);
        hotline.caller_presses("100", '1');
        hotline.run_for(SECOND);
        // The turns of an answer: his 200, the ACD's grant, the caller's BYE.
        let broken = call_of(&hotline, "100");
        hotline.engine.plant_panic(broken, turns);
        hotline.answers("1001");
        hotline.run_for(SECOND);
        hotline.hangs_up("100");
        hotline.run_for(60 * SECOND);
        assert_eq!(hotline.broken.len(), 1, "after {turns} turns");
        assert_eq!(hotline.state(li), AgentState::Ready, "after {turns} turns");
        assert_eq!(hotline.facts_named("call.ended").len(), 1);
        assert_eq!(
            (hotline.engine.calls(), hotline.engine.ports_in_use()),
            (0, 0),
            "after {turns} turns"
        );
    }
}

#[test]
fn s22_the_trace_of_a_defect_tells_no_number_and_no_name() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Rings);
    hotline.caller_presses("13800001111", '1');
    let broken = call_of(&hotline, "13800001111");
    hotline.engine.plant_panic(broken, 0);
    hotline.presses("13800001111", '7');
    let trace = hotline.broken[0].1.join("\n");
    assert!(
        trace.contains("Offered") && trace.contains("Key 0 1"),
        "{trace}"
    );
    assert!(!trace.contains("13800001111"), "{trace}");
}
