//! The cost of a decision (F10: at most 20 µs with 10,000 agents and 1,000 waiting) and of a freed agent's next offer (F5).
//!
//! Both benches measure whole turns through the public face, more than the decision alone: `join` a caller who joins
//! while all agents are ready, is offered to one, and hangs up; `freed` an agent whose call ends while 1,000 wait, who is
//! offered the next caller in the same turn and answers, and the caller who joins in place of that one; `skilled` as `join`,
//! where 10,000 agents have so many different sets of skills and the caller asks for two of them; `estimate` and `position` ask for
//! the wait (D16) and the place (D15) of the last of 1,000 who wait while all agents talk; `asked` the part of an external decision
//! that is ours: the question with its candidates, and the answer that names so many agents, of whom only the last is ready.
//! In the other benches a service names the first of the candidates at once.
#![allow(clippy::unwrap_used, reason = "a bench may fail loudly")]

use std::collections::BTreeMap;
use std::time::Duration;

use acd::{Acd, AgentProfile, Asked, Input, Output, QueueConfig, Requested, RouteAnswer, strategy};
use divan::Bencher;
use model::fact::QueueExit;
use model::{AgentId, CallId, OfferId, Requirement, Skills};

const WAITING: u64 = 1_000;
const SIZES: [u64; 2] = [100, 10_000];

fn main() {
    divan::main();
}

fn names() -> impl Iterator<Item = &'static str> {
    strategy::all().iter().map(|row| row.name)
}

fn cases() -> impl Iterator<Item = (&'static str, u64)> {
    names().flat_map(|name| SIZES.map(|agents| (name, agents)))
}

struct Floor {
    acd: Acd,
    now: Duration,
    agents: u64,
    calls: u64,
    /// How many sets of skills there are, and what callers ask for.
    skill_sets: u64,
    needs: Option<Requirement>,
    offer: Option<(OfferId, CallId, AgentId)>,
    question: Option<(CallId, Asked)>,
}

impl Floor {
    fn new(case: (&str, u64)) -> Self {
        Self::skilled(case, 1, None)
    }

    fn skilled(
        (strategy, agents): (&str, u64),
        skill_sets: u64,
        needs: Option<Requirement>,
    ) -> Self {
        let mut config = QueueConfig::new("support".into());
        config.strategy = strategy::find(strategy).unwrap();
        config.wrap_up = Duration::ZERO;
        let mut floor = Self {
            acd: Acd::new(1, 0),
            now: Duration::from_secs(1_800_000_000),
            agents,
            calls: 0,
            skill_sets,
            needs,
            offer: None,
            question: None,
        };
        floor.acd.set_queues(
            floor.now,
            1,
            BTreeMap::from([(config.name.clone(), config)]),
        );
        for agent in 1..=agents {
            floor.sign_in(AgentId::new(agent));
        }
        floor
    }

    fn sign_in(&mut self, id: AgentId) {
        let queues = vec!["support".into()];
        let login = format!("{id:>6}");
        self.input(Input::AgentPut(AgentProfile {
            id,
            login,
            queues,
            skills: self.skills(id),
        }));
        self.input(Input::PhoneRegistered(id));
        self.input(Input::StateRequested {
            agent: id,
            request: Requested::Ready,
            cause: "agent",
        });
    }

    /// Four levels in each of four skills are 256 sets.
    fn skills(&self, id: AgentId) -> Skills {
        let set = id.get() % self.skill_sets;
        let level = |(place, name): (u32, &str)| {
            let level = set / 4_u64.pow(place) % 4;
            (name.to_owned(), u8::try_from(level).unwrap())
        };
        let levels = (0..).zip(["en", "billing", "vip", "fr"]).map(level);
        levels.filter(|(_, level)| *level > 0).collect()
    }

    fn join(&mut self) -> CallId {
        let (call, joined) = self.caller();
        self.input(joined);
        call
    }

    fn caller(&mut self) -> (CallId, Input) {
        self.calls += 1;
        let call = CallId::new(self.calls);
        let familiar = AgentId::new(1 + self.calls.wrapping_mul(7) % self.agents);
        let joined = Input::Joined {
            call,
            queues: model::QueueName::from("support").into(),
            head_start: Duration::ZERO,
            priority: 0,
            caller_agent: None,
            ties: Some(model::Ties::owned_by(familiar)),
            sticky: true,
            needs: self.needs.clone(),
        };
        (call, joined)
    }

    fn answer(&mut self) -> (CallId, AgentId) {
        let (offer, call, agent) = self.offer.take().unwrap();
        self.input(Input::Answered { offer });
        (call, agent)
    }

    /// What the service says of a question; nothing, if none is open.
    fn named(&mut self, agents: impl FnOnce(&Asked) -> Vec<AgentId>) {
        let Some((call, asked)) = self.question.take() else {
            return;
        };
        let answer = RouteAnswer::Named {
            agents: agents(&asked),
            unknown: Vec::new(),
            priority: None,
        };
        let id = asked.id;
        self.step(Input::RouteAnswered { call, id, answer });
    }

    fn input(&mut self, input: Input) {
        self.step(input);
        self.named(|asked| asked.candidates.first().copied().into_iter().collect());
    }

    fn step(&mut self, input: Input) {
        self.now += Duration::from_millis(1);
        self.acd.handle_input(self.now, input);
        while let Some(output) = self.acd.poll_output() {
            let output = divan::black_box(output);
            if let Output::Offer {
                offer, call, agent, ..
            } = output
            {
                self.offer = Some((offer, call, agent));
            } else if let Output::RouteAsked { call, asked } = output {
                self.question = Some((call, asked));
            }
        }
    }
}

#[divan::bench(args = cases(), sample_count = 100)]
fn join(bencher: Bencher<'_, '_>, case: (&str, u64)) {
    let mut floor = Floor::new(case);
    bencher.bench_local(|| {
        let call = floor.join();
        floor.input(Input::Left {
            call,
            cause: QueueExit::Abandoned,
        });
    });
}

#[divan::bench(args = cases(), sample_count = 100)]
fn freed(bencher: Bencher<'_, '_>, case: (&str, u64)) {
    let mut floor = Floor::new(case);
    let mut talks = std::collections::VecDeque::new();
    for _ in 0..case.1 {
        floor.join();
        talks.push_back(floor.answer());
    }
    for _ in 0..WAITING {
        floor.join();
    }
    bencher.bench_local(|| {
        let (call, agent) = talks.pop_front().unwrap();
        floor.input(Input::CallEnded { call, agent });
        talks.push_back(floor.answer());
        floor.join();
    });
}

/// All talk, so many wait; the longest calls have ended, so that something is known of them.
fn crowded(agents: u64, waiting: u64) -> (Floor, CallId) {
    let mut floor = Floor::new(("longest-idle", agents));
    let mut talks = std::collections::VecDeque::new();
    for _ in 0..agents {
        floor.join();
        talks.push_back(floor.answer());
    }
    for _ in 0..waiting {
        floor.join();
    }
    for _ in 0..600 {
        floor.now += Duration::from_millis(180_000 / agents);
        let (call, agent) = talks.pop_front().unwrap();
        floor.input(Input::CallEnded { call, agent });
        talks.push_back(floor.answer());
        floor.join();
    }
    let last = CallId::new(floor.calls);
    (floor, last)
}

/// Of twenty agents each is asked what he does, of more none.
#[divan::bench(args = [(10, 30), (20, 40), (40, 60), (64, 100), (10_000, 1_000)], sample_count = 200)]
fn estimate(bencher: Bencher<'_, '_>, (agents, waiting): (u64, u64)) {
    let (floor, last) = crowded(agents, waiting);
    assert!(floor.acd.estimate(floor.now, last).is_some());
    bencher.bench_local(|| floor.acd.estimate(floor.now, divan::black_box(last)));
}

#[divan::bench(args = [10, 1_000, 100_000], sample_count = 200)]
fn position(bencher: Bencher<'_, '_>, waiting: u64) {
    let (floor, last) = crowded(10, waiting);
    bencher.bench_local(|| floor.acd.position(divan::black_box(last)));
}

#[divan::bench(args = [4, 16, 64, 256], sample_count = 100)]
fn skilled(bencher: Bencher<'_, '_>, skill_sets: u64) {
    let needs = "en >= 2 or billing >= 3".parse().unwrap();
    let mut floor = Floor::skilled(("skills", 10_000), skill_sets, Some(needs));
    bencher.bench_local(|| {
        let call = floor.join();
        floor.input(Input::Left {
            call,
            cause: QueueExit::Abandoned,
        });
    });
}

#[divan::bench(args = [1, 8, 64], sample_count = 100)]
fn asked(bencher: Bencher<'_, '_>, named: u64) {
    let mut floor = Floor::new(("external", 10_000));
    // On a break: they are named, and cannot be had.
    for agent in 1..named {
        floor.input(Input::StateRequested {
            agent: AgentId::new(agent),
            request: Requested::NotReady("meal".to_owned().into()),
            cause: "agent",
        });
    }
    let answer: Vec<AgentId> = (1..=named).map(AgentId::new).collect();
    bencher.bench_local(|| {
        let (call, joined) = floor.caller();
        floor.step(joined);
        floor.named(|_| answer.clone());
        assert_eq!(
            floor.offer.take().map(|(_, _, agent)| agent.get()),
            Some(named)
        );
        floor.step(Input::Left {
            call,
            cause: QueueExit::Abandoned,
        });
    });
}
