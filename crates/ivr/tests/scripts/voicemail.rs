//! Messages in mailboxes: room and none, every way to the end, and who hangs up (G1, G2).

use std::collections::BTreeMap;
use std::time::Duration;

use ivr::{Answer, Input, Patience};
use model::{CallId, RecordingId};

use crate::diagnostics::check_edit;
use crate::driver::{Call, nodes};

fn text(more: &str) -> String {
    nodes(&format!(
        "[voicemail.start]\nbox = \"support\"\n{more}[hangup.on]\nprompt = \"b\"\n[hangup.full]\nprompt = \"c\"\n"
    ))
}

fn room() -> Answer {
    Answer::Found(BTreeMap::new())
}

/// Comes to the box, which answers.
fn answered(more: &str, answer: Answer) -> (Call, Vec<String>) {
    let mut call = Call::new(&text(more));
    let asks = ["voicemail start", "ask box support for 1000 ms"];
    assert_eq!(call.starts(), asks);
    let asked = call.asked.expect("it has asked");
    let then = call.gets(Input::Answered(asked, answer));
    (call, then)
}

/// Has spoken for so many seconds.
fn spoken(more: &str, seconds: u64) -> Call {
    let (mut call, then) = answered(more, room());
    assert_eq!(then, ["play en/message_ask"]);
    assert_eq!(call.hears(), ["play tone"]);
    assert_eq!(call.hears(), ["record 180s silence 5s"]);
    let (part, id) = (2, CallId::new(7));
    call.gets(Input::RecordBegan(RecordingId { call: id, part }));
    call.gets(Input::Spoke);
    assert_eq!(call.waits(seconds * 1_000), [""; 0]);
    call
}

#[test]
fn g1_a_message_is_left_and_the_call_ends_with_a_word() {
    let mut call = spoken("", 12);
    call.presses("#");
    call.hears();
    assert_eq!(
        call.presses("1"),
        ["leave 7-2 of 12s in support", "play en/message_left"]
    );
    assert_eq!(call.hears(), ["hangup Normal"]);
    let mut call = spoken("next = \"on\"\nreview = false\n", 12 + 5);
    assert_eq!(
        call.gets(Input::FellSilent),
        ["end", "leave 7-2 of 12s in support", "play en/message_left"]
    );
    assert_eq!(call.hears(), ["hangup on", "play en/b"]);
}

#[test]
fn g1_who_hangs_up_has_left_what_he_said() {
    let mut call = spoken("", 12);
    assert_eq!(call.hangs_up(), ["end", "leave 7-2 of 12s in support"]);
    let mut call = spoken("", 12);
    call.presses("#");
    assert_eq!(
        call.hangs_up(),
        ["leave 7-2 of 12s in support"],
        "in his review"
    );
    let mut call = spoken("", 12);
    call.presses("#");
    call.hears();
    call.presses("1");
    assert_eq!(call.hangs_up(), [""; 0], "it is left once");
    let mut call = spoken("", 1);
    assert_eq!(call.hangs_up(), ["end", "drop 7-2"], "too short");
}

#[test]
fn g1_who_says_nothing_is_told_so() {
    let (mut call, _) = answered("", room());
    call.hears();
    for _ in 0..3 {
        call.hears();
        let then = call.waits(180_000);
        if then == ["end", "play en/message_none"] {
            assert_eq!(call.hears(), ["hangup Normal"]);
            return;
        }
        assert_eq!(then, ["end", "play en/message_short"]);
        call.hears();
    }
    panic!("he is asked for ever");
}

#[test]
fn g1_a_full_box_is_told_before_anybody_speaks() {
    let (mut call, then) = answered("", Answer::Missing);
    assert_eq!(then, ["play en/message_full"]);
    assert_eq!(call.hears(), ["hangup Normal"]);
    let (_, then) = answered("on_full = \"full\"\n", Answer::Missing);
    assert_eq!(then, ["hangup full", "play en/c"]);
    for silent in [
        Answer::Bad("damaged".to_owned()),
        Answer::NoAnswer("busy".to_owned()),
    ] {
        let (_, then) = answered("", silent);
        assert_eq!(then, ["play en/message_ask"], "nobody is turned away");
    }
    let mut call = Call::new(&text(""));
    call.starts();
    assert_eq!(call.waits(700), ["hold"]);
    assert_eq!(call.waits(550), ["stop", "play en/message_ask"]);
}

#[test]
fn g1_what_the_disk_does_not_take_is_told_and_becomes_a_ticket() {
    let id = RecordingId {
        part: 2,
        call: CallId::new(7),
    };
    let ends = |call: &mut Call, first: &str| {
        let told = call.gets(Input::RecordFailed(id));
        assert_eq!(told.len(), 3, "{told:?}");
        assert_eq!((&*told[0], &*told[2]), (first, "play en/message_failed"));
        assert!(told[1].contains("could not be recorded"), "{told:?}");
        assert_eq!(call.gets(Input::RecordFailed(id)), [""; 0], "told once");
        assert_eq!(call.hears(), ["hangup on", "play en/b"]);
    };
    let mut call = spoken("next = \"on\"\n", 12);
    ends(&mut call, "end");
    let mut call = spoken("next = \"on\"\n", 12);
    call.presses("#");
    ends(&mut call, "stop");
    let mut call = spoken("", 12);
    let other = RecordingId { part: 3, ..id };
    assert_eq!(call.gets(Input::RecordFailed(other)), [""; 0]);
}

#[test]
fn e22_a_box_has_a_name_that_is_there() {
    check_edit(
        "[hangup.bye]",
        "[voicemail.bye]\nbox = \"suport\"\nprompt = \"hello\"\non_full = \"end\"\n[hangup.end]",
        &[
            "19:12: error: `bye` says it, and there is no sound `zh-CN/message_short`",
            "19:12: error: `bye` says it, and there is no sound `en/message_short`",
            "19:12: error: `bye` says it, and there is no sound `zh-CN/message_failed`",
            "19:12: error: `bye` says it, and there is no sound `en/message_failed`",
            "19:12: error: `bye` says it, and there is no sound `zh-CN/message_review`",
            "19:12: error: `bye` says it, and there is no sound `en/message_review`",
            "19:12: error: `bye` says it, and there is no sound `zh-CN/message_left`",
            "19:12: error: `bye` says it, and there is no sound `en/message_left`",
            "19:12: error: `bye` says it, and there is no sound `zh-CN/message_none`",
            "19:12: error: `bye` says it, and there is no sound `en/message_none`",
            "20:7: error: no mailbox `suport` | did you mean `support`?",
        ],
    );
}

#[test]
fn e22_a_box_is_an_end_of_a_call() {
    let script = crate::good_script::script(
        "main",
        &text("next = \"on\"\n").replace("prompt = \"b\"\n", ""),
    );
    let mut found = ivr::check_house(&ivr::House {
        scripts: std::slice::from_ref(&std::sync::Arc::into_inner(script).expect("ours alone")),
        entrances: &[],
        enters: &|_| None,
        lasts: &|_| Some(Duration::from_secs(5)),
        patience: Patience {
            prompts: 6,
            time: Duration::from_secs(120),
        },
    });
    found.retain(ivr::Diagnostic::is_error);
    assert_eq!(found, [], "he was told what became of his message");
}
