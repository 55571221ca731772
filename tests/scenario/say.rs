//! A call that hears a sentence with a value in it (E13): pieces, words and breaths in one playback, and what has no words does
//! not hold it up.

use std::sync::Arc;
use std::time::Duration;

use media::{Command, Source};

use crate::hotline::{Hotline, PROMPT};

/// Says who calls and what he has, then hangs up.
const SAYS: &str = r#"
title = { zh-CN = "余额" }
languages = ["zh-CN"]
start = "facts"
[prompt.bye]
zh-CN = "再见"
[set.facts]
values = { sum = "2.05", half = "1.50" }
next = "balance"
[say.balance]
text = { zh-CN = "号码 {caller.number:phone}，余额 {sum:money}，第 {half:ordinal}。" }
next = "end"
[hangup.end]
prompt = "bye"
"#;

fn hotline() -> Hotline {
    Hotline::with(|config| {
        let (script, wrong) = ivr::parse("main".into(), "main", SAYS);
        assert!(!wrong.iter().any(ivr::Diagnostic::is_error), "{wrong:?}");
        config
            .scripts
            .insert("main".into(), Arc::new(script.unwrap()));
    })
}

#[test]
fn e13_a_sentence_with_values_is_one_playback_and_the_call_goes_on() {
    let mut hotline = hotline();
    hotline.caller("10086", "4000");
    hotline.run_for(Duration::from_millis(500));
    let port = hotline.port_of("10086").expect("he is on the line");
    let said = |hotline: &Hotline| match hotline.ports[&port].plays.last() {
        Some((_, Command::Play { sources, .. })) => sources
            .iter()
            .map(|source| match source {
                Source::Sound(name) => name.to_string(),
                Source::Silence { .. } => ",".to_owned(),
                Source::Tone { .. } | Source::Message(_) | Source::Comfort { .. } => {
                    format!("{source:?}")
                }
            })
            .collect::<Vec<_>>()
            .join(" "),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        said(&hotline),
        "main/zh-CN/balance.1 zh-CN/say_1_alone zh-CN/digit_0 zh-CN/digit_0 zh-CN/digit_8 zh-CN/digit_6 \
         main/zh-CN/balance.2 zh-CN/say_2_of zh-CN/money_cny zh-CN/digit_0 zh-CN/digit_5 zh-CN/money_fen \
         main/zh-CN/balance.3",
        "there is no 1.50th"
    );
    // As long as thirteen sounds last, then his goodbye.
    for _ in 0..13 {
        assert_ne!(said(&hotline), "main/zh-CN/bye");
        hotline.run_for(PROMPT);
    }
    assert_eq!(said(&hotline), "main/zh-CN/bye");
    hotline.run_for(PROMPT);
    assert!(!hotline.phones["10086"].is_up, "the call came to its end");
}
