//! Broken scripts and what an admin is told: file, line, column, what is wrong, what to write instead.
//!
//! Each row edits one good script; the expectation is every finding of `parse` and `check`, in order.

use crate::good_script::{GOOD, world};

use ivr::{Diagnostic, Severity, World, check, parse};
use model::ScriptName;
use speech::Language;

/// All findings as `LINE:COLUMN: severity: message`, the help after ` | `.
pub(crate) fn findings(text: &str) -> Vec<String> {
    findings_in(text, &world())
}

/// The same in another house.
pub(crate) fn findings_in(text: &str, house: &World) -> Vec<String> {
    let (script, mut found) = parse(ScriptName::from("main"), "ivr-scripts/main.toml", text);
    if let Some(script) = script {
        found.extend(check(&script, house));
    }
    found.sort_by_key(|one| (one.line, one.column));
    found.iter().map(told).collect()
}

fn told(one: &Diagnostic) -> String {
    assert_eq!(one.file, "ivr-scripts/main.toml");
    assert!(one.is_said_alike(), "{one:?}");
    let help = one.help.as_ref();
    let help = help.map_or(String::new(), |help| format!(" | {}", help.en));
    format!(
        "{}:{}: {}: {}{help}",
        one.line,
        one.column,
        one.severity.said_in(Language::English),
        one.message.en
    )
}

/// Edits the good script and compares each finding's beginning.
pub(crate) fn check_edit(find: &str, replace: &str, expected: &[&str]) {
    assert_eq!(
        GOOD.matches(find).count(),
        1,
        "{find:?} stands once in the good script"
    );
    let text = GOOD.replace(find, replace);
    let found = findings(&text);
    assert_eq!(found.len(), expected.len(), "{replace}\n{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            found.starts_with(expected),
            "{replace}\n found   {found}\n expected {expected}"
        );
    }
}

#[test]
fn the_good_script_has_no_findings() {
    assert_eq!(findings(GOOD), Vec::<String>::new());
}

#[test]
fn syntax_is_told_at_its_place() {
    check_edit(
        "start = \"welcome\"",
        "start = \"welcome",
        &["3:17: error: invalid basic string, expected `\"`"],
    );
    check_edit(
        "start = \"welcome\"",
        "start = welcome",
        &["3:9: error: string values must be quoted"],
    );
    check_edit(
        "[hangup.bye]",
        "[hangup.bye",
        &["19:12: error: unclosed table, expected `]`"],
    );
    check_edit(
        "queue = \"support\"",
        "queue = \"support\"\nqueue = \"sales\"",
        &["16:1: error: duplicate key"],
    );
    check_edit(
        "keys = { 1 = \"agents\" }",
        "keys = { 1 = \"agents\" 2 = \"bye\" }",
        &["11:23: error: missing comma between key-value pairs, expected `,`"],
    );
    check_edit(
        "on_failure = \"bye\"",
        "on_failure \"bye\"",
        &["12:12: error: key with no value, expected `=`"],
    );
}

#[test]
fn unknown_keys_and_kinds_get_the_nearest_name() {
    let rows: &[(&str, &str, &[&str])] = &[
        (
            "on_failure = \"bye\"",
            "on_failure = \"bye\"\ntimeout = 5",
            &["13:1: error: unknown key `timeout` in `menu.welcome` | did you mean `timeout_s`?"],
        ),
        (
            "[menu.welcome]",
            "[menue.welcome]",
            &[
                "3:9: error: no node `welcome` | known: `agents`, `bye`",
                "5:9: warning: no node plays the prompt `hello`",
                "9:2: error: unknown kind of node `menue` | did you mean `menu`?",
            ],
        ),
        (
            "[hangup.bye]",
            "[mailbox.box]\nbox = \"support\"\n[hangup.bye]",
            &[
                "19:2: error: unknown kind of node `mailbox` | known: `play`, `say`, `menu`, `collect`, `branch`, `set`, `hours`, `language`, `queue`, `record`, `voicemail`, `closing`, `callback`, `transfer`, `http`, `sql`, `bot`, `identify`, `ticket`, `ticket_status`, `survey`, `script`, `return`, `hangup`",
            ],
        ),
        (
            "start = \"welcome\"",
            "start = \"welcome\"\nbegin = 1",
            &["4:1: error: unknown key `begin` | known: `title`, `languages`, `start`"],
        ),
        (
            "start = \"welcome\"",
            "start = \"welcome\"\nstrat = \"x\"",
            &["4:1: error: unknown key `strat` | did you mean `start`?"],
        ),
        (
            "on_no_agents = \"bye\"",
            "on_no_agents = \"bye\"\nskill = [\"de\"]",
            &["18:1: error: unknown key `skill` in `queue.agents` | did you mean `skills`?"],
        ),
    ];
    for (find, replace, expected) in rows {
        check_edit(find, replace, expected);
    }
}

#[test]
fn missing_and_wrong_values_are_told_with_what_was_expected() {
    let rows: &[(&str, &str, &[&str])] = &[
        (
            "on_failure = \"bye\"\n",
            "",
            &["9:7: error: `menu.welcome` needs `on_failure`; expected the name of a node"],
        ),
        (
            "keys = { 1 = \"agents\" }\n",
            "",
            &[
                "9:7: error: `menu.welcome` needs `keys`; expected a table of keys such as { 1 = \"node\" }",
            ],
        ),
        (
            "keys = { 1 = \"agents\" }",
            "keys = {}",
            &["11:1: error: `keys` of `menu.welcome` has no keys"],
        ),
        (
            "keys = { 1 = \"agents\" }",
            "keys = [1]",
            &["11:8: error: `keys` cannot be `[1]`; expected a table of keys"],
        ),
        (
            "keys = { 1 = \"agents\" }",
            "keys = { 1 = 2 }",
            &["11:14: error: a key leads to the name of a node"],
        ),
        (
            "keys = { 1 = \"agents\" }",
            "keys = { 1 = \"agents\", 10 = \"bye\" }",
            &[
                "11:24: error: `10` is no key of a phone; expected one of 0-9, *, #, A-D | several digits",
            ],
        ),
        (
            "keys = { 1 = \"agents\" }",
            "keys = { 1 = \"agents\", a = \"bye\" }",
            &["11:24: error: `a` is no key of a phone"],
        ),
        (
            "prompt = \"hello\"",
            "prompt = 5",
            &["10:10: error: `prompt` cannot be `5`; expected the name of a prompt"],
        ),
        (
            "on_failure = \"bye\"",
            "on_failure = \"bye\"\ntries = 0",
            &["13:9: error: `tries` cannot be `0`; expected a whole number from 1 to 10"],
        ),
        (
            "on_failure = \"bye\"",
            "on_failure = \"bye\"\ntries = 2.5",
            &["13:9: error: `tries` cannot be `2.5`; expected a whole number"],
        ),
        (
            "on_failure = \"bye\"",
            "on_failure = \"bye\"\ntries = 99999999999999999999",
            &["13:9: error: `tries` cannot be `99999999999999999999`"],
        ),
        (
            "on_failure = \"bye\"",
            "on_failure = \"bye\"\ntimeout_s = 0",
            &["13:13: error: `timeout_s` cannot be `0`; expected seconds above 0, up to 120"],
        ),
        (
            "on_failure = \"bye\"",
            "on_failure = \"bye\"\ntimeout_s = nan",
            &["13:13: error: `timeout_s` cannot be `nan`"],
        ),
        (
            "on_failure = \"bye\"",
            "on_failure = \"bye\"\ntimeout_s = -inf",
            &["13:13: error: `timeout_s` cannot be `-inf`"],
        ),
        (
            "on_failure = \"bye\"",
            "on_failure = \"bye\"\ntimeout_s = \"5\"",
            &["13:13: error: `timeout_s` cannot be `\"5\"`; expected seconds"],
        ),
        (
            "on_failure = \"bye\"",
            "on_failure = \"bye\"\ninterruptible = \"no\"",
            &["13:17: error: `interruptible` cannot be `\"no\"`; expected true or false"],
        ),
        (
            "[hangup.bye]",
            "[hangup.bye]\ncause = \"normall\"",
            &[
                "20:9: error: `normall` is no cause; expected \"normal\", \"busy\" or \"rejected\" | did you mean `normal`?",
            ],
        ),
    ];
    for (find, replace, expected) in rows {
        // A node with a mistake still exists: nothing else is told of it.
        check_edit(find, replace, expected);
    }
}

#[test]
fn the_head_is_needed() {
    let rows: &[(&str, &str, &[&str])] = &[
        (
            "start = \"welcome\"\n",
            "",
            &["1:1: error: `script` needs `start`"],
        ),
        (
            "start = \"welcome\"",
            "start = \"welcom\"",
            &["3:9: error: no node `welcom` | did you mean `welcome`?"],
        ),
        (
            "languages = [\"zh-CN\", \"en\"]\n",
            "",
            &["1:1: error: `script` needs `languages`"],
        ),
        (
            "languages = [\"zh-CN\", \"en\"]",
            "languages = []",
            &["2:13: error: `languages` cannot be `[]`; expected a list of texts"],
        ),
        (
            "languages = [\"zh-CN\", \"en\"]",
            "languages = [\"zh-CN\", \"en\", \"en\"]",
            &["2:29: error: `en` is there twice"],
        ),
        (
            "languages = [\"zh-CN\", \"en\"]",
            "languages = [\"zh-CN\", \"en\", \"../x\"]",
            &["2:29: error: `../x` is no language"],
        ),
        (
            "languages = [\"zh-CN\", \"en\"]",
            "languages = [\"zh-CN\", 1]",
            &["2:23: error: `languages` cannot be `1`"],
        ),
        (
            "title = { zh-CN = \"测试\", en = \"Test\" }\n",
            "",
            &["1:1: error: `script` needs `title`"],
        ),
        (
            "title = { zh-CN = \"测试\", en = \"Test\" }",
            "title = { zh-CN = \"测试\" }",
            &["1:1: error: `title` has no text in `en` | add `en = \"…\"`"],
        ),
        (
            "title = { zh-CN = \"测试\", en = \"Test\" }",
            "title = { zh-CN = \"测试\", fr = \"Test\", en = \"T\" }",
            &["1:25: error: `fr` is no language of this script | known: `zh-CN`, `en`"],
        ),
        (
            "title = { zh-CN = \"测试\", en = \"Test\" }",
            "title = \"Test\"",
            &[
                "1:9: error: `title` cannot be `\"Test\"`; expected a table with a text for each language",
            ],
        ),
    ];
    for (find, replace, expected) in rows {
        check_edit(find, replace, expected);
    }
}

#[test]
fn e14_prompts_have_every_language_in_text_and_sound() {
    let rows: &[(&str, &str, &[&str])] = &[
        (
            "en = \"Press 1\"\n",
            "",
            &["5:9: error: `prompt.hello` has no text in `en` | add `en = \"…\"`"],
        ),
        (
            "en = \"Press 1\"",
            "en = \" \"",
            &[
                "7:6: error: `prompt.hello` needs a text here",
                "11:14: warning: the prompt `hello` does not name the key `1` in `en`",
            ],
        ),
        (
            "en = \"Press 1\"",
            "en = 1",
            &[
                "7:6: error: `prompt.hello` needs a text here",
                "11:14: warning",
            ],
        ),
        (
            "en = \"Press 1\"",
            "eng = \"Press 1\"",
            &[
                "5:9: error: `prompt.hello` has no text in `en`",
                "7:1: error: `eng` is no language of this script | did you mean `en`?",
            ],
        ),
        (
            "prompt = \"hello\"",
            "prompt = \"helo\"",
            &[
                "5:9: warning: no node plays the prompt `hello`",
                "10:10: error: no prompt `helo` | did you mean `hello`?",
            ],
        ),
        (
            "[prompt.hello]",
            "[prompt.\"a/b\"]\nzh-CN = \"x\"\nen = \"x\"\n[prompt.hello]",
            &["5:9: error: `a/b` is no name"],
        ),
        (
            "[prompt.hello]",
            "[prompt.other]\nzh-CN = \"一\"\nen = \"1\"\n[prompt.hello]",
            &["5:9: warning: no node plays the prompt `other`"],
        ),
        (
            "[hangup.bye]",
            "[prompt.bye]\nzh-CN = \"再见\"\nen = \"Bye\"\n[hangup.bye]\nprompt = \"bye\"",
            &[
                "20:9: error: no sound `zh-CN/bye` | put `prompts/zh-CN/bye.wav` beside the script",
                "21:6: error: no sound `en/bye`",
            ],
        ),
    ];
    for (find, replace, expected) in rows {
        check_edit(find, replace, expected);
    }
}

#[test]
fn tests_are_read_as_strictly_as_nodes() {
    let rows: &[(&str, &[&str])] = &[
        ("name = \"a\"\nexpect = []", &[]),
        (
            "expect = []",
            &["21:1: error: `test` needs `name`; expected a text"],
        ),
        (
            "name = \"a\"",
            &["21:1: error: `test` needs `expect`; expected a list of texts"],
        ),
        (
            "name = \"a\"\nexpect = []\nat = \"2026-11-21T22:10:00\"",
            &["24:6: error: `at` cannot be `\"2026-11-21T22:10:00\"`; expected a moment"],
        ),
        (
            "name = \"a\"\nexpect = []\nat = 2026-11-21T22:10:00+08:00",
            &[],
        ),
        (
            "name = \"a\"\nexpect = []\npress = [\"1\", \"wiat\"]",
            &[
                "24:15: error: `wiat` cannot be pressed; expected one of 0-9, *, #, A-D, speak 12, wait, hangup | did you mean `wait`?",
            ],
        ),
        (
            "name = \"a\"\nexpect = []\nqueue = { support = \"timedout\" }",
            &[
                "24:21: error: `timedout` is no outcome of a queue; expected \"answered\", \"timeout\"",
            ],
        ),
        (
            "name = \"a\"\nexpect = []\nqueue = { sales = \"timeout\" }",
            &["24:11: error: no node of this script joins the queue `sales`"],
        ),
        (
            "name = \"a\"\nexpect = []\nvip = 256",
            &["24:7: error: `vip` cannot be `256`"],
        ),
        (
            "name = \"a\"\nexpekt = []",
            &[
                "21:1: error: `test` needs `expect`",
                "23:1: error: unknown key `expekt` in `test` | did you mean `expect`?",
            ],
        ),
        (
            "name = \"a\"\nexpect = []\n[[test]]\nname = \"a\"\nexpect = []",
            &["24:1: warning: there is a test \"a\" already, on line 21"],
        ),
    ];
    for (keys, expected) in rows {
        let found = findings(&format!("{GOOD}\n[[test]]\n{keys}\n"));
        assert_eq!(found.len(), expected.len(), "{keys}\n{found:#?}");
        for (found, expected) in found.iter().zip(*expected) {
            assert!(
                found.starts_with(expected),
                "{keys}\n found    {found}\n expected {expected}"
            );
        }
    }
    assert!(
        findings(&GOOD.replace("[hangup.bye]", "[test]\nname = \"x\"\n[hangup.bye]"))[0]
            .starts_with("19:2: error: tests are written as `[[test]]`")
    );
}

#[test]
fn everything_is_told_at_once() {
    let text = GOOD
        .replace("queue = \"support\"", "queue = \"suport\"\nskils = 1")
        .replace("on_failure = \"bye\"", "on_failure = \"nowhere\"")
        .replace("en = \"Press 1\"", "fr = \"Un\"");
    let found = findings(&text);
    assert_eq!(found.len(), 5, "{found:#?}");
}

#[test]
fn s21_a_script_has_a_bounded_size() {
    let long = format!("{GOOD}\n#{}", "x".repeat(1 << 20));
    assert!(findings(&long)[0].starts_with("1:1: error: 1048"));
    let many: String = (0..1_000)
        .map(|index| format!("[hangup.n{index}]\n"))
        .collect();
    let found = findings(&format!("{GOOD}\n{many}"));
    assert!(
        found
            .iter()
            .any(|one| one.contains("error: more than 1000 nodes")),
        "{found:?}"
    );
    let deep = format!("{GOOD}\nx = {}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(findings(&deep).iter().any(|one| one.contains("error")));
    let dotted = format!("{GOOD}\n[{}]\n", vec!["a"; 10_000].join("."));
    assert!(findings(&dotted).iter().any(|one| one.contains("error")));
}

#[test]
fn e1_a_key_that_is_not_said_is_a_warning() {
    let (script, found) = parse(
        ScriptName::from("main"),
        "x",
        &GOOD.replace("{ 1 =", "{ 2 ="),
    );
    assert_eq!(found, []);
    let found = check(&script.expect("it is whole"), &world());
    assert_eq!(found.len(), 2);
    assert!(
        found
            .iter()
            .all(|one| one.severity == Severity::Warning && (one.line, one.column) == (11, 14))
    );
    assert!(
        found[0].message.en.contains("does not name the key `2`"),
        "{found:?}"
    );
}
