//! The phone's line: one UDP socket, connected to the server.
//!
//! Connected, so that a server that is not there is noticed at once (ICMP) and strangers are not heard. A datagram that
//! rsip cannot read is skipped: it may be a keep-alive, and the sender repeats what matters.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::{Context, Result, bail};
use rsip::SipMessage;
use tokio::net::UdpSocket;

use crate::message;

/// The signalling socket.
#[derive(Debug)]
pub(crate) struct Line {
    socket: UdpSocket,
    server: SocketAddr,
    /// Our address as the server sees it without NAT.
    pub(crate) local: SocketAddr,
}

impl Line {
    /// Opens a socket towards the server on a free port.
    pub(crate) async fn open(server: SocketAddr) -> Result<Self> {
        let any: SocketAddr = match server {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = UdpSocket::bind(any)
            .await
            .context("no UDP socket for signalling")?;
        socket
            .connect(server)
            .await
            .with_context(|| format!("no way to {server}"))?;
        let local = socket.local_addr()?;
        Ok(Self {
            socket,
            server,
            local,
        })
    }

    /// Sends a message.
    pub(crate) async fn send(&self, bytes: &[u8]) -> Result<()> {
        match self.socket.send(bytes).await {
            Ok(_) => Ok(()),
            Err(error) => self.failed(&error),
        }
    }

    /// Waits for the next message that rsip can read.
    pub(crate) async fn receive(&self) -> Result<SipMessage> {
        let mut buffer = vec![0; 65_535];
        loop {
            let length = match self.socket.recv(&mut buffer).await {
                Ok(length) => length,
                Err(error) => {
                    self.failed(&error)?;
                    continue;
                }
            };
            let datagram = buffer.get(..length).unwrap_or_default();
            match message::parse(datagram) {
                Ok(message) => return Ok(message),
                Err(error) => tracing::debug!(%error, length, "skipped what is no SIP message"),
            }
        }
    }

    fn failed(&self, error: &std::io::Error) -> Result<()> {
        if error.kind() == ErrorKind::ConnectionRefused {
            bail!("nobody listens at {} (UDP)", self.server);
        }
        bail!("signalling socket: {error}");
    }
}
