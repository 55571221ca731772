//! D13: callers overflow from queue to queue through scripts, but never round for ever.

use ivr::{House, Patience, Script, check_house, parse};
use model::ScriptName;

/// A script with one queue whose callers go on to `to` when they have waited long.
fn overflows(name: &str, to: &str) -> Script {
    let exits = match to.split_once(':') {
        Some(("script", _)) => "",
        _ => "on_busy = \"end\"\non_no_answer = \"end\"\non_failure = \"end\"\n",
    };
    read(
        name,
        &format!(
            "start = \"line\"\n[queue.line]\nqueue = \"{name}\"\non_timeout = \"next\"\non_no_agents = \"end\"\n\
             [transfer.next]\nto = \"{to}\"\n{exits}[hangup.end]\nprompt = \"p\"\n"
        ),
    )
}

fn read(name: &str, text: &str) -> Script {
    let text =
        format!("title = {{ en = \"x\" }}\nlanguages = [\"en\"]\n{text}[prompt.p]\nen = \"Bye\"\n");
    let file = format!("ivr-scripts/{name}.toml");
    let (script, found) = parse(ScriptName::from(name), &file, &text);
    assert!(found.is_empty(), "{found:?}");
    script.expect("a script")
}

fn check(scripts: &[Script], expected: &[&str]) {
    let enters = |number: &str| (number == "4001").then(|| ScriptName::from("two"));
    let found = check_house(&House {
        scripts,
        entrances: &[],
        enters: &enters,
        lasts: &|_| None,
        patience: Patience::default(),
    });
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.contains(expected), "{told}\nlacks {expected}");
    }
}

#[test]
fn d13_a_round_through_several_scripts_is_told_with_its_nodes() {
    check(
        &[
            overflows("one", "script:two"),
            overflows("three", "script:one"),
            overflows("two", "script:three"),
        ],
        &[
            "three.toml:9:6: error: a caller who does nothing goes round between scripts for ever: \
           `one: line` → `one: next` → `two: line` → `two: next` → `three: line` → `three: next` → `one: line`",
        ],
    );
}

#[test]
fn d13_a_script_that_hands_over_to_itself_and_a_number_of_the_house_make_rounds_too() {
    check(
        &[overflows("one", "script:one")],
        &[
            "one.toml:9:6: error: a caller who does nothing goes round between scripts for ever: \
           `one: line` → `one: next` → `one: line`",
        ],
    );
    check(
        &[
            overflows("one", "number:4001"),
            overflows("two", "script:one"),
        ],
        &["`one: line` → `one: next` → `two: line` → `two: next` → `one: line`"],
    );
    check(
        &[
            overflows("one", "number:4002"),
            overflows("two", "script:one"),
        ],
        &[],
    );
}

#[test]
fn d13_ways_that_end_and_ways_that_the_caller_chooses_are_good() {
    check(
        &[
            overflows("one", "script:two"),
            overflows("two", "queue:three"),
        ],
        &[],
    );
    // Back by a key: he did something.
    let menu = read(
        "menu",
        "start = \"choose\"\n[menu.choose]\nprompt = \"p\"\nkeys = { 1 = \"back\" }\n\
         on_failure = \"end\"\n[transfer.back]\nto = \"script:one\"\n[hangup.end]\nprompt = \"p\"\n",
    );
    check(&[overflows("one", "script:menu"), menu], &[]);
    // A script that is not there is told elsewhere.
    check(&[overflows("one", "script:nobody")], &[]);
}
