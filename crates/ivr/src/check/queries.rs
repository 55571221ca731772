//! What a node gives to a query, and takes from it, is what the query has (E12).

use std::collections::BTreeMap;

use super::{AllClaims, World};
use crate::claim::Queried;
use crate::place::Name;
use crate::report::Report;
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
            is_one_of(query, "parameter", name, &shape.args, report);
        }
        for (_, column) in *columns {
            is_one_of(query, "column", column, &shape.columns, report);
        }
        let given = |arg: &String| args.iter().any(|(name, _)| name.text == *arg);
        for arg in shape.args.keys().filter(|arg| !given(arg)) {
            let message = format!("the query `{}` needs the parameter `{arg}`", query.text);
            let help = format!("args = {{ {arg} = \"…\" }}");
            report.error(query.place, message, Some(help));
        }
    }
}

fn is_one_of(
    query: &Name,
    what: &str,
    name: &Name,
    known: &BTreeMap<String, Type>,
    report: &mut Report,
) {
    if !known.contains_key(&name.text) {
        let message = format!("the query `{}` has no {what} `{}`", query.text, name.text);
        let known = known.keys().map(String::as_str);
        report.unknown(name.place, message, &name.text, known);
    }
}
