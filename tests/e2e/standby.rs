//! An agent whose phone stays on the line (C15): two callers come to him by a beep each, in one call of his phone.

use crate::baresip::{AGENT_HZ, Answers, Way};
use crate::events::Stream;
use crate::house::House;
use crate::patience::until;

const CALLERS: [(&str, u32); 2] = [("13800001111", 440), ("13800002222", 1_300)];
const BEEP_HZ: f64 = 880.0;
/// A beep has 200 ms, the last packet of which may give way to the caller: two or three windows of 100 ms have it in them.
const BEEP_LEAST_MS: u32 = 100;
const BEEP_MOST_MS: u32 = 300;
const ENOUGH_MS: u32 = 1_000;

const NUMBERS: &str = r#"
[number."4000"]
script = "main"
open = true
[number."4999"]
standby = true
"#;

#[test]
fn c15_a_phone_that_stays_on_the_line_hears_a_beep_and_its_caller_twice() {
    let house = House::open_files(&[("config/numbers.toml", NUMBERS)]);
    let wall = Stream::follow(&house.sign_in("admin"), None);
    let agent = house.sign_in("1001");
    let mut phone = house.agent("1001", Answers::ByHand);
    agent.until_state("ready");
    phone.calls("4999");
    wall.event("agent.standby_began");
    assert_eq!(agent.read("/v1/agents/me/place")["place"], "standby");
    assert_eq!(agent.read("/v1/agents/me/state")["state"], "ready");
    for (before, (number, hz)) in CALLERS.into_iter().enumerate() {
        let beeps = u32::try_from(before).unwrap() + 1;
        let mut caller = house.caller(number, hz);
        caller.asks_for('1');
        wall.nth("call.connected", before);
        phone.until_hears(0, hz.into(), ENOUGH_MS);
        caller.until_hears(0, AGENT_HZ.into(), ENOUGH_MS);
        let heard = phone.heard(0).unwrap().traces_ms(0, BEEP_HZ);
        assert!(
            (beeps * BEEP_LEAST_MS..=beeps * BEEP_MOST_MS).contains(&heard),
            "{beeps} beeps: {heard} ms"
        );
        caller.hangs_up();
        wall.nth("call.ended", before);
        agent.until_state("ready");
    }
    assert_eq!(phone.count(Way::In, "INVITE"), 0, "his phone never rang");
    assert_eq!(phone.count(Way::In, "BYE"), 0, "the line stands");
    phone.hangs_up();
    assert_eq!(wall.event("agent.standby_ended").data("cause"), "agent");
    until("his registered phone as his place", || {
        agent.read("/v1/agents/me/place")["place"] == "house"
    });
    house.until_empty();
}
