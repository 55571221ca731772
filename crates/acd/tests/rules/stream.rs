//! R3 and liveness: long random streams of everything that can happen, invariants checked after each step.

use acd::{Acd, Input, Prefer, Presence, QueueConfig, Relax, Requested, RouteId, strategy};
use model::fact::QueueExit;
use model::{AgentId, CallId, NotReadyReason, OfferId, QueueName, QueueSet};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

mod moves;
mod told;
mod weighed;

const AGENTS: u64 = 9;
const QUEUES: [&str; 3] = ["one", "two", "three"];

/// Xorshift64: the stream of a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.roll(list.len() as u64)).unwrap()]
    }
}

struct World {
    acd: Acd,
    dice: Dice,
    now: Duration,
    version: u64,
    calls: u64,
    /// The live offers, some dead ones, and who was last seen talking to whom.
    live: BTreeMap<OfferId, CallId>,
    dead: Vec<OfferId>,
    talks: BTreeMap<AgentId, CallId>,
    /// Who stands in which queues, by what was told.
    line: BTreeMap<CallId, QueueSet>,
    /// Who is to be called back, and whether he is being called (D21).
    promised: BTreeMap<CallId, bool>,
    /// Who is on the line again; his agent may have been chosen before (R77).
    back: BTreeSet<CallId>,
    /// How many of them were on the line in the end.
    called_back: u32,
    /// The queues that there are.
    queues: BTreeSet<QueueName>,
    /// Until when we may not be asked to ring for a caller again.
    withheld: BTreeMap<CallId, Duration>,
    /// The calls of agents' phones.
    own: BTreeMap<AgentId, BTreeSet<CallId>>,
    lost: u32,
    /// Questions to external decisions, and how many answers found somebody waiting (B15).
    routes: Vec<(CallId, RouteId)>,
    routed: u32,
    /// Which queues each agent serves, and how many records were looked at (R1).
    serving: BTreeMap<AgentId, BTreeSet<QueueName>>,
    records: u32,
    transcript: String,
    connected: u32,
    /// Of them by another queue than the home queue (A12).
    beside: u32,
    /// Queues that closed under callers who stayed in others.
    dropped: u32,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut world = Self {
            acd: Acd::new(seed, 1),
            dice: Dice(seed | 1),
            now: Duration::from_secs(1_800_000_000),
            version: 0,
            calls: 0,
            live: BTreeMap::new(),
            dead: Vec::new(),
            talks: BTreeMap::new(),
            line: BTreeMap::new(),
            promised: BTreeMap::new(),
            back: BTreeSet::new(),
            called_back: 0,
            queues: BTreeSet::new(),
            withheld: BTreeMap::new(),
            own: BTreeMap::new(),
            lost: 0,
            routes: Vec::new(),
            routed: 0,
            serving: BTreeMap::new(),
            records: 0,
            transcript: String::new(),
            connected: 0,
            beside: 0,
            dropped: 0,
        };
        world.configure();
        for agent in 1..=AGENTS {
            world.put(AgentId::new(agent));
            world.input(Input::PhoneRegistered(AgentId::new(agent)));
            world.request(AgentId::new(agent), Requested::Ready);
        }
        world
    }

    fn configure(&mut self) {
        self.version += 1;
        let mut queues = BTreeMap::new();
        for name in QUEUES {
            if self.version > 1 && self.dice.roll(8) == 0 {
                continue;
            }
            let mut config = QueueConfig::new(name.into());
            let rows: Vec<_> = strategy::all().iter().collect();
            config.strategy = match self.dice.roll(4) {
                0 => strategy::find("external").unwrap(),
                _ => self.dice.pick(&rows),
            };
            config.fallback = self.dice.pick(&rows);
            config.wrap_up = Duration::from_secs(self.dice.roll(3) * 5);
            config.max_wait = (self.dice.roll(2) == 0).then_some(Duration::from_secs(90));
            config.max_waiting = (self.dice.roll(2) == 0).then_some(12);
            config.ring_max = usize::try_from(1 + self.dice.roll(4)).unwrap();
            config.max_consecutive = u32::try_from(self.dice.roll(3)).unwrap();
            config.count_window = Duration::from_secs(60 + self.dice.roll(600));
            config.ring_delay = Duration::from_secs(1 + self.dice.roll(10));
            config.stop_at = self.dice.pick(&[None, Some(0.6), Some(0.9)]);
            config.per_duty_hour = self.dice.roll(2) == 0;
            config.prefer = self.dice.pick(&[Prefer::Any, Prefer::Best, Prefer::Spare]);
            config.steps = self.steps();
            config.relax = self.dice.pick(&[Relax::Elapsed, Relax::Predicted]);
            config.weight = self.dice.pick(&[0, 0, 1]);
            config.starving = Duration::from_secs(self.dice.roll(60));
            let presences = [
                Presence::Nobody,
                Presence::SignedIn,
                Presence::AtWork,
                Presence::Soon,
            ];
            config.join_when = self.dice.pick(&presences);
            config.leave_unless = self.dice.pick(&presences);
            config.external.budget = Duration::from_millis(1 + self.dice.roll(9_999));
            config.max_active = (self.dice.roll(4) == 0).then_some(2);
            config.dial_ahead = Duration::from_secs(self.dice.roll(3) * 8);
            queues.insert(QueueName::from(name), config);
        }
        self.queues = queues.keys().cloned().collect();
        self.acd.set_queues(self.now, self.version, queues);
        self.drain();
    }

    fn step(&mut self) {
        let agent = AgentId::new(1 + self.dice.roll(AGENTS));
        match self.dice.roll(58) {
            0..=6 => self.join(),
            7..=14 => self.answer(),
            15..=16 => {
                let offer = self.offer();
                self.end(offer);
                self.input(Input::Declined { offer });
            }
            17 => self.withhold(),
            18 => {
                let (offer, status) = (self.offer(), self.dice.pick(&[404, 408, 486, 503]));
                self.end(offer);
                self.input(Input::Failed { offer, status });
            }
            19..=20 => {
                let call = CallId::new(1 + self.dice.roll(self.calls.max(1)));
                let cause = self.dice.pick(&[QueueExit::Abandoned, QueueExit::Key]);
                self.input(Input::Left { call, cause });
            }
            21..=24 => {
                let talks: Vec<_> = self
                    .talks
                    .iter()
                    .map(|(agent, call)| (*agent, *call))
                    .collect();
                if !talks.is_empty() {
                    let (agent, call) = self.dice.pick(&talks);
                    self.talks.remove(&agent);
                    self.input(Input::CallEnded { call, agent });
                }
            }
            25..=29 => self.request(agent, Requested::Ready),
            30 => self.request(
                agent,
                Requested::NotReady(NotReadyReason::Said("tea".into())),
            ),
            31 if self.dice.roll(3) == 0 => self.request(agent, Requested::Offline),
            32 => self.phone(agent),
            33 => self.direct(agent),
            34 if self.dice.roll(6) == 0 => {
                self.own.remove(&agent);
                self.serving.remove(&agent);
                self.input(Input::AgentRemoved(agent));
            }
            35 => {
                self.put(agent);
                self.input(Input::PhoneRegistered(agent));
            }
            36 if self.dice.roll(6) == 0 => self.configure(),
            37 if self.dice.roll(2) == 0 => self.prioritise(),
            37 => self.identify(),
            38 => self.input(Input::WrapUpEnded(agent)),
            39 if self.dice.roll(4) == 0 => self.lose(),
            40..=43 => self.hand_over(agent),
            44..=46 => self.asks_why(),
            47 => self.promise(),
            48..=49 => self.calls_back(),
            50..=56 => self.route(),
            _ => self.pass(),
        }
    }

    fn pass(&mut self) {
        self.now += Duration::from_millis(self.dice.roll(12_000));
        self.transcript
            .push_str(&format!("{:?} time passes\n", self.now));
        self.acd.handle_timeout(self.now);
        self.drain();
    }

    fn input(&mut self, input: Input) {
        self.transcript
            .push_str(&format!("{:?} {input:?}\n", self.now));
        self.acd.handle_input(self.now, input);
        self.drain();
    }

    fn drain(&mut self) {
        if let Err(breach) = self.acd.check_invariants() {
            panic!("{breach}, after\n{}", tail(&self.transcript));
        }
        while let Some(output) = self.acd.poll_output() {
            self.transcript
                .push_str(&format!("{:?}  {output:?}\n", self.now));
            self.offered(&output);
            self.told(output);
        }
        self.compare();
    }
}

fn tail(text: &str) -> &str {
    let start = text.len().saturating_sub(6_000);
    text.get(start..).unwrap_or(text)
}

fn run(seed: u64, steps: usize) -> World {
    let mut world = World::new(seed);
    for _ in 0..steps {
        world.step();
    }
    world
}

#[test]
fn r03_the_same_inputs_and_seed_give_byte_equal_outputs() {
    let (one, two) = (run(7, 3_000), run(7, 3_000));
    assert!(one.transcript == two.transcript, "two runs differ");
    assert!(one.connected > 100, "{} connected", one.connected);
    let (withheld, lost) = (one.withheld.len(), one.lost);
    assert!(withheld > 5 && lost > 5, "{withheld} withheld, {lost} lost");
    assert!(one.transcript != run(9, 3_000).transcript);
}

#[test]
fn r01_in_any_state_each_agent_is_chosen_ranked_or_out_for_one_reason() {
    let records = (200..208).map(|seed| run(seed, 2_000).records).sum::<u32>();
    assert!(records > 2_000, "{records} records");
}

#[test]
fn r75_nobody_waits_while_there_is_a_candidate_whatever_happens() {
    let worlds = (100..110).map(|seed| run(seed, 2_000));
    let seen = worlds.map(|world| [world.beside, world.dropped, world.routed]);
    let seen = seen.fold([0; 3], |sum, one| [0, 1, 2].map(|at| sum[at] + one[at]));
    let [beside, dropped, routed] = seen;
    assert!(
        beside > 100 && dropped > 10 && routed > 20,
        "{beside} beside, {dropped} dropped, {routed} routed"
    );
}

#[test]
fn r77_whatever_happens_no_agent_is_held_for_ever_and_no_place_is_lost() {
    let worlds = (300..310).map(|seed| run(seed, 2_000));
    let called_back = worlds.map(|world| world.called_back).sum::<u32>();
    assert!(called_back > 50, "{called_back} called back");
}

#[test]
fn seeds_that_once_broke_something_break_nothing() {
    // Deleted during a call, hired again with other queues; withheld, then handed on.
    for seed in [
        5_634_871_392_505_179_738,
        14_585_659_481_117_200_652,
        3_093_972_544_982_198_416,
    ] {
        run(seed, 600);
    }
}

proptest! {
    // The same streams each time, so that a red run is red again; another number looks at others.
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, rng_seed: RngSeed::Fixed(2026), ..ProptestConfig::default() })]
    #[test]
    fn any_stream_keeps_the_invariants(seed in any::<u64>()) {
        run(seed, 600);
    }
}
