//! The distribution alone, without phones and scripts: callers and agents by chance, quick enough for tens of thousands of waits
//! that are estimated as they begin (D16).
//!
//! Of who hangs up it goes on to watch for the moment in which an agent would have been found for him, his virtual wait: nothing
//! is left out and nothing has to be inferred.

use std::collections::BTreeMap;
use std::time::Duration;

use acd::{Acd, AgentProfile, Input, Output, QueueConfig, Requested};
use model::fact::QueueExit;
use model::{AgentId, AgentState, CallId, OfferId, QueueName, Ties};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

/// How long calls last; all with a mean of 180 s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Talk {
    Exponential,
    /// With a deviation of 140 s.
    Lognormal,
    Fixed,
}

/// A centre that is measured. Filing lasts 15 s on average, 30 s at most.
#[derive(Clone, Debug)]
pub(crate) struct Centre {
    /// Which of the queues each serves, by number.
    pub(crate) agents: Vec<&'static [usize]>,
    /// Of each queue.
    pub(crate) per_hour: Vec<f64>,
    pub(crate) talk: Talk,
    /// Mean, in s.
    pub(crate) patience_s: Option<f64>,
    /// How long it rings, and the share of rings that are let pass.
    pub(crate) ring_s: f64,
    pub(crate) missed: f64,
    pub(crate) hours: f64,
    pub(crate) seed: u64,
}

/// What came of the estimates.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Met {
    pub(crate) told: u64,
    pub(crate) silent: u64,
    pub(crate) p50: u64,
    pub(crate) p80: u64,
}

impl Met {
    pub(crate) fn add(&mut self, other: Self) {
        self.told += other.told;
        self.silent += other.silent;
        self.p50 += other.p50;
        self.p80 += other.p80;
    }

    /// In percent.
    pub(crate) fn shares(&self) -> (f64, f64) {
        let share = |met| 100.0 * met as f64 / self.told.max(1) as f64;
        (share(self.p50), share(self.p80))
    }
}

/// The ring after which a phone stops.
const RING_TIMEOUT: Duration = Duration::from_secs(15);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrives(usize),
    Answers(OfferId),
    Ends(CallId, AgentId),
    Files(AgentId, u64),
    HangsUp(CallId),
}

#[derive(Clone, Copy, Debug)]
struct Told {
    queue: usize,
    at: Duration,
    p50: Duration,
    p80: Duration,
}

/// A run.
struct Day {
    centre: Centre,
    acd: Acd,
    random: Xoshiro256PlusPlus,
    now: Duration,
    agenda: BTreeMap<(Duration, u64), Event>,
    events: u64,
    calls: u64,
    /// Of each call, its queue.
    queues: BTreeMap<CallId, usize>,
    /// Whose turn has not come, be they on the line or not.
    told: BTreeMap<CallId, Told>,
    talks: BTreeMap<AgentId, u64>,
    met: Met,
}

/// Plays the hours, then sees to it that everybody's turn comes.
pub(crate) fn measure(centre: &Centre) -> Met {
    let start = Duration::from_secs(1_800_000_000);
    let mut day = Day {
        acd: Acd::new(centre.seed, 0),
        random: Xoshiro256PlusPlus::seed_from_u64(centre.seed),
        now: start,
        agenda: BTreeMap::new(),
        events: 0,
        calls: 0,
        queues: BTreeMap::new(),
        told: BTreeMap::new(),
        talks: BTreeMap::new(),
        met: Met::default(),
        centre: centre.clone(),
    };
    day.opens();
    let closes = start + Duration::from_secs_f64(centre.hours * 3_600.0);
    day.runs(closes);
    day.met
}

fn name(queue: usize) -> QueueName {
    QueueName::new(format!("queue{queue}"))
}

impl Day {
    fn opens(&mut self) {
        let queues = (0..self.centre.per_hour.len()).map(|queue| {
            let mut config = QueueConfig::new(name(queue));
            config.wrap_up = Duration::from_secs(30);
            config.ring_timeout = RING_TIMEOUT;
            // Nobody is paused for what he misses here.
            config.no_answer_limit = 0;
            (name(queue), config)
        });
        let queues = queues.collect();
        self.acd.set_queues(self.now, 1, queues);
        for (number, serves) in (1..).zip(self.centre.agents.clone()) {
            let id = AgentId::new(number);
            let queues = serves.iter().map(|queue| name(*queue).into()).collect();
            self.input(Input::AgentPut(AgentProfile {
                id,
                login: format!("{number:03}"),
                queues,
                skills: Default::default(),
            }));
            self.input(Input::PhoneRegistered(id));
            self.input(Input::StateRequested {
                agent: id,
                request: Requested::Ready,
                cause: "agent",
            });
        }
        for queue in 0..self.centre.per_hour.len() {
            self.expects_caller(queue);
        }
    }

    fn runs(&mut self, closes: Duration) {
        loop {
            let event = self.agenda.first_key_value().map(|((at, _), _)| *at);
            let timer = self.acd.poll_timeout();
            let Some(at) = [event, timer].into_iter().flatten().min() else {
                break;
            };
            self.now = at.max(self.now);
            if timer.is_some_and(|timer| timer <= at) {
                self.acd.handle_timeout(self.now);
                self.drain();
            } else if let Some((_, event)) = self.agenda.pop_first() {
                self.happens(event, closes);
            }
            self.turns_of_idle_agents();
            if at > closes && self.told.is_empty() && self.queues.is_empty() {
                break;
            }
        }
    }

    fn happens(&mut self, event: Event, closes: Duration) {
        match event {
            Event::Arrives(queue) if self.now < closes => {
                self.arrives(queue);
                self.expects_caller(queue);
            }
            Event::Arrives(_) => {}
            Event::Answers(offer) => self.input(Input::Answered { offer }),
            Event::Ends(call, agent) => {
                self.queues.remove(&call);
                self.input(Input::CallEnded { call, agent });
                let talk = self.talks.entry(agent).or_default();
                *talk += 1;
                let files = Event::Files(agent, *talk);
                let after = self.exponential(15.0);
                self.plan(after, files);
            }
            Event::Files(agent, talk) if self.talks.get(&agent) == Some(&talk) => {
                self.input(Input::WrapUpEnded(agent));
            }
            Event::Files(..) => {}
            Event::HangsUp(call) => {
                if self.acd.home(call).is_some() {
                    self.queues.remove(&call);
                }
                let cause = QueueExit::Abandoned;
                self.input(Input::Left { call, cause });
            }
        }
    }

    fn arrives(&mut self, queue: usize) {
        self.calls += 1;
        let call = CallId::new(self.calls);
        self.queues.insert(call, queue);
        self.input(Input::Joined {
            call,
            queues: name(queue).into(),
            head_start: Duration::ZERO,
            priority: 0,
            caller_agent: None,
            ties: Some(Ties::default()),
            sticky: false,
            needs: None,
        });
        if let Some(patience_s) = self.centre.patience_s {
            let after = self.exponential(patience_s);
            self.plan(after, Event::HangsUp(call));
        }
        match self.acd.estimate(self.now, call) {
            None => self.met.silent += 1,
            Some(estimate) if estimate.p80.is_zero() => {}
            Some(estimate) => {
                let told = Told {
                    queue,
                    at: self.now,
                    p50: estimate.p50,
                    p80: estimate.p80,
                };
                self.told.insert(call, told);
            }
        }
    }

    fn input(&mut self, input: Input) {
        self.acd.handle_input(self.now, input);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.acd.poll_output() {
            if let Output::Offer {
                offer, call, agent, ..
            } = output
            {
                self.turns(call, agent);
                self.acd.handle_input(self.now, Input::Ringing { offer });
                if self.uniform() >= self.centre.missed {
                    let ring = Duration::from_secs_f64(self.centre.ring_s);
                    self.plan(ring, Event::Answers(offer));
                }
            } else if let Output::Connect { call, agent, .. } = output {
                let talk = self.talk();
                self.plan(talk, Event::Ends(call, agent));
            }
        }
    }

    /// An agent is found for a caller: his turn has come, and with it that of all who hung up before him and whom the agent serves.
    fn turns(&mut self, call: CallId, agent: AgentId) {
        let serves = self.serves(agent);
        let acd = &self.acd;
        let due = self.told.iter().filter(|(other, told)| {
            let gone = acd.home(**other).is_none();
            **other == call || (gone && **other < call && serves.contains(&told.queue))
        });
        for call in due.map(|(call, _)| *call).collect::<Vec<_>>() {
            self.came(call);
        }
    }

    /// Nobody is there for him any more: he would have served those who hung up.
    fn turns_of_idle_agents(&mut self) {
        if self.told.is_empty() {
            return;
        }
        let ready = self.acd.agents();
        let ready = ready.filter(|(_, state)| **state == AgentState::Ready);
        for agent in ready.map(|(id, _)| id).collect::<Vec<_>>() {
            self.turns(CallId::new(u64::MAX), agent);
        }
    }

    fn came(&mut self, call: CallId) {
        if let Some(told) = self.told.remove(&call) {
            let waited = self.now - told.at;
            self.met.told += 1;
            self.met.p50 += u64::from(waited <= told.p50);
            self.met.p80 += u64::from(waited <= told.p80);
        }
    }

    fn serves(&self, agent: AgentId) -> &'static [usize] {
        let number = usize::try_from(agent.get() - 1).unwrap();
        self.centre.agents[number]
    }

    // Chance.

    fn plan(&mut self, after: Duration, event: Event) {
        self.events += 1;
        self.agenda.insert((self.now + after, self.events), event);
    }

    fn expects_caller(&mut self, queue: usize) {
        let after = self.exponential(3_600.0 / self.centre.per_hour[queue]);
        self.plan(after, Event::Arrives(queue));
    }

    fn uniform(&mut self) -> f64 {
        (self.random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn exponential(&mut self, mean_s: f64) -> Duration {
        Duration::from_secs_f64(-(1.0 - self.uniform()).ln() * mean_s)
    }

    fn talk(&mut self) -> Duration {
        match self.centre.talk {
            Talk::Exponential => self.exponential(180.0),
            Talk::Fixed => Duration::from_secs(180),
            Talk::Lognormal => {
                let variance = (1.0 + (140.0_f64 / 180.0).powi(2)).ln();
                let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
                let normal = radius * (std::f64::consts::TAU * self.uniform()).cos();
                let logarithm = 180.0_f64.ln() - variance / 2.0 + variance.sqrt() * normal;
                Duration::from_secs_f64(logarithm.exp())
            }
        }
    }
}
