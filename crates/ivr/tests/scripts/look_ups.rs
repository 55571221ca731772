//! Look-ups: every exit, the sound of waiting, and that a caller's keys are data (E11, E12, S21).

use std::collections::BTreeMap;
use std::time::Duration;

use ivr::{Answer, AskId, Input, Number, Value};

use crate::diagnostics::check_edit;
use crate::driver::{Call, nodes};
use crate::good_script::{calendars, plan, script};

/// Takes a number and asks a service for it.
fn service(more: &str) -> String {
    nodes(&format!(
        "[collect.start]\nprompt = \"a\"\ninto = \"no\"\nkind = \"digits\"\nmax = 3\nnext = \"ask\"\non_failure = \"end\"\n\
         [http.ask]\nurl = \"https://cases.example/c/{{no}}?from={{caller.name}}\"\n{more}\n\
         into = {{ status = \"/s\", fee = {{ at = \"/f\", type = \"number\" }} }}\n\
         ok = \"done\"\nmissing = \"never\"\nbad = \"broken\"\nnone = \"silent\"\n\
         [play.done]\nprompt = \"b\"\nnext = \"end\"\n[play.never]\nprompt = \"b\"\nnext = \"end\"\n\
         [play.broken]\nprompt = \"b\"\nnext = \"end\"\n[play.silent]\nprompt = \"c\"\nnext = \"end\"\n[hangup.end]\n"
    ))
}

/// Comes to the look-up; what it asks.
fn asks(call: &mut Call) -> Vec<String> {
    call.starts();
    call.presses("123")
}

/// The last question is answered.
fn answered(call: &mut Call, answer: Answer) -> Vec<String> {
    let id = call.asked.expect("it has asked");
    call.gets(Input::Answered(id, answer))
}

fn found(status: Value, fee: Value) -> Answer {
    let values = [("status", status), ("fee", fee)];
    let values = values.map(|(name, value)| (name.to_owned(), value));
    Answer::Found(BTreeMap::from(values))
}

fn repaired() -> Answer {
    let fee = Number::parse("12.50").expect("a number");
    found(Value::Text("repaired".to_owned()), Value::Number(fee))
}

#[test]
fn e11_every_answer_has_its_exit() {
    let misfit = found(Value::Text("x".to_owned()), Value::Text("12".to_owned()));
    let table = [
        (repaired(), "play done"),
        (Answer::Missing, "play never"),
        (Answer::Bad("status 500".to_owned()), "play broken"),
        (Answer::NoAnswer("refused".to_owned()), "play silent"),
        // An answer that is not what was asked for is no answer of ours.
        (misfit, "play broken"),
        (Answer::Found(BTreeMap::new()), "play broken"),
    ];
    for (answer, exit) in table {
        let mut call = Call::new(&service(""));
        asks(&mut call);
        let kind = answer.kind();
        let seen = answered(&mut call, answer);
        assert_eq!(seen[0], exit, "{kind:?}");
        let status = (exit == "play done").then(|| "repaired".to_owned());
        assert_eq!(call.variable("status"), status, "{exit}");
    }
}

#[test]
fn s21_what_a_caller_says_is_data() {
    let more = "method = \"POST\"\nheaders = { X-Who = \"{caller.name}\", Authorization = { env = \"CASES_TOKEN\" } }\n\
                body = { number = \"no\", vip = \"caller.vip > 0\" }";
    let name = "a/b?c=&d\r\nX: y 李";
    let mut call = Call::from(&service(more), |entry| {
        entry.caller = model::Caller::new("13800001111", Some(name));
    });
    let seen = asks(&mut call);
    let url = "https://cases.example/c/123?from=a%2Fb%3Fc%3D%26d";
    let last = seen.last().expect("a question");
    assert!(last.starts_with(&format!("ask POST {url}")), "{last}");
    assert!(last.contains("X-Who: a/b?c=&d"), "{last}");
    assert!(!last.contains('\n') && !last.contains('\r'), "{last:?}");
    assert!(
        last.contains("Authorization: Env(\"CASES_TOKEN\")"),
        "{last}"
    );
    assert!(
        last.ends_with("number=123 vip=false x1 for 2000 ms"),
        "{last}"
    );
}

#[test]
fn e11_who_waits_hears_something_after_700_ms() {
    let mut call = Call::new(&service(""));
    asks(&mut call);
    assert!(call.waits(699).is_empty());
    assert_eq!(call.waits(1), ["hold"]);
    let seen = answered(&mut call, repaired());
    assert_eq!(seen[..2], ["stop", "play done"]);
    // Who is answered sooner hears nothing of it.
    let mut call = Call::new(&service(""));
    asks(&mut call);
    call.waits(699);
    assert_eq!(answered(&mut call, repaired())[0], "play done");
    assert!(call.waits(5_000).iter().all(|seen| seen != "hold"));
}

#[test]
fn e11_no_answer_is_waited_for_without_an_end() {
    let mut call = Call::new(&service("timeout_ms = 1500\nretries = 2"));
    let seen = asks(&mut call);
    assert!(
        seen.last().expect("it asks").ends_with("x3 for 4500 ms"),
        "{seen:?}"
    );
    assert_eq!(call.waits(4_749), ["hold"]);
    assert_eq!(call.waits(1)[..2], ["stop", "play silent"]);
    // What comes late is nobody's.
    assert!(answered(&mut call, repaired()).is_empty());
    assert_eq!(call.variable("status"), None);
}

#[test]
fn an_answer_to_another_question_is_dropped() {
    let mut call = Call::new(&service(""));
    asks(&mut call);
    let other = AskId(call.now + Duration::from_millis(1));
    assert!(call.gets(Input::Answered(other, repaired())).is_empty());
    assert!(call.presses("5").is_empty(), "keys wait for nobody");
    assert_eq!(answered(&mut call, Answer::Missing)[0], "play never");
}

#[test]
fn e12_a_query_gets_its_parameters_and_gives_its_columns() {
    let script = nodes(
        "[sql.start]\nquery = \"case_progress\"\nargs = { number = \"caller.number\" }\n\
         into = { status = \"status\", owed = \"fee\" }\nok = \"owes\"\nempty = \"end\"\nerror = \"sorry\"\n\
         [branch.owes]\nwhen = [{ if = \"owed > 10\", go = \"sorry\" }]\notherwise = \"end\"\n\
         [play.sorry]\nprompt = \"b\"\nnext = \"end\"\n[hangup.end]\n",
    );
    let fee = |text| Value::Number(Number::parse(text).expect("a number"));
    let row = |owed| {
        let status = ("status".to_owned(), Value::Text("open".to_owned()));
        Answer::Found(BTreeMap::from([status, ("owed".to_owned(), owed)]))
    };
    let table = [
        (row(fee("10.01")), "branch owes", "play sorry"),
        (row(fee("10")), "branch owes", "hangup end"),
        (Answer::Missing, "hangup end", "hangup Normal"),
        (
            Answer::Bad("no column".to_owned()),
            "play sorry",
            "play en/b",
        ),
        (
            Answer::NoAnswer("gone".to_owned()),
            "play sorry",
            "play en/b",
        ),
    ];
    for (answer, first, second) in table {
        let mut call = Call::new(&script);
        let seen = call.starts();
        assert_eq!(
            seen.last().map(String::as_str),
            Some("ask case_progress number=13800001111 for 2000 ms")
        );
        let seen = answered(&mut call, answer);
        assert_eq!(seen[..2], [first, second]);
    }
}

/// A look-up in place of the last node of the good script, with its exits.
fn mistakes(node: &str, expected: &[&str]) {
    let exits = if node.starts_with("[http") {
        ["ok", "bad", "none"]
    } else {
        ["ok", "empty", "error"]
    };
    let exits = exits.map(|exit| format!("{exit} = \"end\"\n")).concat();
    let node = format!("{node}\n{exits}[hangup.end]");
    check_edit("[hangup.bye]", &node, expected);
}

#[test]
fn mistakes_in_look_ups_are_told_at_their_place() {
    let rows: &[(&str, &[&str])] = &[
        (
            "[http.bye]\nurl = \"{called}/x\"",
            &[
                "20:7: error: a URL begins with https:// and a host, both written out | expressions may stand behind",
            ],
        ),
        (
            "[http.bye]\nurl = \"https://cases.{called}.example/x\"",
            &["20:7: error: a URL begins with https:// and a host, both written out"],
        ),
        (
            "[http.bye]\nurl = \"ftp://cases.example/x\"",
            &["20:7: error: a URL begins with https://"],
        ),
        (
            "[http.bye]\nurl = \"http://10.0.0.1/x\"",
            &["20:7: error: `http://10.0.0.1` cannot be asked: not in the open"],
        ),
        (
            "[http.bye]\nurl = \"https://cases.example/{case}\"",
            &["20:31: error: no variable `case`"],
        ),
        (
            "[http.bye]\nurl = \"https://cases.example/{called\"",
            &[
                "20:30: error: a `{` without its `}` | a brace that stands for itself is written twice",
            ],
        ),
        (
            "[http.bye]\nurl = \"https://cases.example/\"\nbody = { a = 1 }",
            &["21:1: error: GET has no body | write `method = \"POST\"`"],
        ),
        (
            "[http.bye]\nurl = \"https://cases.example/\"\nmethod = \"POST\"\nretries = 1",
            &["22:1: error: POST is not tried again: it may have been done"],
        ),
        (
            "[http.bye]\nurl = \"https://cases.example/\"\nmethod = \"FETCH\"",
            &[
                "21:10: error: `FETCH` is no method; expected \"GET\", \"POST\", \"PUT\" or \"DELETE\"",
            ],
        ),
        (
            "[http.bye]\nurl = \"https://cases.example/\"\nheaders = { \"a b\" = \"x\" }",
            &["21:13: error: `a b` is no name of a header"],
        ),
        (
            "[http.bye]\nurl = \"https://cases.example/\"\nheaders = { Host = \"x\" }",
            &["21:13: error: `Host` is written by the request itself"],
        ),
        (
            "[http.bye]\nurl = \"https://cases.example/\"\nheaders = { A = { env = \"NONE\" } }",
            &["21:17: error: no secret Env(\"NONE\")"],
        ),
        (
            "[http.bye]\nurl = \"https://cases.example/\"\nheaders = { A = { env = \"A\", file = \"b\" } }",
            &["21:17: error: a secret is exactly one of `env`, `file`"],
        ),
        (
            "[http.bye]\nurl = \"https://cases.example/\"\ninto = { a = \"$.case.a\" }",
            &[
                "21:14: error: `$.case.a` is no place in a JSON answer | a JSON Pointer begins with a slash: \"/case/a\"",
            ],
        ),
        (
            "[http.bye]\nurl = \"https://cases.example/\"\ninto = { a = { at = \"/a\", type = \"numbr\" } }",
            &[
                "21:34: error: `numbr` is no type; expected \"text\", \"number\" or \"truth\" | did you mean `number`?",
            ],
        ),
        (
            "[http.bye]\nurl = \"https://cases.example/\"\ninto = { called = \"/a\" }",
            &["21:10: error: `called` cannot be set"],
        ),
        (
            "[sql.bye]\nquery = \"case_progres\"",
            &["20:9: error: no query `case_progres` | did you mean `case_progress`?"],
        ),
        (
            "[sql.bye]\nquery = \"case_progress\"",
            &[
                "20:9: error: the query `case_progress` needs the parameter `number` | args = { number = \"…\" }",
            ],
        ),
        (
            "[sql.bye]\nquery = \"case_progress\"\nargs = { number = \"caller.vip\", more = 1 }",
            &[
                "21:20: error: a text is needed here, this is a number",
                "21:33: error: the query `case_progress` has no parameter `more` | known: `number`",
            ],
        ),
        (
            "[sql.bye]\nquery = \"case_progress\"\nargs = { number = \"called\" }\ninto = { s = \"stat\" }",
            &[
                "22:14: error: the query `case_progress` has no column `stat` | did you mean `status`?",
            ],
        ),
    ];
    for (node, expected) in rows {
        mistakes(node, expected);
    }
}

#[test]
fn e11_all_three_exits_are_named() {
    check_edit(
        "[hangup.bye]",
        "[http.bye]\nurl = \"https://cases.example/\"\nok = \"end\"\n[hangup.end]",
        &[
            "19:7: error: `http.bye` needs `bad`; expected the name of a node",
            "19:7: error: `http.bye` needs `none`; expected the name of a node",
        ],
    );
}

#[test]
fn e21_a_test_says_what_look_ups_bring() {
    let with = |answers: &str, expect: &str| {
        let test =
            format!("[[test]]\nname = \"t\"\npress = [\"1\"]\n{answers}expect = [{expect}]\n");
        let text = service("").replace("max = 3", "max = 1") + &test;
        let script = script("main", &text);
        let scripts = BTreeMap::new();
        let (calendars, plan) = (calendars(), plan());
        let environment = ivr::Environment {
            calendars: &calendars,
            scripts: &scripts,
            plan: &plan,
        };
        let outcomes = ivr::test::run_all(&script, &environment);
        outcomes[0].message.clone()
    };
    let all = |rest: &str| format!("\"collect start\", \"http ask\", {rest}\"hangup\"");
    let found = "answers = { ask = { status = \"open\", fee = 1.5 } }\n";
    assert_eq!(with(found, &all("\"play done\", ")), None);
    assert_eq!(
        with("answers = { ask = \"none\" }\n", &all("\"play silent\", ")),
        None
    );
    let short = "answers = { ask = { status = \"open\" } }\n";
    assert_eq!(
        with(short, &all("\"play broken\", ")),
        None,
        "a fee is wanted too"
    );
    let unsaid = with("", &all("")).expect("the test does not say it");
    assert!(unsaid.contains("what `ask` is answered"), "{unsaid}");
}

#[test]
fn a_test_that_says_what_nobody_asks_is_told() {
    check_edit(
        "[hangup.bye]",
        "[hangup.bye]\n[[test]]\nname = \"t\"\nanswers = { bye = \"none\", agents = \"nobody\" }\nexpect = []",
        &["22:36: error: `nobody` is no answer of a look-up"],
    );
    check_edit(
        "[hangup.bye]",
        "[hangup.bye]\n[[test]]\nname = \"t\"\nanswers = { bye = \"none\" }\nexpect = []",
        &["22:13: error: no look-up of this script is called `bye` | there are none yet"],
    );
}

#[test]
fn s20_a_caller_cannot_walk_out_of_the_path() {
    for name in ["..", "."] {
        let script = nodes(
            "[http.start]\nurl = \"https://cases.example/c/{caller.name}/x?y={caller.name}\"\n\
             ok = \"end\"\nbad = \"broken\"\nnone = \"end\"\n[play.broken]\nprompt = \"b\"\nnext = \"end\"\n[hangup.end]\n",
        );
        let mut call = Call::from(&script, |entry| {
            entry.caller = model::Caller::new("13800001111", Some(name));
        });
        assert_eq!(call.starts()[..2], ["http start", "play broken"]);
    }
}

#[test]
fn s22_keys_about_a_look_up_may_be_those_of_a_secret() {
    let mut call = Call::new(&service("").replace("kind = \"digits\"", "secret = true"));
    asks(&mut call);
    assert!(call.run.is_secret(), "more digits than were asked for");
    answered(&mut call, Answer::Missing);
    assert!(
        call.run.is_secret(),
        "a key that cuts this prompt may be kept for the secret"
    );
    let mut open = Call::new(&service(""));
    asks(&mut open);
    assert!(!open.run.is_secret());
}
