//! An agent's share of the work, as least-calls and least-time compare it (R46-R51).
//!
//! What he did within the window, by the hour of duty if the queue counts so (R49), and what he was credited with when
//! he came to work: a newcomer starts level with the lowest, else he would get every call (R47).

use core::time::Duration;
use std::collections::BTreeMap;

use model::AgentId;
use serde::{Deserialize, Serialize};

use super::{Member, Queue};
use crate::agent::Agent;
use crate::selection::Rank;

/// R49: who has been on duty for less is taken to have been so long, else the first call would weigh like twenty.
const DUTY_MIN: Duration = Duration::from_secs(3_600);
/// R49: a rate falls while an agent is ready without a call; it is taken anew so often.
const RATE_EVERY: Duration = Duration::from_secs(60);
/// Rates are told in millionths an hour.
const MILLION: u128 = 1_000_000;

/// See the file's head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    /// Calls, or millionths of calls an hour.
    pub(super) calls: i64,
    /// µs, or µs an hour.
    pub(super) time: i64,
    /// When it changes by itself.
    pub(super) expiry: Option<Duration>,
}

/// What a newcomer is taken to have done (R47).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// Calls, or millionths of calls an hour of duty where the queue counts so (R49).
    pub calls: i64,
    /// µs, or µs an hour of duty.
    pub time: i64,
    /// When it leaves the window, as if it had been done at his coming; of rates, when his own can be told.
    pub until: Duration,
}

impl Queue {
    /// A member's share at this moment.
    pub(super) fn share(&self, now: Duration, member: &Member, agent: &Agent) -> Share {
        if !self.ready.row().counts {
            return Share::default();
        }
        let done = self.done(now, agent);
        let credit = member.credit.filter(|credit| now < credit.until);
        let Some(credit) = credit else {
            return done;
        };
        let ends = done.expiry.map_or(credit.until, |at| at.min(credit.until));
        // A rate that starts level is not added to: it holds until his own says something.
        let with = match self.config.per_duty_hour {
            true => i64::max,
            false => i64::saturating_add,
        };
        Share {
            calls: with(done.calls, credit.calls),
            time: with(done.time, credit.time),
            expiry: Some(ends),
        }
    }

    fn done(&self, now: Duration, agent: &Agent) -> Share {
        let window = self.config.count_window;
        let load = agent.calls.load(now, window);
        let (calls, time) = (u128::from(load.calls), load.time.as_micros());
        let duty = agent.duty.within(now, window).max(DUTY_MIN).as_micros();
        let hour = DUTY_MIN.as_micros();
        let (calls, time, expiry) = match self.config.per_duty_hour {
            true => {
                let expiry = load.expiry.map(|at| at.min(now + RATE_EVERY));
                (calls * MILLION * hour / duty, time * hour / duty, expiry)
            }
            false => (calls, time, load.expiry),
        };
        Share {
            calls: i64::try_from(calls).unwrap_or(i64::MAX),
            time: i64::try_from(time).unwrap_or(i64::MAX),
            expiry,
        }
    }

    /// R47: an agent comes to work: he starts level with those who have done the least. Gives what he is credited with, if
    /// anything.
    pub(crate) fn level(
        &mut self,
        now: Duration,
        id: AgentId,
        agents: &BTreeMap<AgentId, Agent>,
    ) -> Option<Credit> {
        let window = self.config.count_window;
        let newcomer = agents.get(&id);
        let is_new = newcomer.is_some_and(|agent| agent.duty.is_new(now, window));
        if !self.ready.row().counts || !is_new || !self.serves(id) {
            return None;
        }
        // The usual morning: somebody has done nothing yet, so there is nothing to be level with.
        if self.ready.lowest() == Some(Rank(0)) {
            return None;
        }
        let others = self.members.iter().filter(|(other, _)| **other != id);
        let at_work = others.filter_map(|(other, member)| {
            let agent = agents.get(other).filter(|agent| agent.is_on_duty())?;
            Some(self.share(now, member, agent))
        });
        let lowest = at_work.fold(None, |lowest: Option<Share>, share| {
            let lowest = lowest.unwrap_or(share);
            Some(Share {
                calls: lowest.calls.min(share.calls),
                time: lowest.time.min(share.time),
                expiry: None,
            })
        });
        let lowest = lowest.unwrap_or_default();
        let lasts = match self.config.per_duty_hour {
            true => DUTY_MIN,
            false => window,
        };
        let credit = Credit {
            calls: lowest.calls,
            time: lowest.time,
            until: now + lasts,
        };
        self.credit(id, credit);
        Some(credit)
    }

    /// What a member is taken to have done; also one whom a former process credited (C20).
    pub(crate) fn credit(&mut self, id: AgentId, credit: Credit) {
        if let Some(member) = self.members.get_mut(&id) {
            member.credit = Some(credit);
        }
    }
}
