//! The type of an expression, known before any call: every fault is told, not only the first.

use super::{Comparison, Expression, Fault, Shape, Tree};
use crate::value::Type;

/// What is known of a variable at the node that reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// Set on every way to here.
    Known(Type),
    /// Set somewhere, but not on every way to here.
    Unset,
    /// Set on every way, but its own mistake hides the type.
    Unclear,
    /// Never set.
    Unknown,
}

impl Expression {
    /// The type, or `None` when a fault hides it.
    pub(crate) fn type_of(
        &self,
        lookup: &dyn Fn(&str) -> Lookup,
        faults: &mut Vec<Fault>,
    ) -> Option<Type> {
        Typing { lookup, faults }.tree(&self.root)
    }
}

struct Typing<'a> {
    lookup: &'a dyn Fn(&str) -> Lookup,
    faults: &'a mut Vec<Fault>,
}

impl Typing<'_> {
    fn tree(&mut self, tree: &Tree) -> Option<Type> {
        match &tree.shape {
            Shape::Literal(value) => Some(value.kind()),
            Shape::Variable(name) => self.variable(tree.offset, name),
            Shape::Length(inner) => {
                self.wants(inner, Type::Text, "`length` needs a text");
                Some(Type::Number)
            }
            Shape::Not(inner) => {
                self.wants(inner, Type::Truth, "`not` needs a truth");
                Some(Type::Truth)
            }
            Shape::All(parts) => self.truths(parts, "`and` needs a truth"),
            Shape::Any(parts) => self.truths(parts, "`or` needs a truth"),
            Shape::StartsWith(left, right) => {
                self.wants(left, Type::Text, "`starts_with` needs texts");
                self.wants(right, Type::Text, "`starts_with` needs texts");
                Some(Type::Truth)
            }
            Shape::Compare(comparison, left, right) => self.compare(*comparison, left, right),
            Shape::In(left, list) => {
                let wanted = self.tree(left);
                for item in list {
                    let found = self.tree(item);
                    self.same(item.offset, found, wanted);
                }
                Some(Type::Truth)
            }
        }
    }

    fn compare(&mut self, comparison: Comparison, left: &Tree, right: &Tree) -> Option<Type> {
        match comparison {
            Comparison::Equal | Comparison::NotEqual => {
                let (found, wanted) = (self.tree(left), self.tree(right));
                self.same(left.offset, found, wanted);
            }
            Comparison::Less
            | Comparison::LessOrEqual
            | Comparison::Greater
            | Comparison::GreaterOrEqual => {
                let message = format!("`{}` compares numbers", comparison.sign());
                self.wants(left, Type::Number, &message);
                self.wants(right, Type::Number, &message);
            }
        }
        Some(Type::Truth)
    }

    fn variable(&mut self, offset: u32, name: &str) -> Option<Type> {
        let (message, help) = match (self.lookup)(name) {
            Lookup::Known(found) => return Some(found),
            Lookup::Unclear => return None,
            Lookup::Unset => (
                format!("`{name}` may be unset here"),
                "a way leads here on which nothing sets it; set it before the ways part",
            ),
            Lookup::Unknown => (
                format!("no variable `{name}`"),
                "a text stands in quotes; a variable is set by `collect` or `set` first",
            ),
        };
        self.faults.push(Fault {
            offset,
            message,
            help: Some(help.to_owned()),
        });
        None
    }

    fn truths(&mut self, parts: &[Tree], message: &str) -> Option<Type> {
        for part in parts {
            self.wants(part, Type::Truth, message);
        }
        Some(Type::Truth)
    }

    fn wants(&mut self, tree: &Tree, wanted: Type, message: &str) {
        if let Some(found) = self.tree(tree)
            && found != wanted
        {
            let message = format!("{message}, this is a {found}");
            self.faults.push(Fault {
                offset: tree.offset,
                message,
                help: None,
            });
        }
    }

    fn same(&mut self, offset: u32, found: Option<Type>, wanted: Option<Type>) {
        if let (Some(found), Some(wanted)) = (found, wanted)
            && found != wanted
        {
            let help = Some(
                "a text stands in quotes, a number without; keyed digits are a text".to_owned(),
            );
            self.faults.push(Fault {
                offset,
                message: format!("a {found} cannot equal a {wanted}"),
                help,
            });
        }
    }
}
