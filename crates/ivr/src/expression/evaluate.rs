//! The value of an expression on a call. A checked one always has a value; an unchecked one fails without panic.

use super::{Comparison, Expression, Shape, Tree};
use crate::value::{Number, Value};

type Look<'a> = &'a dyn Fn(&str) -> Option<Value>;

impl Expression {
    /// The value; an error names the variable or the operator that did not fit.
    pub(crate) fn evaluate(&self, look: Look<'_>) -> Result<Value, String> {
        value(&self.root, look)
    }
}

fn value(tree: &Tree, look: Look<'_>) -> Result<Value, String> {
    Ok(match &tree.shape {
        Shape::Literal(literal) => literal.clone(),
        Shape::Variable(name) => {
            look(name).ok_or_else(|| format!("variable `{name}` is not set"))?
        }
        Shape::Length(inner) => {
            let characters = text(inner, look)?.chars().count();
            Value::Number(Number::whole(i64::try_from(characters).unwrap_or(i64::MAX)))
        }
        Shape::Not(inner) => Value::Truth(!truth(inner, look)?),
        Shape::All(parts) => Value::Truth(until(parts, look, false)?),
        Shape::Any(parts) => Value::Truth(until(parts, look, true)?),
        Shape::Compare(comparison, left, right) => {
            Value::Truth(compare(*comparison, left, right, look)?)
        }
        Shape::StartsWith(left, right) => {
            Value::Truth(text(left, look)?.starts_with(&text(right, look)?))
        }
        Shape::In(left, list) => {
            let wanted = value(left, look)?;
            let mut found = false;
            for item in list {
                found |= value(item, look)? == wanted;
            }
            Value::Truth(found)
        }
    })
}

/// Walks truths until one is `stop`: the value of `or` (true) and of `and` (false).
fn until(parts: &[Tree], look: Look<'_>, stop: bool) -> Result<bool, String> {
    for part in parts {
        if truth(part, look)? == stop {
            return Ok(stop);
        }
    }
    Ok(!stop)
}

fn compare(
    comparison: Comparison,
    left: &Tree,
    right: &Tree,
    look: Look<'_>,
) -> Result<bool, String> {
    Ok(match comparison {
        Comparison::Equal => value(left, look)? == value(right, look)?,
        Comparison::NotEqual => value(left, look)? != value(right, look)?,
        Comparison::Less => number(left, look)? < number(right, look)?,
        Comparison::LessOrEqual => number(left, look)? <= number(right, look)?,
        Comparison::Greater => number(left, look)? > number(right, look)?,
        Comparison::GreaterOrEqual => number(left, look)? >= number(right, look)?,
    })
}

fn text(tree: &Tree, look: Look<'_>) -> Result<String, String> {
    match value(tree, look)? {
        Value::Text(text) => Ok(text),
        Value::Number(_) | Value::Truth(_) => Err("a text was expected".to_owned()),
    }
}

fn number(tree: &Tree, look: Look<'_>) -> Result<Number, String> {
    match value(tree, look)? {
        Value::Number(number) => Ok(number),
        Value::Text(_) | Value::Truth(_) => Err("a number was expected".to_owned()),
    }
}

fn truth(tree: &Tree, look: Look<'_>) -> Result<bool, String> {
    match value(tree, look)? {
        Value::Truth(truth) => Ok(truth),
        Value::Text(_) | Value::Number(_) => Err("a truth was expected".to_owned()),
    }
}
