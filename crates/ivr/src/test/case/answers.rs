//! What the look-ups of a test bring: words, or the values of variables.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use crate::ask::Answer;
use crate::place::Name;
use crate::report::Read;
use crate::section::{Item, Section};
use crate::step::Given;
use crate::told;
use crate::value::{Number, Value};

/// The words of answers that bring nothing; a query's and a PIN's beside a service's.
pub(crate) const ANSWER_WORDS: &[&str] = &[
    "missing",
    "empty",
    "full",
    "bad",
    "error",
    "wrong_pin",
    "none",
];

pub(super) fn read(section: &mut Section<'_, '_>) -> Read<Vec<(Name, Answer)>> {
    let entries = section.entries("answers")?;
    let read: Vec<Read<(Name, Answer)>> = entries
        .into_iter()
        .map(|(name, item)| Ok((name, answer(section, item)?)))
        .collect();
    read.into_iter().collect()
}

/// What a part of others is given.
pub(super) fn args(section: &mut Section<'_, '_>) -> Read<Given> {
    let entries = section.entries("args")?;
    let read: Vec<Read<(String, (Value, bool))>> = entries
        .into_iter()
        .map(|(name, item)| Ok((name.text, (value(section, item)?, false))))
        .collect();
    read.into_iter().collect()
}

fn answer<'t>(section: &mut Section<'_, 't>, item: &Item<'t>) -> Read<Answer> {
    let said = || "as the test says".to_owned();
    match item.get_ref() {
        DeValue::Table(table) => found(section, table),
        DeValue::String(word) => match word.as_ref() {
            "missing" | "empty" | "full" => Ok(Answer::Missing),
            "bad" | "error" | "wrong_pin" => Ok(Answer::Bad(said())),
            "none" => Ok(Answer::NoAnswer(said())),
            other => {
                let message = told!(
                    "`{other}` is no answer of a look-up",
                    "`{other}` 不是查询结果"
                );
                let place = section.place_of(&item.span());
                let words = ANSWER_WORDS.iter().copied();
                Err(section.report.unknown(place, message, other, words))
            }
        },
        DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_) => Err(section.wrong("answers", item)),
    }
}

fn found(section: &mut Section<'_, '_>, table: &DeTable<'_>) -> Read<Answer> {
    let values: Vec<Read<(String, Value)>> = table
        .iter()
        .map(|(key, item)| Ok((key.get_ref().as_ref().to_owned(), value(section, item)?)))
        .collect();
    let values: Read<BTreeMap<String, Value>> = values.into_iter().collect();
    Ok(Answer::Found(values?))
}

fn value(section: &mut Section<'_, '_>, item: &Item<'_>) -> Read<Value> {
    let number = |text: &str| Number::parse(text).map(Value::Number);
    let found = match item.get_ref() {
        DeValue::String(text) => Some(Value::Text(text.as_ref().to_owned())),
        DeValue::Integer(figure) if figure.radix() == 10 => number(figure.as_str()),
        DeValue::Float(figure) => number(figure.as_str()),
        DeValue::Boolean(truth) => Some(Value::Truth(*truth)),
        DeValue::Integer(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    };
    found.ok_or_else(|| {
        let message = told!(
            "a value is a text, a number with two decimals at most, true or false",
            "值为文本、最多两位小数的数字、true 或 false"
        );
        let place = section.place_of(&item.span());
        section.report.error(place, message, None)
    })
}
