//! Expressions of a script: small, typed, pure.
//!
//! ```text
//! or         = and { "or" and }
//! and        = not { "and" not }
//! not        = "not" not | comparison
//! comparison = operand [ ("==" | "!=" | "<" | "<=" | ">" | ">=" | "starts_with") operand | "in" list ]
//! operand    = text | number | "true" | "false" | variable | "length" "(" or ")" | "(" or ")"
//! list       = "[" literal { "," literal } "]"
//! ```
//! No loops, no look-ups, no code of users: evaluation takes a time bounded by the text's length. Types are known when a
//! script is checked, so a checked expression cannot fail on a call.

mod evaluate;
mod grammar;
mod lexer;
mod typing;

use crate::place::Place;
use crate::told::Told;
use crate::value::Value;

pub(crate) use lexer::is_reserved;
pub(crate) use typing::{Lookup, no_variable};

/// Longest text, in characters.
const LENGTH_MAX: usize = 1_000;
/// Deepest nesting of parentheses, `not` and `length`.
const DEPTH_MAX: u32 = 32;

/// An expression that was read.
#[derive(Debug)]
pub(crate) struct Expression {
    root: Tree,
    /// As it is written.
    text: String,
    /// Where its first character stands.
    place: Place,
    /// Whether characters of the text are characters of the file, so that places within it are exact.
    exact: bool,
}

/// What is wrong within an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// In characters from the expression's start.
    pub(crate) offset: u32,
    pub(crate) message: Told,
    pub(crate) help: Option<Told>,
}

#[derive(Debug)]
struct Tree {
    offset: u32,
    shape: Shape,
}

#[derive(Debug)]
enum Shape {
    Literal(Value),
    Variable(String),
    Length(Box<Tree>),
    Not(Box<Tree>),
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Compare(Comparison, Box<Tree>, Box<Tree>),
    StartsWith(Box<Tree>, Box<Tree>),
    In(Box<Tree>, Vec<Tree>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Expression {
    /// Reads an expression whose first character stands at `place`.
    pub(crate) fn parse(text: &str, place: Place, exact: bool) -> Result<Self, Fault> {
        let root = grammar::parse(text)?;
        Ok(Self {
            root,
            text: text.to_owned(),
            place,
            exact,
        })
    }

    /// As it is written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// A value that stands for itself.
    pub(crate) fn literal(value: Value, place: Place) -> Self {
        Self {
            text: value.to_string(),
            root: Tree {
                offset: 0,
                shape: Shape::Literal(value),
            },
            place,
            exact: true,
        }
    }

    /// Where it begins.
    pub(crate) const fn place(&self) -> Place {
        self.place
    }

    /// Where a fault stands in the file.
    pub(crate) fn place_of(&self, fault: &Fault) -> Place {
        if self.exact {
            self.place.right(fault.offset)
        } else {
            self.place
        }
    }

    /// The values that it names.
    pub(crate) fn literals(&self) -> Vec<&Value> {
        let mut found = Vec::new();
        self.root.collect_literals(&mut found);
        found
    }

    /// The variables that it reads.
    pub(crate) fn variables(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.root.collect(&mut found);
        found
    }
}

impl Tree {
    fn collect_literals<'t>(&'t self, found: &mut Vec<&'t Value>) {
        match &self.shape {
            Shape::Literal(value) => found.push(value),
            Shape::Variable(_) => {}
            Shape::Length(inner) | Shape::Not(inner) => inner.collect_literals(found),
            Shape::All(parts) | Shape::Any(parts) => {
                parts.iter().for_each(|it| it.collect_literals(found));
            }
            Shape::Compare(_, left, right) | Shape::StartsWith(left, right) => {
                left.collect_literals(found);
                right.collect_literals(found);
            }
            Shape::In(inner, list) => {
                inner.collect_literals(found);
                list.iter().for_each(|it| it.collect_literals(found));
            }
        }
    }

    fn collect<'t>(&'t self, found: &mut Vec<&'t str>) {
        match &self.shape {
            Shape::Literal(_) => {}
            Shape::Variable(name) => found.push(name),
            Shape::Length(inner) | Shape::Not(inner) => inner.collect(found),
            Shape::All(parts) | Shape::Any(parts) => {
                parts.iter().for_each(|part| part.collect(found))
            }
            Shape::Compare(_, left, right) | Shape::StartsWith(left, right) => {
                left.collect(found);
                right.collect(found);
            }
            Shape::In(left, list) => {
                left.collect(found);
                list.iter().for_each(|item| item.collect(found));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Number, Type};

    fn lookup(name: &str) -> Lookup {
        match name {
            "caller.number" | "pin" => Lookup::Known(Type::Text),
            "caller.vip" | "amount" => Lookup::Known(Type::Number),
            "member" => Lookup::Known(Type::Truth),
            "maybe" => Lookup::Unset,
            _ => Lookup::Unknown,
        }
    }

    fn value(name: &str) -> Option<Value> {
        Some(match name {
            "caller.number" => Value::Text("13800001111".to_owned()),
            "pin" => Value::Text(String::new()),
            "caller.vip" => Value::Number(Number::whole(2)),
            "amount" => Value::Number(Number::parse("99.50")?),
            "member" => Value::Truth(true),
            _ => return None,
        })
    }

    #[test]
    fn expressions_mean_what_they_say() {
        let table = [
            ("true", "true"),
            ("not true", "false"),
            ("not not member", "true"),
            ("caller.vip > 1", "true"),
            ("caller.vip >= 2 and caller.vip <= 2", "true"),
            ("caller.vip < 2", "false"),
            ("caller.vip != 3", "true"),
            ("amount == 99.5", "true"),
            ("amount > -1", "true"),
            ("caller.number starts_with '138'", "true"),
            ("caller.number starts_with \"139\"", "false"),
            ("not caller.number starts_with '139'", "true"),
            ("length(caller.number) == 11", "true"),
            ("length('中文')", "2"),
            ("pin == ''", "true"),
            ("caller.vip in [1, 2, 3]", "true"),
            ("caller.number in ['110', '120']", "false"),
            ("not (caller.vip in [1])", "true"),
            ("false and false or true", "true"),
            ("false and (false or true)", "false"),
            ("member == (caller.vip == 2)", "true"),
            ("'it is \"quoted\"'", "it is \"quoted\""),
            ("  caller.vip  ", "2"),
        ];
        for (text, expected) in table {
            let expression = Expression::parse(text, Place::START, true)
                .unwrap_or_else(|e| panic!("{text}: {e:?}"));
            let mut faults = Vec::new();
            assert!(
                expression.type_of(&lookup, &mut faults).is_some(),
                "{text}: {faults:?}"
            );
            assert_eq!(faults, [], "{text}");
            assert_eq!(
                expression.evaluate(&value).unwrap().to_string(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn mistakes_have_an_offset_and_help() {
        let deep = format!("{}true{}", "(".repeat(40), ")".repeat(40));
        let nots = format!("{}true", "not ".repeat(40));
        let long = "x".repeat(1_001);
        let table: &[(&str, u32, &str)] = &[
            ("", 0, "an expression is missing"),
            ("caller.vip >", 12, "expected a value, found the end"),
            ("caller.vip = 1", 11, "`=` does not compare"),
            ("member && true", 7, "`&&` is not known here"),
            ("member || true", 7, "`||` is not known here"),
            ("!member", 0, "`!` is not known here"),
            ("1 < amount < 3", 11, "expected the end, found `<`"),
            ("'open", 0, "this text has no end"),
            ("12.345", 0, "`12.345` is no number"),
            ("(true", 5, "expected `)`, found the end"),
            ("amount in 1", 10, "expected `[`, found `1`"),
            (
                "amount in []",
                11,
                "expected a text, a number, true or false, found `]`",
            ),
            (
                "amount in [caller.vip]",
                11,
                "expected a text, a number, true or false, found `caller.vip`",
            ),
            ("length amount", 7, "expected `(`, found `amount`"),
            ("true true", 5, "expected the end, found `true`"),
            ("and", 0, "expected a value, found `and`"),
            ("@", 0, "`@` is not known here"),
            ("金额 > 1", 0, "`金` is not known here"),
            (&deep, 33, "nested deeper than 32"),
            (&nots, 132, "nested deeper than 32"),
            (&long, 0, "longer than 1000 characters"),
        ];
        for (text, offset, message) in table {
            let fault = Expression::parse(text, Place::START, true).unwrap_err();
            assert!(fault.message.en.starts_with(message), "{text}: {fault:?}");
            assert_eq!(fault.offset, *offset, "{text}: {fault:?}");
        }
    }

    #[test]
    fn types_are_checked_and_every_fault_is_told() {
        let table: &[(&str, &[(u32, &str)])] = &[
            ("pin == 12", &[(0, "a text cannot equal a number")]),
            (
                "pin < '5'",
                &[
                    (0, "`<` compares numbers, this is a text"),
                    (6, "`<` compares numbers, this is a text"),
                ],
            ),
            (
                "amount starts_with '1'",
                &[(0, "`starts_with` needs texts, this is a number")],
            ),
            (
                "length(amount) > 1",
                &[(7, "`length` needs a text, this is a number")],
            ),
            ("not pin", &[(4, "`not` needs a truth, this is a text")]),
            (
                "member and amount",
                &[(11, "`and` needs a truth, this is a number")],
            ),
            (
                "amount in [1, 'x', true]",
                &[
                    (14, "a text cannot equal a number"),
                    (19, "a truth cannot equal a number"),
                ],
            ),
            (
                "maybe == 1 or other",
                &[
                    (0, "`maybe` may be unset here"),
                    (14, "no variable `other`"),
                ],
            ),
        ];
        for (text, expected) in table {
            let expression = Expression::parse(text, Place::START, true).unwrap();
            let mut faults = Vec::new();
            expression.type_of(&lookup, &mut faults);
            let found: Vec<(u32, &str)> = faults
                .iter()
                .map(|fault| (fault.offset, fault.message.en.as_str()))
                .collect();
            assert_eq!(&found, expected, "{text}");
        }
    }

    #[test]
    fn an_unchecked_expression_fails_without_panic() {
        for text in [
            "other == 1",
            "pin < 1",
            "not amount",
            "length(amount)",
            "member and pin",
            "amount starts_with pin",
        ] {
            let expression = Expression::parse(text, Place::START, true).unwrap();
            assert!(expression.evaluate(&value).is_err(), "{text}");
        }
    }
}
