//! How evenly work is spread over agents: shares of the fewest and the most, and Gini's coefficient.
//!
//! Agents who took no calls at all because they were never there are left out: who does not work is not treated unfairly.

use serde::{Deserialize, Serialize};

use super::AgentReport;

/// The spread. 0 is even; 1 is everything at one agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fairness {
    /// Gini's coefficient of occupancy.
    pub occupancy_gini: Option<f64>,
    /// Gini's coefficient of calls taken.
    pub calls_gini: Option<f64>,
    /// Calls of the agent who took fewest ÷ calls of the one who took most.
    pub calls_min_to_max: Option<f64>,
    /// The lowest occupancy.
    pub occupancy_min: Option<f64>,
    /// The highest.
    pub occupancy_max: Option<f64>,
}

impl Fairness {
    pub(super) fn of(agents: &[AgentReport]) -> Self {
        let at_work = agents.iter().filter(|agent| agent.occupancy.is_some());
        let occupancy: Vec<f64> = at_work.clone().filter_map(|it| it.occupancy).collect();
        let calls: Vec<f64> = at_work.map(|agent| agent.answered as f64).collect();
        let least = |values: &[f64]| values.iter().copied().min_by(f64::total_cmp);
        let most = |values: &[f64]| values.iter().copied().max_by(f64::total_cmp);
        let (fewest, greatest) = (least(&calls), most(&calls));
        let ratio = fewest.zip(greatest).filter(|(_, most)| *most > 0.0);
        Self {
            occupancy_gini: gini(&occupancy),
            calls_gini: gini(&calls),
            calls_min_to_max: ratio.map(|(fewest, most)| fewest / most),
            occupancy_min: least(&occupancy),
            occupancy_max: most(&occupancy),
        }
    }
}

/// Gini's coefficient of values that are not negative; `None` where there is nothing to share.
#[must_use]
pub fn gini(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (count, sum) = (sorted.len() as f64, sorted.iter().sum::<f64>());
    let ranked = sorted.iter().enumerate();
    let weighted: f64 = ranked.map(|(rank, value)| (rank + 1) as f64 * value).sum();
    (sum > 0.0).then(|| 2.0 * weighted / (count * sum) - (count + 1.0) / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gini_of_known_shares() {
        let near = |values: &[f64], ought: f64| {
            let is = gini(values).unwrap();
            assert!((is - ought).abs() < 1e-12, "{values:?}: {is}");
        };
        near(&[1.0, 1.0, 1.0, 1.0], 0.0);
        near(&[0.0, 0.0, 0.0, 8.0], 0.75);
        near(&[4.0, 1.0, 3.0, 2.0], 0.25);
        assert_eq!((gini(&[]), gini(&[0.0, 0.0])), (None, None));
    }
}
