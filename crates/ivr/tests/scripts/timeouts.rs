//! E2: a script's head says how long its callers may take, unless a node says it itself.

use ivr::Input;

use crate::diagnostics::findings;
use crate::driver::{Call, nodes};
use crate::good_script::GOOD;
use crate::survey::{asks, form};

/// A call of a script with this in its head.
fn call(head: &str, text: &str) -> Call {
    let text = nodes(text).replacen("title", &format!("{head}\ntitle"), 1);
    Call::new(&text)
}

const ELDERLY: &str = "timeout_s = 12\ndigit_timeout_s = 6";
const END: &str = "[hangup.end]\nprompt = \"b\"\n";
const GONE: [&str; 2] = ["hangup end", "play en/b"];

#[test]
fn e2_a_menu_waits_as_long_as_the_head_says_unless_it_says_it_itself() {
    let menu = |own: &str| {
        format!(
            "[menu.start]\nprompt = \"a\"\nkeys = {{ 1 = \"end\" }}\ntries = 1\n{own}\non_failure = \"end\"\n{END}"
        )
    };
    for (head, own, ms) in [
        ("", "", 5_000),
        (ELDERLY, "", 12_000),
        (ELDERLY, "timeout_s = 4", 4_000),
        ("timeout_s = 3", "", 3_000),
        ("digit_timeout_s = 6", "", 5_000),
    ] {
        let mut call = call(head, &menu(own));
        call.starts();
        call.hears();
        assert_eq!(call.waits(ms - 1), [""; 0], "{head} {own}");
        assert_eq!(call.waits(1), GONE, "{head} {own}");
    }
}

#[test]
fn e2_a_pause_between_digits_is_as_long_as_the_head_says() {
    let collect = |own: &str| {
        format!(
            "[collect.start]\nprompt = \"a\"\ninto = \"x\"\n{own}\nnext = \"end\"\non_failure = \"end\"\n{END}"
        )
    };
    for (own, ms) in [("", 6_000), ("digit_timeout_s = 2", 2_000)] {
        let mut call = call(ELDERLY, &collect(own));
        call.starts();
        call.hears();
        call.presses("12");
        assert_eq!(call.waits(ms - 1), [""; 0], "{own}");
        assert_eq!(call.waits(1), GONE, "{own}");
        assert_eq!(call.variable("x").as_deref(), Some("12"));
    }
}

#[test]
fn e2_what_has_no_key_for_it_waits_at_least_so_long() {
    let survey = format!("[survey.start]\nform = \"service\"\nnext = \"end\"\n{END}");
    let closing = "[closing.start]\ncalendar = \"office\"\n".to_owned();
    let later = format!(
        "[callback.start]\nqueue = \"support\"\nprompt = \"a\"\naccepted = \"end\"\ndeclined = \"end\"\n{END}"
    );
    for (text, heard, usual_ms) in [
        (&survey, 2, 5_000),
        (&closing, 1, 8_000),
        (&later, 1, 5_000),
    ] {
        for (head, ms) in [
            ("", usual_ms),
            ("timeout_s = 2", usual_ms),
            (ELDERLY, 12_000),
        ] {
            // A node with a key of its own for it takes the head's word as it is.
            let ms = if text == &later && head == "timeout_s = 2" {
                2_000
            } else {
                ms
            };
            let mut call = call(head, text);
            let form = asks(form());
            call.scripts.insert(form.name().clone(), form.into());
            call.starts();
            for _ in 0..heard {
                call.hears();
            }
            assert_eq!(call.waits(ms - 1), [""; 0], "{head} {text}");
            assert_ne!(call.waits(1), [""; 0], "{head} {text}");
        }
    }
}

#[test]
fn e2_a_review_of_what_was_said_waits_at_least_so_long() {
    let text = format!("[record.start]\nprompt = \"a\"\ninto = \"x\"\nnext = \"end\"\n{END}");
    let mut call = call(ELDERLY, &text);
    call.starts();
    call.hears();
    call.hears();
    let recording = model::RecordingId {
        call: model::CallId::new(7),
        part: 2,
    };
    call.gets(Input::RecordBegan(recording));
    call.gets(Input::Spoke);
    call.waits(8_000);
    call.presses("#");
    call.hears();
    assert_eq!(call.waits(11_999), [""; 0]);
    assert_ne!(call.waits(1), [""; 0]);
}

#[test]
fn e2_a_part_keeps_the_time_outs_of_its_own_head() {
    let part = "title = { en = \"x\" }\nlanguages = [\"en\"]\nstart = \"ask\"\nprompt.p = { en = \"x\" }\n\
                [menu.ask]\nprompt = \"p\"\nkeys = { 1 = \"back\" }\ntries = 1\non_failure = \"back\"\n[return.back]\n";
    let text = format!(
        "[script.start]\nscript = \"identify\"\nargs = {{ number = \"called\" }}\nnext = \"end\"\n{END}"
    );
    let mut call = call(ELDERLY, &text);
    let (part, found) = ivr::parse("identify".into(), "identify.toml", part);
    assert_eq!(found, []);
    call.scripts
        .insert("identify".into(), part.expect("a script").into());
    call.starts();
    call.hears();
    assert_eq!(call.waits(4_999), [""; 0]);
    assert_eq!(call.waits(1), ["return back", GONE[0], GONE[1]]);
}

#[test]
fn e2_a_head_takes_what_a_node_takes() {
    for (line, expected) in [
        ("timeout_s = 12", &[][..]),
        (
            "timeout_s = 121",
            &["1:13: error: `timeout_s` cannot be `121`; expected seconds above 0, up to 120"][..],
        ),
        (
            "digit_timeout_s = 0",
            &["1:19: error: `digit_timeout_s` cannot be `0`; expected seconds above 0, up to 60"][..],
        ),
        (
            "timeout_s = \"slow\"",
            &["1:13: error: `timeout_s` cannot be `\"slow\"`; expected seconds above 0, up to 120"]
                [..],
        ),
    ] {
        assert_eq!(findings(&format!("{line}\n{GOOD}")), expected, "{line}");
    }
}
