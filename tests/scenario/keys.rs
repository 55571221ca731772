//! Keys: one event a press, whichever way they come (A11).

use std::time::Duration;

use crate::hotline::Hotline;

fn keys(hotline: &Hotline) -> usize {
    hotline.facts_named("ivr.key").len()
}

#[test]
fn a11_a_press_told_twice_is_one_press() {
    let mut hotline = Hotline::open();
    hotline.caller("100", "4000");
    hotline.presses("100", '5');
    assert_eq!(keys(&hotline), 1);
    hotline.sends_info("100", '5');
    assert_eq!(
        keys(&hotline),
        1,
        "INFO within half a second tells the same press"
    );
    hotline.run_for(Duration::from_secs(1));
    hotline.sends_info("100", '5');
    assert_eq!(keys(&hotline), 2, "later it is another one");
    hotline.run_for(Duration::from_secs(1));
    hotline.presses("100", '5');
    hotline.presses("100", '5');
    assert_eq!(keys(&hotline), 4, "the same way twice is two presses");
}

#[test]
fn a_key_by_info_chooses_the_menu() {
    let mut hotline = Hotline::open();
    hotline.caller("100", "4000");
    hotline.run_for(Duration::from_secs(1));
    hotline.sends_info("100", '1');
    assert!(
        hotline.story().contains(&"queue.left"),
        "nobody is at work: joined and left"
    );
}
