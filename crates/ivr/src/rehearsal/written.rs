//! A rehearsal as a `[[test]]` of its script: what stood before, what happened, and the way that the call took.
//!
//! Keys of a secret input are written as so many `1`s (S22). A test says one outcome for a queue, a target and a look-up, so not
//! every rehearsal has one that goes the same way: whoever writes it down runs it first.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use toml::Value as Toml;

use super::{Awaits, Circumstances, Done, Happening, Rehearsal};
use crate::ask::Answer;
use crate::effect::CallbackAnswer;
use crate::test::{QUEUE_OUTCOMES, TRANSFER_OUTCOMES};
use crate::told;
use crate::told::Told;
use crate::value::Value;

impl Rehearsal {
    /// As a test of this name. `at` is the moment as scripts write it. Who is in the middle of the call hangs up there.
    pub fn as_test(&self, name: &str, at: &str) -> Result<String, Told> {
        let mut done: Vec<Done> = self.done().to_vec();
        match self.awaits() {
            Awaits::Answer { asked, .. } if !asked.hears_keys => return Err(unanswered()),
            Awaits::Key | Awaits::Voice { .. } | Awaits::Queue(_) | Awaits::Answer { .. } => {
                done.push(Done {
                    happening: Happening::HangsUp,
                    awaited: self.awaits().clone(),
                    is_secret: false,
                });
            }
            Awaits::Callback(_) => return Err(unanswered()),
            Awaits::Transfer(_) | Awaits::Nothing(_) => {}
        }
        let lines = list(self.lines().iter().map(String::as_str));
        let expected = [("expect", lines.unwrap_or_else(|| "[]".to_owned()))];
        Ok(test(name, at, self.circumstances(), &done, &expected))
    }
}

fn unanswered() -> Told {
    told!(
        "answer what waits first, or hang up",
        "请先给出等待中的结果，或挂机"
    )
}

/// A test in the words of its file, with an empty line before it. `expected` are its last keys, with values as TOML writes them.
pub(crate) fn test(
    name: &str,
    at: &str,
    circumstances: &Circumstances,
    done: &[Done],
    expected: &[(&str, String)],
) -> String {
    let mut text = format!("\n[[test]]\nname = {}\nat = {}\n", quoted(name), quoted(at));
    let mut line = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            // Writing into a text cannot fail.
            let _ = writeln!(text, "{key} = {value}");
        }
    };
    let usual = Circumstances::at(circumstances.at);
    let Circumstances {
        at: _,
        caller,
        called,
        vip,
        language,
        closed,
        given,
    } = circumstances;
    line("emergency", list(closed.iter().map(String::as_str)));
    line("caller", (*caller != usual.caller).then(|| quoted(caller)));
    line("called", (*called != usual.called).then(|| quoted(called)));
    line("vip", (*vip != usual.vip).then(|| vip.to_string()));
    line("language", language.as_deref().map(quoted));
    let given = given.iter().map(|(name, it)| (name.as_str(), value(it)));
    line("args", table(given));
    let mut press: Vec<String> = done.iter().filter_map(press).collect();
    // Who has nothing more to do does nothing.
    while press.last().is_some_and(|last| last == "wait") {
        press.pop();
    }
    line("press", list(press.iter().map(String::as_str)));
    let queues = outcomes(done, |one| match (&one.happening, &one.awaited) {
        (Happening::Queue(exit), Awaits::Queue(queue)) => {
            Some((queue.to_string(), word(&QUEUE_OUTCOMES, *exit)?))
        }
        (_, _) => None,
    });
    line(
        "queue",
        table(queues.iter().map(|(name, it)| (name.as_str(), it.clone()))),
    );
    let transfers = outcomes(done, |one| match (&one.happening, &one.awaited) {
        (Happening::Transfer(failure), Awaits::Transfer(to)) => {
            Some((to.clone(), word(&TRANSFER_OUTCOMES, *failure)?))
        }
        (_, _) => None,
    });
    line(
        "transfer",
        table(
            transfers
                .iter()
                .map(|(name, it)| (name.as_str(), it.clone())),
        ),
    );
    line("callback", done.iter().find_map(callback));
    let answers = outcomes(done, |one| match (&one.happening, &one.awaited) {
        (Happening::Answer(given), Awaits::Answer { node, asked }) => {
            let is_usual = asked.usual.as_ref() == Some(given);
            (!is_usual).then(|| (node.clone(), answer(given)))
        }
        (_, _) => None,
    });
    line(
        "answers",
        table(answers.iter().map(|(name, it)| (name.as_str(), it.clone()))),
    );
    for (key, value) in expected {
        line(key, Some(value.clone()));
    }
    text
}

/// What the caller does, as `press` writes it.
fn press(done: &Done) -> Option<String> {
    Some(match &done.happening {
        Happening::Key(key) if done.is_secret && key.is_ascii_digit() => "1".to_owned(),
        Happening::Key(key) => key.to_string(),
        // In a queue it is the waiting that a test lets run out.
        Happening::Silence | Happening::Queue(Some(_)) => "wait".to_owned(),
        Happening::Speaks(time) => format!("speak {}", time.as_secs()),
        Happening::HangsUp => "hangup".to_owned(),
        Happening::Queue(None)
        | Happening::Transfer(_)
        | Happening::Callback(_)
        | Happening::Answer(_) => return None,
    })
}

/// What became of things, by their names; the first word counts where there are two.
fn outcomes(
    done: &[Done],
    of: impl Fn(&Done) -> Option<(String, String)>,
) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (name, outcome) in done.iter().filter_map(of) {
        found.entry(name).or_insert(outcome);
    }
    found
}

fn word<T: PartialEq>(words: &[(&str, T)], outcome: T) -> Option<String> {
    let mut words = words.iter();
    let (word, _) = words.find(|(_, known)| *known == outcome)?;
    Some(quoted(word))
}

fn callback(done: &Done) -> Option<String> {
    match done.happening {
        Happening::Callback(answer) => Some(quoted(match answer {
            CallbackAnswer::Promised => "accepted",
            CallbackAnswer::Full => "declined",
            CallbackAnswer::BadNumber => "bad_number",
        })),
        Happening::Key(_)
        | Happening::Silence
        | Happening::Speaks(_)
        | Happening::HangsUp
        | Happening::Queue(_)
        | Happening::Transfer(_)
        | Happening::Answer(_) => None,
    }
}

fn answer(answer: &Answer) -> String {
    match answer {
        Answer::Found(found) => {
            let found = found.iter().map(|(name, it)| (name.as_str(), value(it)));
            table(found).unwrap_or_else(|| "{}".to_owned())
        }
        Answer::Missing => quoted("missing"),
        Answer::Bad(_) => quoted("bad"),
        Answer::NoAnswer(_) => quoted("none"),
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(text),
        Value::Number(number) => number.to_string(),
        Value::Truth(truth) => truth.to_string(),
    }
}

/// A text as TOML writes it.
pub(crate) fn quoted(text: &str) -> String {
    Toml::String(text.to_owned()).to_string()
}

fn list<'t>(texts: impl Iterator<Item = &'t str>) -> Option<String> {
    let texts: Vec<String> = texts.map(quoted).collect();
    (!texts.is_empty()).then(|| format!("[{}]", texts.join(", ")))
}

fn table<'t>(entries: impl Iterator<Item = (&'t str, String)>) -> Option<String> {
    let bare = |key: &str| {
        let is_bare = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-');
        !key.is_empty() && key.chars().all(is_bare)
    };
    let entries = entries.map(|(key, value)| {
        let key = if bare(key) {
            key.to_owned()
        } else {
            quoted(key)
        };
        format!("{key} = {value}")
    });
    let entries: Vec<String> = entries.collect();
    (!entries.is_empty()).then(|| format!("{{ {} }}", entries.join(", ")))
}
