//! A network in virtual time: endpoints, raw phones, 10 ms from one to another, and losses as a story wants them.

use crate::*;
use bytes::Bytes;
use core::time::Duration;
use std::{collections::BTreeMap, net::SocketAddr};

pub(super) const SERVER: &str = "10.0.0.1:5060";
pub(super) const ALICE: &str = "10.0.0.2:5062";
pub(super) const AGENT: &str = "10.0.0.3:5063";
pub(super) const OFFER: Bytes = Bytes::from_static(b"v=0 offer");
pub(super) const ANSWER: Bytes = Bytes::from_static(b"v=0 answer");
pub(super) const LATENCY: Duration = Duration::from_millis(10);
pub(super) const DOMAIN: &str = "call.example.com";

pub(super) fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

pub(super) fn flow(transport: Transport, local: &str, remote: &str) -> Flow {
    let connection = u32::from(transport == Transport::Tcp);
    Flow {
        transport,
        local: address(local),
        remote: address(remote),
        connection,
    }
}

pub(super) fn config(at: &str, domain: &str, hotlines: &[&str]) -> EndpointConfig {
    EndpointConfig {
        domain: domain.into(),
        realm: domain.into(),
        product: "Trunkline/test".into(),
        listeners: vec![(Transport::Udp, address(at)), (Transport::Tcp, address(at))],
        public: Vec::new(),
        nonce_secret: [9; 32],
        seed: u64::from(address(at).port()),
        hotlines: hotlines.iter().map(|user| (*user).to_owned()).collect(),
        limits: Limits::default(),
        registration: RegistrationLimits::default(),
        timers: Timers::default(),
        session_timer: SessionTimer::default(),
    }
}

pub(super) fn account(user: &str, password: &str) -> Account {
    Account {
        ha1_md5: digest::ha1_md5(user, DOMAIN, password),
        ha1_sha256: digest::ha1_sha256(user, DOMAIN, password),
    }
}

/// What the network does with a packet: `true` = it is lost.
type Loss = Box<dyn FnMut(&str) -> bool>;

pub(super) struct World {
    pub(super) now: Duration,
    pub(super) transport: Transport,
    nodes: BTreeMap<SocketAddr, Endpoint>,
    events: BTreeMap<SocketAddr, Vec<Event>>,
    wire: BTreeMap<(Duration, u64), (Flow, Bytes)>,
    sent: u64,
    pub(super) loss: Loss,
    /// Start lines in the order of sending, with sender and time, lost ones too.
    pub(super) trace: Vec<(Duration, SocketAddr, String)>,
}

impl World {
    /// A server with hotline 4000 and account 1001, a caller and an agent's phone.
    pub(super) fn new() -> Self {
        let mut server = Endpoint::new(config(SERVER, DOMAIN, &["4000"]));
        server.set_account("1001", account("1001", "secret"));
        let alice = Endpoint::new(config(ALICE, "alice.example", &["alice"]));
        let agent = Endpoint::new(config(AGENT, "agent.example", &["1001"]));
        let nodes = [(SERVER, server), (ALICE, alice), (AGENT, agent)];
        Self {
            now: Duration::from_secs(1_700_000_000),
            transport: Transport::Udp,
            nodes: nodes
                .into_iter()
                .map(|(at, node)| (address(at), node))
                .collect(),
            events: BTreeMap::new(),
            wire: BTreeMap::new(),
            sent: 0,
            loss: Box::new(|_| false),
            trace: Vec::new(),
        }
    }

    pub(super) fn over(transport: Transport) -> Self {
        Self {
            transport,
            ..Self::new()
        }
    }

    /// Does something at a node and sends what comes of it.
    pub(super) fn at<R>(&mut self, who: &str, act: impl FnOnce(&mut Endpoint, Duration) -> R) -> R {
        let who = address(who);
        let outcome = act(self.nodes.get_mut(&who).unwrap(), self.now);
        self.drain(who);
        outcome
    }

    fn drain(&mut self, who: SocketAddr) {
        while let Some(output) = self.nodes.get_mut(&who).unwrap().poll_output() {
            match output {
                Output::Event(Event::BindingsChanged { .. }) => {}
                Output::Event(event) => self.events.entry(who).or_default().push(event),
                Output::Transmit(transmit) => self.send(transmit),
                Output::Connect(_) | Output::Resolve(_) | Output::Vouch(_) => {}
            }
        }
    }

    fn send(&mut self, transmit: Transmit) {
        let text = String::from_utf8_lossy(&transmit.bytes).into_owned();
        let line = text.lines().next().unwrap_or_default().to_owned();
        self.trace.push((self.now, transmit.flow.local, line));
        if !(self.loss)(&text) {
            self.sent += 1;
            let Flow { local, remote, .. } = transmit.flow;
            let flow = Flow {
                local: remote,
                remote: local,
                ..transmit.flow
            };
            self.wire
                .insert((self.now + LATENCY, self.sent), (flow, transmit.bytes));
        }
    }

    /// Lets time pass.
    pub(super) fn run(&mut self, span: Duration) {
        let until = self.now + span;
        loop {
            let packet = self.wire.keys().next().map(|(at, _)| *at);
            let timer = self.nodes.values().filter_map(Endpoint::poll_timeout).min();
            let Some(next) = packet
                .into_iter()
                .chain(timer)
                .min()
                .filter(|next| *next <= until)
            else {
                break;
            };
            self.now = self.now.max(next);
            if packet == Some(next) {
                let (flow, bytes) = self.wire.pop_first().unwrap().1;
                if let Some(node) = self.nodes.get_mut(&flow.local) {
                    node.handle_message(self.now, flow, bytes);
                    self.drain(flow.local);
                }
            } else {
                for who in self.nodes.keys().copied().collect::<Vec<_>>() {
                    self.nodes.get_mut(&who).unwrap().handle_timeout(self.now);
                    self.drain(who);
                }
            }
        }
        self.now = until;
    }

    pub(super) fn run_ms(&mut self, span_ms: u64) {
        self.run(Duration::from_millis(span_ms));
    }

    /// The news at a node since the last look.
    pub(super) fn news(&mut self, who: &str) -> Vec<Event> {
        self.events.remove(&address(who)).unwrap_or_default()
    }

    pub(super) fn sizes(&self, who: &str) -> endpoint::Sizes {
        self.nodes.get(&address(who)).unwrap().sizes()
    }

    pub(super) fn counters(&self, who: &str) -> Counters {
        self.nodes.get(&address(who)).unwrap().counters().clone()
    }

    /// First words of what a node sent, in order, 100 Trying left out.
    pub(super) fn sent_by(&self, who: &str) -> Vec<String> {
        let own = self
            .trace
            .iter()
            .filter(|(_, sender, _)| *sender == address(who));
        let words = own.map(|(_, _, line)| {
            let line = line.strip_prefix("SIP/2.0 ").unwrap_or(line);
            line.split(' ').next().unwrap_or_default().to_owned()
        });
        words.filter(|word| word != "100").collect()
    }

    /// After all timers nothing may be left anywhere.
    pub(super) fn expect_nothing_left(&mut self) {
        self.run(Duration::from_secs(120));
        for who in [SERVER, ALICE, AGENT] {
            assert_eq!(self.sizes(who), endpoint::Sizes::default(), "{who}");
        }
    }
}

/// A binding as a registration would have made it.
pub(super) fn binding(transport: Transport, local: &str, remote: &str, user: &str) -> Binding {
    Binding {
        contact: format!("sip:{user}@{remote}").parse().unwrap(),
        flow: flow(transport, local, remote),
        expires_at: Duration::MAX,
        user_agent: None,
        instance: None,
        q_permille: 1_000,
        path: Vec::new(),
        reg_id: None,
        call_id: "register".into(),
        cseq: 1,
    }
}

impl World {
    /// `from` calls user `user` at `to`.
    pub(super) fn call(&mut self, from: &str, to: &str, user: &str) -> SessionId {
        let invite = OutgoingInvite {
            hops_left: crate::HOPS_MAX,
            destination: Destination::Contact(Box::new(binding(self.transport, from, to, user))),
            to_user: user.into(),
            from: Identity {
                display: Some("A \"lice\"".into()),
                user: "alice".into(),
            },
            sdp: OFFER,
            headers: Vec::new(),
        };
        self.at(from, |node, now| node.invite(now, invite))
    }

    /// Alice calls the hotline; both session ids, after the INVITE has arrived.
    pub(super) fn hotline(&mut self) -> (SessionId, SessionId) {
        let alice = self.call(ALICE, SERVER, "4000");
        self.run_ms(50);
        let news = self.news(SERVER);
        let [Event::Invite { session, .. }] = news.as_slice() else {
            panic!("an Invite, not {news:?}");
        };
        (alice, *session)
    }

    /// Alice and the hotline talk.
    pub(super) fn talk(&mut self) -> (SessionId, SessionId) {
        let (alice, server) = self.hotline();
        self.at(SERVER, |node, now| node.answer(now, server, ANSWER));
        self.run_ms(50);
        assert_eq!(
            self.news(ALICE),
            [Event::Answered {
                session: alice,
                sdp: Some(ANSWER),
                late: false
            }]
        );
        assert_eq!(
            self.news(SERVER),
            [Event::Acked {
                session: server,
                sdp: None
            }]
        );
        (alice, server)
    }
}
