//! The same hotline under another make of phone: pjsua2 as agent, and what only it can do.

use crate::house::{House, PASSWORD};
use crate::pjsua2::{Pjsua2, Setup};

const CALLER_HZ: u32 = 440;
const AGENT_HZ: f64 = 880.0;
const ENOUGH_MS: u32 = 1_000;

fn agent(house: &House, login: &str, switches: &[&str]) -> Pjsua2 {
    let phone = Pjsua2::start(&Setup {
        dir: &house.dir,
        server: house.sip,
        user: login,
        password: Some(PASSWORD),
        switches,
    });
    phone.until_registered();
    phone
}

#[test]
fn another_make_of_phone_serves_the_hotline() {
    let house = House::open();
    let desk = house.sign_in("1001");
    let mut phone = agent(&house, "1001", &["--answer", "200"]);
    desk.until_state("ready");
    let mut caller = house.caller("13800001111", CALLER_HZ);
    caller.calls("4000");
    caller.presses('1');
    phone.until_state(0, "CONFIRMED");
    phone.until_hears(0, CALLER_HZ.into(), ENOUGH_MS);
    caller.until_hears(0, AGENT_HZ, ENOUGH_MS);
    phone.does(&serde_json::json!({ "do": "hangup", "call": 0 }));
    phone.until_state(0, "DISCONNECTED");
    desk.until_state("wrap_up");
    house.until_empty();
}
