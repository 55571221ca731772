//! The centre: agents, queues, callers and offers, and the turn that brings them together.
//!
//! Every input is taken in full, then one turn makes every decision that it allows: an agent who becomes free is offered
//! the next caller in the same turn. Invariants, checked by [`Acd::check_invariants`]: an agent is in at most one offer or
//! call; no agent is reserved without a live offer; no caller waits while there is a candidate for him; no state that is
//! not meant to last is without its timer.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use model::fact::QueueExit;
use model::{AgentId, AgentState, CallId, Decision, IdSource, OfferId, QueueName, Ties};

use crate::agent::Agent;
use crate::config::QueueConfig;
use crate::dirty::Dirty;
use crate::input::Input;
use crate::offer::{EndedOffers, Offer};
use crate::output::{DirectEnd, Output};
use crate::personal::PersonalWait;
use crate::queue::Queue;
use crate::timer::{Timer, Timers};
use crate::waiting::{Seeking, Waiting};
use direct::Named;

mod activity;
mod agents;
mod assignment;
mod callbacks;
mod callers;
mod choice;
mod configuration;
mod direct;
mod external;
mod familiar;
mod hand_over;
mod hours;
mod invariant;
mod lines;
mod odds;
mod offers;
mod outlook;
mod pass;
mod personal;
mod precedence;
mod prediction;
mod restart;
mod roster;
mod situation;
mod staffing;
mod standing;
mod steps;
mod talk;
mod turn;
mod weighing;
mod wrap_up;

pub use callers::LOOK_UP_MAX;
pub use situation::{InLine, Situation};
pub use standing::Standing;

/// Automatic call distribution for one site.
#[derive(Clone, Debug)]
pub struct Acd {
    seed: u64,
    /// How many decisions found somebody: the next one's seed is drawn from it.
    decisions: u64,
    /// How many questions went out, for their numbers (B15).
    routes: u64,
    late_routes: u64,
    ids: IdSource,
    config_version: u64,
    agents: BTreeMap<AgentId, Agent>,
    queues: BTreeMap<QueueName, Queue>,
    /// Boxed, for a map moves its neighbours about whenever one comes or goes.
    waiting: BTreeMap<CallId, Box<Waiting>>,
    offers: BTreeMap<OfferId, Offer>,
    ended: EndedOffers,
    /// Calls for which a named agent rings.
    directs: BTreeMap<CallId, OfferId>,
    /// Places in line that nobody on the line holds (D21).
    promised: BTreeSet<CallId>,
    /// Who waits and has somebody whom he must not meet (R66).
    kept_apart: BTreeSet<CallId>,
    /// Who waits for a familiar or a named agent (R59, R63, B12).
    personal_lines: BTreeMap<AgentId, BTreeSet<CallId>>,
    timers: Timers,
    outputs: VecDeque<Output>,
    /// Queues in which this turn may find something to do.
    dirty: Dirty,
    /// Callers who began to look for an agent in this turn.
    fresh: BTreeSet<CallId>,
}

impl Acd {
    /// An empty centre. `seed` drives the random strategy, `node` goes into the ids of offers.
    pub fn new(seed: u64, node: u16) -> Self {
        Self {
            seed,
            decisions: 0,
            routes: 0,
            late_routes: 0,
            ids: IdSource::new(node),
            config_version: 0,
            agents: BTreeMap::new(),
            queues: BTreeMap::new(),
            waiting: BTreeMap::new(),
            offers: BTreeMap::new(),
            ended: EndedOffers::default(),
            directs: BTreeMap::new(),
            promised: BTreeSet::new(),
            kept_apart: BTreeSet::new(),
            personal_lines: BTreeMap::new(),
            timers: Timers::default(),
            outputs: VecDeque::new(),
            dirty: Dirty::default(),
            fresh: BTreeSet::new(),
        }
    }

    /// Replaces the queues. Callers keep their places and deadlines, ringing offers end under the settings that made
    /// them (R17), counters stay (R16); the callers of a queue that is gone leave with `Closed`.
    pub fn set_queues(
        &mut self,
        now: Duration,
        version: u64,
        queues: BTreeMap<QueueName, QueueConfig>,
    ) {
        self.configure(now, version, queues);
        self.turn(now);
    }

    /// Takes one event and makes every decision that it allows. An event about somebody unknown changes nothing.
    pub fn handle_input(&mut self, now: Duration, input: Input) {
        match input {
            Input::AgentPut(profile) => self.agent_put(now, profile),
            Input::AgentRemoved(agent) => self.agent_removed(now, agent),
            Input::PhoneRegistered(agent) => self.phone_registered(now, agent, true),
            Input::PhoneUnregistered(agent) => self.phone_registered(now, agent, false),
            Input::StateRequested {
                agent,
                request,
                cause,
            } => self.state_requested(now, agent, request, cause),
            Input::Restored { agent, past, wish } => self.restored(now, agent, past, wish),
            Input::WrapUpEnded(agent) => self.wrap_up_done(now, agent),
            Input::WrapUpAsked(agent) => self.wrap_up_asked(now, agent),
            Input::Categorised { agent, call } => self.categorised(now, agent, call),
            Input::PhoneBusy { agent, call } => self.phone_busy(now, agent, call),
            Input::PhoneFree { agent, call } => self.phone_free(now, agent, call),
            Input::Joined {
                call,
                queues,
                head_start,
                priority,
                caller_agent,
                ties,
                sticky,
                needs,
            } => {
                let mut caller = Waiting::new(now, call, queues, head_start, caller_agent);
                caller.priority = priority;
                caller.keyed = sticky;
                caller.needs = needs;
                match ties {
                    Some(ties) => self.join(now, caller, ties, false),
                    None => self.join_unknown(now, caller),
                }
            }
            Input::JoinedFor {
                call,
                queues,
                agent,
                wait_max,
                ring_timeout,
                head_start,
                priority,
                apart,
            } => {
                let mut caller = Waiting::new(now, call, queues, head_start, None);
                caller.priority = priority;
                caller.apart = apart;
                caller.seeking = Seeking::Familiar(agent);
                caller.personal = Some(PersonalWait::new(ring_timeout, now + wait_max));
                self.join_for(now, caller);
            }
            Input::Promised {
                call,
                queues,
                since,
                priority,
                needs,
            } => {
                let head_start = now.saturating_sub(since);
                let mut caller = Waiting::new(now, call, queues, head_start, None);
                caller.priority = priority;
                caller.needs = needs;
                self.promised(now, caller);
            }
            Input::CalledBack { call } => self.called_back(now, call),
            Input::Identified { call, ties } => self.identified(now, call, &ties),
            Input::FamiliarChosen { call, waits } => self.chosen(now, call, waits),
            Input::Prioritised {
                call,
                priority,
                head_start,
            } => self.prioritised(call, priority, head_start),
            Input::RouteAnswered { call, id, answer } => self.route_answered(now, call, id, answer),
            Input::Assigned { call, agent } => self.assigned(now, call, agent),
            Input::Left { call, cause } => self.left(now, call, cause),
            Input::Direct {
                call,
                agent,
                ring_timeout,
            } => {
                let named = Named {
                    agent,
                    home: None,
                    consult: false,
                };
                self.direct(now, call, named, ring_timeout);
            }
            Input::Consulted {
                call,
                agent,
                ring_timeout,
            } => {
                let named = Named {
                    agent,
                    home: None,
                    consult: true,
                };
                self.direct(now, call, named, ring_timeout);
            }
            Input::ConsultCompleted { call, agent, queue } => {
                self.consult_completed(now, call, agent, queue);
            }
            Input::HandedOn {
                call,
                agent,
                queue,
                ring_timeout,
            } => {
                let named = Named {
                    agent,
                    home: queue,
                    consult: false,
                };
                self.direct(now, call, named, ring_timeout);
            }
            Input::Returned {
                call,
                agent,
                queue,
                ring_timeout,
            } => self.returned(now, call, agent, queue, ring_timeout),
            Input::HandedToQueue {
                call,
                queues,
                head_start,
                priority,
                caller_agent,
                from,
                back,
                needs,
                apart,
            } => {
                let mut caller = Waiting::new(now, call, queues, head_start, caller_agent);
                caller.priority = priority;
                caller.needs = needs;
                caller.tried.insert(from);
                let ties = Ties {
                    apart,
                    ..Ties::default()
                };
                self.join(now, caller, ties, back);
            }
            Input::TookOver { call, agent, queue } => self.took_over(now, call, agent, queue),
            Input::Ringing { offer } => self.ringing(now, offer),
            Input::PickedUp { offer } => self.picked_up(now, offer),
            Input::Answered { offer } => self.answered(now, offer),
            Input::Declined { offer } => self.declined(now, offer),
            Input::Missed { offer } => self.rang_out(now, offer),
            Input::Failed { offer, status } => self.failed(now, offer, status),
            Input::Withheld { offer } => self.withheld(now, offer),
            Input::CallEnded { call, agent } => self.call_ended(now, call, agent),
            Input::CallGone { call } => self.call_gone(now, call),
        }
        self.turn(now);
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Duration) {
        while let Some(timer) = self.timers.pop(now) {
            match timer {
                Timer::Ring(offer) => self.rang_out(now, offer),
                Timer::WrapUp(agent) => self.wrap_up_ended(now, agent),
                Timer::BackOff(agent) => self.back_off_ended(now, agent),
                Timer::MaxWait(call) => self.leave(now, call, QueueExit::Timeout),
                Timer::LastRing(call) => self.last_ring(call),
                Timer::Starving(call) => self.starves(now, call),
                Timer::PassPause(call) => self.next_pass(call),
                Timer::Withheld(call) => self.allow(call),
                Timer::LookUp(call) => self.looked_up(call),
                Timer::StickyWait(call) => self.sticky_wait_over(now, call),
                Timer::Route(call) => self.route_timed_out(now, call),
                Timer::Step(call, queue) => self.next_step(now, call, &queue),
                Timer::OneMore(call) => self.one_more(now, call),
                Timer::NoAgents(queue) => self.nobody_came(now, &queue),
                Timer::Called(call) => self.leave(now, call, QueueExit::Timeout),
                Timer::DialAhead => self.dial_ahead(now),
            }
        }
        self.turn(now);
    }

    /// When to call [`Self::handle_timeout`] next.
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.timers.next()
    }

    /// The next result, in the order in which things happened.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// An agent's state.
    pub fn agent_state(&self, agent: AgentId) -> Option<&AgentState> {
        self.agents.get(&agent).map(|agent| &agent.state)
    }

    /// All agents by id, with their states.
    pub fn agents(&self) -> impl Iterator<Item = (AgentId, &AgentState)> {
        self.agents.iter().map(|(id, agent)| (*id, &agent.state))
    }

    /// How many wait in a queue, those for whom a phone rings included, those whose home is another queue (A12), and those who
    /// are to be called back (D21).
    pub fn waiting(&self, queue: &QueueName) -> usize {
        self.queues.get(queue).map_or(0, |queue| queue.line.len())
    }

    /// The home queue of a waiting caller.
    pub fn home(&self, call: CallId) -> Option<&QueueName> {
        self.waiting.get(&call).map(|caller| caller.home())
    }

    /// A caller's place in his home queue, 1 is next.
    pub fn position(&self, call: CallId) -> Option<u32> {
        let caller = self.waiting.get(&call)?;
        let line = &self.queues.get(caller.home())?.line;
        u32::try_from(line.rank(&caller.place()) + 1).ok()
    }

    /// Whether a queue would let a caller in at this moment (D5, D7).
    pub fn admits(&self, now: Duration, queue: &QueueName) -> bool {
        let mut caller = Waiting::new(
            now,
            CallId::new(0),
            queue.clone().into(),
            Duration::ZERO,
            None,
        );
        self.admission(now, &mut caller, false).is_ok()
    }

    /// Why an agent cannot be rung at this moment, if he cannot.
    pub fn cannot_ring(&self, agent: AgentId) -> Option<DirectEnd> {
        self.cannot_be_had(agent)
    }

    /// Whether a waiting caller and an agent must not meet (R66).
    pub fn keeps_apart(&self, call: CallId, agent: AgentId) -> bool {
        let caller = self.waiting.get(&call);
        caller.is_some_and(|caller| caller.apart.contains(&agent))
    }

    /// Why a waiting caller is not served: what a decision for him would weigh at this moment (R19), one for each of his
    /// queues, the home queue first. It changes nothing.
    pub fn why(&mut self, now: Duration, call: CallId) -> Vec<Decision> {
        let Some(caller) = self.waiting.get(&call) else {
            return Vec::new();
        };
        for name in caller.queues.iter() {
            if let Some(queue) = self.queues.get_mut(name) {
                queue.refresh(now, &self.agents);
            }
        }
        let queues = caller.queues.iter();
        let weighings = queues.filter_map(|name| self.weigh(call, name, 1));
        weighings.map(|weighing| weighing.record(now)).collect()
    }

    /// Checks the invariants in the file's head and tells the first breach. Slow: it looks at everything.
    pub fn check_invariants(&self) -> Result<(), String> {
        self.check()
    }
}
