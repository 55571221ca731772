//! `collect` with `confirm`: the answer is said back, taken or corrected, and the way out is bounded (E3, E5).

use crate::diagnostics::findings;
use crate::driver::{Call, nodes};
use crate::good_script::GOOD;

/// Three tries.
fn confirmed(keys: &str) -> String {
    nodes(&format!(
        "[collect.start]\nprompt = \"a\"\ninto = \"answer\"\nconfirm = true\n{keys}\nnext = \"right\"\non_failure = \"failed\"\n\
         [hangup.right]\n[hangup.failed]\n"
    ))
}

const AGAIN: &str = "play en/a";

/// What is said of digits, without the word `play`.
fn said(words: &str) -> String {
    let words = words.split(' ').map(|word| match word {
        "," => ",".to_owned(),
        word => format!("en/{word}"),
    });
    let words: Vec<String> = words.collect();
    format!("play en/input_entered {} en/input_confirm", words.join(" "))
}

#[test]
fn e5_an_answer_is_said_back_as_people_say_it_and_taken_by_1() {
    let rows: &[(&str, &str, &str, &str)] = &[
        ("max = 4", "1234", "digit_1 digit_2 digit_3 digit_4", "1234"),
        (
            "kind = \"date\"",
            "20260301",
            "say_the ordinal_1 say_of month_3 say_20 say_20 digit_6",
            "20260301",
        ),
        (
            "kind = \"money\"",
            "12*50#",
            "say_12 money_cny say_and say_50 money_fen",
            "12.50",
        ),
    ];
    for (keys, pressed, words, value) in rows {
        let mut call = Call::new(&confirmed(keys));
        call.starts();
        let heard = call.presses(pressed);
        assert_eq!(heard.first().map(String::as_str), Some("stop"), "{keys}");
        let heard = heard.last().cloned().unwrap_or_default();
        assert!(heard.starts_with("play en/input_entered "), "{heard}");
        assert!(heard.ends_with(" en/input_confirm"), "{heard}");
        assert_eq!(heard, said(words), "{keys}");
        assert_eq!(call.variable("answer"), None, "{keys}: not yet");
        assert_eq!(call.hears(), [""; 0], "{keys}");
        assert_eq!(
            call.presses("1"),
            ["hangup right", "hangup Normal"],
            "{keys}"
        );
        assert_eq!(call.variable("answer").as_deref(), Some(*value), "{keys}");
    }
}

#[test]
fn e5_a_key_cuts_the_reading_back_and_counts() {
    let mut call = Call::new(&confirmed("max = 4"));
    call.starts();
    call.presses("1234");
    assert_eq!(call.presses("1"), ["stop", "hangup right", "hangup Normal"]);
}

#[test]
fn e5_the_hash_after_a_full_length_does_not_answer_the_question() {
    let mut call = Call::new(&confirmed("max = 4"));
    call.starts();
    call.presses("1234");
    assert_eq!(call.presses("#"), [""; 0]);
    assert_eq!(call.presses("1"), ["stop", "hangup right", "hangup Normal"]);
}

#[test]
fn e5_the_first_correction_is_no_failed_try_and_further_ones_are() {
    let mut call = Call::new(&confirmed("max = 4\ntries = 2"));
    call.starts();
    for (pressed, answer) in [
        ("1111", AGAIN), // the correction
        ("2222", AGAIN), // the first failed try
    ] {
        call.presses(pressed);
        call.hears();
        assert_eq!(call.presses("2"), [answer], "{pressed}");
    }
    call.presses("3333");
    call.hears();
    assert_eq!(
        call.presses("2"),
        ["hangup failed", "hangup Normal"],
        "the second failed try is the last"
    );
    assert_eq!(call.variable("answer"), None);
}

#[test]
fn e3_who_says_nothing_to_it_hears_it_again_and_is_let_go() {
    let mut call = Call::new(&confirmed("max = 2\ntries = 2\ntimeout_s = 5"));
    call.starts();
    call.presses("12");
    call.hears();
    assert_eq!(call.waits(4_999), [""; 0]);
    assert_eq!(call.waits(1), [said("digit_1 digit_2")]);
    call.hears();
    assert_eq!(call.waits(5_000), ["hangup failed", "hangup Normal"]);
    assert_eq!(call.variable("answer"), None, "nobody has confirmed it");
}

#[test]
fn e3_another_key_is_a_failed_try_and_it_is_said_again() {
    let mut call = Call::new(&confirmed("max = 2\ntries = 2"));
    call.starts();
    call.presses("12");
    call.hears();
    assert_eq!(call.presses("7"), [said("digit_1 digit_2")]);
    call.hears();
    assert_eq!(call.presses("1"), ["hangup right", "hangup Normal"]);
    assert_eq!(call.variable("answer").as_deref(), Some("12"));
}

#[test]
fn s22_a_secret_is_not_said_back() {
    let text = GOOD.replace(
        "[hangup.bye]",
        "[collect.bye]\nprompt = \"hello\"\ninto = \"x\"\nconfirm = true\nsecret = true\nnext = \"end\"\non_failure = \"end\"\n[hangup.end]",
    );
    let found = findings(&text);
    assert_eq!(
        found,
        [
            "22:1: error: a secret is not said back to the caller | leave `confirm` out; ask twice, and compare with `branch`"
        ]
    );
}

#[test]
fn e14_the_words_and_numbers_of_reading_back_have_their_sounds() {
    let text = GOOD.replace(
        "[hangup.bye]",
        "[collect.bye]\nprompt = \"hello\"\ninto = \"x\"\nconfirm = true\nnext = \"end\"\non_failure = \"end\"\n[hangup.end]",
    );
    let found = findings(&text);
    let of = |part: &str| found.iter().filter(|one| one.contains(part)).count();
    assert_eq!(
        of("there is no sound `zh-CN/input_entered`"),
        1,
        "{found:#?}"
    );
    assert_eq!(of("there is no sound `en/input_confirm`"), 1, "{found:#?}");
    assert_eq!(
        of("values are said here, and there is no sound"),
        2,
        "{found:#?}"
    );
}
