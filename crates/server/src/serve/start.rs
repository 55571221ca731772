//! What is made once at the start: media threads, the engine's settings, the event hub, and what a crash left.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use engine::{Input, MediaPlan};
use media::WorkerConfig;
use model::Timestamp;
use net::{Clock, MediaConfig, MediaThreads, SipConfig};
use store::Database;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use web::{EventHub, HubSettings};

use crate::config::settings::Settings;
use crate::fan_out::Facts;
use crate::recovery::{self, House, Unapplied};

/// Raises how many files may be open to what the administrator allows, and says so when the range of RTP ports is wider.
pub(super) fn open_files(settings: &Settings) {
    let ports = settings.rtp.ports;
    let wanted = files_wanted(ports.min, ports.max);
    match net::raise_open_files() {
        Ok((_before, allowed)) if allowed >= wanted => {}
        Ok((_before, allowed)) => tracing::warn!(
            allowed,
            wanted,
            "too few files may be open for all of rtp.ports: calls beyond that are refused; raise the hard limit (`ulimit -Hn`, `LimitNOFILE=`) or narrow the range"
        ),
        Err(error) => tracing::warn!(%error, wanted, "how many files may be open is not known"),
    }
}

/// Each port of the range is a socket; a call takes four of them, and two files while it is recorded. The rest is for
/// connections, the store and the log.
fn files_wanted(port_min: u16, port_max: u16) -> u64 {
    const OTHERS: u64 = 1_024;
    let ports = u64::from(port_max.saturating_sub(port_min)) + 1;
    ports + ports / 2 + OTHERS
}

/// The event stream, which reads back older facts from the log. Of those it is told the tickets alone: whose they are
/// stays known, while calls and agents' states of the former process are over.
pub(super) fn event_hub(
    settings: &Settings,
    last_seq: u64,
    reader: store::FactReader,
    clock: Clock,
) -> Arc<EventHub> {
    let settings = HubSettings {
        last_seq,
        began_at: clock.now().into(),
        utc_offset_min: settings.tickets.utc_offset_min,
        ..HubSettings::default()
    };
    let read = move |after: u64, limit: usize| {
        reader.read_from(after + 1, limit).unwrap_or_else(|error| {
            tracing::error!(%error, after, "facts cannot be read back");
            Vec::new()
        })
    };
    EventHub::new(settings, Box::new(read))
}

/// What recovery works on.
pub(super) struct Former<'a> {
    pub(super) settings: &'a Settings,
    pub(super) database: &'a Database,
    /// What its facts are read from.
    pub(super) sources: recovery::Sources,
    /// The last fact of the former process.
    pub(super) last_seq: u64,
    /// Whether the database has applied all of its facts.
    pub(super) is_caught_up: bool,
}

/// Closes what the former process left open. Calls come before records: what cannot be closed is told, and the start goes
/// on. Gives what it leaves.
pub(super) async fn recover(former: Former<'_>, facts: &Facts, clock: Clock) -> House {
    let now = clock.now().into();
    let Former {
        settings,
        database,
        sources,
        last_seq,
        is_caught_up,
    } = former;
    if is_caught_up {
        close_cut(settings, database, facts, now).await;
    } else {
        tracing::error!("the database lags: what a crash cut is closed at the next start");
    }
    let reader = sources.reader.clone();
    let formerly = recovery::sign_off_agents(sources, last_seq, database, facts, now).await;
    let formerly = or_none(formerly, "agents cannot be signed off");
    let unapplied = Unapplied::behind(database, reader, last_seq).await;
    let unknown = "how canaries stood, what was closed and which PINs were wrong cannot be read";
    let Some(unapplied) = or_none(unapplied.map(Some), unknown) else {
        return formerly;
    };
    let canaries = recovery::canaries(&unapplied, database).await;
    let closings = recovery::closings(&unapplied, database).await;
    let pins = recovery::pins(&unapplied, database, now).await;
    House {
        closings: or_none(closings, "which calendars were closed cannot be read"),
        canaries: or_none(canaries.map(Some), "how canaries stood cannot be read"),
        pins: or_none(pins, "which PINs were wrong cannot be read"),
        ..formerly
    }
}

async fn close_cut(settings: &Settings, database: &Database, facts: &Facts, now: Timestamp) {
    let folder = &settings.recordings.dir;
    let adopted = recovery::adopt_recordings(folder, database, facts, now).await;
    let adopted = or_none(adopted, "recordings cannot be looked through");
    let cut = recovery::close_cut_calls(database, facts, now).await;
    let cut = or_none(cut, "calls that a crash cut cannot be closed");
    if adopted + cut > 0 {
        tracing::warn!(
            calls = cut,
            recordings = adopted,
            "a crash had cut calls: they are closed and their recordings kept"
        );
    }
}

fn or_none<T: Default>(done: anyhow::Result<T>, what: &str) -> T {
    done.unwrap_or_else(|error| {
        tracing::error!("{what}: {error:#}");
        T::default()
    })
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
        // Every port that placement may give finds a place, on one thread or on many.
        ports_max: usize::from((settings.rtp.ports.max - settings.rtp.ports.min) / 2 + 1),
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
        match inputs.try_send(Input::Media(news)) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                tracing::error!("the engine stalls: news of a media thread is lost");
            }
            // At the end ports close after the engine; its death before that is told elsewhere.
            Err(TrySendError::Closed(_)) => {
                tracing::debug!("news of a media thread come after the engine's end");
            }
        }
    };
    Ok(Arc::new(
        MediaThreads::start(config, news, chunks).context("the media threads cannot start")?,
    ))
}

/// What the SIP sockets are told.
pub(super) fn sockets(settings: &Settings, tls: net::TlsConfig, clock: Clock) -> SipConfig {
    let (sip, bounds) = (&settings.sip, &settings.limits.bounds);
    SipConfig {
        udp: sip.udp.clone(),
        tcp: sip.tcp.clone(),
        tls: sip.tls.clone(),
        ws: sip.ws.clone(),
        wss: sip.wss.clone(),
        tls_config: tls,
        web_socket_origins: sip.web_socket_origins.clone(),
        message: bounds.endpoint(),
        tcp_limits: bounds.streams,
        gate: settings.limits.gate.limits(),
        dns: net::DnsConfig {
            servers: sip.dns_servers.clone(),
            queries_max: bounds.dns_queries_max,
            timeout: bounds.dns_timeout,
        },
        clock,
        udp_queue_max: bounds.udp_queue_max,
        udp_receive_buffer_bytes: bounds.udp_receive_buffer_bytes,
    }
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
        public: settings.sip.public.clone(),
        nonce_secret,
        seed: random_u64()?,
        hotlines: Default::default(),
        limits: settings.limits.bounds.endpoint(),
        registration: settings.sip.registration(&settings.limits.bounds),
        timers: sip::Timers::default(),
        session_timer: settings.sip.session_timer(),
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
        journal: true,
    })
}

/// A number that nobody can guess.
pub(super) fn random_u64() -> anyhow::Result<u64> {
    getrandom::u64().map_err(|error| anyhow::anyhow!("no random numbers: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rtp_port_is_a_file() {
        assert_eq!(files_wanted(20_000, 29_999), 10_000 + 5_000 + 1_024);
        assert_eq!(files_wanted(30_000, 30_003), 4 + 2 + 1_024);
    }
}
