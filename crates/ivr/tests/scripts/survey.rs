//! Surveys that scripts ask: scores, tries, what is kept of one who hangs up, and the ticket of a low score (J1, J3).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ivr::{CommentWhen, Input, LowScore, Script, SurveyForm, SurveyQuestion};
use model::{CallId, RecordingId};

use crate::diagnostics::check_edit;
use crate::driver::{Call, nodes};

pub(crate) fn form() -> SurveyForm {
    let scale = ['1', '2', '3', '4', '5'].into_iter().zip(1..);
    let scores: BTreeMap<char, u8> = scale.collect();
    let question = |name: &str| SurveyQuestion {
        name: name.to_owned(),
        scores: scores.clone(),
    };
    SurveyForm {
        name: "service".to_owned(),
        intro: true,
        questions: vec![question("solved"), question("polite")],
        comment: Some(CommentWhen::Low),
        tries: 2,
        timeout: Duration::from_secs(5),
        skip: Some('#'),
        ticket: Some(LowScore {
            score_max: 2,
            ticket_type: "complaint".to_owned(),
            category: None,
        }),
    }
}

/// The form's script.
pub(crate) fn asks(form: SurveyForm) -> Script {
    let name = SurveyForm::script_of("service");
    let text = "title = { en = \"x\" }\nlanguages = [\"en\"]\nstart = \"ask\"\nprompt.thanks = { en = \"x\" }\nprompt.polite = { en = \"y\" }\n\
                survey.ask = { form = \"service\", next = \"end\" }\nhangup.end = { prompt = \"thanks\" }\n";
    let (script, found) = ivr::parse(name, "s.toml", text);
    assert_eq!(found, []);
    script.expect("a script").asks(form)
}

/// A call that has come to the form.
fn call(change: impl FnOnce(&mut SurveyForm)) -> Call {
    let mut form = form();
    change(&mut form);
    let text = "[survey.start]\nform = \"service\"\nnext = \"end\"\n[hangup.end]\nprompt = \"b\"\n";
    let mut call = Call::new(&nodes(text));
    let script = asks(form);
    call.scripts.insert(script.name().clone(), Arc::new(script));
    call
}

const SOLVED: &str = "play survey.service/en/solved";
const POLITE: &str = "play survey.service/en/polite";
const END: [&str; 2] = ["hangup end", "play en/b"];

/// Has heard the intro and hears the first question.
fn begun(change: impl FnOnce(&mut SurveyForm)) -> Call {
    let mut call = call(change);
    let seen = [
        "survey start",
        "survey service",
        "play survey.service/en/intro",
    ];
    assert_eq!(call.starts(), seen);
    assert_eq!(call.hears(), [SOLVED]);
    call
}

#[test]
fn j1_a_key_before_the_first_question_is_no_answer_to_it() {
    let mut call = call(|_| {});
    call.starts();
    assert_eq!(call.presses("1"), ["stop", SOLVED]);
    assert_eq!(call.hears(), [""; 0], "it is asked, and waits");
    let so_far = "has answered {\"solved\": 5}";
    assert_eq!(call.presses("5"), [so_far, POLITE]);
}

#[test]
fn j1_each_key_is_a_score_and_a_key_cuts_the_question() {
    let mut call = begun(|_| {});
    // What he has answered is told before he is asked on.
    let so_far = "has answered {\"solved\": 5}";
    assert_eq!(call.presses("5"), ["stop", so_far, POLITE]);
    call.hears();
    let told = "answers {\"polite\": 4, \"solved\": 5}";
    assert_eq!(call.presses("4"), [told, END[0], END[1]]);
    assert_eq!(call.hears(), ["hangup Normal"]);
    assert_eq!(call.hangs_up(), [""; 0], "it is told once");
}

#[test]
fn j1_a_question_is_skipped_and_asked_again_but_not_for_ever() {
    let mut call = begun(|_| {});
    call.hears();
    assert_eq!(call.presses("9"), [SOLVED]);
    call.hears();
    assert_eq!(
        call.presses("9"),
        [POLITE],
        "keys that mean nothing lead on"
    );
    call.hears();
    assert_eq!(call.presses("#"), ["answers {}", END[0], END[1]]);
}

#[test]
fn j1_who_is_silent_is_not_asked_on() {
    let mut call = begun(|_| {});
    call.hears();
    assert_eq!(call.waits(5_000), [SOLVED]);
    call.hears();
    let told = ["answers {} in part", END[0], END[1]];
    assert_eq!(call.waits(5_000), told);
}

#[test]
fn j1_who_hangs_up_has_answered_what_he_has_answered() {
    let mut call = begun(|_| {});
    call.hears();
    call.presses("4");
    assert_eq!(call.hangs_up(), ["answers {\"solved\": 4} in part"]);
    let mut call = begun(|_| {});
    assert_eq!(call.hangs_up(), ["answers {} in part"]);
}

#[test]
fn j3_a_low_score_files_one_ticket_at_once_and_asks_for_a_comment() {
    let mut call = begun(|_| {});
    call.hears();
    let filed = "file 1 Low score · service · solved 2 question=Text(\"solved\") score=Number(\"2\") survey=Text(\"service\")";
    let so_far = "has answered {\"solved\": 2}";
    assert_eq!(call.presses("2"), [filed, so_far, POLITE]);
    call.hears();
    let seen = call.presses("1");
    let so_far = "has answered {\"polite\": 1, \"solved\": 2}";
    let expected = [so_far, "play survey.service/en/comment"];
    assert_eq!(seen, expected, "no second ticket");
    assert_eq!(call.hears(), ["play tone"]);
    assert_eq!(call.hears(), ["record 60s silence 3s"]);
    let recording = RecordingId {
        call: CallId::new(7),
        part: 2,
    };
    call.gets(Input::RecordBegan(recording));
    call.gets(Input::Spoke);
    call.waits(8_000);
    let told = "answers {\"polite\": 1, \"solved\": 2} said 7-2";
    assert_eq!(call.presses("#"), ["end", "keep 7-2", told, END[0], END[1]]);
}

#[test]
fn j3_who_says_nothing_is_not_asked_for_his_comment_again_and_who_hangs_up_has_left_it() {
    let comes = || {
        let mut call = begun(|form| form.comment = Some(CommentWhen::Always));
        call.presses("55");
        call.hears();
        call.presses("5");
        call.hears();
        call.hears();
        call
    };
    let mut call = comes();
    let told = "answers {\"polite\": 5, \"solved\": 5}";
    assert_eq!(call.gets(Input::FellSilent), ["end", told, END[0], END[1]]);
    let mut call = comes();
    let part = 2;
    call.gets(Input::RecordBegan(RecordingId {
        call: CallId::new(7),
        part,
    }));
    call.gets(Input::Spoke);
    call.waits(4_000);
    let told = "answers {\"polite\": 5, \"solved\": 5} said 7-2";
    assert_eq!(call.hangs_up(), ["end", "keep 7-2", told]);
}

#[test]
fn j1_a_form_that_a_reload_took_away_traps_nobody() {
    let mut call = call(|_| {});
    call.scripts.clear();
    assert_eq!(call.starts(), ["survey start", END[0], END[1]]);
}

#[test]
fn e14_a_form_is_there_in_every_language() {
    let node =
        |form: &str| format!("[survey.bye]\nform = \"{form}\"\nnext = \"end\"\n\n[hangup.end]");
    let words = ["zh-CN", "en"].map(|language| {
        format!("19:9: error: `bye` says it, and there is no sound `{language}/message_failed`")
    });
    for (form, expected) in [
        ("service", None),
        (
            "servise",
            Some("20:8: error: no form `servise` | did you mean `service`?"),
        ),
        (
            "english",
            Some("20:8: error: the form `english` has no texts in `zh-CN`"),
        ),
    ] {
        let all: Vec<&str> = words.iter().map(String::as_str).chain(expected).collect();
        check_edit("[hangup.bye]", &node(form), &all);
    }
}

#[test]
fn e13_the_questions_of_a_form_are_spoken_as_prompts_are() {
    let script = asks(form());
    let spoken: Vec<String> = script.prompts().map(|prompt| prompt.sound()).collect();
    let expected = ["survey.service/en/polite", "survey.service/en/thanks"];
    assert_eq!(spoken, expected);
}
