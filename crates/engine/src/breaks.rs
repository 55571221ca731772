//! Reasons to be not ready (示忙原因, C2): which there are, how long each may take a day, and how long each agent took.
//!
//! A budget is shown, never enforced: nobody is called off a break. A day begins at an hour of local time, by an offset from UTC.
//! What is kept is bounded by the agents and the reasons. It outlives a restart, out of the agents' past.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::{AgentId, AgentState, NotReadyReason};

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// The house's reasons. None: any word is one, and nothing is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasons {
    /// In the order in which agents see them.
    pub list: Vec<Reason>,
    /// When a day begins, after midnight UTC: local time less the offset, as a part of a day.
    pub day_start: Duration,
}

/// A reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Its word in APIs and facts: `break`.
    pub name: Arc<str>,
    /// Its name by language, for people.
    pub title: BTreeMap<String, String>,
    /// How long it may take a day.
    pub budget: Option<Duration>,
}

impl Reasons {
    /// The reason of a word, if it is one of the house.
    pub fn get(&self, name: &str) -> Option<&Reason> {
        self.list.iter().find(|reason| &*reason.name == name)
    }

    /// When the day of a moment began.
    pub(crate) fn day_of(&self, now: Duration) -> Duration {
        let shifted = now.saturating_sub(self.day_start).as_secs();
        self.day_start + Duration::from_secs(shifted - shifted % DAY.as_secs())
    }
}

/// What agents took of their breaks today.
#[derive(Debug, Default)]
pub(crate) struct Breaks {
    agents: BTreeMap<AgentId, Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    /// The day of what is counted.
    day: Duration,
    used: BTreeMap<Arc<str>, Duration>,
    /// The one that runs, and since when.
    runs: Option<(Arc<str>, Duration)>,
}

impl Breaks {
    /// An agent's state changed.
    pub(crate) fn changed(
        &mut self,
        now: Duration,
        agent: AgentId,
        to: &AgentState,
        reasons: &Reasons,
    ) {
        let begins = match to {
            AgentState::NotReady {
                reason: NotReadyReason::Said(word),
            } => reasons.get(word).map(|reason| reason.name.clone()),
            AgentState::NotReady { .. }
            | AgentState::Offline
            | AgentState::Ready
            | AgentState::Reserved { .. }
            | AgentState::Ringing { .. }
            | AgentState::Talking { .. }
            | AgentState::WrapUp { .. } => None,
        };
        if begins.is_none() && !self.agents.contains_key(&agent) {
            return;
        }
        let taken = self.agents.entry(agent).or_default();
        taken.stop(now, reasons.day_of(now));
        taken.runs = begins.map(|name| (name, now));
    }

    /// How long an agent took a reason today, the break that runs included.
    pub(crate) fn used(
        &self,
        now: Duration,
        agent: AgentId,
        reason: &Reason,
        reasons: &Reasons,
    ) -> Duration {
        let day = reasons.day_of(now);
        let Some(taken) = self.agents.get(&agent) else {
            return Duration::ZERO;
        };
        let ended = taken.used.get(&reason.name).copied().unwrap_or_default();
        let ended = if taken.day == day {
            ended
        } else {
            Duration::ZERO
        };
        let runs = taken.runs.as_ref().filter(|(name, _)| *name == reason.name);
        ended
            + runs.map_or(Duration::ZERO, |(_, since)| {
                now.saturating_sub(*since.max(&day))
            })
    }

    /// The agent is gone.
    pub(crate) fn forget(&mut self, agent: AgentId) {
        self.agents.remove(&agent);
    }
}

impl Taken {
    fn stop(&mut self, now: Duration, day: Duration) {
        if self.day != day {
            self.used.clear();
            self.day = day;
        }
        if let Some((name, since)) = self.runs.take() {
            // Of a break over the day's end only what lies in this day.
            *self.used.entry(name).or_default() += now.saturating_sub(since.max(day));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: AgentId = AgentId::new(7);

    fn reasons() -> Reasons {
        let reason = |name: &str| Reason {
            name: name.into(),
            title: BTreeMap::new(),
            budget: Some(Duration::from_secs(600)),
        };
        Reasons {
            list: vec![reason("break"), reason("meal")],
            // 04:00 in China.
            day_start: Duration::from_secs(20 * 3_600),
        }
    }

    fn on(word: &str) -> AgentState {
        AgentState::NotReady {
            reason: NotReadyReason::Said(word.into()),
        }
    }

    #[test]
    fn c2_time_is_counted_by_reason_and_begins_anew_with_the_day() {
        let reasons = reasons();
        let mut breaks = Breaks::default();
        // The fifth day, 03:30 local.
        let s = |seconds: u64| Duration::from_secs(5 * 86_400 + 19 * 3_600 + 1_800 + seconds);
        let used = |breaks: &Breaks, at: u64| {
            let of = |reason| breaks.used(s(at), ANNA, reason, &reasons).as_secs();
            reasons.list.iter().map(of).collect::<Vec<_>>()
        };
        assert_eq!(used(&breaks, 0), [0, 0]);
        breaks.changed(s(0), ANNA, &on("break"), &reasons);
        assert_eq!(used(&breaks, 300), [300, 0], "it runs");
        breaks.changed(s(400), ANNA, &on("meal"), &reasons);
        breaks.changed(s(500), ANNA, &AgentState::Ready, &reasons);
        breaks.changed(s(600), ANNA, &on("break"), &reasons);
        assert_eq!(used(&breaks, 700), [500, 100]);
        assert_eq!(used(&breaks, 1_799), [400 + 1_199, 100]);
        // 04:00: of the break that runs only what lies in the new day.
        assert_eq!(used(&breaks, 1_810), [10, 0]);
        breaks.changed(s(1_900), ANNA, &AgentState::Ready, &reasons);
        assert_eq!(used(&breaks, 5_000), [100, 0]);
        breaks.changed(s(5_000), ANNA, &on("nap"), &reasons);
        assert_eq!(used(&breaks, 6_000), [100, 0], "no reason of the house");
        breaks.forget(ANNA);
        assert_eq!(used(&breaks, 6_000), [0, 0]);
    }
}
