//! An agent declines and files on his page (C5, C10), in a real browser with a real phone: why he declines is asked once, what the call was
//! about ends his wrap-up, and where wrap-up is optional he asks for it.

use crate::baresip::Answers;
use crate::browser::{Browser, ENTER};
use crate::events::Stream;
use crate::house::House;

const QUEUES: &str = r#"
[queue.support]
strategy = "longest-idle"
ring_timeout_s = 60
reject_delay_s = 0
pass_pause_s = 1
wrap_up = "until_category"
[queue.sales]
strategy = "ring-all"
wrap_up = "optional"
"#;

#[test]
fn c10_c5_he_declines_with_a_reason_and_a_category_ends_what_waits_for_it() {
    let house = House::open_files(&[("config/queues.toml", QUEUES)]);
    let wall = Stream::follow(&house.sign_in("admin"), None);
    let mut phone = house.agent("1001", Answers::ByHand);
    let page = Browser::at_desk(&house, "1001", "en");
    page.until_shows("#state", "Ready");
    let mut caller = house.caller("13800001111", 440);
    caller.asks_for('1');
    page.until_shows("#stage", "Incoming call");
    page.clicks("#decline button");
    page.until_shows("#announce", "Why you decline");
    page.types("#decline-reason", &format!("on the other line{ENTER}"));
    let declined = wall.event("offer.declined");
    assert_eq!(declined.data("reason"), "on the other line");
    page.until_hides("#decline");

    // He is the only one there: after the pause his phone rings again, and he takes the call.
    wall.nth("offer.made", 1);
    phone.rings(1);
    phone.answer();
    page.until_shows("#stage", "In call");
    caller.hangs_up();
    page.until_shows("#wrap-mode", "it ends with the category");
    page.until_hides("#wrap-done");
    page.types("#wrap-category", "billing");
    page.clicks("#wrap-categorise");
    assert_eq!(wall.event("call.categorised").data("category"), "billing");
    page.until_shows("#state", "Ready");
    house.until_empty();
}

#[test]
fn c5_where_filing_is_optional_he_asks_for_it_in_the_call() {
    let house = House::open_files(&[("config/queues.toml", QUEUES)]);
    let _phone = house.agent("1001", Answers::AtOnce);
    let page = Browser::at_desk(&house, "1001", "en");
    page.until_shows("#state", "Ready");
    let mut caller = house.caller("13800001111", 440);
    caller.asks_for('2');
    page.until_shows("#stage", "In call");
    page.clicks("#wrap-ask");
    page.until_shows("#wrap-cost", "you have time to file");
    caller.hangs_up();
    page.until_shows("#state", "Wrap-up");
    page.clicks("#wrap-done");
    page.until_shows("#state", "Ready");
    page.has_no_complaints();
    house.until_empty();
}
