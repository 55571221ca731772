//! What may happen while two talk: hold, and a line that is TCP instead of UDP.

use crate::baresip::{AGENT_HZ, Answers, Baresip, Link, Way};
use crate::events::Stream;
use crate::hotline::MUSIC_HZ;
use crate::house::{House, PASSWORD};
use crate::patience::until;

const CALLER_HZ: u32 = 440;
const ENOUGH_MS: u32 = 1_000;

#[test]
fn who_is_held_hears_music_and_then_the_agent_again() {
    let house = House::open();
    let agent = house.sign_in("1001");
    let wall = Stream::follow(&house.sign_in("admin"), None);
    let mut phone = house.agent("1001", Answers::AtOnce);
    agent.until_state("ready");
    let mut caller = house.caller("13700000001", CALLER_HZ);
    caller.asks_for('1');
    caller.until_hears(0, AGENT_HZ.into(), ENOUGH_MS);

    phone.holds();
    let held = phone.nth(Way::In, "200 INVITE", 0);
    assert!(
        held.text.contains("a=recvonly"),
        "to sendonly: {}",
        held.text
    );
    wall.event("call.held");
    caller.until_hears(0, MUSIC_HZ, ENOUGH_MS);
    assert_eq!(agent.state(), "talking");

    let talked = |caller: &Baresip| {
        caller
            .heard(0)
            .map_or(0, |heard| heard.tone_ms(0, AGENT_HZ.into()))
    };
    let before = talked(&caller);
    phone.resumes();
    let back = phone.nth(Way::In, "200 INVITE", 1);
    assert_eq!(back.media_port(), held.media_port(), "the port stays");
    wall.event("call.resumed");
    until("the agent's voice again", || {
        talked(&caller) >= before + ENOUGH_MS
    });
    caller.hangs_up();
    house.until_empty();
    let call = house.call(&agent, "its record", |call| call["ended_at"].is_string());
    assert!(call["hold_ms"].as_u64() >= Some(ENOUGH_MS.into()), "{call}");
    assert!(
        call["hold_ms"].as_u64() < call["talk_ms"].as_u64(),
        "{call}"
    );
}

#[test]
fn phones_on_tcp_talk_as_those_on_udp_do() {
    let house = House::open();
    let agent = house.sign_in("1001");
    let link = Link::Tcp(house.tcp);
    let phone = Baresip::agent(&house.dir, link, "1001", PASSWORD, Answers::AtOnce);
    phone.until_registered();
    agent.until_state("ready");
    let mut caller = Baresip::caller(&house.dir, link, "13700000001", CALLER_HZ);
    caller.asks_for('1');
    phone.until_hears(0, CALLER_HZ.into(), ENOUGH_MS);
    caller.until_hears(0, AGENT_HZ.into(), ENOUGH_MS);
    assert!(
        phone
            .rings(0)
            .header("Via")
            .unwrap()
            .starts_with("SIP/2.0/TCP")
    );
    caller.hangs_up();
    phone.nth(Way::In, "BYE", 0);
    house.until_empty();
    // The binding lived on that connection: without it the phone cannot be reached.
    drop(phone);
    until("the binding is gone", || {
        agent.read("/v1/agents/me/state")["registered"] == false
    });
}
