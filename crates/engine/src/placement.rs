//! Where a leg's media lives: thread and RTP port, planned without asking anybody.
//!
//! Ports are even and drawn at random from the range (S16); a port is free again only when its socket is known to be
//! closed. Both legs of a call get port ids of the same residue, so that one media thread owns both.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use media::PortId;
use model::CallId;

use crate::config::MediaPlan;
use crate::random::SplitMix;

/// The planner.
#[derive(Debug)]
pub(crate) struct Placement {
    plan: MediaPlan,
    random: SplitMix,
    used: BTreeSet<u16>,
    ports: BTreeMap<PortId, Port>,
    /// Calls that live where another one does.
    homes: BTreeMap<CallId, CallId>,
    next: u64,
}

/// A port that is not known to be closed.
#[derive(Debug)]
struct Port {
    owner: CallId,
    number: u16,
    /// It was told to close and has not said that it did.
    is_closing: bool,
}

impl Placement {
    pub(crate) fn new(plan: MediaPlan, seed: u64) -> Self {
        Self {
            plan,
            random: SplitMix::new(seed),
            used: BTreeSet::new(),
            ports: BTreeMap::new(),
            homes: BTreeMap::new(),
            next: 1,
        }
    }

    /// A port for a leg of this call, or `None` when the range is used up.
    pub(crate) fn take(&mut self, call: CallId) -> Option<(PortId, SocketAddr)> {
        let first = self.plan.port_min.checked_next_multiple_of(2)?;
        let pairs = u32::from(self.plan.port_max.checked_sub(first)?).div_ceil(2);
        if pairs == 0 || self.used.len() >= usize::try_from(pairs).unwrap_or(usize::MAX) {
            return None;
        }
        let start = self.random.below(u64::from(pairs));
        let number = (0..u64::from(pairs)).find_map(|step| {
            let pair = (start + step) % u64::from(pairs);
            let number = first + u16::try_from(pair * 2).ok()?;
            (!self.used.contains(&number)).then_some(number)
        })?;
        let threads = u64::from(self.plan.threads.max(1));
        let port = PortId(self.next * threads + self.home_of(call).get() % threads);
        self.next += 1;
        self.used.insert(number);
        let taken = Port {
            owner: call,
            number,
            is_closing: false,
        };
        self.ports.insert(port, taken);
        Some((port, SocketAddr::new(self.plan.bind, number)))
    }

    /// Lays a call beside another one, so that their ports can hear each other.
    pub(crate) fn lay_beside(&mut self, call: CallId, other: CallId) {
        let home = self.home_of(other);
        self.homes.insert(call, home);
    }

    /// Whether the ports of two calls live on one media thread.
    pub(crate) fn are_together(&self, one: CallId, other: CallId) -> bool {
        let threads = u64::from(self.plan.threads.max(1));
        self.home_of(one).get() % threads == self.home_of(other).get() % threads
    }

    fn home_of(&self, call: CallId) -> CallId {
        self.homes.get(&call).copied().unwrap_or(call)
    }

    /// A call is over.
    pub(crate) fn forget(&mut self, call: CallId) {
        self.homes.remove(&call);
    }

    /// A port goes on in another call.
    pub(crate) fn hand_over(&mut self, port: PortId, into: CallId) {
        if let Some(port) = self.ports.get_mut(&port) {
            port.owner = into;
        }
    }

    /// The call that a port serves.
    pub(crate) fn owner(&self, port: PortId) -> Option<CallId> {
        self.ports.get(&port).map(|port| port.owner)
    }

    /// A port is to be closed; `false` when it was told so already.
    pub(crate) fn close(&mut self, port: PortId) -> bool {
        let port = self.ports.get_mut(&port);
        port.is_some_and(|port| !std::mem::replace(&mut port.is_closing, true))
    }

    /// The open ports of a call, for the one who must close them all.
    pub(crate) fn ports_of(&self, call: CallId) -> Vec<PortId> {
        let open = |port: &Port| port.owner == call && !port.is_closing;
        let ports = self.ports.iter();
        let ports = ports.filter(|(_, port)| open(port));
        ports.map(|(id, _)| *id).collect()
    }

    /// The socket is closed: its number may be given again.
    pub(crate) fn release(&mut self, port: PortId) {
        if let Some(port) = self.ports.remove(&port) {
            self.used.remove(&port.number);
        }
    }

    /// The address that our SDP names.
    pub(crate) const fn advertised(&self) -> std::net::IpAddr {
        self.plan.advertise
    }

    /// How many ports are in use: equals the legs alive (S25).
    pub(crate) fn in_use(&self) -> usize {
        self.ports.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn placement(port_min: u16, port_max: u16, threads: u8) -> Placement {
        let address = Ipv4Addr::LOCALHOST.into();
        Placement::new(
            MediaPlan {
                bind: address,
                advertise: address,
                port_min,
                port_max,
                threads,
            },
            1,
        )
    }

    #[test]
    fn ports_are_even_distinct_and_the_range_ends() {
        let mut placement = placement(30_001, 30_009, 1);
        let call = CallId::new(1);
        let taken: BTreeSet<u16> = (0..4)
            .map(|_| placement.take(call).unwrap().1.port())
            .collect();
        assert_eq!(taken, BTreeSet::from([30_002, 30_004, 30_006, 30_008]));
        assert!(placement.take(call).is_none(), "the range is used up");
        let port = placement.ports_of(call)[0];
        placement.release(port);
        assert!(
            placement.take(call).is_some(),
            "a closed socket's port is free again"
        );
    }

    #[test]
    fn both_legs_of_a_call_live_on_one_thread() {
        let mut placement = placement(30_000, 30_999, 3);
        for call in (1..20).map(CallId::new) {
            let (a, _) = placement.take(call).unwrap();
            let (b, _) = placement.take(call).unwrap();
            assert_eq!(a.0 % 3, b.0 % 3);
        }
    }

    #[test]
    fn an_empty_range_gives_nothing() {
        assert!(placement(30_000, 29_000, 1).take(CallId::new(1)).is_none());
        assert!(placement(65_535, 65_535, 1).take(CallId::new(1)).is_none());
    }
}
