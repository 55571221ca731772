//! A text with expressions in braces: `https://cases.example/{case_no}`.
//!
//! What an expression gives is written by the rule of the place where it stands (`percent_encode` in a URL): a caller's keys
//! never become syntax.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::braces::{self, Piece};
use crate::expression::{Expression, Fault};
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
        let at = |offset: u32| {
            if exact {
                written.place.right(1).right(offset)
            } else {
                written.place
            }
        };
        let mut told = |fault: Fault| report.error(at(fault.offset), fault.message, fault.help);
        let pieces = braces::cut(&written.text).map_err(&mut told)?.into_iter();
        let parts: Vec<Read<Part>> = pieces
            .map(|piece| match piece {
                Piece::Outside(text) => Ok(Part::Literal(text)),
                Piece::Within(text, offset) => Expression::parse(text, at(offset), exact)
                    .map(Part::Expression)
                    .map_err(|fault| {
                        told(Fault {
                            offset: offset.saturating_add(fault.offset),
                            ..fault
                        })
                    }),
            })
            .collect();
        Ok(Self {
            parts: parts.into_iter().collect::<Read<_>>()?,
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
