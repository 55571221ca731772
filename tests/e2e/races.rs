//! What crosses on the wire: a 200 and a CANCEL, two BYEs, an INVITE that nobody answers. SIPp plays the agent's phone.

use crate::baresip::Answers;
use crate::events::Stream;
use crate::house::House;
use crate::sipp::Sipp;

/// The one agent of queue `support` who works is a phone of SIPp; a caller stands in the queue.
fn rung(house: &House, scenario: &str) -> (Sipp, crate::baresip::Baresip, Stream) {
    let wall = Stream::follow(&house.sign_in("admin"), None);
    let agent = house.sign_in("1001");
    let phone = Sipp::agent(&house.dir, house.sip, scenario, "1001");
    agent.until_state("ready");
    let mut caller = house.caller("13800001111", 440);
    caller.asks_for('1');
    wall.event("offer.made");
    (phone, caller, wall)
}

#[test]
fn r11_an_answer_that_crosses_the_cancel_is_acknowledged_and_ended() {
    let house = House::open();
    let (phone, mut caller, wall) = rung(&house, "answers_a_cancelled_call");
    caller.hangs_up();
    phone.succeeds();
    let ended = wall.event("call.ended");
    assert_eq!(ended.data("result"), "abandoned");
    assert_eq!(ended.data("answered_late"), true);
    house.until_empty();
}

#[test]
fn two_byes_that_cross_leave_nothing() {
    let house = House::open();
    let (phone, mut caller, wall) = rung(&house, "hangs_up_too");
    wall.event("call.connected");
    caller.hangs_up();
    phone.succeeds();
    assert_eq!(wall.event("call.ended").data("result"), "answered");
    house.until_empty();
}

#[test]
fn a_phone_that_says_nothing_gets_no_cancel_and_the_caller_another_agent() {
    let house = House::open();
    let (phone, caller, wall) = rung(&house, "is_dead");
    let other = house.agent("1002", Answers::AtOnce);
    house.sign_in("1002").until_state("ready");
    // R21: who is no longer ready is not rung any longer.
    let not_ready = r#"{"state":"not_ready","reason":"break"}"#;
    let desk = house.sign_in("1001");
    desk.send("PUT", "/v1/agents/me/state", not_ready)
        .expect(204);
    assert_eq!(
        wall.event("offer.cancelled").data("cause"),
        "agent_not_ready"
    );
    other.until_hears(0, 440.0, 500);
    caller.until_hears(0, f64::from(crate::baresip::AGENT_HZ), 500);
    phone.succeeds();
}
