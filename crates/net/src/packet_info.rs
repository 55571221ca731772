//! Which of our addresses a datagram was sent to, and sending from that one: IP_PKTINFO and IPV6_PKTINFO, RFC 3542 §6.
//!
//! A listener on all addresses has one socket and many addresses. A phone or a NAT drops an answer that comes from another
//! address than the one it asked (RFC 3581 §4 asks for the same one), so the address travels with the flow.

use core::net::{IpAddr, SocketAddr};
use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd};

use nix::cmsg_space;
use nix::libc::{in_addr, in_pktinfo, in6_addr, in6_pktinfo};
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, sendmsg, sendto,
    setsockopt, sockopt,
};

use crate::datagram_batch::socket_address;

/// One datagram.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Received {
    pub(crate) len: usize,
    pub(crate) remote: SocketAddr,
    /// The address that it was sent to, where the system tells it.
    pub(crate) asked: Option<IpAddr>,
}

/// Asks the system to tell the address with each datagram.
pub(crate) fn enable(socket: &impl AsFd, is_ipv6: bool) -> io::Result<()> {
    match is_ipv6 {
        true => setsockopt(socket, sockopt::Ipv6RecvPacketInfo, &true)?,
        false => setsockopt(socket, sockopt::Ipv4PacketInfo, &true)?,
    }
    Ok(())
}

/// Reads one datagram.
///
/// # Errors
/// `WouldBlock` when none waits.
pub(crate) fn receive(socket: &impl AsRawFd, buffer: &mut [u8]) -> io::Result<Received> {
    let mut control = cmsg_space!(in6_pktinfo, in_pktinfo);
    let mut slices = [IoSliceMut::new(buffer)];
    let flags = MsgFlags::MSG_DONTWAIT;
    let message =
        recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut slices, Some(&mut control), flags)?;
    let remote = message.address.as_ref().and_then(socket_address);
    let mut asked = None;
    for header in message.cmsgs()? {
        if let ControlMessageOwned::Ipv4PacketInfo(info) = header {
            asked = Some(IpAddr::from(info.ipi_spec_dst.s_addr.to_ne_bytes()));
        } else if let ControlMessageOwned::Ipv6PacketInfo(info) = header {
            asked = Some(IpAddr::from(info.ipi6_addr.s6_addr));
        }
    }
    Ok(Received {
        len: message.bytes,
        remote: remote.ok_or_else(|| io::Error::other("a datagram without a source"))?,
        asked,
    })
}

/// Sends one datagram from that address of ours.
///
/// # Errors
/// `WouldBlock` when the system's buffer is full; else it has no such address, or no way to the peer.
pub(crate) fn send(
    socket: &impl AsRawFd,
    bytes: &[u8],
    from: IpAddr,
    to: SocketAddr,
) -> io::Result<usize> {
    let slices = [IoSlice::new(bytes)];
    let destination = SockaddrStorage::from(to);
    let flags = MsgFlags::MSG_DONTWAIT;
    let socket = socket.as_raw_fd();
    let sent = match (from, to) {
        (IpAddr::V4(from), _) => {
            let info = in_pktinfo {
                ipi_ifindex: 0,
                ipi_spec_dst: in_addr {
                    s_addr: u32::from_ne_bytes(from.octets()),
                },
                ipi_addr: in_addr { s_addr: 0 },
            };
            let control = [ControlMessage::Ipv4PacketInfo(&info)];
            sendmsg(socket, &slices, &control, flags, Some(&destination))?
        }
        (IpAddr::V6(from), to) => {
            let info = in6_pktinfo {
                ipi6_addr: in6_addr {
                    s6_addr: from.octets(),
                },
                // A link-local address means nothing without its link (RFC 4007 §6).
                ipi6_ifindex: match to {
                    SocketAddr::V6(to) => to.scope_id(),
                    SocketAddr::V4(_) => 0,
                },
            };
            let control = [ControlMessage::Ipv6PacketInfo(&info)];
            sendmsg(socket, &slices, &control, flags, Some(&destination))?
        }
    };
    Ok(sent)
}

/// Sends one datagram from whatever address the system chooses.
///
/// # Errors
/// As [`send`].
pub(crate) fn send_from_any(
    socket: &impl AsRawFd,
    bytes: &[u8],
    to: SocketAddr,
) -> io::Result<usize> {
    let destination = SockaddrStorage::from(to);
    let flags = MsgFlags::MSG_DONTWAIT;
    Ok(sendto(socket.as_raw_fd(), bytes, &destination, flags)?)
}
