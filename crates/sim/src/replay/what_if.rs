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
use model::{AgentId, AgentState, CallId, NotReadyReason, OfferId, QueueName};

use super::Day;
use super::fate::{Fate, How};
use super::guess::{self, Guess, Then};
use super::recorder::Given;
use super::story::{End, Filed, Filing, Moment, Stage, Taken};
use crate::figures::Figures;

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
    Told(Input),
    TalkOver(CallId, AgentId),
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

    /// What is known before anything happens.
    fn plan(&mut self) {
        let (day, from) = (self.day, self.now);
        for (number, (at, _)) in day.given.iter().enumerate() {
            self.put(*at, Event::Given(number));
        }
        for (call, story) in &day.stories {
            let mut before_is_over = true;
            for (number, stage) in story.stages.iter().enumerate() {
                if stage.joined.0 >= from {
                    if before_is_over {
                        self.put(stage.joined, Event::Enters(*call, number));
                    }
                    break;
                }
                before_is_over = self.resume(*call, number, stage);
            }
        }
    }

    /// Takes up a stage that began before the day; whether it was over by then.
    fn resume(&mut self, call: CallId, number: usize, stage: &'a Stage) -> bool {
        let from = self.now;
        if stage.waits_at(from) {
            self.live.insert(call, Live::at(number, stage.joined.0));
            let rings = stage.rings.iter();
            self.live_rings(call, rings.map(|(agent, rings)| (*agent, rings.len())));
            for ring in stage.rings.values().flatten() {
                let told = ring
                    .rang
                    .map(|at| (at, Input::Ringing { offer: ring.offer }));
                let events = told.into_iter().chain(taken(ring.offer, &ring.taken));
                for (at, input) in events.filter(|((at, _), _)| *at >= from) {
                    self.put(at, Event::Told(input));
                }
            }
            self.expect(call, number, stage);
            return false;
        }
        let Some(talk) = stage.talk() else {
            return true;
        };
        match talk.ended {
            Some((ended, _)) if ended < from => {
                let later = talk.filing.iter().filter(|said| ended + said.after >= from);
                let later: Vec<Filing> = later.copied().collect();
                self.files(ended, call, talk.agent, &later);
                true
            }
            ended => {
                let mut live = Live::at(number, stage.joined.0);
                live.talks_with = Some(talk.agent);
                self.live.insert(call, live);
                if let Some(ended) = ended {
                    self.put(ended, Event::TalkOver(call, talk.agent));
                }
                false
            }
        }
    }

    fn live_rings(&mut self, call: CallId, rung: impl Iterator<Item = (AgentId, usize)>) {
        if let Some(live) = self.live.get_mut(&call) {
            live.rung.extend(rung);
        }
    }

    /// What is to come of his wait, and of what others do about him.
    fn expect(&mut self, call: CallId, number: usize, stage: &'a Stage) {
        let Some(joined) = self.live.get(&call).map(|live| live.joined) else {
            return;
        };
        let after = |at: Duration| joined + at.saturating_sub(stage.joined.0);
        for ((at, order), deed) in &stage.deeds {
            if after(*at) >= self.now {
                self.put((after(*at), *order), Event::Told(deed.clone()));
            }
        }
        if let Some(((at, order), cause)) = stage.left {
            return self.put((after(at), order), Event::Goes(call, number, cause));
        }
        let (seen, _) = stage.waited(self.day.horizon);
        let mut lots = guess::lots(self.rules.seed, call, number);
        if let Some(patience) = self.guess.waits(&stage.home, seen, &mut lots) {
            let gives_up = Event::Goes(call, number, QueueExit::Abandoned);
            self.drawn(joined + patience, gives_up);
        }
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
            Event::Told(input) => self.acd.handle_input(now, input),
            Event::TalkOver(call, agent) => self.talk_over(call, agent),
        }
    }

    fn given(&mut self, number: usize) {
        match self.day.given.get(number).map(|(_, given)| given) {
            Some(Given::Told(input)) => self.acd.handle_input(self.now, input.clone()),
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
        if number == 0 && self.day.window.holds(now) {
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
                | Output::TookOver { .. }
                | Output::TooLate { .. }
                | Output::LastPaused { .. }
                | Output::WrapUp { .. }
                | Output::JoinedQueue { .. }
                | Output::Starving { .. }
                | Output::QueueDropped { .. }
                | Output::DirectEnded { .. } => {}
            }
        }
    }

    fn rings(&mut self, offer: OfferId, call: CallId, agent: AgentId) {
        let now = self.now;
        let Some(live) = self.live.get_mut(&call) else {
            return;
        };
        let (number, rung) = (live.stage, live.rung.entry(agent).or_default());
        let which = std::mem::replace(rung, *rung + 1);
        let stage = self.stage(call, number);
        let rings = stage.and_then(|stage| stage.rings.get(&agent));
        let ring = rings.and_then(|rings| rings.get(which));
        let seen = ring.map_or(Duration::ZERO, guess::seen);
        let manner = ring.and_then(guess::known).unwrap_or_else(|| {
            let of = (agent.get() as usize).rotate_left(8) ^ which;
            let mut lots = guess::lots(self.rules.seed, call, of);
            self.guess.manner(agent, seen, &mut lots)
        });
        let rang = ring.and_then(|ring| Some((ring.rang?.0 - ring.made.0, ring.rang?.1)));
        // A phone that was silent for so long is not made to ring before: it would count as a phone that works (R7).
        let rings = manner.rang.filter(|after| *after >= seen);
        let rang = rang.or_else(|| Some((rings?, DRAWN)));
        if let Some((after, order)) = rang {
            self.put((now + after, order), Event::Told(Input::Ringing { offer }));
        }
        let Some((after, then)) = manner.then else {
            return;
        };
        let order = ring.and_then(|ring| taken(offer, &ring.taken));
        let order = order.map_or(DRAWN, |((_, order), _)| order);
        self.put((now + after, order), Event::Told(then.input(offer)));
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
            self.put((since + said.after, said.order), Event::Told(input));
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
            self.drawn(self.now + NOTICES, Event::Told(back));
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

impl Then {
    const fn input(self, offer: OfferId) -> Input {
        match self {
            Self::Answers => Input::Answered { offer },
            Self::Declines => Input::Declined { offer },
            Self::Fails(status) => Input::Failed { offer, status },
            Self::Withheld => Input::Withheld { offer },
        }
    }
}

/// What the log told of a ring, and when.
const fn taken(offer: OfferId, taken: &Taken) -> Option<(Moment, Input)> {
    match *taken {
        Taken::Answered(at) => Some((at, Then::Answers.input(offer))),
        Taken::Declined(at) => Some((at, Then::Declines.input(offer))),
        Taken::Failed(at, status) => Some((at, Then::Fails(status).input(offer))),
        Taken::Withheld(at) => Some((at, Then::Withheld.input(offer))),
        Taken::Unknown(_) | Taken::Missed => None,
    }
}
