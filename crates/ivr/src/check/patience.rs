//! A caller who does nothing meets somebody, or the end, before long (E22, M2): so many prompts, so much time.
//!
//! The longest way without a choice, over all scripts. Tries are counted in full: silence uses them up. Waiting in a queue
//! is not counted, it has bounds of its own. Where ways go round, `graph` and `overflow` tell; nothing is summed up here.

mod stop;

use std::collections::{BTreeMap, BTreeSet};

use super::house::{Graph, House, Passage, Stop, Walk, Way};
use super::story::Wanted;
use crate::diagnostic::Diagnostic;
use crate::told;
use stop::Kept;

/// The longest way from a stop on.
#[derive(Clone, Copy, Debug)]
struct Longest<'s> {
    kept: Kept,
    by: Option<Way<'s>>,
}

pub(super) fn check(graph: &Graph<'_>, house: &House<'_>, found: &mut Vec<Diagnostic>) {
    let longest = longest(graph, |stop| stop::keeps(graph, house, stop));
    let limits = house.patience;
    let is_long = |stop| {
        let kept = longest.get(&stop).map_or(Kept::default(), |it| it.kept);
        (kept.prompts > limits.prompts || kept.time > limits.time).then_some(kept)
    };
    let walk = Walk::new(
        graph,
        graph.roots().map(|(stop, root)| (stop, (), root)),
        |_, (), _| (),
    );
    // The nearest of them: what lies behind it is mended with it.
    let mut states = walk.states();
    let Some((at, stop, kept)) = states.find_map(|(at, stop, ())| Some((at, stop, is_long(stop)?)))
    else {
        return;
    };
    let message = told!(
        "a caller who does nothing from `{}` on hears {} prompts in {} s before somebody takes him; {} in {} s are allowed",
        "从 `{}` 起不按键的来电者，要听 {} 段提示音、{} 秒才有人接；允许 {} 段、{} 秒",
        stop.1,
        kept.prompts,
        kept.time.as_secs(),
        limits.prompts,
        limits.time.as_secs()
    );
    let help = told!(
        "lead him to a queue or to a goodbye sooner: fewer `tries`, shorter ways",
        "请更早排队或道别：减少 `tries`，缩短路径"
    );
    let ways = std::iter::successors(longest.get(&stop), |at| longest.get(&at.by?.to));
    let silent = ways.filter_map(|at| at.by);
    let silent = silent.map(|way| (way.passage, way.to));
    let story = walk.story(at).and_then(silent);
    let story = story.wanting(Wanted::Within(limits));
    found.push(graph.error(stop, message, help, story));
}

/// The longest silent way from every stop. Ways that go round are told elsewhere; here each is walked once.
fn longest<'s>(
    graph: &Graph<'s>,
    own: impl Fn(Stop<'s>) -> Kept,
) -> BTreeMap<Stop<'s>, Longest<'s>> {
    let mut known: BTreeMap<Stop<'s>, Longest<'s>> = BTreeMap::new();
    let mut begun: BTreeSet<Stop<'s>> = BTreeSet::new();
    let mut open: Vec<(Stop<'s>, bool)> = graph.stops().map(|stop| (stop, false)).collect();
    while let Some((stop, are_ways_known)) = open.pop() {
        let ways = graph.silent_ways(stop);
        if !are_ways_known {
            if begun.insert(stop) {
                open.push((stop, true));
                open.extend(ways.iter().map(|way| (way.to, false)));
            }
            continue;
        }
        let behind = |way: &Way<'s>| known.get(&way.to).map_or(Kept::default(), |it| it.kept);
        // What is not known yet leads back to here.
        let onward = ways.into_iter().filter(|way| known.contains_key(&way.to));
        // Of a part and what follows it, what follows is the way on: the part is counted besides.
        let follows = |way: &Way<'s>| matches!(way.passage, Passage::Exit(_));
        let by =
            onward.max_by_key(|way| (graph.part_of(stop).is_some() && follows(way), behind(way)));
        let (here, rest) = (own(stop), by.as_ref().map_or(Kept::default(), behind));
        // The part that another script does comes before what follows, and not in its place.
        let part = graph.part_of(stop);
        let part = part.filter(|part| by.is_some_and(|way| way.to != *part));
        let part = part.and_then(|part| known.get(&part));
        let part = part.map_or(Kept::default(), |it| it.kept);
        let kept = here.and(part).and(rest);
        known.insert(stop, Longest { kept, by });
    }
    known
}
