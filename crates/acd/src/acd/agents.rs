//! What happens to agents: they come and go, ask for states, their phones register and are used.
//!
//! Every change ends in [`Acd::publish`], the one place where a state becomes known to the world and to the queues.

use core::time::Duration;

use model::decision::ReasonCode;
use model::fact::CancelCause;
use model::{AgentId, AgentState, CallId, Membership};

use super::Acd;
use crate::agent::{Agent, Bound, Requested, cause};
use crate::output::Output;
use crate::queue::AWAY;
use crate::timer::Timer;

/// A call of his own resets an agent's idle clock (R43), unless it was shorter: a wrong number, nobody there.
const OWN_CALL_MIN: Duration = Duration::from_secs(5);

impl Acd {
    pub(super) fn phone_registered(&mut self, now: Duration, id: AgentId, registered: bool) {
        let Some(agent) = self.agents.get_mut(&id) else {
            return;
        };
        agent.registered = registered;
        // A5: the wish stays, so that he is ready again when his phone is back. A ringing phone may ring on: its answer
        // can still come, and the ring has its timer.
        self.publish(
            now,
            id,
            if registered {
                cause::REGISTERED
            } else {
                cause::DEVICE_LOST
            },
        );
    }

    pub(super) fn state_requested(
        &mut self,
        now: Duration,
        id: AgentId,
        request: Requested,
        cause: &'static str,
    ) {
        let Some(agent) = self.agents.get_mut(&id) else {
            return;
        };
        agent.wish = request;
        match (&agent.wish, &agent.bound) {
            (Requested::NotReady(_) | Requested::Offline, Bound::Offer { offer, .. }) => {
                // R21: his phone stops at once.
                let offer = *offer;
                return self.withdraw(now, offer, CancelCause::AgentNotReady, cause);
            }
            // C5: what the mode forbids is his next state.
            (Requested::Ready, Bound::WrapUp { filing, .. }) if filing.may_end().is_ok() => {
                self.end_wrap_up(now, id);
            }
            (
                Requested::Ready,
                Bound::Free
                | Bound::Offer { .. }
                | Bound::Talk { .. }
                | Bound::Consult { .. }
                | Bound::WrapUp { .. },
            )
            | (
                Requested::NotReady(_) | Requested::Offline,
                Bound::Free | Bound::Talk { .. } | Bound::Consult { .. } | Bound::WrapUp { .. },
            ) => {}
        }
        self.publish(now, id, cause);
    }

    pub(super) fn phone_busy(&mut self, now: Duration, id: AgentId, call: Option<CallId>) {
        let Some(agent) = self.agents.get_mut(&id) else {
            return;
        };
        agent.own_calls.begin(now, call);
        match agent.offer() {
            Some(offer) => {
                self.withdraw(now, offer, CancelCause::AgentNotReady, cause::PHONE_BUSY);
            }
            None => self.publish(now, id, cause::PHONE_BUSY),
        }
    }

    pub(super) fn phone_free(&mut self, now: Duration, id: AgentId, call: Option<CallId>) {
        let Some(agent) = self.agents.get_mut(&id) else {
            return;
        };
        let Some(since) = agent.own_calls.since() else {
            return;
        };
        if !agent.own_calls.end(call) {
            return;
        }
        // Of several calls at once each one's end restarts it, so the last one's end is what remains.
        if now.saturating_sub(since) >= OWN_CALL_MIN {
            agent.idle.restart(now);
        }
        self.publish(now, id, cause::PHONE_FREE);
    }

    /// R6, R7: leaves an agent alone for a while; he stays ready.
    pub(super) fn back_off(&mut self, now: Duration, id: AgentId, delay: Duration) {
        if let Some(agent) = self.agents.get_mut(&id)
            && !delay.is_zero()
        {
            agent.backs_off = true;
            self.timers.set(Timer::BackOff(id), now + delay);
        }
    }

    pub(super) fn back_off_ended(&mut self, now: Duration, id: AgentId) {
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.backs_off = false;
            self.restand(now, id);
        }
    }

    /// Makes an agent's state what follows from his wish, phone and binding, and tells everybody whom it concerns.
    pub(super) fn publish(&mut self, now: Duration, id: AgentId, cause: &'static str) {
        let Some(agent) = self.agents.get_mut(&id) else {
            return;
        };
        let to = agent.derive();
        let was_on_duty = agent.is_on_duty();
        let from = core::mem::replace(&mut agent.state, to.clone());
        let comes_to_work = !was_on_duty && agent.is_on_duty();
        if from != to {
            keep_time(now, agent, &from);
            agent.rings.changed(now, &from, &to);
            self.outputs.push_back(Output::AgentStateChanged {
                agent: id,
                from: from.clone(),
                to: to.clone(),
                cause,
            });
        }
        if comes_to_work {
            self.level(now, id);
        }
        self.restand(now, id);
        if self.will_not_be_free(id) {
            self.release_personal_line(id);
        }
        self.mind_personal_waits(now, id);
        // R9: who comes back from an offer has been there all the time.
        let was_there = matches!(
            from,
            AgentState::Ready | AgentState::Reserved { .. } | AgentState::Ringing { .. }
        );
        if to == AgentState::Ready && !was_there {
            self.end_pauses(id);
        }
    }

    /// R47: a newcomer starts level with the others.
    fn level(&mut self, now: Duration, id: AgentId) {
        let memberships = self.agents.get(&id).map(|agent| agent.queues.clone());
        for Membership { queue, .. } in memberships.unwrap_or_default() {
            let levelled = self.queues.get_mut(&queue);
            let credit = levelled.and_then(|queue| queue.level(now, id, &self.agents));
            if let Some(credit) = credit {
                let agent = id;
                self.outputs.push_back(Output::Levelled {
                    agent,
                    queue,
                    credit,
                });
            }
        }
    }

    /// Tells an agent's queues whether he is a candidate.
    fn restand(&mut self, now: Duration, id: AgentId) {
        let Some(agent) = self.agents.get_mut(&id) else {
            return;
        };
        let stands = agent.stands();
        let was = core::mem::replace(&mut agent.standing, stands);
        if was == stands {
            return;
        }
        for Membership { queue, .. } in &agent.queues {
            if let Some(queue) = self.queues.get_mut(queue) {
                queue.recount(now, id, agent);
                self.dirty.insert(&queue.config.name);
            }
        }
        // D8: who comes back from a break is staff as well as who signs in.
        if is_away(was) != is_away(stands) || is_offline(was) != is_offline(stands) {
            for Membership { queue: name, .. } in agent.queues.clone() {
                self.staff_changed(now, &name);
            }
        }
    }
}

fn is_offline(standing: Option<ReasonCode>) -> bool {
    standing == Some(ReasonCode::Offline)
}

/// Neither ready nor busy with a call.
fn is_away(standing: Option<ReasonCode>) -> bool {
    standing.is_some_and(|reason| AWAY.contains(&reason))
}

/// Keeps the clocks of an agent whose state has changed.
pub(super) fn keep_time(now: Duration, agent: &mut Agent, from: &AgentState) {
    // C20: a restart is no new coming.
    let carried = agent.carried;
    if *from == AgentState::Offline {
        agent.signed_in = carried.map_or(now, |carried| carried.signed_in);
    }
    // An offer that came to nothing does not send him to the end of the line.
    let was_there = matches!(
        from,
        AgentState::Ready | AgentState::Reserved { .. } | AgentState::Ringing { .. }
    );
    if agent.state == AgentState::Ready && !was_there {
        agent.ready_since = carried.map_or(now, |carried| carried.ready_since);
    }
    match agent.is_on_duty() {
        true => agent.duty.begin(now),
        false => agent.duty.end(now),
    }
    match agent.state {
        AgentState::Offline | AgentState::NotReady { .. } => agent.idle.stop(now),
        AgentState::Ready
        | AgentState::Reserved { .. }
        | AgentState::Ringing { .. }
        | AgentState::WrapUp { .. } => agent.idle.run(now),
        // A call of his own during a break does not end the break.
        AgentState::Talking { .. } => {}
    }
}
