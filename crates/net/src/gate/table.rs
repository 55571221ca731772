//! Whose bucket a packet takes from (S9): carriers by network, phones by address and port, strangers by source.
//!
//! Rows of strangers live in two generations that turn when a bucket has had time to refill, or when the younger is full:
//! what has been idle for a whole generation is as good as new and is forgotten with it, in no time and with its memory.
//! A stranger takes from his own bucket only when that of all has a token, and the other way round: who is over his rate
//! does not use up what the others share.

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;
use std::collections::HashMap;
use std::mem;

use sip::{Network, Peer, Vouch};

use super::bucket::{self, Bucket};
use super::{Carrier, GateLimits};
use crate::flow::source_of;

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
    young: HashMap<IpAddr, Bucket>,
    old: HashMap<IpAddr, Bucket>,
    turned_at: Duration,
    phones: HashMap<SocketAddr, Bucket>,
    /// The longest prefix first.
    carriers: Vec<(Network, Bucket)>,
}

impl Budgets {
    pub(super) fn new(limits: &GateLimits) -> Self {
        Self {
            limits: *limits,
            datagrams: Bucket::default(),
            streams: Bucket::default(),
            young: HashMap::new(),
            old: HashMap::new(),
            turned_at: Duration::ZERO,
            phones: HashMap::new(),
            carriers: Vec::new(),
        }
    }

    /// Takes a token for one message from there.
    pub(super) fn take(
        &mut self,
        now: Duration,
        remote: SocketAddr,
        by: Carrier,
    ) -> Result<Lane, Refused> {
        let GateLimits { carrier, phone, .. } = self.limits;
        let known = |cause| move |wait| Refused { cause, wait };
        if let Some(bucket) = self.carrier_of(remote.ip()) {
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

    /// By which lane news of a flow to there go; takes nothing.
    pub(super) fn lane(&mut self, remote: SocketAddr) -> Lane {
        let is_known =
            self.carrier_of(remote.ip()).is_some() || self.phones.contains_key(&canonical(remote));
        if is_known {
            Lane::Known
        } else {
            Lane::Stranger
        }
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

    fn take_as_stranger(
        &mut self,
        now: Duration,
        address: IpAddr,
        by: Carrier,
    ) -> Result<(), Refused> {
        self.turn(now);
        let source = source_of(address);
        let GateLimits {
            per_source,
            strangers,
            ..
        } = self.limits;
        let row = self.young.get(&source).or_else(|| self.old.get(&source));
        let mut own = row.copied().unwrap_or_default();
        own.take(now, per_source).map_err(|wait| Refused {
            cause: Cause::Source,
            wait,
        })?;
        let shared = match by {
            Carrier::Datagram => &mut self.datagrams,
            Carrier::Stream => &mut self.streams,
        };
        shared.take(now, strangers).map_err(|wait| Refused {
            cause: Cause::Strangers,
            wait,
        })?;
        self.young.insert(source, own);
        Ok(())
    }

    /// Forgets who has been idle.
    fn turn(&mut self, now: Duration) {
        let age = now.saturating_sub(self.turned_at);
        let is_full = self.young.len() >= (self.limits.sources_max / 2).max(1);
        if is_full || age >= bucket::refill_time(self.limits.per_source) {
            self.old = mem::take(&mut self.young);
            self.turned_at = now;
        }
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
mod tests {
    use super::*;
    use crate::gate::Rate;

    const START: Duration = Duration::from_secs(1_700_000_000);
    const SECOND: Duration = Duration::from_secs(1);

    fn limits() -> GateLimits {
        let rate = |per_second, burst| Rate { per_second, burst };
        GateLimits {
            per_source: rate(10, 20),
            strangers: rate(50, 50),
            phone: rate(20, 40),
            carrier: rate(100, 200),
            ..GateLimits::default()
        }
    }

    fn vouch(peer: Peer, stands: bool) -> Vouch {
        Vouch { peer, stands }
    }

    fn phone(text: &str) -> Peer {
        Peer::Phone(text.parse().unwrap())
    }

    fn carrier(text: &str) -> Peer {
        Peer::Carrier(text.parse().unwrap())
    }

    fn take(budgets: &mut Budgets, now: Duration, from: &str) -> Result<Lane, Cause> {
        budgets
            .take(now, from.parse().unwrap(), Carrier::Datagram)
            .map_err(|refused| refused.cause)
    }

    fn passed(budgets: &mut Budgets, now: Duration, from: &str) -> usize {
        (0..1_000)
            .filter(|_| take(budgets, now, from).is_ok())
            .count()
    }

    #[test]
    fn s9_a_stranger_is_his_host_or_his_64_and_has_a_bucket_of_his_own() {
        let mut budgets = Budgets::new(&limits());
        assert_eq!(passed(&mut budgets, START, "192.0.2.1:5060"), 20);
        for same in ["192.0.2.1:9", "[::ffff:192.0.2.1]:5060"] {
            assert_eq!(take(&mut budgets, START, same), Err(Cause::Source));
        }
        assert_eq!(passed(&mut budgets, START, "[2001:db8::1]:5060"), 20);
        let same = take(&mut budgets, START, "[2001:db8::ffff:2]:9");
        assert_eq!(same, Err(Cause::Source));
        let other = take(&mut budgets, START, "[2001:db8:0:1::1]:5060");
        assert_eq!(other, Ok(Lane::Stranger));
    }

    #[test]
    fn s9_a_forged_flood_takes_the_turn_of_strangers_alone() {
        let mut budgets = Budgets::new(&limits());
        assert!(budgets.vouch(vouch(phone("192.0.2.7:5062"), true)));
        assert!(budgets.vouch(vouch(carrier("203.0.113.0/24"), true)));
        for n in 0..5_000_u32 {
            let forged = SocketAddr::new(IpAddr::V4((0x0a00_0000 + n).into()), 5060);
            let _mostly_refused = budgets.take(START, forged, Carrier::Datagram);
        }
        let stranger = take(&mut budgets, START, "198.51.100.1:5060");
        assert_eq!(stranger, Err(Cause::Strangers));
        let stream = "198.51.100.1:40000".parse().unwrap();
        let stream = budgets.take(START, stream, Carrier::Stream);
        assert_eq!(
            stream,
            Ok(Lane::Stranger),
            "a stream's source is not forged"
        );
        assert_eq!(passed(&mut budgets, START, "192.0.2.7:5062"), 40);
        assert_eq!(passed(&mut budgets, START, "203.0.113.9:5060"), 200);
        let later = START + SECOND;
        assert_eq!(
            take(&mut budgets, later, "198.51.100.1:5060"),
            Ok(Lane::Stranger),
            "nobody is banned"
        );
    }

    #[test]
    fn s9_a_flood_in_the_name_of_one_phone_starves_that_name_alone() {
        let mut budgets = Budgets::new(&limits());
        for address in ["192.0.2.7:5062", "192.0.2.7:5064", "192.0.2.8:5062"] {
            assert!(budgets.vouch(vouch(phone(address), true)));
        }
        assert_eq!(passed(&mut budgets, START, "192.0.2.7:5062"), 40);
        assert_eq!(
            take(&mut budgets, START, "192.0.2.7:5062"),
            Err(Cause::Phone)
        );
        for other in ["192.0.2.7:5064", "192.0.2.8:5062"] {
            assert_eq!(take(&mut budgets, START, other), Ok(Lane::Known));
        }
        let neighbour = take(&mut budgets, START, "192.0.2.7:5066");
        assert_eq!(neighbour, Ok(Lane::Stranger), "another port is a stranger");
    }

    #[test]
    fn s9_who_is_over_his_rate_does_not_use_up_what_strangers_share() {
        let mut budgets = Budgets::new(&limits());
        assert_eq!(passed(&mut budgets, START, "192.0.2.1:5060"), 20);
        assert_eq!(passed(&mut budgets, START, "192.0.2.2:5060"), 20);
        assert_eq!(
            passed(&mut budgets, START, "192.0.2.3:5060"),
            10,
            "50 in all"
        );
        // And whom the shared bucket refused keeps his own.
        let later = START + SECOND;
        assert_eq!(passed(&mut budgets, later, "192.0.2.3:5060"), 20);
    }

    #[test]
    fn a_word_that_is_taken_back_leaves_a_stranger() {
        let mut budgets = Budgets::new(&limits());
        for peer in [phone("192.0.2.7:5062"), carrier("203.0.113.0/24")] {
            assert!(budgets.vouch(vouch(peer, true)));
            assert!(budgets.vouch(vouch(peer, true)), "said twice");
            assert!(budgets.vouch(vouch(peer, false)));
        }
        for from in ["192.0.2.7:5062", "203.0.113.9:5060"] {
            assert_eq!(take(&mut budgets, START, from), Ok(Lane::Stranger));
        }
        assert!(budgets.phones.is_empty() && budgets.carriers.is_empty());
    }

    #[test]
    fn of_two_networks_the_closer_one_counts() {
        let mut budgets = Budgets::new(&limits());
        for network in ["203.0.0.0/16", "203.0.113.0/24", "0.0.0.0/0"] {
            assert!(budgets.vouch(vouch(carrier(network), true)));
        }
        assert_eq!(passed(&mut budgets, START, "203.0.113.9:5060"), 200);
        assert_eq!(passed(&mut budgets, START, "203.0.9.9:5060"), 200);
        assert_eq!(passed(&mut budgets, START, "[::ffff:9.9.9.9]:5060"), 200);
        assert_eq!(
            take(&mut budgets, START, "[2001:db8::1]:5060"),
            Ok(Lane::Stranger)
        );
    }

    #[test]
    fn s7_what_is_known_is_bounded_and_one_more_passes_as_a_stranger() {
        let mut budgets = Budgets::new(&GateLimits {
            phones_max: 1,
            carriers_max: 1,
            ..limits()
        });
        assert!(budgets.vouch(vouch(phone("192.0.2.7:1"), true)));
        assert!(!budgets.vouch(vouch(phone("192.0.2.7:2"), true)));
        assert!(budgets.vouch(vouch(phone("192.0.2.7:1"), true)), "known");
        assert!(budgets.vouch(vouch(carrier("203.0.113.0/24"), true)));
        assert!(!budgets.vouch(vouch(carrier("203.0.114.0/24"), true)));
        assert_eq!(take(&mut budgets, START, "192.0.2.7:2"), Ok(Lane::Stranger));
    }

    #[test]
    fn s8_the_table_of_strangers_is_bounded_and_empties_by_itself() {
        let mut budgets = Budgets::new(&GateLimits {
            strangers: Rate {
                per_second: 1_000_000,
                burst: 1_000_000,
            },
            sources_max: 1_000,
            ..limits()
        });
        for n in 0..100_000_u32 {
            let forged = SocketAddr::new(IpAddr::V4((0x0a00_0000 + n).into()), 5060);
            let _any = budgets.take(START, forged, Carrier::Datagram);
            assert!(budgets.young.len() + budgets.old.len() <= 1_000);
        }
        for n in 1..=2 {
            let later = START + bucket::refill_time(limits().per_source) * n;
            let _any = take(&mut budgets, later, "192.0.2.1:5060");
        }
        assert!(budgets.young.len() + budgets.old.len() <= 2);
        assert!(budgets.young.capacity() + budgets.old.capacity() < 100);
    }

    #[test]
    fn a_new_generation_does_not_make_a_row_new_that_is_not_full() {
        let mut budgets = Budgets::new(&limits());
        let _begins_a_generation = take(&mut budgets, START, "192.0.2.9:5060");
        let late = START + SECOND * 19 / 10;
        assert_eq!(passed(&mut budgets, late, "192.0.2.1:5060"), 20);
        let next_generation = START + SECOND * 21 / 10;
        assert_eq!(passed(&mut budgets, next_generation, "192.0.2.1:5060"), 2);
    }
}
