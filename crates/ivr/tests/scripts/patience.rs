//! E22: what a caller is kept for who does nothing is what he can really hear: of the ways of falling silent at a node the longest, not their sum.

use std::time::Duration;

use ivr::{Diagnostic, House, Patience, Script, SurveyForm, check_house, parse};
use model::ScriptName;
use speech::Language;

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

/// The house of this script with this in its head.
fn scripts(head: &str, text: &str, form: Option<SurveyForm>) -> Vec<Script> {
    let text = format!("{head}\n{HEAD}{text}{END}");
    let (script, found) = parse(ScriptName::from("main"), "main.toml", &text);
    let errors: Vec<_> = found.iter().filter(|one| one.is_error()).collect();
    assert!(errors.is_empty(), "{errors:?} {text}");
    script.into_iter().chain(form.map(asks)).collect()
}

/// What the proof finds where so much is allowed; a sound lasts as many seconds as `lasts` says.
fn check(
    scripts: &[Script],
    prompts: u32,
    seconds: u64,
    lasts: &dyn Fn(&str) -> u64,
) -> Vec<Diagnostic> {
    let mut found = check_house(&House {
        scripts,
        entrances: &[],
        enters: &|_| None,
        lasts: &|sound| Some(Duration::from_secs(lasts(sound))),
        patience: Patience {
            prompts,
            time: Duration::from_secs(seconds),
        },
    });
    found.retain(|one| one.file == "main.toml");
    found
}

/// The prompts and the seconds that a caller who does nothing is kept for in this script, asked of the proof itself.
fn kept(text: &str, form: Option<SurveyForm>, lasts: &dyn Fn(&str) -> u64) -> (u32, u64) {
    kept_from("", text, form, lasts)
}

/// The same with this in the script's head.
fn kept_from(
    head: &str,
    text: &str,
    form: Option<SurveyForm>,
    lasts: &dyn Fn(&str) -> u64,
) -> (u32, u64) {
    let scripts = scripts(head, text, form);
    let passes = |prompts, seconds| check(&scripts, prompts, seconds, lasts).is_empty();
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
    // Asked: 10 × (1 + 5) s. Said back: a pause of 2.5 s ends it, then 10 × (two words and 4 digits of a second, two breaths of 0.25 s, and
    // 5 s). The goodbye is one more.
    assert_eq!(kept(&collect(10, 4), None, &|_| 1), (11, 119));
    // Sounds last what they last, and so do those of an answer.
    let digits = |sound: &str| if sound.contains("digit") { 2 } else { 1 };
    assert_eq!(kept(&collect(10, 4), None, &digits), (11, 159));
    // A long question weighs more than what is said back.
    let long = |sound: &str| if sound == "main/en/p" { 20 } else { 1 };
    assert_eq!(kept(&collect(10, 4), None, &long), (11, 10 * 25 + 20));
    // E2: the head's time-out counts.
    let slow = collect(3, 4).replace("confirm", "timeout_s = 20\nconfirm");
    assert_eq!(
        kept(&slow, None, &|_| 1).1,
        83,
        "2.5 + 3 × (2 + 4.5 + 20) + 1"
    );
    // A whole answer ends at once: no pause comes before it is said back.
    let whole = collect(10, 4).replace("max", "min = 4\nmax");
    assert_eq!(kept(&whole, None, &|_| 1), (11, 116));
    // An amount is said in numbers: two words a key.
    let money = collect(10, 4).replace("max", "kind = \"money\"\nmax");
    assert_eq!(kept(&money, None, &|_| 1), (11, 159));
}

#[test]
fn e2_the_time_outs_of_the_head_are_counted() {
    let menu = "[menu.start]\nprompt = \"p\"\nkeys = { 1 = \"end\" }\non_failure = \"end\"\n";
    assert_eq!(kept(menu, None, &|_| 1), (4, 3 * 6 + 1));
    assert_eq!(
        kept_from("timeout_s = 30", menu, None, &|_| 1),
        (4, 3 * 31 + 1)
    );
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
    // E2: who falls silent behind a digit of the PIN waits for the next one as long as the head says.
    let slow = kept_from("digit_timeout_s = 30", &closing("end"), None, &|_| 1);
    assert_eq!(slow, (prompts, seconds + 3 * (30 - 8)));
}

#[test]
fn e2_silence_behind_a_digit_waits_for_the_next_one_first() {
    // The pause, then two tries of 1 + 5 s and the goodbye; or the pause, and what follows the answer.
    let collect = |keys: &str, next: &str| {
        format!(
            "[collect.start]\nprompt = \"p\"\ninto = \"x\"\n{keys}\ndigit_timeout_s = 60\n\
             next = \"{next}\"\non_failure = \"end\"\n"
        )
    };
    let seconds = |text: &str| kept(text, None, &|_| 1).1;
    assert_eq!(seconds(&collect("min = 4\nmax = 4", "end")), 60 + 2 * 6 + 1);
    assert_eq!(seconds(&collect("max = 1", "end")), 3 * 6 + 1, "no pause");
    let menu = "[menu.on]\nprompt = \"p\"\nkeys = { 1 = \"end\" }\non_failure = \"end\"\n";
    let behind = 3 * 6 + 1;
    assert_eq!(seconds(&(collect("max = 4", "on") + menu)), 60 + behind);
    let whole = collect("min = 4\nmax = 4", "on");
    assert_eq!(seconds(&(whole + menu)), 60 + 2 * 6 + 1);
    // Who comes silent to one behind another has waited for no digit there.
    let first = collect("max = 4", "end").replace("on_failure = \"end\"", "on_failure = \"on\"");
    let second = collect("max = 4", "end").replace("start", "on");
    assert_eq!(seconds(&(first + &second)), 60 + 2 * 6 + 3 * 6 + 1);
}

#[test]
fn e6_silence_behind_a_digit_of_an_extension_is_counted() {
    let menu = |keys: &str| {
        let menu = format!(
            "[menu.start]\nprompt = \"p\"\nkeys = {{ {keys} = \"on\" }}\nextensions = {{ 8xxx = \"end\" }}\ninto = \"x\"\n\
             digit_timeout_s = 40\non_failure = \"end\"\n\
             [menu.on]\nprompt = \"p\"\nkeys = {{ 1 = \"end\" }}\non_failure = \"end\"\n"
        );
        kept(&menu, None, &|_| 1).1
    };
    // The pause, then two tries of 1 + 5 s and the goodbye.
    assert_eq!(menu("1"), 40 + 2 * 6 + 1);
    // A key with which an extension begins leads on when the pause is over.
    assert_eq!(menu("8"), 40 + 3 * 6 + 1);
}

#[test]
fn e15_silence_behind_what_was_said_is_counted_with_its_review() {
    let record = |own: &str| {
        format!(
            "[record.start]\nprompt = \"p\"\ninto = \"x\"\n{own}\nnext = \"on\"\non_nothing = \"end\"\n\
             [menu.on]\nprompt = \"p\"\nkeys = {{ 1 = \"end\" }}\non_failure = \"end\"\n"
        )
    };
    let slow = |own: &str| kept_from("timeout_s = 120", &record(own), None, &|_| 1);
    // What he said ends with a silence of 5 s; then the words of the review, at most 8 s, and the head's 120 s; then `next`.
    let behind = 3 * 121 + 1;
    assert_eq!(slow("review = true"), (5, 5 + 8 + 120 + behind));
    assert_eq!(slow("review = false"), (4, 5 + behind));
    assert_eq!(slow("silence_s = 20\nreview = false"), (4, 20 + behind));
}

#[test]
fn g1_silence_behind_a_message_is_counted_with_its_review() {
    let voicemail = |own: &str| {
        format!("[voicemail.start]\nbox = \"support\"\nprompt = \"p\"\n{own}\nnext = \"end\"\n")
    };
    let slow = |own: &str| kept_from("timeout_s = 120", &voicemail(own), None, &|_| 1);
    // The silence, the review and the last word, each of the house's at most 8 s.
    assert_eq!(slow("review = true").1, 5 + 8 + 120 + 8 + 1);
    // Who says nothing: three times the silence and a word, the look at the box, and the question.
    let silent = slow("review = false").1;
    assert!((3 * 13..120).contains(&silent), "{silent}");
}

#[test]
fn e22_of_two_ways_the_one_with_more_prompts_counts_though_it_is_shorter() {
    let mut text = "[hours.start]\ncalendar = \"office\"\nopen = \"slow\"\nclosed = \"p1\"\n\
                    [menu.slow]\nprompt = \"p\"\ntimeout_s = 100\ntries = 1\nkeys = { 1 = \"end\" }\non_failure = \"end\"\n"
        .to_owned();
    for number in 1..14 {
        let next = match number {
            13 => "end".to_owned(),
            _ => format!("p{}", number + 1),
        };
        text += &format!("[play.p{number}]\nprompt = \"p\"\nnext = \"{next}\"\n");
    }
    // 100 s with one prompt and the goodbye; 13 s with thirteen.
    assert_eq!(kept(&text, None, &|_| 1), (14, 102));
    // The story goes the way of the figure that is too high.
    let told = |prompts, seconds| {
        let found = check(&scripts("", &text, None), prompts, seconds, &|_| 1);
        let story = found.into_iter().find_map(|one| one.story);
        story.map(|story| story.said_in(Language::English))
    };
    assert_eq!(
        told(13, 1000).as_deref(),
        Some("enters the script `main`, `office` is closed out of turn")
    );
    assert_eq!(
        told(1000, 101).as_deref(),
        Some("enters the script `main`, `office` is open, presses nothing that fits")
    );
    assert_eq!(told(14, 102), None);
}
