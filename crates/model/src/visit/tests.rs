//! What the facts of a call say of its way through scripts.

use super::*;
use crate::id::{AgentId, CallId, OfferId};
use crate::{Offer, Timestamp};

const CALL: CallId = CallId::new(1);

fn entered(script: &str, node: &str, depth: u8, left: &[(&str, &str)]) -> Fact {
    let left = left.iter().map(|(node, exit)| NodeLeft {
        node: (*node).to_owned(),
        exit: (*exit).to_owned(),
        failed: FailedTries::default(),
    });
    Fact::IvrEntered {
        call: CALL,
        script: script.into(),
        version: 3,
        kind: "menu".to_owned(),
        node: node.to_owned(),
        depth,
        left: left.collect(),
    }
}

fn joined() -> Fact {
    Fact::QueueJoined {
        call: CALL,
        queue: "support".into(),
        position: 1,
        also: Vec::new(),
        regions: Vec::new(),
    }
}

fn connected() -> Fact {
    let offer = Offer {
        id: OfferId::new(2),
        call: CALL,
        agent: AgentId::new(7),
        queue: None,
    };
    Fact::CallConnected {
        offer,
        waited_ms: 0,
        rang_ms: 0,
    }
}

fn ended(result: CallResult, by: EndedBy) -> Fact {
    Fact::CallEnded {
        call: CALL,
        result,
        by,
        agent: None,
        answered_late: false,
    }
}

/// A fact a second; each visit as `script.node way seconds`, with `*` where a key led to people.
fn check(facts: &[Fact], expected: &[&str]) {
    let mut visits = Visits::default();
    for (second, fact) in (0_i64..).zip(facts) {
        visits.apply(Timestamp::from_ms(second * 1_000), fact);
    }
    let told = visits.into_done().into_iter().map(|visit| {
        let (script, node, way) = (&visit.script, &visit.node, visit.way.word());
        let star = if visit.to_person { "*" } else { "" };
        format!("{script}.{node} {way}{star} {}", visit.ms / 1_000)
    });
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[test]
fn e23_a_node_is_left_by_its_exit_or_with_the_call() {
    let hung_up = ended(CallResult::SelfService, EndedBy::Caller);
    check(
        &[
            entered("main", "welcome", 0, &[]),
            entered("main", "card", 0, &[("welcome", "2")]),
            hung_up,
        ],
        &["main.welcome exit:2 1", "main.card hung_up 1"],
    );
    for (result, by, way) in [
        (CallResult::SelfService, EndedBy::System, "ended"),
        (CallResult::Failed, EndedBy::System, "lost"),
        (CallResult::Abandoned, EndedBy::Caller, "hung_up"),
    ] {
        let facts = [entered("main", "welcome", 0, &[]), ended(result, by)];
        check(&facts, &[&format!("main.welcome {way} 1")]);
    }
}

#[test]
fn e23_a_key_to_people_is_told_apart_and_who_is_answered_has_left_the_script() {
    check(
        &[
            entered("main", "welcome", 0, &[]),
            entered("main", "agents", 0, &[("welcome", "0")]),
            joined(),
            connected(),
            ended(CallResult::Answered, EndedBy::Caller),
        ],
        &["main.welcome exit:0* 1", "main.agents answered 2"],
    );
    // A way that nobody chose is none.
    check(
        &[
            entered("main", "welcome", 0, &[]),
            entered("main", "agents", 0, &[("welcome", "failure")]),
            joined(),
            ended(CallResult::Abandoned, EndedBy::Caller),
        ],
        &["main.welcome exit:failure 1", "main.agents hung_up 2"],
    );
}

#[test]
fn e18_a_script_waits_at_its_node_until_its_part_has_come_back() {
    check(
        &[
            entered("main", "identify", 0, &[]),
            entered("part", "card", 1, &[]),
            entered("part", "back", 1, &[("card", "input")]),
            entered(
                "main",
                "bye",
                0,
                &[("back", "return"), ("identify", "next")],
            ),
            ended(CallResult::SelfService, EndedBy::System),
        ],
        &[
            "part.card exit:input 1",
            "part.back exit:return 1",
            "main.identify exit:next 3",
            "main.bye ended 1",
        ],
    );
    // He hung up once, and not at the node that waited.
    check(
        &[
            entered("main", "identify", 0, &[]),
            entered("part", "card", 1, &[]),
            ended(CallResult::SelfService, EndedBy::Caller),
        ],
        &["part.card hung_up 1", "main.identify handed_on 2"],
    );
}

#[test]
fn e23_a_number_that_leads_into_another_script_ends_the_visit_there() {
    check(
        &[
            entered("main", "transfer", 0, &[]),
            entered("night", "welcome", 0, &[]),
            ended(CallResult::SelfService, EndedBy::Caller),
        ],
        &["main.transfer handed_on 1", "night.welcome hung_up 1"],
    );
}

#[test]
fn e23_vain_tries_are_counted_where_they_were_made() {
    let failed = FailedTries {
        timeouts: 2,
        wrong_keys: 1,
    };
    let gave_up = Fact::IvrGaveUp {
        call: CALL,
        node: "welcome".to_owned(),
        failed,
    };
    let mut visits = Visits::default();
    for fact in [
        entered("main", "welcome", 0, &[]),
        gave_up,
        ended(CallResult::SelfService, EndedBy::Caller),
    ] {
        visits.apply(Timestamp::from_ms(0), &fact);
    }
    assert_eq!(visits.into_done()[0].failed, failed);
}

#[test]
fn a_way_is_found_by_its_word() {
    for way in [
        Way::Exit("no_agents/full".to_owned()),
        Way::Exit("answered".to_owned()),
        Way::Answered,
        Way::HungUp,
        Way::Ended,
        Way::Lost,
        Way::HandedOn,
    ] {
        assert_eq!(Way::of(&way.word()), Some(way));
    }
    assert_eq!(Way::of("gone"), None);
}
