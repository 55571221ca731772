//! The caller's choice (R62): whether he waits for his familiar agent who is busy for longer than `sticky_wait`, or goes on to
//! the next.
//!
//! While he is asked he waits for that agent as others do (R60). He is asked once in a wait; who does not answer in time goes on
//! to the next, and so does who has waited for as long as his choice holds.

use core::time::Duration;

use model::{AgentId, AgentState, CallId};

use super::Acd;
use crate::output::Output;
use crate::timer::Timer;
use crate::waiting::{Choice, Seeking};

/// To hear the question and to press a key.
const ANSWER: Duration = Duration::from_secs(20);

impl Acd {
    /// R60: the time for which a caller waits for his familiar agent is over.
    pub(super) fn sticky_wait_over(&mut self, now: Duration, call: CallId) {
        let Some(caller) = self.waiting.get(&call) else {
            return;
        };
        if let (Some(_), Some(id)) = (caller.personal, caller.seeking.familiar()) {
            return self.personal_wait_over(now, call, id);
        }
        let asked = match caller.seeking {
            Seeking::WaitsFor(id) => self.ask(now, call, id),
            Seeking::Anyone | Seeking::Familiar(_) | Seeking::Team | Seeking::WaitsForTeam => false,
        };
        if !asked {
            self.give_up_familiar(call);
        }
    }

    /// Asks a caller for whom his familiar agent is busy for too long; whether he is asked.
    pub(super) fn ask(&mut self, now: Duration, call: CallId, agent: AgentId) -> bool {
        if !self.is_worth_asking(call, agent) {
            return false;
        }
        let Some(caller) = self.waiting.get_mut(&call) else {
            return false;
        };
        (caller.seeking, caller.choice) = (Seeking::WaitsFor(agent), Choice::Asked);
        self.personal_lines.entry(agent).or_default().insert(call);
        let until = now + ANSWER;
        self.timers.set(Timer::StickyWait(call), until);
        self.outputs
            .push_back(Output::AskFamiliar { call, agent, until });
        true
    }

    fn is_worth_asking(&self, call: CallId, id: AgentId) -> bool {
        let (Some(caller), Some(agent)) = (self.waiting.get(&call), self.agents.get(&id)) else {
            return false;
        };
        let busy = match agent.state {
            AgentState::Reserved { .. }
            | AgentState::Ringing { .. }
            | AgentState::Talking { .. }
            | AgentState::WrapUp { .. } => !self.will_not_be_free(id),
            AgentState::Offline | AgentState::NotReady { .. } | AgentState::Ready => false,
        };
        let home = self.queues.get(caller.home());
        home.is_some_and(|home| home.config.sticky_choice && self.has_room(home, call, id))
            && busy
            && caller.choice == Choice::NotAsked
            && caller.is_here()
            && self.may_wait_for(caller, id)
    }

    /// The caller has chosen. What is not asked, or not any more, changes nothing.
    pub(super) fn chosen(&mut self, now: Duration, call: CallId, waits: bool) {
        let Some(caller) = self.waiting.get_mut(&call) else {
            return;
        };
        if caller.choice != Choice::Asked || !matches!(caller.seeking, Seeking::WaitsFor(_)) {
            return;
        }
        caller.choice = Choice::Made;
        let home = caller.home().clone();
        match self.queues.get(&home) {
            Some(home) if waits => {
                let until = now + home.config.sticky_choice_wait;
                self.timers.set(Timer::StickyWait(call), until);
            }
            Some(_) | None => self.give_up_familiar(call),
        }
    }
}
