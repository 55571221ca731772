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
use crate::told;
use crate::told::Told;
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
        let what = told!("`return.{node}`", "`return.{node}` ");
        let noun = told!("result", "返回值");
        all_given(&what, place, &noun, values, &script.returns, report);
    }
}

fn fits(called: &Called<'_>, world: &World, report: &mut Report) {
    let name = called.script;
    // A script that is not there is told with the other names.
    let Some(shape) = world.flows.get(name.text.as_str()) else {
        return;
    };
    if !shape.comes_back {
        let message = told!(
            "`{}` never comes back: it has no `return` node",
            "`{}` 不会返回：它没有 `return` 节点",
            name.text
        );
        let help = told!(
            "hand the caller over by `transfer` to `script:…`, or let it return",
            "请用 `transfer` 转到 `script:…`，或让它返回"
        );
        report.error(name.place, message, Some(help));
    }
    let what = told!("the script `{}`", "流程 `{}` ", name.text);
    all_given(
        &what,
        name.place,
        &told!("parameter", "参数"),
        called.args,
        &shape.parameters,
        report,
    );
    for (_, result) in called.results {
        if !shape.returns.contains_key(&result.text) {
            let message = has_no(&what, &told!("result", "返回值"), &result.text);
            let known = shape.returns.keys().map(String::as_str);
            report.unknown(result.place, message, &result.text, known);
        }
    }
}

fn has_no(what: &Told, noun: &Told, name: &str) -> Told {
    Told {
        en: format!("{} has no {} `{name}`", what.en, noun.en),
        zh: format!("{}没有{} `{name}`", what.zh, noun.zh),
    }
}

fn all_given(
    what: &Told,
    place: Place,
    noun: &Told,
    given: &[(Name, Expression)],
    wanted: &BTreeMap<String, Type>,
    report: &mut Report,
) {
    for (name, _) in given {
        if !wanted.contains_key(&name.text) {
            let message = has_no(what, noun, &name.text);
            let known = wanted.keys().map(String::as_str);
            report.unknown(name.place, message, &name.text, known);
        }
    }
    let is_given = |name: &String| given.iter().any(|(known, _)| known.text == *name);
    for (name, kind) in wanted.iter().filter(|(name, _)| !is_given(name)) {
        let message = Told {
            en: format!("{} needs the {} `{name}`, a {kind}", what.en, noun.en),
            zh: format!("{}缺少{} `{name}`（{kind}）", what.zh, noun.zh),
        };
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
            let message = told!(
                "this script has no parameter `{name}`",
                "本流程没有参数 `{name}`"
            );
            let known = script.parameters.keys().map(String::as_str);
            report.unknown(test.place(), message, name, known);
        }
        for (name, kind) in &script.parameters {
            if given.get(name).map(|(value, _)| value.kind()) != Some(*kind) {
                let message = told!(
                    "the test \"{}\" gives no {kind} for the parameter `{name}`",
                    "测试“{}”没有给参数 `{name}` 一个 {kind}",
                    test.name()
                );
                let help = Told::as_it_is(format!("args = {{ {name} = … }}"));
                report.error(test.place(), message, Some(help));
            }
        }
    }
}

/// Of all scripts together: a part of others is entered by `script` alone, none comes back to itself, and no more wait for
/// one another than a call keeps.
pub(super) fn check_house(graph: &Graph<'_>, house: &House<'_>, found: &mut Vec<Diagnostic>) {
    let at_start = |script: &Script, message: Told, help: Told| {
        graph.plain_error(script.name().as_str(), script.start.place, message, help)
    };
    for Entrance { number, script, .. } in house.entrances {
        if let Some(script) = graph.script(script.as_str()).filter(|it| it.is_part()) {
            let name = script.name();
            let message = told!(
                "the number {number} leads into `{name}`, which is a part of other scripts",
                "号码 {number} 通向 `{name}`，而它是其他流程的子流程"
            );
            let help = told!(
                "let the number lead to a script that calls it by a `script` node",
                "请让号码通向以 `script` 节点调用它的流程"
            );
            found.push(at_start(script, message, help));
        }
    }
    for script in graph.scripts() {
        let name = script.name().as_str();
        for handed_on in graph.named(script, ReferenceKind::Script) {
            if graph.script(&handed_on.text).is_some_and(Script::is_part) {
                let message = told!(
                    "`{}` is a part of other scripts: it would have nobody to return to",
                    "`{}` 是其他流程的子流程：它将无处返回",
                    handed_on.text
                );
                let help = told!("call it with a `script` node", "请用 `script` 节点调用");
                found.push(graph.plain_error(name, handed_on.place, message, help));
            }
        }
        for called in graph.named(script, ReferenceKind::Flow) {
            let part = graph.script(&called.text);
            if part.is_some_and(|part| Waits::behind(graph, part).scripts.contains(name)) {
                let message = told!(
                    "`{name}` comes back to itself by `{}` without having returned",
                    "`{name}` 未返回就经 `{}` 回到自身",
                    called.text
                );
                let help = told!(
                    "let one of them return before the other is called",
                    "请让其中一个先返回，再调用另一个"
                );
                found.push(graph.plain_error(name, called.place, message, help));
            }
        }
        if Waits::behind(graph, script).is_too_deep {
            let message = told!(
                "more than {CALLS_MAX} scripts wait for one another behind `{name}`",
                "`{name}` 之后有超过 {CALLS_MAX} 层流程互相等待"
            );
            let help = told!("let one of them do the work of two", "请把两个流程并作一个");
            found.push(at_start(script, message, help));
        }
    }
}

/// The scripts for which one may come to wait: it calls them, or those that it calls do.
struct Waits<'s> {
    scripts: BTreeSet<&'s str>,
    /// More than a call keeps wait for one another.
    is_too_deep: bool,
}

impl<'s> Waits<'s> {
    /// Step by step away from the first: each step is looked at once, however many ways lead there.
    fn behind(graph: &Graph<'s>, first: &Script) -> Self {
        let calls = |script: &Script| {
            let called = graph.named(script, ReferenceKind::Flow).into_iter();
            called.map(|name| name.text.as_str()).collect::<Vec<_>>()
        };
        let mut step: BTreeSet<&str> = calls(first).into_iter().collect();
        let mut scripts = step.clone();
        let mut steps = 0;
        // Beyond that it is too deep, or goes round: then all that is reached has been reached.
        while !step.is_empty() && steps < CALLS_MAX + graph.scripts().count() {
            steps += 1;
            let here = step.iter().filter_map(|name| graph.script(name));
            step = here.flat_map(calls).collect();
            scripts.extend(&step);
        }
        Self {
            scripts,
            // What goes round is told as that.
            is_too_deep: steps > CALLS_MAX && step.is_empty(),
        }
    }
}
