//! What `check` tells of scripts that read well and yet would not do: names, ways, variables, inputs.

use crate::diagnostics::{check_edit, findings};
use crate::good_script::GOOD;

#[test]
fn names_must_exist_in_the_world() {
    let rows: &[(&str, &str, &[&str])] = &[
        (
            "queue = \"support\"",
            "queue = \"suport\"",
            &["15:9: error: no queue `suport` | did you mean `support`?"],
        ),
        (
            "on_timeout = \"bye\"",
            "on_timeout = \"by\"",
            &["16:14: error: no node `by` | did you mean `bye`?"],
        ),
        (
            "[hangup.bye]",
            "[hours.bye]\ncalendar = \"ofice\"\nopen = \"end\"\nclosed = \"end\"\n[hangup.end]",
            &["20:12: error: no calendar `ofice` | did you mean `office`?"],
        ),
        (
            "[hangup.bye]",
            "[language.bye]\nto = \"en-GB\"\nnext = \"end\"\n[hangup.end]",
            &["20:6: error: no language in this script `en-GB`"],
        ),
        (
            "[hangup.bye]",
            "[transfer.bye]\nto = \"script:nigth\"",
            &["20:6: error: no script `nigth` | did you mean `night`?"],
        ),
        (
            "[hangup.bye]",
            "[transfer.bye]\nto = \"agent:1009\"\non_busy = \"end\"\non_no_answer = \"end\"\non_failure = \"end\"\n[hangup.end]",
            &["20:6: error: no agent `1009` | did you mean `1001`?"],
        ),
        (
            "[hangup.bye]",
            "[transfer.bye]\nto = \"number:999999\"\non_busy = \"end\"\non_no_answer = \"end\"\non_failure = \"end\"\n[hangup.end]",
            &["20:6: error: no number `999999`"],
        ),
        (
            "[hangup.bye]",
            "[transfer.bye]\nto = \"queu:support\"\n",
            &[
                "20:6: error: `queu:support` is no target; expected \"number:…\", \"agent:…\", \"queue:…\" or \"script:…\" | did you mean `queue`?",
            ],
        ),
        (
            "[hangup.bye]",
            "[transfer.bye]\nto = \"agent:\"\n",
            &["20:6: error: `agent:` names no agent"],
        ),
        (
            "[hangup.bye]",
            "[transfer.bye]\nto = \"agent:1001\"\non_busy = \"end\"\n[hangup.end]",
            &[
                "19:11: error: `transfer.bye` needs `on_no_answer`",
                "19:11: error: `transfer.bye` needs `on_failure`",
            ],
        ),
        (
            "[hangup.bye]",
            "[transfer.bye]\nto = \"queue:support\"\nwait_s = 5\non_busy = \"end\"\non_no_answer = \"end\"\non_failure = \"end\"\n[hangup.end]",
            &["21:1: error: `wait_s` has no meaning for `queue:support`"],
        ),
        (
            "[hangup.bye]",
            "[transfer.bye]\nto = \"script:night\"\non_busy = \"end\"\nring_s = 5\n[hangup.end]",
            &[
                "21:1: error: `on_busy` is never taken: `script:night` has no way back",
                "22:1: error: `ring_s` has no meaning for `script:night`",
                "23:9: warning: no way leads to `end`",
            ],
        ),
        (
            "[hangup.bye]",
            "[transfer.bye]\nto = \"script:night\"\nby_region = true",
            &["21:1: error: `by_region` has no meaning for `script:night`"],
        ),
    ];
    for (find, replace, expected) in rows {
        check_edit(find, replace, expected);
    }
}

#[test]
fn e22_no_caller_can_be_trapped() {
    let rows: &[(&str, &str, &[&str])] = &[
        (
            "[hangup.bye]",
            "[hangup.bye]\n[hangup.other]",
            &["20:9: warning: no way leads to `other`"],
        ),
        (
            "on_timeout = \"bye\"",
            "on_timeout = \"agents\"",
            &["16:14: error: a caller who does nothing goes round for ever: `agents` → `agents`"],
        ),
        (
            "on_failure = \"bye\"",
            "on_failure = \"welcome\"",
            &["12:14: error: a caller who does nothing goes round for ever: `welcome` → `welcome`"],
        ),
        (
            "[hangup.bye]",
            "[hours.bye]\ncalendar = \"office\"\nopen = \"bye\"\nclosed = \"end\"\n[hangup.end]",
            &["21:8: error: a caller who does nothing goes round for ever: `bye` → `bye`"],
        ),
        (
            "[hangup.bye]",
            "[transfer.bye]\nto = \"agent:1001\"\nwait_s = 5\non_busy = \"bye\"\non_no_answer = \"end\"\non_failure = \"end\"\n[hangup.end]",
            &["22:11: error: a caller who does nothing goes round for ever: `bye` → `bye`"],
        ),
        (
            "[hangup.bye]",
            "[play.bye]\nprompt = \"hello\"\nnext = \"again\"\n[play.again]\nprompt = \"hello\"\nnext = \"bye\"",
            &[
                "24:8: error: a caller who does nothing goes round for ever: `bye` → `again` → `bye` | let one of",
            ],
        ),
        // A way back by a key is no trap.
        (
            "keys = { 1 = \"agents\" }",
            "keys = { 1 = \"agents\", \"*\" = \"welcome\" }",
            &[],
        ),
        (
            "[hangup.bye]",
            "[queue.welcome]\nqueue = \"sales\"\n[hangup.bye]",
            &["19:8: error: there is a node `welcome` already: `menu` on line 9"],
        ),
        (
            "[hangup.bye]",
            "[hangup.\"b y\"]\n[hangup.bye]",
            &["19:9: error: `b y` is no name"],
        ),
        (
            "[hangup.bye]",
            "[hangup]\ncause = \"normal\"\n[hangup.bye]",
            &["20:1: error: `cause` stands outside a table | write `[hangup.NAME]` above it"],
        ),
    ];
    for (find, replace, expected) in rows {
        check_edit(find, replace, expected);
    }
}

/// The good script with nodes between the menu and its end.
fn with_branch(when: &str, before: &str) -> String {
    let start = if before.is_empty() {
        "choose"
    } else {
        "before"
    };
    GOOD.replace("start = \"welcome\"", &format!("start = \"{start}\""))
        + &format!("\n[branch.choose]\nwhen = [\n  {when},\n]\notherwise = \"welcome\"\n{before}")
}

#[test]
fn e18_expressions_are_typed_and_variables_set_before_use() {
    let rows: &[(&str, &str, &[&str])] = &[
        ("{ if = \"caller.vip > 0\", go = \"agents\" }", "", &[]),
        (
            "{ if = \"caller.vip > \", go = \"agents\" }",
            "",
            &["23:24: error: expected a value, found the end"],
        ),
        (
            "{ if = \"caller.vip = 0\", go = \"agents\" }",
            "",
            &["23:22: error: `=` does not compare | write `==` to compare"],
        ),
        (
            "{ if = 'caller.number < 5', go = \"agents\" }",
            "",
            &["23:11: error: `<` compares numbers, this is a text"],
        ),
        (
            "{ if = \"caller.numer == ''\", go = \"agents\" }",
            "",
            &["23:11: error: no variable `caller.numer`"],
        ),
        (
            "{ if = \"caller.number\", go = \"agents\" }",
            "",
            &["23:11: error: a truth is needed here, this is a text"],
        ),
        (
            "{ if = \"caller.number == \\\"1\\\" and x\", go = \"agents\" }",
            "",
            &["23:10: error: no variable `x`"],
        ),
        (
            "{ if = 5, go = \"agents\" }",
            "",
            &["23:10: error: a truth is needed here, this is a number"],
        ),
        (
            "{ if = 5.5, go = \"agents\" }",
            "",
            &["23:10: error: `if` cannot be `5.5`"],
        ),
        (
            "{ if = \"true\", go = \"agent\" }",
            "",
            &["23:23: error: no node `agent` | did you mean `agents`?"],
        ),
        (
            "{ if = \"true\" }",
            "",
            &["23:3: error: `branch.choose.when` needs `go`"],
        ),
        (
            "{ iff = \"true\", go = \"agents\" }",
            "",
            &[
                "23:3: error: `branch.choose.when` needs `if`",
                "23:5: error: unknown key `iff` in `branch.choose.when` | did you mean `if`?",
            ],
        ),
        (
            "5",
            "",
            &["23:3: error: `when` cannot be `5`; expected a list such as"],
        ),
        (
            "{ if = \"vip\", go = \"agents\" }",
            "[set.before]\nvalues = { vip = \"caller.vip > 1\" }\nnext = \"choose\"\n",
            &[],
        ),
        (
            "{ if = \"vip\", go = \"agents\" }",
            "[set.before]\nvalues = { vip = \"caller.vip\" }\nnext = \"choose\"\n",
            &["23:11: error: a truth is needed here, this is a number"],
        ),
        (
            "{ if = \"a == 1\", go = \"agents\" }",
            "[branch.before]\nwhen = [{ if = \"caller.vip > 1\", go = \"some\" }]\notherwise = \"choose\"\n[set.some]\nvalues = { a = 1 }\nnext = \"choose\"\n",
            &["23:11: error: `a` may be unset here"],
        ),
        (
            "{ if = \"pin == '1'\", go = \"agents\" }",
            "[collect.before]\nprompt = \"hello\"\ninto = \"pin\"\nnext = \"choose\"\non_failure = \"choose\"\n",
            &["23:11: error: `pin` may be unset here"],
        ),
        (
            "{ if = \"pin == '1'\", go = \"agents\" }",
            "[collect.before]\nprompt = \"hello\"\ninto = \"pin\"\nnext = \"choose\"\non_failure = \"bye\"\n",
            &[],
        ),
        (
            "{ if = \"pin == 1\", go = \"agents\" }",
            "[collect.before]\nprompt = \"hello\"\ninto = \"pin\"\nnext = \"choose\"\non_failure = \"bye\"\n",
            &["23:11: error: a text cannot equal a number"],
        ),
        (
            "{ if = \"day < 20000101\", go = \"agents\" }",
            "[collect.before]\nprompt = \"hello\"\ninto = \"day\"\nkind = \"date\"\nnext = \"choose\"\non_failure = \"bye\"\n",
            &[],
        ),
        (
            "{ if = \"a\", go = \"agents\" }",
            "[set.before]\nvalues = { a = true }\nnext = \"then\"\n[set.then]\nvalues = { a = \"'x'\" }\nnext = \"choose\"\n",
            &["30:12: error: `a` becomes a text here and is a truth elsewhere"],
        ),
        (
            "{ if = \"true\", go = \"agents\" }",
            "[set.before]\nvalues = { caller.vip = 1 }\nnext = \"choose\"\n",
            &["27:12: error: `caller` cannot be set"],
        ),
        (
            "{ if = \"true\", go = \"agents\" }",
            "[set.before]\nvalues = { now = 1, and = 2 }\nnext = \"choose\"\n",
            &[
                "27:12: error: `now` cannot be set",
                "27:21: error: `and` cannot be set",
            ],
        ),
    ];
    for (when, before, expected) in rows {
        let found = findings(&with_branch(when, before));
        let shown = format!("{when}\n{before}\n{found:#?}");
        assert_eq!(found.len(), expected.len(), "{shown}");
        for (found, expected) in found.iter().zip(*expected) {
            assert!(found.starts_with(expected), "{shown}\n expected {expected}");
        }
    }
}

#[test]
fn e5_inputs_fit_their_kind() {
    let node = |keys: &str| {
        GOOD.replace("[hangup.bye]", &format!("[collect.bye]\nprompt = \"hello\"\ninto = \"x\"\n{keys}\nnext = \"end\"\non_failure = \"end\"\n[hangup.end]"))
    };
    let rows: &[(&str, &[&str])] = &[
        ("kind = \"date\"", &[]),
        (
            "kind = \"dates\"",
            &[
                "22:8: error: `dates` is no kind; expected \"digits\", \"phone\", \"id_card\", \"date\" or \"money\" | did you mean `date`?",
            ],
        ),
        (
            "kind = \"date\"\nmax = 6",
            &[
                "23:7: error: an input of kind `date` has 8 to 8 keys, not 6 to 6 | leave `min` and `max` out",
            ],
        ),
        (
            "min = 5\nmax = 4",
            &["23:7: error: `min` (5) is more than `max` (4)"],
        ),
        ("min = 30", &[]),
        (
            "max = 65",
            &["22:7: error: `max` cannot be `65`; expected a whole number from 1 to 64"],
        ),
        (
            "kind = \"money\"\nuntil = \"*\"",
            &["23:9: error: `until` cannot be `*`: that key belongs to the input of kind `money`"],
        ),
        ("until = \"5\"", &["22:9: error: `until` cannot be `5`"]),
        (
            "until = \"##\"",
            &["22:9: error: `##` is no key of a phone"],
        ),
        ("until = \"\"", &[]),
        (
            "confirmed = true",
            &["22:1: error: unknown key `confirmed` in `collect.bye` | did you mean `confirm`?"],
        ),
        (
            "digit_timeout_s = 61",
            &["22:19: error: `digit_timeout_s` cannot be `61`"],
        ),
    ];
    for (keys, expected) in rows {
        let found = findings(&node(keys));
        assert_eq!(found.len(), expected.len(), "{keys}\n{found:#?}");
        for (found, expected) in found.iter().zip(*expected) {
            assert!(
                found.starts_with(expected),
                "{keys}\n found    {found}\n expected {expected}"
            );
        }
    }
}

#[test]
fn a_misspelt_queue_is_told_once_although_a_test_names_the_right_one() {
    let text = GOOD.replace("queue = \"support\"", "queue = \"suport\"");
    let test = "[[test]]\nname = \"a\"\nqueue = { support = \"full\" }\nexpect = []\n";
    let found = findings(&format!("{text}\n{test}"));
    assert_eq!(
        found,
        ["15:9: error: no queue `suport` | did you mean `support`?"]
    );
}
