//! Reads the stories of a day out of what the distribution was told, and what it said to that.
//!
//! Agents come and go as they did; what binds them outside of queues (named agents, consults, calls of their own) is kept
//! as time in which their phones were busy. A caller who was gone before the day is forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use acd::{Input, OfferEnd, Output};
use model::fact::QueueExit;
use model::{AgentId, AgentState, CallId, NotReadyReason, OfferId, QueueName};

use super::rerun::Process;
use super::story::{End, Filed, Filing, Moment, Ring, Stage, Story, Taken, Talk};

/// Something that happened whatever the distribution did.
#[derive(Clone, Debug)]
pub(super) enum Given {
    /// The distribution was told it.
    Told(Box<Input>),
    /// A process ended with all its calls, and another one began.
    Restart(Process),
}

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    pub(super) stories: BTreeMap<CallId, Story>,
    /// In the log's order.
    pub(super) given: Vec<(Moment, Given)>,
    /// Who was taken out for missed calls or for his phone, and when (R7, R8).
    pub(super) paused: BTreeSet<(AgentId, Duration)>,
    /// Offers of queues that still ring.
    offers: BTreeMap<OfferId, (CallId, AgentId)>,
    /// Who talks with a caller of a queue.
    pub(super) talks: BTreeMap<AgentId, CallId>,
    /// Who files the call of a caller of a queue.
    pub(super) filing: BTreeMap<AgentId, CallId>,
    /// Who is bound outside of queues.
    pub(super) aside: BTreeSet<AgentId>,
}

impl Recorder {
    /// Forgets what is over: the day begins here.
    pub(super) fn day_begins(&mut self) {
        self.given.clear();
        self.paused.clear();
        let (talks, filing) = (&self.talks, &self.filing);
        let bound: BTreeSet<CallId> = talks.values().chain(filing.values()).copied().collect();
        self.stories.retain(|call, story| {
            let waits = story.stages.last().is_some_and(|stage| stage.end.is_none());
            waits || bound.contains(call)
        });
    }

    /// A process began: whatever the former one held is cut.
    pub(super) fn restarted(&mut self, at: Moment, process: Process) {
        let open = self
            .stories
            .values_mut()
            .filter_map(|story| story.stages.last_mut());
        for stage in open.filter(|stage| stage.end.is_none()) {
            let cause = QueueExit::Failed;
            stage.end = Some(End::Left { at, cause });
        }
        for call in std::mem::take(&mut self.talks).into_values() {
            self.talk_ended(at, call);
        }
        self.offers.clear();
        self.filing.clear();
        self.aside.clear();
        self.given.push((at, Given::Restart(process)));
    }

    /// The distribution was told this.
    pub(super) fn heard(&mut self, at: Moment, input: &Input) {
        match input {
            Input::AgentPut(_)
            | Input::AgentRemoved(_)
            | Input::PhoneRegistered(_)
            | Input::PhoneUnregistered(_)
            | Input::StateRequested { .. }
            | Input::Restored { .. }
            | Input::PhoneBusy { .. }
            | Input::PhoneFree { .. } => {
                self.given.push((at, Given::Told(Box::new(input.clone()))))
            }
            Input::Joined { call, queues, .. }
            | Input::JoinedFor { call, queues, .. }
            | Input::Promised { call, queues, .. }
            | Input::HandedToQueue { call, queues, .. } => {
                self.enters(at, *call, queues.home(), input);
            }
            Input::CalledBack { call } => {
                if let Some(stage) = self.open_stage(*call) {
                    stage.reached = Some(at);
                }
            }
            Input::PickedUp { offer } => self.ring(*offer, |ring| ring.picked_up = Some(at)),
            Input::Identified { call, .. }
            | Input::FamiliarChosen { call, .. }
            | Input::Prioritised { call, .. }
            | Input::Assigned { call, .. } => {
                if let Some(stage) = self.open_stage(*call) {
                    stage.deeds.push((at, input.clone()));
                }
            }
            Input::Left { call, cause } => self.goes(at, *call, *cause),
            Input::CallGone { call } => {
                self.goes(at, *call, QueueExit::Failed);
                self.talk_ended(at, *call);
            }
            Input::Ringing { offer } => self.ring(*offer, |ring| {
                ring.rang.get_or_insert(at);
            }),
            Input::Answered { offer } => self.ring(*offer, |ring| ring.taken = Taken::Answered(at)),
            Input::Declined { offer } => self.ring(*offer, |ring| ring.taken = Taken::Declined(at)),
            Input::Missed { offer } => self.ring(*offer, |ring| ring.taken = Taken::Missed),
            Input::Failed { offer, status } => {
                self.ring(*offer, |ring| ring.taken = Taken::Failed(at, *status));
            }
            Input::Withheld { offer } => self.ring(*offer, |ring| ring.taken = Taken::Withheld(at)),
            Input::CallEnded { call, agent } => {
                if self.talks.get(agent) == Some(call) {
                    self.talks.remove(agent);
                    self.filing.insert(*agent, *call);
                    self.talk_ended(at, *call);
                } else {
                    // Of a talk outside of queues that was on before the day; nobody else knows it.
                    self.given.push((at, Given::Told(Box::new(input.clone()))));
                }
            }
            Input::WrapUpEnded(agent) => self.filed(at, *agent, Filed::Done),
            Input::WrapUpAsked(agent) => self.filed(at, *agent, Filed::More),
            Input::Categorised { agent, .. } => self.filed(at, *agent, Filed::Category),
            Input::TookOver { agent, .. } => self.bound_aside(at, *agent),
            // Under other rules no service can be asked: each queue decides for itself (B15).
            Input::RouteAnswered { .. } => {}
            // Where these lead to a talk, the answer binds the agent.
            Input::Direct { .. }
            | Input::Consulted { .. }
            | Input::ConsultCompleted { .. }
            | Input::HandedOn { .. }
            | Input::Returned { .. } => {}
        }
    }

    /// The distribution said this.
    pub(super) fn said(&mut self, at: Moment, output: &Output) {
        match output {
            Output::Offer {
                offer,
                call,
                agent,
                queue: Some(_),
                ..
            } => self.offered(at, *offer, *call, *agent),
            Output::Connect {
                offer,
                call,
                agent,
                queue,
                ..
            } => {
                self.offers.remove(offer);
                match queue {
                    Some(_) => self.connected(at, *call, *agent),
                    None => self.bound_aside(at, *agent),
                }
            }
            Output::Withdraw { offer, end, .. } => {
                let taken = match end {
                    OfferEnd::Missed | OfferEnd::NoContact => Taken::Missed,
                    OfferEnd::Cancelled(_) => Taken::Unknown(Some(at.0)),
                };
                self.ring(*offer, |ring| {
                    if ring.taken == Taken::Unknown(None) {
                        ring.taken = taken;
                    }
                });
                self.offers.remove(offer);
            }
            Output::CallBack { call } => {
                if let Some(stage) = self.open_stage(*call) {
                    stage.called = Some(at);
                }
            }
            Output::LeftQueue { call, cause, .. } => {
                let cause = *cause;
                if let Some(stage) = self.open_stage(*call) {
                    stage.end = Some(End::Left { at, cause });
                }
            }
            Output::AgentStateChanged {
                agent, from, to, ..
            } => self.changed(at, *agent, from, to),
            Output::Offer { queue: None, .. }
            | Output::AskFamiliar { .. }
            | Output::TookOver { .. }
            | Output::TooLate { .. }
            | Output::LastPaused { .. }
            | Output::Levelled { .. }
            | Output::WrapUp { .. }
            | Output::JoinedQueue { .. }
            | Output::Starving { .. }
            | Output::RouteAsked { .. }
            | Output::RouteSettled { .. }
            | Output::QueueDropped { .. }
            | Output::DirectEnded { .. } => {}
        }
    }

    fn enters(&mut self, joined: Moment, call: CallId, home: &QueueName, entry: &Input) {
        self.stories.entry(call).or_default().stages.push(Stage {
            joined,
            entry: entry.clone(),
            home: home.clone(),
            deeds: Vec::new(),
            called: None,
            reached: None,
            left: None,
            rings: BTreeMap::new(),
            end: None,
        });
    }

    /// The stage in which a caller still waits.
    fn open_stage(&mut self, call: CallId) -> Option<&mut Stage> {
        let stage = self.stories.get_mut(&call)?.stages.last_mut()?;
        stage.end.is_none().then_some(stage)
    }

    fn goes(&mut self, at: Moment, call: CallId, cause: QueueExit) {
        if let Some(stage) = self.open_stage(call) {
            stage.left = Some((at, cause));
        }
    }

    fn offered(&mut self, made: Moment, offer: OfferId, call: CallId, agent: AgentId) {
        if let Some(stage) = self.open_stage(call) {
            stage.rings.entry(agent).or_default().push(Ring {
                offer,
                made,
                rang: None,
                picked_up: None,
                taken: Taken::Unknown(None),
            });
            self.offers.insert(offer, (call, agent));
        }
    }

    fn ring(&mut self, offer: OfferId, note: impl FnOnce(&mut Ring)) {
        let Some((call, agent)) = self.offers.get(&offer) else {
            return;
        };
        let stage = self
            .stories
            .get_mut(call)
            .and_then(|story| story.stages.last_mut());
        let rings = stage.and_then(|stage| stage.rings.get_mut(agent));
        if let Some(ring) = rings.and_then(|rings| rings.last_mut()) {
            note(ring);
        }
    }

    fn connected(&mut self, began: Moment, call: CallId, agent: AgentId) {
        if let Some(stage) = self.open_stage(call) {
            stage.end = Some(End::Answered(Talk {
                began,
                agent,
                ended: None,
                filing: Vec::new(),
            }));
            self.talks.insert(agent, call);
        }
    }

    fn last_talk(&mut self, call: CallId) -> Option<&mut Talk> {
        let stages = &mut self.stories.get_mut(&call)?.stages;
        stages
            .iter_mut()
            .rev()
            .find_map(|stage| match &mut stage.end {
                Some(End::Answered(talk)) => Some(talk),
                Some(End::Left { .. }) | None => None,
            })
    }

    fn talk_ended(&mut self, at: Moment, call: CallId) {
        if let Some(talk) = self.last_talk(call) {
            talk.ended.get_or_insert(at);
        }
    }

    fn filed(&mut self, (at, order): Moment, agent: AgentId, what: Filed) {
        let call = self.talks.get(&agent).or_else(|| self.filing.get(&agent));
        let Some(talk) = call.copied().and_then(|call| self.last_talk(call)) else {
            return;
        };
        // What he says while he still talks he says as soon as he has hung up.
        let since = talk.ended.map_or(at, |(ended, _)| ended);
        talk.filing.push(Filing {
            after: at.saturating_sub(since),
            order,
            what,
        });
    }

    /// C12: his phone is in a call that no queue gave him.
    fn bound_aside(&mut self, at: Moment, agent: AgentId) {
        if self.aside.insert(agent) {
            let busy = Input::PhoneBusy { agent, call: None };
            self.given.push((at, Given::Told(Box::new(busy))));
        }
    }

    fn changed(&mut self, at: Moment, agent: AgentId, from: &AgentState, to: &AgentState) {
        let is_bound = matches!(to, AgentState::Talking { .. } | AgentState::WrapUp { .. });
        if matches!(from, AgentState::Talking { .. } | AgentState::WrapUp { .. }) && !is_bound {
            self.filing.remove(&agent);
            if self.aside.remove(&agent) {
                let free = Input::PhoneFree { agent, call: None };
                self.given.push((at, Given::Told(Box::new(free))));
            }
        }
        let is_paused = matches!(
            to,
            AgentState::NotReady {
                reason: NotReadyReason::NoAnswer | NotReadyReason::Device
            }
        );
        if is_paused {
            self.paused.insert((agent, at.0));
        }
    }
}
