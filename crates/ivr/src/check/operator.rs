//! Where a number asks for it, one key leads its callers from every menu to a person (E22, M2).
//!
//! After the key nothing more may be asked of the caller: on some way without a choice a queue or a transfer is met. Which
//! way that is may depend on the hour.

use std::collections::BTreeSet;

use super::house::{Entrance, Graph, House, Root, Stop, Walk};
use super::story::Wanted;
use crate::claim::{Cause, End};
use crate::diagnostic::Diagnostic;
use crate::told;

pub(super) fn check(graph: &Graph<'_>, house: &House<'_>, found: &mut Vec<Diagnostic>) {
    for entrance in house.entrances {
        let (Some(key), Some(start)) = (entrance.operator, graph.start(entrance.script.as_str()))
        else {
            continue;
        };
        let Entrance { number, .. } = entrance;
        let root = Root::Number(number.clone());
        let walk = Walk::new(graph, [(start, (), root)], |_, (), _| ());
        for (at, stop, ()) in walk.states() {
            let Some(claims) = graph.claims(stop).filter(|claims| claims.is_menu) else {
                continue;
            };
            let mut exits = claims.exits.iter();
            let leads = exits.find(|exit| matches!(exit.cause, Cause::Key(known) if known == key));
            let to = leads.map(|exit| (stop.0, exit.to.text.as_str()));
            if to.is_some_and(|to| meets_a_person(graph, to)) {
                continue;
            }
            let message = told!(
                "`{key}` leads to nobody here: the number {number} promises its callers a person by that key in every menu",
                "此处按 `{key}` 找不到人：号码 {number} 承诺在每个菜单按此键转人工"
            );
            let help = told!(
                "lead it to a `queue` or a `transfer`, or take `operator` from the number",
                "请让它通向 `queue` 或 `transfer`，或去掉号码的 `operator`"
            );
            let story = walk.story(at).wanting(Wanted::PersonBy(key));
            found.push(graph.error(stop, message, help, story));
        }
    }
}

/// Whether somebody may take the caller before he is asked anything more.
fn meets_a_person<'s>(graph: &Graph<'s>, from: Stop<'s>) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(stop) = open.pop() {
        let Some(claims) = graph.claims(stop).filter(|claims| !claims.listens) else {
            continue;
        };
        if claims.end == Some(End::Person) {
            return true;
        }
        let ways = graph.silent_ways(stop);
        open.extend(ways.iter().map(|way| way.to).filter(|to| seen.insert(*to)));
    }
    false
}
