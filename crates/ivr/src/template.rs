//! A text with expressions in braces: `https://cases.example/{case_no}`. A brace that stands for itself is doubled.
//!
//! What an expression gives is written by the rule of the place where it stands (`percent_encode` in a URL): a caller's keys
//! never become syntax.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::expression::Expression;
use crate::place::{Name, Place};
use crate::report::{Read, Report};
use crate::value::Value;

/// A text that was read.
#[derive(Debug)]
pub(crate) struct Template {
    parts: Vec<Part>,
    place: Place,
}

#[derive(Debug)]
enum Part {
    Literal(String),
    Expression(Expression),
}

impl Template {
    /// Reads a text; what is wrong in it goes to the report. `exact`: its characters are the file's, from one after its place.
    pub(crate) fn read(written: &Name, exact: bool, report: &mut Report) -> Read<Self> {
        let place = if exact {
            written.place.right(1)
        } else {
            written.place
        };
        let at = |offset: usize| {
            let before = written.text.get(..offset).unwrap_or("").chars().count();
            let before = u32::try_from(before).unwrap_or(u32::MAX);
            if exact { place.right(before) } else { place }
        };
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = written.text.as_str();
        while let Some(brace) = rest.find(['{', '}']) {
            let offset = written.text.len() - rest.len() + brace;
            let (before, from) = rest.split_at(brace);
            literal.push_str(before);
            if let Some(after) = doubled(from) {
                literal.push_str(from.get(..1).unwrap_or(""));
                rest = after;
                continue;
            }
            let inner = from.strip_prefix('{').and_then(|from| from.split_once('}'));
            let Some((inner, after)) = inner else {
                let help = "a brace that stands for itself is written twice".to_owned();
                return Err(report.error(at(offset), "a brace without its other half", Some(help)));
            };
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            let expression = Expression::parse(inner, at(offset + 1), exact);
            parts.push(Part::Expression(expression.map_err(|fault| {
                let inside = offset + 1 + byte_of(inner, fault.offset);
                report.error(at(inside), fault.message, fault.help)
            })?));
            rest = after;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(Self {
            parts,
            place: written.place,
        })
    }

    /// Where it stands.
    pub(crate) const fn place(&self) -> Place {
        self.place
    }

    /// The expressions within, in order.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Expression(expression) => Some(expression),
        })
    }

    /// What stands before the first expression.
    pub(crate) fn beginning(&self) -> &str {
        match self.parts.first() {
            Some(Part::Literal(text)) => text,
            Some(Part::Expression(_)) | None => "",
        }
    }

    /// The text with every expression replaced by what `value` gives, written by `encode`.
    pub(crate) fn fill(
        &self,
        value: impl Fn(&Expression) -> Result<Value, String>,
        encode: impl Fn(&str) -> String,
    ) -> Result<String, String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Expression(expression) => {
                    text.push_str(&encode(&value(expression)?.to_string()));
                }
            }
        }
        Ok(text)
    }
}

/// What follows a doubled brace.
fn doubled(from: &str) -> Option<&str> {
    from.strip_prefix("{{").or_else(|| from.strip_prefix("}}"))
}

/// The byte of a character.
fn byte_of(text: &str, characters: u32) -> usize {
    let characters = usize::try_from(characters).unwrap_or(usize::MAX);
    text.char_indices()
        .nth(characters)
        .map_or(text.len(), |(byte, _)| byte)
}

/// RFC 3986 §2.1: everything but the unreserved characters, so that it is data wherever in a URL it stands.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A text as a URL carries it.
pub(crate) fn percent_encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// RFC 9110 §5.5: no control character, so that a value ends where it ends.
pub(crate) fn header_text(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Number;

    fn filled(text: &str) -> Result<String, Vec<String>> {
        let written = Name {
            text: text.to_owned(),
            place: Place::START,
        };
        let mut report = Report::new("t");
        let read = Template::read(&written, true, &mut report);
        let told: Vec<String> = report.finish().iter().map(ToString::to_string).collect();
        let template = read.map_err(|_| told)?;
        let value = |expression: &Expression| match expression.text() {
            "n" => Ok(Value::Number(Number::whole(7))),
            other => Ok(Value::Text(format!("{other}/?&#%\r\n 键"))),
        };
        Ok(template.fill(value, percent_encode).expect("values"))
    }

    #[test]
    fn s21_what_a_caller_says_is_never_syntax() {
        let table = [
            ("https://a/b", "https://a/b"),
            ("https://a/{n}", "https://a/7"),
            (
                "https://a/{x}?q={n}&r={ n }",
                "https://a/x%2F%3F%26%23%25%0D%0A%20%E9%94%AE?q=7&r=%20n%20%2F",
            ),
            ("{{n}} {n}", "{n} 7"),
            ("", ""),
        ];
        for (text, expected) in table {
            let found = filled(text).unwrap();
            assert!(found.starts_with(expected), "{text}: {found}");
        }
        assert_eq!(header_text("a\r\nX: b\u{7f}"), "a  X: b ");
    }

    #[test]
    fn a_mistake_is_told_where_it_stands() {
        for (text, place) in [
            ("ab{", "t:1:4:"),
            ("键}", "t:1:3:"),
            ("键{a = 1}", "t:1:6:"),
        ] {
            let told = filled(text).unwrap_err();
            assert!(told[0].starts_with(place), "{text}: {told:?}");
        }
    }
}
