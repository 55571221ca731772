//! Sub-flows: a part of the work in a script of its own, with typed parameters and results (E18).

use ivr::{Diagnostic, Entrance, House, Input, Patience, check_house, parse};
use model::ScriptName;

use crate::diagnostics::check_edit;
use crate::driver::{Call, nodes};
use crate::good_script::script;

/// Asks for a key and says whether it was the right one.
const IDENTIFY: &str = r#"title = { en = "Who is it" }
languages = ["en"]
start = "ask"
parameters = { number = "text" }
returns = { is_known = "truth" }
[prompt.key]
en = "Press 1."
[menu.ask]
prompt = "key"
keys = { 1 = "compare" }
tries = 1
on_failure = "unknown"
[branch.compare]
when = [{ if = "number == '13800001111'", go = "known" }]
otherwise = "unknown"
[return.known]
values = { is_known = true }
[return.unknown]
values = { is_known = "length(number) > 99" }
[[test]]
name = "the number of the house is known"
args = { number = "13800001111" }
press = ["1"]
expect = ["menu ask", "branch compare", "return known"]
[[test]]
name = "another is not"
args = { number = "1" }
press = ["1"]
expect = ["menu ask", "branch compare", "return unknown"]
"#;

fn main(more: &str) -> String {
    nodes(&format!(
        "[set.start]\nvalues = {{ vip = true, number = 5 }}\nnext = \"who\"\n\
         [script.who]\nscript = \"identify\"\nargs = {{ number = \"caller.number\" }}\ninto = {{ known = \"is_known\" }}\nnext = \"so\"\n\
         [branch.so]\nwhen = [{{ if = \"known and vip\", go = \"good\" }}]\notherwise = \"bad\"\n\
         [play.good]\nprompt = \"a\"\nnext = \"end\"\n[play.bad]\nprompt = \"b\"\nnext = \"end\"\n{more}[hangup.end]\n"
    ))
}

/// A call whose scripts are the main one and the part.
fn call() -> Call {
    let mut call = Call::new(&main(""));
    let part = script("identify", IDENTIFY);
    call.scripts.insert(ScriptName::from("identify"), part);
    call
}

#[test]
fn e18_a_part_is_given_its_parameters_and_gives_its_results() {
    let mut call = call();
    assert_eq!(
        call.starts(),
        [
            "set start",
            "script who",
            "menu ask",
            "play identify/en/key"
        ]
    );
    // While it works, what the first script knew is known of the call.
    assert_eq!(call.variable("vip").as_deref(), Some("true"));
    assert_eq!(call.variable("number").as_deref(), Some("13800001111"));
    let seen = call.presses("1");
    assert_eq!(
        seen,
        [
            "stop",
            "branch compare",
            "return known",
            "branch so",
            "play good",
            "play en/a"
        ]
    );
    assert_eq!(call.variable("known").as_deref(), Some("true"));
    assert_eq!(
        call.variable("number").as_deref(),
        Some("5"),
        "its own again"
    );
}

#[test]
fn e18_silence_in_a_part_comes_back_too() {
    let mut call = call();
    call.starts();
    call.hears();
    let seen = call.waits(5_000);
    assert_eq!(
        seen,
        ["return unknown", "branch so", "play bad", "play en/b"]
    );
}

#[test]
fn e18_a_part_that_is_gone_ends_the_call_and_nothing_else() {
    let mut call = Call::new(&main(""));
    assert_eq!(
        call.starts().last().map(String::as_str),
        Some("fault script `main`: no script `identify`")
    );
}

#[test]
fn e18_a_part_has_tests_of_its_own() {
    let part = script("identify", IDENTIFY);
    let (calendars, plan) = (crate::good_script::calendars(), crate::good_script::plan());
    let environment = ivr::Environment {
        calendars: &calendars,
        scripts: &std::collections::BTreeMap::new(),
        plan: &plan,
    };
    let outcomes = ivr::test::run_all(&part, &environment);
    let failed: Vec<_> = outcomes
        .iter()
        .filter_map(|it| it.message.clone())
        .collect();
    assert_eq!(failed, Vec::<String>::new());
    assert_eq!(outcomes.len(), 2);
}

#[test]
fn e18_mistakes_with_parts_are_told_at_their_place() {
    let rows: &[(&str, &[&str])] = &[
        (
            "[script.bye]\nscript = \"identfy\"\nnext = \"end\"\n[hangup.end]",
            &["20:10: error: no script `identfy` | did you mean `identify`?"],
        ),
        (
            "[script.bye]\nscript = \"identify\"\nnext = \"end\"\n[hangup.end]",
            &["20:10: error: the script `identify` needs the parameter `number`, a text"],
        ),
        (
            "[script.bye]\nscript = \"identify\"\nargs = { number = 5, x = 1 }\nnext = \"end\"\n[hangup.end]",
            &[
                "21:19: error: a text is needed here, this is a number",
                "21:22: error: the script `identify` has no parameter `x` | known: `number`",
            ],
        ),
        (
            "[script.bye]\nscript = \"identify\"\nargs = { number = \"called\" }\ninto = { k = \"known\" }\nnext = \"end\"\n[hangup.end]",
            &["22:14: error: the script `identify` has no result `known` | known: `is_known`"],
        ),
        (
            "[return.bye]\nvalues = { x = 1 }",
            &["20:12: error: `return.bye` has no result `x` | there are none yet"],
        ),
    ];
    for (replace, expected) in rows {
        check_edit("[hangup.bye]", replace, expected);
    }
    check_edit(
        "start = \"welcome\"",
        "start = \"welcome\"\nparameters = { a = \"txt\" }\nreturns = { called = \"text\" }",
        &[
            "4:20: error: `txt` is no type | did you mean `text`?",
            "5:13: error: `called` cannot be set",
        ],
    );
}

/// What is wrong with scripts that are good each by itself.
fn together(scripts: &[(&str, &str)], entrances: &[&str]) -> Vec<String> {
    let parsed = scripts.iter().map(|(name, text)| {
        let (script, found) = parse(ScriptName::from(*name), name, text);
        assert!(!found.iter().any(Diagnostic::is_error), "{found:?}");
        script.expect("a script")
    });
    let parsed: Vec<_> = parsed.collect();
    let entrances = entrances.iter().map(|script| Entrance {
        number: "4000".to_owned(),
        script: ScriptName::from(*script),
        operator: None,
    });
    let entrances: Vec<_> = entrances.collect();
    let found = check_house(&House {
        scripts: &parsed,
        entrances: &entrances,
        enters: &|_| None,
        lasts: &|_| None,
        patience: Patience::default(),
    });
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn e18_a_part_is_entered_by_those_who_wait_for_it_alone() {
    let main_script = main("").replace("[hangup.end]", "[hangup.end]\nprompt = \"c\"");
    let good = [("main", main_script.as_str()), ("identify", IDENTIFY)];
    assert_eq!(together(&good, &["main"]), Vec::<String>::new());
    let by_number = together(&good, &["main", "identify"]);
    assert!(
        by_number[0].contains("the number 4000 leads into `identify`, which is a part"),
        "{by_number:?}"
    );
    let transfers = main_script.replace(
        "[play.bad]\nprompt = \"b\"\nnext = \"end\"",
        "[transfer.bad]\nto = \"script:identify\"",
    );
    let told = together(&[("main", &transfers), ("identify", IDENTIFY)], &["main"]);
    assert!(
        told[0].contains("`identify` is a part of other scripts"),
        "{told:?}"
    );
}

#[test]
fn e18_no_part_comes_back_to_itself() {
    let again = IDENTIFY.replace(
        "[return.unknown]\nvalues = { is_known = \"length(number) > 99\" }",
        "[script.unknown]\nscript = \"identify\"\nargs = { number = \"number\" }\nnext = \"known\"",
    );
    let main_script = main("").replace("[hangup.end]", "[hangup.end]\nprompt = \"c\"");
    let told = together(&[("main", &main_script), ("identify", &again)], &["main"]);
    let expected = "`identify` comes back to itself by `identify` without having returned";
    assert!(told.iter().any(|one| one.contains(expected)), "{told:?}");
}

#[test]
fn s21_scripts_within_one_another_without_end_are_ended() {
    let again = IDENTIFY.replace(
        "[branch.compare]\nwhen = [{ if = \"number == '13800001111'\", go = \"known\" }]\notherwise = \"unknown\"",
        "[script.compare]\nscript = \"identify\"\nargs = { number = \"number\" }\nnext = \"known\"",
    );
    let mut call = Call::new(&main(""));
    let (part, _) = parse(ScriptName::from("identify"), "identify", &again);
    let part = std::sync::Arc::new(part.expect("a script"));
    call.scripts.insert(ScriptName::from("identify"), part);
    call.starts();
    let last = (0..20)
        .map(|_| call.gets(Input::Key('1')))
        .find_map(|seen| {
            let last = seen.last()?;
            last.starts_with("fault").then(|| last.clone())
        });
    assert_eq!(
        last.as_deref(),
        Some("fault script `identify`: more than 12 scripts within one another")
    );
}

#[test]
fn e22_the_time_of_a_part_counts_for_the_patience_of_who_does_nothing() {
    let main_script = main("").replace("[hangup.end]", "[hangup.end]\nprompt = \"c\"");
    let long = IDENTIFY.replace("tries = 1", "tries = 10\ntimeout_s = 31");
    let told = together(&[("main", &main_script), ("identify", &long)], &["main"]);
    assert!(
        told[0].contains("a caller who does nothing from `"),
        "{told:?}"
    );
}

#[test]
fn s22_a_key_that_cuts_a_prompt_of_a_part_may_be_kept_for_a_secret_of_its_caller() {
    let secret = main("").replace(
        "[play.good]\nprompt = \"a\"",
        "[collect.good]\nprompt = \"a\"\ninto = \"pin\"\nsecret = true\non_failure = \"bad\"",
    );
    let part = IDENTIFY.replace(
        "[menu.ask]",
        "[play.hello]\nprompt = \"key\"\nnext = \"ask\"\n[menu.ask]",
    );
    let part = part.replace("start = \"ask\"", "start = \"hello\"");
    let part = part
        .split("[[test]]")
        .next()
        .expect("the script")
        .to_owned();
    let mut call = Call::new(&secret);
    let script = script("identify", &part);
    call.scripts.insert(ScriptName::from("identify"), script);
    call.starts();
    assert!(call.run.is_secret());
    // In the part's own menu a key is the menu's.
    call.hears();
    assert!(!call.run.is_secret());
}

#[test]
fn e7_scripts_do_not_wait_for_one_another_without_end() {
    let part = |number: usize| {
        let next = number + 1;
        format!(
            "title = {{ en = \"x\" }}\nlanguages = [\"en\"]\nstart = \"go\"\n\
             [script.go]\nscript = \"p{next}\"\nnext = \"back\"\n[return.back]\n"
        )
    };
    let last = "title = { en = \"x\" }\nlanguages = [\"en\"]\nstart = \"back\"\n[return.back]\n"
        .to_owned();
    for (count, is_deep) in [(12, false), (13, true)] {
        let texts = (0..count).map(|number| (format!("p{number}"), part(number)));
        let texts: Vec<_> = texts.chain([(format!("p{count}"), last.clone())]).collect();
        let scripts: Vec<_> = texts
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        let told = together(&scripts, &[]);
        let is_told = told
            .iter()
            .any(|one| one.contains("more than 12 scripts wait for one another behind `p0`"));
        assert_eq!(is_told, is_deep, "{told:?}");
    }
}

#[test]
fn many_ways_to_one_script_are_walked_once() {
    let layer = |number: usize, place: usize| {
        let calls = (0..5).map(|to| {
            let next = if to == 4 {
                "back".to_owned()
            } else {
                format!("c{}", to + 1)
            };
            format!(
                "[script.c{to}]\nscript = \"l{}_{to}\"\nnext = \"{next}\"\n",
                number + 1
            )
        });
        let calls: String = if number == 11 {
            String::new()
        } else {
            calls.collect()
        };
        let start = if calls.is_empty() { "back" } else { "c0" };
        let head = format!("title = {{ en = \"x\" }}\nlanguages = [\"en\"]\nstart = \"{start}\"\n");
        (
            format!("l{number}_{place}"),
            format!("{head}{calls}[return.back]\n"),
        )
    };
    let layers = (0..12).flat_map(|number| (0..5).map(move |place| (number, place)));
    let texts: Vec<_> = layers.map(|(number, place)| layer(number, place)).collect();
    let scripts: Vec<_> = texts
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    assert_eq!(together(&scripts, &[]), Vec::<String>::new());
}
