//! The lamp on a colleague's phone: RFC 4235 as SIPp sees it.

use std::time::Duration;

use crate::baresip::{Answers, Way};
use crate::events::Stream;
use crate::house::{House, PASSWORD};
use crate::ports;
use crate::sipp::Sipp;

/// A lamp hears of the last state at most once a second (RFC 4235 §3.10): the story waits for it.
const A_LAMP_LATER: Duration = Duration::from_millis(1_300);

#[test]
fn rfc4235_a_colleagues_phone_sees_who_is_busy() {
    let house = House::open();
    let wall = Stream::follow(&house.sign_in("admin"), None);
    let mut agent = house.agent("1001", Answers::ByHand);
    house.sign_in("1001").until_state("ready");
    let proof = [
        "-m",
        "1",
        "-au",
        "1002",
        "-ap",
        PASSWORD,
        "-auth_uri",
        "1001@localhost",
    ];
    let lamp = Sipp::run(
        &house.dir,
        house.sip,
        "watches",
        "1002",
        ports::free(1),
        &proof,
    );
    std::thread::sleep(A_LAMP_LATER);
    let mut caller = house.caller("13800001111", 440);
    caller.asks_for('1');
    agent.rings(0);
    std::thread::sleep(A_LAMP_LATER);
    agent.answer();
    wall.event("call.connected");
    std::thread::sleep(A_LAMP_LATER);
    caller.hangs_up();
    agent.nth(Way::In, "BYE", 0);
    lamp.succeeds();
    house.until_empty();
}
