//! A hold that lasts (C19), on the page that holds, in the caller's ear and at the wall: each is told in its time, and the page knows it
//! again after a reload.

use std::time::{Duration, Instant};

use crate::baresip::Answers;
use crate::browser::Browser;
use crate::events::Stream;
use crate::hotline::MUSIC_HZ;
use crate::house::House;
use crate::patience::{SECOND, soon};
use crate::sound::tone_wav;

/// What says that he is not forgotten.
const MESSAGE_HZ: f64 = 2_100.0;
const STAGE: &str = "#talk-stage";
const REMINDER: &str = "Your caller has been on hold for long";

/// The hotline of the stories with short times, and a sound for the caller.
fn house() -> House {
    let settings = "[agents]\nsign_in = \"phone\"\nhold_alert_s = 6\nhold_message_s = 9\nhold_alarm_s = 12\n[demo]\nseed = true\n";
    House::open_files(&[
        ("config/trunkline.toml", settings.as_bytes().to_vec()),
        (
            "ivr/prompts/en/hold_message.wav",
            tone_wav(MESSAGE_HZ, 1_000),
        ),
    ])
}

#[test]
fn c19_the_page_reminds_of_a_hold_at_its_time_and_until_it_ends() {
    let house = house();
    let wall = Stream::follow(&house.sign_in("admin"), None);
    let page = Browser::at_desk(&house, "1001", "en");
    let _phone = house.agent("1001", Answers::AtOnce);
    page.until_shows("#state", "Ready");
    let mut caller = house.caller("13800001111", 440);
    caller.asks_for('1');
    page.until_shows("#stage", "In call");

    let held = Instant::now();
    page.clicks("#talk-hold");
    page.until_shows(STAGE, "Caller on hold");
    page.until_shows(STAGE, REMINDER);
    assert!(held.elapsed() >= 6 * SECOND, "{:?}", held.elapsed());
    assert!((6 * SECOND..9 * SECOND).contains(&told(&wall, "agent")));
    page.reloads();
    page.until_shows(STAGE, REMINDER);
    assert!((9 * SECOND..12 * SECOND).contains(&told(&wall, "caller")));
    assert!(told(&wall, "supervisor") >= 12 * SECOND);
    caller.until_hears(0, MESSAGE_HZ, 800);
    let before = caller
        .heard(0)
        .map_or(0, |heard| heard.tone_ms(0, MUSIC_HZ));
    caller.until_hears(0, MUSIC_HZ, before + 1_000);

    page.clicks("#talk-resume");
    page.until_hides(STAGE);
    caller.hangs_up();
    page.until_shows("#stage", "Call ended");
    page.has_no_complaints();
    house.until_empty();
}

/// Waits until a long hold is told to somebody; gives after how much of it that was.
#[track_caller]
fn told(wall: &Stream, whom: &str) -> Duration {
    let event = soon(&format!("a long hold told to the {whom}"), || {
        wall.all()
            .into_iter()
            .find(|event| event.name == "call.held_long" && event.data("told") == whom)
    });
    Duration::from_millis(event.data("held_ms").as_u64().expect("how long"))
}
