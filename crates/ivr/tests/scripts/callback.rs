//! D21: the node in which a caller hangs up and keeps his place.

use ivr::{CallbackAnswer, Input};
use model::Caller;

use crate::driver::{Call, nodes};

const WAITS: &str = r#"
[queue.start]
queue = "support"
keys = { 1 = "later" }
on_timeout = "end"
on_no_agents = "end"
[hangup.end]
[hangup.goodbye]
prompt = "c"
"#;

/// Waiting, he presses 1; `keys` are those of the node that he comes to.
fn asks(keys: &str) -> Call {
    let later = "accepted = \"goodbye\"\ndeclined = \"start\"\n";
    let node = format!("{WAITS}[callback.later]\nqueue = \"support\"\n{keys}{later}");
    let mut call = Call::new(&nodes(&node));
    call.starts();
    call
}

#[test]
fn d21_who_asks_to_be_called_back_leaves_the_line_and_says_yes() {
    let mut call = asks("prompt = \"a\"\n");
    assert_eq!(
        call.presses("1"),
        ["leave", "callback later", "play en/a"],
        "he is asked first"
    );
    assert_eq!(call.hears(), [""; 0]);
    assert_eq!(call.presses("1"), ["call back the caller's for support"]);
    assert_eq!(call.presses("1"), [""; 0], "he has said so");
    let taken = call.gets(Input::CallbackAnswered(CallbackAnswer::Promised));
    assert_eq!(taken, ["hangup goodbye", "play en/c"]);
    assert_eq!(call.hears(), ["hangup Normal"]);
}

#[test]
fn d21_another_key_silence_and_a_refusal_lead_back_to_the_line() {
    let back = ["queue start", "join support 0s None"];
    let mut call = asks("prompt = \"a\"\ntimeout_s = 3\n");
    call.presses("1");
    assert_eq!(call.presses("7"), ["stop", back[0], back[1]]);
    call.presses("1");
    call.hears();
    assert_eq!(call.waits(2_999), [""; 0]);
    assert_eq!(call.waits(1), back);
    call.presses("1");
    call.presses("1");
    assert_eq!(
        call.gets(Input::CallbackAnswered(CallbackAnswer::Full)),
        back
    );
    // Late news of a question that was answered change nothing.
    assert_eq!(
        call.gets(Input::CallbackAnswered(CallbackAnswer::Promised)),
        [""; 0]
    );
}

#[test]
fn d21_without_a_prompt_coming_here_is_a_yes_and_the_number_may_be_another() {
    let mut call = asks("number = \"called\"\n");
    assert_eq!(
        call.presses("1"),
        ["leave", "callback later", "call back 4000 for support"]
    );
    assert_eq!(
        call.gets(Input::CallbackAnswered(CallbackAnswer::Promised)),
        ["hangup goodbye", "play en/c"]
    );
}

#[test]
fn d21_a_caller_who_changes_his_mind_for_ever_is_not_asked_for_ever() {
    let mut call = asks("prompt = \"a\"\n");
    for _ in 0..20 {
        assert_eq!(call.presses("1")[1..], ["callback later", "play en/a"]);
        call.presses("7");
    }
    let last = call.presses("1");
    assert!(!last.contains(&"play en/a".to_owned()), "{last:?}");
}

#[test]
fn a9_s15_a_number_that_may_not_be_called_has_an_exit_of_its_own() {
    let bad = CallbackAnswer::BadNumber;
    let mut call = asks("bad_number = \"end\"\n");
    call.presses("1");
    assert_eq!(
        call.gets(Input::CallbackAnswered(bad)),
        ["hangup end", "hangup Normal"]
    );
    let mut call = asks("");
    call.presses("1");
    assert_eq!(
        call.gets(Input::CallbackAnswered(bad))[0],
        "queue start",
        "without one it is the same as a no"
    );
}

#[test]
fn d21_a_number_is_read_back_digit_by_digit_but_nothing_of_a_secret() {
    let reads = |kind: &str| {
        let node = format!(
            "[collect.start]\nprompt = \"a\"\ninto = \"phone\"\nkind = \"phone\"\n{kind}next = \"back\"\non_failure = \"end\"\n\
             [play.back]\nprompt = \"b\"\ndigits = \"phone\"\nnext = \"end\"\n[hangup.end]\n"
        );
        let mut call = Call::new(&nodes(&node));
        call.starts();
        call.presses("4071#")
    };
    let said = "play en/b en/digit_4 en/say_oh en/digit_7 en/digit_1";
    assert_eq!(reads("").last().unwrap(), said);
    assert_eq!(reads("secret = true\n").last().unwrap(), "play en/b");
}

#[test]
fn d21_the_callers_number_is_read_back_as_it_is_dialled_here() {
    let node = "[play.start]\nprompt = \"b\"\ndigits = \"caller.national\"\nnext = \"end\"\n[hangup.end]\n";
    let rows = [
        (
            Caller::new("+86106552", None),
            "digit_8 digit_6 digit_1 say_oh , digit_6 digit_5 digit_5 digit_2",
        ),
        (
            Caller::new("+861065529988", None),
            "say_oh digit_1 say_oh , digit_6 digit_5 digit_5 digit_2 , digit_9 digit_9 digit_8 digit_8",
        ),
        (Caller::new("1001", None), "digit_1 say_oh say_oh digit_1"),
        (Caller::withheld(), ""),
    ];
    for (caller, digits) in rows {
        let mut call = Call::from(&nodes(node), |entry| entry.caller = caller.clone());
        let said = call.starts().pop().unwrap().replace("en/", "");
        assert_eq!(said, format!("play b {digits}").trim_end(), "{caller:?}");
    }
}
