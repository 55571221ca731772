//! The book of callbacks (回呼, D21): who is to be called back, with which place in line, how often he was tried.
//!
//! A callback bears the id of the call that asked for it, and each try is a call of its own. While it waits its place stands
//! in the ACD's line under the id of the next try; between two tries (R77), or while its queue calls nobody, it stands nowhere,
//! and its score is kept here. One number has one callback of a queue. What is in the book stands in facts, so a restart
//! keeps it.

mod keeping;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::fact::{CallbackDone, CallbackEnd, CallbackFailed, CallbackFailure, QueueExit};
use model::{AgentId, CallId, Fact, QueueName, QueueSet, Requirement};

use crate::context::Context;
pub use keeping::Keeping;

/// One callback.
#[derive(Clone, Debug)]
pub(crate) struct Promise {
    /// The key of his number.
    pub(crate) number: String,
    /// The number that he had dialled.
    pub(crate) called: String,
    pub(crate) language: String,
    pub(crate) queues: QueueSet,
    /// Since when he waits by his score.
    pub(crate) since: Duration,
    /// D1.
    pub(crate) priority: u8,
    /// R69.
    pub(crate) needs: Option<Requirement>,
    /// Until when he is tried.
    pub(crate) until: Duration,
    /// How often he was tried.
    pub(crate) attempts: u32,
    pub(crate) state: State,
}

/// How far a callback is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The call that asked for it is not over.
    Asked,
    /// Its place stands in line under the id of the next try.
    Waits(CallId),
    /// He is being called.
    Rings(CallId),
    /// He is on the line and waits for his agent.
    OnLine(CallId),
    /// It stands in line again at this moment.
    Pauses(Duration),
}

impl Promise {
    /// When something is to be done about it.
    fn due(&self) -> Option<Duration> {
        match self.state {
            State::Asked | State::Waits(_) => Some(self.until),
            State::Pauses(at) => Some(at.min(self.until)),
            // The try ends by itself.
            State::Rings(_) | State::OnLine(_) => None,
        }
    }

    fn call(&self) -> Option<CallId> {
        match self.state {
            State::Waits(call) | State::Rings(call) | State::OnLine(call) => Some(call),
            State::Asked | State::Pauses(_) => None,
        }
    }
}

/// The book.
#[derive(Debug, Default)]
pub(crate) struct Callbacks {
    open: BTreeMap<CallId, Promise>,
    numbers: BTreeSet<(String, CallId)>,
    /// The callback of each place or try.
    places: BTreeMap<CallId, CallId>,
    due: BTreeSet<(Duration, CallId)>,
}

impl Callbacks {
    pub(crate) fn put(&mut self, id: CallId, promise: Promise) {
        self.remove(id);
        self.numbers.insert((promise.number.clone(), id));
        self.places.extend(promise.call().map(|place| (place, id)));
        self.due.extend(promise.due().map(|at| (at, id)));
        self.open.insert(id, promise);
    }

    pub(crate) fn remove(&mut self, id: CallId) -> Option<Promise> {
        let promise = self.open.remove(&id)?;
        self.numbers.remove(&(promise.number.clone(), id));
        if let Some(place) = promise.call() {
            self.places.remove(&place);
        }
        if let Some(at) = promise.due() {
            self.due.remove(&(at, id));
        }
        Some(promise)
    }

    /// Brings one on; gives what it is then.
    pub(crate) fn turn_to(&mut self, id: CallId, state: State) -> Option<Promise> {
        let mut promise = self.remove(id)?;
        promise.attempts += u32::from(matches!(state, State::Rings(_)));
        promise.state = state;
        self.put(id, promise.clone());
        Some(promise)
    }

    /// R77: a try that we could not make is none of his.
    pub(crate) fn uncount(&mut self, id: CallId) {
        if let Some(promise) = self.open.get_mut(&id) {
            promise.attempts = promise.attempts.saturating_sub(1);
        }
    }

    pub(crate) fn get(&self, id: CallId) -> Option<&Promise> {
        self.open.get(&id)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (CallId, &Promise)> {
        self.open.iter().map(|(id, promise)| (*id, promise))
    }

    /// Those of a number, oldest first.
    pub(crate) fn of_number(
        &self,
        number: &str,
    ) -> impl Iterator<Item = (CallId, &Promise)> + use<'_> {
        let key = |id| (number.to_owned(), CallId::new(id));
        let of_his = self.numbers.range(key(0)..=key(u64::MAX));
        of_his.filter_map(|(_, id)| Some((*id, self.open.get(id)?)))
    }

    /// The one whose place or try has this id.
    pub(crate) fn of_call(&self, call: CallId) -> Option<(CallId, &Promise)> {
        let id = self.places.get(&call)?;
        Some((*id, self.open.get(id)?))
    }

    /// How many a queue has, those included whose try is under way.
    pub(crate) fn of_queue(&self, queue: &QueueName) -> usize {
        let home = |promise: &&Promise| promise.queues.home() == queue;
        self.open.values().filter(home).count()
    }

    pub(crate) fn next_due(&self) -> Option<Duration> {
        self.due.first().map(|(at, _)| *at)
    }

    /// One is tried for longer.
    pub(crate) fn prolong(&mut self, id: CallId, until: Duration) {
        if let Some(promise) = self.remove(id) {
            self.put(id, Promise { until, ..promise });
        }
    }

    /// Those who were put off until then come at `now`.
    pub(crate) fn no_later(&mut self, until: Duration, now: Duration) {
        let put_off = |promise: &Promise| matches!(promise.state, State::Pauses(at) if at == until);
        let ids = self.open.iter().filter(|(_, promise)| put_off(promise));
        let ids: Vec<CallId> = ids.map(|(id, _)| *id).collect();
        for id in ids {
            self.turn_to(id, State::Pauses(now));
        }
    }

    fn due_at(&self, now: Duration) -> Option<CallId> {
        let (at, id) = self.due.first()?;
        (*at <= now).then_some(*id)
    }
}

impl Context {
    /// The call that asked is over: its callback takes its place in line.
    pub(crate) fn begin_callback(&mut self, call: CallId) {
        let asked = self.callbacks.get(call).map(|promise| promise.state);
        if asked == Some(State::Asked) {
            self.line_up(call);
        }
    }

    fn line_up(&mut self, id: CallId) {
        let call = CallId::new(self.ids.next(self.now));
        if let Some(promise) = self.callbacks.turn_to(id, State::Waits(call)) {
            self.tell_acd(acd::Input::Promised {
                call,
                queues: promise.queues,
                since: promise.since,
                priority: promise.priority,
                needs: promise.needs,
            });
        }
    }

    /// R77: a try ended without an agent. He is tried again with the same score, unless that was the last time.
    pub(crate) fn try_over(&mut self, call: CallId) {
        let Some((id, promise)) = self.callbacks.of_call(call) else {
            return;
        };
        let keeping = self.keeping(promise.queues.home());
        if promise.attempts > keeping.retries {
            self.callback_failed(id, CallbackFailure::Unanswered, None);
        } else {
            self.put_off(id, self.now.saturating_add(keeping.retry));
        }
    }

    /// He stands in no line until then.
    pub(crate) fn put_off(&mut self, id: CallId, until: Duration) {
        let place = self.callbacks.get(id).and_then(Promise::call);
        self.callbacks.turn_to(id, State::Pauses(until));
        self.leave_line(place);
    }

    /// The ACD has no place any more for somebody who is not on the line.
    pub(crate) fn place_lost(&mut self, call: CallId, cause: QueueExit) {
        let Some((id, _)) = self.callbacks.of_call(call) else {
            return;
        };
        match cause {
            QueueExit::Closed => self.callback_failed(id, CallbackFailure::QueueClosed, None),
            QueueExit::Abandoned
            | QueueExit::Timeout
            | QueueExit::Full
            | QueueExit::NoAgents
            | QueueExit::Key
            | QueueExit::Withdrawn
            | QueueExit::Moved
            | QueueExit::Failed => self.try_over(call),
        }
    }

    /// Its place is consumed, by an agent or by another call of his.
    pub(crate) fn callback_done(&mut self, callback: CallId, call: CallId, how: CallbackEnd) {
        let Some(promise) = self.callbacks.remove(callback) else {
            return;
        };
        if how == CallbackEnd::Redialled {
            self.leave_line(promise.call());
        }
        self.fact(Fact::CallbackDone(CallbackDone {
            callback,
            call,
            how,
        }));
    }

    /// He is not called any more. `by`: who took it back, and why.
    pub(crate) fn callback_failed(
        &mut self,
        callback: CallId,
        cause: CallbackFailure,
        by: Option<(AgentId, String)>,
    ) {
        let Some(promise) = self.callbacks.remove(callback) else {
            return;
        };
        self.leave_line(promise.call());
        let (by, reason) = by.unzip();
        self.fact(Fact::CallbackFailed(CallbackFailed {
            callback,
            cause,
            by,
            reason,
        }));
    }

    /// The place is given up; a try that rings under it ends by that.
    fn leave_line(&mut self, place: Option<CallId>) {
        if let Some(call) = place {
            let cause = QueueExit::Failed;
            self.tell_acd(acd::Input::Left { call, cause });
        }
    }

    /// Those whose pause is over stand in line again; those whose time is over are told.
    pub(crate) fn callbacks_due(&mut self) {
        while let Some(id) = self.callbacks.due_at(self.now) {
            let until = self.callbacks.get(id).map(|promise| promise.until);
            if until.is_some_and(|until| until <= self.now) {
                self.callback_failed(id, CallbackFailure::Expired, None);
            } else {
                self.line_up(id);
            }
        }
    }
}
