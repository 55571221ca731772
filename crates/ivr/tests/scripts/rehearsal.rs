//! E21: a rehearsal says what it awaits, what is heard in words, how it ended, and is written down as a test that goes the same way.

use std::collections::BTreeMap;

use ivr::rehearsal::{
    Awaits, Circumstances, Ending, Happening, News, Rehearsal, Surroundings, Texts,
};
use ivr::test::run_all;
use ivr::{Answer, Environment, QueueExit, Value};
use model::Timestamp;

use crate::driver::FRIDAY_MORNING;
use crate::good_script::{GOOD, calendars, plan, script};

const AT: &str = "2026-11-20T10:00:00+08:00";

/// A look-up, a sentence with a value, a secret, a recording and a callback.
const RICH: &str = r#"title = { en = "x" }
languages = ["en"]
start = "pin"
[prompt.ask]
en = "Your PIN, please."
[collect.pin]
prompt = "ask"
into = "pin"
min = 4
max = 4
secret = true
next = "look"
on_failure = "speak"
[http.look]
url = "https://cases.example/status"
into = { fee = { at = "/fee", type = "number" } }
ok = "fee"
bad = "speak"
none = "later"
[say.fee]
text = { en = "You owe {fee:money} today." }
next = "speak"
[record.speak]
prompt = "ask"
into = "said"
review = false
next = "agents"
[queue.agents]
queue = "support"
on_timeout = "later"
on_no_agents = "later"
[callback.later]
queue = "support"
accepted = "end"
declined = "end"
[hangup.end]
"#;

/// What happens, one thing after the other, in a script; the way, the ending, what was heard, and the test that says it.
struct Told {
    lines: Vec<String>,
    awaits: Awaits,
    heard: Vec<String>,
    test: String,
    variables: BTreeMap<String, Option<String>>,
}

fn rehearse(text: &str, happenings: Vec<Happening>) -> Told {
    let (script, calendars, scripts) = (script("main", text), calendars(), BTreeMap::new());
    let texts = Texts::of_all(&script, &scripts);
    let around = Surroundings {
        environment: Environment {
            calendars: &calendars,
            scripts: &scripts,
            plan: &plan(),
        },
        texts: &texts,
    };
    let circumstances = Circumstances::at(Timestamp::from(FRIDAY_MORNING));
    let mut rehearsal = Rehearsal::begin(&script, circumstances, &around);
    for happening in happenings {
        let refused = rehearsal.happens(&around, happening.clone());
        assert_eq!(refused, Ok(()), "{happening:?}");
    }
    let news = std::iter::from_fn(|| rehearsal.poll_news());
    let heard = news.filter_map(|(_, news)| match news {
        News::Hears(text) => Some(text),
        News::Enters { .. }
        | News::Unsaid(_)
        | News::Language(_)
        | News::Message(_)
        | News::Ticket(_) => None,
    });
    let heard = heard.collect();
    Told {
        lines: rehearsal.lines().to_vec(),
        awaits: rehearsal.awaits().clone(),
        heard,
        test: rehearsal.as_test("it", AT).unwrap_or_else(|why| why.en),
        variables: rehearsal.variables(),
    }
}

/// That the test which was written passes in its script.
fn passes(text: &str, test: &str) {
    let script = script("main", &format!("{text}{test}"));
    let (calendars, scripts) = (calendars(), BTreeMap::new());
    let environment = Environment {
        calendars: &calendars,
        scripts: &scripts,
        plan: &plan(),
    };
    let outcomes = run_all(&script, &environment);
    assert!(
        outcomes.iter().all(|one| one.passed),
        "{test}\n{outcomes:#?}"
    );
    assert!(!outcomes.is_empty());
}

fn keys(keys: &str) -> Vec<Happening> {
    keys.chars().map(Happening::Key).collect()
}

#[test]
fn what_happened_is_a_test_that_goes_the_same_way_and_shows_no_secret() {
    let mut happenings = keys("4711");
    let fee = ivr::Number::parse("12.50").map(Value::Number);
    let found = BTreeMap::from([("fee".to_owned(), fee.expect("a number"))]);
    happenings.extend([
        Happening::Answer(Answer::Found(found)),
        Happening::Speaks(std::time::Duration::from_secs(4)),
        Happening::Key('#'),
        Happening::Queue(Some(QueueExit::Timeout)),
        Happening::Callback(ivr::CallbackAnswer::Promised),
    ]);
    let told = rehearse(RICH, happenings);
    assert_eq!(told.awaits, Awaits::Nothing(Ending::Goodbye), "a promise");
    let expected = ["Your PIN, please.", "You owe twelve yuan fifty today."];
    assert!(
        told.heard.iter().any(|it| it == expected[0]),
        "{:?}",
        told.heard
    );
    assert!(
        told.heard
            .iter()
            .any(|it| it.starts_with("You owe twelve ") && it.ends_with(" today.")),
        "{:?}",
        told.heard
    );
    assert_eq!(told.variables.get("pin"), Some(&None), "S22");
    assert!(!told.test.contains("4711"), "S22: {}", told.test);
    assert!(
        told.test
            .contains("press = [\"1\", \"1\", \"1\", \"1\", \"speak 4\", \"#\"]"),
        "{}",
        told.test
    );
    assert!(
        told.test.contains("answers = { look = { fee = 12.50 } }"),
        "{}",
        told.test
    );
    assert_eq!(told.lines.len(), 7, "{:?}", told.lines);
    passes(RICH, &told.test);
}

#[test]
fn in_the_middle_of_a_call_the_test_hangs_up_and_what_waits_is_answered_first() {
    let told = rehearse(GOOD, keys("1"));
    assert!(
        told.test.contains("press = [\"1\", \"hangup\"]"),
        "{}",
        told.test
    );
    passes(GOOD, &told.test);
    let told = rehearse(RICH, keys("1234"));
    assert_eq!(told.test, "answer what waits first, or hang up");
}

#[test]
fn what_does_not_fit_changes_nothing() {
    let (script, calendars, scripts) = (script("main", GOOD), calendars(), BTreeMap::new());
    let texts = Texts::of_all(&script, &scripts);
    let around = Surroundings {
        environment: Environment {
            calendars: &calendars,
            scripts: &scripts,
            plan: &plan(),
        },
        texts: &texts,
    };
    let circumstances = Circumstances::at(Timestamp::from(FRIDAY_MORNING));
    let mut rehearsal = Rehearsal::begin(&script, circumstances, &around);
    for misfit in [
        Happening::Queue(None),
        Happening::Transfer(None),
        Happening::Speaks(FRIDAY_MORNING),
        Happening::Answer(Answer::Missing),
        Happening::Callback(ivr::CallbackAnswer::Full),
    ] {
        assert!(rehearsal.happens(&around, misfit).is_err());
    }
    assert_eq!(rehearsal.awaits(), &Awaits::Key);
    assert!(rehearsal.is_fresh());
    let keys: Vec<String> = rehearsal
        .open_keys()
        .into_iter()
        .map(|key| key.to.en)
        .collect();
    assert_eq!(keys, ["agents"]);
}

/// The message of a test of the good script that wants something.
fn wanting(text: &str, wants: &str) -> Option<String> {
    let test = format!("{text}\n[[test]]\nname = \"x\"\n{wants}\n");
    let script = script("main", &test);
    let (calendars, scripts) = (calendars(), BTreeMap::new());
    let environment = Environment {
        calendars: &calendars,
        scripts: &scripts,
        plan: &plan(),
    };
    let found = run_all(&script, &environment);
    assert_eq!(found.len(), 1);
    let one = found.into_iter().next().expect("one");
    assert_eq!(one.passed, one.message.is_none());
    one.message
}

#[test]
fn a_test_may_want_an_ending_or_a_bound_in_place_of_the_way() {
    let spoken = GOOD.replace("[hangup.bye]", "[hangup.bye]\nprompt = \"hello\"");
    let rows = [
        (GOOD, "press = [\"1\"]\nends = \"well\"", None),
        (GOOD, "press = [\"1\"]\nends = \"person\"", None),
        (
            GOOD,
            "press = [\"9\", \"1\"]\nends = \"person\"\nexpect = [\"menu welcome\", \"queue support\"]",
            None,
        ),
        (
            GOOD,
            "ends = \"well\"",
            Some("it does not end well: the call ends without a word"),
        ),
        (spoken.as_str(), "ends = \"well\"", None),
        (
            spoken.as_str(),
            "ends = \"person\"",
            Some("it does not end with a person: the call ends, and the caller knows why"),
        ),
        (
            GOOD,
            "press = [\"hangup\"]\nends = \"well\"",
            Some("it does not end well: the caller hangs up"),
        ),
        (
            RICH,
            "answers = { look = \"bad\" }\npress = [\"1\", \"1\", \"1\"]\nends = \"person\"",
            Some("the caller is asked something before a person has him"),
        ),
        (GOOD, "silent_prompts_max = 3", None),
        (
            GOOD,
            "silent_prompts_max = 2",
            Some("a caller who does nothing hears 3 prompts; 2 are allowed"),
        ),
        (
            GOOD,
            "press = [\"wait\", \"9\", \"1\"]\nsilent_prompts_max = 2",
            None,
        ),
        (GOOD, "silent_s_max = 60", None),
        (
            GOOD,
            "silent_s_max = 16",
            Some("a caller who does nothing is kept for 16.7 s; 16 s are allowed"),
        ),
    ];
    for (text, wants, expected) in rows {
        assert_eq!(wanting(text, wants).as_deref(), expected, "{wants}");
    }
}

#[test]
fn a_test_that_wants_nothing_is_refused_and_so_is_a_word_that_none_has() {
    for (wants, message) in [
        (
            "press = [\"1\"]",
            "`test` needs `expect`; expected a list of texts",
        ),
        (
            "ends = \"god\"",
            "`god` is no ends; expected \"well\" or \"person\"",
        ),
    ] {
        let text = format!("{GOOD}\n[[test]]\nname = \"x\"\n{wants}\n");
        let (_, found) = ivr::parse("main".into(), "main", &text);
        let found: Vec<&str> = found.iter().map(|one| one.message.en.as_str()).collect();
        assert_eq!(found, [message]);
    }
}
