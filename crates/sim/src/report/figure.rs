//! The figures of queues as rows, the same for terminal and page: a figure that is added here is in both.

use model::ServiceLevel;
use serde::{Deserialize, Serialize};

use super::{QueueReport, Report};

/// What a figure is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Callers.
    Callers,
    /// Milliseconds.
    Ms,
    /// A share of one.
    Share,
}

impl Unit {
    pub(super) fn told(self, value: Option<f64>) -> String {
        match self {
            Self::Callers => value.map_or("-".to_owned(), |callers| format!("{callers:.0}")),
            Self::Ms => seconds(value),
            Self::Share => percent(value),
        }
    }
}

/// A row of the plain figures.
type Figure = (&'static str, Unit, fn(&QueueReport) -> Option<f64>);

const FIGURES: [Figure; 12] = [
    ("offered", Unit::Callers, |it| count(it.counts.offered)),
    ("answered", Unit::Callers, |it| count(it.counts.answered)),
    ("answered in T", Unit::Callers, |it| {
        count(it.counts.answered_in_t)
    }),
    ("abandoned", Unit::Callers, |it| count(it.counts.abandoned)),
    ("abandoned in T", Unit::Callers, |it| {
        count(it.counts.abandoned_in_t)
    }),
    ("short abandons", Unit::Callers, |it| {
        count(it.counts.short_abandons)
    }),
    ("led elsewhere", Unit::Callers, |it| count(it.led_elsewhere)),
    ("wait p50", Unit::Ms, |it| it.wait_p50_ms.and_then(count)),
    ("wait p90", Unit::Ms, |it| it.wait_p90_ms.and_then(count)),
    ("wait max", Unit::Ms, |it| count(it.wait_max_ms)),
    ("wait mean", Unit::Ms, |it| it.wait_mean_ms),
    ("hung up after", Unit::Ms, |it| it.abandon_mean_ms),
];

#[expect(
    clippy::unnecessary_wraps,
    reason = "figures may be missing, counts never are"
)]
const fn count(callers: u64) -> Option<f64> {
    Some(callers as f64)
}

/// All figures of a queue, the service levels last.
pub(super) fn of_queue(
    report: &QueueReport,
) -> impl Iterator<Item = (&'static str, Unit, Option<f64>)> + '_ {
    let plain = FIGURES
        .iter()
        .map(|(name, unit, told)| (*name, *unit, told(report)));
    let levels = ServiceLevel::ALL.into_iter().map(|level| {
        let share = report.service_levels.get(&level).copied();
        (level.formula(), Unit::Share, share)
    });
    plain.chain(levels)
}

/// The names of the columns, and for each figure its name and its values.
pub(super) struct Rows {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<(&'static str, Vec<String>)>,
}

impl Rows {
    /// A column for each queue, and one for all where there are several.
    pub(super) fn of(report: &Report) -> Self {
        let named = report.queues.iter();
        let mut queues: Vec<(String, &QueueReport)> = named
            .map(|(name, queue)| (name.to_string(), queue))
            .collect();
        if queues.len() != 1 {
            queues.push(("all".to_owned(), &report.all));
        }
        let mut rows: Vec<(&'static str, Vec<String>)> = Vec::new();
        for (_, queue) in &queues {
            for (number, (name, unit, value)) in of_queue(queue).enumerate() {
                match rows.get_mut(number) {
                    Some((_, values)) => values.push(unit.told(value)),
                    None => rows.push((name, vec![unit.told(value)])),
                }
            }
        }
        Self {
            rows,
            columns: queues.into_iter().map(|(name, _)| name).collect(),
        }
    }
}

pub(super) fn seconds(ms: Option<f64>) -> String {
    ms.map_or("-".to_owned(), |ms| format!("{:.1} s", ms / 1_000.0))
}

pub(super) fn percent(share: Option<f64>) -> String {
    share.map_or("-".to_owned(), |share| format!("{:.1} %", share * 100.0))
}
