//! A caller who does nothing meets somebody, or the end, before long (E22, M2): so many prompts, so much time.
//!
//! The longest way without a choice, over all scripts, and by itself that on which most is heard. It begins where he falls silent: as he
//! comes to a node, or at a later point of it, behind a digit or behind what he has said. Tries are counted in full: silence uses them up. Waiting in a queue
//! is not counted, it has bounds of its own. Where ways go round, `graph` and `overflow` tell; nothing is summed up here.

mod stop;

use std::collections::{BTreeMap, BTreeSet};

use super::house::{Graph, House, Passage, Patience, Stop, Walk, Way};
use super::story::Wanted;
use crate::diagnostic::Diagnostic;
use crate::place::Name;
use crate::told;
use crate::told::Told;
use stop::Kept;

/// What a caller is kept for from a stop on, each figure by itself.
#[derive(Clone, Copy, Debug, Default)]
struct Longest<'s> {
    kept: Kept,
    /// Of that, what lies behind the stop.
    rest: Kept,
    /// The way on that takes longest, and that on which most is heard.
    slowest: Option<Way<'s>>,
    fullest: Option<Way<'s>>,
}

impl<'s> Longest<'s> {
    /// The same behind something that comes before it.
    fn after(self, here: Kept) -> Self {
        Self {
            kept: here.and(self.kept),
            rest: self.kept,
            ..self
        }
    }

    /// The way on by one of the figures.
    const fn on(&self, is_slow: bool) -> Option<Way<'s>> {
        if is_slow { self.slowest } else { self.fullest }
    }

    /// The longer of two, each figure by itself with its way.
    fn or(self, other: Self) -> Self {
        let slow = if other.kept.time > self.kept.time {
            other
        } else {
            self
        };
        let full = if other.kept.prompts > self.kept.prompts {
            other
        } else {
            self
        };
        Self {
            kept: self.kept.or(other.kept),
            rest: self.rest.or(other.rest),
            slowest: slow.slowest,
            fullest: full.fullest,
        }
    }
}

/// The longest way from every stop.
type Known<'s> = BTreeMap<Stop<'s>, Longest<'s>>;

pub(super) fn check(graph: &Graph<'_>, house: &House<'_>, found: &mut Vec<Diagnostic>) {
    let known = longest(graph, |stop| stop::keeps(graph, house, stop));
    let limits = house.patience;
    let is_long = |stop| {
        let from = from(graph, &known, stop, &stop::lulls(graph, house, stop));
        (from.kept.prompts > limits.prompts || from.kept.time > limits.time).then_some(from)
    };
    let walk = Walk::new(
        graph,
        graph.roots().map(|(stop, root)| (stop, (), root)),
        |_, (), _| (),
    );
    // The nearest of them: what lies behind it is mended with it.
    let mut states = walk.states();
    let Some((at, stop, from)) = states.find_map(|(at, stop, ())| Some((at, stop, is_long(stop)?)))
    else {
        return;
    };
    let (message, help) = told_of(stop, from.kept, limits);
    // The way of the figure that is too high.
    let is_slow = from.kept.time > limits.time;
    let silent = std::iter::successors(from.on(is_slow), |way| known.get(&way.to)?.on(is_slow));
    let silent = silent.map(|way| (way.passage, way.to));
    let story = walk.story(at).and_then(silent);
    let story = story.wanting(Wanted::Within(limits));
    found.push(graph.error(stop, message, help, story));
}

/// What is told of it, and what helps.
fn told_of(stop: Stop<'_>, kept: Kept, limits: Patience) -> (Told, Told) {
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
    (message, help)
}

/// The longest way of one who falls silent at a stop: as he comes, or at a later point of it. Who comes there silent meets none of these.
fn from<'s>(
    graph: &Graph<'s>,
    known: &Known<'s>,
    stop: Stop<'s>,
    lulls: &[(Kept, Option<&'s Name>)],
) -> Longest<'s> {
    let as_he_comes = known.get(&stop).copied().unwrap_or_default();
    let ways = graph.ways(stop);
    let later = lulls.iter().map(|(kept, to)| {
        // Without an exit of its own it goes on as for all who do nothing.
        let Some(to) = to else {
            return Longest {
                kept: kept.and(as_he_comes.rest),
                ..as_he_comes
            };
        };
        let way = ways.iter().find(|way| way.by.place == to.place).copied();
        let behind = way.and_then(|way| known.get(&way.to));
        let rest = behind.map_or(Kept::default(), |it| it.kept);
        Longest {
            kept: kept.and(rest),
            rest,
            slowest: way,
            fullest: way,
        }
    });
    later.fold(as_he_comes, Longest::or)
}

/// The longest silent way from every stop. Ways that go round are told elsewhere; here each is walked once.
fn longest<'s>(graph: &Graph<'s>, own: impl Fn(Stop<'s>) -> Kept) -> Known<'s> {
    let mut known = Known::new();
    let mut begun: BTreeSet<Stop<'s>> = BTreeSet::new();
    let mut open: Vec<(Stop<'s>, bool)> = graph.stops().map(|stop| (stop, false)).collect();
    while let Some((stop, are_ways_known)) = open.pop() {
        let ways = graph.silent_ways(stop);
        if are_ways_known {
            known.insert(stop, behind(graph, &known, stop, ways).after(own(stop)));
        } else if begun.insert(stop) {
            open.push((stop, true));
            open.extend(ways.iter().map(|way| (way.to, false)));
        }
    }
    known
}

/// What lies behind a stop, of all its silent ways.
fn behind<'s>(
    graph: &Graph<'s>,
    known: &Known<'s>,
    stop: Stop<'s>,
    mut ways: Vec<Way<'s>>,
) -> Longest<'s> {
    // What is not known yet leads back to here.
    ways.retain(|way| known.contains_key(&way.to));
    // Of a part and what follows it, what follows is the way on: the part that another script does comes before it.
    let follows = |way: &Way<'s>| matches!(way.passage, Passage::Exit(_));
    let part = graph.part_of(stop).filter(|_| ways.iter().any(follows));
    if part.is_some() {
        ways.retain(follows);
    }
    let kept_by = |stop: &Stop<'s>| known.get(stop).map_or(Kept::default(), |it| it.kept);
    let ways = ways.into_iter().map(|way| Longest {
        kept: kept_by(&way.to),
        rest: Kept::default(),
        slowest: Some(way),
        fullest: Some(way),
    });
    let way = ways.reduce(|one, other| other.or(one)).unwrap_or_default();
    let part = part.as_ref().map_or(Kept::default(), kept_by);
    way.after(part)
}
