//! The forms that more than one kind of node reads: keys of a phone, variables, expressions, tables within tables.

use toml::de::{DeTable, DeValue};

use super::{Item, Section};
use crate::expression::{Expression, Fault};
use crate::place::{Name, Place};
use crate::report::{Read, Reported};
use crate::row::{Form, KeyRow};
use crate::sentence::Sentence;
use crate::told;
use crate::told::Told;
use crate::value::{Number, Value};
use crate::variable::is_settable;

/// The keys that a phone can send (RFC 4733 §3.2), as scripts write them.
const PHONE_KEYS: &str = "0123456789*#ABCD";

/// Whether a phone can send this key.
pub(crate) fn is_phone_key(key: char) -> bool {
    PHONE_KEYS.contains(key)
}

impl<'s, 't> Section<'s, 't> {
    /// Reads a table that stands within this one.
    pub(crate) fn within<'i>(
        &'i mut self,
        key: &str,
        item: &Item<'t>,
        table: &'i DeTable<'t>,
        rows: &'static [KeyRow],
    ) -> Section<'i, 't> {
        let place = self.place_of(&item.span());
        Section::new(
            format!("{}.{key}", self.title),
            place,
            table,
            rows,
            self.source,
            self.report,
        )
    }

    /// Where a key that is there stands.
    pub(crate) fn place_of_key(&self, key: &str) -> Place {
        self.table
            .get_key_value(key)
            .map_or(self.place, |(key, _)| self.source.place(key.span().start))
    }

    /// A whole number that may be left out, with its place.
    pub(crate) fn optional_whole(&mut self, key: &'static str) -> Read<Option<(u32, Place)>> {
        let Some(item) = self.optional(key)? else {
            return Ok(None);
        };
        let place = self.place_of(&item.span());
        self.whole(key).map(|number| Some((number, place)))
    }

    /// One key of a phone or `""`; the place is that of the value.
    pub(crate) fn key_or_none(&mut self, key: &'static str) -> Read<Option<(char, Place)>> {
        let name = self.name(key)?;
        if name.text.is_empty() {
            return Ok(None);
        }
        self.phone_key(&name).map(|key| Some((key, name.place)))
    }

    /// Keys of a phone, each with a node, in the order in which they are written.
    pub(crate) fn keys(&mut self, key: &'static str) -> Read<Vec<(char, Name)>> {
        let read: Vec<Read<(char, Name)>> = self
            .entries(key)?
            .into_iter()
            .map(|(name, item)| {
                let (phone_key, to) = (self.phone_key(&name), self.node_of(item));
                Ok((phone_key?, to?))
            })
            .collect();
        let keys: Vec<(char, Name)> = read.into_iter().collect::<Read<_>>()?;
        if keys.is_empty() && self.has(key) {
            let title = &self.title;
            let message = told!(
                "`{key}` of `{title}` has no keys",
                "`{title}` 的 `{key}` 中没有按键"
            );
            return Err(self.report.error(self.place_of_key(key), message, None));
        }
        Ok(keys)
    }

    /// Extensions with their nodes; none where the key is not there.
    pub(crate) fn extensions(&mut self, key: &'static str) -> Read<Vec<(Name, Name)>> {
        let entries = self.entries(key)?.into_iter();
        let read: Vec<Read<(Name, Name)>> = entries
            .map(|(name, item)| Ok((name, self.node_of(item)?)))
            .collect();
        read.into_iter().collect()
    }

    /// Results of a bot, each with a node, in the order in which they are written: one at least.
    pub(crate) fn ways(&mut self, key: &'static str) -> Read<Vec<(Name, Name)>> {
        let entries = self.entries(key)?.into_iter();
        let read: Vec<Read<(Name, Name)>> = entries
            .map(|(name, item)| Ok((self.result(name)?, self.node_of(item)?)))
            .collect();
        let ways: Vec<(Name, Name)> = read.into_iter().collect::<Read<_>>()?;
        if ways.is_empty() {
            let message = told!("`{key}` names no result", "`{key}` 中没有结果");
            return Err(self.report.error(self.place_of_key(key), message, None));
        }
        Ok(ways)
    }

    /// A word that a bot may say.
    fn result(&mut self, name: Name) -> Read<Name> {
        let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-');
        if (1..=40).contains(&name.text.len()) && name.text.chars().all(is_part) {
            return Ok(name);
        }
        let message = told!(
            "`{}` is no name of a result",
            "`{}` 不是结果名称",
            name.text
        );
        let help = told!(
            "up to 40 of a-z, A-Z, 0-9, _ and -, such as `done`",
            "不超过 40 个字符：a-z、A-Z、0-9、_ 和 -，如 `done`"
        );
        Err(self.report.error(name.place, message, Some(help)))
    }

    /// The name of a variable that may be set.
    pub(crate) fn variable(&mut self, key: &'static str) -> Read<Name> {
        let name = self.name(key)?;
        self.settable(name)
    }

    /// A name, if a variable may have it.
    pub(crate) fn settable(&mut self, name: Name) -> Read<Name> {
        if is_settable(&name.text) {
            return Ok(name);
        }
        let message = told!("`{}` cannot be set", "不能给 `{}` 赋值", name.text);
        let help = told!(
            "a variable's name is a-z, 0-9 and _, begins with a letter, and is neither a word of expressions nor one of \
             the variables that are there at entry",
            "变量名由 a-z、0-9 和 _ 组成，以字母开头，不能是表达式的保留字，也不能是来电时已有的变量"
        );
        Err(self.report.error(name.place, message, Some(help)))
    }

    /// An expression: a TOML text, or a bare whole number, `true` or `false`.
    pub(crate) fn expression(&mut self, key: &'static str, item: &Item<'t>) -> Read<Expression> {
        let place = self.place_of(&item.span());
        match item.get_ref() {
            DeValue::String(text) => self.expression_text(text, item),
            DeValue::Boolean(truth) => Ok(Expression::literal(Value::Truth(*truth), place)),
            DeValue::Integer(number) => match Number::parse(number.as_str()) {
                Some(value) if number.radix() == 10 => {
                    Ok(Expression::literal(Value::Number(value), place))
                }
                Some(_) | None => Err(self.wrong(key, item)),
            },
            DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                Err(self.wrong(key, item))
            }
        }
    }

    /// A sentence with values in it.
    pub(crate) fn sentence(&mut self, key: &'static str, item: &Item<'t>) -> Read<Sentence> {
        let Some(text) = item.get_ref().as_str() else {
            return Err(self.wrong(key, item));
        };
        if text.trim().is_empty() {
            let place = self.place_of(&item.span());
            let message = told!("`{}` needs a text here", "`{}` 此处需要文本", self.title);
            return Err(self.report.error(place, message, None));
        }
        let (place, exact) = self.letters_of(text, item);
        Sentence::parse(text, place, exact).map_err(|fault| self.faulty(place, exact, fault))
    }

    fn expression_text(&mut self, text: &str, item: &Item<'t>) -> Read<Expression> {
        let (place, exact) = self.letters_of(text, item);
        Expression::parse(text, place, exact).map_err(|fault| self.faulty(place, exact, fault))
    }

    /// Where the first character of a text stands, and whether its characters are those of the file.
    fn letters_of(&self, text: &str, item: &Item<'t>) -> (Place, bool) {
        let start = self.place_of(&item.span());
        let exact = self.is_as_written(text, item);
        (if exact { start.right(1) } else { start }, exact)
    }

    fn faulty(&mut self, place: Place, exact: bool, fault: Fault) -> Reported {
        let at = if exact {
            place.right(fault.offset)
        } else {
            place
        };
        self.report.error(at, fault.message, fault.help)
    }

    fn phone_key(&mut self, name: &Name) -> Read<char> {
        let mut letters = name.text.chars();
        match (letters.next(), letters.next()) {
            (Some(key), None) if is_phone_key(key) => Ok(key),
            _ => {
                let message = told!(
                    "`{}` is no key of a phone; expected one of 0-9, *, #, A-D",
                    "`{}` 不是电话按键；应为 0-9、*、#、A-D 之一",
                    name.text
                );
                let help = if name.text.chars().count() > 1 {
                    told!(
                        "several digits are taken by `collect`, or dialled as `extensions`",
                        "多位数字用 `collect` 收取，或写在 `extensions`"
                    )
                } else {
                    told!("one key each", "每项一个按键")
                };
                Err(self.report.error(name.place, message, Some(help)))
            }
        }
    }

    fn node_of(&mut self, item: &Item<'t>) -> Read<Name> {
        match item.get_ref().as_str() {
            Some(text) => Ok(Name {
                text: text.to_owned(),
                place: self.place_of(&item.span()),
            }),
            None => {
                let Told { en, zh } = Form::Node.describe();
                let message = told!("a key leads to {en}", "按键须指向{zh}");
                Err(self
                    .report
                    .error(self.place_of(&item.span()), message, None))
            }
        }
    }
}
