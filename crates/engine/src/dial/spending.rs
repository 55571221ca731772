//! What was spent on calls out: how many, by whom, and the minutes to dear numbers (S15).
//!
//! A day is the last 24 hours, kept by the hour, so that nobody has to know when midnight is. The tables hold one row an
//! agent and one a call; rows of agents who have not called for a day are forgotten. It begins anew with the process.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use model::AgentId;
use sip::SessionId;

use super::{Caps, Class, Denied, Who};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR_S: u64 = 3_600;
const DAY_H: u64 = 24;

/// The books.
#[derive(Debug, Default)]
pub(crate) struct Spending {
    agents: BTreeMap<AgentId, OfAgent>,
    calls: Day,
    dear_ms: Day,
    /// Dear calls that are up: since when.
    dear: BTreeMap<SessionId, Duration>,
    /// The hour in which idle rows were forgotten last.
    swept_hour: u64,
}

#[derive(Debug, Default)]
struct OfAgent {
    /// Calls of the last minute.
    minute: VecDeque<Duration>,
    day: Day,
}

/// A sum over the last 24 hours.
#[derive(Debug, Default)]
struct Day(VecDeque<(u64, u64)>);

impl Day {
    fn add(&mut self, now: Duration, amount: u64) {
        let hour = now.as_secs() / HOUR_S;
        match self.0.back_mut() {
            Some((last, sum)) if *last == hour => *sum = sum.saturating_add(amount),
            Some(_) | None => self.0.push_back((hour, amount)),
        }
        self.forget(now);
    }

    fn sum(&mut self, now: Duration) -> u64 {
        self.forget(now);
        self.0.iter().map(|(_, sum)| sum).sum()
    }

    fn forget(&mut self, now: Duration) {
        let hour = now.as_secs() / HOUR_S;
        while self.0.front().is_some_and(|(at, _)| at + DAY_H <= hour) {
            self.0.pop_front();
        }
    }
}

impl OfAgent {
    fn check(&mut self, now: Duration, caps: &Caps) -> Result<(), Denied> {
        let is_old = |at: &Duration| now.saturating_sub(*at) >= MINUTE;
        while self.minute.front().is_some_and(is_old) {
            self.minute.pop_front();
        }
        let in_minute = u32::try_from(self.minute.len()).unwrap_or(u32::MAX);
        if in_minute >= caps.agent_calls_per_minute_max {
            return Err(Denied::AgentRate);
        }
        if self.day.sum(now) >= u64::from(caps.agent_calls_per_day_max) {
            return Err(Denied::AgentDay);
        }
        Ok(())
    }
}

impl Spending {
    /// Books a call out, or says which cap forbids it. Emergency calls are booked and never forbidden.
    pub(crate) fn admit(
        &mut self,
        now: Duration,
        caps: &Caps,
        who: Who,
        class: Class,
    ) -> Result<(), Denied> {
        self.sweep(now);
        let mut permitted = match who.agent() {
            Some(agent) => self.agents.entry(agent).or_default().check(now, caps),
            None => Ok(()),
        };
        permitted = permitted.and_then(|()| self.check(now, caps, class));
        if class != Class::Emergency {
            permitted?;
        }
        self.calls.add(now, 1);
        if let Some(agent) = who.agent() {
            let of_agent = self.agents.entry(agent).or_default();
            of_agent.minute.push_back(now);
            of_agent.day.add(now, 1);
        }
        Ok(())
    }

    fn check(&mut self, now: Duration, caps: &Caps, class: Class) -> Result<(), Denied> {
        if self.calls.sum(now) >= u64::from(caps.calls_per_day_max) {
            return Err(Denied::HouseDay);
        }
        let dear_max_ms = u64::from(caps.dear_minutes_per_day_max) * 60_000;
        if class.is_dear() && self.dear_ms_of_day(now) >= dear_max_ms {
            return Err(Denied::DearMinutes);
        }
        Ok(())
    }

    fn sweep(&mut self, now: Duration) {
        let hour = now.as_secs() / HOUR_S;
        if self.swept_hour != hour {
            self.swept_hour = hour;
            self.agents.retain(|_, of_agent| of_agent.day.sum(now) > 0);
        }
    }

    /// The other side answered: dear minutes run.
    pub(crate) fn answered(&mut self, now: Duration, session: SessionId, class: Class) {
        if class.is_dear() {
            self.dear.insert(session, now);
        }
    }

    /// The session is over.
    pub(crate) fn ended(&mut self, now: Duration, session: SessionId) {
        if let Some(since) = self.dear.remove(&session) {
            self.dear_ms.add(now, ms(now.saturating_sub(since)));
        }
    }

    fn dear_ms_of_day(&mut self, now: Duration) -> u64 {
        let running = self
            .dear
            .values()
            .map(|since| ms(now.saturating_sub(*since)));
        let running = running.sum::<u64>();
        self.dear_ms.sum(now).saturating_add(running)
    }
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_795_222_800);
    const MINUTES: fn(u64) -> Duration = |minutes| Duration::from_secs(minutes * 60);

    fn caps() -> Caps {
        Caps {
            agent_calls_per_minute_max: 2,
            agent_calls_per_day_max: 4,
            calls_per_day_max: 6,
            dear_minutes_per_day_max: 10,
            ..Caps::default()
        }
    }

    fn agent(id: u64) -> Who {
        Who::Agent(AgentId::new(id))
    }

    #[test]
    fn s15_calls_of_a_minute_of_an_agents_day_and_of_the_house() {
        let mut books = Spending::default();
        let mut call = |at: Duration, who| books.admit(NOW + at, &caps(), who, Class::Mobile);
        for (at, who, told) in [
            (MINUTES(0), agent(1), Ok(())),
            (MINUTES(0), agent(1), Ok(())),
            (MINUTES(0), agent(1), Err(Denied::AgentRate)),
            (
                MINUTES(0),
                Who::Transfer(AgentId::new(1)),
                Err(Denied::AgentRate),
            ),
            (MINUTES(0), agent(2), Ok(())),
            (MINUTES(1), agent(1), Ok(())),
            (MINUTES(3), agent(1), Ok(())),
            (MINUTES(60), agent(1), Err(Denied::AgentDay)),
            (MINUTES(61), Who::Script, Ok(())),
            (MINUTES(62), Who::Script, Err(Denied::HouseDay)),
            (MINUTES(62), agent(2), Err(Denied::HouseDay)),
            (MINUTES(25 * 60), agent(1), Ok(())),
        ] {
            assert_eq!(call(at, who), told, "{at:?} {who:?}");
        }
    }

    #[test]
    fn s15_no_cap_stops_an_emergency_call() {
        let mut books = Spending::default();
        let none = Caps {
            agent_calls_per_minute_max: 0,
            calls_per_day_max: 0,
            ..caps()
        };
        let told = books.admit(NOW, &none, agent(1), Class::Mobile);
        assert_eq!(told, Err(Denied::AgentRate));
        assert_eq!(books.admit(NOW, &none, agent(1), Class::Emergency), Ok(()));
    }

    #[test]
    fn s15_dear_minutes_count_while_they_run_and_for_a_day() {
        let mut books = Spending::default();
        let dear = |books: &mut Spending, at: Duration| {
            books.admit(NOW + at, &caps(), Who::Script, Class::International)
        };
        assert_eq!(dear(&mut books, MINUTES(0)), Ok(()));
        books.answered(NOW, SessionId(1), Class::International);
        assert_eq!(dear(&mut books, MINUTES(9)), Ok(()));
        assert_eq!(dear(&mut books, MINUTES(10)), Err(Denied::DearMinutes));
        books.ended(NOW + MINUTES(10), SessionId(1));
        assert_eq!(dear(&mut books, MINUTES(23 * 60)), Err(Denied::DearMinutes));
        let cheap = books.admit(NOW + MINUTES(20), &caps(), Who::Script, Class::Mobile);
        assert_eq!(cheap, Ok(()), "cheap numbers go on");
        assert_eq!(dear(&mut books, MINUTES(25 * 60)), Ok(()));
    }
}
