//! D14-D18, R12: what callers hear while they wait, through the whole engine, and that every word of it exists.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use engine::{Announce, Queue};
use media::{Command, Source};
use model::Fact;
use model::fact::QueueExit;
use speech::Language;

use crate::hotline::{Hotline, PROMPT};
use crate::phone::Manner;

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
/// A prompt, and a queue node with keys; the menu of the house leads there by its first key.
const WAITS: &str = r#"
title = { en = "x" }
languages = ["en"]
start = "go"
[prompt.choices]
en = "To leave a message press 7."
[queue.go]
queue = "support"
keys = { 7 = "end" }
prompt = "choices"
on_timeout = "end"
on_no_agents = "end"
[hangup.end]
"#;

/// 4000 leads to `support`, which tells places 10 s after joining and 20 s after that.
fn hotline() -> Hotline {
    Hotline::with(|config| {
        announces(config.queues.get_mut("support").unwrap());
        let (script, wrong) = ivr::parse("main".into(), "main", WAITS);
        assert!(!wrong.iter().any(ivr::Diagnostic::is_error), "{wrong:?}");
        config
            .scripts
            .insert("main".into(), Arc::new(script.unwrap()));
    })
}

fn announces(queue: &mut Queue) {
    queue.rules.wrap_up = Duration::ZERO;
    queue.announce = Announce {
        position: true,
        after: 10 * SECOND,
        every: 20 * SECOND,
        ..Announce::default()
    };
}

/// One agent who is in a talk, and two who wait: `100` is the second.
fn two_wait() -> Hotline {
    let mut hotline = hotline();
    hotline.agent("1001", Manner::Answers(500 * MS));
    for number in ["80", "90", "100"] {
        hotline.caller(number, "4000");
        hotline.run_for(SECOND);
    }
    assert_eq!(hotline.hears("1001"), "80");
    hotline
}

/// The names of the sounds that a caller's port was ordered to play last.
fn last_said(hotline: &Hotline, who: &str) -> Vec<String> {
    let port = hotline.port_of(who).expect("a call is up");
    match hotline.ports[&port].plays.last() {
        Some((_, Command::Play { sources, .. })) => sources
            .iter()
            .map(|source| match source {
                Source::Sound(name) => name.to_string(),
                other => format!("{other:?}"),
            })
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn d18_he_hears_that_a_phone_rings_for_him_and_the_answer_cuts_it_in_that_turn() {
    let mut hotline = hotline();
    hotline.reload(|config| {
        let support = config.queues.get_mut("support").unwrap();
        support.announce.connecting = true;
    });
    hotline.agent("1001", Manner::Rings);
    hotline.caller("100", "4000");
    hotline.run_for(SECOND);
    assert_eq!(last_said(&hotline, "100"), ["en/say_connecting"]);
    assert_eq!(hotline.hears("100"), "a prompt");
    hotline.answers("1001");
    hotline.run_for(50 * MS);
    assert_eq!(
        (hotline.hears("100"), hotline.hears("1001")),
        ("1001".into(), "100".into())
    );
}

#[test]
fn d15_a_caller_hears_his_place_and_then_the_music_goes_on() {
    let mut hotline = two_wait();
    assert_eq!(hotline.hears("100"), "music");
    hotline.run_for(9_200 * MS);
    let first = ["en/say_one_ahead", "main/en/choices"];
    assert_eq!(last_said(&hotline, "100"), first);
    assert_eq!(hotline.hears("100"), "a prompt");
    hotline.run_for(2 * PROMPT);
    assert_eq!(last_said(&hotline, "100"), ["music/default"]);
    // He moves up while he listens to music, and hears it at the next turn; the keys he knows.
    hotline.hangs_up("80");
    hotline.run_for(20 * SECOND);
    assert_eq!(hotline.hears("1001"), "90");
    assert_eq!(last_said(&hotline, "100"), ["en/say_next"]);
    hotline.hangs_up("100");
    hotline.hangs_up("90");
    hotline.assert_clean();
}

#[test]
fn d14_a_key_is_heard_while_a_prompt_plays() {
    let mut hotline = two_wait();
    hotline.run_for(9_200 * MS);
    assert_eq!(hotline.hears("100"), "a prompt");
    let call = hotline.call_of("100");
    hotline.presses("100", '7');
    let left = hotline.facts.iter().find_map(|(_, fact)| match fact {
        Fact::QueueLeft {
            call: of, cause, ..
        } if *of == call => Some(*cause),
        _ => None,
    });
    assert_eq!(left, Some(QueueExit::Key));
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("100"), "nothing", "the call is over");
    hotline.hangs_up("80");
    hotline.hangs_up("90");
    hotline.assert_clean();
}

#[test]
fn r12_d18_an_answer_cuts_an_announcement_within_100_ms() {
    let mut hotline = two_wait();
    hotline.hangs_up("80");
    // 90 is offered at once and hears his place when the phone is answered.
    hotline.run_for(300 * MS);
    hotline.hangs_up("90");
    hotline.run_for(8_850 * MS);
    assert_eq!(hotline.hears("1001"), "100", "the agent is free for him");
    // Again, with the answer in the middle of the words.
    let mut hotline = two_wait();
    hotline.hangs_up("90");
    hotline.run_for(9_000 * MS);
    hotline.hangs_up("80");
    hotline.run_for(400 * MS);
    assert_eq!(hotline.hears("100"), "a prompt", "while the phone rings");
    hotline.run_for(300 * MS);
    let answered = hotline.phones["1001"]
        .history
        .iter()
        .rfind(|(_, told)| told.starts_with("answers"))
        .unwrap()
        .0;
    let connected = hotline
        .facts
        .iter()
        .rfind(|(_, fact)| fact.name() == "call.connected");
    let connected = Duration::from_millis(connected.unwrap().0.as_ms().try_into().unwrap());
    assert!(
        connected - answered < 100 * MS,
        "{:?}",
        connected - answered
    );
    assert_eq!(hotline.hears("100"), "1001");
    assert_eq!(hotline.hears("1001"), "100");
    // Nothing of the announcement comes after it.
    hotline.run_for(30 * SECOND);
    assert_eq!(hotline.hears("100"), "1001");
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn d30_a_reload_changes_what_newcomers_hear_and_nothing_for_those_who_wait() {
    let mut hotline = two_wait();
    hotline.reload(|config| {
        config.queues.get_mut("support").unwrap().announce = Announce::default();
    });
    hotline.caller("110", "4000");
    hotline.run_for(9_200 * MS);
    assert_eq!(last_said(&hotline, "100")[0], "en/say_one_ahead");
    hotline.run_for(6 * SECOND);
    assert_eq!(last_said(&hotline, "110"), ["main/en/choices"]);
    for number in ["80", "90", "100", "110"] {
        hotline.hangs_up(number);
    }
    hotline.assert_clean();
}

#[test]
fn d15_d16_every_word_that_can_be_said_has_its_sound_in_each_language_and_no_other_is_kept() {
    let prompts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ivr-scripts/prompts");
    let all = Announce {
        position: true,
        wait: true,
        connecting: true,
        ..Announce::default()
    };
    for language in ["zh-CN", "en"] {
        assert!(Announce::speaks(language));
        let mut needed: BTreeSet<String> = all.sounds(language).into_iter().collect();
        assert!(needed.len() > 15, "{needed:?}");
        // Numbers of every kind are said by the same words and more of them (E13).
        let stock = Language::of(language).expect("numbers").stock();
        let of_numbers = |name: &str| name.starts_with("say_") || name.starts_with("digit_");
        let stock = stock.into_iter().filter(|word| of_numbers(word.name));
        needed.extend(stock.map(|word| format!("{language}/{}", word.name)));
        let files = std::fs::read_dir(prompts.join(language)).unwrap();
        let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        // The question of R62 is no sentence about places.
        let words = files.filter(|file| of_numbers(file) && file != "say_adviser_busy.wav");
        let there: BTreeSet<String> = words
            .map(|file| format!("{language}/{}", file.trim_end_matches(".wav")))
            .collect();
        assert_eq!(there, needed);
    }
}
