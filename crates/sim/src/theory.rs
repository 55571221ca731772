//! What queueing theory says of centres that are simple enough: Erlang's delay formula and its extension by patience.
//!
//! Callers come at random, talk for an exponential time, and each agent takes any call. The virtual hotline must show the
//! same figures where its scenario is that simple; `tests/theory.rs` and the bench `theory` hold it to them. Sources: A. K.
//! Erlang 1917 (M/M/c); C. Palm 1937, and S. Zeltyn and A. Mandelbaum 2005 (M/M/c+M).

/// A centre.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Centre {
    /// Agents.
    pub agents: u32,
    /// Calls an hour.
    pub per_hour: f64,
    /// Mean talk, in s.
    pub talk_s: f64,
    /// Mean patience, in s; `None`: nobody hangs up, and then there must be more agents than callers keep busy.
    pub patience_s: Option<f64>,
}

/// What callers meet in the long run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LongRun {
    /// Share of callers who do not find an agent free.
    pub delayed: f64,
    /// Mean time in line, of all callers, in s.
    pub wait_s: f64,
    /// Share of callers who hang up in line.
    pub abandoned: f64,
}

impl Centre {
    /// The offered load in Erlang ÷ agents.
    #[must_use]
    pub fn load(&self) -> f64 {
        self.per_hour / 3_600.0 * self.talk_s / f64::from(self.agents)
    }

    /// The long run, by the stationary distribution of the number of callers there: `n` of them leave at the rate
    /// `min(n, agents) / talk + max(n - agents, 0) / patience`. Without patience a load of 1 or more has no long run: the line
    /// grows for ever.
    #[must_use]
    pub fn long_run(&self) -> LongRun {
        if self.patience_s.is_none() && self.load() >= 1.0 {
            return LongRun {
                delayed: 1.0,
                wait_s: f64::INFINITY,
                abandoned: 0.0,
            };
        }
        let arrive = self.per_hour / 3_600.0;
        let mut row = 1.0;
        let (mut all, mut delayed, mut in_line) = (1.0, 0.0, 0.0);
        for there in 1_u32.. {
            let served = f64::from(there.min(self.agents)) / self.talk_s;
            let waiting = f64::from(there.saturating_sub(self.agents));
            let give_up = self.patience_s.map_or(0.0, |patience| waiting / patience);
            row *= arrive / (served + give_up);
            all += row;
            if there >= self.agents {
                delayed += row;
                in_line += row * waiting;
            }
            // Beyond the agents the rows fall at least as fast as a geometric series.
            if there > self.agents && row < all * 1e-15 {
                break;
            }
        }
        let in_line = in_line / all;
        LongRun {
            // Arrivals at random see time averages.
            delayed: delayed / all,
            wait_s: in_line / arrive,
            abandoned: self
                .patience_s
                .map_or(0.0, |patience| in_line / patience / arrive),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(is: f64, ought: f64, within: f64) {
        assert!((is - ought).abs() < within, "{is} for {ought}");
    }

    #[test]
    fn erlang_c_agrees_with_its_closed_form() {
        for (agents, load) in [(1, 0.5), (2, 0.6), (10, 0.8), (100, 0.95)] {
            let talk_s = 180.0;
            let offered = load * f64::from(agents);
            let centre = Centre {
                agents,
                per_hour: offered / talk_s * 3_600.0,
                talk_s,
                patience_s: None,
            };
            near(centre.load(), load, 1e-12);
            // Erlang B by its recursion, then C = B / (1 - load + load B).
            let blocked = (1..=agents).fold(1.0, |blocked, servers| {
                offered * blocked / (f64::from(servers) + offered * blocked)
            });
            let delayed = blocked / (1.0 - load + load * blocked);
            let wait_s = delayed * talk_s / (f64::from(agents) - offered);
            let long_run = centre.long_run();
            near(long_run.delayed, delayed, 1e-9);
            near(long_run.wait_s, wait_s, 1e-6);
            near(long_run.abandoned, 0.0, 1e-12);
        }
    }

    #[test]
    fn a_line_that_grows_for_ever_has_no_mean() {
        let centre = Centre {
            agents: 1,
            per_hour: 20.0,
            talk_s: 180.0,
            patience_s: None,
        };
        assert_eq!(centre.long_run().wait_s, f64::INFINITY);
    }

    #[test]
    fn who_is_as_patient_as_talks_are_long_makes_a_poisson_number() {
        // With patience = talk every caller leaves at the same rate, wherever he is: M/M/∞ (Palm).
        let centre = Centre {
            agents: 3,
            per_hour: 60.0,
            talk_s: 180.0,
            patience_s: Some(180.0),
        };
        let poisson =
            |n: u32| -> f64 { (1..=n).fold((-3.0_f64).exp(), |row, k| row * 3.0 / f64::from(k)) };
        let below: f64 = (0..3).map(poisson).sum();
        let in_line: f64 = (4..60).map(|n| f64::from(n - 3) * poisson(n)).sum();
        let long_run = centre.long_run();
        near(long_run.delayed, 1.0 - below, 1e-9);
        near(long_run.wait_s, in_line / 60.0 * 3_600.0, 1e-6);
        near(long_run.abandoned, in_line / 3.0, 1e-9);
    }
}
