//! One SIP listener on UDP, RFC 3261 §18: a datagram is a message.
//!
//! One task reads; tokio lets it drain the socket without asking the poller again until its budget is spent. Overflow
//! rules (S8): a datagram beyond its source's budget (`gate`), or that the engine has no room for, is dropped on the way in, one that neither the system nor our
//! queue has room for on the way out, both counted, for SIP over UDP repeats what matters. Nothing is parsed here.
//! Messages are too few for batches of system calls to pay; those are for RTP.

use core::net::SocketAddr;
use core::time::Duration;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use sip::{Flow, Transport};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tracing::{debug, trace, warn};

use crate::gate::{EngineGone, Gate};
use crate::socket::{self, Dscp};
use crate::{Sent, SipConfig, SipCounters};

/// No datagram is longer (S7): the length field of UDP has 16 bits.
const DATAGRAM_BYTES_MAX: usize = 65_535;
/// Pause after an error of the socket, so that a lasting one does not spin.
const ERROR_PAUSE: Duration = Duration::from_millis(10);

/// The sending half; the reading half is a task.
#[derive(Debug)]
pub(crate) struct UdpListener {
    local: SocketAddr,
    socket: Arc<UdpSocket>,
    queue: mpsc::Sender<(Bytes, SocketAddr)>,
    counters: Arc<SipCounters>,
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
        let socket = Arc::new(UdpSocket::from_std(socket)?);
        let local = socket.local_addr()?;
        let (queue, waiting) = mpsc::channel(config.udp_queue_max.max(1));
        tasks.spawn(read(
            Arc::clone(&socket),
            local,
            gate,
            Arc::clone(&counters),
        ));
        tasks.spawn(flush(Arc::clone(&socket), waiting, Arc::clone(&counters)));
        Ok(Self {
            local,
            socket,
            queue,
            counters,
        })
    }

    /// The address with its real port.
    pub(crate) fn local(&self) -> SocketAddr {
        self.local
    }

    /// Sends at once, or queues while the system's buffer is full.
    pub(crate) fn send(&self, to: SocketAddr, bytes: Bytes) -> Sent {
        match self.socket.try_send_to(&bytes, to) {
            Ok(_) => {
                self.counters.udp_out.increment();
                trace!(local = %self.local, %to, len = bytes.len(), "datagram out");
                Sent::Accepted
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if self.queue.try_send((bytes, to)).is_ok() {
                    return Sent::Accepted;
                }
                self.counters.udp_out_overflow.increment();
                Sent::Dropped
            }
            Err(error) => {
                self.counters.udp_out_failed.increment();
                debug!(local = %self.local, %to, %error, "datagram refused by the system");
                Sent::Dropped
            }
        }
    }
}

async fn read(
    socket: Arc<UdpSocket>,
    local: SocketAddr,
    gate: Arc<Gate>,
    counters: Arc<SipCounters>,
) {
    let mut buffer = vec![0; DATAGRAM_BYTES_MAX].into_boxed_slice();
    loop {
        let (len, remote) = match socket.recv_from(&mut buffer).await {
            Ok(received) => received,
            Err(error) => {
                debug!(%local, %error, "SIP socket");
                tokio::time::sleep(ERROR_PAUSE).await;
                continue;
            }
        };
        counters.udp_in.increment();
        trace!(%local, %remote, len, "datagram in");
        let Some(lane) = gate.admit(remote) else {
            continue;
        };
        let bytes = Bytes::copy_from_slice(buffer.get(..len).unwrap_or_default());
        if gate.datagram(lane, udp_flow(local, remote), bytes) == Err(EngineGone) {
            warn!(%local, "the engine is gone: SIP listener ends");
            return;
        }
    }
}

/// Sends what found the system's buffer full, in order, as it drains.
async fn flush(
    socket: Arc<UdpSocket>,
    mut waiting: mpsc::Receiver<(Bytes, SocketAddr)>,
    counters: Arc<SipCounters>,
) {
    while let Some((bytes, to)) = waiting.recv().await {
        match socket.send_to(&bytes, to).await {
            Ok(_) => counters.udp_out.increment(),
            Err(error) => {
                counters.udp_out_failed.increment();
                debug!(%to, %error, "datagram refused by the system");
            }
        }
    }
}

fn udp_flow(local: SocketAddr, remote: SocketAddr) -> Flow {
    Flow {
        transport: Transport::Udp,
        local,
        remote,
        connection: 0,
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
            .map(|text| listener.send(to, Bytes::from(text)))
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
