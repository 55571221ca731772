//! What is made once at the start: media threads, the engine's settings, the event hub, and what a crash left.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use engine::{Input, MediaPlan};
use media::WorkerConfig;
use model::Fact;
use net::{Clock, MediaConfig, MediaThreads};
use store::Database;
use tokio::sync::mpsc;
use web::{EventHub, HubSettings};

use crate::config::settings::Settings;
use crate::fan_out::Facts;
use crate::recovery;

/// Facts that are looked through for tickets at the start.
const RESTORED_MAX: u64 = 10_000;

/// The event stream, which reads back older facts from the log. Of those it is told the tickets alone: whose they are
/// stays known, while calls and agents' states of the former process are over.
pub(super) fn event_hub(last_seq: u64, reader: store::FactReader) -> Arc<EventHub> {
    let settings = HubSettings {
        last_seq,
        ..HubSettings::default()
    };
    let read = move |after: u64, limit: usize| {
        reader.read_from(after + 1, limit).unwrap_or_else(|error| {
            tracing::error!(%error, after, "facts cannot be read back");
            Vec::new()
        })
    };
    let recent = read(last_seq.saturating_sub(RESTORED_MAX), RESTORED_MAX as usize);
    let hub = EventHub::new(settings, Box::new(read));
    for record in &recent {
        if matches!(record.fact, Fact::TicketCreated { .. }) {
            hub.restore(record);
        }
    }
    hub
}

/// Closes what a crash cut.
pub(super) async fn recover(
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

/// The media threads; their news go to the engine.
pub(super) fn media(
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

/// What the engine is made of.
pub(super) fn engine(
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
