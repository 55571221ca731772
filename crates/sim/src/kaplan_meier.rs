//! The patience of callers as a curve of survival (Kaplan and Meier 1958): who hung up had so much of it, who was answered
//! had at least so much.
//!
//! Leaving out those who were answered would make callers look hastier than they are; the curve counts each of them for as
//! long as he was seen waiting. Where a caller was answered in the very moment in which others hung up, he counts as one
//! who could have hung up then, as is usual. Behind the longest observed end nothing is known, and nothing is invented.

use std::time::Duration;

/// Two standard errors, nearly: of a normal distribution 95 % lie within.
const Z_95: f64 = 1.959_964;

/// A moment at which somebody hung up.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Step {
    at: Duration,
    /// The share that goes on beyond it.
    survival: f64,
    /// Greenwood's sum: the variance of the share, divided by its square.
    variance: f64,
}

/// The curve.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survival {
    steps: Vec<Step>,
}

impl Survival {
    /// Of waits, each with whether it ended by hanging up.
    #[must_use]
    pub fn of(waits: impl IntoIterator<Item = (Duration, bool)>) -> Self {
        let mut waits: Vec<(Duration, bool)> = waits.into_iter().collect();
        waits.sort_unstable();
        let (mut steps, mut survival, mut variance) = (Vec::new(), 1.0, 0.0);
        let mut rest = waits.as_slice();
        while let Some((at, _)) = rest.first().copied() {
            let at_risk = rest.len() as f64;
            let same = rest.partition_point(|(other, _)| *other <= at);
            let (now, later) = rest.split_at(same);
            let ended = now.iter().filter(|(_, hung_up)| *hung_up).count() as f64;
            if ended > 0.0 {
                survival *= 1.0 - ended / at_risk;
                variance += ended / (at_risk * (at_risk - ended));
                steps.push(Step {
                    at,
                    survival,
                    variance,
                });
            }
            rest = later;
        }
        Self { steps }
    }

    /// Whether nobody was seen to hang up.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The share of callers who wait longer than this.
    #[must_use]
    pub fn at(&self, time: Duration) -> f64 {
        self.step(time).map_or(1.0, |step| step.survival)
    }

    /// The same within what chance explains: Greenwood's interval of 95 %, cut at 0 and 1.
    #[must_use]
    pub fn interval(&self, time: Duration) -> (f64, f64) {
        let Some(step) = self.step(time) else {
            return (1.0, 1.0);
        };
        if step.survival <= 0.0 {
            return (0.0, 0.0);
        }
        let error = Z_95 * step.survival * step.variance.sqrt();
        let (low, high) = (step.survival - error, step.survival + error);
        (low.max(0.0), high.min(1.0))
    }

    /// The patience of a caller who has waited for `past` already: the end that `lot`, evenly from 0 to 1, draws from what
    /// is left of the curve. `None`: longer than anybody was seen to hang up.
    #[must_use]
    pub fn beyond(&self, past: Duration, lot: f64) -> Option<Duration> {
        let left = self.at(past) * (1.0 - lot);
        let first = self.steps.partition_point(|step| step.at <= past);
        let later = self.steps.get(first..).unwrap_or_default();
        let end = later.iter().find(|step| step.survival < left);
        end.map(|step| step.at)
    }

    fn step(&self, time: Duration) -> Option<&Step> {
        let passed = self.steps.partition_point(|step| step.at <= time);
        passed.checked_sub(1).and_then(|last| self.steps.get(last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Freireich 1963, the treated group: the example of most textbooks. Weeks of remission, `+` still going on.
    const REMISSIONS: [(u64, bool); 21] = [
        (6, true),
        (6, true),
        (6, true),
        (6, false),
        (7, true),
        (9, false),
        (10, true),
        (10, false),
        (11, false),
        (13, true),
        (16, true),
        (17, false),
        (19, false),
        (20, false),
        (22, true),
        (23, true),
        (25, false),
        (32, false),
        (32, false),
        (34, false),
        (35, false),
    ];

    #[test]
    fn the_textbook_table_comes_out_with_its_errors() {
        let reversed = REMISSIONS.iter().rev();
        let curve = Survival::of(reversed.map(|(weeks, ended)| (s(*weeks), *ended)));
        // By hand: 18/21, × 16/17, × 14/15, × 11/12, × 10/11, × 6/7, × 5/6; standard errors by Greenwood.
        let table = [
            (6, 0.857_1, 0.076_4),
            (7, 0.806_7, 0.086_9),
            (10, 0.752_9, 0.096_3),
            (13, 0.690_2, 0.106_8),
            (16, 0.627_5, 0.114_1),
            (22, 0.537_8, 0.128_2),
            (23, 0.448_2, 0.134_6),
        ];
        assert_eq!(curve.steps.len(), table.len());
        for (weeks, survival, error) in table {
            let is = curve.at(s(weeks));
            assert!((is - survival).abs() < 5e-5, "{weeks}: {is}");
            let (low, high) = curve.interval(s(weeks));
            let half = Z_95 * error;
            assert!((low - (survival - half)).abs() < 2e-3, "{weeks}: {low}");
            let top: f64 = survival + half;
            assert!((high - top.min(1.0)).abs() < 2e-3, "{weeks}: {high}");
        }
        assert_eq!((curve.at(s(5)), curve.interval(s(5))), (1.0, (1.0, 1.0)));
        assert_eq!(curve.at(s(24)), curve.at(s(99)), "nothing is known there");
    }

    #[test]
    fn a_lot_is_drawn_from_what_is_left_of_the_curve() {
        // 4 wait: ends at 10, 20, 30, and one is answered at 40.
        let curve = Survival::of([(s(10), true), (s(20), true), (s(30), true), (s(40), false)]);
        let ends =
            [0.0, 0.24, 0.26, 0.49, 0.51, 0.74, 0.76, 0.99].map(|lot| curve.beyond(s(0), lot));
        let at = |seconds| Some(s(seconds));
        let expected = [at(10), at(10), at(20), at(20), at(30), at(30), None, None];
        assert_eq!(ends, expected);
        // Who has waited for 15 s: three are left, each of two ends takes a third.
        let later = [0.0, 0.32, 0.34, 0.65, 0.68].map(|lot| curve.beyond(s(15), lot));
        assert_eq!(later, [at(20), at(20), at(30), at(30), None]);
        assert_eq!(curve.beyond(s(30), 0.0), None);
    }

    #[test]
    fn those_who_were_answered_are_not_left_out() {
        let all_hang_up = Survival::of([(s(10), true), (s(20), true)]);
        assert_eq!((all_hang_up.at(s(10)), all_hang_up.at(s(20))), (0.5, 0.0));
        assert_eq!(all_hang_up.interval(s(20)), (0.0, 0.0));
        let answered = [(s(5), false); 8];
        let short = Survival::of([(s(10), true), (s(20), true)].into_iter().chain(answered));
        assert_eq!(short.at(s(10)), 0.5, "those were seen for 5 s only");
        let long = [(s(15), false); 8];
        let seen = Survival::of([(s(10), true), (s(20), true)].into_iter().chain(long));
        assert_eq!(seen.at(s(10)), 0.9);
        assert!(Survival::of([(s(10), false)]).is_empty());
    }
}
