//! Agents who are rung outside by a carrier (C14): SIPp is the carrier and the mobile behind it. It sends back whatever it hears,
//! so that a caller who is given to it hears himself.

use std::time::Duration;

use crate::baresip::{AGENT_HZ, Answers};
use crate::carriers::{carrier_with, with_carrier};
use crate::events::Stream;
use crate::house::House;
use crate::patience::within;
use crate::ports;

const CALLER_HZ: u32 = 440;
const ENOUGH_MS: u32 = 1_000;
/// The ring time of the queue, and what a busy machine adds to it.
const RING_TIME_OVER: Duration = Duration::from_secs(40);
const ECHO: [&str; 4] = ["-m", "1", "-aa", "-rtp_echo"];

/// 1001 has a mobile, no phone here, and is ready.
fn on_the_road(port: u16) -> House {
    let house = with_carrier(port);
    let set = ["agent", "outside", "1001", "138-0013-8000"];
    let set = house.trunkline().args(set).output().unwrap();
    assert!(set.status.success(), "{set:?}");
    let agent = house.sign_in("1001");
    let place = agent.read("/v1/agents/me/place");
    assert_eq!(place["number"], "+8613800138000", "in its one spelling");
    let ready = r#"{"state":"ready"}"#;
    agent.send("PUT", "/v1/agents/me/state", ready).expect(204);
    // The server has noticed the number, and with it that he can be rung.
    agent.until_state("ready");
    house
}

#[test]
fn c14_who_presses_1_on_his_mobile_has_the_caller() {
    let port = ports::free(1);
    let house = on_the_road(port);
    let wall = Stream::follow(&house.sign_in("admin"), None);
    let mobile = carrier_with(&house, "mobile_takes", "mobile", port, &ECHO);
    let mut caller = house.caller("13800001111", CALLER_HZ);
    caller.asks_for('1');
    assert_eq!(wall.event("offer.dialled").data("number"), "+8613800138000");
    wall.event("offer.asked");
    wall.event("call.connected");
    caller.until_hears(0, CALLER_HZ.into(), ENOUGH_MS);
    caller.hangs_up();
    mobile.succeeds();
    assert_eq!(wall.event("call.ended").data("result"), "answered");
    house.until_empty();
}

#[test]
fn c14_a_voicemail_that_answers_never_gets_the_caller() {
    let port = ports::free(1);
    let house = on_the_road(port);
    let wall = Stream::follow(&house.sign_in("admin"), None);
    let voicemail = carrier_with(&house, "voicemail", "mobile", port, &ECHO);
    let mut caller = house.caller("13800001111", CALLER_HZ);
    caller.asks_for('2');
    wall.event("offer.asked");
    let missed = within(RING_TIME_OVER, || {
        wall.all()
            .into_iter()
            .find(|event| event.name == "offer.missed")
    });
    assert!(missed.is_some(), "its ring time is over");
    voicemail.succeeds();
    let echo_ms = caller.heard(0).unwrap().traces_ms(0, CALLER_HZ.into());
    assert_eq!(echo_ms, 0, "the voicemail heard nothing of him");
    let phone = house.agent("1003", Answers::AtOnce);
    phone.until_hears(0, CALLER_HZ.into(), ENOUGH_MS);
    caller.until_hears(0, AGENT_HZ.into(), ENOUGH_MS);
    caller.hangs_up();
    house.until_empty();
}
