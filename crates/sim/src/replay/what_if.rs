//! A day under other rules: the distribution as it stood when the day began, the callers and agents of the log, and a clock
//! that jumps.
//!
//! What the log knows of a caller or a ring happens as it did, as long after as it did; where his story and the day's part,
//! the rest is drawn (`guess`). Agents come, pause and go when they did. Under the rules of the day itself nothing parts, so
//! the same day comes out: a test holds it to that.

use std::collections::BTreeMap;
use std::time::Duration;

use acd::agent::cause;
use acd::{Acd, Input, Output, QueueConfig, Requested};
use model::fact::QueueExit;
use model::{AgentId, AgentState, CallId, NotReadyReason, QueueName};

use super::Day;
use super::fate::{Fate, How};
use super::guess::{self, Guess};
use super::recorder::Given;
use super::story::{End, Filed, Filing, Moment, Stage};
use crate::figures::Figures;

mod plan;
mod rings;

/// What is drawn comes after everything of its moment that the log knows.
const DRAWN: u64 = 1 << 62;
/// How long until an agent sees that he was set to not ready, where the log does not say.
const NOTICES: Duration = Duration::from_secs(30);

/// Rules to try.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules<'a> {
    pub(super) queues: &'a BTreeMap<QueueName, QueueConfig>,
    pub(super) version: u64,
    pub(super) seed: u64,
}

/// What came of them.
#[derive(Debug)]
pub(super) struct Played {
    pub(super) figures: Figures,
    /// Of each caller who joined in the day, the first time.
    pub(super) fates: BTreeMap<CallId, Fate>,
}

#[derive(Debug)]
enum Event {
    Given(usize),
    Enters(CallId, usize),
    Goes(CallId, usize, QueueExit),
    Told(Box<Input>),
    TalkOver(CallId, AgentId),
}

impl Event {
    fn told(input: Input) -> Self {
        Self::Told(Box::new(input))
    }
}

/// A caller who is there.
#[derive(Debug)]
struct Live {
    stage: usize,
    joined: Duration,
    talks_with: Option<AgentId>,
    /// How often each agent was rung for him at this stage.
    rung: BTreeMap<AgentId, usize>,
}

/// See the file's head.
pub(super) struct WhatIf<'a> {
    day: &'a Day,
    guess: &'a Guess,
    rules: Rules<'a>,
    now: Duration,
    acd: Acd,
    agenda: BTreeMap<(Duration, u64, u64), Event>,
    serial: u64,
    live: BTreeMap<CallId, Live>,
    played: Played,
}

impl<'a> WhatIf<'a> {
    pub(super) fn new(day: &'a Day, guess: &'a Guess, rules: Rules<'a>) -> Self {
        let mut acd = day.start.clone();
        let now = day.window.from();
        if *rules.queues != day.queues {
            acd.set_queues(now, rules.version, rules.queues.clone());
        }
        let mut world = Self {
            day,
            guess,
            rules,
            now,
            acd,
            agenda: BTreeMap::new(),
            serial: 0,
            live: BTreeMap::new(),
            played: Played {
                figures: day.window.figures(),
                fates: BTreeMap::new(),
            },
        };
        world.plan();
        world
    }

    /// Plays it to the end of what the log knows.
    pub(super) fn run(mut self) -> Played {
        self.drain();
        loop {
            let event = self.agenda.first_key_value().map(|((at, ..), _)| *at);
            let timer = self.acd.poll_timeout();
            let Some(at) = event.into_iter().chain(timer).min() else {
                break;
            };
            if at > self.day.horizon {
                break;
            }
            self.now = at.max(self.now);
            if timer.is_some_and(|timer| timer <= self.now) {
                self.acd.handle_timeout(self.now);
            } else if let Some((_, event)) = self.agenda.pop_first() {
                self.happens(event);
            }
            self.drain();
        }
        self.played
    }

    fn put(&mut self, (at, order): Moment, event: Event) {
        self.serial += 1;
        self.agenda.insert((at, order, self.serial), event);
    }

    fn drawn(&mut self, at: Duration, event: Event) {
        self.put((at, DRAWN), event);
    }

    fn happens(&mut self, event: Event) {
        let now = self.now;
        match event {
            Event::Given(number) => self.given(number),
            Event::Enters(call, number) => self.enters(call, number),
            Event::Goes(call, number, cause) => {
                let live = self.live.get(&call);
                if live.is_some_and(|live| live.stage == number && live.talks_with.is_none()) {
                    self.acd.handle_input(now, Input::Left { call, cause });
                }
            }
            Event::Told(input) => self.acd.handle_input(now, *input),
            Event::TalkOver(call, agent) => self.talk_over(call, agent),
        }
    }

    fn given(&mut self, number: usize) {
        match self.day.given.get(number).map(|(_, given)| given) {
            Some(Given::Told(input)) => self.acd.handle_input(self.now, Input::clone(input)),
            Some(Given::Restart(process)) => {
                self.acd = Acd::new(process.seed, process.node);
                let (version, queues) = (self.rules.version, self.rules.queues.clone());
                self.acd.set_queues(self.now, version, queues);
                for call in std::mem::take(&mut self.live).into_keys() {
                    self.settled(call, How::Left(QueueExit::Failed));
                }
                self.agenda
                    .retain(|_, event| matches!(event, Event::Given(_) | Event::Enters(_, 0)));
            }
            None => {}
        }
    }

    fn stage(&self, call: CallId, number: usize) -> Option<&'a Stage> {
        self.day.stories.get(&call)?.stages.get(number)
    }

    fn enters(&mut self, call: CallId, number: usize) {
        let Some(stage) = self.stage(call, number) else {
            return;
        };
        let mut entry = stage.entry.clone();
        let before = self.live.insert(call, Live::at(number, self.now));
        if let Input::HandedToQueue { from, .. } = &mut entry
            && let Some(agent) = before.and_then(|live| live.talks_with)
        {
            *from = agent;
        }
        let now = self.now;
        let counts = number == 0 && stage.is_on_the_line();
        if counts && self.day.window.holds(now) {
            self.played.figures.joined(now.into(), call, &stage.home);
            self.played.fates.insert(call, Fate::waiting_since(now));
        }
        self.expect(call, number, stage);
        self.acd.handle_input(now, entry);
    }

    fn drain(&mut self) {
        while let Some(output) = self.acd.poll_output() {
            match output {
                Output::Offer {
                    offer,
                    call,
                    agent,
                    queue: Some(_),
                    ..
                } => self.rings(offer, call, agent),
                Output::Connect {
                    call,
                    agent,
                    queue: Some(_),
                    ..
                } => self.connected(call, agent),
                Output::LeftQueue { call, cause, .. } => self.left(call, cause),
                Output::AgentStateChanged { agent, to, .. } => self.changed(agent, &to),
                Output::Offer { queue: None, .. }
                | Output::Connect { queue: None, .. }
                | Output::Withdraw { .. }
                | Output::AskFamiliar { .. }
                | Output::TookOver { .. }
                | Output::TooLate { .. }
                | Output::LastPaused { .. }
                | Output::Levelled { .. }
                | Output::WrapUp { .. }
                | Output::JoinedQueue { .. }
                | Output::Starving { .. }
                | Output::RouteSettled { .. }
                | Output::QueueDropped { .. }
                | Output::DirectEnded { .. } => {}
                Output::CallBack { call } => self.call_back(call),
                // No service can be asked about another day: each queue decides for itself (B15).
                Output::RouteAsked { call, asked } => {
                    let (id, answer) = (asked.id, acd::RouteAnswer::LeftToUs);
                    let input = Input::RouteAnswered { call, id, answer };
                    self.acd.handle_input(self.now, input);
                }
            }
        }
    }

    fn connected(&mut self, call: CallId, agent: AgentId) {
        self.settled(call, How::Answered(agent));
        let Some(live) = self.live.get_mut(&call) else {
            return;
        };
        live.talks_with = Some(agent);
        let number = live.stage;
        let Some(stage) = self.stage(call, number) else {
            return;
        };
        let over = Event::TalkOver(call, agent);
        match stage.talk().map(|talk| (talk.began.0, talk.ended)) {
            Some((began, Some((ended, order)))) => {
                let talk = ended.saturating_sub(began);
                self.put((self.now + talk, order), over);
            }
            // It went on as the log ended.
            Some((_, None)) => self.drawn(self.day.horizon, over),
            None => {
                let mut lots = guess::lots(self.rules.seed, call, usize::MAX - number);
                let talk = self.guess.talk(&stage.home, &mut lots);
                self.drawn(self.now + talk, over);
            }
        }
    }

    fn talk_over(&mut self, call: CallId, agent: AgentId) {
        let Some(number) = self.live.get(&call).map(|live| live.stage) else {
            return;
        };
        let talk = self.stage(call, number).and_then(Stage::talk);
        // His filing is the agent's own matter; that of the log's agent for this call is known.
        let filing = match talk.filter(|talk| talk.agent == agent) {
            Some(talk) => talk.filing.clone(),
            None => {
                let mut lots = guess::lots(self.rules.seed, call, usize::MAX / 2 - number);
                self.guess.filing(agent, &mut lots).to_vec()
            }
        };
        let ended = talk.and_then(|talk| talk.ended);
        self.acd
            .handle_input(self.now, Input::CallEnded { call, agent });
        self.files(self.now, call, agent, &filing);
        self.goes_on(call, number, ended);
    }

    fn files(&mut self, since: Duration, call: CallId, agent: AgentId, filing: &[Filing]) {
        for said in filing {
            let input = match said.what {
                Filed::Done => Input::WrapUpEnded(agent),
                Filed::More => Input::WrapUpAsked(agent),
                Filed::Category => Input::Categorised { agent, call },
            };
            self.put((since + said.after, said.order), Event::told(input));
        }
    }

    fn left(&mut self, call: CallId, cause: QueueExit) {
        self.settled(call, How::Left(cause));
        let Some(number) = self.live.get(&call).map(|live| live.stage) else {
            return;
        };
        let as_it_was = self.stage(call, number).and_then(|stage| match &stage.end {
            Some(End::Left { at, cause: was }) if *was == cause => Some(*at),
            Some(End::Left { .. } | End::Answered(_)) | None => None,
        });
        self.goes_on(call, number, as_it_was);
    }

    /// The next stage follows as long after this one as it did, if this one ended as it did.
    fn goes_on(&mut self, call: CallId, number: usize, ended: Option<Moment>) {
        let next = self.stage(call, number + 1);
        match ended.zip(next) {
            Some(((ended, _), next)) => {
                let (joined, order) = next.joined;
                let at = self.now + joined.saturating_sub(ended);
                self.put((at, order), Event::Enters(call, number + 1));
            }
            None => _ = self.live.remove(&call),
        }
    }

    fn settled(&mut self, call: CallId, how: How) {
        let now = self.now;
        if let Some(fate) = self.played.fates.get_mut(&call) {
            fate.settle(now, how);
        }
        match how {
            How::Answered(_) => self.played.figures.answered(now.into(), call),
            How::Left(cause) => self.played.figures.left(now.into(), call, cause),
            How::Waits => {}
        }
    }

    /// R7, R8: who was taken out where the log did not take him out comes back when he sees it.
    fn changed(&mut self, agent: AgentId, to: &AgentState) {
        let paused = matches!(
            to,
            AgentState::NotReady {
                reason: NotReadyReason::NoAnswer | NotReadyReason::Device
            }
        );
        if paused && !self.day.paused.contains(&(agent, self.now)) {
            let back = Input::StateRequested {
                agent,
                request: Requested::Ready,
                cause: cause::AGENT,
            };
            self.drawn(self.now + NOTICES, Event::told(back));
        }
    }
}

impl Live {
    const fn at(stage: usize, joined: Duration) -> Self {
        Self {
            stage,
            joined,
            talks_with: None,
            rung: BTreeMap::new(),
        }
    }
}
