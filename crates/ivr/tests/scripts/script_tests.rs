//! The `[[test]]` runner: what passes, what fails, and how a failure reads.

use std::collections::BTreeMap;

use crate::good_script::{GOOD, calendars, plan, script};
use ivr::test::run_all;
use ivr::{Environment, TestOutcome};

fn outcomes(text: &str) -> Vec<TestOutcome> {
    let (script, calendars, scripts) = (script("main", text), calendars(), BTreeMap::new());
    run_all(
        &script,
        &Environment {
            calendars: &calendars,
            scripts: &scripts,
            plan: &plan(),
        },
    )
}

/// The outcome of one test of the good script.
fn outcome(test: &str) -> TestOutcome {
    let mut found = outcomes(&format!("{GOOD}\n[[test]]\nname = \"x\"\n{test}\n"));
    assert_eq!(found.len(), 1);
    found.remove(0)
}

#[test]
fn tests_that_say_what_happens_pass() {
    let rows = [
        "press = [\"1\"]\nexpect = [\"menu welcome\", \"queue support\"]",
        "press = [\"1\"]\nqueue = { support = \"timeout\" }\nexpect = [\"menu welcome\", \"queue support\", \"hangup\"]",
        "press = [\"1\"]\nqueue = { support = \"abandoned\" }\nexpect = [\"menu welcome\", \"queue support\"]",
        "press = [\"1\", \"hangup\"]\nqueue = { support = \"timeout\" }\nexpect = [\"menu welcome\", \"queue support\"]",
        "press = [\"1\", \"wait\"]\nqueue = { support = \"full\" }\nexpect = [\"menu welcome\", \"queue support\", \"hangup\"]",
        "expect = [\"menu welcome\", \"hangup\"]",
        "press = [\"wait\", \"wait\", \"1\"]\nexpect = [\"menu welcome\", \"queue support\"]",
        "press = [\"9\", \"9\", \"9\"]\nexpect = [\"menu welcome\", \"hangup\"]",
        "press = [\"hangup\"]\nexpect = [\"menu welcome\"]",
    ];
    for test in rows {
        let found = outcome(test);
        assert!(found.passed && found.message.is_none(), "{test}\n{found:?}");
        assert_eq!(found.expected, found.actual);
        assert_eq!(found.line, 21);
    }
}

#[test]
fn tests_that_say_something_else_fail_and_tell_where() {
    let rows = [
        (
            "press = [\"1\"]\nexpect = [\"menu welcome\", \"queue sales\"]",
            "step 2: expected `queue sales`, was `queue support`",
        ),
        (
            "press = [\"1\"]\nexpect = [\"menu welcome\"]",
            "step 2: expected the end, was `queue support`",
        ),
        (
            "expect = [\"menu welcome\", \"hangup\", \"hangup\"]",
            "step 3: expected `hangup`, but the call was over",
        ),
        (
            "press = [\"1\", \"wait\", \"5\", \"5\"]\nexpect = [\"menu welcome\", \"queue support\"]",
            "the call was over before the last 2 of `press`",
        ),
        (
            "expect = []",
            "step 1: expected the end, was `menu welcome`",
        ),
    ];
    for (test, message) in rows {
        let found = outcome(test);
        assert!(!found.passed, "{test}");
        assert_eq!(found.message.as_deref(), Some(message), "{test}");
    }
}

#[test]
fn hours_transfers_and_variables_are_those_of_the_test() {
    let text = r#"title = { en = "x" }
languages = ["en", "de"]
start = "when"
[hours.when]
calendar = "office"
open = "who"
closed = "end"
[branch.who]
when = [{ if = "caller.vip > 1 or caller.number == '' or called == '5000' or language == 'de'", go = "boss" }]
otherwise = "end"
[transfer.boss]
to = "agent:1001"
on_busy = "german"
on_no_answer = "end"
on_failure = "end"
[language.german]
to = "de"
next = "end"
[hangup.end]
[[test]]
name = "closed"
at = "2026-11-21T10:00:00+08:00"
expect = ["hours office closed", "hangup"]
[[test]]
name = "a holiday goes where closed goes"
at = 2026-10-01T10:00:00+08:00
expect = ["hours office holiday", "hangup"]
[[test]]
name = "closed out of turn goes where closed goes"
at = "2026-11-20T10:00:00+08:00"
emergency = ["office"]
expect = ["hours office emergency", "hangup"]
[[test]]
name = "vip"
at = "2026-11-20T10:00:00+08:00"
vip = 2
expect = ["hours office open", "branch who", "transfer agent:1001"]
[[test]]
name = "withheld"
at = "2026-11-20T10:00:00+08:00"
caller = ""
transfer = { "agent:1001" = "busy" }
expect = ["hours office open", "branch who", "transfer agent:1001", "language de", "hangup"]
[[test]]
name = "dialled"
at = "2026-11-20T10:00:00+08:00"
called = "5000"
transfer = { "agent:1001" = "no_answer" }
expect = ["hours office open", "branch who", "transfer agent:1001", "hangup"]
[[test]]
name = "language"
at = "2026-11-20T10:00:00+08:00"
language = "de"
expect = ["hours office open", "branch who", "transfer agent:1001"]
[[test]]
name = "nobody in particular"
at = "2026-11-20T10:00:00+08:00"
expect = ["hours office open", "branch who", "hangup"]
"#;
    let text = text.replace(
        "title = { en = \"x\" }",
        "title = { en = \"x\", de = \"x\" }",
    );
    let found = outcomes(&text);
    assert_eq!(found.len(), 8);
    for one in found {
        assert!(one.passed, "{one:#?}");
    }
}
