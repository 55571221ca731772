//! Keys: one event a press, whichever way they come (A11).

use std::time::Duration;

use engine::{Config, Dtmf};
use model::fact::{Fact, KeyWay};

use crate::hotline::Hotline;
use crate::phone::Manner;
use crate::trunks;

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

/// Keys as facts tell them.
fn told(hotline: &Hotline) -> Vec<(char, KeyWay)> {
    let pressed = |fact: &&Fact| match fact {
        Fact::KeyPressed { key, way, .. } => Some((*key, way.unwrap())),
        _ => None,
    };
    hotline
        .facts_named("ivr.key")
        .iter()
        .filter_map(pressed)
        .collect()
}

fn is_listened_to(hotline: &Hotline, who: &str) -> bool {
    hotline.ports[&hotline.port_of(who).unwrap()].listening
}

#[test]
fn a11_tones_are_listened_for_while_script_or_line_want_keys() {
    let mut hotline = Hotline::open();
    hotline.caller("100", "4000");
    assert!(is_listened_to(&hotline, "100"), "the menu speaks");
    hotline.sings("100", '7');
    assert_eq!(told(&hotline), [('7', KeyWay::Inband)]);
    hotline.assert_clean();

    let mut hotline = Hotline::open();
    let agent = hotline.agent("1001", Manner::Rings);
    hotline.says(agent, engine::StateRequest::Ready);
    hotline.caller_presses("100", '1');
    assert!(is_listened_to(&hotline, "100"), "in line");
    hotline.run_for(Duration::from_secs(1));
    hotline.answers("1001");
    hotline.run_for(Duration::from_secs(1));
    assert_eq!(hotline.hears("100"), "1001");
    assert!(
        !is_listened_to(&hotline, "100"),
        "nobody wants keys in a talk"
    );
    assert!(!is_listened_to(&hotline, "1001"));
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn a11_tone_and_event_of_one_press_are_one_in_either_order() {
    let mut hotline = Hotline::open();
    hotline.caller("100", "4000");
    // The carrier's event comes behind the tone, which is left aside from then on.
    hotline.sings("100", '5');
    hotline.presses("100", '5');
    assert_eq!(told(&hotline), [('5', KeyWay::Inband)]);
    hotline.presses("100", '5');
    assert_eq!(
        told(&hotline)[1..],
        [('5', KeyWay::Rfc4733)],
        "the next press, within half a second, comes as an event alone"
    );
    hotline.run_for(Duration::from_secs(1));
    hotline.presses("100", '6');
    hotline.sings("100", '6');
    assert_eq!(told(&hotline).len(), 3);
}

#[test]
fn a11_who_sends_keys_by_info_is_not_listened_to() {
    let mut hotline = Hotline::open();
    hotline.caller("100", "4000");
    hotline.sings("100", '7');
    hotline.sends_info("100", '7');
    assert_eq!(told(&hotline), [('7', KeyWay::Inband)]);
    assert!(!is_listened_to(&hotline, "100"));
    hotline.sends_info("100", '7');
    assert_eq!(told(&hotline)[1..], [('7', KeyWay::Info)]);
}

/// A caller by a carrier, in the menu: whether tones are listened for, and whether telephone-event was agreed on.
fn by_carrier(dtmf: Dtmf) -> (bool, bool) {
    let mut hotline = trunks::open_with(|config| keys_travel(config, dtmf));
    hotline.carrier("13800001111", 30, Manner::Rings, &[]);
    hotline.dials("13800001111", "01065529988");
    let agreed = |wish: &&String| wish.contains("Negotiate {");
    let stream = hotline.wishes.iter().rfind(agreed).unwrap();
    let found = (
        is_listened_to(&hotline, "13800001111"),
        stream.contains("telephone_event: Some"),
    );
    hotline.hangs_up("13800001111");
    found
}

fn keys_travel(config: &mut Config, dtmf: Dtmf) {
    for trunk in config.trunks.values_mut() {
        trunk.dtmf = dtmf;
    }
}

#[test]
fn a11_a_trunk_says_how_keys_travel_on_it() {
    assert_eq!(by_carrier(Dtmf::Auto), (true, true));
    assert_eq!(by_carrier(Dtmf::Rfc4733), (false, true));
    assert_eq!(by_carrier(Dtmf::Inband), (true, false));
}

#[test]
fn a11_a_key_to_a_carrier_without_events_is_heard_and_passes_by_itself_to_others() {
    for (dtmf, sung) in [(Dtmf::Auto, 0), (Dtmf::Inband, 1)] {
        let mut hotline = trunks::open_with(|config| keys_travel(config, dtmf));
        hotline.agent("1001", Manner::Rings);
        trunks::with_servers(&mut hotline, Manner::Answers(Duration::from_secs(1)));
        hotline.dials("1001", "13800001111");
        hotline.run_for(Duration::from_secs(3));
        assert_eq!(hotline.hears("1001"), "main");
        hotline.presses("1001", '4');
        hotline.sings("1001", '5');
        hotline.presses("main", '6');
        let port = format!("{:?}", hotline.port_of("main").unwrap());
        let sent = |wish: &&String| wish.contains("SendDigits") && wish.contains(&port);
        let sent: Vec<&String> = hotline.wishes.iter().filter(sent).collect();
        assert_eq!(sent.len(), sung, "{dtmf:?}: {sent:?}");
        assert!(sent.iter().all(|wish| wish.contains(r#"digits: "4""#)));
        hotline.hangs_up("1001");
        trunks::at_rest(&mut hotline);
    }
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
        crate::plan::script(config, "main", script);
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
