//! The wait for a named agent (定向分派, B12): a script wants this one, and its caller may wait for him.
//!
//! He stands in the line of one of the agent's queues like everybody there, with the same place and score, and counts there;
//! the agent alone comes into question, whatever the queue's strategy and skills. `personal_line` bounds how many wait for
//! one agent (R63). The wait ends when its time is over, at once when the agent goes home or was rung in vain, and after a
//! grace when he is not ready. Nobody else is ever rung instead: the script goes on, told by `DirectEnded`.

use core::time::Duration;

use model::fact::{CancelCause, QueueExit};
use model::{AgentId, CallId};

use super::Acd;
use crate::agent::Requested;
use crate::output::{DirectEnd, Output};
use crate::timer::Timer;
use crate::waiting::{Seeking, Waiting};

/// An agent who is not ready for a moment is still waited for, as in D8.
const GRACE: Duration = Duration::from_secs(10);

impl Acd {
    /// A caller begins to wait for the agent whom he seeks, or is refused.
    pub(super) fn join_for(&mut self, now: Duration, mut caller: Box<Waiting>) {
        let call = caller.call;
        self.withdraw_direct(now, call, CancelCause::QueueLeft);
        self.drop_caller(now, call, CancelCause::QueueLeft);
        if let Err(cause) = self.admission_for(now, &mut caller) {
            return self.refuse(caller, cause);
        }
        self.stand_in_line(now, caller);
    }

    /// D5, D28 of his queue, R63, and whether the agent is one to wait for.
    fn admission_for(&self, now: Duration, caller: &mut Waiting) -> Result<(), QueueExit> {
        self.keep_known(caller)?;
        self.keep_open(now, caller)?;
        let (Some(home), Some(id)) = (self.queues.get(caller.home()), caller.seeking.familiar())
        else {
            return Err(QueueExit::Closed);
        };
        if !self.may_wait_for(caller, id) || self.will_not_be_free(id) {
            let end = self.cannot_be_had(id).unwrap_or(DirectEnd::Unreachable);
            caller.end_personal(end);
            return Err(QueueExit::NoAgents);
        }
        if self.is_full(home) || !self.has_room(home, caller.call, id) {
            return Err(QueueExit::Full);
        }
        if self.closes_before(now, caller) {
            return Err(QueueExit::Closed);
        }
        caller.weight = home.config.weight;
        Ok(())
    }

    /// Nobody rings for a caller who seeks a named agent: he waits on, or goes.
    pub(super) fn settle_personal(&mut self, now: Duration, call: CallId, id: AgentId) {
        let Some(caller) = self.waiting.get(&call) else {
            return;
        };
        let Some(wait) = caller.personal else {
            return;
        };
        if let Some(end) = wait.end {
            let cause = match end {
                DirectEnd::NoAnswer => QueueExit::Timeout,
                DirectEnd::Busy | DirectEnd::Declined | DirectEnd::Unreachable => {
                    QueueExit::NoAgents
                }
            };
            self.leave(now, call, cause);
        } else if !self.may_wait_for(caller, id) {
            self.end_personal(call, DirectEnd::Unreachable);
            self.leave(now, call, QueueExit::NoAgents);
        } else if wait.until <= now {
            self.leave(now, call, QueueExit::Timeout);
        } else if caller.seeking == Seeking::Familiar(id) {
            self.wait_for(call, id, wait.until);
            self.mind_personal_waits(now, id);
        }
    }

    fn wait_for(&mut self, call: CallId, id: AgentId, until: Duration) {
        if let Some(caller) = self.waiting.get_mut(&call) {
            caller.seeking = Seeking::WaitsFor(id);
            self.personal_lines.entry(id).or_default().insert(call);
            self.timers.set(Timer::StickyWait(call), until);
        }
    }

    /// The time for which a caller waits for a named agent is over, or the grace.
    pub(super) fn personal_wait_over(&mut self, now: Duration, call: CallId, id: AgentId) {
        let cause = match self.will_not_be_free(id) {
            true => QueueExit::NoAgents,
            false => QueueExit::Timeout,
        };
        self.leave(now, call, cause);
    }

    /// An agent's state has changed: those who wait for him by name go, wait for the grace, or for as long as they may.
    pub(super) fn mind_personal_waits(&mut self, now: Duration, id: AgentId) {
        let Some(line) = self.personal_lines.get(&id) else {
            return;
        };
        let agent = self.agents.get(&id);
        let is_home = agent.is_none_or(|agent| agent.wish == Requested::Offline);
        let is_away = self.will_not_be_free(id);
        for call in line.clone() {
            let Some(wait) = self.waiting.get(&call).and_then(|caller| caller.personal) else {
                continue;
            };
            if is_home {
                self.end_personal(call, DirectEnd::Busy);
                self.wake(call);
                continue;
            }
            let timer = Timer::StickyWait(call);
            let until = match (is_away, self.timers.at(&timer)) {
                (true, Some(at)) => at.min(now + GRACE),
                (true, None) => wait.until.min(now + GRACE),
                (false, _) => wait.until,
            };
            self.timers.set(timer, until);
        }
    }

    /// He does not get the agent; the turn sends him on.
    pub(super) fn end_personal(&mut self, call: CallId, end: DirectEnd) {
        if let Some(caller) = self.waiting.get_mut(&call) {
            caller.end_personal(end);
        }
    }

    /// The script is told that its caller did not get the agent for whom he waited.
    pub(super) fn tell_personal_end(&mut self, caller: &Waiting, cause: QueueExit) {
        let (Some(wait), Some(agent)) = (caller.personal, caller.seeking.familiar()) else {
            return;
        };
        let end = match cause {
            // Nobody is there any more to be told.
            QueueExit::Abandoned | QueueExit::Failed | QueueExit::Key | QueueExit::Moved => return,
            QueueExit::Closed | QueueExit::Withdrawn => DirectEnd::Unreachable,
            QueueExit::Timeout | QueueExit::Full | QueueExit::NoAgents => {
                wait.end.unwrap_or(DirectEnd::Busy)
            }
        };
        let call = caller.call;
        self.outputs
            .push_back(Output::DirectEnded { call, agent, end });
    }

    /// D15: how many of those who wait for the same agent come before a caller.
    pub(super) fn ahead_for(&self, caller: &Waiting, id: AgentId) -> usize {
        let line = self.personal_lines.get(&id).into_iter().flatten();
        let others = line.filter_map(|call| self.waiting.get(call));
        others
            .filter(|other| other.place() < caller.place())
            .count()
    }
}
