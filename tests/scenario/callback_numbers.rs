//! Whom to call back: the number is read back as people here dial it, another may be keyed in, and some may not be called.
//! Told with the sample script as it is committed.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use engine::Config;
use media::{Command, Source};
use model::{AgentId, Fact};

use crate::callbacks::{agent_is_free, busy_with, told};
use crate::hotline::{Hotline, PROMPT};
use crate::trunks::at_rest;

const SECOND: Duration = Duration::from_secs(1);

/// The number leads to the sample.
fn sample(config: &mut Config) {
    let file = "../ivr-scripts/samples/callback.toml";
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let (script, found) = ivr::parse("main".into(), file, &text);
    assert!(found.iter().all(|one| !one.is_error()), "{found:?}");
    config
        .scripts
        .insert("main".into(), Arc::new(script.unwrap()));
}

fn busy() -> (Hotline, AgentId) {
    let (mut hotline, agent) = busy_with(sample);
    hotline.dials("13800001111", "01065529988");
    hotline.run_for(SECOND);
    (hotline, agent)
}

/// He presses these keys; between two of them a prompt is heard.
fn presses(hotline: &mut Hotline, keys: &str) {
    for key in keys.chars() {
        hotline.presses("13800001111", key);
        hotline.run_for(PROMPT + 2 * SECOND);
    }
}

/// The digits that were said to him last.
fn digits_said(hotline: &Hotline) -> String {
    let port = hotline.port_of("13800001111").expect("he is on the line");
    let plays = hotline.ports[&port].plays.iter().rev();
    let mut said = plays.map(|(_, play)| match play {
        Command::Play { sources, .. } => sources.iter().filter_map(digit).collect::<String>(),
        _ => String::new(),
    });
    said.find(|digits| !digits.is_empty()).unwrap_or_default()
}

fn digit(source: &Source) -> Option<&str> {
    match source {
        Source::Sound(name) if name.as_str().ends_with("/say_1_alone") => Some("1"),
        Source::Sound(name) => name.as_str().split_once("/digit_").map(|(_, it)| it),
        Source::Message(_)
        | Source::Tone { .. }
        | Source::Silence { .. }
        | Source::Comfort { .. } => None,
    }
}

#[test]
fn d21_his_number_is_read_back_as_it_is_dialled_here_and_he_is_called() {
    let (mut hotline, _) = busy();
    presses(&mut hotline, "1");
    assert_eq!(digits_said(&hotline), "13800001111");
    presses(&mut hotline, "1");
    assert!(!hotline.phones["13800001111"].is_up, "he hung up");
    agent_is_free(&mut hotline);
    hotline.run_for(6 * SECOND);
    assert_eq!(
        told(&hotline),
        ["asked +8613800001111", "try 1", "Connected"]
    );
    hotline.hangs_up("main");
    at_rest(&mut hotline);
}

#[test]
fn d21_another_number_that_he_keys_in_is_read_back_and_called() {
    let (mut hotline, _) = busy();
    presses(&mut hotline, "12");
    for key in "13800002222#".chars() {
        hotline.presses("13800001111", key);
        hotline.run_for(SECOND);
    }
    hotline.run_for(PROMPT);
    assert_eq!(digits_said(&hotline), "13800002222");
    presses(&mut hotline, "1");
    assert_eq!(told(&hotline), ["asked +8613800002222"]);
    agent_is_free(&mut hotline);
    assert_eq!(told(&hotline), ["asked +8613800002222", "try 1"]);
    let dialled = hotline.facts_named("dial.started");
    assert!(
        matches!(dialled.last(), Some(Fact::DialStarted { number, .. }) if number == "+8613800002222"),
        "{dialled:?}"
    );
}

#[test]
fn d21_we_are_not_to_call_ourselves_nor_what_is_no_number() {
    for number in ["01065529988", "12"] {
        let (mut hotline, _) = busy();
        presses(&mut hotline, "12");
        for key in format!("{number}#").chars() {
            hotline.presses("13800001111", key);
            hotline.run_for(SECOND);
        }
        hotline.run_for(PROMPT);
        presses(&mut hotline, "1");
        assert_eq!(told(&hotline), [""; 0], "{number}");
        assert!(hotline.phones["13800001111"].is_up, "he is asked again");
    }
}
