//! The SIP shell as a whole: all listeners, one way in, one way out.
//!
//! What comes in goes into one bounded queue to the engine loop, which stamps the time; what goes out is placed by its
//! flow, without blocking, so that a turn of the engine never waits for the network (invariant 7). Dropping the sockets
//! ends all tasks and connections. Deliberately ignorant of SIP beyond its framing.

use core::net::SocketAddr;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use sip::{Flow, Transmit, Transport};
use tokio::task::JoinSet;
use tracing::info;

use crate::dns::Dns;
use crate::flow::Flows;
use crate::gate::Gate;
use crate::sip_stream::{self, Shared};
use crate::sip_udp::UdpListener;
use crate::{GateRefusal, SipConfig, SipCounters, SipInboundSender};

/// What comes from the network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SipInbound {
    /// One whole datagram, or one whole message of a stream.
    Message {
        /// Where it came from and where its answer goes.
        flow: Flow,
        /// As read.
        bytes: Bytes,
    },
    /// A name that was asked for by [`SipSockets::resolve`].
    Resolved {
        /// Which question.
        query: sip::QueryId,
        /// Where to try, in order.
        hops: Result<Vec<sip::Hop>, sip::ResolveError>,
    },
    /// The peer of a TLS connection has shown a certificate that was verified.
    PeerNames {
        /// The connection.
        flow: Flow,
        /// DNS names in it, lower case.
        names: Vec<String>,
    },
    /// The connection is gone; nothing sent on it arrives any more. May be told more than once.
    FlowClosed {
        /// Which.
        flow: Flow,
    },
}

/// What became of a message given to [`SipSockets::send`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sent {
    /// The system has it, or a queue of ours.
    Accepted,
    /// Dropped and counted: a queue was full, the system refused it, or no listener has that address.
    Dropped,
    /// The connection is gone; [`SipInbound::FlowClosed`] tells it too.
    FlowGone,
}

/// The SIP sockets of one node.
#[derive(Debug)]
pub struct SipSockets {
    local: Vec<(Transport, SocketAddr)>,
    udp: Vec<UdpListener>,
    flows: Arc<Flows>,
    gate: Arc<Gate>,
    dns: Dns,
    counters: Arc<SipCounters>,
    /// Aborted on drop.
    _tasks: JoinSet<()>,
}

impl SipSockets {
    /// Binds all listeners and starts their tasks. `inbound` is the bounded queue to the engine, of
    /// [`inbound_queue`](crate::inbound_queue): where its lane is full, datagrams are dropped and counted while
    /// connections wait (S8). To be called within a tokio runtime.
    ///
    /// # Errors
    /// The system's error with transport and address in its text; nothing stays bound.
    pub async fn bind(config: SipConfig, inbound: SipInboundSender) -> io::Result<Self> {
        let counters = Arc::new(SipCounters::default());
        let gate = Gate::new(&config.gate, config.clock, inbound, Arc::clone(&counters));
        let gate = Arc::new(gate);
        let flows = Arc::new(Flows::default());
        let mut tasks = JoinSet::new();
        let mut local = Vec::new();
        let mut udp = Vec::new();
        for &address in &config.udp {
            let counters = Arc::clone(&counters);
            let gate = Arc::clone(&gate);
            let listener = UdpListener::bind(address, &config, gate, counters, &mut tasks)
                .map_err(|error| named(Transport::Udp, address, &error))?;
            local.push((Transport::Udp, listener.local()));
            udp.push(listener);
        }
        let shared = Arc::new(Shared::new(
            &config,
            Arc::clone(&gate),
            Arc::clone(&flows),
            Arc::clone(&counters),
        ));
        for &address in &config.tcp {
            let bound = sip_stream::bind(Transport::Tcp, address, Arc::clone(&shared), &mut tasks)
                .map_err(|error| named(Transport::Tcp, address, &error))?;
            local.push((Transport::Tcp, bound));
        }
        for (transport, address) in &local {
            info!(transport = transport.via_token(), %address, "SIP listener");
        }
        let (ours, counted) = (Arc::clone(&gate), Arc::clone(&counters));
        let dns = Dns::start(&config.dns, &local, ours, counted, &mut tasks);
        Ok(Self {
            local,
            udp,
            flows,
            gate,
            dns,
            counters,
            _tasks: tasks,
        })
    }

    /// The real addresses, port 0 resolved: UDP in the order of the configuration, then TCP.
    #[must_use]
    pub fn local(&self) -> &[(Transport, SocketAddr)] {
        &self.local
    }

    /// Sends on the message's flow; never blocks. Whatever is not accepted is counted.
    pub fn send(&self, transmit: Transmit) -> Sent {
        let Transmit { flow, bytes } = transmit;
        match flow.transport {
            Transport::Udp => self.send_datagram(&flow, bytes),
            Transport::Tcp | Transport::Tls | Transport::Ws | Transport::Wss => {
                self.send_on_connection(flow, bytes)
            }
        }
    }

    /// Opens a connection of ours; what is sent on its flow meanwhile waits, bounded.
    pub fn connect(&self, connect: sip::Connect) {
        let flow = connect.flow;
        self.gate.tell(SipInbound::FlowClosed { flow });
    }

    /// Resolves a name; the answer comes as [`SipInbound::Resolved`].
    pub fn resolve(&self, resolve: sip::Resolve) {
        self.dns.resolve(resolve);
    }

    /// Word about whose packets have a budget of their own at the gate (S9). Said twice it holds once: who shares an
    /// address keeps the word until the last of them has gone.
    pub fn vouch(&self, vouch: sip::Vouch) {
        self.gate.vouch(vouch);
    }

    /// What the gate refused, from where and why, the latest first.
    #[must_use]
    pub fn gate_report(&self) -> Vec<GateRefusal> {
        self.gate.report()
    }

    /// What the sockets count.
    #[must_use]
    pub fn counters(&self) -> &Arc<SipCounters> {
        &self.counters
    }

    fn send_datagram(&self, flow: &Flow, bytes: Bytes) -> Sent {
        let listener = self
            .udp
            .iter()
            .find(|listener| listener.local() == flow.local);
        let Some(listener) = listener else {
            self.counters.udp_out_failed.increment();
            return Sent::Dropped;
        };
        listener.send(flow.remote, bytes)
    }

    fn send_on_connection(&self, flow: Flow, bytes: Bytes) -> Sent {
        let sent = self.flows.send(&flow, bytes);
        if sent == Sent::FlowGone {
            self.counters.flow_gone.increment();
            // An engine that has not even taken the former news hears it at its next try, or by its transaction's timer.
            self.gate.tell(SipInbound::FlowClosed { flow });
        }
        sent
    }
}

fn named(transport: Transport, address: SocketAddr, error: &io::Error) -> io::Error {
    let text = format!("SIP over {} on {address}: {error}", transport.via_token());
    io::Error::new(error.kind(), text)
}
