//! Datagrams by the batch: `recvmmsg` and `sendmmsg` in memory that is allocated once per thread.
//!
//! Where many packets wait at one socket (a flood, a thread that was late, a burst after a pause) one system call takes up
//! to [`BATCH`] of them. Nothing allocates after `new`. IPv4 and IPv6 have headers of their own: the kernel shortens the
//! address length in a header to what it wrote, and the next call through the same header trusts it.

use core::array;
use core::net::{SocketAddr, SocketAddrV4, SocketAddrV6};
use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::RawFd;

use media::Datagram;
use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg, sendmmsg};

/// Most datagrams in one system call.
pub(crate) const BATCH: usize = 32;
/// Longer datagrams are no RTP of ours: an Ethernet frame holds less.
const DATAGRAM_BYTES_MAX: usize = 2_048;

/// Reads batches.
#[derive(Debug)]
pub(crate) struct ReceiveBatch {
    ipv4: MultiHeaders<SockaddrStorage>,
    ipv6: MultiHeaders<SockaddrStorage>,
    buffers: Box<[[u8; DATAGRAM_BYTES_MAX]; BATCH]>,
    arrived: [Arrived; BATCH],
    len: usize,
}

#[derive(Clone, Copy, Debug)]
struct Arrived {
    from: Option<SocketAddr>,
    bytes: usize,
    too_long: bool,
}

/// One datagram of a batch.
#[derive(Debug)]
pub(crate) enum Received<'a> {
    /// As it came; the receiver may change the bytes in place.
    Datagram(SocketAddr, &'a mut [u8]),
    /// Longer than any that we understand.
    TooLong,
}

impl ReceiveBatch {
    /// Allocates all that will be needed.
    pub(crate) fn new() -> Self {
        Self {
            ipv4: MultiHeaders::preallocate(BATCH, None),
            ipv6: MultiHeaders::preallocate(BATCH, None),
            buffers: Box::new([[0; DATAGRAM_BYTES_MAX]; BATCH]),
            arrived: [Arrived {
                from: None,
                bytes: 0,
                too_long: false,
            }; BATCH],
            len: 0,
        }
    }

    /// Takes what waits at the socket, up to [`BATCH`] datagrams; the former batch is forgotten.
    ///
    /// # Errors
    /// `WouldBlock` when nothing waits.
    pub(crate) fn receive(&mut self, socket: RawFd, is_ipv6: bool) -> io::Result<usize> {
        self.len = 0;
        let headers = if is_ipv6 {
            &mut self.ipv6
        } else {
            &mut self.ipv4
        };
        let mut slices = self
            .buffers
            .each_mut()
            .map(|buffer| [IoSliceMut::new(buffer)]);
        let flags = MsgFlags::MSG_DONTWAIT;
        let messages = recvmmsg(socket, headers, slices.iter_mut(), flags, None)?;
        for (slot, message) in self.arrived.iter_mut().zip(messages) {
            *slot = Arrived {
                from: message.address.as_ref().and_then(socket_address),
                bytes: message.bytes,
                too_long: message.flags.contains(MsgFlags::MSG_TRUNC),
            };
            self.len += 1;
        }
        Ok(self.len)
    }

    /// The batch in order of arrival.
    pub(crate) fn received(&mut self) -> impl Iterator<Item = Received<'_>> {
        let arrived = self.arrived.iter().zip(self.buffers.iter_mut());
        arrived.take(self.len).filter_map(|(arrived, buffer)| {
            if arrived.too_long {
                return Some(Received::TooLong);
            }
            let bytes = buffer.get_mut(..arrived.bytes)?;
            Some(Received::Datagram(arrived.from?, bytes))
        })
    }
}

/// Writes batches.
#[derive(Debug)]
pub(crate) struct SendBatch {
    headers: MultiHeaders<SockaddrStorage>,
    to: Vec<Option<SockaddrStorage>>,
}

impl SendBatch {
    /// Allocates all that will be needed.
    pub(crate) fn new() -> Self {
        Self {
            headers: MultiHeaders::preallocate(BATCH, None),
            to: Vec::with_capacity(BATCH),
        }
    }

    /// Sends the first datagrams, up to [`BATCH`], through one socket; returns how many the system took, at least one.
    ///
    /// # Errors
    /// The system's error for the first datagram: `WouldBlock` when its buffer is full.
    pub(crate) fn send<'d>(
        &mut self,
        socket: RawFd,
        datagrams: impl Iterator<Item = &'d Datagram> + Clone,
    ) -> io::Result<usize> {
        let datagrams = datagrams.take(BATCH);
        self.to.clear();
        self.to.extend(
            datagrams
                .clone()
                .map(|datagram| Some(SockaddrStorage::from(datagram.to))),
        );
        let mut bytes = datagrams.map(Datagram::bytes);
        let slices: [_; BATCH] =
            array::from_fn(|_| [IoSlice::new(bytes.next().unwrap_or_default())]);
        // `to` is as long as the batch and ends it.
        let sent = sendmmsg(
            socket,
            &mut self.headers,
            slices.iter(),
            &self.to,
            [],
            MsgFlags::MSG_DONTWAIT,
        )?;
        match sent.count() {
            0 => Err(Errno::EAGAIN.into()),
            count => Ok(count),
        }
    }
}

/// The address as the standard library knows it; `None` for another family.
pub(crate) fn socket_address(storage: &SockaddrStorage) -> Option<SocketAddr> {
    let ipv4 = storage
        .as_sockaddr_in()
        .map(|address| SocketAddr::V4(SocketAddrV4::from(*address)));
    ipv4.or_else(|| {
        storage
            .as_sockaddr_in6()
            .map(|address| SocketAddr::V6(SocketAddrV6::from(*address)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::UdpSocket;
    use std::os::fd::AsRawFd;
    use std::time::{Duration, Instant};

    fn socket(address: &str) -> UdpSocket {
        let socket = UdpSocket::bind(address).unwrap();
        socket.set_nonblocking(true).unwrap();
        socket
    }

    /// Receives until `count` datagrams are here.
    fn receive(
        batch: &mut ReceiveBatch,
        at: &UdpSocket,
        count: usize,
    ) -> Vec<(SocketAddr, Vec<u8>)> {
        let deadline = Instant::now() + Duration::from_secs(5);
        let mut all = Vec::new();
        let is_ipv6 = at.local_addr().unwrap().is_ipv6();
        while all.len() < count {
            assert!(Instant::now() < deadline, "{} of {count}", all.len());
            match batch.receive(at.as_raw_fd(), is_ipv6) {
                Ok(_) => all.extend(batch.received().map(|received| match received {
                    Received::Datagram(from, bytes) => (from, bytes.to_vec()),
                    Received::TooLong => panic!("too long"),
                })),
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
            }
        }
        all
    }

    #[test]
    fn a_burst_comes_whole_in_order_and_with_its_source() {
        let (from, at) = (socket("127.0.0.1:0"), socket("127.0.0.1:0"));
        for number in 0..100_u8 {
            from.send_to(&[number; 3], at.local_addr().unwrap())
                .unwrap();
        }
        let mut batch = ReceiveBatch::new();
        assert_eq!(batch.receive(at.as_raw_fd(), false).unwrap(), BATCH);
        let mut all: Vec<_> = batch
            .received()
            .map(|received| match received {
                Received::Datagram(from, bytes) => (from, bytes.to_vec()),
                Received::TooLong => panic!("too long"),
            })
            .collect();
        all.extend(receive(&mut batch, &at, 100 - BATCH));
        for (number, (source, bytes)) in all.iter().enumerate() {
            assert_eq!(*source, from.local_addr().unwrap());
            assert_eq!(*bytes, [u8::try_from(number).unwrap(); 3]);
        }
        let empty = batch.receive(at.as_raw_fd(), false).unwrap_err();
        assert_eq!(empty.kind(), io::ErrorKind::WouldBlock);
        assert_eq!(batch.received().count(), 0);
    }

    #[test]
    fn families_in_turn_keep_their_addresses_apart() {
        let Ok(v6) = UdpSocket::bind("[::1]:0") else {
            return; // A machine without IPv6.
        };
        v6.set_nonblocking(true).unwrap();
        let v4 = socket("127.0.0.1:0");
        let mut batch = ReceiveBatch::new();
        for at in [&v4, &v6, &v4, &v6] {
            at.send_to(b"x", at.local_addr().unwrap()).unwrap();
            let all = receive(&mut batch, at, 1);
            assert_eq!(all, [(at.local_addr().unwrap(), b"x".to_vec())]);
        }
    }

    #[test]
    fn s7_what_is_too_long_is_told_and_not_cut() {
        let (from, at) = (socket("127.0.0.1:0"), socket("127.0.0.1:0"));
        let to = at.local_addr().unwrap();
        from.send_to(&[1; DATAGRAM_BYTES_MAX], to).unwrap();
        from.send_to(&[2; DATAGRAM_BYTES_MAX + 1], to).unwrap();
        from.send_to(&[], to).unwrap();
        let mut batch = ReceiveBatch::new();
        let mut lengths = Vec::new();
        while lengths.len() < 3 {
            if batch.receive(at.as_raw_fd(), false).is_ok() {
                lengths.extend(batch.received().map(|received| match received {
                    Received::Datagram(_, bytes) => Some(bytes.len()),
                    Received::TooLong => None,
                }));
            }
        }
        assert_eq!(lengths, [Some(DATAGRAM_BYTES_MAX), None, Some(0)]);
    }
}
