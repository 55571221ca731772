//! A queue (队列): its line of callers, its agents with their seats, and what its strategies read.
//!
//! It decides nothing and knows no timers. Its facts (who was offered last, who was connected when) belong to the queue
//! and name agents, so that they survive a new configuration (R17, R33, R34).

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::decision::{Attendance, ReasonCode};
use model::{AgentId, CallId, Requirement, Skills};

use crate::agent::Agent;
use crate::config::QueueConfig;
use crate::decision::{Needs, Prefer};
use crate::estimate::History;
use crate::external::{Advice, Breaker};
use crate::ready::ReadySet;
use crate::selection::Micros;
use crate::strategy::{self, Strategy};
use crate::waiting::{Place, Seeking, Waiting};

pub(crate) use self::lane::{Lane, Lanes};
pub(crate) use self::line::Line;
pub use self::share::Credit;

mod lane;
mod line;
mod members;
mod share;

/// The reasons of those who are neither ready nor busy with a call (D7, D8).
pub(crate) const AWAY: [ReasonCode; 3] = [
    ReasonCode::Offline,
    ReasonCode::NotReady,
    ReasonCode::Unregistered,
];

/// See the file's head.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    pub(crate) config: QueueConfig,
    /// All who wait, those with ringing phones included.
    pub(crate) line: Line,
    /// How many of them did not come as everybody does (D15).
    pub(crate) uneven: usize,
    /// Those who look for an agent.
    pub(crate) lanes: Lanes,
    /// Those who were offered to somebody in this pass (R9).
    pub(crate) retrying: BTreeSet<CallId>,
    pub(crate) ready: ReadySet,
    members: BTreeMap<AgentId, Member>,
    /// The same in a row, to be asked here and there.
    roster: Vec<AgentId>,
    seats: BTreeSet<(Arc<str>, AgentId)>,
    /// Whether agents came or went since the seats were numbered.
    reseat: bool,
    /// Who is signed in, by skills (R70).
    staff: BTreeMap<Arc<Skills>, u32>,
    /// How many agents are no candidates, by reason; the rest is the ready set.
    pub(crate) tally: BTreeMap<ReasonCode, u32>,
    last_offered: Option<(Arc<str>, AgentId)>,
    next_seat: u32,
    run: Run,
    /// Before the external decision (B15).
    pub(crate) breaker: Breaker,
    /// How many of its callers are asked about.
    pub(crate) asked: usize,
    /// What it has seen lately, for the estimated wait (D16).
    pub(crate) history: History,
}

/// An agent's facts in one queue.
#[derive(Clone, Debug, Default)]
struct Member {
    seat: u32,
    /// Under which reason he is counted; `None`: in the ready set.
    standing: Option<ReasonCode>,
    last_connected: Option<Micros>,
    /// What he was credited with when he came to work (R47).
    credit: Option<Credit>,
    /// The skills under which he counts as staff, while he is signed in.
    staff: Option<Arc<Skills>>,
}

/// Calls of this queue that one agent took in a row (R38).
#[derive(Clone, Copy, Debug, Default)]
struct Run {
    agent: Option<AgentId>,
    calls: u32,
}

impl Queue {
    pub(crate) fn new(config: QueueConfig) -> Self {
        Self {
            line: Line::default(),
            uneven: 0,
            lanes: Lanes::default(),
            retrying: BTreeSet::new(),
            ready: ReadySet::new(config.ordering()),
            config,
            members: BTreeMap::new(),
            roster: Vec::new(),
            seats: BTreeSet::new(),
            reseat: false,
            staff: BTreeMap::new(),
            tally: BTreeMap::new(),
            last_offered: None,
            next_seat: 0,
            run: Run::default(),
            breaker: Breaker::default(),
            asked: 0,
            history: History::default(),
        }
    }

    pub(crate) fn serves(&self, id: AgentId) -> bool {
        self.members.contains_key(&id)
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = AgentId> {
        self.members.keys().copied()
    }

    /// Each with the reason why he is no candidate, by id.
    pub(crate) fn standings(&self) -> impl Iterator<Item = (AgentId, Option<ReasonCode>)> {
        let members = self.members.iter();
        members.map(|(id, member)| (*id, member.standing))
    }

    /// By id.
    pub(crate) fn roster(&self) -> &[AgentId] {
        &self.roster
    }

    pub(crate) fn size(&self) -> usize {
        self.members.len()
    }

    /// What its agents are at.
    pub(crate) fn attendance(&self) -> Attendance {
        Attendance {
            ready: u32::try_from(self.ready.len()).unwrap_or(u32::MAX),
            others: self.tally.clone(),
        }
    }

    /// Whether any of its agents is not offline.
    pub(crate) fn is_staffed(&self) -> bool {
        let offline = self.tally.get(&ReasonCode::Offline).copied().unwrap_or(0);
        usize::try_from(offline).is_ok_and(|offline| offline < self.members.len())
    }

    /// Whether any of its agents is ready or busy with a call: neither offline nor on a break.
    pub(crate) fn is_at_work(&self) -> bool {
        let away = AWAY.iter().filter_map(|reason| self.tally.get(reason));
        let away: u32 = away.sum();
        usize::try_from(away).is_ok_and(|away| away < self.members.len())
    }

    /// Whether anybody signed in has what this asks for, free or not (R70).
    pub(crate) fn has_staff_for(&self, needs: &[&Requirement]) -> bool {
        let met = |skills: &Skills| needs.iter().all(|needs| needs.is_met(skills));
        self.staff.keys().any(|skills| met(skills))
    }

    // Facts for strategies.

    pub(crate) const fn next_seat(&self) -> u32 {
        self.next_seat
    }

    /// R31: the memory of round-robin moves with each offer, answered or not.
    pub(crate) fn offered(&mut self, id: AgentId, agent: &Agent) {
        if let Some(member) = self.members.get(&id) {
            self.next_seat = member.seat + 1;
            self.last_offered = Some((agent.login.clone(), id));
        }
    }

    /// R36: a call that a former process connected.
    pub(crate) fn was_connected(&mut self, at: Duration, id: AgentId) {
        if let Some(member) = self.members.get_mut(&id) {
            member.last_connected = Some(at.into());
        }
    }

    /// R36, R38, R39: only connected calls count.
    pub(crate) fn connected(&mut self, now: Duration, id: AgentId) {
        if let Some(member) = self.members.get_mut(&id) {
            member.last_connected = Some(now.into());
        }
        if self.run.agent == Some(id) {
            self.run.calls = self.run.calls.saturating_add(1);
        } else {
            self.run = Run {
                agent: Some(id),
                calls: 1,
            };
        }
    }

    /// R38: who has had his calls in a row and is ready for one more, under a strategy that caps them.
    pub(crate) fn at_cap(&self, row: &Strategy) -> Option<AgentId> {
        let cap = self.config.max_consecutive;
        let id = self.run.agent.filter(|id| self.ready.get(*id).is_some())?;
        (row.capped && cap > 0 && self.run.calls >= cap).then_some(id)
    }

    /// What a caller needs of his agents.
    pub(crate) fn needs<'a>(&'a self, caller: &'a Waiting) -> Needs<'a> {
        // B12: whoever named an agent has judged what he can do.
        if caller.personal.is_some() {
            return Needs::default();
        }
        let reached = caller.steps.get(&self.config.name).copied().unwrap_or(0);
        let steps = &self.config.steps;
        Needs {
            own: caller.needs.as_ref(),
            steps: steps.get(..=reached).unwrap_or(steps),
            prefer: match self.config.strategy.skilled {
                true => Prefer::Best,
                false => self.config.prefer,
            },
        }
    }

    /// R38: he is skipped once.
    pub(crate) fn skipped(&mut self, id: AgentId) {
        if self.run.agent == Some(id) {
            self.run.calls = 0;
        }
    }

    // Callers.

    /// The strategy that serves this caller as things stand.
    pub(crate) fn row(&self, caller: &Waiting) -> &'static Strategy {
        if caller.personal.is_some() {
            return strategy::named();
        }
        match caller.seeking {
            Seeking::Anyone if self.named(caller).is_some() => self.config.strategy,
            Seeking::Anyone => self.config.base(),
            // A12: sticky is his home queue's word; here he looks for one agent alone all the same.
            Seeking::Familiar(_) | Seeking::WaitsFor(_) | Seeking::Team | Seeking::WaitsForTeam => {
                strategy::sticky()
            }
        }
    }

    /// Whether an external decision is asked about this caller: his home queue's word (B15).
    pub(crate) fn asks_about(&self, caller: &Waiting) -> bool {
        let is_named = caller.personal.is_some();
        self.config.strategy.asks() && *caller.home() == self.config.name && !is_named
    }

    /// The lane that fits a caller's state.
    pub(crate) fn lane(&self, caller: &Waiting) -> Option<Lane> {
        let lane = Lane::of(caller, self.row(caller).rings, self.config.ring_max);
        match (lane, &caller.advice) {
            (Some(Lane::Open), Advice::Unasked) if self.asks_about(caller) => Some(Lane::Unasked),
            // A12: his home queue comes first, and may have somebody for him in a moment.
            (_, Advice::Asked { .. }) => None,
            (lane, _) => lane,
        }
    }

    /// Whether one more of its callers may be asked about: no more are than agents are ready (B15).
    pub(crate) fn may_ask(&self) -> bool {
        self.asked < self.ready.len()
    }

    /// The first caller of a lane behind `after`; who is to be asked about looks for his first phone.
    pub(crate) fn next(&self, lane: Lane, after: Option<Place>) -> Option<Place> {
        let asks = lane == Lane::Open && self.may_ask();
        let unasked = asks.then(|| self.lanes.next(Lane::Unasked, after));
        let next = [self.lanes.next(lane, after), unasked.flatten()];
        next.into_iter().flatten().min()
    }

    /// Whom the external decision has named for this caller.
    pub(crate) fn named<'a>(&self, caller: &'a Waiting) -> Option<&'a [AgentId]> {
        caller.advice.named().filter(|_| self.asks_about(caller))
    }

    /// Puts a caller into his lane.
    pub(crate) fn file(&mut self, caller: &Waiting) {
        let lane = self.lane(caller);
        self.lanes.put(caller.place(), lane);
    }

    /// A caller takes his place.
    pub(crate) fn line_up(&mut self, caller: &Waiting) {
        self.line.insert(caller.place());
        self.uneven += usize::from(!caller.came_as_everybody());
        if !caller.tried.is_empty() {
            self.retrying.insert(caller.call);
        }
        self.file(caller);
    }

    /// Takes a caller out of everything.
    pub(crate) fn strike(&mut self, caller: &Waiting) {
        self.line.remove(&caller.place());
        self.uneven -= usize::from(!caller.came_as_everybody());
        self.lanes.put(caller.place(), None);
        self.retrying.remove(&caller.call);
    }
}
