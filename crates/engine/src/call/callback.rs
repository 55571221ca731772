//! Places that outlive a call (D21, D22): a caller asks to be called back, is called, or calls again himself.
//!
//! A call back is made to the customer first (R77): an agent is held for him, and as soon as he answers the call is like any
//! other that waits in line. Until then it has no leg but the one that rings.

use std::time::Duration;

use ivr::CallbackAnswer;
use model::fact::{CallResult, CallbackAttempted, CallbackEnd, Direction, EndedBy, PlaceResumed};
use model::fact::{CallbackFailure, CallbackRequested, QueueExit};
use model::{AgentId, CallId, Caller, Fact, QueueName, QueueSet};

use super::arrival::Beginning;
use super::listed::Listed;
use super::{Call, Phase};
use crate::callbacks::{Promise, State};
use crate::context::{Context, Side};
use crate::dial::Who;
use crate::dropped::Place;
use crate::outside::{Order, OutsideLeg};

/// Max-Forwards of a call that the house makes by itself (RFC 3261 §8.1.1.6).
const HOPS: u8 = 70;
/// How long trunks may try at most; the queue's own time is shorter.
const RING_MAX: Duration = Duration::from_secs(120);

/// Whether a call is one back to a customer, and how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallsBack {
    /// It is not, or he has his agent.
    No,
    /// His phone rings.
    Rings(CallId),
    /// He is on the line and waits.
    OnLine(CallId),
}

/// A place that a caller had by an earlier call, and that he takes up once a queue lets him in.
#[derive(Debug)]
pub(super) struct Claim {
    /// Since when he waits by it.
    pub(super) since: Duration,
    pub(super) priority: u8,
    kept: Kept,
}

/// What keeps it.
#[derive(Debug)]
enum Kept {
    /// Our word to call him back (R79).
    Promise(CallId),
    /// He left it a moment ago (R80): his number, and the queue to which he comes.
    Left(String, QueueName),
}

impl Call {
    /// Begins a call back. What forbids it is told by its facts, and ends it at once.
    pub(crate) fn back(
        context: &mut Context,
        id: CallId,
        callback: CallId,
        promise: &Promise,
    ) -> Box<Self> {
        let beginning = Beginning {
            caller: Caller::new(&promise.number, None),
            called: promise.called.clone(),
            caller_agent: None,
            direction: Direction::Callback,
            trunk: None,
            hops_left: HOPS,
            diverted_from: None,
            listed: Listed::default(),
        };
        context.fact(Fact::CallArrived {
            call: id,
            caller: beginning.caller.clone(),
            called: beginning.called.clone(),
            // The trunk's leg has one, and `call.leg` tells it.
            sip_call_id: String::new(),
            agent: None,
            direction: Direction::Callback,
            trunk: None,
            diverted_from: None,
        });
        context.fact(Fact::CallbackAttempted(CallbackAttempted {
            callback,
            call: id,
            attempt: promise.attempts,
        }));
        let mut call = Self::new(context, id, beginning, None);
        call.calls_back = CallsBack::Rings(callback);
        call.score_since = Some(promise.since);
        call.priority = promise.priority;
        call.needs.clone_from(&promise.needs);
        call.language.clone_from(&promise.language);
        let order = Order {
            who: Who::Script,
            dialled: promise.number.clone(),
            ring: RING_MAX,
            hops_left: HOPS,
            sent_on: None,
        };
        if call.order_outside(context, order).is_err() {
            context.callbacks.uncount(callback);
            call.finish(context, CallResult::Refused, EndedBy::System);
        }
        call.settle_ending(context);
        call
    }

    /// Whether this is a call back whose customer is not on the line yet.
    pub(super) const fn rings_back(&self) -> bool {
        matches!(self.calls_back, CallsBack::Rings(_))
    }

    /// He has answered: from here on he is a caller who waits, at the place that he had (R77).
    pub(super) fn customer_answered(&mut self, context: &mut Context, other: OutsideLeg) {
        let CallsBack::Rings(callback) = self.calls_back else {
            return;
        };
        let OutsideLeg {
            mut leg, ends_at, ..
        } = other;
        context
            .sessions
            .insert(leg.session, (self.id, Side::Caller));
        leg.answered(context);
        let codec = leg.codec().unwrap_or("pending").to_owned();
        self.leg = Some(leg);
        self.ends_at = Some(ends_at);
        self.calls_back = CallsBack::OnLine(callback);
        if let Some(promise) = context.callbacks.turn_to(callback, State::OnLine(self.id)) {
            self.begin_wait(context, promise.queues.home(), None);
            self.greet_called_back(context);
        }
        self.record(context);
        context.fact(Fact::CallAnswered {
            call: self.id,
            codec,
        });
        context.tell_acd(acd::Input::CalledBack { call: self.id });
    }

    /// The ACD gives him up while his phone rings: his time to answer is over (R77), or he needs no call any more.
    pub(super) fn stop_calling_back(&mut self, context: &mut Context, cause: QueueExit) {
        self.leaving = false;
        if !matches!(self.phase, Phase::Dialling(_)) {
            return;
        }
        if let Phase::Dialling(ring) = std::mem::replace(&mut self.phase, Phase::InScript) {
            let status = (cause == QueueExit::Timeout).then_some(408);
            ring.give_up(context, status);
        }
        self.finish(context, CallResult::Refused, EndedBy::System);
    }

    /// An agent talks with him: the promise is kept.
    pub(super) fn has_called_back(&mut self, context: &mut Context) {
        if let CallsBack::OnLine(callback) = self.calls_back {
            self.calls_back = CallsBack::No;
            context.callback_done(callback, self.id, CallbackEnd::Connected);
        }
        // He asked, and came to an agent before he hung up: he waits for no call any more.
        context.callback_done(self.id, self.id, CallbackEnd::Connected);
    }

    /// D25: a supervisor ends the wait of somebody who was called back: so he is not called again.
    pub(super) fn end_promise(&mut self, context: &mut Context, by: AgentId, reason: String) {
        if let CallsBack::OnLine(callback) = self.calls_back {
            self.calls_back = CallsBack::No;
            let cause = CallbackFailure::Cancelled;
            context.callback_failed(callback, cause, Some((by, reason)));
        }
    }

    /// The call is over: a try without an agent is followed by another, and what this caller was promised begins.
    pub(super) fn end_callback(&self, context: &mut Context) {
        match self.calls_back {
            CallsBack::Rings(_) | CallsBack::OnLine(_) => context.try_over(self.id),
            CallsBack::No => {}
        }
        context.begin_callback(self.id);
    }

    /// A script asks for a callback; the answer goes to the script.
    pub(super) fn ask_callback(
        &mut self,
        context: &mut Context,
        queue: QueueName,
        number: Option<String>,
    ) {
        let answer = self.promise_callback(context, queue, number);
        self.push_or_end(context, ivr::Input::CallbackAnswered(answer));
    }

    /// Promises a callback, unless the number may not be called (S15), the queue calls nobody back, or enough wait for it.
    fn promise_callback(
        &self,
        context: &mut Context,
        queue: QueueName,
        number: Option<String>,
    ) -> CallbackAnswer {
        let config = context.config.clone();
        // A9: nobody is called back who does not say where.
        let Some(dialled) = number.or_else(|| self.number_key(context)) else {
            return CallbackAnswer::BadNumber;
        };
        let permitted = config.dial.permit(&config.plan, Who::Script, &dialled);
        let number = match permitted {
            Ok((number, _)) => number.key,
            Err(denied) => {
                context.fact(Fact::DialDenied {
                    call: self.id,
                    number: dialled,
                    cause: denied.cause().to_owned(),
                });
                return CallbackAnswer::BadNumber;
            }
        };
        // We would talk to ourselves, and each call would ask for the next.
        if config.numbers.find(&number).is_some() {
            return CallbackAnswer::BadNumber;
        }
        let of_queue = |(_, promise): (CallId, &Promise)| *promise.queues.home() == queue;
        if context.callbacks.of_number(&number).any(of_queue) {
            // He has a place already, and it is no worse.
            return CallbackAnswer::Promised;
        }
        let keeping = context.keeping(&queue);
        let waiting = context.callbacks.of_queue(&queue);
        let full = usize::try_from(keeping.callbacks_max).is_ok_and(|max| waiting >= max);
        if full || !config.queues.contains_key(&queue) {
            return CallbackAnswer::Full;
        }
        let promise = Promise {
            number,
            called: self.called.clone(),
            language: self.language.clone(),
            since: self.score_since.unwrap_or(context.now),
            priority: self.priority,
            needs: self.needs.clone(),
            until: context.tried_until(&queue, keeping.expires),
            attempts: 0,
            state: State::Asked,
            queues: QueueSet::from(queue.clone()),
        };
        context.fact(Fact::CallbackRequested(CallbackRequested {
            callback: self.id,
            number: promise.number.clone(),
            called: promise.called.clone(),
            language: promise.language.clone(),
            queue,
            since: promise.since.into(),
            priority: promise.priority,
            needs: promise
                .needs
                .as_ref()
                .map(|needs| needs.as_str().to_owned()),
            until: promise.until.into(),
        }));
        context.callbacks.put(self.id, promise);
        CallbackAnswer::Promised
    }

    /// A caller who leaves his place in line may have it back if he calls again in time (R80), once.
    pub(super) fn leave_place(&self, context: &mut Context) {
        let waits = matches!(self.phase, Phase::Queued(_)) && self.calls_back == CallsBack::No;
        let (Some(queue), Some(since)) = (context.acd.home(self.id).cloned(), self.score_since)
        else {
            return;
        };
        let keeping = context.keeping(&queue);
        let window = keeping.resume_window;
        let is_called_back = context.callbacks.get(self.id).is_some();
        if window.is_zero() || !waits || self.resumed || is_called_back {
            return;
        }
        let Some(number) = self.own_key(context) else {
            return;
        };
        let place = Place {
            call: self.id,
            called: self.called.clone(),
            queue,
            since,
            until: context.now.saturating_add(window),
        };
        let (now, max) = (context.now, keeping.resume_max);
        context.dropped.keep(now, number, place, max);
    }

    /// What is kept for a caller who waited before: his callback is open (R79), or he was cut off (R80).
    pub(super) fn claim_place(&self, context: &Context, queue: &QueueName) -> Option<Box<Claim>> {
        let nobody_is_kept = context.callbacks.is_empty() && context.dropped.is_empty(context.now);
        if self.direction == Direction::Callback || nobody_is_kept {
            return None;
        }
        let number = self.own_key(context)?;
        if let Some((callback, since, priority)) = self.promised_to(context, &number, queue) {
            let kept = Kept::Promise(callback);
            return Some(Box::new(Claim {
                since,
                priority,
                kept,
            }));
        }
        let now = context.now;
        let place = context.dropped.find(now, &number, &self.called, queue)?;
        Some(Box::new(Claim {
            since: place.since,
            priority: 0,
            kept: Kept::Left(number, queue.clone()),
        }))
    }

    /// He is let in: his old place is this one now. A queue that turns him away takes nothing from him. Whether he had one.
    pub(super) fn take_up_place(&mut self, context: &mut Context) -> bool {
        let Some(claim) = self.claim.take() else {
            return false;
        };
        let since = self.score_since.unwrap_or(claim.since);
        self.score_since = Some(since.min(claim.since));
        self.priority = self.priority.max(claim.priority);
        match claim.kept {
            Kept::Promise(callback) => {
                context.callback_done(callback, self.id, CallbackEnd::Redialled);
            }
            Kept::Left(number, queue) => {
                let (now, called) = (context.now, &self.called);
                if let Some(place) = context.dropped.take(now, &number, called, &queue) {
                    self.resumed = true;
                    context.fact(Fact::QueueResumed(PlaceResumed {
                        call: self.id,
                        former: place.call,
                        queue: place.queue,
                    }));
                }
            }
        }
        true
    }

    /// His open callback of this queue, else of the number that he dials: its score and its priority. What he was promised in
    /// this very call begins when he hangs up.
    fn promised_to(
        &self,
        context: &Context,
        number: &str,
        queue: &QueueName,
    ) -> Option<(CallId, Duration, u8)> {
        let on_line = |promise: &Promise| matches!(promise.state, State::OnLine(_));
        let open = || {
            let his = context.callbacks.of_number(number);
            his.filter(|(id, promise)| *id != self.id && !on_line(promise))
        };
        let of_queue = open().find(|(_, promise)| promise.queues.home() == queue);
        let found = of_queue.or_else(|| open().find(|(_, promise)| promise.called == self.called));
        found.map(|(id, promise)| (id, promise.since, promise.priority))
    }

    /// The same where it tells him from others: behind a switchboard one would have the place of another (R64).
    fn own_key(&self, context: &Context) -> Option<String> {
        let tells = context.config.is_key(&self.caller);
        tells.then(|| self.number_key(context)).flatten()
    }

    /// The key of the caller's number; none where it is withheld, or his phone is one of ours (A9).
    fn number_key(&self, context: &Context) -> Option<String> {
        let number = self.caller.number.as_deref()?;
        if self.caller_agent.is_some() {
            return None;
        }
        // A trunk's number was made a key when the call came; only its area may be missing.
        if self.trunk.is_some() && number.starts_with('+') {
            return Some(number.to_owned());
        }
        let config = &context.config;
        Some(config.dial.key(&config.plan, number).key)
    }
}
