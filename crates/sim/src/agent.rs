//! An agent: comes and goes with his shift, pauses, lets it ring for a while, answers, misses or declines, files, hangs up.
//!
//! What he wants he asks for as his page does, by a command; what his page shows him ([`Agent::sees`]) he acts upon.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use engine::{AgentEntry, Asker, Command, StateRequest};
use model::{AgentId, AgentState, NotReadyReason};
use sip::digest;

use crate::agenda::Event;
use crate::desk_phone::{DOMAIN, DeskPhone, Told};
use crate::message::Message;
use crate::network::Network;
use crate::random::{Random, Stream};
use crate::scenario::{AgentGroup, Scenario};

/// What is due for him.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timer {
    /// His work of this day begins.
    Comes(u32),
    /// It ends.
    Goes,
    /// The time for a pause has come: of which day, and which.
    Pauses(u32, usize),
    /// He goes to it.
    Leaves(usize),
    /// It ends.
    Resumes,
    /// He lifts the receiver, if it is still this ring.
    Answers(u32),
    /// He declines it.
    Declines(u32),
    /// He puts the receiver down.
    HangsUp,
    /// The call is filed, if it is still that one.
    Filed(u32),
    /// He sees that he was set to not ready, if he still is.
    Notices(u32),
    /// His phone dies, if it is still in that life.
    Dies(u32),
    /// It comes back.
    ComesBack,
    /// Its registration grows old.
    Refresh(u32),
    /// RFC 3261 §17: it says something again.
    Repeat(u32),
}

/// An agent.
#[derive(Debug)]
pub(crate) struct Agent {
    number: u32,
    group: Arc<AgentGroup>,
    random: Random,
    pub(crate) phone: DeskPhone,
    at_work: bool,
    paused: bool,
    /// States that his page has shown.
    seen: u32,
    /// Lives of his phone.
    lives: u32,
}

impl Agent {
    pub(crate) fn new(number: u32, login: u64, group: Arc<AgentGroup>, seed: u64) -> Self {
        Self {
            number,
            group,
            random: Random::new(seed, Stream::Agent(number as usize)),
            phone: DeskPhone::new(number, login),
            at_work: false,
            paused: false,
            seen: 0,
            lives: 0,
        }
    }

    /// As the engine knows him.
    pub(crate) fn entry(&self, login: u64) -> AgentEntry {
        let name = login.to_string();
        let password = DeskPhone::password(&name);
        AgentEntry {
            id: self.id(),
            skills: self.group.skills.clone(),
            opted_out: Default::default(),
            off_net: None,
            ha1_md5: digest::ha1_md5(&name, DOMAIN, &password),
            ha1_sha256: digest::ha1_sha256(&name, DOMAIN, &password),
            login: name.clone(),
            name,
            queues: self.group.queues.clone(),
        }
    }

    pub(crate) fn id(&self) -> AgentId {
        Self::id_of(self.number)
    }

    /// The id of the agent with this number.
    pub(crate) fn id_of(number: u32) -> AgentId {
        AgentId::new(u64::from(number) + 1)
    }

    /// His number by his id.
    pub(crate) fn number_of(id: AgentId) -> Option<u32> {
        u32::try_from(id.get().checked_sub(1)?).ok()
    }

    /// His first day is put on the agenda; whoever has no shift comes at once.
    pub(crate) fn is_planned(&self, network: &mut Network, scenario: &Scenario) {
        match self.group.shift {
            Some(_) => self.plan_day(network, scenario, 0),
            None => self.due(network, Duration::ZERO, Timer::Comes(0)),
        }
        if self.group.shift.is_none() && !self.group.breaks.is_empty() {
            self.plan_breaks(network, scenario, 0);
        }
    }

    fn plan_day(&self, network: &mut Network, scenario: &Scenario, day: u32) {
        if let Some(shift) = self.group.shift
            && day < scenario.days
        {
            let from = scenario.start.on_day(day, shift.from);
            let (number, timer) = (self.number, Timer::Comes(day));
            network.agenda.put(from, Event::Agent { number, timer });
        }
    }

    fn plan_breaks(&self, network: &mut Network, scenario: &Scenario, day: u32) {
        for (which, pause) in self.group.breaks.iter().enumerate() {
            let at = scenario.start.on_day(day, pause.from);
            let (number, timer) = (self.number, Timer::Pauses(day, which));
            if day < scenario.days && at >= network.now {
                network.agenda.put(at, Event::Agent { number, timer });
            }
        }
    }

    /// Something is due.
    pub(crate) fn handle_timeout(
        &mut self,
        network: &mut Network,
        scenario: &Scenario,
        timer: Timer,
    ) {
        match timer {
            Timer::Comes(day) => self.comes(network, scenario, day),
            Timer::Goes => self.goes(network),
            Timer::Pauses(day, which) => self.pauses(network, scenario, day, which),
            Timer::Leaves(which) => self.leaves(network, which),
            Timer::Resumes => self.resumes(network),
            Timer::Answers(ring) => self.phone.answers(network, ring),
            Timer::Declines(ring) => self.phone.declines(network, ring),
            Timer::HangsUp => self.phone.hangs_up(network),
            Timer::Filed(seen) if seen == self.seen => {
                network.command(Command::EndWrapUp { agent: self.id() });
            }
            Timer::Notices(seen) if seen == self.seen => self.asks_for_ready(network),
            Timer::Dies(life) if life == self.lives && self.at_work => {
                self.phone.dies();
                let away = self.group.crash.draw(&mut self.random);
                self.due(network, away, Timer::ComesBack);
            }
            Timer::Filed(_) | Timer::Notices(_) | Timer::Dies(_) => {}
            Timer::ComesBack => self.comes_back(network),
            Timer::Refresh(of) => self.phone.refreshes(network, of),
            Timer::Repeat(number) => self.phone.repeats(network, number),
        }
    }

    fn comes(&mut self, network: &mut Network, scenario: &Scenario, day: u32) {
        (self.at_work, self.paused) = (true, false);
        if let Some(shift) = self.group.shift {
            let from = scenario.start.on_day(day, shift.from);
            let mut to = scenario.start.on_day(day, shift.to);
            if to <= from {
                to += Duration::from_secs(86_400);
            }
            self.due(network, to.saturating_sub(network.now), Timer::Goes);
            self.plan_breaks(network, scenario, day);
            self.plan_day(network, scenario, day + 1);
        }
        self.phone_lives(network);
        self.phone.registers(network);
    }

    fn phone_lives(&mut self, network: &mut Network) {
        self.lives += 1;
        if self.group.crashes_per_hour > 0.0 {
            let hours = self.random.exponential() / self.group.crashes_per_hour;
            if let Ok(time) = Duration::try_from_secs_f64(hours * 3_600.0) {
                self.due(network, time, Timer::Dies(self.lives));
            }
        }
    }

    /// His work is over: the state that he asks for holds as soon as he has no call.
    pub(crate) fn goes(&mut self, network: &mut Network) {
        if std::mem::replace(&mut self.at_work, false) {
            self.asks_for(network, StateRequest::Offline);
        }
    }

    fn pauses(&mut self, network: &mut Network, scenario: &Scenario, day: u32, which: usize) {
        if self.group.shift.is_none() && which == 0 {
            self.plan_breaks(network, scenario, day + 1);
        }
        let Some(pause) = self.group.breaks.get(which) else {
            return;
        };
        let late = f64::from(pause.spread_minutes) * 60.0 * self.random.uniform();
        let late = Duration::try_from_secs_f64(late).unwrap_or_default();
        self.due(network, late, Timer::Leaves(which));
    }

    fn leaves(&mut self, network: &mut Network, which: usize) {
        let Some(pause) = self.group.breaks.get(which).filter(|_| self.at_work) else {
            return;
        };
        let length = pause.length.draw(&mut self.random);
        self.paused = true;
        let reason = "break".into();
        self.asks_for(network, StateRequest::NotReady { reason });
        self.due(network, length, Timer::Resumes);
    }

    fn resumes(&mut self, network: &mut Network) {
        self.paused = false;
        self.asks_for_ready(network);
    }

    fn comes_back(&mut self, network: &mut Network) {
        self.phone.comes_back(network);
        self.phone_lives(network);
        if !self.at_work {
            self.phone.unregisters(network);
        }
    }

    /// Takes a message to his phone.
    pub(crate) fn hears(&mut self, network: &mut Network, message: &Message<'_>, bytes: &Bytes) {
        match self.phone.hears(network, message, bytes) {
            Some(Told::Rings(ring)) => self.hears_ring(network, ring),
            Some(Told::Registered) if self.at_work => self.asks_for_ready(network),
            Some(Told::Registered) => self.phone.unregisters(network),
            None => {}
        }
    }

    fn hears_ring(&mut self, network: &mut Network, ring: u32) {
        let (fate, time) = (
            self.random.uniform(),
            self.group.answer.draw(&mut self.random),
        );
        let (miss, decline) = (self.group.miss.get(), self.group.decline.get());
        if fate < miss {
            return;
        }
        let timer = if fate < miss + decline {
            Timer::Declines(ring)
        } else {
            Timer::Answers(ring)
        };
        self.due(network, time, timer);
    }

    /// His page shows a state of his.
    pub(crate) fn sees(&mut self, network: &mut Network, state: &AgentState) {
        self.seen = self.seen.wrapping_add(1);
        match state {
            AgentState::WrapUp { .. } => {
                if let Some(wrap_up) = &self.group.wrap_up {
                    let time = wrap_up.draw(&mut self.random);
                    self.due(network, time, Timer::Filed(self.seen));
                }
            }
            AgentState::NotReady { reason } => match reason {
                NotReadyReason::NoAnswer | NotReadyReason::Device | NotReadyReason::SignedIn => {
                    let time = self.group.notices.draw(&mut self.random);
                    self.due(network, time, Timer::Notices(self.seen));
                }
                NotReadyReason::Said(_) | NotReadyReason::DeviceLost => {}
            },
            AgentState::Offline if !self.at_work => self.phone.unregisters(network),
            AgentState::Offline
            | AgentState::Ready
            | AgentState::Reserved { .. }
            | AgentState::Ringing { .. }
            | AgentState::Talking { .. } => {}
        }
    }

    fn asks_for_ready(&self, network: &mut Network) {
        if self.at_work && !self.paused {
            self.asks_for(network, StateRequest::Ready);
        }
    }

    fn asks_for(&self, network: &mut Network, request: StateRequest) {
        network.command(self.request(request));
    }

    fn request(&self, request: StateRequest) -> Command {
        Command::SetAgentState {
            agent: self.id(),
            request,
            by: Asker::Agent,
        }
    }

    fn due(&self, network: &mut Network, after: Duration, timer: Timer) {
        let number = self.number;
        network.after(after, Event::Agent { number, timer });
    }
}
