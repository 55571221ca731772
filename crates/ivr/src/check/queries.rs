//! What a node gives to a query, and takes from it, is what the query has (E12).

use std::collections::BTreeMap;

use super::{AllClaims, World};
use crate::claim::Queried;
use crate::place::Name;
use crate::report::Report;
use crate::told;
use crate::told::Told;
use crate::value::Type;

pub(super) fn check(claims: &AllClaims<'_>, world: &World, report: &mut Report) {
    for queried in claims.values().filter_map(|claims| claims.query.as_ref()) {
        // A query that is not there is told with the other names.
        let Some(shape) = world.queries.get(&queried.query.text) else {
            continue;
        };
        let Queried {
            query,
            args,
            columns,
        } = queried;
        for (name, _) in *args {
            is_one_of(name, &shape.args, report, |it| {
                told!(
                    "the query `{}` has no parameter `{it}`",
                    "查询 `{}` 没有参数 `{it}`",
                    query.text
                )
            });
        }
        for (_, column) in *columns {
            is_one_of(column, &shape.columns, report, |it| {
                told!(
                    "the query `{}` has no column `{it}`",
                    "查询 `{}` 没有列 `{it}`",
                    query.text
                )
            });
        }
        let given = |arg: &String| args.iter().any(|(name, _)| name.text == *arg);
        for arg in shape.args.keys().filter(|arg| !given(arg)) {
            let message = told!(
                "the query `{}` needs the parameter `{arg}`",
                "查询 `{}` 缺少参数 `{arg}`",
                query.text
            );
            let help = Told::as_it_is(format!("args = {{ {arg} = \"…\" }}"));
            report.error(query.place, message, Some(help));
        }
    }
}

fn is_one_of(
    name: &Name,
    known: &BTreeMap<String, Type>,
    report: &mut Report,
    message: impl Fn(&str) -> Told,
) {
    if !known.contains_key(&name.text) {
        let message = message(&name.text);
        let known = known.keys().map(String::as_str);
        report.unknown(name.place, message, &name.text, known);
    }
}
