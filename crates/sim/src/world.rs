//! The world: the engine, the callers, the agents and what lies between them, moved from one event to the next.
//!
//! Nothing sleeps: the clock jumps to the next moment at which anybody wants to act. Same scenario, configuration and
//! seed: the same facts, byte for byte (R3). After each turn the audit looks at what was told, after each n-th the ACD
//! proves its own invariants; what does not hold ends the run with the seed that shows it again.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use engine::{Command, CommandId, Config, Engine, Input, Output, Reply, Request, RouteReply};
use model::{CallId, Fact, QueueName, Timestamp};
use sip::{Flow, Transport};

use crate::agenda::Event;
use crate::agent::Agent;
use crate::audit::{Audit, Breach};
use crate::crowd::Crowd;
use crate::figures::Figures;
use crate::house;
use crate::message::Message;
use crate::network::Network;
use crate::place::{Place, SERVER};
use crate::random::{Random, Stream};
use crate::report::Report;
use crate::scenario::{Scenario, ScenarioError};
use crate::voice::Voice;
use crate::watch::{Failure, Progress, Watch};

mod invariants;

/// Agents come before the first caller does.
const LEAD: Duration = Duration::from_secs(60);
/// Who still waits so long after the last day gives up.
const OVERTIME: Duration = Duration::from_secs(2 * 3_600);
/// By then every timer has fired, that of a registration that nobody took back included.
const QUIET: Duration = Duration::from_secs(86_400);
/// Steps between two words about the progress.
const PROGRESS_STEPS: u64 = 4_096;

/// The moment at which somebody wants to act next.
struct Next {
    at: Duration,
    /// The engine; on the agenda stands who comes after it.
    is_engine: bool,
}

/// The world.
pub struct World {
    scenario: Arc<Scenario>,
    engine: Engine,
    /// When the engine wants to come again.
    due: Option<Duration>,
    network: Network,
    voice: Voice,
    crowd: Crowd,
    agents: Vec<Agent>,
    commands: u64,
    prompts: Random,
    evening: bool,
    home: bool,
    audit: Audit,
    figures: Figures,
    breach: Option<String>,
    check_every: u64,
    steps: u64,
}

impl World {
    /// The moment before the first day. The ACD is checked whole after each `check_every`-th step; 0: never.
    ///
    /// # Errors
    /// The scenario names what the configuration does not have.
    pub fn new(
        scenario: &Arc<Scenario>,
        config: &Config,
        check_every: u64,
    ) -> Result<Self, ScenarioError> {
        Self::of(scenario, config, check_every, false)
    }

    /// The same with the distribution's journal among its facts, so that [`crate::replay`] can make its decisions again.
    ///
    /// # Errors
    /// As [`World::new`].
    pub fn with_journal(
        scenario: &Arc<Scenario>,
        config: &Config,
        check_every: u64,
    ) -> Result<Self, ScenarioError> {
        Self::of(scenario, config, check_every, true)
    }

    fn of(
        scenario: &Arc<Scenario>,
        config: &Config,
        check_every: u64,
        journal: bool,
    ) -> Result<Self, ScenarioError> {
        let config = Arc::new(house::prepared(config, scenario)?);
        let now = scenario.start.at.saturating_sub(LEAD);
        let seed = scenario.seed;
        let engine = Engine::new(now, house::settings(config, seed, journal));
        let mut world = Self {
            due: engine.poll_timeout(),
            engine,
            network: Network::new(now, scenario.network.clone(), seed),
            voice: Voice::default(),
            crowd: Crowd::new(scenario),
            agents: Vec::new(),
            commands: 0,
            prompts: Random::new(seed, Stream::Prompts),
            evening: false,
            home: false,
            audit: Audit::default(),
            figures: Figures::of(scenario),
            breach: None,
            check_every,
            steps: 0,
            scenario: scenario.clone(),
        };
        world.staff();
        world.crowd.expect_all(&mut world.network);
        let ends = world.scenario.ends_at();
        world.network.agenda.put(ends, Event::Evening);
        world.network.agenda.put(ends + OVERTIME, Event::Night);
        Ok(world)
    }

    fn staff(&mut self) {
        let scenario = self.scenario.clone();
        for group in &scenario.agents {
            let shared = Arc::new(group.clone());
            for login in group.logins() {
                let number = self.agents.len() as u32;
                let agent = Agent::new(number, login, shared.clone(), scenario.seed);
                self.network.command(Command::PutAgent(agent.entry(login)));
                agent.is_planned(&mut self.network, &scenario);
                self.agents.push(agent);
            }
        }
    }

    /// Plays it to its end.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn run(mut self, watch: &mut dyn Watch) -> Result<Report, Failure> {
        let end = self.scenario.ends_at() + OVERTIME + QUIET;
        while let Some(next) = self.next() {
            if next.at > end {
                // What is still planned then, a phone that would have died some day, say, is nobody's timer.
                if self.due.is_some() {
                    self.wrong("a timer has no owner: the house is empty, and the engine wants to come again".to_owned());
                }
                break;
            }
            self.step(next, watch);
            if self.breach.is_some() {
                break;
            }
        }
        self.check_empty();
        match self.breach.take() {
            None => {
                let ended_at = self.network.now.into();
                let (scenario, figures) = (&self.scenario, &self.figures);
                Ok(Report::of(scenario, figures, self.steps, ended_at))
            }
            Some(what) => Err(Failure {
                seed: self.scenario.seed,
                breach: Breach {
                    at: self.network.now.into(),
                    what,
                },
            }),
        }
    }

    fn next(&self) -> Option<Next> {
        let (engine, agenda) = (self.due, self.network.agenda.next());
        let at = engine.into_iter().chain(agenda).min()?;
        let at = at.max(self.network.now);
        let is_engine = engine.is_some_and(|due| due <= at);
        Some(Next { at, is_engine })
    }

    fn step(&mut self, next: Next, watch: &mut dyn Watch) {
        let now = next.at;
        self.network.now = now;
        if next.is_engine {
            self.engine.handle_timeout(now);
            self.due = self.engine.poll_timeout();
        } else if let Some((_, event)) = self.network.agenda.take() {
            self.happens(event);
        }
        self.drain(watch);
        self.check();
        if self.evening && self.crowd.is_empty() {
            self.go_home();
        }
        self.steps += 1;
        if self.steps.is_multiple_of(PROGRESS_STEPS) {
            watch.progress(self.progress());
        }
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Arrival(group) => self.crowd.arrives(&mut self.network, group),
            Event::ToServer(from, bytes) => self.reaches_server(from, bytes),
            Event::ToPhone(to, bytes) => self.reaches_phone(to, &bytes),
            Event::Caller {
                slot,
                serial,
                timer,
            } => {
                let network = &mut self.network;
                self.crowd.handle_timeout(network, slot, serial, timer);
            }
            Event::Agent { number, timer } => {
                if let Some(agent) = self.agents.get_mut(number as usize) {
                    let dies = matches!(timer, crate::agent::Timer::Dies(_));
                    agent.handle_timeout(&mut self.network, &self.scenario, timer);
                    if dies && !agent.phone.is_registered() {
                        self.crowd.hear_nobody(&mut self.network, number);
                    }
                }
            }
            Event::Media(news) => {
                if self.voice.holds(&news) {
                    self.tell(Input::Media(news));
                }
            }
            Event::Command(command) => {
                self.commands += 1;
                self.tell(Input::Command(CommandId(self.commands), *command));
            }
            Event::Reply(reply) => self.tell(Input::Reply(reply)),
            Event::Evening => self.evening = true,
            Event::Night => self.crowd.hang_up(&mut self.network),
        }
    }

    fn reaches_server(&mut self, from: Place, bytes: Bytes) {
        let flow = Flow {
            transport: Transport::Udp,
            local: SERVER,
            remote: from.address(),
            connection: 0,
        };
        self.tell(Input::Message { flow, bytes });
    }

    fn tell(&mut self, input: Input) {
        self.engine.handle_input(self.network.now, input);
        self.due = self.engine.poll_timeout();
    }

    fn reaches_phone(&mut self, to: Place, bytes: &Bytes) {
        let Some(message) = Message::read(bytes) else {
            return self.wrong(format!("a phone was sent what is no SIP: {bytes:?}"));
        };
        let rtp = message.rtp_port();
        let port = rtp.and_then(|rtp| self.voice.belongs(rtp, to));
        let network = &mut self.network;
        match to {
            Place::Caller(slot) => self.crowd.hears(network, slot, &message, port),
            Place::Agent(number) => {
                if let Some(agent) = self.agents.get_mut(number as usize) {
                    agent.hears(network, &message, bytes);
                }
            }
        }
    }

    fn drain(&mut self, watch: &mut dyn Watch) {
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Transmit(transmit) => {
                    if let Some(place) = Place::of(transmit.flow.remote) {
                        self.network.carry_to_phone(place, transmit.bytes);
                    }
                }
                Output::Media(command) => self.media(command),
                Output::Fact(at, fact) => {
                    watch.fact(at, &fact);
                    self.fact(at, &fact);
                }
                Output::Request(Request::Profile {
                    call,
                    caller,
                    typed,
                }) => {
                    let profile = Some(Box::new(self.crowd.profile(&caller)));
                    self.network.reply(Reply::Profile {
                        call,
                        typed,
                        profile,
                    });
                }
                // No service of the house is simulated: each queue decides for itself (B15).
                Output::Request(Request::Route(question)) => self.network.reply(Reply::Route {
                    call: question.call,
                    id: question.id,
                    reply: RouteReply::LeftToUs,
                }),
                Output::Request(Request::PassKey { .. }) => {}
                Output::Request(
                    Request::LookUp { call, ask } | Request::Converse { call, ask, .. },
                ) => {
                    let answer = ivr::Answer::NoAnswer("nobody is simulated".to_owned());
                    let id = ask.id;
                    self.network.reply(Reply::LookedUp { call, id, answer });
                }
                Output::CallBroken { call, trace } => {
                    self.wrong(format!("call {call} broke: {}", trace.join("; ")));
                }
                // A page that asked too late, for a wrap-up that is over, say, is told so and shrugs.
                Output::CommandDone(_, _) => {}
                // There are no names and no connections on this network, and nobody restarts.
                Output::Connect(_)
                | Output::Resolve(_)
                | Output::Vouch(_)
                | Output::Bindings { .. }
                | Output::Answer(_, _)
                | Output::SettleRecording { .. }
                | Output::Drained => {}
            }
        }
    }

    fn media(&mut self, command: media::Command) {
        let Self {
            voice,
            network,
            scenario,
            prompts,
            ..
        } = self;
        let prompt = || scenario.prompt.draw(prompts);
        match voice.handle_command(network, command, prompt) {
            Ok(Some(heard)) => self.crowd.hear(network, heard),
            Ok(None) => {}
            Err(wrong) => self.wrong(wrong),
        }
    }

    fn fact(&mut self, at: Timestamp, fact: &Fact) {
        if let Err(wrong) = self.audit.fact(at, fact) {
            self.wrong(wrong);
        }
        self.figures.fact(at, fact);
        if let Fact::QueueJoined { call, queue, .. } = fact {
            self.estimated(at, *call, queue);
        }
        if let Fact::AgentStateChanged { agent, to, .. } = fact
            && let Some(number) = Agent::number_of(*agent)
            && let Some(agent) = self.agents.get_mut(number as usize)
        {
            agent.sees(&mut self.network, to);
        }
    }

    /// D16: what a caller would be told who has to wait.
    fn estimated(&mut self, at: Timestamp, call: CallId, queue: &QueueName) {
        let estimate = self.engine.acd().estimate(self.network.now, call);
        if estimate.is_none_or(|estimate| !estimate.p80.is_zero()) {
            let calibrations = &mut self.figures.calibrations;
            calibrations.joined(at, call, queue, estimate);
        }
    }

    /// The last caller has gone.
    fn go_home(&mut self) {
        if !std::mem::replace(&mut self.home, true) {
            for agent in &mut self.agents {
                agent.goes(&mut self.network);
            }
        }
    }

    /// The first breach is the one that is told: what follows may follow from it.
    fn wrong(&mut self, what: String) {
        self.breach.get_or_insert(what);
    }

    fn progress(&self) -> Progress {
        let start = self.scenario.start.at;
        let whole = self.scenario.ends_at().saturating_sub(start);
        Progress {
            passed: self.network.now.saturating_sub(start).min(whole),
            whole,
            calls: self.audit.ended,
        }
    }
}
