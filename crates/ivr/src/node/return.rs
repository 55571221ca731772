//! `return` (返回): the script has done its part and gives the caller back to the one that called it (E18).

use super::{Kind, Node};
use crate::claim::{Claims, End};
use crate::expression::Expression;
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::Step;

pub(super) const KIND: Kind = Kind {
    name: "return",
    says: Words {
        en: "Goes back to the script that called this one.",
        zh: "返回调用方流程",
    },
    keys: &[row(
        "values",
        Form::Values,
        Need::Optional,
        "All of this script's `returns`, each an expression of its type.",
        "返回值",
    )],
    example: "[return.found]\nvalues = { is_known = true }\n",
    read,
};

#[derive(Debug)]
struct Return {
    values: Vec<(Name, Expression)>,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let values = section.named_expressions("values")?;
    Ok(Box::new(Return { values }))
}

impl Node for Return {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        claims.returns = Some(&self.values);
        claims.end = Some(End::Return);
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        match visit.given(&self.values) {
            Ok(values) => Step::Return(values),
            Err(reason) => Step::Fault(reason),
        }
    }
}
