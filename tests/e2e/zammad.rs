//! A Zammad that behaves as the source of its generic CTI does (an `answer` or `hangup` of an unknown call is an error), told real calls.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::baresip::Answers;
use crate::events::Stream;
use crate::house::House;
use crate::receiver::{Receiver, Told};
use crate::webhooks::webhook;

const INSIDE: &[&str] = &["outgoing.private_hosts=[\"127.0.0.1\"]"];

/// Open calls by their id.
fn zammad() -> impl FnMut(&Value) -> u16 + Send + 'static {
    let mut open: BTreeMap<String, bool> = BTreeMap::new();
    move |body| {
        let id = body["callId"].as_str().unwrap_or_default().to_owned();
        match (body["event"].as_str(), open.get(&id)) {
            _ if id.is_empty() || id.len() > 250 => 422,
            (Some("newCall"), None) => {
                open.insert(id, true);
                200
            }
            (Some("answer"), Some(true)) => 200,
            (Some("hangup"), Some(true)) => {
                open.insert(id, false);
                200
            }
            _ => 500,
        }
    }
}

fn lines(told: &[Told]) -> Vec<String> {
    let line = |told: &Told| {
        let word = |key: &str| told.body[key].as_str().unwrap_or("-").to_owned();
        assert_eq!(told.status, 200, "Zammad refuses {}", told.body);
        format!(
            "{} {} {}",
            word("event"),
            word("answeringNumber"),
            word("cause")
        )
    };
    told.iter().map(line).collect()
}

#[test]
fn j6_zammad_is_told_a_call_from_its_ringing_to_its_end() {
    let house = House::open_with(INSIDE);
    let admin = house.sign_in("admin");
    let receiver = Receiver::open(zammad());
    let made = webhook(&admin, &receiver, &json!({ "format": "zammad" }));
    let wall = Stream::follow(&admin, None);
    let _phone = house.agent("1001", Answers::AtOnce);
    house.sign_in("1001").until_state("ready");
    let mut caller = house.caller("13700000001", 440);
    caller.asks_for('1');
    wall.event("call.connected");
    caller.hangs_up();
    let told = receiver.until("the end", |told| told.body["event"] == "hangup");
    assert_eq!(
        lines(&told),
        ["newCall - -", "answer 1001 -", "hangup 1001 normalClearing"]
    );
    assert_eq!(told[0].body["direction"], "in");
    assert_eq!(told[0].body["from"], "13700000001");
    assert_eq!(told[0].body["queue"], "support");
    assert!(told[1].body["user"][0].is_string(), "{}", told[1].body);
    house.until_empty();

    // The test button rings and ends, and its deliveries tell so.
    let id = made["id"].as_str().unwrap();
    let tried = admin.send("POST", &format!("/v1/webhooks/{id}/test"), "");
    assert_eq!(
        tried.expect(202).json()["deliveries"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let test = |told: &Told| told.body["callId"].as_str().unwrap().starts_with("test-");
    let told = receiver.until("the trial's end", |told| {
        test(told) && told.body["event"] == "hangup"
    });
    let of_trial: Vec<Told> = told.into_iter().filter(test).collect();
    assert_eq!(lines(&of_trial), ["newCall - -", "hangup - cancel"]);
}

#[test]
fn j6_a_call_that_a_kill_cuts_is_hung_up_at_zammad() {
    let mut house = House::open_with(INSIDE);
    let admin = house.sign_in("admin");
    let receiver = Receiver::open(zammad());
    webhook(&admin, &receiver, &json!({ "format": "zammad" }));
    let _phone = house.agent("1001", Answers::AtOnce);
    house.sign_in("1001").until_state("ready");
    let mut caller = house.caller("13700000001", 440);
    caller.asks_for('1');
    let told = receiver.until("the answer", |told| told.body["event"] == "answer");
    let id = told[0].body["callId"].clone();
    house.signal("KILL");
    house.ended();
    house.start();
    let told = receiver.until("the end", |told| told.body["event"] == "hangup");
    assert!(
        told.iter().all(|told| told.body["callId"] == id),
        "{told:?}"
    );
    let events: Vec<&str> = told
        .iter()
        .map(|it| it.body["event"].as_str().unwrap())
        .collect();
    // What was on its way when the server was killed may come twice, under its id.
    assert_eq!((events[0], events[events.len() - 1]), ("newCall", "hangup"));
    caller.hangs_up();
}
