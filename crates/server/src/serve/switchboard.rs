//! Where calls come in and are decided: SIP sockets and the engine's loop, with the ways to it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use engine::{AgentEntry, Command, CommandId, Engine, Input, Request, Restored, RestoredCallback};
use model::AgentId;
use model::calendar::{Closure, PinRefusal};
use model::canary::Trials;
use net::{Clock, SipControl, SipCounters, SipSockets, TlsConfig};
use sip::Binding;
use store::Database;
use tokio::sync::{mpsc, oneshot};
use web::{CommandSender, QuestionSender};

use super::start;
use super::voice::Voice;
use crate::config::settings::Settings;
use crate::engine_loop::{EngineLoop, Gauges, Lines, Sinks, Sources};
use crate::fan_out::Facts;
use crate::recovery::Formerly;
use crate::registrations;
use crate::trace::{Ring, Tracer};
use crate::vital::Pulse;

/// Messages of registered phones, carriers and connections that wait for the engine, and news of the network.
const INBOUND_MAX: usize = 8_192;
/// Messages of strangers that wait: half a second of all that the gate lets through.
const STRANGERS_MAX: usize = 2_048;
/// Commands of people that wait for the engine.
const COMMANDS_MAX: usize = 1_024;
/// Questions to the directory that wait.
const REQUESTS_MAX: usize = 1_024;
/// Questions of people that wait for the engine.
const QUESTIONS_MAX: usize = 64;

/// The switchboard.
pub(super) struct Switchboard {
    pub(super) commands: CommandSender,
    pub(super) questions: QuestionSender,
    pub(super) tracer: Tracer,
    pub(super) drained: mpsc::Receiver<()>,
    pub(super) listeners: Vec<(sip::Transport, SocketAddr)>,
    pub(super) counters: Arc<SipCounters>,
    pub(super) control: SipControl,
    pub(super) gauges: Arc<Gauges>,
    keeper: tokio::task::JoinHandle<()>,
    thread: std::thread::JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

/// What the former process knew of its agents (G13, C20).
pub(super) struct Former {
    /// The contacts of their phones, by login.
    pub(super) contacts: BTreeMap<String, Vec<Binding>>,
    /// What they were and had asked for.
    pub(super) agents: BTreeMap<AgentId, Formerly>,
    /// Which calendars it had left closed (E9).
    pub(super) closings: BTreeMap<String, Closure>,
    /// Which PINs were wrong in the last hour.
    pub(super) pins: Vec<PinRefusal>,
    /// How canaries of scripts stood (M6), if that can be known.
    pub(super) canaries: Option<Trials>,
    /// Whom it had promised to call back (D21).
    pub(super) callbacks: Vec<RestoredCallback>,
}

impl Former {
    /// What it knew of one of them, if anything.
    fn of(&mut self, agent: &AgentEntry) -> Option<Restored> {
        let bindings = self.contacts.remove(&agent.login);
        let was = self.agents.remove(&agent.id);
        let is_known = bindings.is_some() || was.is_some();
        let Formerly { wish, past } = was.unwrap_or_default();
        is_known.then(|| Restored {
            agent: agent.id,
            bindings: bindings.unwrap_or_default(),
            past,
            wish,
        })
    }
}

/// What the switchboard is given.
pub(super) struct Equipment<'a> {
    pub(super) settings: &'a Settings,
    pub(super) config: engine::Config,
    pub(super) tls: TlsConfig,
    pub(super) agents: Vec<AgentEntry>,
    pub(super) former: Former,
    pub(super) database: Database,
    pub(super) clock: Clock,
    pub(super) voice: &'a Voice,
    pub(super) facts: Facts,
    /// Media news, replies, configurations.
    pub(super) inputs: mpsc::Receiver<Input>,
    /// Ends with the engine's thread.
    pub(super) pulse: Pulse,
}

impl Switchboard {
    /// Binds the sockets and starts the loop with everybody known, so that the first phone that knocks is let in. The
    /// second value is where the engine's questions come out.
    pub(super) async fn open(
        given: Equipment<'_>,
    ) -> anyhow::Result<(Self, mpsc::Receiver<Request>)> {
        let Equipment {
            settings,
            config,
            tls,
            agents,
            mut former,
            database,
            clock,
            voice,
            facts,
            inputs,
            pulse,
        } = given;
        let (inbound, sip) = net::inbound_queue(INBOUND_MAX, STRANGERS_MAX);
        let sockets = SipSockets::bind(start::sockets(settings, tls, clock), inbound)
            .await
            .context("SIP cannot listen")?;
        let listeners = sockets.local().to_vec();
        let counters = sockets.counters().clone();
        let control = sockets.control();
        let mut engine = Engine::new(clock.now(), start::engine(settings, config, &listeners)?);
        let mut restored = Vec::new();
        for agent in agents {
            restored.extend(former.of(&agent));
            let put = Input::Command(CommandId(0), Command::PutAgent(agent));
            engine.handle_input(clock.now(), put);
        }
        // All are known before the first of them is ready.
        for restored in restored {
            engine.handle_input(clock.now(), Input::Restored(restored));
        }
        engine.handle_input(clock.now(), Input::RestoredClosings(former.closings));
        engine.handle_input(clock.now(), Input::RestoredPins(former.pins));
        let canaries = Input::RestoredCanaries(former.canaries.map(Box::new));
        engine.handle_input(clock.now(), canaries);
        for promised in former.callbacks {
            let restored = Input::RestoredCallback(Box::new(promised));
            engine.handle_input(clock.now(), restored);
        }
        let (bindings, changes) = mpsc::channel(registrations::WAITING_MAX);
        let keeper = tokio::spawn(registrations::keep(changes, database, clock));
        let (commands, asked) = CommandSender::channel(COMMANDS_MAX);
        let (questions, questioned) = QuestionSender::channel(QUESTIONS_MAX);
        let (tracer, tracers) = Tracer::new();
        let (requests, requested) = mpsc::channel(REQUESTS_MAX);
        let (told_drained, drained) = mpsc::channel(1);
        let gauges = Arc::new(Gauges::default());
        let sinks = Sinks {
            sockets,
            media: voice.media.clone(),
            facts,
            requests,
            bindings,
            recordings: voice.recorder.sink(),
            drained: told_drained,
        };
        let (stop, stopped) = oneshot::channel();
        let sources = Sources {
            sip,
            commands: asked,
            questions: questioned,
            tracers,
            inputs,
            stop: stopped,
        };
        let thread = EngineLoop {
            engine,
            clock,
            sinks,
            gauges: gauges.clone(),
            ring: Ring::new(clock.now(), settings.limits.bounds.trace_bytes),
            lines: Lines::default(),
        }
        .start(sources, pulse)?;
        Ok((
            Self {
                commands,
                questions,
                tracer,
                drained,
                listeners,
                counters,
                control,
                gauges,
                keeper,
                thread,
                stop,
            },
            requested,
        ))
    }

    /// The first UDP listener, which readiness asks.
    pub(super) fn first_udp(&self) -> Option<SocketAddr> {
        let udp =
            |(transport, _): &&(sip::Transport, SocketAddr)| *transport == sip::Transport::Udp;
        self.listeners.iter().find(udp).map(|(_, address)| *address)
    }

    /// Ends the loop; the keeper of registrations ends when it has written the last of them.
    pub(super) fn stop(self) -> tokio::task::JoinHandle<()> {
        let _loop_may_be_gone = self.stop.send(());
        if self.thread.join().is_err() {
            tracing::error!("the engine's thread panicked");
        }
        self.keeper
    }
}
