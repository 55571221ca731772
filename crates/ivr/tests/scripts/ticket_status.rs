//! How a ticket stands, by telephone (X11): what is asked, every exit, and that a PIN leaves by no other way (S22).

use std::collections::BTreeMap;

use ivr::{Answer, Input, Number, Question, StatusField, StatusQuestion, Value};

use crate::diagnostics::findings;
use crate::driver::{Call, nodes};

const FIELDS: &str = "into = { no = \"number\", state = \"state\", is_open = \"open\", from = \"merged_from\", due = \"due_at\", urges = \"urges\" }\n";
const BY_PIN: &str = "number = \"case_no\"\npin = \"case_pin\"\nwrong_pin = \"wrong\"\n";

/// Takes a number and a PIN, and asks how the ticket stands.
fn text(keys: &str) -> String {
    nodes(&format!(
        "[collect.start]\nprompt = \"a\"\ninto = \"case_no\"\nmin = 3\nmax = 3\nnext = \"pin\"\non_failure = \"end\"\n\
         [collect.pin]\nprompt = \"b\"\ninto = \"case_pin\"\nmin = 2\nmax = 2\nsecret = true\nnext = \"ask\"\non_failure = \"end\"\n\
         [ticket_status.ask]\n{keys}{FIELDS}ok = \"told\"\nmissing = \"never\"\nnone = \"sorry\"\n\
         [play.told]\nprompt = \"a\"\nnext = \"end\"\n[play.never]\nprompt = \"b\"\nnext = \"end\"\n\
         [play.wrong]\nprompt = \"a\"\nnext = \"end\"\n[play.sorry]\nprompt = \"c\"\nnext = \"end\"\n[hangup.end]\n"
    ))
}

/// Calls, keys in both, and comes to the question.
fn asked(keys: &str) -> (Call, String) {
    let mut call = Call::from(&text(keys), |entry| {
        entry.caller = model::Caller::new("13800001111", None);
    });
    call.starts();
    call.presses("777");
    let seen = call.presses("42");
    (call, seen.last().expect("a question").clone())
}

fn all() -> BTreeMap<String, Value> {
    let text = |text: &str| Value::Text(text.to_owned());
    let values = [
        ("no", text("261118-0042-7")),
        ("state", text("in_progress")),
        ("is_open", Value::Truth(true)),
        ("from", text("")),
        ("due", text("2026-11-22T09:30:00+08:00")),
        ("urges", Value::Number(Number::whole(2))),
    ];
    let values = values.map(|(name, value)| (name.to_owned(), value));
    BTreeMap::from(values)
}

fn answered(call: &mut Call, answer: Answer) -> Vec<String> {
    let id = call.asked.expect("it has asked");
    call.gets(Input::Answered(id, answer))
}

#[test]
fn x11_it_asks_by_what_was_keyed_in_or_by_the_callers_own_number() {
    let (_, seen) = asked(BY_PIN);
    assert_eq!(seen, "ask status of 777 PIN 42 by 13800001111 for 2000 ms");
    let (_, seen) = asked("timeout_ms = 500\n");
    assert_eq!(seen, "ask status of 13800001111 by 13800001111 for 500 ms");
    // An empty PIN is none, and a withheld number is nobody's.
    let nobody = nodes(&format!(
        "[ticket_status.start]\npin = \"''\"\nwrong_pin = \"end\"\n{FIELDS}ok = \"end\"\nmissing = \"end\"\nnone = \"end\"\n[hangup.end]\nprompt = \"a\"\n"
    ));
    let mut call = Call::from(&nobody, |entry| {
        entry.caller = model::Caller::new("anonymous", None);
    });
    let seen = call.starts();
    assert_eq!(seen[1], "ask status of  by  for 2000 ms");
}

#[test]
fn x11_every_answer_has_its_way() {
    let mut misfit = all();
    misfit.insert("urges".to_owned(), Value::Text("2".to_owned()));
    let table = [
        (Answer::Found(all()), "play told"),
        (Answer::Missing, "play never"),
        (Answer::Bad("a wrong PIN".to_owned()), "play wrong"),
        (
            Answer::NoAnswer("the store is slow".to_owned()),
            "play sorry",
        ),
        // Not a wrong PIN: what is told does not fit.
        (Answer::Found(misfit), "play sorry"),
        (Answer::Found(BTreeMap::new()), "play sorry"),
    ];
    for (answer, way) in table {
        let (mut call, _) = asked(BY_PIN);
        let kind = answer.kind();
        assert_eq!(answered(&mut call, answer)[0], way, "{kind:?}");
        let state = (way == "play told").then(|| "in_progress".to_owned());
        assert_eq!(call.variable("state"), state);
    }
    // Without a PIN none is wrong.
    let (mut call, _) = asked("");
    let seen = answered(&mut call, Answer::Bad("?".to_owned()));
    assert_eq!(seen[0], "play sorry");
}

#[test]
fn x11_a_slow_store_holds_up_nobody() {
    let (mut call, _) = asked(BY_PIN);
    assert_eq!(call.waits(2_249), ["hold"]);
    assert_eq!(call.waits(1)[..2], ["stop", "play sorry"]);
    let late = call.asked.expect("it has asked");
    assert!(
        call.gets(Input::Answered(late, Answer::Found(all())))
            .is_empty()
    );
}

#[test]
fn s22_a_pin_is_shown_by_no_variable_and_no_debug() {
    let (call, _) = asked(BY_PIN);
    assert_eq!(call.variable("case_pin"), None);
    let question = Question::Status(StatusQuestion {
        number: "13800001111".to_owned(),
        pin: Some("482913".to_owned()),
        caller: "13900002222".to_owned(),
        wanted: BTreeMap::from([("state".to_owned(), StatusField::State)]),
    });
    let shown = format!("{question:?} {}", question.whom());
    assert_eq!(
        shown,
        "Status(StatusQuestion { wanted: {\"state\": State}, .. }) ticket_status"
    );
}

#[test]
fn x11_what_does_not_fit_together_is_told() {
    for (keys, told) in [
        ("pin = \"case_pin\"\n", "`pin` needs `wrong_pin`"),
        (
            "wrong_pin = \"wrong\"\n",
            "`wrong_pin` is never taken without `pin`",
        ),
    ] {
        let found = findings(&text(keys));
        assert!(found.iter().any(|one| one.contains(told)), "{found:?}");
    }
    let odd = text(BY_PIN).replace("\"merged_from\"", "\"subject\"");
    let found = findings(&odd);
    assert!(
        found
            .iter()
            .any(|one| one.contains("a ticket's `subject` is not told")),
        "{found:?}"
    );
}
