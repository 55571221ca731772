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
use crate::sip_stream::{self, Dialler, Shared};
use crate::sip_udp::UdpListener;
use crate::tls::Tls;
use crate::{GateRefusal, SipConfig, SipControl, SipCounters, SipInboundSender, TlsError};

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
        /// The SIP domains in it (RFC 5922 §7.1), lower case; told before the connection's first message.
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
    shared: Arc<Shared>,
    dialler: Dialler,
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
        let tls = material(&config)?;
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
            Arc::new(Flows::default()),
            Arc::clone(&counters),
            Arc::new(tls),
        ));
        for (transport, addresses) in [
            (Transport::Tcp, &config.tcp),
            (Transport::Tls, &config.tls),
            (Transport::Ws, &config.ws),
            (Transport::Wss, &config.wss),
        ] {
            for &address in addresses {
                let bound = sip_stream::bind(transport, address, Arc::clone(&shared), &mut tasks)
                    .map_err(|error| named(transport, address, &error))?;
                local.push((transport, bound));
            }
        }
        for (transport, address) in &local {
            info!(transport = transport.via_token(), %address, "SIP listener");
        }
        let (ours, counted) = (Arc::clone(&gate), Arc::clone(&counters));
        let dns = Dns::start(&config.dns, &local, ours, counted, &mut tasks);
        Ok(Self {
            local,
            udp,
            dialler: Dialler::start(Arc::clone(&shared), &mut tasks),
            shared,
            gate,
            dns,
            counters,
            _tasks: tasks,
        })
    }

    /// The real addresses, port 0 resolved: UDP in the order of the configuration, then TCP, TLS, WS and WSS.
    #[must_use]
    pub fn local(&self) -> &[(Transport, SocketAddr)] {
        &self.local
    }

    /// Sends on the message's flow; never blocks. Whatever is not accepted is counted.
    pub fn send(&self, transmit: Transmit) -> Sent {
        let Transmit { flow, bytes } = transmit;
        match flow.transport {
            Transport::Udp => self.send_datagram(flow, bytes),
            Transport::Tcp | Transport::Tls | Transport::Ws | Transport::Wss => {
                self.send_on_connection(flow, bytes)
            }
        }
    }

    /// Opens a connection of ours; what is sent on its flow meanwhile waits, bounded. A connection that cannot be had is
    /// told as a closed flow. A flow that lives already stays as it is.
    pub fn connect(&self, connect: sip::Connect) {
        let flow = connect.flow;
        let Shared { flows, limits, .. } = self.shared.as_ref();
        if flows.has(&flow) {
            return;
        }
        let opened = flows.open(flow, limits.write_queue_max);
        if !self.dialler.connect(connect, opened) {
            self.counters.connect_refused.increment();
            flows.close(&flow);
            self.gate.tell(SipInbound::FlowClosed { flow });
        }
    }

    /// What others may ask of the sockets while the engine's loop owns them.
    #[must_use]
    pub fn control(&self) -> SipControl {
        SipControl::new(Arc::clone(&self.shared), self.dialler.clone())
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

    fn send_datagram(&self, flow: Flow, bytes: Bytes) -> Sent {
        let mut listeners = self.udp.iter();
        let exact = listeners.find(|listener| listener.local() == flow.local);
        let listener = exact.or_else(|| {
            let mut listeners = self.udp.iter();
            listeners.find(|listener| listener.covers(flow.local))
        });
        let Some(listener) = listener else {
            self.counters.udp_out_failed.increment();
            return Sent::Dropped;
        };
        listener.send(flow, bytes)
    }

    fn send_on_connection(&self, flow: Flow, bytes: Bytes) -> Sent {
        let sent = self.shared.flows.send(&flow, bytes);
        if sent == Sent::FlowGone {
            self.counters.flow_gone.increment();
            self.gate.tell(SipInbound::FlowClosed { flow });
        }
        sent
    }
}

fn material(config: &SipConfig) -> io::Result<Tls> {
    let wants = !config.tls.is_empty() || !config.wss.is_empty();
    let tls = match config.tls_config.certificate {
        None if wants => Err(TlsError::NoCertificate),
        Some(_) | None => Tls::new(&config.tls_config),
    };
    tls.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
}

fn named(transport: Transport, address: SocketAddr, error: &io::Error) -> io::Error {
    let text = format!("SIP over {} on {address}: {error}", transport.via_token());
    io::Error::new(error.kind(), text)
}
