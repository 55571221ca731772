//! Where calls come in and are decided: SIP sockets and the engine's loop, with the ways to it.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use engine::{AgentEntry, Command, CommandId, Engine, Input, Request};
use net::{Clock, SipConfig, SipCounters, SipSockets};
use tokio::sync::{mpsc, oneshot};
use web::CommandSender;

use super::start;
use super::voice::Voice;
use crate::config::settings::Settings;
use crate::engine_loop::{EngineLoop, Gauges, Sinks, Sources};
use crate::fan_out::Facts;
use crate::vital::Pulse;

/// Messages of registered phones, carriers and connections that wait for the engine, and news of the network.
const INBOUND_MAX: usize = 8_192;
/// Messages of strangers that wait: half a second of all that the gate lets through.
const STRANGERS_MAX: usize = 2_048;
/// Commands of people that wait for the engine.
const COMMANDS_MAX: usize = 1_024;
/// Questions to the directory that wait.
const QUESTIONS_MAX: usize = 1_024;

/// The switchboard.
pub(super) struct Switchboard {
    pub(super) commands: CommandSender,
    pub(super) drained: mpsc::Receiver<()>,
    pub(super) listeners: Vec<(sip::Transport, SocketAddr)>,
    pub(super) counters: Arc<SipCounters>,
    pub(super) gauges: Arc<Gauges>,
    thread: std::thread::JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

/// What the switchboard is given.
pub(super) struct Equipment<'a> {
    pub(super) settings: &'a Settings,
    pub(super) config: engine::Config,
    pub(super) agents: Vec<AgentEntry>,
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
            agents,
            clock,
            voice,
            facts,
            inputs,
            pulse,
        } = given;
        let (inbound, sip) = net::inbound_queue(INBOUND_MAX, STRANGERS_MAX);
        let sip_config = SipConfig {
            udp: settings.sip.udp.clone(),
            tcp: settings.sip.tcp.clone(),
            clock,
            ..SipConfig::default()
        };
        let sockets = SipSockets::bind(sip_config, inbound)
            .await
            .context("SIP cannot listen")?;
        let listeners = sockets.local().to_vec();
        let counters = sockets.counters().clone();
        let mut engine = Engine::new(clock.now(), start::engine(settings, config, &listeners)?);
        for agent in agents {
            engine.handle_input(
                clock.now(),
                Input::Command(CommandId(0), Command::PutAgent(agent)),
            );
        }
        let (commands, asked) = CommandSender::channel(COMMANDS_MAX);
        let (requests, questions) = mpsc::channel(QUESTIONS_MAX);
        let (told_drained, drained) = mpsc::channel(1);
        let gauges = Arc::new(Gauges::default());
        let sinks = Sinks {
            sockets,
            media: voice.media.clone(),
            facts,
            requests,
            recordings: voice.recorder.sink(),
            drained: told_drained,
        };
        let (stop, stopped) = oneshot::channel();
        let sources = Sources {
            sip,
            commands: asked,
            inputs,
            stop: stopped,
        };
        let thread = EngineLoop {
            engine,
            clock,
            sinks,
            gauges: gauges.clone(),
        }
        .start(sources, pulse)?;
        Ok((
            Self {
                commands,
                drained,
                listeners,
                counters,
                gauges,
                thread,
                stop,
            },
            questions,
        ))
    }

    /// The first UDP listener, which readiness asks.
    pub(super) fn first_udp(&self) -> Option<SocketAddr> {
        let udp =
            |(transport, _): &&(sip::Transport, SocketAddr)| *transport == sip::Transport::Udp;
        self.listeners.iter().find(udp).map(|(_, address)| *address)
    }

    /// Ends the loop.
    pub(super) fn stop(self) {
        let _loop_may_be_gone = self.stop.send(());
        if self.thread.join().is_err() {
            tracing::error!("the engine's thread panicked");
        }
    }
}
