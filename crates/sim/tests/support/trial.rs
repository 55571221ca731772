//! A centre that theory knows, played several times: its figures with their standard errors.
//!
//! How many callers came and how long they talked is chance, and waits follow it closely. So each run is corrected by what
//! theory says that its own rate and talks are worth (a control variate with coefficient 1): what is left is what the
//! hotline did with them.
#![allow(
    clippy::expect_used,
    reason = "a trial that breaks an invariant fails, with its seed"
)]

use std::sync::Arc;

use sim::theory::{Centre, LongRun};
use sim::{Report, Scenario, World, built_in};

/// One figure.
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) theory: f64,
    pub(crate) simulated: f64,
    /// Of the simulated one, as a share of it.
    pub(crate) standard_error: f64,
}

impl Figure {
    /// Of the simulated from the closed form, as a share of that.
    pub(crate) fn difference(&self) -> f64 {
        self.simulated / self.theory - 1.0
    }
}

/// Several independent runs, each corrected.
pub(crate) struct Trial {
    delayed: Vec<f64>,
    wait_s: Vec<f64>,
    abandoned: Vec<f64>,
}

/// Five loads without patience, and five with it, the last beyond what the agents can do.
pub(crate) fn centres() -> Vec<Centre> {
    let centre = |agents: u32, load: f64, patience_s| {
        let talk_s = 180.0;
        let per_hour = load * f64::from(agents) / talk_s * 3_600.0;
        Centre {
            agents,
            per_hour,
            talk_s,
            patience_s,
        }
    };
    let patient = [(1, 0.4), (1, 0.5), (2, 0.6), (3, 0.6), (5, 0.6)];
    let impatient = [0.8, 0.9, 1.0, 1.1, 1.2];
    let patient = patient.map(|(agents, load)| centre(agents, load, None));
    let impatient = impatient.map(|load| centre(10, load, Some(120.0)));
    patient.into_iter().chain(impatient).collect()
}

impl Trial {
    /// So many calls in all, in so many runs, whose seeds follow on the first.
    pub(crate) fn run(centre: &Centre, calls: u64, runs: u64, first_seed: u64) -> Self {
        let mut trial = Self {
            delayed: Vec::new(),
            wait_s: Vec::new(),
            abandoned: Vec::new(),
        };
        for seed in first_seed..first_seed + runs {
            trial.add(centre, &play(centre, calls as f64 / runs as f64, seed));
        }
        trial
    }

    fn add(&mut self, centre: &Centre, report: &Report) {
        let all = &report.all;
        let counts = &all.counts;
        let offered = counts.offered as f64;
        let talked_ms: u64 = report.agents.iter().map(|agent| agent.talking_ms).sum();
        let as_it_came = Centre {
            per_hour: offered / report.hours,
            talk_s: talked_ms as f64 / 1_000.0 / counts.answered as f64,
            ..*centre
        };
        let (ought, chance) = (centre.long_run(), as_it_came.long_run());
        let sum =
            |mean_ms: Option<f64>, count: u64| mean_ms.unwrap_or(0.0) / 1_000.0 * count as f64;
        let waited_s =
            sum(all.wait_mean_ms, counts.answered) + sum(all.abandon_mean_ms, counts.abandoned);
        let delayed = 1.0 - (counts.answered - all.waited) as f64 / offered;
        let abandoned = counts.abandoned as f64 / offered;
        let corrected = |is: f64, of: fn(&LongRun) -> f64| is - of(&chance) + of(&ought);
        self.delayed.push(corrected(delayed, |it| it.delayed));
        self.wait_s
            .push(corrected(waited_s / offered, |it| it.wait_s));
        self.abandoned.push(corrected(abandoned, |it| it.abandoned));
    }

    /// Beside what theory says; a share of abandons only where somebody may abandon.
    pub(crate) fn figures(&self, theory: &LongRun) -> Vec<Figure> {
        let rows = [
            ("delayed", theory.delayed, &self.delayed),
            ("wait in s", theory.wait_s, &self.wait_s),
            ("abandoned", theory.abandoned, &self.abandoned),
        ];
        let rows = rows.into_iter().filter(|(_, theory, _)| *theory > 0.0);
        rows.map(|(name, theory, values)| {
            let count = values.len() as f64;
            let mean = values.iter().sum::<f64>() / count;
            let spread: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
            Figure {
                name,
                theory,
                simulated: mean,
                standard_error: (spread / (count - 1.0) / count).sqrt() / mean,
            }
        })
        .collect()
    }
}

/// Nothing lasts but talk and patience: no prompt, no ring, no wrap-up, no way on the network.
fn play(centre: &Centre, calls: f64, seed: u64) -> Report {
    let Centre {
        agents,
        per_hour,
        talk_s,
        ..
    } = centre;
    let patience = centre.patience_s.map_or(String::new(), |mean_s| {
        format!("patience = {{ exponential = {{ mean_s = {mean_s} }} }}")
    });
    let hours = calls / per_hour;
    let text = format!(
        r#"
        seed = {seed}
        hours = {hours}
        network = {{ delay_ms = 0, directory_ms = 0 }}
        [[callers]]
        number = "4001"
        arrivals = {{ poisson = {{ per_hour = {per_hour} }} }}
        talk = {{ exponential = {{ mean_s = {talk_s} }} }}
        {patience}
        [[agents]]
        count = {agents}
        queues = ["support"]
        answer = {{ fixed = {{ s = 0 }} }}
        wrap_up = {{ fixed = {{ s = 0 }} }}
        "#
    );
    let scenario = Arc::new(Scenario::parse(&text).expect("a scenario"));
    let config = built_in(None).expect("the built-in house");
    let world = World::new(&scenario, &config, 1_000).expect("they fit");
    world.run(&mut ()).expect("no invariant is broken")
}
