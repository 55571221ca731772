//! One SIP listener on a stream, RFC 3261 §18.2: accepts connections and gives each a task of its own.
//!
//! Beyond the bounds of [`TcpLimits`], or of its source's rate at the gate, a connection is accepted and closed at once: the peer learns it immediately and the
//! system's backlog stays free for the innocent (G12). A place is taken before the first byte is read, so that whoever
//! dallies in a handshake stands in the same count as whoever dallies in a message. What a connection carries is the
//! business of [`connection`].

mod byte_stream;
pub(crate) mod connection;
mod handshake;
mod keep_alive;
mod outgoing;
pub(crate) mod patience;
mod vigil;

pub(crate) use outgoing::Dialler;

use core::net::SocketAddr;
use core::time::Duration;
use std::io;
use std::sync::Arc;

use sip::Transport;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tracing::{debug, warn};

use crate::flow::{Admission, Flows, TooMany};
use crate::gate::{EngineGone, Gate};
use crate::socket::{self, Dscp};
use crate::tls::{self, Tls};
use crate::web_socket::frames;
use crate::{SipConfig, SipCounters, SipInbound, TcpLimits};
use connection::Life;
use handshake::Handshake;
use patience::Patience;
use vigil::Vigil;

/// Pause after a failed accept: mostly too many open files, which no retry mends at once.
const ERROR_PAUSE: Duration = Duration::from_millis(100);

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) flows: Arc<Flows>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) message: sip::Limits,
    pub(crate) limits: TcpLimits,
    pub(crate) counters: Arc<SipCounters>,
    pub(crate) tls: Arc<Tls>,
    pub(crate) web_socket_origins: Vec<String>,
}

impl Shared {
    /// For all listeners of one shell.
    pub(crate) fn new(
        config: &SipConfig,
        gate: Arc<Gate>,
        flows: Arc<Flows>,
        counters: Arc<SipCounters>,
        tls: Arc<Tls>,
    ) -> Self {
        Self {
            flows,
            gate,
            message: config.message,
            limits: config.tcp_limits,
            counters,
            tls,
            web_socket_origins: config.web_socket_origins.clone(),
        }
    }

    /// The one way of a stream's news to the engine; a slow engine makes the stream wait, and so does a source that is
    /// over its budget (S8, S9).
    pub(crate) async fn tell(&self, news: SipInbound) -> Result<(), EngineGone> {
        self.gate.stream(news).await
    }
}

/// A stranger at the door: his place is taken, his first byte not yet read.
#[derive(Debug)]
struct Knock {
    transport: Transport,
    local: SocketAddr,
    remote: SocketAddr,
    admission: Admission,
}

/// Binds the address and starts the task that accepts; returns the address with its real port.
pub(crate) fn bind(
    transport: Transport,
    address: SocketAddr,
    shared: Arc<Shared>,
    tasks: &mut JoinSet<()>,
) -> io::Result<SocketAddr> {
    let listener = socket::tcp_listener(address, Dscp::ClassSelector3)?;
    let listener = TcpListener::from_std(listener)?;
    let local = socket::unscoped(listener.local_addr()?);
    tasks.spawn(accept(transport, listener, shared));
    Ok(local)
}

async fn accept(transport: Transport, listener: TcpListener, shared: Arc<Shared>) {
    // Owned by this task: when it is aborted, its connections end with it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, remote)) => take(transport, stream, remote, &shared, &mut connections),
                Err(error) => {
                    warn!(%error, "connection not accepted");
                    tokio::time::sleep(ERROR_PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

fn take(
    transport: Transport,
    stream: TcpStream,
    remote: SocketAddr,
    shared: &Arc<Shared>,
    connections: &mut JoinSet<()>,
) {
    if !shared.gate.knock(remote) {
        return;
    }
    let admission = match shared.flows.admit(remote.ip(), &shared.limits) {
        Ok(admission) => admission,
        Err(TooMany::Total) => return shared.counters.stream_refused_total.increment(),
        Err(TooMany::FromSource) => return shared.counters.stream_refused_source.increment(),
    };
    match ready(&stream) {
        Ok(local) => {
            let knock = Knock {
                transport,
                local,
                remote,
                admission,
            };
            connections.spawn(serve(stream, knock, Arc::clone(shared)));
        }
        // The peer went between its knock and our door.
        Err(error) => debug!(%remote, %error, "connection gone at once"),
    }
}

fn ready(stream: &TcpStream) -> io::Result<SocketAddr> {
    stream.set_nodelay(true)?;
    Ok(socket::unscoped(stream.local_addr()?))
}

async fn serve(stream: TcpStream, knock: Knock, shared: Arc<Shared>) {
    let handshake = Handshake::begin(&shared);
    match knock.transport {
        // UDP has no connections.
        Transport::Tcp | Transport::Udp => serve_bytes(stream, knock, Vec::new(), &shared).await,
        Transport::Tls => {
            let acceptor = shared.tls.sip_acceptor();
            if let Some(stream) = handshake.tls(stream, acceptor, &knock).await {
                let names = tls::peer_names(stream.get_ref().1.peer_certificates());
                serve_bytes(stream, knock, names, &shared).await;
            }
        }
        Transport::Ws => serve_frames(stream, knock, handshake, &shared).await,
        Transport::Wss => {
            let acceptor = shared.tls.web_acceptor();
            if let Some(stream) = handshake.tls(stream, acceptor, &knock).await {
                serve_frames(stream, knock, handshake, &shared).await;
            }
        }
    }
}

async fn serve_bytes<S>(stream: S, knock: Knock, names: Vec<String>, shared: &Arc<Shared>)
where
    S: AsyncRead + AsyncWrite,
{
    let vigil = Vigil::of_theirs(&shared.limits);
    let (life, peer, queue) = Life::begin(knock, Arc::clone(shared));
    let flow = peer.flow;
    let carried = async {
        if !names.is_empty()
            && let Err(gone) = shared.tell(SipInbound::PeerNames { flow, names }).await
        {
            return gone.into();
        }
        byte_stream::carry(stream, peer, queue, vigil).await
    };
    life.until(carried).await;
}

async fn serve_frames<S>(
    mut stream: S,
    knock: Knock,
    handshake: Handshake<'_>,
    shared: &Arc<Shared>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let Some(rest) = handshake.web_socket(&mut stream, &knock).await else {
        return;
    };
    let patience = Patience::new(&shared.limits);
    let (life, peer, queue) = Life::begin(knock, Arc::clone(shared));
    life.until(frames::carry(stream, rest, peer, queue, patience))
        .await;
}
