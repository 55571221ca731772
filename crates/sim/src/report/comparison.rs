//! A day as it was beside the same day under other rules: each figure with the range that chance leaves to it, and the
//! callers who would have fared better or worse.
//!
//! The day under other rules was played several times with other lots. Of each figure the median is told, and between which
//! values nine plays of ten lie. A caller turns to the better or to the worse if most of the plays say so.

use std::collections::BTreeMap;

use model::{CallId, QueueName};
use serde::{Deserialize, Serialize};

use super::QueueReport;
use super::figure::{self, Unit};
use crate::figures::Figures;
use crate::replay::{Decisions, Fate, Turn, Window};

pub use html::page;
pub use table::table;

mod html;
mod table;

/// Of so many plays of a hundred the interval leaves out the lowest, and as many the highest.
const OUTSIDE: f64 = 0.05;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The day.
    pub window: Window,
    /// How its decisions came out when they were made again.
    pub decisions: Decisions,
    /// In what the rules differ.
    pub changes: Vec<String>,
    /// The lots with which it was played.
    pub seeds: Vec<u64>,
    /// All queues together.
    pub all: Compared,
    /// Each queue.
    pub queues: BTreeMap<QueueName, Compared>,
    /// Callers who fare as before.
    pub same: u64,
    /// Callers who fare better, those who gain most first.
    pub better: Vec<CallerTurn>,
    /// Callers who fare worse, those who lose most first.
    pub worse: Vec<CallerTurn>,
}

/// A queue before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// As it was.
    pub before: QueueReport,
    /// Each figure.
    pub rows: Vec<Row>,
}

/// A figure before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its name, or the formula.
    pub name: String,
    /// What it is counted in.
    pub unit: Unit,
    /// As it was; `None`: there was nothing to count.
    pub before: Option<f64>,
    /// As it would have been; `None`: in no play was there anything to count.
    pub after: Option<Interval>,
}

/// Where a figure lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// One play of twenty is below.
    pub low: f64,
    /// Half of them are.
    pub median: f64,
    /// Nineteen are.
    pub high: f64,
}

/// A caller who fares otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallerTurn {
    /// His call.
    pub call: CallId,
    /// Where he joined first.
    pub queue: QueueName,
    /// How he fared.
    pub before: Fate,
    /// In what share of the plays he was answered.
    pub answered: f64,
    /// How long he waited on average, answered or not, in ms.
    pub waited_ms: f64,
    /// In what share of the plays this was his turn.
    pub share: f64,
}

/// Gathers plays beside the day as it was.
#[derive(Debug)]
pub(crate) struct Sides {
    before: Figures,
    fates: BTreeMap<CallId, (QueueName, Fate, Plays)>,
    seeds: Vec<u64>,
    all: Vec<QueueReport>,
    queues: BTreeMap<QueueName, Vec<QueueReport>>,
}

/// What the plays said of a caller.
#[derive(Clone, Copy, Debug, Default)]
struct Plays {
    better: u64,
    worse: u64,
    answered: u64,
    waited_ms: u64,
}

impl Sides {
    pub(crate) fn new((before, fates): (Figures, BTreeMap<CallId, (QueueName, Fate)>)) -> Self {
        let fates = fates.into_iter();
        Self {
            before,
            fates: fates
                .map(|(call, (queue, fate))| (call, (queue, fate, Plays::default())))
                .collect(),
            seeds: Vec::new(),
            all: Vec::new(),
            queues: BTreeMap::new(),
        }
    }

    /// One play.
    pub(crate) fn add(&mut self, seed: u64, figures: &Figures, fates: BTreeMap<CallId, Fate>) {
        self.seeds.push(seed);
        self.all.push(QueueReport::of(&figures.all));
        for (name, queue) in &figures.queues {
            let plays = self.queues.entry(name.clone()).or_default();
            plays.push(QueueReport::of(queue));
        }
        for (call, after) in fates {
            if let Some((_, before, plays)) = self.fates.get_mut(&call) {
                plays.add(before, &after);
            }
        }
    }

    pub(crate) fn compared(
        self,
        window: Window,
        decisions: Decisions,
        changes: Vec<String>,
    ) -> Comparison {
        let count = self.seeds.len() as u64;
        let turned = |turn: Turn| {
            let fates = self.fates.iter();
            let mut turned: Vec<CallerTurn> = fates
                .filter_map(|(call, (queue, before, plays))| {
                    plays.turned(turn, count, (*call, queue, before))
                })
                .collect();
            turned.sort_by(|one, other| other.weight().total_cmp(&one.weight()));
            turned
        };
        let (better, worse) = (turned(Turn::Better), turned(Turn::Worse));
        let otherwise = (better.len() + worse.len()) as u64;
        let queues = self.before.queues.iter().map(|(name, figures)| {
            let plays = self.queues.get(name).map_or(&[][..], Vec::as_slice);
            (name.clone(), Compared::of(QueueReport::of(figures), plays))
        });
        Comparison {
            window,
            decisions,
            changes,
            all: Compared::of(QueueReport::of(&self.before.all), &self.all),
            queues: queues.collect(),
            same: self.fates.len() as u64 - otherwise,
            better,
            worse,
            seeds: self.seeds,
        }
    }
}

impl Plays {
    fn add(&mut self, before: &Fate, after: &Fate) {
        match after.turn_from(before) {
            Turn::Better => self.better += 1,
            Turn::Worse => self.worse += 1,
            Turn::Same => {}
        }
        self.answered += u64::from(after.is_answered());
        self.waited_ms += after.waited_ms;
    }

    fn turned(
        &self,
        turn: Turn,
        plays: u64,
        (call, queue, before): (CallId, &QueueName, &Fate),
    ) -> Option<CallerTurn> {
        let times = match turn {
            Turn::Better => self.better,
            Turn::Worse => self.worse,
            Turn::Same => return None,
        };
        let of_plays = |count: u64| count as f64 / plays.max(1) as f64;
        (times * 2 > plays).then(|| CallerTurn {
            call,
            queue: queue.clone(),
            before: *before,
            answered: of_plays(self.answered),
            waited_ms: of_plays(self.waited_ms),
            share: of_plays(times),
        })
    }
}

impl CallerTurn {
    /// An answer weighs more than any wait; of waits the difference counts.
    fn weight(&self) -> f64 {
        const ANSWER: f64 = 1e12;
        let was = f64::from(u8::from(self.before.is_answered()));
        let waited = self.before.waited_ms as f64 - self.waited_ms;
        (self.answered - was).abs() * ANSWER + waited.abs()
    }
}

impl Compared {
    fn of(before: QueueReport, plays: &[QueueReport]) -> Self {
        let rows = figure::of_queue(&before).enumerate();
        let rows = rows.map(|(number, (name, unit, value))| {
            let plays = plays.iter();
            let values = plays.filter_map(|play| figure::of_queue(play).nth(number)?.2);
            Row {
                name: name.to_owned(),
                unit,
                before: value,
                after: Interval::of(values.collect()),
            }
        });
        Self {
            rows: rows.collect(),
            before,
        }
    }
}

impl Interval {
    /// Of what the plays gave; `None` of none.
    fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let last = values.len().checked_sub(1)?;
        let at = |share: f64| {
            let rank = (last as f64 * share).round() as usize;
            values.get(rank).copied()
        };
        Some(Self {
            low: at(OUTSIDE)?,
            median: at(0.5)?,
            high: at(1.0 - OUTSIDE)?,
        })
    }
}

/// A row in words: the figure's name, as it was, as it would have been.
fn told(row: &Row) -> [String; 3] {
    let after = row.after.map_or("-".to_owned(), |it| {
        let [low, median, high] = [it.low, it.median, it.high].map(|it| row.unit.told(Some(it)));
        match low == high {
            true => median,
            false => format!("{median} ({low} … {high})"),
        }
    });
    [row.name.clone(), row.unit.told(row.before), after]
}

/// A fate in words.
fn fared(fate: &Fate) -> String {
    let waited = figure::seconds(Some(fate.waited_ms as f64));
    match fate.is_answered() {
        true => format!("answered after {waited}"),
        false => format!("not answered, {waited}"),
    }
}

/// How a caller would have fared, in words.
fn fares(caller: &CallerTurn) -> String {
    let waited = figure::seconds(Some(caller.waited_ms));
    let answered = figure::percent(Some(caller.answered));
    format!("{waited} on average, answered in {answered} of the plays")
}

/// Whether the day came out as it was, in a sentence.
#[must_use]
pub fn verdict(decisions: &Decisions) -> String {
    let Decisions { made, release, .. } = decisions;
    match &decisions.difference {
        None => format!("{made} decisions made again, every one bit for bit as it was"),
        Some(it) => {
            let release = match release == acd::Told::RELEASE {
                true => String::new(),
                false => format!("; the day was that of release {release}"),
            };
            format!(
                "{made} decisions made again; the first that differs: {}, call {}, offer {}: {}{release}",
                it.at, it.call, it.offer, it.what
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_plays_of_ten_lie_in_the_interval() {
        let values = (0..=20).rev().map(f64::from).collect();
        let Interval { low, median, high } = Interval::of(values).unwrap();
        assert_eq!((low, median, high), (1.0, 10.0, 19.0));
        let one = Interval::of(vec![3.0]).unwrap();
        assert_eq!((one.low, one.median, one.high), (3.0, 3.0, 3.0));
        assert_eq!(Interval::of(Vec::new()), None);
    }
}
