//! What happened to one agent, as short as it can be told.
//!
//! A day of work is hundreds of calls and thousands of changes of state; a checkpoint holds it for ten thousand agents. So what
//! has no say any more is let go as soon as something else stands for it: the states between two calls (his clocks run
//! through them), what failed before a call that he answered, an older call of his own. What is given back moves nobody in
//! line, told in full or in short. Bounded by time and by number: the oldest goes first.

use std::time::Duration;

use acd::{Credit, Past, PastCall, PastFiling, RingEnd, RingLog, WrapUpMode};
use model::{AgentState, CallId, QueueName};
use serde::{Deserialize, Serialize};

use super::Reach;

/// A shorter call of his own is a wrong number (R43).
const OWN_CALL_MIN: Duration = Duration::from_secs(5);
/// Calls of one agent: one every 2.5 minutes, day and night, for a week. The ACD keeps no more.
const CALLS_MAX: usize = 4_096;
/// What else happened to him: hundreds of breaks.
const PAST_MAX: usize = 1_024;

/// See the file's head.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct History {
    past: Vec<(Duration, Past)>,
    /// How he let his phone ring: what answers let go of `past` counts in it (B10).
    rings: RingLog,
    /// Calls in it.
    calls: usize,
    /// A state of his is known.
    is_placed: bool,
    /// The call that was given to him: of which queue, and since when.
    talk: Option<(CallId, Option<QueueName>, Duration)>,
    /// The call that a colleague asks him about: nothing of it counts (R15).
    consult: Option<CallId>,
    /// Since when he files.
    files: Option<Duration>,
    /// Since when he is in calls of his own.
    own: Option<Duration>,
    /// The last call that was his, ended.
    last: Option<Ended>,
    /// Which call he files, or is about to: how that ends, and when by itself.
    filing: Option<(CallId, WrapUpMode, Duration)>,
}

/// A call that was given to an agent, and is over for him.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Ended {
    call: CallId,
    queue: Option<QueueName>,
    at: Duration,
    talked: Duration,
}

impl History {
    /// R6-R8, C9: a streak goes on.
    pub(super) fn failed(&mut self, at: Duration, how: Past) {
        self.push(at, how);
    }

    /// B10: his phone rings no more.
    pub(super) fn rang(&mut self, at: Duration, end: RingEnd) {
        self.rings.end(at, end);
    }

    pub(super) fn connected(&mut self, at: Duration, call: CallId, queue: Option<QueueName>) {
        self.consult = None;
        // An answered call ends what failed in a row, and is the last one of its queue (R36).
        self.past.retain(|(_, past)| match past {
            Past::Declined | Past::Missed { .. } | Past::Unreachable => false,
            Past::Connected { queue: before } => *before != queue,
            Past::Became(_)
            | Past::Handled { .. }
            | Past::OwnCall
            | Past::OfferedLast { .. }
            | Past::Rings(_)
            | Past::Levelled { .. }
            | Past::Filed(_)
            | Past::ProcessEnded => true,
        });
        let queue_ = queue.clone();
        self.push(at, Past::Connected { queue: queue_ });
        self.talk = Some((call, queue, at));
    }

    pub(super) const fn consulted(&mut self, call: CallId) {
        self.consult = Some(call);
    }

    /// R47: the last credit of a queue stands.
    pub(super) fn levelled(&mut self, at: Duration, queue: QueueName, credit: Credit) {
        self.past.retain(
            |(_, past)| !matches!(past, Past::Levelled { queue: before, .. } if *before == queue),
        );
        self.push(at, Past::Levelled { queue, credit });
    }

    pub(super) const fn files(&mut self, call: CallId, mode: WrapUpMode, until: Duration) {
        self.filing = Some((call, mode, until));
    }

    pub(super) const fn filing_is_over(&mut self) {
        self.filing = None;
    }

    /// What he files. Not a call that a crash cut: it is none that ended.
    pub(super) fn filing(&self) -> Option<Past> {
        let (call, mode, until) = self.filing?;
        let last = self.last.as_ref().filter(|last| last.call == call)?;
        Some(Past::Filed(PastFiling {
            call,
            queue: last.queue.clone(),
            mode,
            began: last.at,
            talked: last.talked,
            until,
        }))
    }

    pub(super) fn changed(
        &mut self,
        at: Duration,
        from: &AgentState,
        to: &AgentState,
        reach: Reach,
    ) {
        if !core::mem::replace(&mut self.is_placed, true) && *from != AgentState::Offline {
            self.push(at, Past::Became(from.clone()));
        }
        let is_talking = matches!(to, AgentState::Talking { .. });
        if let AgentState::Talking { call } = from
            && from != to
        {
            self.talk_ended(at, *call, is_talking);
        }
        if matches!(from, AgentState::WrapUp { .. }) && !is_talking {
            self.filed(at);
        }
        match to {
            AgentState::WrapUp { .. } => _ = self.files.get_or_insert(at),
            AgentState::Talking { call } => {
                let given = self.talk.as_ref().map(|(call, ..)| *call);
                if call.is_none() || (*call != given && *call != self.consult) {
                    self.own.get_or_insert(at);
                }
            }
            AgentState::Offline
            | AgentState::NotReady { .. }
            | AgentState::Ready
            | AgentState::Reserved { .. }
            | AgentState::Ringing { .. } => {}
        }
        self.rings.changed(at, from, to);
        self.push(at, Past::Became(to.clone()));
        self.forget(at, reach);
    }

    /// All of it up to now, oldest first.
    pub(super) fn told(&self, now: Duration) -> Vec<(Duration, Past)> {
        let rings = (self.rings != RingLog::default()).then(|| Past::Rings(self.rings.clone()));
        let told = self.past.iter().cloned();
        told.chain(rings.map(|rings| (now, rings))).collect()
    }

    fn talk_ended(&mut self, at: Duration, call: Option<CallId>, talks_on: bool) {
        let ended = self.talk.take_if(|(talk, ..)| Some(*talk) == call);
        if let Some((ended, queue, since)) = ended {
            let talked = at.saturating_sub(since);
            self.last = Some(Ended {
                call: ended,
                queue: queue.clone(),
                at,
                talked,
            });
            self.handled(at, queue, PastCall::new(at, talked));
        } else if self.consult.is_some() && self.consult == call {
            self.consult = None;
        } else if let Some(since) = self.own.take_if(|_| !talks_on)
            && at.saturating_sub(since) >= OWN_CALL_MIN
        {
            // Each starts the idle clock anew, so the last one alone counts.
            self.past.retain(|(_, past)| *past != Past::OwnCall);
            self.push(at, Past::OwnCall);
        }
    }

    /// A call joins those before it if nothing but calls lies between: then the states between them are let go but for the last,
    /// out of which he comes.
    fn handled(&mut self, at: Duration, queue: Option<QueueName>, call: PastCall) {
        self.calls += 1;
        let is_run = |(_, past): &(Duration, Past)| matches!(past, Past::Handled { .. });
        let behind = self.past.iter().rposition(is_run).map(|run| run + 1);
        let rest = behind.and_then(|behind| self.past.get(behind..));
        let (Some(behind), true) = (behind, rest.is_some_and(|rest| rest.iter().all(is_work)))
        else {
            let calls = vec![call];
            self.push(at, Past::Handled { queue, calls });
            return;
        };
        let rest = self.past.split_off(behind);
        match self.past.last_mut() {
            Some((_, Past::Handled { queue: same, calls })) if *same == queue => calls.push(call),
            Some(_) | None => {
                let calls = vec![call];
                self.past.push((at, Past::Handled { queue, calls }));
            }
        }
        let is_state = |(_, past): &(Duration, Past)| matches!(past, Past::Became(_));
        let last = rest.iter().rposition(is_state);
        let stays = rest
            .into_iter()
            .enumerate()
            .filter(|(place, it)| Some(*place) == last || !is_state(it));
        self.past.extend(stays.map(|(_, it)| it));
    }

    /// The last of his calls has been filed.
    fn filed(&mut self, at: Duration) {
        let Some(since) = self.files.take() else {
            return;
        };
        let took = at.saturating_sub(since);
        let last = self.past.iter_mut().rev().find_map(|(_, past)| match past {
            Past::Handled { calls, .. } => calls.last_mut(),
            Past::Became(_)
            | Past::Connected { .. }
            | Past::Declined
            | Past::Missed { .. }
            | Past::Unreachable
            | Past::OwnCall
            | Past::OfferedLast { .. }
            | Past::Rings(_)
            | Past::Levelled { .. }
            | Past::Filed(_)
            | Past::ProcessEnded => None,
        });
        if let Some(call) = last {
            *call = call.filed_in(took + call.filed());
        }
    }

    fn push(&mut self, at: Duration, past: Past) {
        self.past.push((at, past));
    }

    /// Calls beyond the reach go, and so does all that lies before a signing out beyond it.
    fn forget(&mut self, at: Duration, reach: Reach) {
        let is_old = |then: Duration| then.saturating_add(reach.0) <= at;
        while let Some(run) = self
            .past
            .iter()
            .position(|(_, past)| matches!(past, Past::Handled { .. }))
            && let Some((_, Past::Handled { calls, .. })) = self.past.get_mut(run)
        {
            let over = self.calls.saturating_sub(CALLS_MAX);
            let gone = calls
                .iter()
                .enumerate()
                .take_while(|(place, call)| *place < over || is_old(call.ended()))
                .count();
            calls.drain(..gone);
            self.calls -= gone;
            if !calls.is_empty() {
                break;
            }
            self.past.remove(run);
        }
        let went_home = self
            .past
            .iter()
            .rposition(|(then, past)| is_old(*then) && *past == Past::Became(AgentState::Offline));
        let over = self.past.len().saturating_sub(PAST_MAX);
        let gone = went_home.map_or(0, |place| place + 1).max(over);
        for (_, past) in self.past.drain(..gone) {
            if let Past::Handled { calls, .. } = past {
                self.calls -= calls.len();
            }
        }
    }
}

/// Whether nothing but calls takes an agent from being ready: his clocks run on.
fn is_work((_, past): &(Duration, Past)) -> bool {
    match past {
        Past::Connected { .. } | Past::Levelled { .. } => true,
        Past::Became(state) => match state {
            AgentState::Ready
            | AgentState::Reserved { .. }
            | AgentState::Ringing { .. }
            | AgentState::Talking { call: Some(_) }
            | AgentState::WrapUp { .. } => true,
            AgentState::Offline
            | AgentState::NotReady { .. }
            | AgentState::Talking { call: None } => false,
        },
        Past::Handled { .. }
        | Past::Declined
        | Past::Missed { .. }
        | Past::Unreachable
        | Past::OwnCall
        | Past::OfferedLast { .. }
        | Past::Rings(_)
        | Past::Filed(_)
        | Past::ProcessEnded => false,
    }
}
