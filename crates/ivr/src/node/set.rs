//! `set` (赋值): gives variables values. All expressions read what was before, so their order does not matter.

use super::{Kind, Node};
use crate::claim::{Assigned, Cause, Claims, Exit, Origin};
use crate::expression::Expression;
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::Step;

pub(super) const KIND: Kind = Kind {
    name: "set",
    says: Words {
        en: "Gives variables values.",
        zh: "设置变量",
    },
    keys: &[
        row(
            "values",
            Form::Values,
            Need::Required,
            "Each variable with an expression; all of them read the values from before this node. A text needs quotes of \
             its own: `\"'gold'\"`.",
            "变量与表达式",
        ),
        row("next", Form::Node, Need::Required, "Afterwards.", "之后"),
    ],
    example: "[set.tier]\nvalues = { tier = \"'gold'\", known = true, local = \"caller.number starts_with '021'\" }\n\
              next = \"welcome\"\n",
    read,
};

#[derive(Debug)]
struct Set {
    values: Vec<(Name, Expression)>,
    next: Name,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let values = values(section);
    let next = section.name("next");
    Ok(Box::new(Set {
        values: values?,
        next: next?,
    }))
}

fn values(section: &mut Section<'_, '_>) -> Read<Vec<(Name, Expression)>> {
    let entries = section.entries("values")?;
    let read: Vec<Read<(Name, Expression)>> = entries
        .into_iter()
        .map(|(name, item)| {
            let name = section.settable(name)?;
            Ok((name, section.expression("values", item)?))
        })
        .collect();
    read.into_iter().collect()
}

impl Node for Set {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        for (name, expression) in &self.values {
            claims.expressions.push((expression, None));
            claims.assigned.push(Assigned {
                name,
                from: Origin::Expression(expression),
            });
        }
        let sets = self
            .values
            .iter()
            .map(|(name, _)| name.text.as_str())
            .collect();
        claims.exits.push(Exit {
            to: &self.next,
            cause: Cause::Next,
            sets,
        });
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        let given = match visit.given(&self.values) {
            Ok(given) => given,
            Err(reason) => return Step::Fault(reason),
        };
        for (name, (value, secret)) in given {
            visit.set(&name, value, secret);
        }
        Step::Go(&self.next)
    }
}
