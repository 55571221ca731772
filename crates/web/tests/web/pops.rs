//! Screen pops on an agent's stream: order, addressing, late profiles, anonymous callers.

use model::fact::{CancelCause, PopCustomer};
use model::transfer::{Colleague, HandedOn, Transfer, TransferKind, TransferTo, TransferWay};
use model::{AgentState, CallId, Caller, Fact};
use serde_json::json;

use crate::support::House;
use crate::support::facts::{
    CALL, answered_call, arrived, cancelled, connected, ended, identified, joined, offer, offered,
    offered_with, pop, profile, state,
};

#[tokio::test]
async fn p0_offer_connected_ended_and_the_end_of_wrap_up_in_order() {
    let house = House::open().await;
    let agent = house.id("1001");
    let client = house.signed_in("1001").await;
    let mut stream = client.listen("/v1/events", &[]).await.unwrap();
    for fact in answered_call(CALL, agent) {
        house.tell(fact).await;
    }
    house
        .tell(state(
            agent,
            AgentState::WrapUp { call: CALL },
            AgentState::Ready,
            "wrap_up_done",
        ))
        .await;
    let mut events = Vec::new();
    for _ in 0..7 {
        events.push(stream.next().await.unwrap());
    }
    let names: Vec<_> = events.iter().map(|event| event.name.as_str()).collect();
    let expected = [
        "pop.offer",
        "agent.state_changed",
        "pop.connected",
        "agent.state_changed",
        "pop.ended",
        "agent.state_changed",
        "agent.state_changed",
    ];
    assert_eq!(names, expected);
    let key = json!(offer(CALL, agent).id);
    for event in events.iter().filter(|event| event.name.starts_with("pop.")) {
        assert_eq!(event.data["data"]["call"], json!(CALL), "{}", event.name);
        assert_eq!(event.data["data"]["offer"], key, "{}", event.name);
        assert_eq!(event.data["seq"], event.id);
        assert_eq!(event.data["type"], event.name);
    }
    assert_eq!(
        events.iter().map(|event| event.id).collect::<Vec<_>>(),
        [3, 4, 5, 6, 7, 8, 9]
    );
}

#[tokio::test]
async fn p0_every_way_in_which_a_ring_fails_has_its_word() {
    let house = House::open().await;
    let agent = house.id("1001");
    let client = house.program("1001").await;
    let mut stream = client.listen("/v1/events", &[]).await.unwrap();
    house.tell(arrived(CALL)).await;
    let ring = || offer(CALL, agent);
    let ways = [
        (
            cancelled(CALL, agent, CancelCause::AnsweredElsewhere),
            "answered_by",
        ),
        (
            cancelled(CALL, agent, CancelCause::CallerLeft),
            "caller_left",
        ),
        (cancelled(CALL, agent, CancelCause::QueueLeft), "queue_left"),
        (
            cancelled(CALL, agent, CancelCause::AgentNotReady),
            "not_ready",
        ),
        (cancelled(CALL, agent, CancelCause::Failed), "failed"),
        (Fact::OfferMissed { offer: ring() }, "timeout"),
        (
            Fact::OfferDeclined {
                offer: ring(),
                reason: None,
            },
            "rejected",
        ),
        (
            Fact::OfferUnreachable {
                offer: ring(),
                status: 480,
            },
            "unreachable",
        ),
    ];
    for (fact, cause) in ways {
        house.tell(offered(CALL, agent)).await;
        house.tell(fact).await;
        assert_eq!(stream.next().await.unwrap().name, "pop.offer");
        let failed = stream.next().await.unwrap();
        assert_eq!(
            (failed.name.as_str(), &failed.data["data"]["cause"]),
            ("pop.cancelled", &json!(cause))
        );
        assert!(
            house.hub.view().agent(agent).line.unwrap().pop.is_none(),
            "{cause}"
        );
    }
}

#[tokio::test]
async fn p7_ring_all_pops_at_each_agent_and_cancels_at_all_but_one() {
    let house = House::open().await;
    let (one, two) = (house.id("1001"), house.id("1002"));
    let first = house.program("1001").await;
    let second = house.program("1002").await;
    let mut first = first.listen("/v1/events", &[]).await.unwrap();
    let mut second = second.listen("/v1/events", &[]).await.unwrap();
    for fact in [
        arrived(CALL),
        joined(CALL),
        offered(CALL, one),
        offered(CALL, two),
        cancelled(CALL, one, CancelCause::AnsweredElsewhere),
        connected(CALL, two),
        ended(CALL, Some(two)),
    ] {
        house.tell(fact).await;
    }
    assert_eq!(first.names(2).await, ["pop.offer", "pop.cancelled"]);
    assert_eq!(
        second.names(3).await,
        ["pop.offer", "pop.connected", "pop.ended"]
    );
    // Nothing of the call that the other one took follows.
    house.tell(Fact::AgentRegistered { agent: one }).await;
    assert_eq!(first.names(1).await, ["agent.registered"]);
}

#[tokio::test]
async fn p3_a_late_profile_fills_the_card_of_whoever_has_the_call_on_his_screen() {
    let house = House::open().await;
    let (one, two) = (house.id("1001"), house.id("1002"));
    let client = house.program("1001").await;
    let mut stream = client.listen("/v1/events", &[]).await.unwrap();
    for fact in [
        arrived(CALL),
        joined(CALL),
        offered(CALL, one),
        offered(CALL, two),
    ] {
        house.tell(fact).await;
    }
    house
        .tell(cancelled(CALL, two, CancelCause::AnsweredElsewhere))
        .await;
    house.tell(connected(CALL, one)).await;
    house.tell(identified(CALL)).await;
    let offer = stream.next().await.unwrap();
    assert_eq!(
        offer.data["data"]["customer"],
        json!({ "status": "pending" })
    );
    assert_eq!(stream.names(1).await, ["pop.connected"]);
    let updated = stream.next().await.unwrap();
    assert_eq!(updated.name, "pop.updated");
    assert_eq!(
        updated.data["data"]["customer"]["profile"]["candidates"][0]["name"],
        "王小明"
    );
    let whole = client.get("/v1/agents/me/session").await.json();
    assert_eq!(
        whole["pop"]["customer"]["profile"]["candidates"][0]["name"],
        "王小明"
    );
    let other = house.program("1002").await;
    assert!(other.get("/v1/agents/me/session").await.json()["pop"].is_null());
}

/// G6: what was keyed in is told on the stream, and again after a reload; a number that was keyed in is masked like any other (F7).
#[tokio::test]
async fn g6_what_was_keyed_in_is_told_with_both_findings_and_after_a_reload() {
    let house = House::open().await;
    let one = house.id("1001");
    let client = house.signed_in("1001").await;
    let mut stream = client.listen("/v1/events", &[]).await.unwrap();
    house.tell(arrived(CALL)).await;
    house.tell(joined(CALL)).await;
    house.tell(offered(CALL, one)).await;
    let typed = model::TypedFinding {
        kind: model::TypedKind::Account,
        text: "1001".to_owned(),
        result: model::TypedResult::Found,
        customers: vec![model::CustomerId::new(77)],
        ticket: None,
        differs: true,
        is_vouched: false,
    };
    let mut profile = profile();
    let mut first = profile.candidates[0].clone();
    first.customer = model::CustomerId::new(77);
    first.why = "typed_account".to_owned();
    profile.candidates.insert(0, first);
    profile.typed = Some(Box::new(typed));
    house
        .tell(Fact::CallIdentified {
            call: CALL,
            profile,
        })
        .await;
    stream.next().await.unwrap();
    let updated = stream.next().await.unwrap();
    let session = client.get("/v1/agents/me/session").await.json();
    for shown in [&updated.data["data"], &session["pop"]] {
        let known = &shown["customer"]["profile"];
        assert_eq!(
            known["typed"],
            json!({
                "kind": "account", "text": "1001", "result": "found", "customers": ["77"], "ticket": null, "differs": true, "is_vouched": false,
            })
        );
        assert_eq!(known["candidates"][0]["why"], "typed_account");
        assert_eq!(known["candidates"][1]["why"], "number");
    }
}

#[tokio::test]
async fn p10_a_withheld_number_pops_without_number_and_candidates() {
    let house = House::open().await;
    let agent = house.id("1001");
    let client = house.signed_in("1001").await;
    let mut stream = client.listen("/v1/events", &[]).await.unwrap();
    house.tell(arrived(CALL)).await;
    let anonymous = pop(Caller::new("anonymous", None), PopCustomer::Withheld);
    house.tell(offered_with(CALL, agent, anonymous)).await;
    let shown = stream.next().await.unwrap();
    assert_eq!(
        shown.data["data"]["caller"],
        json!({ "number": null, "display": null })
    );
    assert_eq!(
        shown.data["data"]["customer"],
        json!({ "status": "withheld" })
    );
    let page = client.send("GET", "/?lang=zh", &[], b"").await.text();
    assert!(page.contains("号码未显示"), "{page}");
}

#[tokio::test]
async fn p9_a_reload_gives_the_whole_state_and_the_stream_goes_on_without_a_double() {
    let house = House::open().await;
    let agent = house.id("1001");
    let client = house.program("1001").await;
    for fact in answered_call(CALL, agent).into_iter().take(5) {
        house.tell(fact).await;
    }
    let whole = client.get("/v1/agents/me/session").await.json();
    assert_eq!(
        (&whole["seq"], &whole["pop"]["stage"]),
        (&json!(5), &json!("connected"))
    );
    assert_eq!(whole["pop"]["offer"], json!(offer(CALL, agent).id));
    assert_eq!(whole["pop"]["caller"]["number"], "13800001111");
    house.tell(ended(CALL, Some(agent))).await;
    let mut stream = client.listen("/v1/events?after=5", &[]).await.unwrap();
    let event = stream.next().await.unwrap();
    assert_eq!((event.id, event.name.as_str()), (6, "pop.ended"));
    // A browser's own resumption goes before the address that it was opened with.
    let mut resumed = client
        .listen("/v1/events?after=0", &[("Last-Event-ID", "5")])
        .await
        .unwrap();
    assert_eq!(resumed.next().await.unwrap().id, 6);
}

#[tokio::test]
async fn r14_a_transfer_ends_the_one_pop_and_the_next_agents_tells_who_hands_the_call_on() {
    let house = House::open().await;
    let (one, two) = (house.id("1001"), house.id("1002"));
    let (client, other) = (house.program("1001").await, house.program("1002").await);
    for fact in answered_call(CALL, one).into_iter().take(6) {
        house.tell(fact).await;
    }
    let mut first = client.listen("/v1/events?after=6", &[]).await.unwrap();
    let mut second = other.listen("/v1/events?after=6", &[]).await.unwrap();
    let transfer = || Transfer {
        kind: TransferKind::Blind,
        by: TransferWay::Desk,
        from: one,
        to: TransferTo::Agent(two),
    };
    let mut handed_on = pop(Caller::new("13800001111", None), PopCustomer::Pending);
    handed_on.handed_on = Some(HandedOn {
        by: Colleague {
            agent: one,
            login: "1001".to_owned(),
            name: "Li".to_owned(),
        },
        consult: false,
        back: false,
        note: Some("wants his money back".to_owned()),
    });
    for fact in [
        Fact::TransferStarted {
            call: CALL,
            transfer: transfer(),
        },
        offered_with(CALL, two, handed_on),
        Fact::Transferred {
            call: CALL,
            transfer: transfer(),
        },
    ] {
        house.tell(fact).await;
    }
    assert_eq!(first.names(1).await, ["call.transfer_started"]);
    let ended = first.next().await.unwrap();
    assert_eq!(ended.name, "pop.ended");
    assert_eq!(ended.data["data"]["result"], "transferred");
    assert_eq!(ended.data["data"]["offer"], json!(offer(CALL, one).id));
    let offered = second.next().await.unwrap();
    assert_eq!(offered.name, "pop.offer");
    let told = &offered.data["data"]["handed_on"];
    assert_eq!(
        (&told["by"]["login"], &told["note"]),
        (&json!("1001"), &json!("wants his money back"))
    );
    assert_eq!(offered.data["data"]["caller"]["number"], "13800001111");
    let live = house.hub.view().call(CALL).unwrap();
    assert_eq!(live.phase.name(), "handed_on");
    house.tell(connected(CALL, two)).await;
    assert_eq!(second.names(1).await, ["pop.connected"]);
    let live = house.hub.view().call(CALL).unwrap();
    assert_eq!(live.phase.name(), "talking");
}

#[tokio::test]
async fn r11_an_agent_who_answered_too_late_has_no_pop_to_end() {
    let house = House::open().await;
    let agent = house.id("1001");
    let client = house.program("1001").await;
    let mut stream = client.listen("/v1/events", &[]).await.unwrap();
    house.tell(arrived(CALL)).await;
    house.tell(offered(CALL, agent)).await;
    house
        .tell(cancelled(CALL, agent, CancelCause::CallerLeft))
        .await;
    let Fact::CallEnded {
        call,
        result,
        by,
        agent: talked,
        ..
    } = ended(CALL, Some(agent))
    else {
        unreachable!()
    };
    house
        .tell(Fact::CallEnded {
            call,
            result,
            by,
            agent: talked,
            answered_late: true,
        })
        .await;
    house
        .tell(Fact::AgentUnregistered {
            agent,
            cause: "expired".to_owned(),
        })
        .await;
    assert_eq!(
        stream.names(3).await,
        ["pop.offer", "pop.cancelled", "agent.unregistered"]
    );
}

#[tokio::test]
async fn a_call_that_ends_while_ringing_leaves_no_pop_behind() {
    let house = House::open().await;
    let agent = house.id("1001");
    let other = CallId::new(501);
    for fact in [
        arrived(CALL),
        arrived(other),
        offered(CALL, agent),
        ended(CALL, None),
    ] {
        house.tell(fact).await;
    }
    assert!(house.hub.view().agent(agent).line.unwrap().pop.is_none());
    assert_eq!(house.hub.view().live_calls(), 1);
}
