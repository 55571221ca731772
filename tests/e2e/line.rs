//! The line before the agent: order, music, the ring that ends when its caller goes, and the agent who is left in peace.

use std::time::Duration;

use crate::baresip::{AGENT_HZ, Answers, Way};
use crate::events::Stream;
use crate::hotline::MUSIC_HZ;
use crate::house::House;
use crate::patience::{SECOND, until};

/// The queue's `wrap_up_s`.
const WRAP_UP: Duration = Duration::from_secs(2);
/// From the caller's BYE at his phone to the CANCEL at the agent's.
const CANCEL_MAX: Duration = Duration::from_millis(100);
const ENOUGH_MS: u32 = 1_000;

#[test]
fn two_callers_and_one_agent_are_served_in_order_with_music_and_wrap_up_between() {
    let house = House::open();
    let agent = house.sign_in("1001");
    let (desk, wall) = (
        Stream::follow(&agent, None),
        Stream::follow(&house.sign_in("admin"), None),
    );
    let mut phone = house.agent("1001", Answers::ByHand);
    agent.until_state("ready");

    let mut first = house.caller("13700000001", 440);
    first.asks_for('1');
    phone.rings(0);
    let mut second = house.caller("13700000002", 510);
    second.asks_for('1');
    wall.nth("queue.joined", 1);
    phone.answer();
    phone.until_hears(0, 440.0, ENOUGH_MS);
    second.until_hears(0, MUSIC_HZ, ENOUGH_MS);
    assert_eq!(
        second.heard(0).unwrap().tone_ms(0, AGENT_HZ.into()),
        0,
        "not his turn"
    );

    first.hangs_up();
    let ended = first.nth(Way::Out, "BYE", 0).at;
    agent.until_state("wrap_up");
    let next = phone.rings(1).at;
    let pause = next - ended;
    assert!(
        pause >= WRAP_UP && pause < WRAP_UP + SECOND,
        "rung {pause:?} after the call before"
    );
    phone.answer();
    phone.until_hears(1, 510.0, ENOUGH_MS);
    second.until_hears(0, AGENT_HZ.into(), ENOUGH_MS);
    second.hangs_up();
    wall.nth("call.ended", 1);

    for (turn, number) in ["13700000001", "13700000002"].into_iter().enumerate() {
        assert_eq!(desk.nth("pop.offer", turn).data("caller")["number"], number);
    }
    assert!(
        desk.nth("pop.offer", 1).data("waited_s").as_u64() >= Some(3),
        "it tells his wait"
    );
    house.until_empty();
}

#[test]
fn a_caller_who_hangs_up_while_the_phone_rings_cancels_the_ring_within_100_ms() {
    let house = House::open();
    let agent = house.sign_in("1001");
    let desk = Stream::follow(&agent, None);
    let phone = house.agent("1001", Answers::ByHand);
    let mut caller = house.caller("13700000001", 440);
    let mut took = Vec::new();
    for round in 0..3 {
        agent.until_state("ready");
        // Within a second of the call before, whose name on disk its own dump takes.
        caller.calls("4000");
        caller.presses('1');
        phone.rings(round);
        phone.nth(Way::Out, "180 INVITE", round);
        caller.hangs_up();
        let left = caller.nth(Way::Out, "BYE", round).at;
        let cancelled = phone.nth(Way::In, "CANCEL", round).at;
        took.push(cancelled.saturating_duration_since(left));
        let pop = desk.nth("pop.cancelled", round);
        assert_eq!(pop.data("cause"), "caller_left");
        phone.nth(Way::Out, "487 INVITE", round);
    }
    eprintln!("BYE of the caller to CANCEL at the agent: {took:?}");
    // The middle one: the machine may compile beside.
    took.sort();
    assert!(took[1] <= CANCEL_MAX, "{took:?}");
    assert_eq!(phone.count(Way::Out, "200 INVITE"), 0);
    assert!(desk.all().iter().all(|event| event.name != "pop.connected"));
    house.until_empty();
}

#[test]
fn a_busy_agent_is_not_rung() {
    let house = House::open();
    let agent = house.sign_in("1001");
    let admin = house.sign_in("admin");
    let wall = Stream::follow(&admin, None);
    let phone = house.agent("1001", Answers::AtOnce);
    let mut first = house.caller("13700000001", 440);
    agent.until_state("ready");
    first.asks_for('1');
    agent.until_state("talking");
    let mut second = house.caller("13700000002", 510);
    second.asks_for('1');
    // He waits long enough for the agent's phone to ring, were it to ring.
    second.until_hears(0, MUSIC_HZ, 2_000);
    let live = admin.read("/v1/calls?live=true");
    let waiting = &live["items"][1];
    assert_eq!(waiting["caller"]["number"], "13700000002");
    assert_eq!(waiting["live"]["phase"], "queued");
    assert_eq!(waiting["live"]["ringing"], serde_json::json!([]));
    assert_eq!(
        phone.count(Way::In, "INVITE"),
        1,
        "the call that he has, and no other"
    );
    second.hangs_up();
    second.nth(Way::In, "200 BYE", 0);
    assert_eq!(agent.state(), "talking", "and nobody disturbs it");
    let heard = || phone.heard(0).map_or(0, |heard| heard.tone_ms(0, 440.0));
    let before = heard();
    until("the first call goes on", || heard() >= before + ENOUGH_MS);
    assert!(
        wall.all()
            .iter()
            .filter(|event| event.name == "offer.made")
            .count()
            == 1
    );
    first.hangs_up();
    house.until_empty();
    let left = wall.event("queue.left");
    assert_eq!(left.data("cause"), "abandoned");
    assert!(left.data("waited_ms").as_u64() >= Some(2_000), "{left:?}");
}
