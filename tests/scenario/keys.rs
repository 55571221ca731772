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

#[test]
fn s22_a_secret_is_masked_in_the_recording_and_written_nowhere() {
    let script = r#"
title = { en = "Secret" }
languages = ["en"]
start = "pin"
[prompt.ask]
en = "Your PIN, please."
[collect.pin]
prompt = "ask"
into = "pin"
min = 4
max = 4
secret = true
next = "welcome"
on_failure = "bye"
[menu.welcome]
prompt = "ask"
keys = { 1 = "bye" }
on_failure = "bye"
[hangup.bye]
"#;
    let mut hotline = Hotline::with(|config| {
        let (script, found) = ivr::parse("main".into(), "main.toml", script);
        assert!(found.iter().all(|found| !found.is_error()), "{found:?}");
        config
            .scripts
            .insert("main".into(), std::sync::Arc::new(script.unwrap()));
    });
    hotline.caller("100", "4000");
    let masked = |hotline: &Hotline| {
        let said = |wish: &&String| wish.contains("MaskRecord");
        hotline
            .wishes
            .iter()
            .filter(said)
            .map(|wish| wish.contains("masked: true"))
            .collect::<Vec<_>>()
    };
    assert_eq!(masked(&hotline), [true], "from the question on");
    for key in ['4', '7', '1', '1'] {
        hotline.presses("100", key);
    }
    assert_eq!(
        masked(&hotline),
        [true, false],
        "until the answer is complete"
    );
    assert_eq!(keys(&hotline), 0, "no fact holds a key");
    hotline.presses("100", '1');
    assert_eq!(keys(&hotline), 1);
}
