//! Reads one table of a script by its rows: each value with its place, its default and its bounds.
//!
//! Every mistake goes to the report and the reading goes on, so that an admin sees all of them at once. A key without a
//! row is an error; a row that no reader asks for would be a promise not kept, which a test of `node` finds.

mod form;
mod look_up;
mod timeouts;
mod writing;

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::expression::Expression;
use crate::place::{Name, Place, Source};
use crate::report::{Read, Report, Reported};
use crate::row::{Form, KeyRow, Need, one_of};
use crate::told;
use crate::told::Told;

pub(crate) use form::is_phone_key;
pub(crate) use look_up::{Header, PLACE, SECRET, Taken};
pub(crate) use timeouts::Timeouts;
pub(crate) use writing::Writing;

/// A value of the document with its span.
pub(crate) type Item<'t> = Spanned<DeValue<'t>>;

/// One table while it is read.
#[derive(Debug)]
pub(crate) struct Section<'s, 't> {
    /// `menu.welcome`, for messages.
    title: String,
    place: Place,
    table: &'s DeTable<'t>,
    rows: &'static [KeyRow],
    source: &'s Source<'t>,
    pub(crate) report: &'s mut Report,
    asked: BTreeSet<&'static str>,
    timeouts: Timeouts,
}

/// What stands for a key: a value, or what its row says of its absence.
enum Found<'s, 't> {
    Value(&'s Item<'t>),
    Default(&'static str),
    SameAs(&'static str),
    Absent,
}

impl<'s, 't> Section<'s, 't> {
    /// Begins to read a table; its unknown keys are told at once.
    pub(crate) fn new(
        title: String,
        place: Place,
        table: &'s DeTable<'t>,
        rows: &'static [KeyRow],
        source: &'s Source<'t>,
        report: &'s mut Report,
    ) -> Self {
        for (key, _) in table {
            let name = key.get_ref().as_ref();
            if !rows.iter().any(|row| row.name == name) {
                let message = told!(
                    "unknown key `{name}` in `{title}`",
                    "`{title}` 中没有 `{name}` 这一项"
                );
                report.unknown(
                    source.place(key.span().start),
                    message,
                    name,
                    rows.iter().map(|row| row.name),
                );
            }
        }
        Self {
            title,
            place,
            table,
            rows,
            source,
            report,
            asked: BTreeSet::new(),
            timeouts: Timeouts::default(),
        }
    }

    /// The same within a script whose head says how long callers may take.
    pub(crate) fn timed(self, timeouts: Timeouts) -> Self {
        Self { timeouts, ..self }
    }

    /// How long callers of this script may take.
    pub(crate) const fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    /// Where the table's name stands.
    pub(crate) const fn place(&self) -> Place {
        self.place
    }

    /// Where a value begins.
    pub(crate) fn place_of(&self, span: &Range<usize>) -> Place {
        self.source.place(span.start)
    }

    /// The value as it is written.
    pub(crate) fn written(&self, span: Range<usize>) -> &'t str {
        self.source.slice(span)
    }

    /// The keys that were asked for.
    #[cfg(test)]
    pub(crate) fn asked(&self) -> &BTreeSet<&'static str> {
        &self.asked
    }

    /// Whether the admin wrote this key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// A value that must be there.
    pub(crate) fn required(&mut self, key: &'static str) -> Read<&'s Item<'t>> {
        match self.find(key)? {
            Found::Value(item) => Ok(item),
            Found::Default(_) | Found::SameAs(_) | Found::Absent => Err(self.missing(key)),
        }
    }

    /// A value that may be there.
    pub(crate) fn optional(&mut self, key: &'static str) -> Read<Option<&'s Item<'t>>> {
        match self.find(key)? {
            Found::Value(item) => Ok(Some(item)),
            Found::Default(_) | Found::SameAs(_) | Found::Absent => Ok(None),
        }
    }

    /// A text that must be there, or whose default or other key stands for it.
    pub(crate) fn name(&mut self, key: &'static str) -> Read<Name> {
        match self.find(key)? {
            Found::Value(item) => self.text_of(key, item),
            Found::Default(text) => Ok(Name {
                text: text.to_owned(),
                place: self.place,
            }),
            // Its own reader tells when the other one is missing or wrong.
            Found::SameAs(other) => match self.table.get(other) {
                Some(item) => self.text_of(other, item),
                None => Err(Reported),
            },
            Found::Absent => Err(self.missing(key)),
        }
    }

    /// A text that may be left out.
    pub(crate) fn optional_name(&mut self, key: &'static str) -> Read<Option<Name>> {
        self.optional(key)?
            .map(|item| self.text_of(key, item))
            .transpose()
    }

    /// An expression, where there is one.
    pub(crate) fn optional_expression(&mut self, key: &'static str) -> Read<Option<Expression>> {
        let item = self.optional(key)?;
        item.map(|item| self.expression(key, item)).transpose()
    }

    /// An expression.
    pub(crate) fn required_expression(&mut self, key: &'static str) -> Read<Expression> {
        let item = self.required(key)?;
        self.expression(key, item)
    }

    /// One of the words of the row's form, where it may be left out.
    pub(crate) fn optional_word(&mut self, key: &'static str) -> Read<Option<Name>> {
        match self.optional(key)? {
            Some(_) => self.word(key).map(Some),
            None => Ok(None),
        }
    }

    /// One of the words of the row's form.
    pub(crate) fn word(&mut self, key: &'static str) -> Read<Name> {
        let name = self.name(key)?;
        match self.form(key) {
            Some(Form::Word(words)) if !words.contains(&name.text.as_str()) => {
                let (word, expected) = (&name.text, one_of(words));
                let message = Told {
                    en: format!("`{word}` is no {key}; expected {}", expected.en),
                    zh: format!("{key} 不能是 `{word}`；应为 {}", expected.zh),
                };
                Err(self
                    .report
                    .unknown(name.place, message, &name.text, words.iter().copied()))
            }
            Some(_) | None => Ok(name),
        }
    }

    /// `true` or `false`, with the row's default.
    pub(crate) fn truth(&mut self, key: &'static str) -> Read<bool> {
        match self.find(key)? {
            Found::Value(item) => item
                .get_ref()
                .as_bool()
                .ok_or_else(|| self.wrong(key, item)),
            Found::Default(text) => Ok(text == "true"),
            Found::SameAs(_) | Found::Absent => Err(self.missing(key)),
        }
    }

    /// `true` or `false`, or nothing.
    pub(crate) fn optional_truth(&mut self, key: &'static str) -> Read<Option<bool>> {
        self.optional(key)?
            .map(|item| {
                item.get_ref()
                    .as_bool()
                    .ok_or_else(|| self.wrong(key, item))
            })
            .transpose()
    }

    /// A whole number within the row's bounds.
    pub(crate) fn whole(&mut self, key: &'static str) -> Read<u32> {
        let (text, item) = self.figure(key)?;
        let bounds = match self.form(key) {
            Some(Form::Whole { min, max }) => min..=max,
            Some(_) | None => 0..=u32::MAX,
        };
        match (
            text.parse::<u32>()
                .ok()
                .filter(|number| bounds.contains(number)),
            item,
        ) {
            (Some(number), _) => Ok(number),
            (None, Some(item)) => Err(self.wrong(key, item)),
            (None, None) => Err(self.missing(key)),
        }
    }

    /// Seconds within the row's bounds.
    pub(crate) fn seconds(&mut self, key: &'static str) -> Read<Duration> {
        let of_head = matches!(self.row(key).map(|row| row.need), Some(Need::Head(_)));
        if let Some(time) = self.timeouts.of(key).filter(|_| of_head && !self.has(key)) {
            self.asked.insert(key);
            return Ok(time);
        }
        let (text, item) = self.figure(key)?;
        let (zero, max) = match self.form(key) {
            Some(Form::Seconds { zero, max }) => (zero, max),
            Some(_) | None => (true, u32::MAX),
        };
        let time = text
            .parse::<f64>()
            .ok()
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let fits = |time: &Duration| {
            (zero || !time.is_zero()) && *time <= Duration::from_secs(u64::from(max))
        };
        match (time.filter(fits), item) {
            (Some(time), _) => Ok(time),
            (None, Some(item)) => Err(self.wrong(key, item)),
            (None, None) => Err(self.missing(key)),
        }
    }

    /// Seconds, where they may be left out.
    pub(crate) fn optional_seconds(&mut self, key: &'static str) -> Read<Option<Duration>> {
        match self.optional(key)? {
            Some(_) => self.seconds(key).map(Some),
            None => Ok(None),
        }
    }

    /// A list of texts; nothing is an empty one.
    pub(crate) fn list(&mut self, key: &'static str) -> Read<Vec<Name>> {
        let Some(item) = self.optional(key)? else {
            return Ok(Vec::new());
        };
        self.list_of(key, item)
    }

    /// The texts of a list.
    pub(crate) fn list_of(&mut self, key: &'static str, item: &Item<'t>) -> Read<Vec<Name>> {
        let Some(items) = item.get_ref().as_array() else {
            return Err(self.wrong(key, item));
        };
        let texts: Vec<Read<Name>> = items.iter().map(|item| self.text_of(key, item)).collect();
        texts.into_iter().collect()
    }

    /// The entries of a table in the order in which they are written; nothing is an empty one.
    pub(crate) fn entries(&mut self, key: &'static str) -> Read<Vec<(Name, &'s Item<'t>)>> {
        let found = match self.find(key)? {
            Found::Value(item) => item,
            Found::Absent
                if matches!(
                    self.row(key),
                    Some(KeyRow {
                        need: Need::Required,
                        ..
                    })
                ) =>
            {
                return Err(self.missing(key));
            }
            Found::Default(_) | Found::SameAs(_) | Found::Absent => return Ok(Vec::new()),
        };
        let Some(table) = found.get_ref().as_table() else {
            return Err(self.wrong(key, found));
        };
        let mut entries: Vec<(Name, &Item<'t>)> = table
            .iter()
            .map(|(key, item)| (self.key_name(key), item))
            .collect();
        entries.sort_by_key(|(name, _)| name.place);
        Ok(entries)
    }

    /// A text that stands at `item`.
    pub(crate) fn text_of(&mut self, key: &'static str, item: &Item<'t>) -> Read<Name> {
        match item.get_ref().as_str() {
            Some(text) => Ok(Name {
                text: text.to_owned(),
                place: self.place_of(&item.span()),
            }),
            None => Err(self.wrong(key, item)),
        }
    }

    /// Tells that a value has not the form of its row.
    pub(crate) fn wrong(&mut self, key: &'static str, item: &Item<'t>) -> Reported {
        let expected = self.expected(key);
        let written: String = self.written(item.span()).chars().take(40).collect();
        let shown = written.lines().next().unwrap_or("").trim_end().to_owned();
        let place = self.place_of(&item.span());
        let message = Told {
            en: format!("`{key}` cannot be `{shown}`{}", expected.en),
            zh: format!("`{key}` 不能是 `{shown}`{}", expected.zh),
        };
        self.report.error(place, message, None)
    }

    /// The key of an entry, with its place.
    pub(crate) fn key_name(&self, key: &Spanned<DeString<'t>>) -> Name {
        Name {
            text: key.get_ref().as_ref().to_owned(),
            place: self.place_of(&key.span()),
        }
    }

    /// A number as it is written, or the row's default.
    fn figure(&mut self, key: &'static str) -> Read<(String, Option<&'s Item<'t>>)> {
        match self.find(key)? {
            Found::Value(item) => match item.get_ref() {
                DeValue::Integer(number) if number.radix() == 10 => {
                    Ok((number.as_str().to_owned(), Some(item)))
                }
                DeValue::Float(number) => Ok((number.as_str().to_owned(), Some(item))),
                DeValue::Integer(_)
                | DeValue::String(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_)
                | DeValue::Array(_)
                | DeValue::Table(_) => Err(self.wrong(key, item)),
            },
            Found::Default(text) => Ok((text.to_owned(), None)),
            Found::SameAs(_) | Found::Absent => Err(self.missing(key)),
        }
    }

    fn find(&mut self, key: &'static str) -> Read<Found<'s, 't>> {
        self.asked.insert(key);
        Ok(
            match (self.table.get(key), self.row(key).map(|row| row.need)) {
                (Some(item), _) => Found::Value(item),
                (None, Some(Need::Default(text) | Need::Head(text))) => Found::Default(text),
                (None, Some(Need::SameAs(other))) => Found::SameAs(other),
                (None, Some(Need::Required | Need::Optional) | None) => Found::Absent,
            },
        )
    }

    fn row(&self, key: &str) -> Option<&'static KeyRow> {
        self.rows.iter().find(|row| row.name == key)
    }

    fn form(&self, key: &str) -> Option<Form> {
        self.row(key).map(|row| row.form)
    }

    fn missing(&mut self, key: &'static str) -> Reported {
        let (title, expected) = (&self.title, self.expected(key));
        let message = Told {
            en: format!("`{title}` needs `{key}`{}", expected.en),
            zh: format!("`{title}` 缺少 `{key}`{}", expected.zh),
        };
        self.report.error(self.place, message, None)
    }

    fn expected(&self, key: &str) -> Told {
        let Some(form) = self.form(key) else {
            return Told::as_it_is("");
        };
        let Told { en, zh } = form.describe();
        Told {
            en: format!("; expected {en}"),
            zh: format!("；应为{zh}"),
        }
    }
}
