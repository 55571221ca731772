//! E22, M2 over all scripts together: stories of callers who would be kept for too long, left without a word, or without a
//! person.

use std::time::Duration;

use ivr::{Entrance, House, Patience, Script, check_house, parse};
use model::ScriptName;
use speech::Language;

const HEAD: &str = "title = { en = \"x\", zh-CN = \"x\" }\nlanguages = [\"en\", \"zh-CN\"]\nstart = \"welcome\"\n\
                    [prompt.p]\nen = \"Press 1, 2, 0.\"\nzh-CN = \"请按 1、2、0。\"\n";

fn read(name: &str, text: &str) -> Script {
    let text = format!("{HEAD}{text}");
    let (script, found) = parse(ScriptName::from(name), &format!("{name}.toml"), &text);
    assert!(found.is_empty(), "{found:?}");
    script.expect("a script")
}

fn entrance(operator: Option<char>) -> Entrance {
    Entrance {
        number: "4000".to_owned(),
        script: ScriptName::from("main"),
        operator,
    }
}

/// What is told of scripts that 4000 leads to, in the order in which it is found: English, then the Chinese story.
#[track_caller]
fn told(scripts: &[Script], operator: Option<char>, patience: Patience) -> Vec<(String, String)> {
    let entrances = [entrance(operator)];
    let house = House {
        scripts,
        entrances: &entrances,
        enters: &|number| (number == "4001").then(|| ScriptName::from("night")),
        lasts: &|_| Some(Duration::from_secs(5)),
        patience,
    };
    let found = check_house(&house);
    found
        .iter()
        .map(|one| {
            let story = one.story.as_ref().expect("a story");
            (one.to_string(), story.said_in(Language::Chinese))
        })
        .collect()
}

#[track_caller]
fn check(text: &str, expected: &[(&str, &str)]) {
    let found = told(&[read("main", text)], Some('0'), Patience::default());
    assert_eq!(found.len(), expected.len(), "{text}\n{found:#?}");
    for ((en, zh), (expected_en, expected_zh)) in found.iter().zip(expected) {
        assert_eq!(en, expected_en, "{text}");
        assert_eq!(zh, expected_zh, "{text}");
    }
}

/// Menu, queue, and ends as they should be.
pub(crate) const FINE: &str = r#"
[menu.welcome]
prompt = "p"
keys = { 1 = "agents", 0 = "agents" }
on_failure = "agents"
[queue.agents]
queue = "support"
on_timeout = "sorry"
on_no_agents = "sorry"
[play.sorry]
prompt = "p"
next = "end"
[hangup.end]
"#;

#[test]
fn e22_a_good_house_has_no_findings() {
    check(FINE, &[]);
    // A sentence with a value in it is a word, too.
    let said = "[say.sorry]\ntext = { en = \"It is {now:time}, goodbye.\" }";
    check(&FINE.replace("[play.sorry]\nprompt = \"p\"", said), &[]);
}

#[test]
fn e22_no_call_ends_without_a_word() {
    let silent = "main.toml:19:9: error: the call ends without a word at `end`\n  caller: ";
    let help = "\n  help: give it a `prompt`, or a `play` or `say` before it";
    let expect = |story: &str| format!("{silent}{story}{help}");
    check(
        &FINE.replace("on_timeout = \"sorry\"", "on_timeout = \"end\""),
        &[(
            &expect("calls 4000, presses 1, waits in `support` for too long"),
            "拨打 4000，按 1，在 `support` 等待超时",
        )],
    );
    // After a menu that nobody answered.
    check(
        &FINE.replace("on_failure = \"agents\"", "on_failure = \"end\""),
        &[(
            &expect("calls 4000, presses nothing that fits"),
            "拨打 4000，不按键或按错键",
        )],
    );
    // The last question of a survey is no goodbye, although one was said before.
    let asked = "\n[play.thanks]\nprompt = \"sorry\"\nnext = \"rate\"\n\
                 [survey.rate]\nform = \"service\"\nnext = \"end\"\n";
    check(
        &(FINE.replace("on_timeout = \"sorry\"", "on_timeout = \"thanks\"") + asked),
        &[(
            &expect("calls 4000, presses 1, waits in `support` for too long"),
            "拨打 4000，按 1，在 `support` 等待超时",
        )],
    );
    // Conditions, calendars and transfers say nothing; a promise is enough, a refusal is not.
    let asks = "on_failure = \"late\"\n[hours.late]\ncalendar = \"office\"\nopen = \"agents\"\nclosed = \"vip\"\nholiday = \"sorry\"\n\
                [branch.vip]\nwhen = [{ if = \"caller.vip > 0\", go = \"desk\" }]\notherwise = \"back\"\n\
                [callback.back]\nqueue = \"support\"\naccepted = \"end\"\ndeclined = \"sorry\"\n\
                [transfer.desk]\nto = \"agent:1001\"\non_busy = \"sorry\"\non_no_answer = \"sorry\"\non_failure = \"end\"";
    let found = told(
        &[read("main", &FINE.replace("on_failure = \"agents\"", asks))],
        None,
        Patience::default(),
    );
    let [(en, zh)] = found.as_slice() else {
        panic!("{found:#?}")
    };
    assert!(
        en.contains("caller: calls 4000, presses nothing that fits, `office` is closed, `caller.vip > 0` is true, `agent:1001` cannot be reached\n"),
        "{en}"
    );
    assert_eq!(
        zh,
        "拨打 4000，不按键或按错键，`office` 工作时间外，`caller.vip > 0` 成立，`agent:1001` 无法接通"
    );
}

#[test]
fn e22_the_key_to_a_person_works_in_every_menu_that_a_number_leads_to() {
    let deep = FINE.replace(
        "keys = { 1 = \"agents\", 0 = \"agents\" }",
        "keys = { 1 = \"more\", 0 = \"agents\" }",
    );
    let menu = |keys: &str| {
        format!("{deep}[menu.more]\nprompt = \"p\"\nkeys = {{ {keys} }}\non_failure = \"agents\"\n")
    };
    let broken = "main.toml:20:7: error: `0` leads to nobody here: the number 4000 promises its callers a person by that key in every menu\n  \
                  caller: calls 4000, presses 1\n  \
                  help: lead it to a `queue` or a `transfer`, or take `operator` from the number";
    for keys in ["2 = \"agents\"", "0 = \"sorry\"", "0 = \"more\""] {
        check(&menu(keys), &[(broken, "拨打 4000，按 1")]);
    }
    check(&menu("0 = \"agents\""), &[]);
    // What the hour decides is fine, another menu is not an answer.
    let by_hours = "0 = \"late\" }\non_failure = \"agents\"\n[hours.late]\ncalendar = \"office\"\nopen = \"agents\"\nclosed = \"sorry\"\n\
                    [menu.unused]\nprompt = \"p\"\nkeys = { 1 = \"sorry\"";
    check(&menu(by_hours), &[]);
    // Without the promise nobody looks.
    let script = read("main", &menu("2 = \"agents\""));
    assert_eq!(told(&[script], None, Patience::default()), []);
}

/// `check` tells of it; here it must only not be walked for ever.
#[test]
fn e22_a_script_that_goes_round_is_walked_once() {
    for back in ["on_failure = \"welcome\"", "on_failure = \"sorry\""] {
        let round = FINE
            .replace("on_failure = \"agents\"", back)
            .replace("next = \"end\"", "next = \"welcome\"");
        let found = told(&[read("main", &round)], Some('0'), Patience::default());
        assert_eq!(found, []);
    }
}

#[test]
fn e22_a_caller_who_does_nothing_is_not_kept_for_ever() {
    let patience = Patience {
        prompts: 4,
        time: Duration::from_secs(60),
    };
    // Three tries of 5 s, three prompts of 5 s, then the apology: 4 prompts in 35 s.
    assert_eq!(told(&[read("main", FINE)], None, patience), []);
    let slow = FINE.replace(
        "prompt = \"p\"\nkeys",
        "prompt = \"p\"\ntimeout_s = 14\nkeys",
    );
    let found = told(&[read("main", &slow)], None, patience);
    assert_eq!(
        found,
        [(
            "main.toml:8:7: error: a caller who does nothing from `welcome` on hears 4 prompts in 62 s before somebody takes him; \
             4 in 60 s are allowed\n  \
             caller: calls 4000, presses nothing that fits, a supervisor takes him out of `support`\n  \
             help: lead him to a queue or to a goodbye sooner: fewer `tries`, shorter ways"
                .to_owned(),
            "拨打 4000，不按键或按错键，被班长移出 `support`".to_owned()
        )]
    );
    // From one script into the next, and behind a key.
    let on = "[transfer.on]\nto = \"number:4001\"\non_busy = \"sorry\"\non_no_answer = \"sorry\"\non_failure = \"sorry\"\n";
    let first = FINE.replace(
        "keys = { 1 = \"agents\", 0 = \"agents\" }",
        "keys = { 1 = \"on\", 0 = \"agents\" }",
    ) + on;
    let night = "[menu.welcome]\nprompt = \"p\"\ntries = 4\nkeys = { 1 = \"end\" }\non_failure = \"end\"\n[hangup.end]\nprompt = \"p\"\n";
    let scripts = [read("main", &first), read("night", night)];
    let found = told(&scripts, None, patience);
    let [(en, _)] = found.as_slice() else {
        panic!("{found:#?}")
    };
    assert!(
        en.starts_with(
            "main.toml:20:11: error: a caller who does nothing from `on` on hears 5 prompts in 70 s"
        ),
        "{en}"
    );
    assert!(
        en.contains("caller: calls 4000, presses 1, presses nothing that fits\n"),
        "{en}"
    );
}
