//! A process that begins anew gives its agents back what they were (C20): counters, clocks and memories first, then the
//! state that they had asked for.

use core::time::Duration;

use model::{AgentId, AgentState};

use super::Acd;
use super::agents::keep_time;
use crate::agent::past::{Carried, Past};
use crate::agent::{Agent, Requested, cause};

impl Acd {
    /// Takes in an agent's past and then his wish. Who is signed in already has a present.
    pub(super) fn restored(
        &mut self,
        now: Duration,
        id: AgentId,
        past: Vec<(Duration, Past)>,
        wish: Option<Requested>,
    ) {
        let agent = self.agents.get(&id);
        if !agent.is_some_and(|agent| agent.state == AgentState::Offline) {
            return;
        }
        let last = past.last().map_or(now, |(at, _)| *at);
        let filing = past
            .iter()
            .rev()
            .find_map(|(_, past)| past.filing())
            .cloned();
        for (at, past) in past {
            self.relive(at, id, past);
        }
        if let Some(agent) = self.agents.get_mut(&id) {
            let was_there = agent.state != AgentState::Offline;
            agent.carried = (was_there && wish.is_some()).then_some(Carried {
                signed_in: agent.signed_in,
                ready_since: agent.ready_since,
            });
            become_again(last, agent, AgentState::Offline);
        }
        match (wish, filing.filter(|filing| filing.until > now)) {
            (Some(wish), Some(filing)) => self.file_again(now, id, wish, filing),
            (Some(wish), None) => self.state_requested(now, id, wish, cause::RESTART),
            (None, _) => {}
        }
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.carried = None;
        }
    }

    fn relive(&mut self, at: Duration, id: AgentId, past: Past) {
        match past {
            Past::Handled { queue, calls } => {
                let min_handled = self.after_call(queue.as_ref()).min_handled;
                if let Some(agent) = self.agents.get_mut(&id) {
                    // R13, R51: a call that is too short to count, and the time to file it, count for nothing.
                    let counted = calls.iter().filter(|call| call.talked() >= min_handled);
                    for call in counted {
                        agent.calls.record(call.ended(), call.talked());
                        agent.calls.filed(call.filed());
                        agent.idle.restart(call.ended());
                    }
                }
            }
            Past::Became(state) => {
                if let Some(agent) = self.agents.get_mut(&id) {
                    become_again(at, agent, state);
                }
            }
            // Its moment is what counts: the caller takes it for the last. What he files begins with his wish.
            Past::ProcessEnded | Past::Filed(_) => {}
            Past::Levelled { queue, credit } => {
                if let Some(queue) = self.queues.get_mut(&queue) {
                    queue.credit(id, credit);
                }
            }
            Past::OwnCall => {
                if let Some(agent) = self.agents.get_mut(&id) {
                    agent.idle.restart(at);
                }
            }
            // R6-R8, C9: the streaks go on where they were. What they led to stands in the states; a pause that ran is over.
            Past::Declined => {
                let streaks = self.agents.get_mut(&id).map(|agent| &mut agent.streaks);
                _ = streaks.map(|streaks| streaks.declined(Duration::ZERO, Duration::ZERO));
            }
            Past::Unreachable => {
                let streaks = self.agents.get_mut(&id).map(|agent| &mut agent.streaks);
                _ = streaks.map(|streaks| streaks.unreachable(Duration::ZERO, Duration::ZERO));
            }
            Past::Missed { queue } => {
                let limit = self.queues.get(&queue).map(|it| it.config.no_answer_limit);
                if let (Some(limit), Some(agent)) = (limit, self.agents.get_mut(&id)) {
                    agent.streaks.missed(limit);
                }
            }
            Past::Connected { queue } => {
                if let Some(agent) = self.agents.get_mut(&id) {
                    agent.streaks.answered();
                }
                let queue = queue.and_then(|name| self.queues.get_mut(&name));
                if let Some(queue) = queue {
                    queue.was_connected(at, id);
                }
            }
            Past::Rings(rings) => {
                if let Some(agent) = self.agents.get_mut(&id) {
                    agent.rings = rings;
                }
            }
            Past::OfferedLast { queue } => {
                if let (Some(queue), Some(agent)) =
                    (self.queues.get_mut(&queue), self.agents.get(&id))
                {
                    queue.offered(id, agent);
                }
            }
        }
    }
}

fn become_again(at: Duration, agent: &mut Agent, state: AgentState) {
    if matches!(state, AgentState::Ringing { .. }) {
        agent.streaks.rang();
    }
    let from = core::mem::replace(&mut agent.state, state);
    if from != agent.state {
        keep_time(at, agent, &from);
    }
}
