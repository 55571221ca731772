//! Hold, transfer, consult: who may order it, and what the engine is asked.

use engine::{Command, CommandError, TalkOrder, TransferTarget};
use model::fact::{HoldTold, Offer};
use model::transfer::{
    ConsultEnd, NotReached, Party, Transfer, TransferKind, TransferTo, TransferWay,
};
use model::{AgentState, CallId, Fact, OfferId};
use serde_json::json;

use crate::support::House;
use crate::support::facts::{CALL, arrived, connected, joined, offer, offered, state};

/// Agent 1001 talks in `CALL`.
async fn talking() -> House {
    let house = House::open().await;
    let agent = house.id("1001");
    for fact in [
        arrived(CALL),
        joined(CALL),
        offered(CALL, agent),
        connected(CALL, agent),
    ] {
        house.tell(fact).await;
    }
    house
}

fn path(call: CallId) -> String {
    format!("/v1/calls/{call}/talk")
}

#[tokio::test]
async fn each_order_reaches_the_engine_in_the_agents_name() {
    let house = talking().await;
    let mine = house.signed_in("1001").await;
    let boss = house.program("boss").await;
    let to = |target| TalkOrder::Transfer {
        to: target,
        note: None,
    };
    let table = [
        (json!({ "order": "hold" }), TalkOrder::Hold),
        (json!({ "order": "resume" }), TalkOrder::Resume),
        (json!({ "order": "alternate" }), TalkOrder::Alternate),
        (json!({ "order": "complete" }), TalkOrder::Complete),
        (json!({ "order": "join" }), TalkOrder::Join),
        (json!({ "order": "drop" }), TalkOrder::Drop),
        (
            json!({ "order": "transfer", "to": { "agent": " 1002 " } }),
            to(TransferTarget::Agent("1002".into())),
        ),
        (
            json!({ "order": "transfer", "to": { "queue": "sales" } }),
            to(TransferTarget::Queue("sales".into())),
        ),
        (
            json!({ "order": "consult", "to": { "number": "+8610 1234" }, "note": " 退款\n急 " }),
            TalkOrder::Consult {
                to: TransferTarget::Number("+8610 1234".into()),
                note: Some("退款\n急".into()),
            },
        ),
    ];
    for (body, order) in table {
        for who in [&mine, &boss] {
            let answer = who.json("POST", &path(CALL), &body.to_string()).await;
            assert_eq!(answer.status, 204, "{body}: {}", answer.text());
            let expected = Command::Talk {
                call: CALL,
                agent: house.id("1001"),
                order: order.clone(),
            };
            assert_eq!(house.last_command(), Some(expected), "{body}");
        }
    }
    let refusal = CommandError::NotAllowed("nobody is consulted".into());
    *house.refusal.lock().unwrap() = Some(refusal);
    let refused = mine.json("POST", &path(CALL), r#"{"order":"join"}"#).await;
    assert_eq!(refused.problem(), "state_forbids");
    assert!(refused.text().contains("nobody is consulted"));
}

#[tokio::test]
async fn s19_nobody_handles_the_call_of_another() {
    let house = talking().await;
    let hold = r#"{"order":"hold"}"#;
    let other = house.signed_in("1002").await;
    let mut forged = house.signed_in("1001").await;
    forged.csrf = None;
    let boss = house.program("boss").await;
    let none = CallId::new(999);
    for (who, call, problem) in [
        (&house.stranger(), CALL, "sign_in_needed"),
        (&other, CALL, "forbidden"),
        (&other, none, "forbidden"),
        (&forged, CALL, "csrf_token"),
        (&boss, none, "no_such_call"),
    ] {
        let answer = who.json("POST", &path(call), hold).await;
        assert_eq!(answer.problem(), problem);
    }
    house.tell(arrived(CallId::new(700))).await;
    let nobody_talks = boss.json("POST", &path(CallId::new(700)), hold).await;
    assert_eq!(nobody_talks.problem(), "state_forbids");
    assert_eq!(
        house.last_command(),
        None,
        "the engine heard of none of them"
    );
}

#[tokio::test]
async fn orders_that_make_no_sense_are_refused_before_the_engine() {
    let house = talking().await;
    let mine = house.signed_in("1001").await;
    let long = format!(
        r#"{{"order":"transfer","to":{{"number":"{}"}}}}"#,
        "1".repeat(65)
    );
    for body in [
        r#"{"order":"transfer"}"#,
        r#"{"order":"consult","to":null}"#,
        r#"{"order":"hold","to":{"agent":"1002"}}"#,
        r#"{"order":"transfer","to":{"fax":"1"}}"#,
        r#"{"order":"transfer","to":{"agent":" "}}"#,
        r#"{"order":"transfer","to":{"number":"1\r\n2"}}"#,
        r#"{"order":"hold","note":"x"}"#,
        r#"{"order":"consult","to":{"agent":"1002"},"note":"\u0007"}"#,
        r#"{"order":"park"}"#,
        r#"{"order":"hold","more":1}"#,
        long.as_str(),
    ] {
        let answer = mine.json("POST", &path(CALL), body).await;
        assert_eq!(answer.problem(), "invalid_body", "{body}");
    }
    let two = r#"{"order":"transfer","to":{"agent":"1002","queue":"sales"}}"#;
    let answer = mine.json("POST", &path(CALL), two).await;
    assert_eq!(answer.problem(), "malformed_body");
    assert_eq!(house.last_command(), None);
}

#[tokio::test]
async fn p9_a_page_that_is_loaded_anew_knows_how_far_he_is() {
    let house = talking().await;
    let (agent, colleague) = (house.id("1001"), house.id("1002"));
    house
        .tell(state(
            agent,
            AgentState::Ready,
            AgentState::Talking { call: Some(CALL) },
            "answer",
        ))
        .await;
    let mine = house.signed_in("1001").await;
    let to = TransferTo::Agent(colleague);
    let transfer = || Transfer {
        kind: TransferKind::Blind,
        by: TransferWay::Desk,
        from: agent,
        to: TransferTo::Queue("sales".into()),
    };
    let held = |party| Fact::CallHeld {
        call: CALL,
        by: Some(party),
    };
    let resumed = |party| Fact::CallResumed {
        call: CALL,
        by: Some(party),
    };
    let me = || Party::Agent(agent);
    let asked = json!({ "agent": colleague });
    let ended = |end| Fact::ConsultEnded {
        call: CALL,
        from: agent,
        with: Some(colleague),
        end,
    };
    // Fact, stage, held, whereto, answered.
    let steps = [
        (held(Party::Caller), "talking", false, json!(null), false),
        (held(me()), "talking", true, json!(null), false),
        (resumed(me()), "talking", false, json!(null), false),
        (
            Fact::ConsultStarted {
                call: CALL,
                from: agent,
                to,
            },
            "consulting",
            false,
            asked.clone(),
            false,
        ),
        (held(me()), "consulting", true, asked.clone(), false),
        (
            Fact::ConsultConnected {
                offer: Offer {
                    id: OfferId::new(77),
                    agent: colleague,
                    ..offer(CALL, colleague)
                },
                from: agent,
            },
            "consulting",
            true,
            asked.clone(),
            true,
        ),
        (
            Fact::CallJoined {
                call: CALL,
                agents: vec![agent, colleague],
            },
            "joined",
            true,
            asked.clone(),
            true,
        ),
        (resumed(me()), "joined", false, asked.clone(), true),
        (held(me()), "consulting", true, asked, true),
        (
            ended(ConsultEnd::Dropped),
            "talking",
            true,
            json!(null),
            false,
        ),
        (
            Fact::TransferStarted {
                call: CALL,
                transfer: transfer(),
            },
            "transferring",
            true,
            json!({ "queue": "sales" }),
            false,
        ),
        (
            Fact::TransferFailed {
                call: CALL,
                transfer: transfer(),
                cause: NotReached::Queue,
            },
            "talking",
            true,
            json!(null),
            false,
        ),
    ];
    for (fact, stage, held, to, answered) in steps {
        let told = fact.name();
        house.tell(fact).await;
        let desk = mine.get("/v1/agents/me/session").await.json();
        let expected = json!({ "call": CALL, "held": held, "held_long": false, "stage": stage, "to": to, "answered": answered, "clip": null });
        assert_eq!(desk["talk"], expected, "after {told}");
    }
    let done = Fact::Transferred {
        call: CALL,
        transfer: transfer(),
    };
    house.tell(done).await;
    let desk = mine.get("/v1/agents/me/session").await.json();
    assert_eq!(desk["talk"], json!(null), "R14: his part is over");
}

#[tokio::test]
async fn c19_the_page_that_was_loaded_anew_still_tells_of_a_forgotten_hold() {
    let house = talking().await;
    let agent = house.id("1001");
    let by = Some(Party::Agent(agent));
    let talks = AgentState::Talking { call: Some(CALL) };
    house
        .tell(state(agent, AgentState::Ready, talks, "answer"))
        .await;
    let long = |told| Fact::CallHeldLong {
        call: CALL,
        agent,
        held_ms: 60_000,
        told,
    };
    let resumed = Fact::CallResumed {
        call: CALL,
        by: by.clone(),
    };
    let mine = house.signed_in("1001").await;
    for (fact, expect) in [
        (Fact::CallHeld { call: CALL, by }, false),
        (long(HoldTold::Caller), false),
        (long(HoldTold::Agent), true),
        (long(HoldTold::Supervisor), true),
        (resumed, false),
    ] {
        let told = fact.name();
        house.tell(fact).await;
        let desk = mine.get("/v1/agents/me/session").await.json();
        assert_eq!(desk["talk"]["held_long"], expect, "after {told}");
    }
}
