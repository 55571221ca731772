//! The type of an expression, known before any call: every fault is told, not only the first.

use super::{Comparison, Expression, Fault, Shape, Tree};
use crate::told;
use crate::told::Told;
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

/// That a name is nobody's.
pub(crate) fn no_variable(name: &str) -> Told {
    told!("no variable `{name}`", "没有变量 `{name}`")
}

/// Who wants another type.
#[derive(Clone, Copy)]
enum Wants<'w> {
    /// A word, of what follows it.
    Of(&'w str),
    /// `starts_with`, of both sides.
    Texts,
    /// A sign that compares.
    Compared(&'w str),
}

impl Wants<'_> {
    fn what(self, wanted: Type) -> Told {
        match self {
            Self::Of(word) => told!("`{word}` needs a {wanted}", "`{word}` 需要 {wanted}"),
            Self::Texts => told!("`starts_with` needs texts", "`starts_with` 两边都需要 text"),
            Self::Compared(sign) => told!("`{sign}` compares numbers", "`{sign}` 比较的是 number"),
        }
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
                self.wants(inner, Type::Text, Wants::Of("length"));
                Some(Type::Number)
            }
            Shape::Not(inner) => {
                self.wants(inner, Type::Truth, Wants::Of("not"));
                Some(Type::Truth)
            }
            Shape::All(parts) => self.truths(parts, "and"),
            Shape::Any(parts) => self.truths(parts, "or"),
            Shape::StartsWith(left, right) => {
                self.wants(left, Type::Text, Wants::Texts);
                self.wants(right, Type::Text, Wants::Texts);
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
                let sign = Wants::Compared(comparison.sign());
                self.wants(left, Type::Number, sign);
                self.wants(right, Type::Number, sign);
            }
        }
        Some(Type::Truth)
    }

    fn variable(&mut self, offset: u32, name: &str) -> Option<Type> {
        let (message, help) = match (self.lookup)(name) {
            Lookup::Known(found) => return Some(found),
            Lookup::Unclear => return None,
            Lookup::Unset => (
                told!("`{name}` may be unset here", "`{name}` 在此处可能未赋值"),
                told!(
                    "a way leads here on which nothing sets it; set it before the ways part",
                    "有路径到此而未给它赋值；请在分路之前赋值"
                ),
            ),
            Lookup::Unknown => (
                no_variable(name),
                told!(
                    "a text stands in quotes; a variable is set by `collect` or `set` first",
                    "文本须加引号；变量须先由 `collect` 或 `set` 赋值"
                ),
            ),
        };
        self.faults.push(Fault {
            offset,
            message,
            help: Some(help),
        });
        None
    }

    fn truths(&mut self, parts: &[Tree], word: &str) -> Option<Type> {
        for part in parts {
            self.wants(part, Type::Truth, Wants::Of(word));
        }
        Some(Type::Truth)
    }

    fn wants(&mut self, tree: &Tree, wanted: Type, who: Wants<'_>) {
        if let Some(found) = self.tree(tree)
            && found != wanted
        {
            let wants = who.what(wanted);
            let message = Told {
                en: format!("{}, this is a {found}", wants.en),
                zh: format!("{}，这里是 {found}", wants.zh),
            };
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
            let help = Some(told!(
                "a text stands in quotes, a number without; keyed digits are a text",
                "文本加引号，数字不加；按键输入的数字是文本"
            ));
            self.faults.push(Fault {
                offset,
                message: told!(
                    "a {found} cannot equal a {wanted}",
                    "{found} 不能等于 {wanted}"
                ),
                help,
            });
        }
    }
}
