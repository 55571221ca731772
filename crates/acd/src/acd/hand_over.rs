//! Calls that agents hand on: consults, transfers, and callers who come back from a transfer that failed.
//!
//! A consulted agent is busy, but nothing is counted for him and his idle clock runs on until the customer is connected to
//! him (R15). A caller whose transfer failed is offered to his former agent first, who may be filing this very call, and
//! then stands in line with his full score, whether or not the line is full (D31).

use core::time::Duration;

use model::{AgentId, CallId, OfferId, QueueName};

use super::Acd;
use super::direct::Named;
use crate::agent::{Bound, Requested, cause};
use crate::output::{DirectEnd, Output};
use crate::timer::Timer;

impl Acd {
    /// D31: the former agent is rung again, also while he files this call.
    pub(super) fn returned(
        &mut self,
        now: Duration,
        call: CallId,
        id: AgentId,
        queue: Option<QueueName>,
        ring_timeout: Duration,
    ) {
        if self.files(id, call) && self.end_wrap_up(now, id) {
            self.publish(now, id, cause::CALL_BACK);
        }
        let named = Named {
            agent: id,
            home: queue,
            consult: false,
        };
        self.direct(now, call, named, ring_timeout);
    }

    /// Whether an agent files this call and takes others after it.
    fn files(&self, id: AgentId, call: CallId) -> bool {
        self.agents.get(&id).is_some_and(|agent| {
            let files = matches!(agent.bound, Bound::WrapUp { filing, .. } if filing.call == call);
            files && agent.wish == Requested::Ready && agent.registered
        })
    }

    /// R15: the customer is connected to the consulted agent: from here it is his call.
    pub(super) fn consult_completed(
        &mut self,
        now: Duration,
        call: CallId,
        id: AgentId,
        queue: Option<QueueName>,
    ) {
        if let Some(agent) = self.agents.get_mut(&id)
            && let Bound::Consult { call: consult, .. } = agent.bound
            && consult == call
        {
            let since = now;
            agent.bound = Bound::Talk { call, queue, since };
        }
    }

    /// An agent whose phone is in a call by another way than an offer takes it over: he is bound as if he had answered one.
    pub(super) fn took_over(
        &mut self,
        now: Duration,
        call: CallId,
        id: AgentId,
        queue: Option<QueueName>,
    ) {
        let Some(offer) = self.agents.get(&id).map(|agent| agent.offer()) else {
            self.outputs.push_back(Output::DirectEnded {
                call,
                agent: id,
                end: DirectEnd::Unreachable,
            });
            return;
        };
        if let Some(offer) = offer {
            let why = model::fact::CancelCause::AgentNotReady;
            self.withdraw(now, offer, why, cause::PHONE_BUSY);
        }
        self.timers.cancel(&Timer::WrapUp(id));
        let decision = self.named(now, id);
        if let Some(agent) = self.agents.get_mut(&id) {
            let since = now;
            agent.bound = Bound::Talk { call, queue, since };
            agent.unfiled = None;
            agent.streaks.answered();
        }
        self.outputs.push_back(Output::TookOver {
            offer: OfferId::new(self.ids.next(now)),
            call,
            agent: id,
            decision,
        });
        self.publish(now, id, cause::ANSWER);
    }
}
