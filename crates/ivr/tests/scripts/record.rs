//! What callers say: every way in which it ends, the review, and who hangs up (E15, G1).

use std::collections::BTreeMap;

use ivr::test::run_all;
use ivr::{Environment, Input};
use model::{CallId, RecordingId};

use crate::diagnostics::check_edit;
use crate::driver::{Call, nodes};
use crate::good_script::{calendars, plan, script};

fn text(more: &str) -> String {
    nodes(&format!(
        "[record.start]\nprompt = \"a\"\ninto = \"said\"\nmax_s = 30\n{more}next = \"thanks\"\non_nothing = \"nothing\"\n\
         [hangup.thanks]\nprompt = \"b\"\n[hangup.nothing]\nprompt = \"c\"\n"
    ))
}

fn take(part: u32) -> RecordingId {
    let call = CallId::new(7);
    RecordingId { call, part }
}

/// Comes to the tone and is recorded as this part.
fn begins(more: &str) -> Call {
    let mut call = Call::new(&text(more));
    assert_eq!(call.starts(), ["record start", "play en/a"]);
    assert_eq!(call.hears(), ["play tone"]);
    assert_eq!(call.hears(), ["record 30s silence 5s"]);
    assert_eq!(call.gets(Input::RecordBegan(take(2))), [""; 0]);
    call
}

/// Speaks for so many seconds.
fn speaks(call: &mut Call, seconds: u64) {
    assert_eq!(call.gets(Input::Spoke), [""; 0]);
    assert_eq!(call.waits(seconds * 1_000), [""; 0]);
}

#[test]
fn e15_a_key_a_silence_and_the_longest_time_end_it() {
    type Ends = fn(&mut Call) -> Vec<String>;
    let table: [(&str, Ends); 3] = [
        ("the key", |call| {
            speaks(call, 12);
            assert_eq!(call.presses("512*"), [""; 0], "other keys mean nothing");
            call.presses("#")
        }),
        ("a silence", |call| {
            speaks(call, 12 + 5);
            call.gets(Input::FellSilent)
        }),
        ("the longest time", |call| {
            assert_eq!(call.gets(Input::Spoke), [""; 0]);
            call.waits(30_000)
        }),
    ];
    for (name, ends) in table {
        let mut call = begins("");
        assert_eq!(ends(&mut call), ["end", "play en/message_review"], "{name}");
        assert_eq!(
            call.presses("1"),
            ["stop", "keep 7-2", "hangup thanks", "play en/b"],
            "{name}"
        );
        assert_eq!(call.variable("said").as_deref(), Some("7-2"), "{name}");
        assert_eq!(call.hears(), ["hangup Normal"]);
    }
}

#[test]
fn e15_without_review_it_goes_on_at_once() {
    let mut call = begins("review = false\n");
    speaks(&mut call, 3);
    assert_eq!(
        call.presses("#"),
        ["end", "keep 7-2", "hangup thanks", "play en/b"]
    );
}

#[test]
fn g1_he_may_listen_and_speak_again_and_who_presses_nothing_keeps_it() {
    let mut call = begins("");
    speaks(&mut call, 3);
    call.presses("#");
    call.hears();
    assert_eq!(call.presses("2"), ["play himself"]);
    assert_eq!(call.hears(), ["play en/message_review"]);
    assert_eq!(call.presses("3"), ["stop", "drop 7-2", "play tone"]);
    assert_eq!(call.hears(), ["record 30s silence 5s"]);
    call.gets(Input::RecordBegan(take(3)));
    speaks(&mut call, 2);
    call.presses("#");
    call.hears();
    assert_eq!(
        call.waits(5_000),
        ["keep 7-3", "hangup thanks", "play en/b"]
    );
    assert_eq!(call.variable("said").as_deref(), Some("7-3"));
}

#[test]
fn g1_speaking_again_has_an_end_and_the_last_word_is_kept() {
    let mut call = begins("");
    for part in 2.. {
        speaks(&mut call, 3);
        call.presses("#");
        call.hears();
        let then = call.presses("3");
        if then != [format!("drop 7-{part}"), "play tone".to_owned()] {
            assert_eq!(then, ["keep 7-4", "hangup thanks", "play en/b"]);
            return;
        }
        call.hears();
        call.gets(Input::RecordBegan(take(part + 1)));
    }
}

#[test]
fn g1_listening_has_an_end() {
    let mut call = begins("");
    speaks(&mut call, 3);
    call.presses("#");
    for _ in 0..6 {
        call.hears();
        assert_eq!(call.presses("2"), ["play himself"]);
        call.hears();
    }
    call.hears();
    assert_eq!(
        call.presses("2"),
        ["keep 7-2", "hangup thanks", "play en/b"]
    );
}

#[test]
fn g1_too_short_and_nothing_are_asked_again_three_times_in_all() {
    let mut call = begins("");
    // The silence that ended it is not what he said.
    speaks(&mut call, 1 + 5);
    assert_eq!(
        call.gets(Input::FellSilent),
        ["end", "drop 7-2", "play en/message_short"]
    );
    assert_eq!(call.hears(), ["play tone"]);
    assert_eq!(call.hears(), ["record 30s silence 5s"]);
    call.gets(Input::RecordBegan(take(3)));
    assert_eq!(
        call.presses("#"),
        ["end", "drop 7-3", "play en/message_short"]
    );
    assert_eq!(call.presses("1"), ["stop", "play tone"], "a key cuts it");
    assert_eq!(call.hears(), ["record 30s silence 5s"]);
    // The recorder never began.
    assert_eq!(call.waits(30_000), ["end", "hangup nothing", "play en/c"]);
    assert_eq!(call.variable("said").as_deref(), Some(""));
}

#[test]
fn e15_who_hangs_up_before_he_is_done_leaves_nothing() {
    for reviews in [false, true] {
        let mut call = begins("");
        speaks(&mut call, 12);
        if reviews {
            call.presses("#");
        }
        let gone = call.hangs_up();
        let expected: &[&str] = if reviews {
            &["drop 7-2"]
        } else {
            &["end", "drop 7-2"]
        };
        assert_eq!(gone, expected);
        assert_eq!(call.run.poll_timeout(), None);
        assert_eq!(call.hangs_up(), [""; 0], "once");
    }
}

#[test]
fn e21_tests_say_that_the_caller_speaks_is_silent_or_hangs_up() {
    let case = |press: &str, branch: &str| {
        let press_as_name = press.replace('"', "");
        format!(
            "[[test]]\nname = \"{press_as_name}\"\npress = [{press}]\nexpect = [\"record start\", \"branch {branch}\", \"hangup\"]\n"
        )
    };
    let text = text("")
        .replace("next = \"thanks\"", "next = \"kept\"")
        .replace("on_nothing = \"nothing\"", "on_nothing = \"none\"")
        + "[branch.kept]\nwhen = [{ if = \"said == '1-2'\", go = \"thanks\" }]\notherwise = \"nothing\"\n\
           [branch.none]\nwhen = [{ if = \"said == ''\", go = \"nothing\" }]\notherwise = \"thanks\"\n";
    let cases = [
        case("\"speak 12\", \"#\", \"1\"", "kept"),
        case("\"speak 12\"", "kept"),
        case("\"speak 12\", \"#\", \"3\", \"speak 5\", \"1\"", "kept"),
        case("\"speak 40\"", "kept"),
        case("\"wait\", \"wait\", \"wait\"", "none"),
        case("", "none"),
        case("\"speak 1\", \"#\", \"#\", \"#\"", "none"),
    ];
    let gone = "[[test]]\nname = \"gone\"\npress = [\"speak 12\", \"hangup\"]\nexpect = [\"record start\"]\n";
    let script = script("main", &(text + &cases.concat() + gone));
    let outcomes = run_all(
        &script,
        &Environment {
            calendars: &calendars(),
            scripts: &BTreeMap::new(),
            plan: &plan(),
        },
    );
    assert_eq!(outcomes.len(), 8);
    for outcome in outcomes {
        assert!(outcome.passed, "{}: {:?}", outcome.name, outcome);
    }
}

#[test]
fn e22_what_does_not_fit_is_told_with_its_place() {
    let node = |more: &str| {
        format!(
            "[record.bye]\nprompt = \"hello\"\ninto = \"said\"\n{more}next = \"end\"\n[hangup.end]"
        )
    };
    check_edit(
        "[hangup.bye]",
        &node("min_s = 9\nmax_s = 8\n"),
        &["22:1: error: `min_s` is more than `max_s`: nothing would ever be long enough"],
    );
    check_edit(
        "[hangup.bye]",
        &node(""),
        &[
            "19:9: error: `bye` says it, and there is no sound `zh-CN/message_short`",
            "19:9: error: `bye` says it, and there is no sound `en/message_short`",
            "19:9: error: `bye` says it, and there is no sound `zh-CN/message_failed`",
            "19:9: error: `bye` says it, and there is no sound `en/message_failed`",
            "19:9: error: `bye` says it, and there is no sound `zh-CN/message_review`",
            "19:9: error: `bye` says it, and there is no sound `en/message_review`",
        ],
    );
    check_edit(
        "[hangup.bye]",
        "[hangup.bye]\n[[test]]\nname = \"t\"\npress = [\"speak 0\"]\nexpect = []",
        &[
            "22:10: error: `speak 0` cannot be pressed; expected one of 0-9, *, #, A-D, speak 12, wait, hangup",
        ],
    );
}
