//! The centres in which the estimated wait is measured (D16), and how far off right it may be.

use crate::queue_alone::{Centre, Met, Talk, measure};

/// In points around 50 % and 80 %.
pub(crate) const FENCE: (f64, f64) = (7.0, 5.0);
/// What a call keeps an agent busy for: ring, talk and filing.
const CYCLE_S: f64 = 196.0;
const ONE: &[usize] = &[0];
const OTHER: &[usize] = &[1];
const BOTH: &[usize] = &[0, 1];

/// A centre, and how many independent runs of it.
pub(crate) struct Cell {
    pub(crate) name: String,
    pub(crate) centre: Centre,
    pub(crate) runs: u64,
}

impl Cell {
    pub(crate) fn measure(&self) -> Met {
        let mut met = Met::default();
        for run in 0..self.runs {
            let seed = self.centre.seed + run;
            met.add(measure(&Centre {
                seed,
                ..self.centre.clone()
            }));
        }
        met
    }

    /// What is outside the fence.
    pub(crate) fn wrong(&self, met: &Met) -> Option<String> {
        let (p50, p80) = met.shares();
        let right = (p50 - 50.0).abs() <= FENCE.0 && (p80 - 80.0).abs() <= FENCE.1;
        (!right).then(|| {
            format!(
                "{}: p50 came true for {p50:.1} %, p80 for {p80:.1} %",
                self.name
            )
        })
    }
}

/// One queue.
pub(crate) fn one(agents: usize, load: f64, talk: Talk, patience_s: Option<f64>) -> Cell {
    let patience = patience_s.map_or("for ever".to_owned(), |s| format!("{s} s"));
    // A line that grows for ever is played for some hours again and again; else one long day has fewer cold mornings.
    let grows = load > 1.0 && patience_s.is_none();
    let hours = match (grows, agents) {
        (true, 3) => 5.0,
        (true, _) => 3.0,
        (false, 3) => 300.0,
        (false, 10) => 120.0,
        (false, _) => 60.0,
    };
    Cell {
        name: format!(
            "{agents} agents, {:.0} %, {talk:?}, patience {patience}",
            load * 100.0
        ),
        centre: Centre {
            agents: vec![ONE; agents],
            per_hour: vec![load * agents as f64 * 3_600.0 / CYCLE_S],
            talk,
            patience_s,
            ring_s: 3.0,
            missed: 0.0,
            hours,
            seed: 1,
        },
        runs: if grows { 60 } else { 1 },
    }
}

/// One in ten rings is let pass.
pub(crate) fn missing(agents: usize, load: f64, talk: Talk) -> Cell {
    let mut cell = one(agents, load, talk, Some(300.0));
    cell.name += ", one ring in ten missed";
    cell.centre.missed = 0.1;
    cell.centre.ring_s = 6.0;
    cell
}

/// Two queues at 90 %: so many agents of each alone, and so many of both.
pub(crate) fn shared(alone: usize, both: usize, talk: Talk) -> Cell {
    let agents = [vec![ONE; alone], vec![OTHER; alone], vec![BOTH; both]].concat();
    let mut cell = one(agents.len(), 0.9, talk, Some(300.0));
    cell.name = format!(
        "two queues, {alone} + {alone} agents, {both} of both, 90 %, {talk:?}, patience 300 s"
    );
    let half = cell.centre.per_hour[0] / 2.0;
    cell.centre.per_hour = vec![half, half];
    cell.centre.agents = agents;
    cell
}
