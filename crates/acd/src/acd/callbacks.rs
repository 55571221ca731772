//! Places in line that nobody on the line holds (回呼, D21): somebody is to be called back, with the score that he had (R76).
//!
//! A promise stands in line as a caller does. When the turn finds an agent for it, he is held and the call is made: the agent's
//! phone rings once the called party is on the line, and if he is not in time the agent goes to the next in that very turn
//! (R77). Shortly before agents are free somebody may be called ahead of them, never more than there will be (R78). Who is
//! called back once he hung up, and how often he is tried, is the engine's matter: each try is a promise of its own.

use core::time::Duration;
use std::collections::BTreeSet;

use model::fact::CancelCause;
use model::{AgentId, CallId, QueueName};

use super::Acd;
use crate::agent::Agent;
use crate::estimate::Pace;
use crate::output::Output;
use crate::timer::Timer;
use crate::waiting::{Holder, Place, Waiting};

/// How often is looked whether agents will be free soon.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Up to so many agents all are looked at; of more, about so many, each of whom stands for several.
const ASKED: usize = 64;

impl Acd {
    /// D21: takes a place that is held by our word.
    pub(super) fn promised(&mut self, now: Duration, mut caller: Box<Waiting>) {
        let call = caller.call;
        self.withdraw_direct(now, call, CancelCause::QueueLeft);
        self.drop_caller(now, call, CancelCause::QueueLeft);
        if let Err(cause) = self.keep_known(&mut caller) {
            return self.refuse(caller, cause);
        }
        caller.holder = Holder::Promise;
        let home = self.queues.get(caller.home());
        caller.weight = home.map_or(0, |home| home.config.weight);
        self.line_up(&caller);
        let queues = caller.queues.clone();
        self.waiting.insert(call, caller);
        self.promised.insert(call);
        for name in queues.iter() {
            self.watch_staffing(now, name);
        }
        self.begin_steps(now, call);
        self.watch_promises(now);
        self.wake(call);
    }

    /// He is to be called now; until when he may answer is this timer's matter alone.
    pub(super) fn call_back(&mut self, now: Duration, call: CallId) {
        let Some(caller) = self.waiting.get_mut(&call) else {
            return;
        };
        caller.holder = Holder::Called;
        let home = self.queues.get(caller.home());
        let ring = home.map_or(Duration::ZERO, |home| home.config.call_back_ring);
        self.timers.set(Timer::Called(call), now + ring);
        self.outputs.push_back(Output::CallBack { call });
    }

    /// He is on the line: he waits as others do, at the place that he had, and the agent who is held for him is rung.
    pub(super) fn called_back(&mut self, now: Duration, call: CallId) {
        let Some(caller) = self.waiting.get_mut(&call) else {
            return;
        };
        if caller.holder != Holder::Called {
            return;
        }
        caller.holder = Holder::Caller;
        self.replace(call, |caller| {
            // The same place; the time that he waits on the line begins here.
            caller.head_start += now.saturating_sub(caller.joined);
            caller.joined = now;
        });
        let Some(caller) = self.waiting.get(&call).cloned() else {
            return;
        };
        self.timers.cancel(&Timer::Called(call));
        self.forget_promise(call);
        self.set_deadline(now, &caller);
        for name in caller.queues.iter() {
            self.watch_staffing(now, name);
        }
        self.outputs.push_back(Output::JoinedQueue {
            call,
            position: self.position(call).unwrap_or(u32::MAX),
            queues: caller.queues,
        });
        for offer in caller.offers {
            self.ring_held(now, offer);
        }
        self.refile(call);
    }

    /// Nobody is to be called back for this place any more.
    pub(super) fn forget_promise(&mut self, call: CallId) {
        self.timers.cancel(&Timer::Called(call));
        self.promised.remove(&call);
        if self.promised.is_empty() {
            self.timers.cancel(&Timer::DialAhead);
        }
    }

    /// How many stand in a queue without being on the line: they take no place from those who are (D5).
    pub(super) fn promised_in(&self, name: &QueueName) -> usize {
        let promised = self.promised.iter();
        let promised = promised.filter_map(|call| self.waiting.get(call));
        promised
            .filter(|caller| caller.queues.contains(name))
            .count()
    }

    fn watch_promises(&mut self, now: Duration) {
        if !self.promised.is_empty() && self.timers.at(&Timer::DialAhead).is_none() {
            self.timers.set(Timer::DialAhead, now + LOOK_EVERY);
        }
    }

    /// R78: calls those for whom an agent will be free by the time they answer.
    pub(super) fn dial_ahead(&mut self, now: Duration) {
        let mut spent: BTreeSet<QueueName> = BTreeSet::new();
        for place in self.open_promises() {
            let Some(caller) = self.waiting.get(&place.call) else {
                continue;
            };
            // Who stands behind somebody for whom nobody will be free waits for no less.
            if spent.contains(caller.home()) {
                continue;
            }
            if self.is_at_limit(caller.home()) || !self.comes_soon(now, caller) {
                spent.insert(caller.home().clone());
                continue;
            }
            self.call_back(now, place.call);
        }
        self.watch_promises(now);
    }

    fn open_promises(&self) -> BTreeSet<Place> {
        let promised = self.promised.iter();
        let promised = promised.filter_map(|call| self.waiting.get(call));
        promised
            .filter(|caller| caller.holder == Holder::Promise)
            .map(|caller| caller.place())
            .collect()
    }

    /// Whether more agents will be free soon than there are places that come to one before this.
    fn comes_soon(&self, now: Duration, caller: &Waiting) -> bool {
        let Some(home) = self.queues.get(caller.home()) else {
            return false;
        };
        let lead = home.config.dial_ahead;
        if lead.is_zero() {
            return false;
        }
        let staff = self.staff(caller, ASKED, ASKED);
        let free = |(id, agent): &&(AgentId, &Agent)| match self.pace(now, agent) {
            // Who is rung is as good as free: the one for whom he is still stands in line.
            Pace::Free | Pace::Rings => true,
            Pace::Files(_, left) => left <= lead,
            Pace::Talks(_) => self.free_in(now, *id).is_some_and(|left| left <= lead),
        };
        let soon = u32::try_from(staff.agents.iter().filter(free).count()).unwrap_or(u32::MAX);
        let taken = self.ahead(caller, &staff) + f64::from(self.taken_behind(caller));
        taken + 1.0 <= f64::from(soon) * staff.each
    }

    /// Who stands behind a place and has an agent all the same, or is being called already.
    fn taken_behind(&self, caller: &Waiting) -> u32 {
        let rung = self.offers.values().filter(|offer| offer.queue.is_some());
        let rung = rung.map(|offer| offer.call);
        let called = self.promised.iter().copied();
        let called = called.filter(|call| {
            let holder = self.waiting.get(call).map(|caller| caller.holder);
            holder == Some(Holder::Called)
        });
        let calls: BTreeSet<CallId> = rung.chain(called).collect();
        let behind = calls.iter().filter(|call| {
            let other = self.waiting.get(call);
            other.is_some_and(|other| {
                let beside = other.queues.iter().any(|name| caller.queues.contains(name));
                beside && other.place() > caller.place()
            })
        });
        u32::try_from(behind.count()).unwrap_or(u32::MAX)
    }
}
