//! Extensions that a caller dials in a menu, and the agent to whom one leads (E6).

use crate::diagnostics::findings;
use crate::driver::{Call, nodes};
use crate::good_script::GOOD;

/// Keys 0 and 9, extensions of four digits with 8, and of three with 70.
fn menu() -> String {
    nodes(
        "[menu.start]\nprompt = \"a\"\nkeys = { 0 = \"zero\", 8 = \"eight\" }\n\
         extensions = { 8xxx = \"colleague\", 70x = \"shop\" }\ninto = \"extension\"\ntries = 2\non_failure = \"failed\"\n\
         [transfer.colleague]\nto = \"agent:{extension}\"\non_busy = \"failed\"\non_no_answer = \"failed\"\non_failure = \"failed\"\n\
         [hangup.zero]\n[hangup.eight]\n[hangup.shop]\n[hangup.failed]\n",
    )
}

fn at_the_menu() -> Call {
    let mut call = Call::new(&menu());
    call.starts();
    assert_eq!(call.hears(), [""; 0]);
    call
}

#[test]
fn e6_an_extension_that_is_whole_is_rung_at_once() {
    let mut call = at_the_menu();
    assert_eq!(
        call.presses("8001"),
        ["transfer colleague", "transfer Agent(\"8001\") 25s"]
    );
    assert_eq!(call.variable("extension").as_deref(), Some("8001"));
    let mut call = at_the_menu();
    assert_eq!(call.presses("705"), ["hangup shop", "hangup Normal"]);
}

#[test]
fn e6_a_key_that_begins_no_extension_is_taken_at_once() {
    assert_eq!(at_the_menu().presses("0"), ["hangup zero", "hangup Normal"]);
}

#[test]
fn e6_a_key_with_which_an_extension_begins_is_taken_after_the_pause() {
    let mut call = at_the_menu();
    assert_eq!(call.presses("8"), [""; 0]);
    assert_eq!(call.waits(2_499), [""; 0]);
    assert_eq!(call.waits(1), ["hangup eight", "hangup Normal"]);
}

#[test]
fn e3_what_is_neither_is_a_failed_try() {
    for dialled in ["7", "80", "71", "8*", "7*", "5"] {
        let mut call = at_the_menu();
        let mut heard = call.presses(dialled);
        heard.extend(call.waits(2_500));
        assert_eq!(heard, ["play en/a"], "{dialled}");
        call.hears();
        assert_eq!(call.variable("extension"), None, "{dialled}");
        assert_eq!(
            call.presses("0"),
            ["hangup zero", "hangup Normal"],
            "{dialled}: what he dialled before is forgotten"
        );
    }
}

#[test]
fn e4_the_first_digit_of_an_extension_cuts_the_prompt_and_counts() {
    let mut call = Call::new(&menu());
    call.starts();
    assert_eq!(
        call.presses("705"),
        ["stop", "hangup shop", "hangup Normal"]
    );
}

#[test]
fn e6_what_does_not_fit_together_is_told() {
    let rows: &[(&str, &[&str])] = &[
        ("extensions = { 8xxx = \"bye\" }\ninto = \"who\"", &[]),
        (
            "extensions = { 8xxx = \"bye\" }",
            &["13:1: error: `extensions` need `into`: the variable that takes what was dialled"],
        ),
        (
            "into = \"who\"",
            &["13:1: error: `into` has no meaning without `extensions` | leave it out"],
        ),
        (
            "extensions = { 12x = \"bye\" }\ninto = \"who\"",
            &[
                "11:14: warning: the key `1` waits for `digit_timeout_s`: the extension `12x` begins with it | use another key",
            ],
        ),
        (
            "extensions = { 8xx = \"bye\", x01 = \"bye\" }\ninto = \"who\"",
            &["13:29: error: `8xx` and `x01` fit the same number"],
        ),
        (
            "extensions = { 80 = \"bye\", 8xxx = \"bye\" }\ninto = \"who\"",
            &["13:16: warning: who dials `80` waits for `digit_timeout_s`: `8xxx` begins alike"],
        ),
        (
            "extensions = { 8-00 = \"bye\" }\ninto = \"who\"",
            &[
                "13:16: error: `8-00` is no extension; expected 2 to 20 digits, with `x` for any digit | `8xxx` is every number from 8000 to 8999",
            ],
        ),
        (
            "extensions = { 8xxx = \"by\" }\ninto = \"who\"",
            &["13:23: error: no node `by` | did you mean `bye`?"],
        ),
        (
            "extensions = { 8xxx = \"bye\" }\ninto = \"now\"",
            &["14:8: error: `now` cannot be set"],
        ),
    ];
    for (keys, expected) in rows {
        let text = GOOD.replace("\"bye\"\n\n[queue", &format!("\"bye\"\n{keys}\n\n[queue"));
        let found = findings(&text);
        let shown = format!("{keys}\n{found:#?}");
        assert_eq!(found.len(), expected.len(), "{shown}");
        for (found, expected) in found.iter().zip(*expected) {
            assert!(found.starts_with(expected), "{shown}");
        }
    }
}

#[test]
fn s20_a_caller_dials_agents_and_no_number_on_our_account() {
    for (to, expected) in [
        (
            "number:{caller.number}",
            "only an agent may be named by what a caller dials | write `agent:{extension}`",
        ),
        ("queue:{called}", "only an agent may be named"),
        ("script:{called}", "only an agent may be named"),
        ("agent:{extension}", "no variable `extension`"),
    ] {
        let text = GOOD.replace(
            "[hangup.bye]",
            &format!("[transfer.bye]\nto = \"{to}\"\non_busy = \"end\"\non_no_answer = \"end\"\non_failure = \"end\"\n[hangup.end]"),
        );
        let found = findings(&text);
        assert!(
            found.iter().any(|one| one.contains(expected)),
            "{to}: {found:#?}"
        );
    }
}
