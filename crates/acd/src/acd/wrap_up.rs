//! Wrap-up (C4, C5): begun when a call ends, ended by the agent, by time or by the call's category, lengthened on request.
//!
//! What the mode of the queue forbids is refused and changes nothing; whoever passes an agent's word on may ask before why.

use core::ops::Range;
use core::time::Duration;

use model::{AgentId, CallId, QueueName};

use super::Acd;
use crate::agent::past::PastFiling;
use crate::agent::wrap_up::{Filing, WRAP_UP_MORE, WrapUpMode, WrapUpRefusal};
use crate::agent::{Agent, Bound, Requested, cause};
use crate::config::MIN_HANDLED;
use crate::estimate::History;
use crate::output::Output;
use crate::timer::Timer;

/// What a queue's rules say of a call that has ended.
pub(super) struct AfterCall {
    /// What counts as handled (R13).
    pub(super) min_handled: Duration,
    queue: Option<QueueName>,
    mode: WrapUpMode,
    time: Duration,
}

impl Acd {
    /// Whether an agent may end his wrap-up now.
    pub fn may_end_wrap_up(&self, agent: AgentId) -> Result<(), WrapUpRefusal> {
        match self.agents.get(&agent).map(|agent| &agent.bound) {
            Some(Bound::WrapUp { filing, .. }) => filing.may_end(),
            Some(
                Bound::Free | Bound::Offer { .. } | Bound::Talk { .. } | Bound::Consult { .. },
            )
            | None => Err(WrapUpRefusal::NothingToFile),
        }
    }

    /// Until when the wrap-up of an agent would last if he got more time now. In a call whose wrap-up is optional he may ask
    /// ahead: it then begins with the end of the call, and until when is not known yet.
    pub fn more_wrap_up(
        &self,
        now: Duration,
        agent: AgentId,
    ) -> Result<Option<Duration>, WrapUpRefusal> {
        let agent = self.agents.get(&agent);
        let (until, ceiling) = match agent.map(|agent| (&agent.bound, agent.unfiled)) {
            Some((Bound::WrapUp { until, filing, .. }, _)) => (*until, filing.ceiling),
            Some((Bound::Free, Some(filing))) if filing.ceiling > now => (now, filing.ceiling),
            Some((Bound::Talk { queue, .. }, _)) if self.may_file_later(queue.as_ref()) => {
                return Ok(None);
            }
            Some((
                Bound::Free | Bound::Offer { .. } | Bound::Talk { .. } | Bound::Consult { .. },
                _,
            ))
            | None => return Err(WrapUpRefusal::NothingToFile),
        };
        let longer = (until + WRAP_UP_MORE).min(ceiling);
        (longer > until)
            .then_some(Some(longer))
            .ok_or(WrapUpRefusal::Ceiling)
    }

    /// Whether ready is what an agent last asked for.
    pub fn wants_ready(&self, agent: AgentId) -> bool {
        let agent = self.agents.get(&agent);
        agent.is_some_and(|agent| agent.wish == Requested::Ready)
    }

    /// The call of an agent that may be given a category: the one that he talks in or files.
    pub fn filed_call(&self, agent: AgentId) -> Option<CallId> {
        match &self.agents.get(&agent)?.bound {
            Bound::Talk { call, .. } => Some(*call),
            Bound::WrapUp { filing, .. } => Some(filing.call),
            Bound::Free | Bound::Offer { .. } | Bound::Consult { .. } => None,
        }
    }

    fn may_file_later(&self, queue: Option<&QueueName>) -> bool {
        let after = self.after_call(queue);
        after.mode == WrapUpMode::Optional && !after.time.is_zero()
    }

    /// What counts as handled, and the time to file; a call that named its agent has none to file.
    pub(super) fn after_call(&self, queue: Option<&QueueName>) -> AfterCall {
        match queue.and_then(|name| self.queues.get(name)) {
            Some(queue) => AfterCall {
                queue: Some(queue.config.name.clone()),
                min_handled: queue.config.min_handled,
                mode: queue.config.wrap_up_mode,
                time: queue.config.wrap_up,
            },
            None => AfterCall {
                queue: None,
                min_handled: MIN_HANDLED,
                mode: WrapUpMode::Timed,
                time: Duration::ZERO,
            },
        }
    }

    /// The agent's part is over: he files it, if there is time for it.
    pub(super) fn begin_wrap_up(
        &mut self,
        now: Duration,
        id: AgentId,
        call: CallId,
        counted: bool,
        after: &AfterCall,
    ) {
        self.begin_filing(now, id, call, counted, after);
        let bound = self.agents.get(&id).map(|agent| &agent.bound);
        let files = matches!(bound, Some(Bound::WrapUp { .. }));
        if !files && let Some(queue) = self.history_of(after.queue.as_ref()) {
            queue.filed(Duration::ZERO);
        }
    }

    /// What the queue of a call has seen lately.
    fn history_of(&mut self, queue: Option<&QueueName>) -> Option<&mut History> {
        let queue = queue.and_then(|name| self.queues.get_mut(name));
        queue.map(|queue| &mut queue.history)
    }

    fn begin_filing(
        &mut self,
        now: Duration,
        id: AgentId,
        call: CallId,
        counted: bool,
        after: &AfterCall,
    ) {
        let Some(agent) = self.agents.get_mut(&id) else {
            return;
        };
        let filing = Filing {
            call,
            mode: after.mode,
            counted,
            ceiling: after.mode.ceiling(now, after.time),
        };
        let asked = core::mem::take(&mut agent.asked_to_file);
        let has_category = agent.categorised.take() == Some(call);
        agent.bound = Bound::Free;
        agent.unfiled = None;
        let time = match after.mode {
            WrapUpMode::Optional if asked => WRAP_UP_MORE.min(after.time),
            WrapUpMode::Optional => {
                agent.unfiled = Some(filing);
                return;
            }
            WrapUpMode::UntilCategory if has_category => return,
            WrapUpMode::UntilCategory
            | WrapUpMode::UntilDone
            | WrapUpMode::Timed
            | WrapUpMode::TimedFixed => after.time,
        };
        self.file_until(id, filing, now..now + time, after.queue.clone());
    }

    /// An agent is in wrap-up until then, as he may have been before.
    fn file_until(
        &mut self,
        id: AgentId,
        filing: Filing,
        Range {
            start: since,
            end: until,
        }: Range<Duration>,
        queue: Option<QueueName>,
    ) {
        let Some(agent) = self.agents.get_mut(&id).filter(|_| until > since) else {
            return;
        };
        agent.bound = Bound::WrapUp {
            queue,
            since,
            until,
            filing,
        };
        self.timers.set(Timer::WrapUp(id), until);
        self.outputs.push_back(Output::WrapUp {
            agent: id,
            call: filing.call,
            mode: filing.mode,
            until,
        });
    }

    /// C20: a restart is no way around filing. What of its time is left he gets, by the rules that it began with; then he is
    /// what he had asked for.
    pub(super) fn file_again(
        &mut self,
        now: Duration,
        id: AgentId,
        wish: Requested,
        past: PastFiling,
    ) {
        let PastFiling {
            call,
            queue,
            mode,
            began,
            talked,
            until,
        } = past;
        let after = self.after_call(queue.as_ref());
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.wish = wish;
        }
        let filing = Filing {
            call,
            mode,
            counted: talked >= after.min_handled,
            ceiling: mode.ceiling(began, after.time).max(until),
        };
        self.file_until(id, filing, now..until, after.queue);
        self.publish(now, id, cause::RESTART);
    }

    /// The agent says that he is done.
    pub(super) fn wrap_up_done(&mut self, now: Duration, id: AgentId) {
        if self.may_end_wrap_up(id).is_ok() {
            self.wrap_up_ended(now, id);
        }
    }

    /// It is over, whatever the mode.
    pub(super) fn wrap_up_ended(&mut self, now: Duration, id: AgentId) {
        if self.end_wrap_up(now, id) {
            self.publish(now, id, cause::WRAP_UP_DONE);
        }
    }

    /// Ends the time to file, if it runs.
    pub(super) fn end_wrap_up(&mut self, now: Duration, id: AgentId) -> bool {
        let Some(agent) = self.agents.get_mut(&id) else {
            return false;
        };
        if let Bound::WrapUp { since, queue, .. } = &agent.bound {
            let (lasted, queue) = (now.saturating_sub(*since), queue.clone());
            let queue = queue.and_then(|name| self.queues.get_mut(&name));
            if let Some(queue) = queue {
                queue.history.filed(lasted);
            }
        }
        self.timers.cancel(&Timer::WrapUp(id));
        agent.end_wrap_up(now)
    }

    /// C5: more time to file, or at all some.
    pub(super) fn wrap_up_asked(&mut self, now: Duration, id: AgentId) {
        let Ok(until) = self.more_wrap_up(now, id) else {
            return;
        };
        let Some(agent) = self.agents.get_mut(&id) else {
            return;
        };
        let (bound, unfiled) = (&agent.bound, agent.unfiled);
        match (bound, until, unfiled) {
            (
                Bound::WrapUp {
                    since,
                    filing,
                    queue,
                    ..
                },
                Some(until),
                _,
            ) => {
                let (since, filing, queue) = (*since, *filing, queue.clone());
                self.file_until(id, filing, since..until, queue);
            }
            (Bound::Free, Some(until), Some(filing)) => {
                agent.unfiled = None;
                self.file_until(id, filing, now..until, None);
                self.publish(now, id, cause::WRAP_UP_ASKED);
            }
            (
                Bound::Free
                | Bound::Offer { .. }
                | Bound::Talk { .. }
                | Bound::Consult { .. }
                | Bound::WrapUp { .. },
                _,
                _,
            ) => agent.asked_to_file = true,
        }
    }

    /// C5, N7: the call has its category.
    pub(super) fn categorised(&mut self, now: Duration, id: AgentId, call: CallId) {
        let waits = self.agents.get_mut(&id).is_some_and(|agent| {
            if talks_in(agent, call) {
                agent.categorised = Some(call);
            }
            let Bound::WrapUp { filing, .. } = &agent.bound else {
                return false;
            };
            filing.call == call && filing.mode == WrapUpMode::UntilCategory
        });
        if waits {
            self.wrap_up_ended(now, id);
        }
    }
}

fn talks_in(agent: &Agent, call: CallId) -> bool {
    matches!(agent.bound, Bound::Talk { call: talk, .. } if talk == call)
}
