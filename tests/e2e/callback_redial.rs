//! A phone that loses its network while its caller waits, and a caller who calls again: he has his place (D22, R80), and whose
//! number is withheld takes nobody's (A9).

use crate::baresip::{Answers, Baresip, Link};
use crate::events::Stream;
use crate::house::House;
use crate::patience::until;

const ENOUGH_MS: u32 = 500;
const MUSIC_HZ: f64 = crate::hotline::MUSIC_HZ;

/// A caller who joins the line of `support`.
fn waits(house: &House, number: &str, wall: &Stream, before: usize) -> Baresip {
    let mut caller = house.caller(number, 440);
    caller.asks_for('1');
    wall.nth("queue.joined", before);
    caller.until_hears(0, MUSIC_HZ, ENOUGH_MS);
    caller
}

/// His phone is gone without a word, and so is what it heard: the next is another phone.
fn loses_its_network(house: &House, number: &str, phone: Baresip) {
    drop(phone);
    std::fs::remove_dir_all(house.dir.join(format!("phone-{number}"))).unwrap();
}

#[test]
fn d22_a_phone_that_lost_its_network_has_its_place_again_and_an_anonymous_one_nobodys() {
    let house = House::open_with(&["rtp.timeout_s=3"]);
    let agent = house.sign_in("1001");
    let admin = house.sign_in("admin");
    let wall = Stream::follow(&admin, None);
    let mut phone = house.agent("1001", Answers::ByHand);
    agent.until_state("ready");
    // Somebody keeps the agent busy.
    let mut first = house.caller("13700000001", 600);
    first.asks_for('1');
    phone.rings(0);
    phone.answer();
    wall.event("call.connected");

    let cut_off = waits(&house, "13700000002", &wall, 1);
    let anonymous = waits(&house, "anonymous", &wall, 2);
    let last = waits(&house, "13700000003", &wall, 3);
    loses_its_network(&house, "13700000002", cut_off);
    loses_its_network(&house, "anonymous", anonymous);
    wall.nth("call.ended", 1);
    let _again = waits(&house, "anonymous", &wall, 4);
    let mut back = Baresip::caller(&house.dir, Link::Udp(house.sip), "13700000002", 510);
    back.asks_for('1');
    let resumed = wall.event("queue.resumed");
    assert_eq!(
        wall.nth("queue.joined", 5).data("position"),
        1,
        "{resumed:?}"
    );
    let all = wall.all().into_iter();
    assert_eq!(all.filter(|event| event.name == "queue.resumed").count(), 1);

    first.hangs_up();
    phone.rings(1);
    phone.answer();
    phone.until_hears(1, 510.0, ENOUGH_MS);
    back.hangs_up();
    phone.rings(2);
    phone.answer();
    phone.until_hears(2, 440.0, ENOUGH_MS);
    drop(last);
    until("the record of the first try", || {
        let list = admin.read("/v1/calls");
        let calls = list["items"].as_array().cloned().unwrap_or_default();
        calls.iter().any(|call| call["result"] == "resumed")
    });
}
