//! The forms of look-ups: URLs, headers, places in an answer, columns.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::{Item, Section};
use crate::ask::SecretSource;
use crate::expression::Expression;
use crate::place::{Name, Place};
use crate::report::{Read, Reported};
use crate::row::{Form, KeyRow, Need, row};
use crate::template::Template;
use crate::told;
use crate::value::Type;

/// A header of a request as a script writes it.
#[derive(Debug)]
pub(crate) enum Header {
    Text(Template),
    Secret(SecretSource, Place),
}

/// A variable with what it takes of an answer.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) variable: Name,
    /// A JSON Pointer.
    pub(crate) at: Name,
    pub(crate) kind: Type,
}

/// A place in an answer, in its long form.
pub(crate) const PLACE: &[KeyRow] = &[
    row(
        "at",
        Form::Text,
        Need::Required,
        "A JSON Pointer (RFC 6901).",
        "位置",
    ),
    row(
        "type",
        Form::Word(Type::NAMES),
        Need::Default("text"),
        "What it must be.",
        "类型",
    ),
];

/// A secret, named and not written.
pub(crate) const SECRET: &[KeyRow] = &[
    row(
        "env",
        Form::Text,
        Need::Optional,
        "An environment variable.",
        "环境变量",
    ),
    row("file", Form::Text, Need::Optional, "A file.", "文件"),
];

impl<'s, 't> Section<'s, 't> {
    /// A text with expressions in braces.
    pub(crate) fn template(&mut self, key: &'static str) -> Read<Template> {
        let item = self.required(key)?;
        self.template_of(key, item)
    }

    pub(super) fn template_of(&mut self, key: &'static str, item: &Item<'t>) -> Read<Template> {
        let text = self.text_of(key, item)?;
        let exact = self.is_as_written(&text.text, item);
        Template::read(&text, exact, self.report)
    }

    /// Whether a text's characters are the file's, one after the opening quote.
    pub(super) fn is_as_written(&self, text: &str, item: &Item<'t>) -> bool {
        let written = self.written(item.span());
        let bare = written.get(1..written.len().saturating_sub(1));
        bare == Some(text) && !text.contains('\n')
    }

    /// Headers of a request; nothing is none.
    pub(crate) fn headers(&mut self, key: &'static str) -> Read<Vec<(Name, Header)>> {
        let entries = self.entries(key)?;
        let read: Vec<Read<(Name, Header)>> = entries
            .into_iter()
            .map(|(name, item)| {
                let name = self.header_name(name);
                let value = match item.get_ref() {
                    DeValue::Table(table) => self.secret(key, item, table),
                    DeValue::String(_)
                    | DeValue::Integer(_)
                    | DeValue::Float(_)
                    | DeValue::Boolean(_)
                    | DeValue::Datetime(_)
                    | DeValue::Array(_) => self.template_of(key, item).map(Header::Text),
                };
                Ok((name?, value?))
            })
            .collect();
        read.into_iter().collect()
    }

    /// RFC 9110 §5.1: a token. Those that frame the request are the client's.
    fn header_name(&mut self, name: Name) -> Read<Name> {
        const FRAMING: [&str; 5] = [
            "host",
            "content-length",
            "content-type",
            "transfer-encoding",
            "connection",
        ];
        let is_token = !name.text.is_empty()
            && name
                .text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
        let message = if !is_token {
            told!(
                "`{}` is no name of a header",
                "`{}` 不是请求头名称",
                name.text
            )
        } else if FRAMING.contains(&name.text.to_ascii_lowercase().as_str()) {
            told!(
                "`{}` is written by the request itself",
                "`{}` 由请求自行填写",
                name.text
            )
        } else {
            return Ok(name);
        };
        Err(self.report.error(name.place, message, None))
    }

    fn secret(&mut self, key: &'static str, item: &Item<'t>, table: &DeTable<'t>) -> Read<Header> {
        let place = self.place_of(&item.span());
        let mut inner = self.within(key, item, table, SECRET);
        let (env, file) = (inner.optional_name("env")?, inner.optional_name("file")?);
        match (env, file) {
            (Some(env), None) => Ok(Header::Secret(SecretSource::Env(env.text), place)),
            (None, Some(file)) => Ok(Header::Secret(SecretSource::File(file.text), place)),
            (Some(_), Some(_)) | (None, None) => {
                let message = told!(
                    "a secret is exactly one of `env`, `file`",
                    "密钥须写 `env` 或 `file` 之一"
                );
                Err(self.report.error(place, message, None))
            }
        }
    }

    /// Variables with places in an answer; nothing is none.
    pub(crate) fn taken(&mut self, key: &'static str) -> Read<Vec<Taken>> {
        let entries = self.entries(key)?;
        let read: Vec<Read<Taken>> = entries
            .into_iter()
            .map(|(name, item)| {
                let variable = self.settable(name)?;
                let (at, kind) = match item.get_ref() {
                    DeValue::Table(table) => {
                        let mut inner = self.within(key, item, table, PLACE);
                        let (at, kind) = (inner.name("at"), inner.word("type"));
                        (at?, Type::of_name(&kind?.text).unwrap_or(Type::Text))
                    }
                    DeValue::String(_)
                    | DeValue::Integer(_)
                    | DeValue::Float(_)
                    | DeValue::Boolean(_)
                    | DeValue::Datetime(_)
                    | DeValue::Array(_) => (self.text_of(key, item)?, Type::Text),
                };
                self.is_pointer(&at)?;
                Ok(Taken { variable, at, kind })
            })
            .collect();
        read.into_iter().collect()
    }

    /// RFC 6901 §3: empty for the whole, else every part begins with a slash.
    fn is_pointer(&mut self, at: &Name) -> Read<()> {
        if at.text.is_empty() || at.text.starts_with('/') {
            return Ok(());
        }
        let message = told!(
            "`{}` is no place in a JSON answer",
            "`{}` 不是 JSON 应答中的位置",
            at.text
        );
        let slashes = at.text.trim_start_matches("$.").replace('.', "/");
        let help = told!(
            "a JSON Pointer begins with a slash: \"/{slashes}\"",
            "JSON Pointer 以斜线开头：\"/{slashes}\""
        );
        Err(self.report.error(at.place, message, Some(help)))
    }

    /// Names with types; nothing is none.
    pub(crate) fn types(&mut self, key: &'static str) -> Read<BTreeMap<String, Type>> {
        let entries = self.entries(key)?;
        let read: Vec<Read<(String, Type)>> = entries
            .into_iter()
            .map(|(name, item)| {
                let (name, word) = (self.settable(name)?, self.text_of(key, item)?);
                let kind = Type::of_name(&word.text).ok_or_else(|| {
                    let message = told!("`{}` is no type", "`{}` 不是类型", word.text);
                    let names = Type::NAMES.iter().copied();
                    self.report.unknown(word.place, message, &word.text, names)
                });
                Ok((name.text, kind?))
            })
            .collect();
        read.into_iter().collect()
    }

    /// Variables with columns; nothing is none.
    pub(crate) fn columns(&mut self, key: &'static str) -> Read<Vec<(Name, Name)>> {
        let entries = self.entries(key)?;
        let read: Vec<Read<(Name, Name)>> = entries
            .into_iter()
            .map(|(name, item)| Ok((self.settable(name)?, self.text_of(key, item)?)))
            .collect();
        read.into_iter().collect()
    }

    /// Names, each with an expression; nothing is none.
    pub(crate) fn named_expressions(&mut self, key: &'static str) -> Read<Vec<(Name, Expression)>> {
        let entries = self.entries(key)?;
        let read: Vec<Read<(Name, Expression)>> = entries
            .into_iter()
            .map(|(name, item)| Ok((name, self.expression(key, item)?)))
            .collect();
        read.into_iter().collect()
    }

    /// One of the given words, from a key whose form is a word.
    pub(crate) fn chosen<T: Copy>(
        &mut self,
        key: &'static str,
        choices: &[T],
        name: impl Fn(T) -> &'static str,
    ) -> Read<T> {
        let word = self.word(key)?;
        let found = choices.iter().find(|choice| name(**choice) == word.text);
        found.copied().ok_or(Reported)
    }
}
