//! Connections that we open, because the endpoint wished for them ([`sip::Connect`]), and WebSockets that we adopt.
//!
//! The row of the flow is made before the connection: what is sent meanwhile waits in its bounded queue, and whatever goes
//! wrong is one *flow closed*. Each wish is a connection of its own: one that was verified for a name is never used for
//! another (GHSA-8hcp-hm38-mfph). One task holds them all and ends them with itself.

use core::net::SocketAddr;
use std::io;
use std::sync::Arc;

use sip::{Connect, Flow, Transport};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tracing::{debug, warn};

use super::byte_stream;
use super::connection::{Ended, Life, Peer, Unreached};
use super::patience::Patience;
use super::vigil::Vigil;
use super::{Knock, Shared};
use crate::flow::{Admission, Opened};
use crate::socket::{self, Dscp};
use crate::tls;
use crate::web_socket::adopted::AdoptedSocket;

/// Wishes that wait for the task; one more is refused.
const ORDERS_MAX: usize = 1_024;

/// Where wishes for connections go.
#[derive(Clone, Debug)]
pub(crate) struct Dialler {
    orders: mpsc::Sender<Order>,
}

#[derive(Debug)]
enum Order {
    Connect(Connect, Opened),
    Adopt(AdoptedSocket, Admission),
}

impl Dialler {
    /// Starts the task.
    pub(crate) fn start(shared: Arc<Shared>, tasks: &mut JoinSet<()>) -> Self {
        let (orders, wishes) = mpsc::channel(ORDERS_MAX);
        tasks.spawn(fulfil(wishes, shared));
        Self { orders }
    }

    /// Opens a connection for the flow whose row is given; false: it is refused.
    pub(crate) fn connect(&self, connect: Connect, opened: Opened) -> bool {
        self.orders
            .try_send(Order::Connect(connect, opened))
            .is_ok()
    }

    /// Serves a WebSocket that was upgraded elsewhere; false: it is refused.
    pub(crate) fn adopt(&self, socket: AdoptedSocket, admission: Admission) -> bool {
        self.orders
            .try_send(Order::Adopt(socket, admission))
            .is_ok()
    }
}

async fn fulfil(mut wishes: mpsc::Receiver<Order>, shared: Arc<Shared>) {
    let mut ours = JoinSet::new();
    let mut adopted = JoinSet::new();
    loop {
        tokio::select! {
            order = wishes.recv() => match order {
                None => return,
                Some(Order::Connect(connect, opened)) => {
                    let is_full = ours.len() >= shared.limits.outgoing_max;
                    ours.spawn(serve(connect, opened, is_full, Arc::clone(&shared)));
                }
                Some(Order::Adopt(socket, admission)) => {
                    adopted.spawn(serve_adopted(socket, admission, Arc::clone(&shared)));
                }
            },
            Some(_) = ours.join_next() => {}
            Some(_) = adopted.join_next() => {}
        }
    }
}

async fn serve(connect: Connect, opened: Opened, is_full: bool, shared: Arc<Shared>) {
    let peer = Peer {
        flow: connect.flow,
        shared,
    };
    let (life, peer, queue) = Life::of(peer, opened, None);
    let carried = async move {
        if is_full {
            return Ended::Unreached(Unreached::TooMany);
        }
        let limits = peer.shared.limits;
        match timeout(limits.connect_timeout, reach(&connect, &peer.shared)).await {
            Err(_elapsed) => Ended::Unreached(Unreached::TimeOut),
            Ok(Err(why)) => Ended::Unreached(why),
            Ok(Ok(Reached::Tcp(stream))) => {
                byte_stream::carry(stream, peer, queue, Vigil::of_ours(&limits)).await
            }
            Ok(Ok(Reached::Tls(stream))) => {
                byte_stream::carry(stream, peer, queue, Vigil::of_ours(&limits)).await
            }
        }
    };
    life.until(carried).await;
}

enum Reached {
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

async fn reach(connect: &Connect, shared: &Shared) -> Result<Reached, Unreached> {
    let Connect { flow, server_name } = connect;
    let within_tls = match flow.transport {
        Transport::Tcp => false,
        Transport::Tls => true,
        // Nobody listens for us there: browsers come to us.
        Transport::Udp | Transport::Ws | Transport::Wss => return Err(Unreached::Failed),
    };
    let stream = dial(flow).await.map_err(|error| {
        debug!(?flow, %error, "not connected");
        Unreached::Failed
    })?;
    if !within_tls {
        return Ok(Reached::Tcp(stream));
    }
    let name = tls::server_name(server_name).map_err(|_| Unreached::Tls)?;
    let tls = Arc::clone(&shared.tls);
    let connector = tokio::task::spawn_blocking(move || tls.connector()).await;
    let connector = match connector {
        Ok(Ok(connector)) => connector,
        Ok(Err(error)) => {
            warn!(%error, "no TLS towards others");
            return Err(Unreached::Tls);
        }
        Err(_) => return Err(Unreached::Tls),
    };
    match connector.connect(name, stream).await {
        Ok(stream) => Ok(Reached::Tls(Box::new(stream))),
        Err(error) => {
            warn!(remote = %flow.remote, server_name, %error, "TLS refused");
            Err(Unreached::Tls)
        }
    }
}

async fn dial(flow: &Flow) -> io::Result<TcpStream> {
    let socket = socket::tcp_calling(source(flow), flow.remote, Dscp::ClassSelector3)?;
    let stream = TcpSocket::from_std_stream(socket)
        .connect(flow.remote)
        .await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// The address of the listener, so that a carrier who knows us by our address sees that one; where the listener is on all
/// addresses, or cannot reach the peer, the system chooses.
fn source(flow: &Flow) -> Option<SocketAddr> {
    let (local, remote) = (flow.local.ip(), flow.remote.ip());
    let fits = local.is_ipv4() == remote.is_ipv4()
        && !local.is_unspecified()
        && local.is_loopback() == remote.is_loopback();
    fits.then(|| SocketAddr::new(local, 0))
}

async fn serve_adopted(socket: AdoptedSocket, admission: Admission, shared: Arc<Shared>) {
    let knock = Knock {
        transport: socket.transport(),
        local: socket.local,
        remote: socket.remote,
        admission,
    };
    let patience = Patience::new(&shared.limits);
    let (life, peer, queue) = Life::begin(knock, shared);
    life.until(socket.carry(peer, queue, patience)).await;
}
