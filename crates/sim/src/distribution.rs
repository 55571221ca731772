//! Durations by chance: how long people talk, wait, file and ring.
//!
//! A distribution that was read can be drawn from: its figures are checked as it is read, so that the mistake is told with
//! its line. What is drawn is at most [`LONGEST`], whatever a tail may give.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::random::Random;

/// Nothing that is drawn lasts longer.
const LONGEST: Duration = Duration::from_secs(7 * 86_400);

/// A distribution of durations, all figures in seconds: `{ exponential = { mean_s = 180 } }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Shape", into = "Shape")]
pub struct Distribution(Shape);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Shape {
    /// Always the same.
    Fixed { s: f64 },
    /// Evenly between two bounds.
    Uniform { min_s: f64, max_s: f64 },
    /// Memoryless: Erlang's assumption for talk and patience.
    Exponential { mean_s: f64 },
    /// Skewed as talk times of real centres are; given by its own mean and deviation, not those of its logarithm.
    Lognormal { mean_s: f64, sd_s: f64 },
    /// One of these, each as likely as any other.
    Empirical { values_s: Vec<f64> },
}

/// Why figures are no distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotADistribution {
    /// Below zero, infinite or no number.
    #[error("expected seconds from 0 to 604800")]
    Seconds,
    /// A mean of zero.
    #[error("expected a mean above 0")]
    Mean,
    /// Bounds the wrong way round.
    #[error("expected `min_s` not above `max_s`")]
    Bounds,
    /// Nothing to choose from.
    #[error("expected at least one value")]
    Empty,
}

impl TryFrom<Shape> for Distribution {
    type Error = NotADistribution;

    fn try_from(shape: Shape) -> Result<Self, Self::Error> {
        let seconds = |given: &[f64]| {
            let longest = LONGEST.as_secs_f64();
            let good = given.iter().all(|s| (0.0..=longest).contains(s));
            good.then_some(()).ok_or(NotADistribution::Seconds)
        };
        match &shape {
            Shape::Fixed { s } => seconds(&[*s])?,
            Shape::Uniform { min_s, max_s } => {
                seconds(&[*min_s, *max_s])?;
                if min_s > max_s {
                    return Err(NotADistribution::Bounds);
                }
            }
            Shape::Exponential { mean_s } => {
                seconds(&[*mean_s])?;
                if *mean_s == 0.0 {
                    return Err(NotADistribution::Mean);
                }
            }
            Shape::Lognormal { mean_s, sd_s } => {
                seconds(&[*mean_s, *sd_s])?;
                if *mean_s == 0.0 {
                    return Err(NotADistribution::Mean);
                }
            }
            Shape::Empirical { values_s } => {
                seconds(values_s)?;
                if values_s.is_empty() {
                    return Err(NotADistribution::Empty);
                }
            }
        }
        Ok(Self(shape))
    }
}

impl From<Distribution> for Shape {
    fn from(distribution: Distribution) -> Self {
        distribution.0
    }
}

impl Distribution {
    /// Always this long.
    #[must_use]
    pub fn fixed(time: Duration) -> Self {
        let s = time.min(LONGEST).as_secs_f64();
        Self(Shape::Fixed { s })
    }

    /// Exponential.
    #[must_use]
    pub fn exponential(mean: Duration) -> Self {
        let mean_s = mean.min(LONGEST).as_secs_f64();
        Self(Shape::Exponential { mean_s })
    }

    /// The next duration.
    pub(crate) fn draw(&self, random: &mut Random) -> Duration {
        let seconds = match &self.0 {
            Shape::Fixed { s } => *s,
            Shape::Uniform { min_s, max_s } => min_s + (max_s - min_s) * random.uniform(),
            Shape::Exponential { mean_s } => mean_s * random.exponential(),
            Shape::Lognormal { mean_s, sd_s } => {
                let variance = (1.0 + (sd_s / mean_s).powi(2)).ln();
                (mean_s.ln() - variance / 2.0 + variance.sqrt() * random.normal()).exp()
            }
            Shape::Empirical { values_s } => values_s
                .get(random.below(values_s.len()))
                .copied()
                .unwrap_or_default(),
        };
        Duration::try_from_secs_f64(seconds).map_or(LONGEST, |time| time.min(LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    fn read(text: &str) -> Result<Distribution, String> {
        #[derive(Deserialize)]
        struct File {
            talk: Distribution,
        }
        toml::from_str::<File>(&format!("talk = {text}"))
            .map(|file| file.talk)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_drawn_has_the_mean_that_was_asked_for() {
        for (text, mean_s) in [
            ("{ fixed = { s = 12.5 } }", 12.5),
            ("{ uniform = { min_s = 10, max_s = 30 } }", 20.0),
            ("{ exponential = { mean_s = 180 } }", 180.0),
            ("{ lognormal = { mean_s = 240, sd_s = 180 } }", 240.0),
            ("{ empirical = { values_s = [1, 2, 6] } }", 3.0),
        ] {
            let distribution = read(text).unwrap();
            let mut random = Random::new(1, Stream::Network);
            let count = 100_000;
            let sum: f64 = (0..count)
                .map(|_| distribution.draw(&mut random).as_secs_f64())
                .sum();
            let mean = sum / f64::from(count);
            assert!((mean / mean_s - 1.0).abs() < 0.02, "{text}: {mean}");
        }
    }

    #[test]
    fn figures_that_make_no_sense_are_told_with_their_line() {
        for (text, told) in [
            ("{ fixed = { s = -1 } }", "from 0 to 604800"),
            ("{ fixed = { s = nan } }", "from 0 to 604800"),
            ("{ uniform = { min_s = 3, max_s = 2 } }", "`min_s`"),
            ("{ exponential = { mean_s = 0 } }", "mean above 0"),
            ("{ lognormal = { mean_s = 0, sd_s = 1 } }", "mean above 0"),
            ("{ empirical = { values_s = [] } }", "at least one"),
            ("{ gamma = { k = 1 } }", "unknown variant"),
            ("{ fixed = { s = 1, m = 2 } }", "unexpected keys"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(told) && error.contains("line 1"), "{error}");
        }
    }

    #[test]
    fn a_tail_ends_somewhere() {
        let heavy = read("{ lognormal = { mean_s = 600000, sd_s = 600000 } }").unwrap();
        let mut random = Random::new(1, Stream::Network);
        assert!((0..10_000).all(|_| heavy.draw(&mut random) <= LONGEST));
    }
}
