//! The report of a run: its figures as data, the same whoever reads them: a program, a terminal, a page.
//!
//! It names what was played, seed included, so that the same report can be had again.

use std::collections::BTreeMap;

use model::{Histogram, QueueName, ServiceCounts, ServiceLevel, Timestamp};
use serde::{Deserialize, Serialize};

use crate::figures::{Calibration, Figures, QueueFigures};
use crate::scenario::{Scenario, Start};

pub(crate) use comparison::Sides;
pub use comparison::{CallerTurn, Compared, Comparison, Interval, Row};
pub use fairness::{Fairness, gini};
pub use figure::Unit;
pub use html::page;
pub use table::table;

mod chart;
pub mod comparison;
mod fairness;
mod figure;
mod html;
mod table;

/// Upper ends of the bars of the chart of waits, in s; the last bar holds all above.
const WAIT_BARS_S: [u64; 12] = [0, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300];

/// A report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// What the scenario calls itself.
    pub title: String,
    /// Its seed.
    pub seed: u64,
    /// When its first day began.
    pub start: Start,
    /// When the last phone fell silent.
    pub ended_at: Timestamp,
    /// Its days.
    pub days: u32,
    /// Hours of each in which callers came.
    pub hours: f64,
    /// T of the service levels, in s.
    pub service_level_s: f64,
    /// The bound of short abandons, in s.
    pub short_abandon_s: f64,
    /// All calls.
    pub calls: u64,
    /// The same by result.
    pub results: BTreeMap<String, u64>,
    /// Facts that were told.
    pub facts: u64,
    /// Events that happened.
    pub steps: u64,
    /// All queues together.
    pub all: QueueReport,
    /// Each queue.
    pub queues: BTreeMap<QueueName, QueueReport>,
    /// Each agent, by login.
    pub agents: Vec<AgentReport>,
    /// How often the wait that was estimated came true, by queue (D16).
    #[serde(default)]
    pub estimates: BTreeMap<QueueName, EstimateReport>,
    /// How evenly work was spread.
    pub fairness: Fairness,
    /// By half hour of the day, in which at least one caller joined a queue.
    pub day: Vec<HalfHourReport>,
}

/// A queue. Waits are those of callers who were answered, from joining to the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueReport {
    /// What the service levels count.
    pub counts: ServiceCounts,
    /// The service level by each formula; a formula without calls is not there.
    pub service_levels: BTreeMap<ServiceLevel, f64>,
    /// Callers who were led elsewhere.
    pub led_elsewhere: u64,
    /// Mean wait, in ms.
    pub wait_mean_ms: Option<f64>,
    /// Half of the waits are no longer.
    pub wait_p50_ms: Option<u64>,
    /// Nine of ten.
    pub wait_p90_ms: Option<u64>,
    /// The longest.
    pub wait_max_ms: u64,
    /// Callers who were answered after more than no time at all.
    pub waited: u64,
    /// Mean time after which callers hung up.
    pub abandon_mean_ms: Option<f64>,
    /// Waits in bars.
    pub waits: Vec<WaitBar>,
}

/// What callers would have been told of their wait as they joined, and what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EstimateReport {
    /// Callers who had to wait and of whose wait something was known.
    pub told: u64,
    /// Callers who had to wait and of whose wait nothing was known.
    pub silent: u64,
    /// The share of those told for whom an agent was found by the p50; 0.5 is right.
    pub met_p50: Option<f64>,
    /// The share for whom one was found by the p80; 0.8 is right.
    pub met_p80: Option<f64>,
}

impl EstimateReport {
    fn of(calibration: &Calibration) -> Self {
        Self {
            told: calibration.told,
            silent: calibration.silent,
            met_p50: calibration.p50.met(),
            met_p80: calibration.p80.met(),
        }
    }
}

/// So many callers waited so long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitBar {
    /// At most, in s; `None`: any longer.
    pub up_to_s: Option<u64>,
    /// Callers.
    pub callers: u64,
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentReport {
    /// His login.
    pub login: String,
    /// Rings at his phone.
    pub rings: u64,
    /// Calls that he took.
    pub answered: u64,
    /// Rings that he let pass.
    pub missed: u64,
    /// Rings that he declined.
    pub declined: u64,
    /// Rings at which his phone could not be reached.
    pub unreachable: u64,
    /// Time ready, in ms.
    pub ready_ms: u64,
    /// Time reserved or ringing, in ms.
    pub ringing_ms: u64,
    /// Time in talks, in ms.
    pub talking_ms: u64,
    /// Time in wrap-up, in ms.
    pub wrap_up_ms: u64,
    /// Time not ready, in ms.
    pub not_ready_ms: u64,
    /// Talk and wrap-up ÷ (ready + ringing + talk + wrap-up).
    pub occupancy: Option<f64>,
}

/// A half hour of the day; of several days together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HalfHourReport {
    /// By the scenario's clock: `08:30`.
    pub from: String,
    /// Callers who joined a queue in it.
    pub counts: ServiceCounts,
    /// Mean wait of those who were answered, in ms.
    pub wait_mean_ms: Option<f64>,
}

impl Report {
    pub(crate) fn of(
        scenario: &Scenario,
        figures: &Figures,
        steps: u64,
        ended_at: Timestamp,
    ) -> Self {
        let agents = agents(scenario, figures);
        let results = figures.results.iter();
        Self {
            title: scenario.title.clone(),
            seed: scenario.seed,
            start: scenario.start.clone(),
            ended_at,
            days: scenario.days,
            hours: scenario.hours,
            service_level_s: scenario.service_level_s,
            short_abandon_s: scenario.short_abandon_s,
            calls: figures.results.values().sum(),
            results: results
                .map(|(name, count)| ((*name).to_owned(), *count))
                .collect(),
            facts: figures.facts,
            steps,
            all: QueueReport::of(&figures.all),
            queues: figures
                .queues
                .iter()
                .map(|(name, figures)| (name.clone(), QueueReport::of(figures)))
                .collect(),
            estimates: figures
                .calibrations
                .queues
                .iter()
                .map(|(name, of)| (name.clone(), EstimateReport::of(of)))
                .collect(),
            fairness: Fairness::of(&agents),
            agents,
            day: day(figures),
        }
    }
}

impl QueueReport {
    fn of(figures: &QueueFigures) -> Self {
        let counts = figures.counts;
        let levels = ServiceLevel::ALL.into_iter();
        let waits = &figures.waits;
        Self {
            counts,
            service_levels: levels
                .filter_map(|level| Some((level, level.of(&counts)?)))
                .collect(),
            led_elsewhere: figures.led_elsewhere,
            wait_mean_ms: waits.mean(),
            wait_p50_ms: waits.percentile(0.5),
            wait_p90_ms: waits.percentile(0.9),
            wait_max_ms: waits.max(),
            waited: waits.between(Some(0), u64::MAX),
            abandon_mean_ms: figures.patience.mean(),
            waits: bars(waits),
        }
    }
}

fn bars(waits: &Histogram) -> Vec<WaitBar> {
    let mut above = None;
    let mut bars = Vec::new();
    for up_to_s in WAIT_BARS_S.into_iter().map(Some).chain([None]) {
        let up_to_ms = up_to_s.map_or(u64::MAX, |s| s * 1_000);
        let callers = waits.between(above, up_to_ms);
        above = Some(up_to_ms);
        bars.push(WaitBar { up_to_s, callers });
    }
    bars
}

fn agents(scenario: &Scenario, figures: &Figures) -> Vec<AgentReport> {
    let logins = scenario.agents.iter().flat_map(|group| group.logins());
    let figures = |number: usize| {
        let id = crate::agent::Agent::id_of(number as u32);
        figures.agents.get(&id).cloned().unwrap_or_default()
    };
    let rows = logins.enumerate().map(|(number, login)| {
        let figures = figures(number);
        AgentReport {
            login: login.to_string(),
            rings: figures.rings,
            answered: figures.answered,
            missed: figures.missed,
            declined: figures.declined,
            unreachable: figures.unreachable,
            ready_ms: figures.ready_ms,
            ringing_ms: figures.ringing_ms,
            talking_ms: figures.talking_ms,
            wrap_up_ms: figures.wrap_up_ms,
            not_ready_ms: figures.not_ready_ms,
            occupancy: figures.occupancy(),
        }
    });
    rows.collect()
}

fn day(figures: &Figures) -> Vec<HalfHourReport> {
    let rows = figures.day.iter().map(|(number, half_hour)| {
        let (minutes, counts) = (number * 30, half_hour.counts);
        let answered = counts.answered;
        HalfHourReport {
            from: format!("{:02}:{:02}", minutes / 60, minutes % 60),
            counts,
            wait_mean_ms: (answered > 0).then(|| half_hour.waited_ms as f64 / answered as f64),
        }
    });
    rows.collect()
}
