//! The same hotline under another make of phone: pjsua2, and what only it can do.

use serde_json::json;

use crate::baresip::{AGENT_HZ, Answers, Baresip};
use crate::events::Stream;
use crate::house::{House, PASSWORD};
use crate::pjsua2::{Pjsua2, Setup};

const CALLER_HZ: u32 = 440;
/// What pjsua2 says.
const PJSUA_HZ: &str = "1100";
const ENOUGH_MS: u32 = 1_000;

fn agent(house: &House, login: &str, switches: &[&str]) -> Pjsua2 {
    let switches = [&["--hz", PJSUA_HZ], switches].concat();
    let phone = Pjsua2::start(&Setup {
        dir: &house.dir,
        server: house.sip,
        user: login,
        password: Some(PASSWORD),
        switches: &switches,
    });
    phone.until_registered();
    house.sign_in(login).until_state("ready");
    phone
}

/// A caller of the hotline talks with pjsua2, in its call 0.
fn talk(house: &House, phone: &Pjsua2) -> Baresip {
    let mut caller = house.caller("13800001111", CALLER_HZ);
    caller.asks_for('1');
    phone.until_state(0, "CONFIRMED");
    phone.until_hears(0, CALLER_HZ.into(), ENOUGH_MS);
    caller
}

#[test]
fn another_make_of_phone_serves_the_hotline_and_holds() {
    let house = House::open();
    let wall = Stream::follow(&house.sign_in("admin"), None);
    let mut phone = agent(&house, "1001", &["--answer", "200"]);
    let caller = talk(&house, &phone);
    caller.until_hears(0, 1_100.0, ENOUGH_MS);
    phone.does(&json!({ "do": "hold", "call": 0 }));
    wall.event("call.held");
    caller.until_hears(0, crate::hotline::MUSIC_HZ, ENOUGH_MS);
    phone.does(&json!({ "do": "resume", "call": 0 }));
    wall.event("call.resumed");
    phone.does(&json!({ "do": "hangup", "call": 0 }));
    phone.until_state(0, "DISCONNECTED");
    house.sign_in("1001").until_state("wrap_up");
    house.until_empty();
}

#[test]
fn rfc3262_reliable_ringing_both_ways() {
    let house = House::open();
    // We ring: a phone that says that it rings, reliably.
    let mut callee = agent(&house, "1001", &["--prack", "optional"]);
    // It rings for us: a phone that requires reliable ringing.
    let mut caller = agent(&house, "1002", &["--prack", "required"]);
    caller.dials("1001");
    callee.nth("incoming", 0);
    callee.does(&json!({ "do": "answer", "call": 0, "code": 180 }));
    callee.until_wire("PRACK ", 1);
    caller.until_wire("PRACK ", 1);
    callee.does(&json!({ "do": "answer", "call": 0, "code": 200 }));
    caller.until_state(0, "CONFIRMED");
    callee.until_state(0, "CONFIRMED");
    caller.until_hears(0, 1_100.0, ENOUGH_MS);
    caller.does(&json!({ "do": "hangup", "call": 0 }));
    callee.until_state(0, "DISCONNECTED");
    house.until_empty();
}

#[test]
fn rfc4028_a_session_is_agreed_to_be_refreshed() {
    let house = House::open_with(&["sip.min_se_s=120"]);
    let _callee = house.agent("1001", Answers::AtOnce);
    let switches = ["--timer", "always", "--session-expires", "90"];
    let mut caller = agent(&house, "1002", &switches);
    caller.dials("1001");
    // §5: 90 s is too often for us; the phone asks once more.
    caller.until_wire("SIP/2.0 422", 1);
    caller.until_state(0, "CONFIRMED");
    caller.until_wire("Session-Expires: 120", 1);
    caller.until_hears(0, AGENT_HZ.into(), ENOUGH_MS);
    caller.does(&json!({ "do": "hangup", "call": 0 }));
    caller.until_state(0, "DISCONNECTED");
    house.until_empty();
}

#[test]
fn r14_a_blind_transfer_hands_the_caller_to_a_colleague() {
    let house = House::open();
    let wall = Stream::follow(&house.sign_in("admin"), None);
    let colleague = house.agent("1002", Answers::AtOnce);
    house.sign_in("1002").until_state("ready");
    let mut phone = agent(&house, "1001", &["--answer", "200"]);
    let mut caller = house.caller("13800001111", CALLER_HZ);
    caller.asks_for('2');
    // 2 is sales, where 1001 and 1003 work; ring-all.
    phone.until_state(0, "CONFIRMED");
    phone.does(&json!({ "do": "transfer", "call": 0, "to": "sip:1002@localhost" }));
    colleague.until_hears(0, CALLER_HZ.into(), ENOUGH_MS);
    caller.until_hears(0, AGENT_HZ.into(), ENOUGH_MS);
    phone.until("a final NOTIFY", |told| {
        told["event"] == "transfer" && told["final"] == true && told["code"] == 200
    });
    phone.until_state(0, "DISCONNECTED");
    assert_eq!(wall.event("call.transferred").data("kind"), "blind");
    caller.hangs_up();
    wall.event("call.ended");
    house.until_empty();
}

#[test]
fn an_attended_transfer_joins_the_caller_and_the_colleague() {
    let house = House::open();
    let wall = Stream::follow(&house.sign_in("admin"), None);
    let mut phone = agent(&house, "1001", &["--answer", "200"]);
    let mut caller = talk(&house, &phone);
    let colleague = house.agent("1002", Answers::AtOnce);
    house.sign_in("1002").until_state("ready");
    phone.does(&json!({ "do": "hold", "call": 0 }));
    wall.event("call.held");
    let consult = phone.dials("1002");
    phone.until_state(consult, "CONFIRMED");
    colleague.until_hears(0, 1_100.0, ENOUGH_MS);
    phone.does(&json!({ "do": "transfer_to_call", "call": 0, "other": consult }));
    colleague.until_hears(0, CALLER_HZ.into(), ENOUGH_MS);
    caller.until_hears(0, AGENT_HZ.into(), ENOUGH_MS);
    phone.until_state(0, "DISCONNECTED");
    phone.until_state(consult, "DISCONNECTED");
    assert_eq!(wall.event("call.transferred").data("kind"), "attended");
    caller.hangs_up();
    house.until_empty();
}
