//! One SIP listener on UDP, RFC 3261 §18: a datagram is a message.
//!
//! One task reads; tokio lets it drain the socket without asking the poller again until its budget is spent. Overflow
//! rules (S8): a datagram beyond its source's budget (`gate`), or that the engine has no room for, is dropped on the way in,
//! one that neither the system nor our queue has room for on the way out, both counted, for SIP over UDP repeats what
//! matters. Keep-alives end here, STUN is answered here (`stun`); no message is parsed. A listener on all addresses tells
//! with each datagram which one was asked, and answers from that one (RFC 3581 §4, `packet_info`).
//! Messages are too few for batches of system calls to pay; those are for RTP.

use core::net::SocketAddr;
use core::time::Duration;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use sip::{Flow, Transport};
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tracing::{debug, trace, warn};

use crate::gate::{EngineGone, Gate};
use crate::packet_info;
use crate::socket::{self, Dscp};
use crate::stun::{self, Stun};
use crate::{Sent, SipConfig, SipCounters};

/// No datagram is longer (S7): the length field of UDP has 16 bits.
const DATAGRAM_BYTES_MAX: usize = 65_535;
/// Pause after an error of the socket, so that a lasting one does not spin.
const ERROR_PAUSE: Duration = Duration::from_millis(10);

/// The sending half; the reading half is a task.
#[derive(Debug)]
pub(crate) struct UdpListener {
    port: Arc<Port>,
    queue: mpsc::Sender<Waiting>,
}

/// A socket and what is known of it.
#[derive(Debug)]
struct Port {
    local: SocketAddr,
    socket: UdpSocket,
    counters: Arc<SipCounters>,
}

/// A datagram that found the system's buffer full.
#[derive(Debug)]
struct Waiting {
    flow: Flow,
    bytes: Bytes,
}

impl UdpListener {
    /// Binds the address and starts the tasks that read and flush.
    pub(crate) fn bind(
        address: SocketAddr,
        config: &SipConfig,
        gate: Arc<Gate>,
        counters: Arc<SipCounters>,
        tasks: &mut JoinSet<()>,
    ) -> io::Result<Self> {
        let socket = socket::udp(
            address,
            Dscp::ClassSelector3,
            config.udp_receive_buffer_bytes,
        )?;
        let socket = UdpSocket::from_std(socket)?;
        let port = Arc::new(Port {
            local: socket::unscoped(socket.local_addr()?),
            socket,
            counters,
        });
        if port.is_wildcard() {
            packet_info::enable(&port.socket, address.is_ipv6())?;
        }
        let (queue, waiting) = mpsc::channel(config.udp_queue_max.max(1));
        tasks.spawn(read(Arc::clone(&port), gate));
        tasks.spawn(flush(Arc::clone(&port), waiting));
        Ok(Self { port, queue })
    }

    /// The address with its real port.
    pub(crate) fn local(&self) -> SocketAddr {
        self.port.local
    }

    /// True for a listener on all addresses of the family, and so on that one too.
    pub(crate) fn covers(&self, local: SocketAddr) -> bool {
        let own = self.port.local;
        self.port.is_wildcard() && own.port() == local.port() && own.is_ipv4() == local.is_ipv4()
    }

    /// Sends at once, or queues while the system's buffer is full.
    pub(crate) fn send(&self, flow: Flow, bytes: Bytes) -> Sent {
        let Port {
            socket, counters, ..
        } = self.port.as_ref();
        match socket.try_io(Interest::WRITABLE, || self.port.send(&flow, &bytes)) {
            Ok(_) => {
                counters.udp_out.increment();
                trace!(local = %flow.local, to = %flow.remote, len = bytes.len(), "datagram out");
                Sent::Accepted
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if self.queue.try_send(Waiting { flow, bytes }).is_ok() {
                    return Sent::Accepted;
                }
                counters.udp_out_overflow.increment();
                Sent::Dropped
            }
            Err(error) => {
                self.port.refused(&flow, &error);
                Sent::Dropped
            }
        }
    }
}

impl Port {
    fn is_wildcard(&self) -> bool {
        self.local.ip().is_unspecified()
    }

    /// Waits for a datagram; the flow's side of ours is the address that was asked.
    async fn receive(&self, buffer: &mut [u8]) -> io::Result<(Flow, usize)> {
        if !self.is_wildcard() {
            let (len, remote) = self.socket.recv_from(buffer).await?;
            return Ok((self.flow(self.local, remote), len));
        }
        let read = || packet_info::receive(&self.socket, buffer);
        let received = self.socket.async_io(Interest::READABLE, read).await?;
        let asked = received.asked.unwrap_or(self.local.ip());
        let local = SocketAddr::new(asked, self.local.port());
        Ok((self.flow(local, received.remote), received.len))
    }

    fn flow(&self, local: SocketAddr, remote: SocketAddr) -> Flow {
        Flow {
            transport: Transport::Udp,
            local,
            remote,
            connection: 0,
        }
    }

    /// Sends from the address of the flow; where the flow names none, the system chooses.
    fn send(&self, flow: &Flow, bytes: &[u8]) -> io::Result<usize> {
        match self.is_wildcard() && !flow.local.ip().is_unspecified() {
            true => packet_info::send(&self.socket, bytes, flow.local.ip(), flow.remote),
            false => packet_info::send_from_any(&self.socket, bytes, flow.remote),
        }
    }

    fn refused(&self, flow: &Flow, error: &io::Error) {
        self.counters.udp_out_failed.increment();
        debug!(local = %flow.local, to = %flow.remote, %error, "datagram refused by the system");
    }

    /// STUN on the port of SIP; true: it was that, and is dealt with.
    fn took_as_stun(&self, flow: &Flow, datagram: &[u8]) -> bool {
        match stun::read(datagram, flow.remote) {
            Stun::Other => return false,
            Stun::Indication => self.counters.udp_keep_alives.increment(),
            Stun::Malformed => self.counters.stun_malformed.increment(),
            Stun::Request(answer) => match self.send(flow, &answer) {
                Ok(_) => self.counters.stun_answered.increment(),
                // A full buffer is no reason to queue: the phone asks again.
                Err(error) => self.refused(flow, &error),
            },
        }
        true
    }
}

async fn read(port: Arc<Port>, gate: Arc<Gate>) {
    let counters = &port.counters;
    let mut buffer = vec![0; DATAGRAM_BYTES_MAX].into_boxed_slice();
    loop {
        let (flow, len) = match port.receive(&mut buffer).await {
            Ok(received) => received,
            Err(error) => {
                debug!(local = %port.local, %error, "SIP socket");
                tokio::time::sleep(ERROR_PAUSE).await;
                continue;
            }
        };
        counters.udp_in.increment();
        trace!(local = %flow.local, remote = %flow.remote, len, "datagram in");
        let datagram = buffer.get(..len).unwrap_or_default();
        if is_keep_alive(datagram) {
            counters.udp_keep_alives.increment();
            continue;
        }
        let Some(lane) = gate.admit(flow.remote) else {
            continue;
        };
        if port.took_as_stun(&flow, datagram) {
            continue;
        }
        if gate.datagram(lane, flow, Bytes::copy_from_slice(datagram)) == Err(EngineGone) {
            warn!(local = %port.local, "the engine is gone: SIP listener ends");
            return;
        }
    }
}

/// Line ends (RFC 5626 §3.5.1 has them for streams), or the zeros of some phones: they keep a NAT open and want nothing.
fn is_keep_alive(datagram: &[u8]) -> bool {
    let mut bytes = datagram.iter();
    bytes.all(|byte| matches!(byte, b'\r' | b'\n' | 0))
}

/// Sends what found the system's buffer full, in order, as it drains.
async fn flush(port: Arc<Port>, mut waiting: mpsc::Receiver<Waiting>) {
    while let Some(Waiting { flow, bytes }) = waiting.recv().await {
        let send = || port.send(&flow, &bytes);
        match port.socket.async_io(Interest::WRITABLE, send).await {
            Ok(_) => port.counters.udp_out.increment(),
            Err(error) => port.refused(&flow, &error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // One thread: until this test awaits, the runtime does not learn that the socket can be written, and its sends find it
    // as full as a send buffer without room.
    #[tokio::test]
    async fn s8_what_the_system_cannot_take_waits_up_to_the_bound_and_then_goes_out_in_order() {
        let config = SipConfig {
            udp_queue_max: 2,
            ..SipConfig::default()
        };
        let counters = Arc::new(SipCounters::default());
        let (inbound, _engine) = crate::inbound_queue(1, 1);
        let gate = Arc::new(Gate::new(
            &config.gate,
            config.clock,
            inbound,
            Arc::clone(&counters),
        ));
        let mut tasks = JoinSet::new();
        let any = "127.0.0.1:0".parse().unwrap();
        let listener =
            UdpListener::bind(any, &config, gate, Arc::clone(&counters), &mut tasks).unwrap();
        let phone = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let to = phone.local_addr().unwrap();
        let sent: Vec<Sent> = ["1", "2", "3"]
            .map(|text| listener.send(listener.port.flow(listener.local(), to), Bytes::from(text)))
            .into();
        assert_eq!(sent, [Sent::Accepted, Sent::Accepted, Sent::Dropped]);
        assert_eq!(counters.udp_out_overflow.get(), 1);
        for expected in [b"1", b"2"] {
            let mut buffer = [0; 8];
            let received = phone.recv_from(&mut buffer);
            let (len, _) = tokio::time::timeout(Duration::from_secs(20), received)
                .await
                .unwrap()
                .unwrap();
            assert_eq!(&buffer[..len], expected);
        }
    }
}
