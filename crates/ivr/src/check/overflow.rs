//! Overflow between scripts (D13): no way leads from one script to others and back without the caller.
//!
//! Within a script `graph` proves that. Here the ways go on where a script hands the caller to another, by its name or by a number that
//! enters it: from one queue to the next, to a third, and round again, a caller would wait for ever and never be told.

use super::cycle::rounds;
use super::house::{Graph, Passage, Stop, Walk, Way};
use super::story::Wanted;
use crate::diagnostic::Diagnostic;
use crate::told;

pub(super) fn check(graph: &Graph<'_>, found: &mut Vec<Diagnostic>) {
    let roots = graph.roots().map(|(stop, root)| (stop, (), root));
    let walk = Walk::new(graph, roots, |_, (), _| ());
    rounds(
        graph.roots().map(|(stop, _)| stop),
        |stop| {
            let ways = graph.silent_ways(stop);
            ways.into_iter().map(|way| (way, way.to)).collect()
        },
        |stops, ways| {
            let hands_over = |way: &Way<'_>| matches!(way.passage, Passage::HandOver);
            // A round within one script was told by `graph`.
            if ways.iter().any(hands_over) {
                found.extend(round(graph, &walk, stops, ways));
            }
        },
    );
}

fn round<'s>(
    graph: &Graph<'s>,
    walk: &Walk<'s, ()>,
    stops: &[Stop<'s>],
    ways: &[Way<'s>],
) -> Option<Diagnostic> {
    let (first, last, back) = (stops.first()?, stops.last()?, ways.last()?);
    let names: Vec<String> = stops
        .iter()
        .chain([first])
        .map(|(script, node)| format!("`{script}: {node}`"))
        .collect();
    let message = told!(
        "a caller who does nothing goes round between scripts for ever: {}",
        "不按键的来电者会在流程之间一直循环：{}",
        names.join(" → ")
    );
    let help = told!(
        "let one of these exits lead to an end: a transfer or a hangup with another way out",
        "请让其中一个出口通向终点：转接，或挂机"
    );
    let (at, ..) = walk.states().find(|(_, stop, ())| stop == first)?;
    let round = ways.iter().map(|way| (way.passage, way.to));
    let story = walk.story(at).and_then(round).wanting(Wanted::EndsWell);
    Some(graph.error_at(last.0, back.by.place, message, help, story))
}
