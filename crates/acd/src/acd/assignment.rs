//! Assignment (强派): a supervisor has one agent rung for a waiting caller, out of turn (D25).
//!
//! It is an offer of the caller's home queue like any other but for who chose: the caller keeps his place and his tried-set,
//! and waits on as before should the agent not answer. Only somebody who is ready can be rung.

use core::time::Duration;

use model::fact::CancelCause;
use model::{AgentId, CallId, Decision};

use super::Acd;
use crate::agent::cause;
use crate::offer::Offer;
use crate::timer::Timer;

impl Acd {
    pub(super) fn assigned(&mut self, now: Duration, call: CallId, id: AgentId) {
        let Some(caller) = self.waiting.get(&call).filter(|caller| caller.is_here()) else {
            return;
        };
        if self.cannot_be_had(id).is_some() || caller.apart.contains(&id) {
            return;
        }
        let (home, waited) = (caller.home().clone(), caller.waited(now));
        let (priority, weight) = (caller.priority, caller.weight);
        let head_start_ms = u64::try_from(caller.head_start.as_millis()).unwrap_or(u64::MAX);
        for offer in caller.offers.clone() {
            self.withdraw(now, offer, CancelCause::QueueLeft, cause::CANCELLED);
        }
        // B12: should he not answer, his caller waits for the named agent as before.
        match self.waiting.get(&call).and_then(|caller| caller.personal) {
            Some(_) => self.leave_personal_line(call),
            None => self.give_up_familiar(call),
        }
        self.drop_question(now, call);
        let Some(queue) = self.queues.get(&home) else {
            return;
        };
        let decision = Box::new(Decision {
            strategy: "assigned".to_owned(),
            waited_ms: u64::try_from(waited.as_millis()).unwrap_or(u64::MAX),
            place: self.position(call).unwrap_or(0),
            priority,
            weight,
            head_start_ms,
            ..*self.named(now, id)
        });
        let offer = Offer {
            call,
            agent: id,
            ring_timeout: queue.config.ring_timeout,
            queue: Some(home),
            home: None,
            consult: false,
            rang_at: None,
            shared: false,
            held: None,
        };
        let offer = self.make_offer(now, offer, waited, decision);
        if let Some(caller) = self.waiting.get_mut(&call) {
            caller.offers.insert(offer);
            caller.offered = true;
            caller.alone = true;
            caller.one_more = false;
            caller.paused = false;
        }
        self.timers.cancel(&Timer::PassPause(call));
        self.timers.cancel(&Timer::OneMore(call));
        self.refile(call);
    }
}
