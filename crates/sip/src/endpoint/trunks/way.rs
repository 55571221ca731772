//! The way to a trunk's servers, RFC 3263: the places that its name stands for, in the order in which they are tried.
//!
//! A place that was silent goes to the end of the order: until it answers a probe, or for a minute where nobody probes.

use crate::flow::{Hop, QueryId, Target, Transport};
use core::time::Duration;
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

/// How long a silent place is tried last, or goes unasked.
const SHUNNED: Duration = Duration::from_secs(60);
/// After this a name is asked for again; meanwhile the former answer is used.
const FRESH: Duration = Duration::from_secs(30);
/// So soon a name is asked for again that had no answer.
const UNKNOWN: Duration = Duration::from_secs(5);
/// Places that are kept of one name.
const HOPS_MAX: usize = 16;
/// How long a place that takes no TCP gets long messages by UDP.
const DATAGRAMS_ONLY: Duration = Duration::from_secs(3_600);

/// The way to one trunk.
#[derive(Debug)]
pub(in crate::endpoint) struct Way {
    target: Target,
    /// Somebody asks silent places whether they are back.
    is_probed: bool,
    hops: Vec<Hop>,
    /// Where nobody answered, and when.
    silent: BTreeMap<Hop, Duration>,
    /// Until then the name is not asked for again.
    fresh_until: Duration,
    /// Places whose TCP could not be had, and when.
    datagrams_only: BTreeMap<SocketAddr, Duration>,
    /// The question that is out, and since when.
    query: Option<(QueryId, Duration)>,
}

impl Way {
    /// An address in text needs nobody's answer.
    pub(super) fn new(target: Target, is_probed: bool) -> Self {
        let hops = numeric(&target).into_iter().collect();
        Self {
            target,
            is_probed,
            hops,
            silent: BTreeMap::new(),
            fresh_until: Duration::ZERO,
            datagrams_only: BTreeMap::new(),
            query: None,
        }
    }

    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    /// Is the name to be asked for?
    pub(super) fn is_stale(&self, now: Duration) -> bool {
        // A question that the shell forgot is put again.
        let is_asked = self
            .query
            .is_some_and(|(_, at)| now.saturating_sub(at) < FRESH);
        numeric(&self.target).is_none() && !is_asked && now >= self.fresh_until
    }

    /// The name is being asked for.
    pub(in crate::endpoint) fn is_asked(&self) -> bool {
        self.query.is_some()
    }

    /// A question is out, or none could be put; the one that it takes the place of.
    pub(super) fn ask(&mut self, now: Duration, query: Option<QueryId>) -> Option<QueryId> {
        let former = core::mem::replace(&mut self.query, query.map(|query| (query, now)));
        former.map(|(query, _)| query)
    }

    /// The question has its answer.
    pub(super) fn heard(&mut self) {
        self.query = None;
    }

    /// Takes the answer to a question; true when it differs from the last.
    pub(super) fn resolved(&mut self, now: Duration, hops: Vec<Hop>) -> bool {
        let is_secure = self.target.is_secure;
        let mut hops: Vec<Hop> = hops
            .into_iter()
            .filter(|hop| !hop.transport.is_web_socket())
            // `sips` never becomes less on the way (RFC 3261 §26.2.2).
            .filter(|hop| !is_secure || hop.transport.is_secure())
            .collect();
        hops.truncate(HOPS_MAX);
        self.fresh_until = now.saturating_add(FRESH);
        self.silent.retain(|hop, _| hops.contains(hop));
        let differs = self.hops != hops;
        self.hops = hops;
        differs
    }

    /// There was no answer, or no address in it. What was known before stays.
    pub(super) fn unresolved(&mut self, now: Duration) {
        self.fresh_until = now.saturating_add(UNKNOWN);
    }

    /// The places, those first that are not known to be silent, then those that were silent longest ago.
    pub(in crate::endpoint) fn order(&self, now: Duration) -> Vec<Hop> {
        let mut hops = self.hops.clone();
        hops.sort_by_key(|hop| self.silent_since(now, hop));
        hops
    }

    /// Whom to ask whether he is there: a place that was silent a minute ago, if others answer meanwhile; else the first.
    pub(super) fn probe_target(&self, now: Duration) -> Option<Hop> {
        let order = self.order(now);
        let mut returning = self.silent.iter();
        let returning = returning.find(|(_, at)| now.saturating_sub(**at) >= SHUNNED);
        match returning {
            Some((hop, _)) if self.has_hope(now) => Some(*hop),
            Some(_) | None => order.first().copied(),
        }
    }

    fn silent_since(&self, now: Duration, hop: &Hop) -> Option<Duration> {
        let since = self.silent.get(hop).copied();
        since.filter(|at| self.is_probed || now.saturating_sub(*at) < SHUNNED)
    }

    /// Is there a place that may answer?
    pub(super) fn has_hope(&self, now: Duration) -> bool {
        let mut hops = self.hops.iter();
        hops.any(|hop| self.silent_since(now, hop).is_none())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.hops.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.hops.len()
    }

    pub(in crate::endpoint) fn note_silent(&mut self, now: Duration, hop: Hop) {
        if self.hops.contains(&hop) {
            self.silent.insert(hop, now);
        }
    }

    pub(super) fn note_answer(&mut self, hop: Hop) {
        self.silent.remove(&hop);
    }

    pub(super) fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.hops.iter().map(|hop| hop.remote.ip())
    }

    /// RFC 3261 §18.1.1: may a long request to that place go by TCP? Not where the configuration says UDP, nor where TCP was
    /// tried in vain within the hour.
    pub(in crate::endpoint) fn takes_streams(&self, now: Duration, remote: SocketAddr) -> bool {
        let failed = self.datagrams_only.get(&remote);
        self.target.transport != Some(Transport::Udp)
            && failed.is_none_or(|at| now.saturating_sub(*at) >= DATAGRAMS_ONLY)
    }

    pub(in crate::endpoint) fn note_datagrams_only(&mut self, now: Duration, remote: SocketAddr) {
        self.datagrams_only
            .retain(|_, at| now.saturating_sub(*at) < DATAGRAMS_ONLY);
        if self.datagrams_only.len() < HOPS_MAX {
            self.datagrams_only.insert(remote, now);
        }
    }

    /// The name that a certificate of the server must bear.
    pub(in crate::endpoint) fn server_name(&self) -> &str {
        &self.target.host
    }
}

/// RFC 3263 §4.1 and §4.2: an address in text is the place, by UDP unless something else is named.
pub(in crate::endpoint) fn numeric(target: &Target) -> Option<Hop> {
    let address: IpAddr = target.host.trim_matches(['[', ']']).parse().ok()?;
    let transport = match (target.transport, target.is_secure) {
        (_, true) => Transport::Tls,
        (Some(transport), false) => transport,
        (None, false) => Transport::Udp,
    };
    let port = target.port.unwrap_or(transport.default_port());
    Some(Hop {
        transport,
        remote: SocketAddr::new(address, port),
    })
}
