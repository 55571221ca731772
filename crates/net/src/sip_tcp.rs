//! One SIP listener on TCP, RFC 3261 §18.2: accepts connections and gives each a task of its own.
//!
//! Beyond the bounds of [`TcpLimits`] a connection is accepted and closed at once: the peer learns it immediately and the
//! system's backlog stays free for the innocent (G12). Outgoing connections are not made here: a phone that registered
//! over TCP is reached on its own connection (RFC 5626).

mod connection;
mod patience;

use core::net::SocketAddr;
use core::time::Duration;
use std::io;
use std::sync::Arc;

use sip::{Flow, Transport};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tracing::{debug, warn};

use crate::flow::{Admission, Flows, TooMany};
use crate::socket::{self, Dscp};
use crate::{SipConfig, SipCounters, SipInbound, TcpLimits};
use connection::Connection;

/// Pause after a failed accept: mostly too many open files, which no retry mends at once.
const ERROR_PAUSE: Duration = Duration::from_millis(100);

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) flows: Arc<Flows>,
    pub(crate) inbound: mpsc::Sender<SipInbound>,
    pub(crate) message: sip::Limits,
    pub(crate) limits: TcpLimits,
    pub(crate) counters: Arc<SipCounters>,
}

impl Shared {
    /// For all TCP listeners of one shell.
    pub(crate) fn new(
        config: &SipConfig,
        inbound: mpsc::Sender<SipInbound>,
        flows: Arc<Flows>,
        counters: Arc<SipCounters>,
    ) -> Self {
        Self {
            flows,
            inbound,
            message: config.message,
            limits: config.tcp_limits,
            counters,
        }
    }
}

/// Binds the address and starts the task that accepts; returns the address with its real port.
pub(crate) fn bind(
    address: SocketAddr,
    shared: Arc<Shared>,
    tasks: &mut JoinSet<()>,
) -> io::Result<SocketAddr> {
    let listener = socket::tcp_listener(address, Dscp::ClassSelector3)?;
    let listener = TcpListener::from_std(listener)?;
    let local = listener.local_addr()?;
    tasks.spawn(accept(listener, shared));
    Ok(local)
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Owned by this task: when it is aborted, its connections end with it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, remote)) => take(stream, remote, &shared, &mut connections),
                Err(error) => {
                    warn!(%error, "TCP connection not accepted");
                    tokio::time::sleep(ERROR_PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

fn take(
    stream: TcpStream,
    remote: SocketAddr,
    shared: &Arc<Shared>,
    connections: &mut JoinSet<()>,
) {
    let admission = match shared.flows.admit(remote.ip(), &shared.limits) {
        Ok(admission) => admission,
        Err(TooMany::Total) => return shared.counters.tcp_refused_total.increment(),
        Err(TooMany::FromSource) => return shared.counters.tcp_refused_source.increment(),
    };
    match connection(stream, remote, admission, shared) {
        Ok(connection) => {
            shared.counters.tcp_accepted.increment();
            connections.spawn(connection.run());
        }
        // The peer went between its knock and our door.
        Err(error) => debug!(%remote, %error, "TCP connection gone at once"),
    }
}

fn connection(
    stream: TcpStream,
    remote: SocketAddr,
    admission: Admission,
    shared: &Arc<Shared>,
) -> io::Result<Connection> {
    stream.set_nodelay(true)?;
    let flow = Flow {
        transport: Transport::Tcp,
        local: stream.local_addr()?,
        remote,
        connection: shared.flows.next_connection(),
    };
    Ok(Connection::new(stream, flow, admission, Arc::clone(shared)))
}
