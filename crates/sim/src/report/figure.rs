//! The figures of queues as rows, the same for terminal and page: a figure that is added here is in both.

use model::ServiceLevel;

use super::{QueueReport, Report};

/// A row of the plain figures.
type Figure = (&'static str, fn(&QueueReport) -> String);

const FIGURES: [Figure; 12] = [
    ("offered", |it| it.counts.offered.to_string()),
    ("answered", |it| it.counts.answered.to_string()),
    ("answered in T", |it| it.counts.answered_in_t.to_string()),
    ("abandoned", |it| it.counts.abandoned.to_string()),
    ("abandoned in T", |it| it.counts.abandoned_in_t.to_string()),
    ("short abandons", |it| it.counts.short_abandons.to_string()),
    ("led elsewhere", |it| it.led_elsewhere.to_string()),
    ("wait p50", |it| seconds(it.wait_p50_ms.map(|ms| ms as f64))),
    ("wait p90", |it| seconds(it.wait_p90_ms.map(|ms| ms as f64))),
    ("wait max", |it| seconds(Some(it.wait_max_ms as f64))),
    ("wait mean", |it| seconds(it.wait_mean_ms)),
    ("hung up after", |it| seconds(it.abandon_mean_ms)),
];

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
        let figures = FIGURES.iter().map(|(name, told)| {
            let values = queues.iter().map(|(_, queue)| told(queue));
            (*name, values.collect())
        });
        let levels = ServiceLevel::ALL.into_iter().map(|level| {
            let of = |queue: &QueueReport| percent(queue.service_levels.get(&level).copied());
            let values = queues.iter().map(|(_, queue)| of(queue));
            (level.formula(), values.collect())
        });
        Self {
            rows: figures.chain(levels).collect(),
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
