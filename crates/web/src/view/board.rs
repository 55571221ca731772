//! How facts change the live board. Plain data and no lock, so that each fact's effect is a row in a test.
//!
//! Invariant: a pop stands on an agent's line from `offer.made` until the ring fails or the agent is free again; one agent
//! has at most one.

use std::collections::BTreeMap;

use model::fact::{Direction, HoldTold, Offer, Pop, PopCustomer, SurveyAsked, SurveyPush};
use model::transfer::{ConsultEnd, Party};
use model::{AgentId, AgentState, CallId, Counted, Fact, FactRecord, Profile, Timestamp};

use super::line::{
    AgentLine, CurrentPop, Handling, LiveCall, Phase, PlayingClip, PopStage, WrapUpLine,
};
use super::today::Tally;

/// The board itself.
#[derive(Debug, Default)]
pub(crate) struct Board {
    seq: u64,
    agents: BTreeMap<AgentId, AgentLine>,
    calls: BTreeMap<CallId, LiveCall>,
    tally: Tally,
}

impl Board {
    /// Takes the next fact; what it counts for its queue's day.
    pub(crate) fn apply(&mut self, record: &FactRecord) -> Option<Counted> {
        self.draw(record);
        self.tally.apply(record.at, &record.fact)
    }

    fn draw(&mut self, record: &FactRecord) {
        // A fact of the former process may be told again at start: the board is as new as the log all the same.
        self.seq = self.seq.max(record.seq);
        let (seq, at) = (record.seq, record.at);
        match &record.fact {
            Fact::CallArrived {
                call,
                caller,
                called,
                direction,
                trunk,
                ..
            } => {
                let line = LiveCall {
                    call: *call,
                    caller: caller.clone(),
                    called: called.clone(),
                    direction: *direction,
                    trunk: trunk.clone(),
                    dialled: None,
                    started_at: at,
                    phase: Phase::Ivr,
                    queue: None,
                    talk_queue: None,
                    also: Vec::new(),
                    queued_at: None,
                    waiting_since: None,
                    connected_at: None,
                    passed_over: None,
                    held: false,
                    held_long: false,
                    holders: Vec::new(),
                    consulted: None,
                    handling: Handling::Talking,
                    clip: None,
                    ringing: Vec::new(),
                };
                self.calls.insert(*call, line);
            }
            Fact::CallIdentified { call, profile } => self.identify(seq, *call, profile),
            Fact::QueueJoined {
                call, queue, also, ..
            } => self.on_call(*call, |line| line.join(at, queue, also)),
            Fact::QueueDropped {
                call, queue, also, ..
            } => self.on_call(*call, |line| {
                line.queue = Some(queue.clone());
                line.also.clone_from(also);
            }),
            Fact::QueueStarving {
                call, passed_over, ..
            } => self.on_call(*call, |line| line.passed_over = Some(*passed_over)),
            Fact::QueueLeft { call, cause, .. } => self.on_call(*call, |line| line.leave(*cause)),
            // Whom a script has is in no talk's queue any more.
            Fact::IvrEntered { call, .. } => self.on_call(*call, |line| line.talk_queue = None),
            Fact::OfferMade { offer, pop, .. } => self.offer(seq, at, offer, pop),
            Fact::OfferCancelled { offer, .. }
            | Fact::OfferMissed { offer }
            | Fact::OfferDeclined { offer, .. }
            | Fact::OfferUnreachable { offer, .. } => self.ring_failed(offer),
            Fact::CallConnected { offer, .. } => self.connect(seq, at, offer),
            Fact::DialStarted {
                call,
                number,
                trunk,
                ..
            } => self.on_call(*call, |line| {
                line.dialled = Some(number.clone());
                line.trunk = Some(trunk.clone());
            }),
            Fact::DialAnswered {
                call,
                agent: Some(agent),
                ..
            } => self.on_call(*call, |line| line.talks(at, *agent)),
            // D21: who is called back is on the line, and an agent is still to come.
            Fact::DialAnswered {
                call, agent: None, ..
            } => self.on_call(*call, |line| {
                if line.direction != Direction::Callback {
                    line.connected_at.get_or_insert(at);
                }
            }),
            Fact::CallHeld { call, by } => self.on_call(*call, |line| {
                if !line.holders.contains(by) {
                    line.holders.push(by.clone());
                }
                line.held = true;
                if matches!((by, line.phase), (Some(Party::Agent(by)), Phase::Talking { agent }) if *by == agent) {
                    line.handling.part();
                }
            }),
            Fact::CallHeldLong { call, told, .. } => self.on_call(*call, |line| {
                line.held_long |= *told == HoldTold::Agent;
            }),
            Fact::CallResumed { call, by } => self.on_call(*call, |line| {
                line.holders.retain(|holder| holder != by);
                line.held = !line.holders.is_empty();
                line.held_long &= !matches!(by, Some(Party::Agent(_)));
            }),
            Fact::ClipBegan(began) => self.on_call(began.call, |line| {
                line.clip = Some(PlayingClip {
                    clip: began.clip.clone(),
                    number: began.number,
                    language: began.language.clone(),
                    since: at,
                });
            }),
            Fact::ClipPlayed(played) => self.on_call(played.began.call, |line| line.clip = None),
            Fact::Transferred { call, transfer } => self.hand_on(seq, at, *call, transfer.from),
            // J1: the talk is over, and the call goes on without the agent.
            Fact::SurveyAsked(SurveyAsked {
                call,
                agent: Some(agent),
                push: SurveyPush::Policy | SurveyPush::Agent,
                ..
            }) => self.hand_on(seq, at, *call, *agent),
            Fact::TransferStarted { call, transfer } => self.on_call(*call, |line| {
                line.handling = Handling::Transferring(transfer.to.clone());
            }),
            Fact::TransferFailed { call, .. } => {
                self.on_call(*call, |line| line.handling = Handling::Talking);
            }
            Fact::ConsultStarted { call, to, .. } => self.on_call(*call, |line| {
                line.handling = Handling::Consulting {
                    to: to.clone(),
                    answered: false,
                };
            }),
            Fact::CallJoined { call, .. } => self.on_call(*call, |line| line.handling.join()),
            Fact::ConsultConnected { offer, .. } => self.consult(seq, at, offer),
            Fact::ConsultEnded { call, end, .. } => self.end_consult(*call, *end),
            Fact::CallEnded { call, .. } => self.end_call(seq, at, *call),
            Fact::AgentStateChanged { agent, to, .. } => self.set_state(*agent, at, to),
            Fact::WrapUpBegan {
                agent, mode, until, ..
            } => {
                let (mode, until) = (mode.clone(), *until);
                self.agent(*agent).wrap_up = Some(WrapUpLine { mode, until });
            }
            Fact::AgentRegistered { agent } => self.agent(*agent).registered = true,
            Fact::AgentUnregistered { agent, .. } => self.agent(*agent).registered = false,
            Fact::StandbyBegan { agent } => self.agent(*agent).standby = true,
            Fact::StandbyEnded { agent, .. } => self.agent(*agent).standby = false,
            Fact::TicketCreated { .. }
            | Fact::CallRefused { .. }
            | Fact::CallerListed { .. }
            | Fact::CalendarClosed { .. }
            | Fact::CalendarOpened { .. }
            | Fact::CalendarPinRefused { .. }
            | Fact::DialDenied { .. }
            | Fact::DialFailed { .. }
            | Fact::OfferDialled { .. }
            | Fact::OfferAsked { .. }
            | Fact::AcdTold { .. }
            | Fact::TrunkStateChanged { .. }
            | Fact::CallCategorised { .. }
            | Fact::AgentLevelled { .. }
            | Fact::LastAgentPaused { .. }
            | Fact::AgentQueueChanged { .. }
            | Fact::CallAnswered { .. }
            | Fact::CallLeg { .. }
            | Fact::CallMerged { .. }
            | Fact::IvrGaveUp { .. }
            | Fact::CanaryLaid { .. }
            | Fact::BotEnded { .. }
            | Fact::CanaryBad(_)
            | Fact::CanaryEnded(_)
            | Fact::KeyPressed { .. }
            | Fact::QueueSupervised { .. }
            | Fact::RouteAnswered { .. }
            | Fact::QueueResumed(_)
            | Fact::CallbackRequested(_)
            | Fact::CallbackAttempted(_)
            | Fact::CallbackDone(_)
            | Fact::CallbackFailed(_)
            | Fact::RecordingReady { .. }
            | Fact::SurveyAsked(_)
            | Fact::SurveyAnswered(_)
            | Fact::SurveyDone(_)
            | Fact::SurveyMissed(_)
            | Fact::TicketAsked(_)
            | Fact::VoicemailBegan(_)
            | Fact::VoicemailLeft(_)
            | Fact::VoicemailHeard(_)
            | Fact::TicketChanged { .. }
            | Fact::NotificationCreated(_) => {}
        }
    }

    pub(crate) const fn seq(&self) -> u64 {
        self.seq
    }

    /// Begins to count at `seq`, when the log is older than the process.
    pub(crate) fn start_at(&mut self, seq: u64) {
        self.seq = seq;
    }

    pub(crate) const fn tally(&self) -> &Tally {
        &self.tally
    }

    pub(crate) const fn tally_mut(&mut self) -> &mut Tally {
        &mut self.tally
    }

    pub(crate) const fn agents(&self) -> &BTreeMap<AgentId, AgentLine> {
        &self.agents
    }

    pub(crate) const fn calls(&self) -> &BTreeMap<CallId, LiveCall> {
        &self.calls
    }

    /// The agents on whose screens this call is.
    pub(crate) fn popped(&self, call: CallId) -> Vec<AgentId> {
        let shows = |line: &AgentLine| line.pop.as_ref().is_some_and(|pop| pop.offer.call == call);
        let Some(live) = self.calls.get(&call) else {
            return Vec::new();
        };
        let talking = match live.phase {
            Phase::Talking { agent } => Some(agent),
            Phase::Ivr | Phase::Queued | Phase::HandedOn => None,
        };
        live.ringing
            .iter()
            .map(|(_, agent)| *agent)
            .chain(talking)
            .chain(live.consulted)
            .filter(|agent| self.agents.get(agent).is_some_and(shows))
            .collect()
    }

    fn agent(&mut self, agent: AgentId) -> &mut AgentLine {
        self.agents.entry(agent).or_insert_with(AgentLine::unseen)
    }

    fn on_call(&mut self, call: CallId, change: impl FnOnce(&mut LiveCall)) {
        if let Some(line) = self.calls.get_mut(&call) {
            change(line);
        }
    }

    fn offer(&mut self, seq: u64, at: Timestamp, offer: &Offer, pop: &Pop) {
        self.on_call(offer.call, |line| {
            line.ringing.push((offer.id, offer.agent))
        });
        self.agent(offer.agent).pop = Some(CurrentPop {
            offer: offer.clone(),
            pop: Box::new(pop.clone()),
            seq,
            stage: PopStage::Offered { at },
        });
    }

    /// P3: the directory answered after the ring began.
    fn identify(&mut self, seq: u64, call: CallId, profile: &Profile) {
        for agent in self.popped(call) {
            if let Some(pop) = &mut self.agent(agent).pop {
                pop.pop.customer = PopCustomer::Known(Box::new(profile.clone()));
                pop.seq = seq;
            }
        }
    }

    fn ring_failed(&mut self, offer: &Offer) {
        self.on_call(offer.call, |line| {
            line.ringing.retain(|(ringing, _)| *ringing != offer.id);
        });
        let line = self.agent(offer.agent);
        if line
            .pop
            .as_ref()
            .is_some_and(|pop| pop.offer.id == offer.id)
        {
            line.pop = None;
        }
    }

    fn connect(&mut self, seq: u64, at: Timestamp, offer: &Offer) {
        self.on_call(offer.call, |line| {
            line.ringing.retain(|(ringing, _)| *ringing != offer.id);
            line.answers(at, offer);
            line.consulted = None;
            line.handling = Handling::Talking;
        });
        self.answer(seq, at, offer);
    }

    /// The colleague who is asked has answered.
    fn consult(&mut self, seq: u64, at: Timestamp, offer: &Offer) {
        self.on_call(offer.call, |line| {
            line.ringing.retain(|(ringing, _)| *ringing != offer.id);
            line.consulted = Some(offer.agent);
            line.handling.answer();
        });
        self.answer(seq, at, offer);
    }

    /// A colleague who is out of the call has nothing on his screen; one who takes it over is connected next.
    fn end_consult(&mut self, call: CallId, end: ConsultEnd) {
        let consulted = self.calls.get_mut(&call).and_then(|line| {
            line.handling = Handling::Talking;
            line.consulted.take()
        });
        if let Some(consulted) = consulted.filter(|_| end != ConsultEnd::Completed) {
            let line = self.agent(consulted);
            line.pop.take_if(|pop| pop.offer.call == call);
        }
    }

    /// R14: the agent's part is over, he files it; nobody is with the caller until somebody answers.
    fn hand_on(&mut self, seq: u64, at: Timestamp, call: CallId, from: AgentId) {
        self.on_call(call, |line| {
            line.holders.clear();
            line.held = false;
            line.held_long = false;
            line.handling = Handling::Talking;
            if matches!(line.phase, Phase::Talking { .. }) {
                line.phase = Phase::HandedOn;
            }
        });
        self.file(seq, at, call, from);
    }

    fn answer(&mut self, seq: u64, at: Timestamp, offer: &Offer) {
        let line = self.agent(offer.agent);
        line.answered = Some(offer.clone());
        if let Some(pop) = &mut line.pop
            && pop.offer.id == offer.id
        {
            pop.stage = PopStage::Connected { at };
            pop.seq = seq;
        }
    }

    fn end_call(&mut self, seq: u64, at: Timestamp, call: CallId) {
        let popped = self.popped(call);
        self.calls.remove(&call);
        for agent in popped {
            self.file(seq, at, call, agent);
        }
    }

    /// An agent's part is over. One whom the call does not hold any more has nothing left to file.
    fn file(&mut self, seq: u64, at: Timestamp, call: CallId, agent: AgentId) {
        let line = self.agent(agent);
        let Some(pop) = line.pop.as_mut().filter(|pop| pop.offer.call == call) else {
            return;
        };
        let files =
            matches!(pop.stage, PopStage::Connected { .. }) && line.state.call() == Some(call);
        if files {
            pop.stage = PopStage::Ended { at };
            pop.seq = seq;
        } else {
            line.pop = None;
        }
    }

    fn set_state(&mut self, agent: AgentId, at: Timestamp, to: &AgentState) {
        let line = self.agent(agent);
        line.state = to.clone();
        line.since = Some(at);
        // It runs on while his phone is in a call of its own (C12).
        if !matches!(to, AgentState::WrapUp { .. } | AgentState::Talking { .. }) {
            line.wrap_up = None;
        }
        // An agent whom no call holds has nothing on his screen but an offer that is about to ring.
        let rings = |pop: &CurrentPop| matches!(pop.stage, PopStage::Offered { .. });
        if to.call().is_none() && !line.pop.as_ref().is_some_and(rings) {
            line.pop = None;
        }
    }
}
