//! E22: what a caller is kept for who does nothing is what he can really hear: of the ways of falling silent at a node the longest, not their sum.

use std::time::Duration;

use ivr::{House, Patience, Script, SurveyForm, check_house, parse};
use model::ScriptName;

use crate::survey::form;

const HEAD: &str =
    "title = { en = \"x\" }\nlanguages = [\"en\"]\nstart = \"start\"\n[prompt.p]\nen = \"p\"\n";
const END: &str = "[hangup.end]\nprompt = \"p\"\n";

/// The form's script, with a text for each of its prompts.
fn asks(form: SurveyForm) -> Script {
    let prompts = ["intro", "solved", "polite", "comment", "thanks"];
    let prompts = prompts.map(|name| format!("prompt.{name} = {{ en = \"x\" }}\n"));
    let text = format!(
        "title = {{ en = \"x\" }}\nlanguages = [\"en\"]\nstart = \"ask\"\n{}\
         survey.ask = {{ form = \"service\", next = \"end\" }}\nhangup.end = {{ prompt = \"thanks\" }}\n",
        prompts.concat()
    );
    let (script, found) = parse(SurveyForm::script_of("service"), "s.toml", &text);
    assert_eq!(found, []);
    script.expect("a script").asks(form)
}

/// The prompts and the seconds that a caller who does nothing is kept for in this script, asked of the proof itself; a sound lasts
/// as many seconds as `lasts` says.
fn kept(text: &str, form: Option<SurveyForm>, lasts: &dyn Fn(&str) -> u64) -> (u32, u64) {
    let text = format!("{HEAD}{text}{END}");
    let (script, found) = parse(ScriptName::from("main"), "main.toml", &text);
    assert_eq!(found, [], "{text}");
    let scripts: Vec<Script> = script.into_iter().chain(form.map(asks)).collect();
    let passes = |prompts: u32, seconds: u64| {
        let found = check_house(&House {
            scripts: &scripts,
            entrances: &[],
            enters: &|_| None,
            lasts: &|sound| Some(Duration::from_secs(lasts(sound))),
            patience: Patience {
                prompts,
                time: Duration::from_secs(seconds),
            },
        });
        !found.iter().any(|one| one.file == "main.toml")
    };
    let prompts = (0..200).find(|prompts| passes(*prompts, 10_000));
    let seconds = (0..2_000).find(|seconds| passes(10_000, *seconds));
    (prompts.expect("a bound"), seconds.expect("a bound"))
}

#[test]
fn e5_silence_at_an_answer_that_is_said_back_is_counted_in_place_of_silence_at_the_question() {
    let collect = |tries: u32, max: u32| {
        format!(
            "[collect.start]\nprompt = \"p\"\ninto = \"x\"\nmax = {max}\nconfirm = true\ntries = {tries}\n\
             next = \"end\"\non_failure = \"end\"\n"
        )
    };
    // Asked: 10 × (1 + 5) s. Said back: 10 × (two words of a second, 4 digits of 0.45 s, and 5 s). The goodbye is one more.
    assert_eq!(kept(&collect(10, 4), None, &|_| 1), (11, 89));
    // A long question weighs more than what is said back.
    let long = |sound: &str| if sound == "main/en/p" { 20 } else { 1 };
    assert_eq!(kept(&collect(10, 4), None, &long), (11, 10 * 25 + 20));
    // E2: the head's time-out counts.
    let slow = collect(3, 4).replace("confirm", "timeout_s = 20\nconfirm");
    assert_eq!(kept(&slow, None, &|_| 1).1, 73, "3 × (2 + 1.8 + 20) + 1");
}

#[test]
fn e2_the_time_outs_of_the_head_are_counted() {
    let menu = "[menu.start]\nprompt = \"p\"\nkeys = { 1 = \"end\" }\non_failure = \"end\"\n";
    assert_eq!(kept(menu, None, &|_| 1), (4, 3 * 6 + 1));
    let text = format!("{HEAD}{menu}{END}").replacen("title", "timeout_s = 30\ntitle", 1);
    let (script, _) = parse(ScriptName::from("main"), "main.toml", &text);
    let passes = |seconds| {
        check_house(&House {
            scripts: std::slice::from_ref(script.as_ref().expect("a script")),
            entrances: &[],
            enters: &|_| None,
            lasts: &|_| Some(Duration::from_secs(1)),
            patience: Patience {
                prompts: 4,
                time: Duration::from_secs(seconds),
            },
        })
        .is_empty()
    };
    assert!(passes(3 * 31 + 1));
    assert!(!passes(3 * 31));
}

#[test]
fn j1_the_questions_of_a_form_last_what_their_prompts_last() {
    let node = "[survey.start]\nform = \"service\"\nnext = \"end\"\n";
    let with = |change: &dyn Fn(&mut SurveyForm)| {
        let mut form = form();
        change(&mut form);
        form
    };
    let seconds = |sound: &str| match sound {
        "survey.service/en/intro" => 7,
        "survey.service/en/polite" => 30,
        "survey.service/en/comment" => 90,
        "main/en/p" => 1,
        _ => 2,
    };
    // At the first question: 7 + 2 × (2 + 5) s; at the second: 2 × (30 + 5) s; at the comment: 90 + 4 s. Never their sum.
    let form = with(&|form| form.comment = None);
    assert_eq!(kept(node, Some(form), &seconds), (4, 70 + 1));
    let form = with(&|form| form.questions.truncate(1));
    assert_eq!(kept(node, Some(form), &seconds), (4, 94 + 1));
    // A form that asks once, waits longer, and has a short question.
    let form = with(&|form| {
        form.tries = 1;
        form.timeout = Duration::from_secs(9);
        form.questions.truncate(1);
        form.comment = None;
    });
    assert_eq!(kept(node, Some(form), &seconds), (3, 7 + 2 + 9 + 1));
}

#[test]
fn e9_silence_behind_a_pin_leads_on_and_is_counted() {
    // The node keeps him for 3 × (8 + 15) + 3 s and the grace of the answer; what follows `next` comes behind it.
    let closing =
        |next: &str| format!("[closing.start]\ncalendar = \"office\"\nnext = \"{next}\"\n");
    let menu =
        "[menu.on]\nprompt = \"p\"\ntimeout_s = 50\nkeys = { 1 = \"end\" }\non_failure = \"end\"\n";
    let (prompts, seconds) = kept(&closing("end"), None, &|_| 1);
    let behind = kept(&(closing("on") + menu), None, &|_| 1);
    assert_eq!(behind, (prompts + 3, seconds + 3 * 51));
}
