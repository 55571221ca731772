//! The two sockets of a port: RTP on an even UDP port, RTCP on the next, RFC 3550 §11.
//!
//! Both or none: a pair whose second half is taken gives the first one back. Unconnected on purpose, for the peer's source
//! is learnt by the worker (S16) and the kernel would hide the packets that it must count.

use core::net::SocketAddr;
use std::io;
use std::os::fd::{AsRawFd, RawFd};

use media::Channel;
use mio::net::UdpSocket;
use mio::{Interest, Registry, Token};

use crate::socket::{self, Dscp};

/// One port's sockets.
#[derive(Debug)]
pub(crate) struct RtpSockets {
    rtp: UdpSocket,
    rtcp: UdpSocket,
    is_ipv6: bool,
}

impl RtpSockets {
    /// Binds RTP to `local` and RTCP to the port after it.
    pub(crate) fn bind(local: SocketAddr, receive_buffer_bytes: usize) -> io::Result<Self> {
        // RFC 3550 §11: "RTP SHOULD use an even port"; for ours it is a rule, and 65,534 is the last one.
        if !local.port().is_multiple_of(2) || local.port() == 0 {
            let text = format!("RTP port {} is not even", local.port());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let neighbour = SocketAddr::new(local.ip(), local.port() | 1);
        Ok(Self {
            rtp: bind(local, receive_buffer_bytes)?,
            rtcp: bind(neighbour, receive_buffer_bytes)?,
            is_ipv6: local.is_ipv6(),
        })
    }

    /// Wants to hear when a datagram waits; edge-triggered.
    pub(crate) fn register(
        &mut self,
        registry: &Registry,
        rtp: Token,
        rtcp: Token,
    ) -> io::Result<()> {
        registry.register(&mut self.rtp, rtp, Interest::READABLE)?;
        registry.register(&mut self.rtcp, rtcp, Interest::READABLE)
    }

    /// The opposite of [`RtpSockets::register`].
    pub(crate) fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        registry.deregister(&mut self.rtp)?;
        registry.deregister(&mut self.rtcp)
    }

    /// One of the two.
    pub(crate) fn socket(&self, channel: Channel) -> &UdpSocket {
        match channel {
            Channel::Rtp => &self.rtp,
            Channel::Rtcp => &self.rtcp,
        }
    }

    /// Its descriptor, for batches.
    pub(crate) fn descriptor(&self, channel: Channel) -> RawFd {
        self.socket(channel).as_raw_fd()
    }

    /// True for IPv6; both sockets are of one family.
    pub(crate) fn is_ipv6(&self) -> bool {
        self.is_ipv6
    }
}

fn bind(address: SocketAddr, receive_buffer_bytes: usize) -> io::Result<UdpSocket> {
    socket::udp(address, Dscp::ExpeditedForwarding, receive_buffer_bytes)
        .map(UdpSocket::from_std)
        .map_err(|error| io::Error::new(error.kind(), format!("{address}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rtp_port_is_even() {
        for address in ["127.0.0.1:30001", "127.0.0.1:0"] {
            let error = RtpSockets::bind(address.parse().unwrap(), 65_536).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        }
    }
}
