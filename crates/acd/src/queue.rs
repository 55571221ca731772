//! A queue (队列): its line of callers, its agents with their seats, and what its strategies read.
//!
//! It decides nothing and knows no timers. Its facts (who was offered last, who was connected when) belong to the queue
//! and name agents, so that they survive a new configuration (R17, R33, R34).

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::decision::ReasonCode;
use model::{AgentId, CallId};

use crate::agent::Agent;
use crate::config::QueueConfig;
use crate::ready::ReadySet;
use crate::selection::{Candidate, Micros};
use crate::strategy::Strategy;
use crate::waiting::{Place, Seeking, Waiting};

pub(crate) use self::lane::{Lane, Lanes};

mod lane;

/// See the file's head.
#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) config: QueueConfig,
    /// All who wait, those with ringing phones included.
    pub(crate) line: BTreeSet<Place>,
    /// Those who look for an agent.
    pub(crate) lanes: Lanes,
    /// Those who were offered to somebody in this pass (R9).
    pub(crate) retrying: BTreeSet<CallId>,
    pub(crate) ready: ReadySet,
    members: BTreeMap<AgentId, Member>,
    seats: BTreeSet<(Arc<str>, AgentId)>,
    /// Whether agents came or went since the seats were numbered.
    reseat: bool,
    /// How many agents are no candidates, by reason; the rest is the ready set.
    pub(crate) tally: BTreeMap<ReasonCode, u32>,
    last_offered: Option<(Arc<str>, AgentId)>,
    next_seat: u32,
    run: Run,
}

/// An agent's facts in one queue.
#[derive(Clone, Copy, Debug, Default)]
struct Member {
    seat: u32,
    last_connected: Option<Micros>,
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
            config,
            line: BTreeSet::new(),
            lanes: Lanes::default(),
            retrying: BTreeSet::new(),
            ready: ReadySet::default(),
            members: BTreeMap::new(),
            seats: BTreeSet::new(),
            reseat: false,
            tally: BTreeMap::new(),
            last_offered: None,
            next_seat: 0,
            run: Run::default(),
        }
    }

    // Agents.

    pub(crate) fn add_member(&mut self, now: Duration, id: AgentId, agent: &Agent) {
        self.members.entry(id).or_default();
        self.seats.insert((agent.login.clone(), id));
        self.reseat = true;
        self.count_in(now, id, agent);
    }

    pub(crate) fn remove_member(
        &mut self,
        id: AgentId,
        login: &Arc<str>,
        standing: Option<ReasonCode>,
    ) {
        if self.members.remove(&id).is_some() {
            self.seats.remove(&(login.clone(), id));
            self.reseat = true;
            self.count_out(id, standing);
        }
    }

    /// His login changed: another seat, the same facts.
    pub(crate) fn rename_member(&mut self, id: AgentId, from: &Arc<str>, to: &Arc<str>) {
        if self.seats.remove(&(from.clone(), id)) {
            self.seats.insert((to.clone(), id));
            self.reseat = true;
        }
    }

    /// Takes in what an agent's standing has become; `was` is what the queue was told before.
    pub(crate) fn restand(
        &mut self,
        now: Duration,
        id: AgentId,
        was: Option<ReasonCode>,
        agent: &Agent,
    ) {
        if self.serves(id) {
            self.count_out(id, was);
            self.count_in(now, id, agent);
        }
    }

    fn count_in(&mut self, now: Duration, id: AgentId, agent: &Agent) {
        match agent.standing {
            None => self.admit(now, id, agent),
            Some(reason) => *self.tally.entry(reason).or_default() += 1,
        }
    }

    fn count_out(&mut self, id: AgentId, was: Option<ReasonCode>) {
        let Some(reason) = was else {
            return self.ready.remove(id);
        };
        if let Some(count) = self.tally.get_mut(&reason) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.tally.remove(&reason);
            }
        }
    }

    fn admit(&mut self, now: Duration, id: AgentId, agent: &Agent) {
        let member = self.members.get(&id).copied().unwrap_or_default();
        let (handled, expiry) = agent.calls.count(now, self.config.count_window);
        let candidate = Candidate {
            agent: id,
            seat: member.seat,
            handled,
            idle_since: agent.idle.origin(now).into(),
            last_connected: member.last_connected,
            signed_in: agent.signed_in.into(),
        };
        self.ready.put(candidate, expiry);
    }

    /// Takes the facts of all ready agents anew, after the window of least-calls may have changed.
    pub(crate) fn readmit(&mut self, now: Duration, agents: &BTreeMap<AgentId, Agent>) {
        let ready: Vec<AgentId> = self.ready.all().iter().map(|one| one.agent).collect();
        for id in ready {
            if let Some(agent) = agents.get(&id) {
                self.admit(now, id, agent);
            }
        }
    }

    /// Brings seats and counts up to date, before a decision.
    pub(crate) fn refresh(&mut self, now: Duration, agents: &BTreeMap<AgentId, Agent>) {
        if core::mem::take(&mut self.reseat) {
            self.number_seats();
        }
        while let Some(id) = self.ready.outdated(now) {
            match agents.get(&id) {
                Some(agent) => self.admit(now, id, agent),
                None => self.ready.remove(id),
            }
        }
    }

    fn number_seats(&mut self) {
        let mut next_seat = 0;
        for (seat, key) in (0_u32..).zip(&self.seats) {
            if let Some(member) = self.members.get_mut(&key.1) {
                member.seat = seat;
            }
            // R33: the one who was offered last may have left; his place in the order of logins has not.
            if self.last_offered.as_ref().is_some_and(|last| key <= last) {
                next_seat = seat + 1;
            }
        }
        self.next_seat = next_seat;
        let members = &self.members;
        self.ready
            .reseat(|id| members.get(&id).map_or(0, |member| member.seat));
    }

    pub(crate) fn serves(&self, id: AgentId) -> bool {
        self.members.contains_key(&id)
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = AgentId> {
        self.members.keys().copied()
    }

    pub(crate) fn size(&self) -> usize {
        self.members.len()
    }

    /// Whether any of its agents is not offline.
    pub(crate) fn is_staffed(&self) -> bool {
        let offline = self.tally.get(&ReasonCode::Offline).copied().unwrap_or(0);
        usize::try_from(offline).is_ok_and(|offline| offline < self.members.len())
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

    /// R38: he is skipped once.
    pub(crate) fn skipped(&mut self, id: AgentId) {
        if self.run.agent == Some(id) {
            self.run.calls = 0;
        }
    }

    // Callers.

    /// The strategy that serves this caller as things stand.
    pub(crate) fn row(&self, seeking: Seeking) -> &'static Strategy {
        match seeking {
            Seeking::Anyone => self.config.base(),
            Seeking::Familiar(_) | Seeking::WaitsFor(_) => self.config.strategy,
        }
    }

    /// Puts a caller into the lane that fits his state.
    pub(crate) fn file(&mut self, caller: &Waiting) {
        let lane = Lane::of(caller, self.row(caller.seeking).rings, self.config.ring_max);
        self.lanes.put(caller.place(), lane);
    }

    /// Takes a caller out of everything.
    pub(crate) fn strike(&mut self, caller: &Waiting) {
        self.line.remove(&caller.place());
        self.lanes.put(caller.place(), None);
        self.retrying.remove(&caller.call);
    }
}
