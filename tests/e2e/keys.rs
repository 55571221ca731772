//! Keys by SIP INFO: what phones without telephone-events send.

use crate::baresip::{Answers, Way};
use crate::events::Stream;
use crate::house::House;
use crate::sipp::Sipp;

#[test]
fn a_key_by_sip_info_chooses_from_the_menu() {
    let house = House::open();
    let (support, mut sales) = (
        house.agent("1002", Answers::ByHand),
        house.agent("1003", Answers::ByHand),
    );
    let wall = Stream::follow(&house.sign_in("admin"), None);
    house.sign_in("1003").until_state("ready");
    let caller = Sipp::start(&house.dir, house.sip, "info", "4000", 1, 1);
    sales.rings(0);
    assert_eq!(
        support.count(Way::In, "INVITE"),
        0,
        "2 is sales, where 1002 does not work"
    );
    assert_eq!(wall.event("ivr.key").data("key"), "2");
    sales.answer();
    wall.event("call.connected");
    sales.hangs_up();
    caller.succeeds();
    let keys = wall
        .all()
        .iter()
        .filter(|event| event.name == "ivr.key")
        .count();
    assert_eq!(keys, 1, "one press, one key");
    assert_eq!(wall.event("call.ended").data("by"), "agent");
    house.until_empty();
}
