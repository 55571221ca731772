//! How an agent lets his phone ring (B10): for how long each of his last rings went on, and how it ended.
//!
//! Kept as the calls that he handled are: a sliding window that no change of state sets to zero (R16). Who keeps an agent's past
//! over a restart keeps one by the same rule, and gives it back ([`super::past::Past::Rings`]); so it counts what facts tell:
//! milliseconds. A ring that somebody else ended says nothing of the time after it.

use core::time::Duration;
use std::collections::VecDeque;

use model::AgentState;
use serde::{Deserialize, Serialize};

/// So many rings are remembered: an agent who changes his habits is known anew after them.
const RINGS_MAX: usize = 32;

/// See the file's head.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RingLog {
    rings: VecDeque<Rung>,
    /// Since when his phone rings, in ms.
    since: Option<u64>,
}

/// One ring, as short as it can be told: ten thousand agents have 32 each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, u32, RingEnd)", into = "(u64, u32, RingEnd)")]
struct Rung {
    ended_ms: u64,
    lasted_ms: u32,
    end: RingEnd,
}

/// How a ring ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RingEnd {
    /// He answered.
    Answered,
    /// He declined, or had his time and did not answer.
    Unanswered,
    /// The caller was gone, or another phone was faster.
    Cut,
}

impl RingLog {
    /// His state changes. Answers, refusals and misses have said so before: what still rings then was cut.
    pub fn changed(&mut self, now: Duration, from: &AgentState, to: &AgentState) {
        if matches!(from, AgentState::Ringing { .. }) {
            self.end(now, RingEnd::Cut);
        }
        if matches!(to, AgentState::Ringing { .. }) {
            self.since = Some(ms(now));
        }
    }

    /// His phone rings no more; without effect when it did not.
    pub fn end(&mut self, now: Duration, end: RingEnd) {
        let Some(since) = self.since.take() else {
            return;
        };
        while self.rings.len() >= RINGS_MAX {
            self.rings.pop_front();
        }
        let ended_ms = ms(now);
        self.rings.push_back(Rung {
            ended_ms,
            lasted_ms: u32::try_from(ended_ms.saturating_sub(since)).unwrap_or(u32::MAX),
            end,
        });
    }

    /// How probably he answers within the next `delay`, after his phone has rung for `rung`: the share of those of his rings within
    /// the window that went on for as long, with one answered and one unanswered ring added (Laplace). Nothing known: a half.
    pub(crate) fn chance(
        &self,
        now: Duration,
        window: Duration,
        rung: Duration,
        delay: Duration,
    ) -> f64 {
        let by = rung.saturating_add(delay);
        let lately = self.rings.iter().filter(|ring| ring.ended() + window > now);
        let as_long = lately.filter(|ring| ring.lasted() > rung);
        let told = as_long.filter(|ring| ring.end != RingEnd::Cut || ring.lasted() >= by);
        let (mut all, mut answered) = (2_u32, 1_u32);
        for ring in told {
            all += 1;
            answered += u32::from(ring.end == RingEnd::Answered && ring.lasted() <= by);
        }
        f64::from(answered) / f64::from(all)
    }
}

impl Rung {
    const fn ended(&self) -> Duration {
        Duration::from_millis(self.ended_ms)
    }

    fn lasted(&self) -> Duration {
        Duration::from_millis(self.lasted_ms.into())
    }
}

impl From<(u64, u32, RingEnd)> for Rung {
    fn from((ended_ms, lasted_ms, end): (u64, u32, RingEnd)) -> Self {
        Self {
            ended_ms,
            lasted_ms,
            end,
        }
    }
}

impl From<Rung> for (u64, u32, RingEnd) {
    fn from(ring: Rung) -> Self {
        (ring.ended_ms, ring.lasted_ms, ring.end)
    }
}

fn ms(at: Duration) -> u64 {
    u64::try_from(at.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use model::CallId;

    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    const RINGING: AgentState = AgentState::Ringing {
        call: CallId::new(1),
    };

    fn log(rings: &[(u64, RingEnd)]) -> RingLog {
        let mut log = RingLog::default();
        for (lasted, end) in rings {
            log.changed(s(1_000 - lasted), &AgentState::Ready, &RINGING);
            log.end(s(1_000), *end);
        }
        log
    }

    /// Of ten seconds each, after so long.
    fn chance(log: &RingLog, rung: u64) -> f64 {
        log.chance(s(1_000), s(3_600), s(rung), s(10))
    }

    #[test]
    fn b10_the_chance_is_of_the_rings_that_went_on_for_as_long() {
        let same = |left: f64, right: f64| assert!((left - right).abs() < 1e-9, "{left} {right}");
        same(chance(&RingLog::default(), 0), 0.5);
        let quick = log(&[(4, RingEnd::Answered); 8]);
        same(chance(&quick, 0), 0.9);
        same(chance(&quick, 10), 0.5);
        let slow = log(&[(12, RingEnd::Answered); 8]);
        same(chance(&slow, 0), 0.1);
        same(chance(&slow, 10), 0.9);
        let away = log(&[(15, RingEnd::Unanswered); 8]);
        same(chance(&away, 10), 0.1);
    }

    #[test]
    fn b10_a_ring_that_was_cut_tells_of_the_time_that_it_went_on() {
        let cut = log(&[(12, RingEnd::Cut), (12, RingEnd::Cut)]);
        assert_eq!(chance(&cut, 0), 0.25, "ten seconds without an answer");
        assert_eq!(chance(&cut, 10), 0.5, "what came of it nobody knows");
        let mut twice = log(&[(4, RingEnd::Answered)]);
        twice.end(s(1_000), RingEnd::Unanswered);
        assert_eq!(chance(&twice, 0), 2.0 / 3.0, "it rang no more");
    }

    #[test]
    fn b10_the_window_slides_and_memory_is_bounded() {
        let log = log(&[(4, RingEnd::Answered); 100]);
        assert_eq!(log.rings.len(), RINGS_MAX);
        let later = |now| log.chance(s(now), s(3_600), s(0), s(10));
        assert_eq!(later(4_599), 33.0 / 34.0);
        assert_eq!(later(4_600), 0.5);
    }
}
