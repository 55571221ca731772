//! Whose bucket a packet takes from (S9): carriers by network, phones by address and port, strangers by source (`sources`).
//!
//! A stranger takes from his own bucket only when that of all has a token, and the other way round: who is over his rate
//! does not use up what the others share.

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;
use std::collections::HashMap;

use sip::{Network, Peer, Vouch};

use super::bucket::Bucket;
use super::sources::Sources;
use super::{By, GateLimits};

/// By which part of the queue a message goes to the engine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lane {
    /// Somebody vouches for its source.
    Known,
    /// Nobody does.
    Stranger,
}

/// Why a message has to wait, or is lost.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Cause {
    /// That stranger is over his rate.
    Source,
    /// All strangers together are.
    Strangers,
    /// That phone is, or somebody in its name.
    Phone,
    /// That carrier's network is, or somebody in its name.
    Carrier,
    /// The lane to the engine is full.
    Queue,
    /// That stranger opens connections faster than he may.
    Connections,
}

impl Cause {
    /// The word of the counters.
    pub(super) fn word(self) -> &'static str {
        match self {
            Cause::Source => "gate_source",
            Cause::Strangers => "gate_strangers",
            Cause::Phone => "gate_phone",
            Cause::Carrier => "gate_carrier",
            Cause::Queue => "gate_queue",
            Cause::Connections => "gate_connections",
        }
    }
}

/// No turn now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Refused {
    pub(super) cause: Cause,
    /// When there might be one.
    pub(super) wait: Duration,
}

/// All buckets.
#[derive(Debug)]
pub(super) struct Budgets {
    limits: GateLimits,
    datagrams: Bucket,
    streams: Bucket,
    strangers: Sources,
    /// Connections that strangers open.
    knocks: Sources,
    phones: HashMap<SocketAddr, Bucket>,
    /// Those to whom we are connected: no more than there are connections.
    dialled: HashMap<SocketAddr, Bucket>,
    /// The longest prefix first.
    carriers: Vec<(Network, Bucket)>,
}

impl Budgets {
    pub(super) fn new(limits: &GateLimits) -> Self {
        Self {
            limits: *limits,
            datagrams: Bucket::default(),
            streams: Bucket::default(),
            strangers: Sources::new(limits.per_source, limits.sources_max),
            knocks: Sources::new(limits.connections, limits.sources_max),
            phones: HashMap::new(),
            dialled: HashMap::new(),
            carriers: Vec::new(),
        }
    }

    /// Takes a token for one message from there.
    pub(super) fn take(
        &mut self,
        now: Duration,
        remote: SocketAddr,
        by: By,
    ) -> Result<Lane, Refused> {
        let GateLimits { carrier, phone, .. } = self.limits;
        let known = |cause| move |wait| Refused { cause, wait };
        if let Some(bucket) = self.carrier_of(remote.ip()) {
            let taken = bucket.take(now, carrier).map_err(known(Cause::Carrier));
            return taken.map(|()| Lane::Known);
        }
        if by == By::OurConnection {
            let bucket = self.dialled.entry(remote).or_default();
            let taken = bucket.take(now, carrier).map_err(known(Cause::Carrier));
            return taken.map(|()| Lane::Known);
        }
        if let Some(bucket) = self.phones.get_mut(&canonical(remote)) {
            let taken = bucket.take(now, phone).map_err(known(Cause::Phone));
            return taken.map(|()| Lane::Known);
        }
        self.take_as_stranger(now, remote.ip(), by)
            .map(|()| Lane::Stranger)
    }

    /// Takes a token for a connection that somebody opens: of his network's bucket where he is a carrier. A registered phone
    /// that comes back has another port, so it is a stranger here.
    pub(super) fn knock(&mut self, now: Duration, address: IpAddr) -> Result<(), Cause> {
        let GateLimits { carrier, .. } = self.limits;
        if let Some(bucket) = self.carrier_of(address) {
            return bucket.take(now, carrier).map_err(|_| Cause::Carrier);
        }
        let taken = self.knocks.take(now, address);
        self.knocks.pay(taken.map_err(|_| Cause::Connections)?);
        Ok(())
    }

    /// By which lane news of a flow to there go; takes nothing.
    pub(super) fn lane(&mut self, remote: SocketAddr, by: By) -> Lane {
        let is_known = by == By::OurConnection
            || self.carrier_of(remote.ip()).is_some()
            || self.phones.contains_key(&canonical(remote));
        if is_known {
            Lane::Known
        } else {
            Lane::Stranger
        }
    }

    /// The same for the last news of a flow.
    pub(super) fn farewell(&mut self, remote: SocketAddr, by: By) -> Lane {
        if by == By::OurConnection {
            self.dialled.remove(&remote);
        }
        self.lane(remote, by)
    }

    /// `false` when there is no room.
    pub(super) fn vouch(&mut self, vouch: Vouch) -> bool {
        match (vouch.peer, vouch.stands) {
            (Peer::Phone(address), true) => self.add_phone(canonical(address)),
            (Peer::Phone(address), false) => {
                self.phones.remove(&canonical(address));
                true
            }
            (Peer::Carrier(network), true) => self.add_carrier(network),
            (Peer::Carrier(network), false) => {
                self.carriers.retain(|(of, _)| *of != network);
                true
            }
        }
    }

    fn carrier_of(&mut self, address: IpAddr) -> Option<&mut Bucket> {
        let holds = |(network, _): &&mut (Network, Bucket)| network.contains(address);
        self.carriers
            .iter_mut()
            .find(holds)
            .map(|(_, bucket)| bucket)
    }

    fn take_as_stranger(&mut self, now: Duration, address: IpAddr, by: By) -> Result<(), Refused> {
        let own = self.strangers.take(now, address);
        let own = own.map_err(|wait| Refused {
            cause: Cause::Source,
            wait,
        })?;
        let shared = match by {
            By::Datagram => &mut self.datagrams,
            By::Stream | By::OurConnection => &mut self.streams,
        };
        let taken = shared.take(now, self.limits.strangers);
        taken.map_err(|wait| Refused {
            cause: Cause::Strangers,
            wait,
        })?;
        self.strangers.pay(own);
        Ok(())
    }

    fn add_phone(&mut self, address: SocketAddr) -> bool {
        if self.phones.contains_key(&address) {
            return true;
        }
        if self.phones.len() >= self.limits.phones_max {
            return false;
        }
        self.phones.insert(address, Bucket::default());
        true
    }

    fn add_carrier(&mut self, network: Network) -> bool {
        if self.carriers.iter().any(|(of, _)| *of == network) {
            return true;
        }
        if self.carriers.len() >= self.limits.carriers_max {
            return false;
        }
        let longer = |(of, _): &(Network, Bucket)| of.prefix() >= network.prefix();
        let at = self.carriers.partition_point(longer);
        self.carriers.insert(at, (network, Bucket::default()));
        true
    }
}

/// An IPv4 address in the dress of IPv6 is the IPv4 address.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

#[cfg(test)]
mod tests;
