//! The worker: one media thread's ports, fed by commands, packets and time.

use core::net::SocketAddr;
use core::time::Duration;

use crate::{Command, Outbox, PortId};

/// What a worker is told at start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerConfig {
    /// Seeds SSRCs, first sequence numbers and timestamps (RFC 3550 §5.1).
    pub seed: u64,
    /// Most ports at once.
    pub ports_max: usize,
    /// Silence after which [`crate::News::Silent`] is told.
    pub rtp_timeout: Duration,
    /// Packet budget of a port (S17), in packets a second.
    pub packets_per_second_max: u32,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self {
            seed: 0,
            ports_max: 4_096,
            rtp_timeout: Duration::from_secs(30),
            packets_per_second_max: 200,
        }
    }
}

/// One media thread's state.
pub struct Worker {
    config: WorkerConfig,
}

impl Worker {
    /// A worker without ports.
    #[must_use]
    pub fn new(config: WorkerConfig) -> Self {
        Self { config }
    }

    /// Does what call control wants.
    pub fn handle_command(&mut self, now: Duration, command: Command, out: &mut Outbox) {
        todo!("{now:?} {command:?} {:?} {}", self.config, out.dropped())
    }

    /// Takes a datagram from the RTP socket of a port.
    pub fn handle_rtp(
        &mut self,
        now: Duration,
        port: PortId,
        from: SocketAddr,
        datagram: &mut [u8],
        out: &mut Outbox,
    ) {
        todo!("{now:?} {port:?} {from} {datagram:?} {}", out.dropped())
    }

    /// Takes a datagram from the RTCP socket of a port.
    pub fn handle_rtcp(
        &mut self,
        now: Duration,
        port: PortId,
        from: SocketAddr,
        datagram: &[u8],
        out: &mut Outbox,
    ) {
        todo!("{now:?} {port:?} {from} {datagram:?} {}", out.dropped())
    }

    /// Does what is due: a 20 ms tick for ports that play, record or send keys, RTCP and time-outs for the others.
    pub fn handle_timeout(&mut self, now: Duration, out: &mut Outbox) {
        todo!("{now:?} {}", out.dropped())
    }

    /// When [`Worker::handle_timeout`] wants to be called; it may be past if the outbox was full.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        None
    }
}
