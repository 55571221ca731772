//! The ladder of a call: messages and facts in one order, for those who run it.

use model::transfer::Party;
use model::{CallId, Fact, Timestamp};
use serde_json::{Value, json};
use web::trace::{Kept, TracedMessage, Way};

use crate::support::House;
use crate::support::facts::{CALL, arrived, connected, ended, joined, offered};

const PATH: &str = "/v1/calls/500/trace";

fn message(at: Timestamp, way: Way, sip_call_id: &str, text: &str) -> TracedMessage {
    TracedMessage {
        at,
        way,
        transport: "udp".to_owned(),
        local: "192.0.2.1:5060".to_owned(),
        remote: "192.0.2.7:5062".to_owned(),
        sip_call_id: sip_call_id.to_owned(),
        text: text.to_owned(),
    }
}

fn leg(sip_call_id: &str, party: Party) -> Fact {
    Fact::CallLeg {
        call: CALL,
        sip_call_id: sip_call_id.to_owned(),
        party,
    }
}

fn rows(ladder: &Value) -> Vec<String> {
    let rows = ladder["rows"].as_array().unwrap().iter();
    rows.map(|row| match row["kind"].as_str().unwrap() {
        "fact" => row["type"].as_str().unwrap().to_owned(),
        _ => format!("{} {} {}", row["leg"], row["way"], row["title"]),
    })
    .collect()
}

#[tokio::test]
async fn messages_of_all_legs_stand_among_the_facts() {
    let house = House::open().await;
    let agent = house.id("1001");
    for fact in [
        arrived(CALL),
        joined(CALL),
        offered(CALL, agent),
        leg("b@us", Party::Agent(agent)),
        connected(CALL, agent),
        leg("b@us", Party::Agent(agent)),
        leg("c@us", Party::Number("+8610".to_owned())),
        ended(CALL, Some(agent)),
    ] {
        house.tell(fact).await;
    }
    let boss = house.program("boss").await;
    let timeline = boss.get("/v1/calls/500/timeline").await.json();
    let at = |place: usize| -> Timestamp {
        serde_json::from_value(timeline[place]["at"].clone()).unwrap()
    };
    let caller = timeline[0]["data"]["sip_call_id"].as_str().unwrap();
    house.reports.lock().unwrap().kept = Some(Kept {
        whole_since: at(0),
        messages: vec![
            message(
                at(0),
                Way::In,
                caller,
                "INVITE sip:4000@a SIP/2.0\nCSeq: 1 INVITE\n",
            ),
            message(
                at(3),
                Way::Out,
                "b@us",
                "INVITE sip:1001@a SIP/2.0\nCSeq: 1 INVITE\n",
            ),
            message(
                at(4),
                Way::In,
                "b@us",
                "SIP/2.0 200 OK\nCSeq: 1 INVITE\n\n<script>\n",
            ),
        ],
    });
    let ladder = boss.get(PATH).await.json();
    assert_eq!(ladder["messages"], "whole");
    assert_eq!(
        ladder["legs"],
        json!([
            { "sip_call_id": caller, "who": "caller" },
            { "sip_call_id": "b@us", "who": "agent 1001" },
            { "sip_call_id": "c@us", "who": "number +8610" },
        ])
    );
    assert_eq!(
        rows(&ladder),
        [
            "0 \"in\" \"INVITE\"",
            "call.arrived",
            "queue.joined",
            "offer.made",
            "call.leg",
            "1 \"out\" \"INVITE\"",
            "1 \"in\" \"200 OK (INVITE)\"",
            "call.connected",
            "call.leg",
            "call.leg",
            "call.ended",
        ]
    );
    assert_eq!(
        ladder["rows"][6]["text"],
        "SIP/2.0 200 OK\nCSeq: 1 INVITE\n\n<script>\n"
    );
    let asked = house.reports.lock().unwrap().call_ids.clone();
    assert_eq!(asked, [caller, "b@us", "c@us"]);
}

#[tokio::test]
async fn facts_outlive_the_messages_and_the_answer_says_so() {
    let house = House::open().await;
    house.tell(arrived(CALL)).await;
    let root = house.program("root").await;
    assert_eq!(root.get(PATH).await.problem(), "busy", "the loop stalls");
    house.reports.lock().unwrap().kept = Some(Kept {
        whole_since: Timestamp::from_ms(i64::MAX / 2),
        messages: Vec::new(),
    });
    let ladder = root.get(PATH).await.json();
    assert_eq!(ladder["messages"], "gone");
    assert_eq!(rows(&ladder), ["call.arrived"]);
    let none = format!("/v1/calls/{}/trace", CallId::new(9));
    assert_eq!(root.get(&none).await.problem(), "no_such_call");
    let agent = house.program("1001").await;
    assert_eq!(agent.get(PATH).await.problem(), "forbidden");
    assert_eq!(house.stranger().get(PATH).await.problem(), "sign_in_needed");
}
