//! A bound socket: made, marked and bound in one place for SIP and RTP alike.
//!
//! All are non-blocking and closed on exec. An IPv6 socket takes IPv6 only, so that a peer has one spelling of its address
//! and no filter sees `::ffff:192.0.2.1` (RFC 4291 §2.5.5.2). Marks of quality (RFC 4594: voice EF, signalling CS3) and
//! buffer sizes are best effort: a system that refuses them still carries calls.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::sys::socket::{
    AddressFamily, Backlog, SetSockOpt, SockFlag, SockProtocol, SockType, SockaddrStorage, listen,
    setsockopt, socket, sockopt,
};
use tracing::debug;

/// Differentiated services code point of a socket's packets, RFC 4594 §2.3.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Dscp {
    /// EF: voice.
    ExpeditedForwarding,
    /// CS3: signalling.
    ClassSelector3,
}

impl Dscp {
    /// The octet of the IP header: the code point above two ECN bits (RFC 3168 §5).
    fn octet(self) -> i32 {
        match self {
            Dscp::ExpeditedForwarding => 46 << 2,
            Dscp::ClassSelector3 => 24 << 2,
        }
    }
}

/// The address without the number of its link: a name of the link on this host, which no peer could read (RFC 4007 §11).
pub(crate) fn unscoped(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip(), address.port())
}

/// A UDP socket on that address.
pub(crate) fn udp(
    address: SocketAddr,
    dscp: Dscp,
    receive_buffer_bytes: usize,
) -> io::Result<std::net::UdpSocket> {
    let fd = open(address, SockType::Datagram, SockProtocol::Udp, dscp)?;
    best_effort(&fd, sockopt::RcvBuf, &receive_buffer_bytes);
    bind(&fd, address)?;
    Ok(fd.into())
}

/// A TCP socket that listens on that address. Accepted connections inherit the mark and the keep-alive: a peer that
/// vanished without a word is noticed after two minutes.
pub(crate) fn tcp_listener(address: SocketAddr, dscp: Dscp) -> io::Result<std::net::TcpListener> {
    const BACKLOG: i32 = 1_024;
    let fd = open(address, SockType::Stream, SockProtocol::Tcp, dscp)?;
    setsockopt(&fd, sockopt::ReuseAddr, &true)?;
    keep_alive(&fd);
    bind(&fd, address)?;
    listen(&fd, Backlog::new(BACKLOG)?)?;
    Ok(fd.into())
}

/// A TCP socket that is not connected yet, for a connection to `remote`; bound to `local` where one is given.
pub(crate) fn tcp_calling(
    local: Option<SocketAddr>,
    remote: SocketAddr,
    dscp: Dscp,
) -> io::Result<std::net::TcpStream> {
    let fd = open(remote, SockType::Stream, SockProtocol::Tcp, dscp)?;
    keep_alive(&fd);
    if let Some(local) = local {
        bind(&fd, local)?;
    }
    Ok(fd.into())
}

fn keep_alive(fd: &OwnedFd) {
    best_effort(fd, sockopt::KeepAlive, &true);
    best_effort(fd, sockopt::TcpKeepIdle, &60);
    best_effort(fd, sockopt::TcpKeepInterval, &15);
    best_effort(fd, sockopt::TcpKeepCount, &4);
}

fn open(
    address: SocketAddr,
    kind: SockType,
    protocol: SockProtocol,
    dscp: Dscp,
) -> io::Result<OwnedFd> {
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::Inet,
        SocketAddr::V6(_) => AddressFamily::Inet6,
    };
    let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
    let fd = socket(family, kind, flags, protocol)?;
    match address {
        SocketAddr::V4(_) => best_effort(&fd, sockopt::Ipv4Tos, &dscp.octet()),
        SocketAddr::V6(_) => {
            setsockopt(&fd, sockopt::Ipv6V6Only, &true)?;
            best_effort(&fd, sockopt::Ipv6TClass, &dscp.octet());
        }
    }
    Ok(fd)
}

fn bind(fd: &OwnedFd, address: SocketAddr) -> io::Result<()> {
    nix::sys::socket::bind(fd.as_raw_fd(), &SockaddrStorage::from(address))?;
    Ok(())
}

fn best_effort<O: SetSockOpt + Copy + core::fmt::Debug>(fd: &OwnedFd, option: O, value: &O::Val) {
    if let Err(error) = setsockopt(fd, option, value) {
        debug!(?option, %error, "socket option refused");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::socket::getsockopt;

    #[test]
    fn voice_is_marked_ef_and_signalling_cs3() {
        for (address, dscp, octet) in [
            ("127.0.0.1:0", Dscp::ExpeditedForwarding, 184),
            ("127.0.0.1:0", Dscp::ClassSelector3, 96),
        ] {
            let socket = udp(address.parse().unwrap(), dscp, 65_536).unwrap();
            assert_eq!(getsockopt(&socket, sockopt::Ipv4Tos).unwrap(), octet);
        }
        let v6 = udp(
            "[::1]:0".parse().unwrap(),
            Dscp::ExpeditedForwarding,
            65_536,
        );
        if let Ok(v6) = v6 {
            assert_eq!(getsockopt(&v6, sockopt::Ipv6TClass).unwrap(), 184);
            assert!(getsockopt(&v6, sockopt::Ipv6V6Only).unwrap());
        }
    }

    #[test]
    fn a_taken_address_is_an_error() {
        let first = udp(
            "127.0.0.1:0".parse().unwrap(),
            Dscp::ExpeditedForwarding,
            65_536,
        )
        .unwrap();
        let taken = first.local_addr().unwrap();
        let second = udp(taken, Dscp::ExpeditedForwarding, 65_536);
        assert_eq!(second.unwrap_err().kind(), io::ErrorKind::AddrInUse);
    }
}
