//! An agent who has only a browser: his phone is a page, and comes in at `/sip` on the port of the desk (RFC 7118).

use crate::house::House;
use crate::house::PASSWORD;
use crate::jssip::JsSip;

#[test]
fn rfc7118_a_phone_in_a_browser_registers_at_the_port_of_the_pages_and_is_called() {
    let house = House::open();
    let agent = house.sign_in("1001");
    let server = format!("ws://{}/sip", house.http);
    let phone = JsSip::open(&house.dir, &server, "1001", PASSWORD, 486);
    phone.until_state("registered");
    agent.until_state("ready");
    let mut caller = house.caller("13800001111", 440);
    caller.asks_for('1');
    phone.until_tells("invite from 13800001111");
    caller.hangs_up();
    house.until_empty();
}
