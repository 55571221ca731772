//! Many calls at once: all end well, and nothing of them is left.

use crate::house::House;
use crate::patience::until;
use crate::sipp::Sipp;

const CALLS: u32 = 50;

#[test]
fn s25_fifty_calls_at_ten_a_second_leave_nothing_behind() {
    let house = House::open();
    let admin = house.sign_in("admin");
    Sipp::start(&house.dir, house.sip, "bell", "4100", CALLS, 10).succeeds();
    house.until_empty();
    let calls = || admin.read("/v1/calls?limit=200&filter[result]=self_service");
    let count = || calls()["items"].as_array().unwrap().len();
    until("all records", || count() == CALLS as usize);
    for call in calls()["items"].as_array().unwrap() {
        assert_eq!(call["ended_by"], "system");
        assert_eq!(call["called"], "4100");
    }
    // Recordings are written through a queue: each call has its own, complete.
    until("all recordings", || {
        house.recordings().len() == CALLS as usize
    });
}
