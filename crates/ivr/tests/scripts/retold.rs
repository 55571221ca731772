//! E22: the story of a finding becomes a `[[test]]` that fails, and passes once the script is mended.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ivr::rehearsal::{Surroundings, Texts};
use ivr::test::run_all;
use ivr::{Entrance, Environment, House, Patience, Script, check_house, parse};
use model::ScriptName;

use crate::good_script::{calendars, plan};
use crate::house::FINE;

const HEAD: &str = "title = { en = \"x\", zh-CN = \"x\" }\nlanguages = [\"en\", \"zh-CN\"]\nstart = \"welcome\"\n\
                    [prompt.p]\nen = \"Press 1, 2, 0.\"\nzh-CN = \"请按 1、2、0。\"\n";

fn read(name: &str, text: &str) -> Script {
    let (script, found) = parse(ScriptName::from(name), &format!("{name}.toml"), text);
    assert!(found.is_empty(), "{found:#?}\n{text}");
    script.expect("a script")
}

/// A house of texts by their names, the first of which 4000 leads to.
struct Story {
    name: String,
    script: String,
    test: Result<String, String>,
}

fn first_story(texts: &[(&str, &str)], patience: Patience) -> Option<Story> {
    let scripts: Vec<Script> = texts.iter().map(|(name, text)| read(name, text)).collect();
    let entrances = [Entrance {
        number: "4000".to_owned(),
        script: ScriptName::from("main"),
        operator: Some('0'),
    }];
    let found = check_house(&House {
        scripts: &scripts,
        entrances: &entrances,
        enters: &|_| None,
        lasts: &|_| None::<Duration>,
        patience,
    });
    let story = found.first()?.story.clone().expect("a story");
    let scripts = named(scripts);
    let texts = Texts::of(scripts.values());
    let around = Surroundings {
        environment: Environment {
            calendars: &calendars(),
            scripts: &scripts,
            plan: &plan(),
        },
        texts: &texts,
    };
    let name = story.test_name();
    assert!(name.is_said_alike(), "{name:?}");
    Some(Story {
        script: story.script().to_owned(),
        test: story.as_test(&name.en, &around).map_err(|why| why.en),
        name: name.en,
    })
}

fn named(scripts: Vec<Script>) -> BTreeMap<ScriptName, Arc<Script>> {
    let scripts = scripts.into_iter();
    scripts
        .map(|it| (it.name().clone(), Arc::new(it)))
        .collect()
}

/// The message of the only test of a house; none when it passes.
fn outcome(texts: &[(&str, String)], of: &str) -> Option<String> {
    let scripts = named(texts.iter().map(|(name, text)| read(name, text)).collect());
    let environment = Environment {
        calendars: &calendars(),
        scripts: &scripts,
        plan: &plan(),
    };
    let found = run_all(&scripts[&ScriptName::from(of)], &environment);
    assert_eq!(found.len(), 1, "{texts:?}");
    found.into_iter().next().expect("one").message
}

/// The test of the first story of a house fails there, has these lines, and passes when `wrong` is `right`.
#[track_caller]
fn check(
    texts: &[(&str, String)],
    patience: Patience,
    name: &str,
    lines: &[&str],
    (wrong, right): (&str, &str),
) {
    let borrowed: Vec<(&str, &str)> = texts
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let story = first_story(&borrowed, patience).expect("a story");
    assert_eq!(story.name, name);
    let test = story.test.unwrap_or_else(|why| panic!("{name}: {why}"));
    for line in lines {
        assert!(test.contains(&format!("\n{line}\n")), "{line}\n{test}");
    }
    let with = |mended: bool| -> Vec<(&str, String)> {
        let texts = texts.iter().map(|(name, text)| {
            let text = if mended {
                text.replace(wrong, right)
            } else {
                text.clone()
            };
            let test = if *name == story.script {
                test.as_str()
            } else {
                ""
            };
            (*name, text + test)
        });
        texts.collect()
    };
    assert!(
        outcome(&with(false), &story.script).is_some(),
        "it fails: {test}"
    );
    assert_eq!(outcome(&with(true), &story.script), None, "{test}");
}

fn main(text: &str) -> Vec<(&'static str, String)> {
    vec![("main", format!("{HEAD}{text}"))]
}

#[test]
fn e22_a_call_that_ends_without_a_word_is_a_test() {
    check(
        &main(&FINE.replace("on_timeout = \"sorry\"", "on_timeout = \"end\"")),
        Patience::default(),
        "calls 4000, presses 1, waits in `support` for too long: ends well",
        &[
            "press = [\"1\"]",
            "queue = { support = \"timeout\" }",
            "ends = \"well\"",
        ],
        ("on_timeout = \"end\"", "on_timeout = \"sorry\""),
    );
}

#[test]
fn e22_hours_conditions_inputs_and_answers_of_a_story_are_found() {
    let asks = r#"on_failure = "late"
[hours.late]
calendar = "office"
open = "agents"
closed = "sorry"
holiday = "vip"
[branch.vip]
when = [{ if = "caller.vip > 2 and caller.number starts_with '021'", go = "card" }]
otherwise = "sorry"
[collect.card]
prompt = "p"
into = "card"
min = 6
max = 8
next = "look"
on_failure = "sorry"
[http.look]
url = "https://cases.example/look"
into = { fee = { at = "/fee", type = "number" } }
ok = "owes"
bad = "sorry"
none = "sorry"
[branch.owes]
when = [{ if = "fee >= 100", go = "end" }]
otherwise = "sorry""#;
    check(
        &main(&FINE.replace("on_failure = \"agents\"", asks)),
        Patience::default(),
        "calls 4000, presses nothing that fits, a holiday of `office`, `caller.vip > 2 and caller.number starts_with '021'` is true, \
         keys in `card`, `https://cases.example` answers, `fee >= 100` is true: ends well",
        &[
            "at = \"2026-10-01T00:00:00+08:00\"",
            "caller = \"02100000000\"",
            "vip = 3",
            "answers = { look = { fee = 100 } }",
            "press = [\"wait\", \"wait\", \"wait\", \"1\", \"1\", \"1\", \"1\", \"1\", \"1\", \"#\"]",
        ],
        ("[hangup.end]", "[hangup.end]\nprompt = \"p\""),
    );
}

/// A number that is keyed in, upon which a condition leads to an end without a word; `keys`: how the test keys it in.
#[track_caller]
fn check_keyed(how: &str, value: &str, keys: &str) {
    let asks = format!(
        "on_failure = \"card\"\n[collect.card]\nprompt = \"p\"\ninto = \"card\"\n{how}\nnext = \"known\"\non_failure = \"sorry\"\n\
         [branch.known]\nwhen = [{{ if = \"card == '{value}'\", go = \"end\" }}]\notherwise = \"sorry\""
    );
    let keys = keys.split(' ').map(|key| format!("\"{key}\""));
    let keys: Vec<String> = keys.collect();
    check(
        &main(&FINE.replace("on_failure = \"agents\"", &asks)),
        Patience::default(),
        &format!(
            "calls 4000, presses nothing that fits, keys in `card`, `card == '{value}'` is true: ends well"
        ),
        &[&format!(
            "press = [\"wait\", \"wait\", \"wait\", {}]",
            keys.join(", ")
        )],
        ("[hangup.end]", "[hangup.end]\nprompt = \"p\""),
    );
}

#[test]
fn e2_what_is_keyed_in_is_ended_as_the_node_ends_it() {
    check_keyed("max = 8", "4711", "4 7 1 1 #");
    check_keyed("max = 8\nuntil = \"*\"", "4711", "4 7 1 1 *");
    // By its length, with no key that could end it, and by a pause.
    check_keyed("max = 4", "4711", "4 7 1 1");
    check_keyed("max = 4\nuntil = \"\"", "4711", "4 7 1 1");
    check_keyed(
        "max = 8\nuntil = \"\"\nconfirm = true",
        "4711",
        "4 7 1 1 wait 1",
    );
    check_keyed(
        "max = 4\nuntil = \"*\"\nconfirm = true",
        "4711",
        "4 7 1 1 1",
    );
}

#[test]
fn e9_who_is_silent_behind_a_pin_is_a_test() {
    // Behind the choices of the calendar he goes on by himself, and the call ends without a word.
    let asks = "keys = { 1 = \"pin\" }\non_failure = \"sorry\"\n[closing.pin]\ncalendar = \"office\"\nnext = \"ask\"\non_failure = \"sorry\"\n\
                [menu.ask]\nprompt = \"p\"\nkeys = { 0 = \"agents\" }\ntries = 2\non_failure = \"end\"";
    let text = FINE
        .replace("keys = { 1 = \"agents\", 0 = \"agents\" }\n", "")
        .replace("on_failure = \"agents\"", asks);
    check(
        &main(&text),
        Patience::default(),
        "calls 4000, presses 1, keys in the PIN of `office`, presses nothing that fits: ends well",
        &["press = [\"1\", \"1\", \"1\", \"1\", \"1\", \"1\", \"1\", \"#\"]"],
        ("[hangup.end]", "[hangup.end]\nprompt = \"p\""),
    );
}

#[test]
fn e22_a_menu_without_a_person_is_a_test_that_a_detour_does_not_pass() {
    check(
        &main(&FINE.replace(", 0 = \"agents\"", "")),
        Patience::default(),
        "calls 4000: 0 leads to a person",
        &["press = [\"0\"]", "ends = \"person\""],
        (
            "keys = { 1 = \"agents\" }",
            "keys = { 1 = \"agents\", 0 = \"agents\" }",
        ),
    );
}

#[test]
fn e22_scripts_that_hand_callers_round_are_a_test_of_the_first() {
    let round = |to: &str| {
        format!(
            "{HEAD}[queue.welcome]\nqueue = \"support\"\non_timeout = \"over\"\non_no_agents = \"over\"\n[transfer.over]\nto = \"script:{to}\"\n"
        )
    };
    check(
        &[("main", round("night")), ("night", round("main"))],
        Patience::default(),
        "calls 4000, waits in `support` for too long, waits in `support` for too long: ends well",
        &["queue = { support = \"timeout\" }"],
        (
            "[transfer.over]\nto = \"script:main\"",
            "[hangup.over]\nprompt = \"p\"",
        ),
    );
}

#[test]
fn e22_a_caller_who_is_kept_for_long_is_a_test() {
    let patience = Patience {
        prompts: 4,
        time: Duration::from_secs(60),
    };
    check(
        &main(&FINE.replace(
            "on_failure = \"agents\"",
            "on_failure = \"agents\"\ntries = 5",
        )),
        patience,
        "calls 4000, presses nothing that fits, a supervisor takes him out of `support`: \
         silence meets somebody or the end within 4 prompts and 60 s",
        &["silent_prompts_max = 4", "silent_s_max = 60"],
        ("tries = 5", "tries = 3"),
    );
}

#[test]
fn e22_a_story_that_nobody_can_live_through_is_told_and_no_test() {
    let asks = "on_failure = \"never\"\n[branch.never]\n\
                when = [{ if = \"caller.name == 'a' and caller.name == 'b'\", go = \"end\" }]\notherwise = \"sorry\"";
    let text = format!("{HEAD}{}", FINE.replace("on_failure = \"agents\"", asks));
    let story = first_story(&[("main", &text)], Patience::default()).expect("a story");
    assert_eq!(
        story.test,
        Err("no caller was found who comes this way: its conditions ask for more than can be tried out".to_owned())
    );
}
