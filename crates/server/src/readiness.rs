//! Whether signalling, media and store really work: asked every few seconds, told by `/readyz`.
//!
//! A process may live while its signalling is dead (advisory 25). So signalling is asked as a phone would ask it: an
//! OPTIONS through a socket to our own listener, answered by the engine's loop.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use net::{Clock, MediaThreads};
use store::Database;
use tokio::net::UdpSocket;
use web::Readiness;

/// How often the parts are asked.
const EVERY: Duration = Duration::from_secs(2);
/// How long a part may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);
/// An answer older than this is no answer.
const STALE: Duration = Duration::from_secs(8);
/// A media thread that has not ended a turn for so long stands still.
const MEDIA_STALL: Duration = Duration::from_secs(1);

/// When each part last answered, in ms of the clock.
pub(crate) struct Watch {
    clock: Clock,
    signalling_ms: AtomicU64,
    store_ms: AtomicU64,
    media: Arc<MediaThreads>,
    draining: Arc<AtomicBool>,
}

impl Watch {
    /// Nothing has answered yet. `draining` is set by whoever takes the house down (S6).
    pub(crate) fn new(
        clock: Clock,
        media: Arc<MediaThreads>,
        draining: Arc<AtomicBool>,
    ) -> Arc<Self> {
        Arc::new(Self {
            clock,
            signalling_ms: AtomicU64::new(0),
            store_ms: AtomicU64::new(0),
            media,
            draining,
        })
    }

    /// What holds now.
    pub(crate) fn readiness(&self) -> Readiness {
        Readiness {
            signalling: self.is_fresh(&self.signalling_ms),
            media: self.media.stalled_for() < MEDIA_STALL,
            store: self.is_fresh(&self.store_ms),
            draining: self.draining.load(Ordering::Relaxed),
        }
    }

    /// Asks for ever.
    pub(crate) async fn run(self: Arc<Self>, listener: Option<SocketAddr>, database: Database) {
        loop {
            if tokio::time::timeout(PATIENCE, database.ping())
                .await
                .is_ok_and(|answer| answer.is_ok())
            {
                self.mark(&self.store_ms);
            }
            // Without a UDP listener the commands' way is the only one in; the loop answers there, so TCP alone is enough.
            let answered = match listener {
                Some(listener) => tokio::time::timeout(PATIENCE, options(listener))
                    .await
                    .is_ok_and(|answer| answer.is_ok()),
                None => true,
            };
            if answered {
                self.mark(&self.signalling_ms);
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    fn mark(&self, at: &AtomicU64) {
        at.store(
            u64::try_from(self.clock.now().as_millis()).unwrap_or(u64::MAX),
            Ordering::Relaxed,
        );
    }

    fn is_fresh(&self, at: &AtomicU64) -> bool {
        self.clock
            .now()
            .saturating_sub(Duration::from_millis(at.load(Ordering::Relaxed)))
            < STALE
    }
}

/// One OPTIONS over UDP; done when any SIP answer comes.
async fn options(listener: SocketAddr) -> std::io::Result<()> {
    let target = reachable(listener);
    let any: IpAddr = match target {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(target).await?;
    let local = socket.local_addr()?;
    let token = local.port();
    let request = format!(
        "OPTIONS sip:{target} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bKready{token};rport\r\nMax-Forwards: 1\r\n\
         From: <sip:readiness@{local}>;tag=r{token}\r\nTo: <sip:{target}>\r\nCall-ID: readiness-{token}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
    );
    socket.send(request.as_bytes()).await?;
    let mut answer = [0; 2_048];
    let length = socket.recv(&mut answer).await?;
    let is_sip = answer
        .get(..length)
        .is_some_and(|answer| answer.starts_with(b"SIP/2.0 "));
    is_sip
        .then_some(())
        .ok_or_else(|| std::io::Error::other("no SIP answer"))
}

/// A listener on all addresses is asked on loopback.
fn reachable(listener: SocketAddr) -> SocketAddr {
    let ip = match listener.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        IpAddr::V4(_) | IpAddr::V6(_) => listener.ip(),
    };
    SocketAddr::new(ip, listener.port())
}
