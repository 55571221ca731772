//! `branch` (条件分支): the first condition that is true decides, else `otherwise`.

use toml::de::DeTable;

use super::{Kind, Node};
use crate::claim::{Cause, Claims};
use crate::expression::Expression;
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, KeyRow, Need, Words, row};
use crate::run::Visit;
use crate::section::{Item, Section};
use crate::step::Step;
use crate::value::{Type, Value};

pub(super) const KIND: Kind = Kind {
    name: "branch",
    says: Words {
        en: "Chooses a way by conditions.",
        zh: "按条件分支",
    },
    keys: &[
        row(
            "when",
            Form::Cases,
            Need::Required,
            "Conditions in order, each `{ if = \"expression\", go = \"node\" }`; the first true one decides.",
            "依次判断的条件",
        ),
        row(
            "otherwise",
            Form::Node,
            Need::Required,
            "When no condition is true.",
            "条件都不成立时",
        ),
    ],
    example: "[branch.vip]\nwhen = [\n  { if = \"caller.vip > 0\", go = \"first_class\" },\n  \
              { if = \"caller.number starts_with '138' and language == 'zh-CN'\", go = \"support\" },\n]\n\
              otherwise = \"welcome\"\n",
    read,
};

/// One of the conditions.
pub(crate) const CASE: &[KeyRow] = &[
    row("if", Form::Text, Need::Required, "The condition.", "条件"),
    row("go", Form::Node, Need::Required, "Where it leads.", "去向"),
];

#[derive(Debug)]
struct Branch {
    when: Vec<Case>,
    otherwise: Name,
}

#[derive(Debug)]
struct Case {
    condition: Expression,
    go: Name,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let when = cases(section);
    let otherwise = section.name("otherwise");
    Ok(Box::new(Branch {
        when: when?,
        otherwise: otherwise?,
    }))
}

fn cases(section: &mut Section<'_, '_>) -> Read<Vec<Case>> {
    let item = section.required("when")?;
    let Some(items) = item.get_ref().as_array().filter(|items| !items.is_empty()) else {
        return Err(section.wrong("when", item));
    };
    let cases: Vec<Read<Case>> = items
        .iter()
        .map(|item| match item.get_ref().as_table() {
            Some(table) => case(section, item, table),
            None => Err(section.wrong("when", item)),
        })
        .collect();
    cases.into_iter().collect()
}

fn case<'t>(section: &mut Section<'_, 't>, item: &Item<'t>, table: &DeTable<'t>) -> Read<Case> {
    let mut inner = section.within("when", item, table, CASE);
    let (condition, go) = (
        inner
            .required("if")
            .and_then(|item| inner.expression("if", item)),
        inner.name("go"),
    );
    Ok(Case {
        condition: condition?,
        go: go?,
    })
}

impl Node for Branch {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        for case in &self.when {
            claims
                .expressions
                .push((&case.condition, Some(Type::Truth)));
            claims.exit(Cause::Condition(&case.condition), &case.go);
        }
        claims.exit(Cause::Otherwise, &self.otherwise);
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        for case in &self.when {
            match visit.evaluate(&case.condition) {
                Ok(Value::Truth(true)) => return Step::Go(&case.go),
                Ok(Value::Truth(false)) => {}
                Ok(Value::Text(_) | Value::Number(_)) => {
                    return Step::Fault("a condition is no truth".to_owned());
                }
                Err(reason) => return Step::Fault(reason),
            }
        }
        Step::Go(&self.otherwise)
    }
}
