//! What a variable may hold: a text, a number or a truth.

use std::fmt;

/// A value of a script's variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Words, or digits that are no figure.
    Text(String),
    /// A figure.
    Number(Number),
    /// Yes or no.
    Truth(bool),
}

/// The type of a value, known when a script is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// [`Value::Text`].
    Text,
    /// [`Value::Number`].
    Number,
    /// [`Value::Truth`].
    Truth,
}

impl Type {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Text, Self::Number, Self::Truth];
    /// Their words, in the same order.
    pub(crate) const NAMES: &[&str] = &["text", "number", "truth"];

    /// Its word in a file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Truth => "truth",
        }
    }

    /// The type that a word names.
    pub fn of_name(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == word)
    }
}

/// A number with two decimals, exact: hundredths in an integer. Money is the finest that callers key in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(i64);

impl Number {
    /// From a whole number; too large ones stay at the largest.
    pub fn whole(number: i64) -> Self {
        Self(number.saturating_mul(100))
    }

    /// The whole number that it is, if it is one.
    pub const fn as_whole(self) -> Option<i64> {
        if self.0 % 100 == 0 {
            Some(self.0 / 100)
        } else {
            None
        }
    }

    /// So many hundredths.
    pub(crate) const fn hundredths(self) -> i64 {
        self.0
    }

    /// `12`, `12.5`, `-12.50`; no more than two decimals, at most fifteen digits before them.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = text
            .strip_prefix('-')
            .map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str, max: usize| {
            (1..=max).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !plain(whole, 15) || !plain(fraction, 2) {
            return None;
        }
        let fraction = format!("{fraction:0<2}").parse::<i64>().ok()?;
        let hundredths = whole
            .parse::<i64>()
            .ok()?
            .checked_mul(100)?
            .checked_add(fraction)?;
        Some(Self(if negative { -hundredths } else { hundredths }))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, fraction) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        if fraction == 0 {
            write!(f, "{sign}{whole}")
        } else {
            write!(f, "{sign}{whole}.{fraction:02}")
        }
    }
}

impl Value {
    /// Its type.
    pub const fn kind(&self) -> Type {
        match self {
            Self::Text(_) => Type::Text,
            Self::Number(_) => Type::Number,
            Self::Truth(_) => Type::Truth,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => text.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Truth(truth) => truth.fmt(f),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_to_two_decimals() {
        let table = [
            ("0", Some("0")),
            ("007", Some("7")),
            ("12.5", Some("12.50")),
            ("12.05", Some("12.05")),
            ("-0.01", Some("-0.01")),
            ("999999999999999.99", Some("999999999999999.99")),
            ("1000000000000000", None),
            ("1.234", None),
            ("1.", None),
            (".5", None),
            ("", None),
            ("-", None),
            ("1e3", None),
            ("+1", None),
            ("１", None),
        ];
        for (text, expected) in table {
            assert_eq!(
                Number::parse(text).map(|n| n.to_string()).as_deref(),
                expected,
                "{text:?}"
            );
        }
        assert!(Number::parse("9.99").unwrap() < Number::whole(10));
    }
}
