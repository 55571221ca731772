//! Exits lead somewhere, every node is reached, and no way goes round without the caller.

use std::collections::BTreeSet;

use super::AllClaims;
use super::cycle::rounds;
use crate::claim::Exit;
use crate::place::{Name, Place};
use crate::report::Report;
use crate::script::Script;
use crate::told;

pub(super) fn check(script: &Script, claims: &AllClaims<'_>, report: &mut Report) {
    exits_exist(script, claims, report);
    // A node that could not be read hides its exits: what is reached only through it is not known.
    if script.broken.is_empty() {
        all_reached(script, claims, report);
    }
    no_cycle(script, claims, report);
}

fn exits_exist(script: &Script, claims: &AllClaims<'_>, report: &mut Report) {
    let exits = claims
        .values()
        .flat_map(|claims| claims.exits.iter().map(|exit| exit.to));
    for to in exits.chain([&script.start]) {
        if !script.nodes.contains_key(&to.text) && !script.broken.contains(&to.text) {
            let known = script
                .nodes
                .keys()
                .chain(&script.broken)
                .map(String::as_str);
            let message = told!("no node `{}`", "没有节点 `{}`", to.text);
            report.unknown(to.place, message, &to.text, known);
        }
    }
}

fn all_reached(script: &Script, claims: &AllClaims<'_>, report: &mut Report) {
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut open = vec![script.start.text.as_str()];
    while let Some(node) = open.pop() {
        if let Some(claims) = claims.get(node)
            && reached.insert(node)
        {
            open.extend(claims.exits.iter().map(|exit| exit.to.text.as_str()));
        }
    }
    // When not even the start exists, that is told, and all else follows from it.
    if reached.is_empty() {
        return;
    }
    for (name, placed) in script
        .nodes
        .iter()
        .filter(|(name, _)| !reached.contains(name.as_str()))
    {
        let message = told!("no way leads to `{name}`", "没有路径到达 `{name}`");
        let help = told!(
            "name it in an exit, or delete it",
            "请在某个出口写它，或删除"
        );
        report.warning(placed.place, message, Some(help));
    }
}

/// A depth-first walk over the exits that the script takes by itself; an exit back onto the way is a cycle.
fn no_cycle(script: &Script, claims: &AllClaims<'_>, report: &mut Report) {
    // From the start and then down the file: the exit that is told is the one that a reader meets last.
    let mut roots: Vec<(&str, Place)> = script
        .nodes
        .iter()
        .map(|(name, placed)| (name.as_str(), placed.place))
        .collect();
    roots.sort_by_key(|(name, place)| (*name != script.start.text, *place));
    let ways = |node: &str| {
        let exits = by_itself(claims, node);
        let known =
            exits.filter_map(|exit| Some((exit, *claims.get_key_value(exit.text.as_str())?.0)));
        known.collect()
    };
    rounds(
        roots.into_iter().map(|(name, _)| name),
        ways,
        |nodes, exits| {
            if let Some(back) = exits.last() {
                tell_cycle(nodes, back, report);
            }
        },
    );
}

fn by_itself<'c>(claims: &'c AllClaims<'_>, node: &str) -> impl Iterator<Item = &'c Name> {
    let exits = claims
        .get(node)
        .into_iter()
        .flat_map(|claims| &claims.exits);
    exits
        .filter(|exit: &&Exit<'_>| !exit.cause.is_choice())
        .map(|exit| exit.to)
}

fn tell_cycle(nodes: &[&str], back: &Name, report: &mut Report) {
    let way: Vec<String> = nodes
        .iter()
        .chain([&back.text.as_str()])
        .map(|node| format!("`{node}`"))
        .collect();
    let message = told!(
        "a caller who does nothing goes round for ever: {}",
        "不按键的来电者会一直循环：{}",
        way.join(" → ")
    );
    let help = told!(
        "let one of these exits lead to an end: a queue, a transfer or a hangup with another way out",
        "请让其中一个出口通向终点：排队、转接，或挂机"
    );
    report.error(back.place, message, Some(help));
}
