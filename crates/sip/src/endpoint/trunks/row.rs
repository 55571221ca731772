//! One trunk: how it is reached, what it has granted, what was said to it last.

use super::{probe::Probe, registration::Enrolment, way::Way};
use crate::{
    flow::{Flow, Hop},
    message::Uri,
    network::Network,
    transaction::TransactionId,
    trunk::{Exchange, Reach, Trunk},
};
use core::time::Duration;
use std::{
    collections::VecDeque,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

/// What an operator sees of the past (A1).
const EXCHANGES_MAX: usize = 20;

/// Nonces of one carrier whose uses are counted.
const NONCES_MAX: usize = 8;

/// A trunk that is configured.
#[derive(Debug)]
pub(in crate::endpoint) struct Row {
    pub(in crate::endpoint) trunk: Arc<Trunk>,
    pub(in crate::endpoint) way: Way,
    pub(in crate::endpoint) reach: Reach,
    pub(in crate::endpoint) proofs: Proofs,
    /// Routes that the registrar asks for (RFC 3608).
    pub(in crate::endpoint) service_route: Vec<Uri>,
    pub(super) probe: Probe,
    pub(super) enrolment: Option<Enrolment>,
    pub(super) exchanges: VecDeque<Exchange>,
}

/// What is remembered of the proofs that one carrier asked for.
#[derive(Clone, Debug, Default)]
pub(in crate::endpoint) struct Proofs {
    /// The realm that may ask, where the configuration names none: the first that did.
    pub(in crate::endpoint) realm: Option<String>,
    /// The last nonces, and how often each was used: some servers give the same one to all.
    nonces: VecDeque<(String, u32)>,
    /// Why the last challenge was not answered.
    pub(in crate::endpoint) denial: Option<&'static str>,
}

impl Proofs {
    /// RFC 7616 §3.4: how often a nonce has been used, with this time.
    pub(in crate::endpoint) fn count(&mut self, nonce: &str) -> u32 {
        let known = self.nonces.iter_mut().find(|(known, _)| known == nonce);
        if let Some((_, count)) = known {
            *count = count.saturating_add(1);
            return *count;
        }
        if self.nonces.len() >= NONCES_MAX {
            self.nonces.pop_front();
        }
        self.nonces.push_back((nonce.to_owned(), 1));
        1
    }
}

impl Row {
    pub(super) fn new(trunk: Trunk) -> Self {
        let reach = match trunk.probe_every {
            Some(_) => Reach::Unknown,
            None => Reach::Up,
        };
        Self {
            way: Way::new(trunk.server.clone(), trunk.probe_every.is_some()),
            trunk: Arc::new(trunk),
            reach,
            proofs: Proofs::default(),
            service_route: Vec::new(),
            probe: Probe::default(),
            enrolment: None,
            exchanges: VecDeque::new(),
        }
    }

    /// The registration of a former configuration is ours too: same registrar, same address of record.
    pub(super) fn keeps_registration_of(&self, former: &Row) -> bool {
        let user = |row: &Row| {
            let registration = row.trunk.registration.as_ref();
            registration.map(|registration| registration.user.clone())
        };
        user(self).is_some()
            && user(self) == user(former)
            && self.trunk.server == former.trunk.server
            && self.trunk.domain == former.trunk.domain
    }

    /// Transactions whose outcome the row waits for.
    pub(super) fn asking(&self) -> impl Iterator<Item = TransactionId> {
        let enrolment = self.enrolment.as_ref();
        let register = enrolment.and_then(Enrolment::asking);
        self.probe.asking().into_iter().chain(register)
    }

    pub(super) fn is_registered_by(&self, flow: Flow) -> bool {
        let enrolment = self.enrolment.as_ref();
        enrolment.is_some_and(|enrolment| enrolment.is_registered_by(flow))
    }

    pub(super) fn is_usable(&self) -> bool {
        match self.reach {
            Reach::Unknown | Reach::Up | Reach::Trial => true,
            Reach::Down => false,
        }
    }

    pub(super) fn is_half_open(&self) -> bool {
        match self.reach {
            Reach::Trial => true,
            Reach::Unknown | Reach::Up | Reach::Down => false,
        }
    }

    /// Its networks, and the hosts of its servers.
    pub(super) fn networks(&self) -> impl Iterator<Item = Network> {
        let configured = self.trunk.matching.networks.iter().copied();
        configured.chain(self.way.addresses().map(Network::host))
    }

    /// Is that one of its addresses?
    pub(in crate::endpoint) fn owns(&self, address: IpAddr) -> bool {
        self.networks().any(|network| network.contains(address))
    }

    /// Is it the address of one of its servers, to which a proof may go (advisory 35)?
    pub(in crate::endpoint) fn is_server(&self, address: IpAddr) -> bool {
        let mut servers = self.way.addresses();
        servers.any(|server| server.to_canonical() == address.to_canonical())
    }

    pub(in crate::endpoint) fn log(
        &mut self,
        at: Duration,
        what: &'static str,
        remote: Option<SocketAddr>,
        outcome: String,
    ) {
        if self.exchanges.len() >= EXCHANGES_MAX {
            self.exchanges.pop_front();
        }
        self.exchanges.push_back(Exchange {
            at,
            what,
            remote,
            outcome,
        });
    }
}

/// One question to a server and when it was put.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Question {
    pub(super) id: TransactionId,
    pub(super) hop: Hop,
    pub(super) at: Duration,
}
