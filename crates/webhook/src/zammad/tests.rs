//! Calls as their facts tell them, and what Zammad hears.

use std::collections::BTreeMap;

use model::fact::{CallResult, EndedBy, Offer};
use model::transfer::{Transfer, TransferKind, TransferTo, TransferWay};
use model::{CallId, OfferId};
use serde_json::{Value, json};

use super::*;
use crate::format::Person;

const CALL: CallId = CallId::new(70);
const LI: AgentId = AgentId::new(1);
const WANG: AgentId = AgentId::new(2);

fn people() -> People {
    let person = |login: &str, name: &str| Person {
        login: login.to_owned(),
        name: name.to_owned(),
    };
    BTreeMap::from([(LI, person("1001", "李雷")), (WANG, person("1002", "Wang"))])
}

fn arrived(direction: Direction, number: Option<&str>, called: &str) -> Fact {
    Fact::CallArrived {
        call: CALL,
        caller: number.map_or_else(Caller::withheld, |number| Caller::new(number, None)),
        called: called.to_owned(),
        sip_call_id: String::new(),
        agent: (direction == Direction::Out).then_some(LI),
        direction,
        trunk: None,
        diverted_from: None,
    }
}

fn joined(queue: &str) -> Fact {
    Fact::QueueJoined {
        call: CALL,
        queue: queue.into(),
        position: 1,
        also: Vec::new(),
        regions: Vec::new(),
    }
}

fn offer(agent: AgentId) -> Offer {
    Offer {
        id: OfferId::new(agent.get()),
        call: CALL,
        agent,
        queue: Some("support".into()),
    }
}

fn connected(agent: AgentId) -> Fact {
    Fact::CallConnected {
        offer: offer(agent),
        waited_ms: 0,
        rang_ms: 0,
    }
}

fn transferred(from: AgentId, to: TransferTo) -> Fact {
    Fact::Transferred {
        call: CALL,
        transfer: Transfer {
            kind: TransferKind::Blind,
            by: TransferWay::Desk,
            from,
            to,
        },
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

/// What is told, and what is remembered at the end; what is remembered passes through its text after each fact, as in the store.
fn told(facts: &[Fact]) -> (Vec<Message>, Option<String>) {
    let (mut memory, mut messages) = (None, Vec::new());
    for (seq, fact) in (1..).zip(facts) {
        let at = Timestamp::from_ms(1_000);
        let fact = fact.clone();
        let record = FactRecord { seq, at, fact };
        let told = of_fact(&record, memory.as_deref(), &people());
        memory = told.memory;
        messages.extend(told.messages);
    }
    (messages, memory)
}

#[track_caller]
fn check(facts: &[Fact], expected: &[Value]) {
    let (messages, _) = told(facts);
    let bodies: Vec<Value> = messages
        .iter()
        .map(|message| serde_json::from_str(&message.body).unwrap())
        .collect();
    assert_eq!(bodies, expected);
}

#[test]
fn a_call_rings_is_answered_and_hung_up_with_digits_alone() {
    check(
        &[
            arrived(Direction::In, Some("+8613800001111"), "4000"),
            joined("support"),
            joined("sales"),
            connected(LI),
            ended(CallResult::Answered, EndedBy::Caller),
        ],
        &[
            json!({"event": "newCall", "from": "8613800001111", "to": "4000", "direction": "in", "callId": "70", "queue": "support"}),
            json!({"event": "answer", "from": "8613800001111", "to": "4000", "direction": "in", "callId": "70",
                "user": ["李雷"], "answeringNumber": "1001"}),
            json!({"event": "hangup", "from": "8613800001111", "to": "4000", "direction": "in", "callId": "70",
                "user": ["李雷"], "answeringNumber": "1001", "cause": "normalClearing"}),
        ],
    );
}

#[test]
fn a_transfer_is_a_second_call() {
    let names = |facts: &[Fact]| -> Vec<String> {
        let (messages, memory) = told(facts);
        assert_eq!(memory, None, "nothing is remembered of a call that is over");
        let bodies = messages
            .iter()
            .map(|it| serde_json::from_str(&it.body).unwrap());
        let told = bodies.map(|body: Value| {
            let cause = body["cause"].as_str().unwrap_or_default();
            let id = body["callId"].as_str().unwrap();
            format!("{} {id} {cause}", body["event"].as_str().unwrap())
        });
        told.map(|line| line.trim_end().to_owned()).collect()
    };
    let expected = [
        "newCall 70",
        "answer 70",
        "hangup 70 forwarded",
        "newCall 70-2",
        "answer 70-2",
        "hangup 70-2 normalClearing",
    ];
    let begun = [
        arrived(Direction::In, Some("+8613800001111"), "4000"),
        joined("support"),
        connected(LI),
    ];
    let end = ended(CallResult::Answered, EndedBy::Agent);
    // Blind to a queue; attended, which is told before the answer; and by a phone that takes the talk over.
    for way in [
        vec![
            transferred(LI, TransferTo::Queue("sales".into())),
            joined("sales"),
            connected(WANG),
        ],
        vec![transferred(LI, TransferTo::Agent(WANG)), connected(WANG)],
        vec![connected(WANG), transferred(LI, TransferTo::Agent(WANG))],
    ] {
        let facts = [&begun[..], &way, std::slice::from_ref(&end)].concat();
        assert_eq!(names(&facts), expected, "{way:?}");
    }
}

#[test]
fn an_agents_call_out_goes_the_other_way_and_its_refusal_has_a_cause() {
    let dialled = Fact::DialStarted {
        call: CALL,
        number: "+8613900002222".to_owned(),
        class: "mobile".to_owned(),
        trunk: "carrier".to_owned(),
        shown: Some("+861088880000".to_owned()),
    };
    let failed = |status| Fact::DialFailed {
        call: CALL,
        number: "+8613900002222".to_owned(),
        trunk: "carrier".to_owned(),
        status,
        reason: None,
    };
    for (status, cause) in [
        (486, "busy"),
        (404, "notFound"),
        (408, "noAnswer"),
        (503, "congestion"),
    ] {
        let (messages, _) = told(&[
            arrived(Direction::Out, Some("1001"), "013900002222"),
            dialled.clone(),
            failed(status),
            ended(CallResult::Abandoned, EndedBy::System),
        ]);
        let bodies: Vec<Value> = messages
            .iter()
            .map(|message| serde_json::from_str(&message.body).unwrap())
            .collect();
        let ring = json!({"event": "newCall", "from": "861088880000", "to": "8613900002222", "direction": "out",
            "callId": "70", "user": ["李雷"]});
        assert_eq!(bodies[0], ring);
        assert_eq!(bodies[1]["cause"], cause, "{status}");
    }
}

#[test]
fn causes_of_calls_that_nobody_answered() {
    for (result, by, cause) in [
        (CallResult::Abandoned, EndedBy::Caller, "cancel"),
        (CallResult::Abandoned, EndedBy::System, "noAnswer"),
        (CallResult::SelfService, EndedBy::System, "noAnswer"),
        (CallResult::SelfService, EndedBy::Caller, "cancel"),
        (CallResult::Failed, EndedBy::System, "congestion"),
        (CallResult::Refused, EndedBy::System, "notFound"),
        (CallResult::Resumed, EndedBy::Caller, "cancel"),
    ] {
        let (messages, _) = told(&[
            arrived(Direction::In, None, "4000"),
            joined("support"),
            ended(result, by),
        ]);
        let last: Value = serde_json::from_str(&messages[1].body).unwrap();
        assert_eq!(
            (&last["event"], &last["cause"]),
            (&json!("hangup"), &json!(cause)),
            "{result:?} {by:?}"
        );
        assert_eq!(last["from"], "anonymous", "A9");
    }
}

#[test]
fn what_stays_in_the_script_or_in_the_house_is_told_to_nobody() {
    let end = ended(CallResult::SelfService, EndedBy::Caller);
    check(
        &[
            arrived(Direction::In, Some("13800001111"), "4000"),
            end.clone(),
        ],
        &[],
    );
    let internal = arrived(Direction::Internal, Some("1001"), "1002");
    check(&[internal, joined("support"), connected(WANG), end], &[]);
    check(&[connected(LI)], &[]);
}

#[test]
fn a_ringing_that_is_over_is_not_shown_and_an_end_is_always_told() {
    let (messages, _) = told(&[
        arrived(Direction::In, Some("13800001111"), "4000"),
        joined("support"),
        connected(LI),
        ended(CallResult::Answered, EndedBy::Caller),
    ]);
    let until: Vec<_> = messages.iter().map(|it| it.expires_at).collect();
    let five_minutes = Timestamp::from_ms(1_000 + 300_000);
    assert_eq!(until, [Some(five_minutes), None, None]);
    for message in messages {
        assert_eq!(message.lane, Lane::Call(CALL));
        assert_eq!(message.thread.as_deref(), Some("70"));
    }
}

#[test]
fn a_trial_rings_and_ends() {
    let trial = trial(WebhookId::new(9), Timestamp::from_ms(5));
    let kinds: Vec<_> = trial.iter().map(|message| message.kind).collect();
    assert_eq!(kinds, ["newCall", "hangup"]);
    assert_eq!(trial[0].thread.as_deref(), Some("test-9-5"));
    assert_eq!(trial[0].lane, trial[1].lane);
}
