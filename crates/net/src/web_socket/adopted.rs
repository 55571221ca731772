//! A WebSocket that an HTTP server of the house has upgraded, handed over as two channels of whole messages.
//!
//! The server keeps the socket, its pings and its close handshake; here it is a flow like any other, with the same counts,
//! bounds and limits of time. What the server has to see to: the subprotocol `sip`, the origin, the length of a frame, and
//! that a frame does not drip.

use core::net::SocketAddr;

use bytes::Bytes;
use sip::Transport;
use tokio::sync::mpsc;
use tokio::time::{timeout, timeout_at};

use super::take;
use crate::sip_stream::connection::{Ended, Peer, Queue};
use crate::sip_stream::patience::Patience;

/// A WebSocket whose upgrade somebody else has made; the subprotocol is `sip`.
#[derive(Debug)]
pub struct AdoptedSocket {
    /// Our side of the connection.
    pub local: SocketAddr,
    /// The peer as the connection's source shows it.
    pub remote: SocketAddr,
    /// True within TLS: the flow's transport is then WSS.
    pub is_secure: bool,
    /// The payload of each frame of data, text or binary. Its end is the end of the connection.
    pub inbound: mpsc::Receiver<Bytes>,
    /// A message for a frame of its own, text where it is UTF-8, else binary. When this side goes, the connection is to be
    /// closed.
    pub outbound: mpsc::Sender<Bytes>,
}

impl AdoptedSocket {
    pub(crate) fn transport(&self) -> Transport {
        match self.is_secure {
            true => Transport::Wss,
            false => Transport::Ws,
        }
    }

    /// Carries messages both ways until either side ends.
    pub(crate) async fn carry(self, peer: Peer, queue: Queue, patience: Patience) -> Ended {
        tokio::select! {
            ended = read(self.inbound, &peer, patience) => ended,
            ended = write(self.outbound, &peer, queue) => ended,
        }
    }
}

async fn read(mut inbound: mpsc::Receiver<Bytes>, peer: &Peer, mut patience: Patience) -> Ended {
    loop {
        let bytes = match timeout_at(patience.until(), inbound.recv()).await {
            Err(_elapsed) => return Ended::Patience(patience.waiting_for()),
            Ok(None) => return Ended::Peer,
            Ok(Some(bytes)) => bytes,
        };
        if let Err(ended) = take(peer, bytes).await {
            return ended;
        }
        patience.heard(1, true);
    }
}

async fn write(outbound: mpsc::Sender<Bytes>, peer: &Peer, mut queue: Queue) -> Ended {
    while let Some(bytes) = queue.recv().await {
        let sent = outbound.send(bytes.clone());
        match timeout(peer.shared.limits.write_timeout, sent).await {
            Err(_elapsed) => return Ended::Overflow,
            Ok(Err(_)) => return Ended::Peer,
            Ok(Ok(())) => peer.wrote(&bytes),
        }
    }
    Ended::Overflow
}
