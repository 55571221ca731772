//! `trunkline ivr try`: a script tried by hand (E21), at a terminal or by a pipe, in virtual time and without a server.
//!
//! The configuration is read once and proved as `check` does. The caller is `ivr::rehearsal`'s; here his keys are read and
//! what comes of them is told. Nothing is asked of the world: what queues, phones and look-ups answer is typed.

mod command;
mod line;
mod save;
mod session;
mod shown;

use std::path::Path;
use std::sync::Arc;

use engine::Entry;
use ivr::rehearsal::{Circumstances, Texts, clock};
use ivr::{Script, did_you_mean, told};
use model::Timestamp;
use speech::Language;

use self::command::moment;
use self::line::Lines;
use self::session::{Session, Went};
use crate::Failure;
use crate::config::{Loaded, Source};
use crate::verb::now;

/// Runs the verb.
pub(super) fn run(
    source: &Source,
    what: &str,
    at: Option<&str>,
    language: Language,
) -> Result<(), Failure> {
    let loaded = source.load(1, None)?;
    let (script, called) = script(&loaded, what)?;
    let mut circumstances = Circumstances::at(this_minute());
    circumstances.called = called.unwrap_or(circumstances.called);
    if let Some(at) = at {
        let clock = clock(&script, &loaded.engine.calendars);
        circumstances.at = moment(at, clock).map_err(Failure::Refused)?;
    }
    let texts = texts(source, &loaded, &script)?;
    let mut session = Session::new(source, loaded, script, circumstances, texts, language);
    let mut lines = Lines::open()?;
    print!("{}", session.begin());
    let mut refused = 0;
    while let Some(line) = lines.next()? {
        let (went, said) = session.takes(&line);
        print!("{said}");
        match went {
            Went::On => {}
            Went::Refused => refused += 1,
            Went::Over => break,
        }
        if !session.is_secret() {
            lines.remember(&line);
        }
    }
    if refused > 0 && !lines.is_terminal() {
        return Err(Failure::Refused(told!(
            "{refused} lines were refused",
            "有 {refused} 行未被接受"
        )));
    }
    Ok(())
}

fn this_minute() -> Timestamp {
    let at = now().as_ms();
    Timestamp::from_ms(at - at.rem_euclid(60_000))
}

/// The script that is meant, and the number that leads there if one was said.
fn script(loaded: &Loaded, what: &str) -> Result<(Arc<Script>, Option<String>), Failure> {
    let scripts = &loaded.engine.scripts;
    let stem = Path::new(what).file_stem().map(|it| it.to_string_lossy());
    let named = stem.and_then(|stem| scripts.get(&*stem));
    if let Some(script) = named {
        return Ok((Arc::clone(script), None));
    }
    let numbers = &loaded.engine.numbers;
    let number = numbers.find(what);
    let number = number.or_else(|| numbers.find(&loaded.engine.plan.key(what).key));
    let Some((written, number)) = number else {
        let known = scripts.keys().map(|name| name.as_str());
        let known = known.chain(numbers.iter().map(|(number, _)| number));
        let message = told!(
            "neither a script nor a number is called `{what}`",
            "没有名为 `{what}` 的流程或号码"
        );
        return Err(Failure::Refused(message.with(did_you_mean(what, known))));
    };
    let script = match &number.entry {
        Entry::Script(name) => scripts.get(name),
        Entry::Queue(_) | Entry::Agent(_) | Entry::Standby | Entry::Regions(_) => None,
    };
    let script = script.ok_or_else(|| {
        Failure::Refused(told!(
            "the number `{written}` leads into no script",
            "号码 `{written}` 不进入流程"
        ))
    })?;
    Ok((Arc::clone(script), Some(written.to_owned())))
}

/// The words of what is heard: of the scripts, and of the house where `prompts/words.toml` stands beside them.
fn texts(source: &Source, loaded: &Loaded, script: &Arc<Script>) -> Result<Texts, Failure> {
    let mut texts = Texts::of_all(script, &loaded.engine.scripts);
    let words = source.settings()?.ivr.dir.join("prompts/words.toml");
    let words = std::fs::read_to_string(words).unwrap_or_default();
    let words: toml::Table = words.parse().unwrap_or_default();
    let prompts = words.get("prompt").and_then(toml::Value::as_table);
    for (name, prompt) in prompts.into_iter().flatten() {
        for (language, text) in prompt.as_table().into_iter().flatten() {
            texts.add(language, name, text.as_str().unwrap_or_default());
        }
    }
    Ok(texts)
}
