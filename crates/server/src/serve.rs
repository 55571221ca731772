//! `trunkline serve`: puts the house together, runs it, and takes it down in order.
//!
//! Start: files, store, log, recovery, sockets, loops; only then is it ready. End (S6): new calls are refused with 503,
//! calls that are up may end within `shutdown.drain_s`, a second signal ends them, then everything that was told is made
//! durable.

mod figures;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use engine::{Command, Engine, Input, MediaPlan, Reply, Request};
use media::{SoundLibrary, SoundName, WorkerConfig};
use net::{Clock, MediaConfig, MediaThreads, SipConfig, SipSockets};
use store::{Database, RecordingWriter};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use web::{App, CommandSender, Deps, EventHub, HubSettings, MetricsHandle};

use crate::config::settings::Settings;
use crate::config::{Loaded, Source};
use crate::desk_loop::DeskLoop;
use crate::engine_loop::{EngineLoop, Gauges, Sinks, Sources};
use crate::fan_out::{Facts, FanOut};
use crate::people::{self, Roster};
use crate::readiness::Watch;
use crate::{Failure, banner, demo, recordings, recovery};

/// Messages from the network that wait for the engine.
const INBOUND_MAX: usize = 8_192;
/// Media news, replies and configurations that wait for the engine.
const INPUTS_MAX: usize = 65_536;
/// Commands of people that wait for the engine.
const COMMANDS_MAX: usize = 1_024;
/// Questions to the directory that wait, and that are asked at once.
const QUESTIONS_MAX: usize = 1_024;
const QUESTIONS_AT_ONCE: usize = 16;
/// A directory slower than this is no help to the agent any more.
const QUESTION_PATIENCE: Duration = Duration::from_secs(5);
/// How long the way down waits for the tables.
const CATCH_UP_MAX: Duration = Duration::from_secs(5);
/// How often the store is asked whether people changed.
const ROSTER_EVERY: Duration = Duration::from_secs(2);

/// Runs until a signal ends it.
pub fn run(source: &Source) -> Result<(), Failure> {
    let settings = source.settings()?;
    log_by(&settings)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime cannot start")?;
    runtime.block_on(serve(source, settings))
}

async fn serve(source: &Source, settings: Settings) -> Result<(), Failure> {
    let clock = Clock::start();
    let database = open_store(&settings).await?;
    if settings.demo.seed && demo::seed(&database, &settings.sip.realm, clock.now().into()).await? {
        tracing::info!("the empty store was filled with the demo's people");
    }
    let agents = database
        .agents()
        .await
        .context("the agents cannot be read")?;
    let loaded = source.load(
        1,
        Some(agents.iter().map(|agent| agent.login.clone()).collect()),
    )?;
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    let demo_agents = people::with_demo_password(&agents, &settings.sip.realm);
    refuse_demo_beyond_loopback(&settings, &demo_agents)?;
    let house = House::build(source.clone(), clock, settings, loaded, database).await?;
    house.greet(&demo_agents);
    house.live().await
}

/// PRODUCT: demo passwords work on loopback only.
fn refuse_demo_beyond_loopback(settings: &Settings, demo_agents: &[&str]) -> Result<(), Failure> {
    let beyond: Vec<String> = settings
        .listeners()
        .filter(|address| !address.ip().is_loopback())
        .map(|address| address.to_string())
        .collect();
    if demo_agents.is_empty() || beyond.is_empty() {
        return Ok(());
    }
    Err(Failure::Refused(format!(
        "{} would be reachable from other machines while {} still have the demo's password; give them new ones with `trunkline agent passwd LOGIN`, or listen on 127.0.0.1 only",
        beyond.join(", "),
        demo_agents.join(", ")
    )))
}

async fn open_store(settings: &Settings) -> anyhow::Result<Database> {
    std::fs::create_dir_all(&settings.data.dir)
        .with_context(|| format!("the folder {} cannot be made", settings.data.dir.display()))?;
    Database::open(&settings.store.url, &settings.numbering.region)
        .await
        .with_context(|| format!("the store {} cannot be opened", settings.store.url))
}

fn log_by(settings: &Settings) -> Result<(), Failure> {
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.log.level).map_err(|error| {
        Failure::Refused(format!("log.level = {:?}: {error}", settings.log.level))
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let done = if settings.log.json {
        builder.json().try_init()
    } else {
        builder.try_init()
    };
    done.map_err(|error| Failure::System(anyhow::anyhow!("logging cannot start: {error}")))
}

/// Everything that runs.
struct House {
    source: Source,
    settings: Settings,
    hotlines: Vec<String>,
    sip: Vec<(sip::Transport, SocketAddr)>,
    http: SocketAddr,
    commands: CommandSender,
    inputs: mpsc::Sender<Input>,
    drained: mpsc::Receiver<()>,
    media: Arc<MediaThreads>,
    recorder: RecordingWriter,
    announcer: std::thread::JoinHandle<()>,
    engine: std::thread::JoinHandle<()>,
    stop_engine: oneshot::Sender<()>,
    fan_out: FanOut,
    desk: tokio::task::JoinHandle<()>,
    helpers: Vec<tokio::task::JoinHandle<()>>,
    web: tokio::task::JoinHandle<std::io::Result<()>>,
    close_web: watch::Sender<bool>,
    database: Database,
}

impl House {
    async fn build(
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
        let hub = event_hub(log.last_seq(), reader.clone());
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
        recover(&settings, &database, &facts, clock).await?;
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
        let media = start_media(
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
        let engine = Engine::new(
            clock.now(),
            engine_settings(&settings, loaded.engine, &sip)?,
        );

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
            tokio::spawn(keep_roster(roster)),
            tokio::spawn(answer_questions(
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

    fn greet(&self, demo_agents: &[&str]) {
        banner::print(
            &self.settings,
            &self.sip,
            self.http,
            &self.hotlines,
            demo_agents,
        );
    }

    /// Until the end: signals, then the way down.
    async fn live(mut self) -> Result<(), Failure> {
        let mut terminate = signal_of(SignalKind::terminate())?;
        let mut interrupt = signal_of(SignalKind::interrupt())?;
        let mut hang_up = signal_of(SignalKind::hangup())?;
        let mut version = 1;
        loop {
            tokio::select! {
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                _ = hang_up.recv() => {
                    version += 1;
                    self.reload(version).await;
                }
            }
        }
        tracing::info!("new calls are refused; calls that are up may end");
        if let Err(error) = self.commands.send(Command::Drain).await {
            tracing::warn!(%error, "the engine does not drain");
        }
        tokio::select! {
            _ = self.drained.recv() => tracing::info!("all calls have ended"),
            () = tokio::time::sleep(self.settings.shutdown.drain()) => tracing::warn!("calls are cut: the time to end is over"),
            _ = terminate.recv() => tracing::warn!("calls are cut: a second signal came"),
            _ = interrupt.recv() => tracing::warn!("calls are cut: a second signal came"),
        }
        self.down().await;
        Ok(())
    }

    /// SIGHUP: the files are read again; a mistake leaves everything as it was.
    async fn reload(&self, version: u64) {
        let agents = match self.database.agents().await {
            Ok(agents) => agents.into_iter().map(|agent| agent.login).collect(),
            Err(error) => {
                tracing::error!(%error, "not reloaded: the agents cannot be read");
                return;
            }
        };
        match self.source.load(version, Some(agents)) {
            Ok(loaded) => {
                let sounds = loaded
                    .sounds
                    .into_iter()
                    .map(|(name, sound)| (SoundName::new(&name), Arc::new(sound)))
                    .collect();
                self.media
                    .command(media::Command::Sounds(Arc::new(SoundLibrary(sounds))));
                if self
                    .inputs
                    .send(Input::Configured(Arc::new(loaded.engine)))
                    .await
                    .is_ok()
                {
                    tracing::info!(
                        version,
                        "the configuration was read again; listeners and folders keep theirs until a restart"
                    );
                }
            }
            Err(findings) => {
                for finding in findings {
                    tracing::error!("not reloaded: {finding}");
                }
            }
        }
    }

    /// From the outside in: nothing new comes, what was told is written, then the store closes.
    async fn down(self) {
        self.close_web.send_replace(true);
        if self.web.await.is_err() {
            tracing::error!("the web server panicked");
        }
        for helper in self.helpers {
            helper.abort();
            let _aborted = helper.await;
        }
        let _loop_may_be_gone = self.stop_engine.send(());
        let (engine, media, recorder, announcer) =
            (self.engine, self.media, self.recorder, self.announcer);
        let joined = tokio::task::spawn_blocking(move || {
            if engine.join().is_err() {
                tracing::error!("the engine's thread panicked");
            }
            // The last handle: closes every port and gives out the last recorded sound.
            drop(media);
            recorder.close();
            let _told = announcer.join();
        });
        if joined.await.is_err() {
            tracing::error!("the way down broke off");
        }
        // The tables may lag behind the log; what they lack they get at the next start.
        let reached = *self.fan_out.reached().borrow();
        let caught_up = async {
            while self
                .database
                .applied_seq()
                .await
                .is_ok_and(|applied| applied < reached)
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let _late = tokio::time::timeout(CATCH_UP_MAX, caught_up).await;
        self.desk.abort();
        let _aborted = self.desk.await;
        let fan_out = self.fan_out;
        if tokio::task::spawn_blocking(move || fan_out.join())
            .await
            .is_err()
        {
            tracing::error!("the fan-out thread cannot be joined");
        }
        self.database.close().await;
    }
}

fn signal_of(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind)
        .context("signals cannot be heard")
        .map_err(Failure::System)
}

fn event_hub(last_seq: u64, reader: store::FactReader) -> Arc<EventHub> {
    let read = move |after: u64, limit: usize| {
        reader.read_from(after + 1, limit).unwrap_or_else(|error| {
            tracing::error!(%error, after, "facts cannot be read back");
            Vec::new()
        })
    };
    EventHub::new(
        HubSettings {
            last_seq,
            ..HubSettings::default()
        },
        Box::new(read),
    )
}

async fn recover(
    settings: &Settings,
    database: &Database,
    facts: &Facts,
    clock: Clock,
) -> anyhow::Result<()> {
    let now = clock.now().into();
    let adopted = recovery::adopt_recordings(&settings.recordings.dir, database, facts, now)
        .await
        .context("recordings cannot be looked through")?;
    let cut = recovery::close_cut_calls(database, facts, now).await?;
    if adopted + cut > 0 {
        tracing::warn!(
            calls = cut,
            recordings = adopted,
            "a crash had cut calls: they are closed and their recordings kept"
        );
    }
    Ok(())
}

fn start_media(
    settings: &Settings,
    clock: Clock,
    inputs: &mpsc::Sender<Input>,
    chunks: std::sync::mpsc::SyncSender<media::RecordingChunk>,
) -> anyhow::Result<Arc<MediaThreads>> {
    let worker = WorkerConfig {
        seed: random_u64()?,
        rtp_timeout: Duration::from_secs(settings.rtp.timeout_s),
        ..WorkerConfig::default()
    };
    let config = MediaConfig {
        threads: usize::from(settings.rtp.threads.max(1)),
        worker,
        clock,
        ..MediaConfig::new(clock)
    };
    let inputs = inputs.clone();
    let news = move |news| {
        // Never waits: a media thread that waited would be heard. The engine is behind by 65,536 events then.
        if inputs.try_send(Input::Media(news)).is_err() {
            tracing::error!("the engine stalls: news of a media thread is lost");
        }
    };
    Ok(Arc::new(
        MediaThreads::start(config, news, chunks).context("the media threads cannot start")?,
    ))
}

fn engine_settings(
    settings: &Settings,
    config: engine::Config,
    listeners: &[(sip::Transport, SocketAddr)],
) -> anyhow::Result<engine::Settings> {
    let mut nonce_secret = [0; 32];
    getrandom::fill(&mut nonce_secret)
        .map_err(|error| anyhow::anyhow!("no random numbers: {error}"))?;
    let endpoint = sip::EndpointConfig {
        domain: settings.sip.domain.clone(),
        realm: settings.sip.realm.clone(),
        product: concat!("Trunkline/", env!("CARGO_PKG_VERSION")).into(),
        listeners: listeners.to_vec(),
        nonce_secret,
        seed: random_u64()?,
        hotlines: Default::default(),
        limits: sip::Limits::default(),
        registration: sip::RegistrationLimits::default(),
        timers: sip::Timers::default(),
    };
    let media = MediaPlan {
        bind: settings.rtp.address,
        advertise: settings.rtp.public.unwrap_or(settings.rtp.address),
        port_min: settings.rtp.ports.min,
        port_max: settings.rtp.ports.max,
        threads: settings.rtp.threads.max(1),
    };
    Ok(engine::Settings {
        config: Arc::new(config),
        sip: endpoint,
        media,
        seed: random_u64()?,
        node: model::id::SINGLE_NODE,
    })
}

fn random_u64() -> anyhow::Result<u64> {
    getrandom::u64().map_err(|error| anyhow::anyhow!("no random numbers: {error}"))
}

async fn keep_roster(mut roster: Roster) {
    loop {
        tokio::time::sleep(ROSTER_EVERY).await;
        if let Err(error) = roster.refresh().await {
            tracing::warn!(%error, "people may have changed: the store or the engine does not answer");
        }
    }
}

/// The engine's questions, some at once, each with an end (invariant 7).
async fn answer_questions(
    mut questions: mpsc::Receiver<Request>,
    database: Database,
    inputs: mpsc::Sender<Input>,
    clock: Clock,
) {
    let at_once = Arc::new(Semaphore::new(QUESTIONS_AT_ONCE));
    while let Some(Request::Profile { call, caller }) = questions.recv().await {
        let Ok(permit) = at_once.clone().acquire_owned().await else {
            return;
        };
        let (database, inputs) = (database.clone(), inputs.clone());
        tokio::spawn(async move {
            let asked = tokio::time::timeout(
                QUESTION_PATIENCE,
                database.profile(&caller, clock.now().into()),
            )
            .await;
            let profile = match asked {
                Ok(Ok(profile)) => Some(Box::new(profile)),
                Ok(Err(error)) => {
                    tracing::warn!(%call, %error, "the caller cannot be looked up");
                    None
                }
                Err(_) => {
                    tracing::warn!(%call, "the directory took too long");
                    None
                }
            };
            let _engine_may_be_gone = inputs
                .send(Input::Reply(Reply::Profile { call, profile }))
                .await;
            drop(permit);
        });
    }
}
