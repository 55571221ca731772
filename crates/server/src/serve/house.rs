//! The house: every part made in its order, each able to speak to those that it needs.
//!
//! The log comes first, since everything tells facts; the sockets come last, since whoever knocks must find somebody.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use engine::{Engine, Input};
use media::{SoundLibrary, SoundName};
use net::{Clock, MediaThreads, SipConfig, SipSockets};
use store::{Database, RecordingWriter};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use web::{App, CommandSender, Deps, MetricsHandle};

use super::{figures, questions, start};
use crate::config::settings::Settings;
use crate::config::{Loaded, Source};
use crate::desk_loop::DeskLoop;
use crate::engine_loop::{EngineLoop, Gauges, Sinks, Sources};
use crate::fan_out::FanOut;
use crate::people::Roster;
use crate::readiness::Watch;
use crate::{recordings, recovery};

/// Messages from the network that wait for the engine.
const INBOUND_MAX: usize = 8_192;
/// Media news, replies and configurations that wait for the engine.
const INPUTS_MAX: usize = 65_536;
/// Commands of people that wait for the engine.
const COMMANDS_MAX: usize = 1_024;
/// Questions to the directory that wait.
const QUESTIONS_MAX: usize = 1_024;

/// Everything that runs.
pub(super) struct House {
    pub(super) source: Source,
    pub(super) settings: Settings,
    pub(super) hotlines: Vec<String>,
    pub(super) sip: Vec<(sip::Transport, SocketAddr)>,
    pub(super) http: SocketAddr,
    pub(super) commands: CommandSender,
    pub(super) inputs: mpsc::Sender<Input>,
    pub(super) drained: mpsc::Receiver<()>,
    pub(super) media: Arc<MediaThreads>,
    pub(super) recorder: RecordingWriter,
    pub(super) announcer: std::thread::JoinHandle<()>,
    pub(super) engine: std::thread::JoinHandle<()>,
    pub(super) stop_engine: oneshot::Sender<()>,
    pub(super) fan_out: FanOut,
    pub(super) desk: tokio::task::JoinHandle<()>,
    pub(super) helpers: Vec<tokio::task::JoinHandle<()>>,
    pub(super) web: tokio::task::JoinHandle<std::io::Result<()>>,
    pub(super) close_web: watch::Sender<bool>,
    pub(super) database: Database,
}

impl House {
    /// Puts everything together and starts it.
    pub(super) async fn build(
        source: Source,
        clock: Clock,
        settings: Settings,
        loaded: Loaded,
        database: Database,
    ) -> anyhow::Result<Self> {
        let metrics = MetricsHandle::install().context("metrics cannot start")?;
        // The log first: everything below tells facts.
        let (log, applied) = recovery::open_log(&settings.data.dir.join("facts"), &database)
            .await
            .context("the fact log cannot be opened")?;
        let reader = log.reader();
        let hub = start::event_hub(log.last_seq(), reader.clone());
        let (facts, fan_out) =
            FanOut::start(log, hub.clone()).context("the fan-out thread cannot start")?;
        let desk = DeskLoop {
            database: database.clone(),
            reader,
            reached: fan_out.reached(),
            facts: facts.clone(),
            clock,
            utc_offset_min: settings.tickets.utc_offset_min,
        };
        desk.catch_up(applied).await;
        start::recover(&settings, &database, &facts, clock).await?;
        let applied = database.applied_seq().await?;
        let desk = tokio::spawn(desk.run(applied));

        let (inputs, input) = mpsc::channel(INPUTS_MAX);
        let (recorder, reports) =
            RecordingWriter::start(&settings.recordings.dir).with_context(|| {
                format!(
                    "recordings cannot be written to {}",
                    settings.recordings.dir.display()
                )
            })?;
        let announcer = recordings::announce(reports, facts.clone(), clock)?;
        let media = start::media(
            &settings,
            clock,
            &inputs,
            recordings::carry(recorder.sink())?,
        )?;
        let sounds = loaded
            .sounds
            .into_iter()
            .map(|(name, sound)| (SoundName::new(&name), Arc::new(sound)))
            .collect();
        media.command(media::Command::Sounds(Arc::new(SoundLibrary(sounds))));

        let (inbound, sip_in) = mpsc::channel(INBOUND_MAX);
        let sip_config = SipConfig {
            udp: settings.sip.udp.clone(),
            tcp: settings.sip.tcp.clone(),
            ..SipConfig::default()
        };
        let sockets = SipSockets::bind(sip_config, inbound)
            .await
            .context("SIP cannot listen")?;
        let sip = sockets.local().to_vec();
        let hotlines = loaded
            .engine
            .numbers
            .iter()
            .filter(|(_, number)| number.open)
            .map(|(digits, _)| digits.clone())
            .collect();
        let engine = Engine::new(clock.now(), start::engine(&settings, loaded.engine, &sip)?);

        let (commands, asked) = CommandSender::channel(COMMANDS_MAX);
        let (requests, questions) = mpsc::channel(QUESTIONS_MAX);
        let (drained, drained_in) = mpsc::channel(1);
        let gauges = Arc::new(Gauges::default());
        let sip_counters = sockets.counters().clone();
        let sinks = Sinks {
            sockets,
            media: media.clone(),
            facts: facts.clone(),
            requests,
            recordings: recorder.sink(),
            drained,
        };
        let engine_loop = EngineLoop {
            engine,
            clock,
            sinks,
            gauges: gauges.clone(),
        };
        let (stop_engine, stop) = oneshot::channel();
        let sources = Sources {
            sip: sip_in,
            commands: asked,
            inputs: input,
            stop,
        };
        let engine = engine_loop.start(sources)?;

        let mut roster = Roster::new(database.clone(), commands.clone());
        roster
            .refresh()
            .await
            .context("the engine does not take the agents")?;
        let ready = Watch::new(clock, media.clone());
        let first_udp = sip
            .iter()
            .find(|(transport, _)| *transport == sip::Transport::Udp)
            .map(|(_, address)| *address);
        let helpers = vec![
            tokio::spawn(questions::keep_roster(roster)),
            tokio::spawn(questions::answer(
                questions,
                database.clone(),
                inputs.clone(),
                clock,
            )),
            tokio::spawn(ready.clone().run(first_udp, database.clone())),
            tokio::spawn(figures::keep(
                gauges,
                sip_counters,
                media.counters().clone(),
            )),
        ];

        let listener = TcpListener::bind(settings.http.listen)
            .await
            .with_context(|| format!("HTTP cannot listen on {}", settings.http.listen))?;
        let http = listener.local_addr()?;
        let app = App::new(Deps {
            database: database.clone(),
            commands: commands.clone(),
            events: hub,
            recordings_dir: settings.recordings.dir.clone(),
            metrics,
            readiness: Box::new(move || ready.readiness()),
            tell: Box::new(move |fact| facts.tell(clock.now().into(), fact)),
            is_https: false,
        });
        let (close_web, mut closing) = watch::channel(false);
        let web = tokio::spawn(web::serve(listener, app, async move {
            let _sender_gone_means_close = closing.wait_for(|close| *close).await;
        }));
        Ok(Self {
            source,
            settings,
            hotlines,
            sip,
            http,
            commands,
            inputs,
            drained: drained_in,
            media,
            recorder,
            announcer,
            engine,
            stop_engine,
            fan_out,
            desk,
            helpers,
            web,
            close_web,
            database,
        })
    }
}
