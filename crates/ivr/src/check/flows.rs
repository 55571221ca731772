//! Sub-flows (E18): what is given to a script and taken from it is what it declares, it returns what it promises, and none
//! comes back to itself without having returned.

use std::collections::{BTreeMap, BTreeSet};

use super::house::{Entrance, Graph, House};
use super::{AllClaims, World};
use crate::claim::{Called, ReferenceKind};
use crate::diagnostic::Diagnostic;
use crate::expression::Expression;
use crate::place::{Name, Place};
use crate::report::Report;
use crate::run::CALLS_MAX;
use crate::script::Script;
use crate::value::Type;

/// What a script asks of those who call it, and gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowShape {
    /// What it must be given.
    pub parameters: BTreeMap<String, Type>,
    /// What it gives back.
    pub returns: BTreeMap<String, Type>,
    /// Whether it comes back at all: it has a `return` node.
    pub comes_back: bool,
}

/// Of one script: its own results, and the calls that it makes.
pub(super) fn check(script: &Script, claims: &AllClaims<'_>, world: &World, report: &mut Report) {
    for claims in claims.values() {
        if let Some(called) = &claims.calls {
            fits(called, world, report);
        }
    }
    tests_give_all(script, report);
    let nodes = claims.iter();
    let returns = nodes.filter_map(|(node, claims)| Some((node, claims.returns?)));
    for (node, values) in returns {
        let place = script.nodes.get(*node).map_or(Place::START, |it| it.place);
        let what = format!("`return.{node}`");
        all_given(&what, place, "result", values, &script.returns, report);
    }
}

fn fits(called: &Called<'_>, world: &World, report: &mut Report) {
    let name = called.script;
    // A script that is not there is told with the other names.
    let Some(shape) = world.flows.get(name.text.as_str()) else {
        return;
    };
    if !shape.comes_back {
        let message = format!("`{}` never comes back: it has no `return` node", name.text);
        let help = "hand the caller over by `transfer` to `script:…`, or let it return";
        report.error(name.place, message, Some(help.to_owned()));
    }
    let what = format!("the script `{}`", name.text);
    all_given(
        &what,
        name.place,
        "parameter",
        called.args,
        &shape.parameters,
        report,
    );
    for (_, result) in called.results {
        if !shape.returns.contains_key(&result.text) {
            let message = format!("{what} has no result `{}`", result.text);
            let known = shape.returns.keys().map(String::as_str);
            report.unknown(result.place, message, &result.text, known);
        }
    }
}

fn all_given(
    what: &str,
    place: Place,
    noun: &str,
    given: &[(Name, Expression)],
    wanted: &BTreeMap<String, Type>,
    report: &mut Report,
) {
    for (name, _) in given {
        if !wanted.contains_key(&name.text) {
            let message = format!("{what} has no {noun} `{}`", name.text);
            let known = wanted.keys().map(String::as_str);
            report.unknown(name.place, message, &name.text, known);
        }
    }
    let is_given = |name: &String| given.iter().any(|(known, _)| known.text == *name);
    for (name, kind) in wanted.iter().filter(|(name, _)| !is_given(name)) {
        let message = format!("{what} needs the {noun} `{name}`, a {kind}");
        report.error(place, message, None);
    }
}

/// A test gives a part of others all that it is promised.
fn tests_give_all(script: &Script, report: &mut Report) {
    for test in &script.tests {
        let given = test.given();
        for name in given
            .keys()
            .filter(|name| !script.parameters.contains_key(*name))
        {
            let message = format!("this script has no parameter `{name}`");
            let known = script.parameters.keys().map(String::as_str);
            report.unknown(test.place(), message, name, known);
        }
        for (name, kind) in &script.parameters {
            if given.get(name).map(|(value, _)| value.kind()) != Some(*kind) {
                let message = format!(
                    "the test \"{}\" gives no {kind} for the parameter `{name}`",
                    test.name()
                );
                let help = format!("args = {{ {name} = … }}");
                report.error(test.place(), message, Some(help));
            }
        }
    }
}

/// Of all scripts together: a part of others is entered by `script` alone, and none calls itself.
pub(super) fn check_house(graph: &Graph<'_>, house: &House<'_>, found: &mut Vec<Diagnostic>) {
    for Entrance { number, script, .. } in house.entrances {
        if let Some(script) = graph.script(script.as_str()).filter(|it| it.is_part()) {
            let message = format!(
                "the number {number} leads into `{}`, which is a part of other scripts",
                script.name()
            );
            let help = "let the number lead to a script that calls it by a `script` node";
            found.push(Graph::plain_error(
                script,
                script.start.place,
                message,
                help,
            ));
        }
    }
    for script in graph.scripts() {
        let waiting = depth(graph, script, &mut Vec::new());
        if waiting > CALLS_MAX {
            let message = format!(
                "more than {CALLS_MAX} scripts wait for one another behind `{}`",
                script.name()
            );
            let help = "let one of them do the work of two";
            found.push(Graph::plain_error(
                script,
                script.start.place,
                message,
                help,
            ));
        }
        for (name, kind) in graph.references(script) {
            let Some(target) = graph.script(&name.text) else {
                continue;
            };
            match kind {
                ReferenceKind::Script if target.is_part() => {
                    let message = format!(
                        "`{}` is a part of other scripts: it would have nobody to return to",
                        name.text
                    );
                    let help = "call it with a `script` node";
                    found.push(Graph::plain_error(script, name.place, message, help));
                }
                ReferenceKind::Flow if reaches(graph, target, script) => {
                    let message = format!(
                        "`{}` comes back to itself by `{}` without having returned",
                        script.name(),
                        name.text
                    );
                    let help = "let one of them return before the other is called";
                    found.push(Graph::plain_error(script, name.place, message, help));
                }
                ReferenceKind::Script
                | ReferenceKind::Flow
                | ReferenceKind::Prompt
                | ReferenceKind::Queue
                | ReferenceKind::Calendar
                | ReferenceKind::Agent
                | ReferenceKind::Number
                | ReferenceKind::Language
                | ReferenceKind::Service
                | ReferenceKind::Query => {}
            }
        }
    }
}

/// How many scripts may wait for one another behind this one; those that come back to themselves are told as that.
fn depth(graph: &Graph<'_>, script: &Script, walked: &mut Vec<String>) -> usize {
    let name = script.name().as_str().to_owned();
    if walked.contains(&name) || walked.len() > CALLS_MAX {
        return 0;
    }
    walked.push(name);
    let calls = graph.references(script).into_iter();
    let calls = calls.filter(|(_, kind)| *kind == ReferenceKind::Flow);
    let parts = calls.filter_map(|(name, _)| graph.script(&name.text));
    let deepest = parts.map(|part| 1 + depth(graph, part, walked)).max();
    walked.pop();
    deepest.unwrap_or(0)
}

/// Whether calls lead from one script to another.
fn reaches(graph: &Graph<'_>, from: &Script, to: &Script) -> bool {
    let mut seen = BTreeSet::from([from.name().as_str().to_owned()]);
    let mut open = vec![from.name().as_str().to_owned()];
    while let Some(name) = open.pop() {
        if name == to.name().as_str() {
            return true;
        }
        let Some(script) = graph.script(&name) else {
            continue;
        };
        let calls = graph.references(script).into_iter();
        let calls = calls.filter(|(_, kind)| *kind == ReferenceKind::Flow);
        open.extend(
            calls
                .map(|(name, _)| name.text.clone())
                .filter(|name| seen.insert(name.clone())),
        );
    }
    false
}
