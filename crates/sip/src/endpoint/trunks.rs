//! What the endpoint knows about its trunks (A1, A2): how each is reached, registered and known by, and what it said last.
//!
//! Invariants: every wait has a timer, and after every failure there is a next try; a name is asked for once at a time; the
//! tables are bounded by the configured trunks, the calls and the transactions that are alive.

mod matching;
mod probe;
mod registration;
mod resolution;
mod row;
mod way;

pub(super) use resolution::{hop_of, target_of};
pub(super) use row::{Proofs, Row};

use super::{Endpoint, client_auth::Resend, connections::Connections, trunk_calls::TrunkCall};
use crate::{
    dialog::Dialog,
    event::{Event, Output, SessionId},
    flow::{Flow, Peer, QueryId, Vouch},
    network::Network,
    reason::Reason,
    transaction::{
        TransactionId,
        timer::{Owner, Timer},
    },
    trunk::{Trunk, TrunkChange, TrunkName, TrunkStatus},
};
use core::time::Duration;
use registration::Enrolment;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Names of certificates that are kept, of one connection.
const PEER_NAMES_MAX: usize = 32;

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Trunks {
    pub(super) rows: BTreeMap<TrunkName, Row>,
    /// Calls of ours by a trunk that have no answer yet.
    pub(super) calls: BTreeMap<SessionId, TrunkCall>,
    /// Requests that were sent more than once, in another way than before.
    pub(super) resends: BTreeMap<TransactionId, Resend>,
    /// Un-REGISTERs on their way: what proves them.
    pub(super) leaving: BTreeMap<TransactionId, (Arc<Trunk>, Proofs)>,
    pub(super) connections: Connections,
    queries: BTreeMap<QueryId, Asker>,
    queries_issued: u64,
    peer_names: BTreeMap<Flow, Vec<String>>,
    vouched: BTreeSet<Network>,
}

/// Who waits for a name.
#[derive(Debug)]
pub(super) enum Asker {
    /// A trunk, for its server.
    Trunk(TrunkName),
    /// A BYE whose connection is gone, for the peer's Contact.
    Bye(Box<Dialog>, Option<Reason>),
}

impl Endpoint {
    /// The trunks as configured; those that are not among them any more are un-registered, those that did not change go on.
    /// Of two with one name the later counts.
    pub fn set_trunks(&mut self, now: Duration, trunks: Vec<Trunk>) {
        let wanted: BTreeMap<TrunkName, Trunk> = trunks
            .into_iter()
            .map(|trunk| (trunk.name.clone(), trunk))
            .collect();
        let known: Vec<TrunkName> = self.trunks.rows.keys().cloned().collect();
        for name in known {
            if !wanted.contains_key(&name) {
                self.remove_trunk(now, &name);
            }
        }
        for (name, trunk) in wanted {
            let row = self.trunks.rows.get(&name);
            if row.is_none_or(|row| *row.trunk != trunk) {
                self.start_trunk(now, trunk);
            }
        }
        self.vouch();
    }

    fn remove_trunk(&mut self, now: Duration, name: &TrunkName) {
        self.timers.cancel_all(&Owner::Trunk(name.clone()));
        if let Some(row) = self.trunks.rows.remove(name) {
            self.abandon_asking(&row);
            self.unregister_trunk(now, row);
        }
    }

    /// Starts a trunk, or starts it again as it is configured now.
    fn start_trunk(&mut self, now: Duration, trunk: Trunk) {
        let name = trunk.name.clone();
        let mut row = Row::new(trunk);
        self.timers.cancel_all(&Owner::Trunk(name.clone()));
        if let Some(former) = self.trunks.rows.remove(&name) {
            self.abandon_asking(&former);
            row.exchanges.clone_from(&former.exchanges);
            if row.keeps_registration_of(&former) {
                row.enrolment = former.enrolment;
            } else {
                self.unregister_trunk(now, former);
            }
        }
        if row.trunk.registration.is_some() && row.enrolment.is_none() {
            row.enrolment = Some(Enrolment::new(&mut self.random));
        }
        let (registers, probes) = (row.enrolment.is_some(), row.trunk.probe_every.is_some());
        self.trunks.rows.insert(name.clone(), row);
        if registers {
            self.register_trunk(now, &name);
        }
        if probes {
            self.probe_trunk(now, &name);
        }
    }

    /// What was asked in the name of a row that is gone is no longer waited for.
    fn abandon_asking(&mut self, row: &Row) {
        for id in row.asking() {
            self.forget_transaction(id);
        }
        self.trunks.queries.retain(|_, asker| match asker {
            Asker::Trunk(name) => *name != row.trunk.name,
            Asker::Bye(_, _) => true,
        });
    }

    /// All trunks, by name.
    pub fn trunks(&self) -> Vec<TrunkStatus> {
        let rows = self.trunks.rows.iter();
        rows.map(|(name, row)| {
            let owner = Owner::Trunk(name.clone());
            let timers = [Timer::TrunkRegister, Timer::TrunkProbe];
            let next = timers
                .into_iter()
                .filter_map(|timer| self.timers.at(&owner, timer))
                .min();
            TrunkStatus {
                name: name.clone(),
                reach: row.reach,
                is_registered: row.enrolment.as_ref().map(Enrolment::is_registered),
                next_try_at: next,
                exchanges: row.exchanges.iter().cloned().collect(),
            }
        })
        .collect()
    }

    /// Whether a call may be tried by that trunk: it is known, and not down. While it is half open it takes one call at a
    /// time (A2).
    pub fn is_trunk_usable(&self, trunk: &TrunkName) -> bool {
        let row = self.trunks.rows.get(trunk);
        row.is_some_and(|row| row.is_usable() && !(row.is_half_open() && self.has_call_by(trunk)))
    }

    fn has_call_by(&self, trunk: &TrunkName) -> bool {
        let mut calls = self.trunks.calls.values();
        calls.any(|call| call.trunk == *trunk)
    }

    /// The names in the certificate that the peer of a TLS connection has shown and that the shell has verified.
    pub fn handle_peer_names(&mut self, _now: Duration, flow: Flow, mut names: Vec<String>) {
        names.truncate(PEER_NAMES_MAX);
        if flow.transport.is_secure() && !names.is_empty() {
            self.trunks.peer_names.insert(flow, names);
        }
    }

    pub(super) fn forget_peer_names(&mut self, flow: Flow) {
        self.trunks.peer_names.remove(&flow);
    }

    pub(super) fn trunk_timer(&mut self, now: Duration, trunk: &TrunkName, timer: Timer) {
        if timer == Timer::TrunkRegister {
            self.register_timer(now, trunk);
        } else if timer == Timer::TrunkProbe {
            self.probe_timer(now, trunk);
        }
    }

    /// Tells the gate whose packets are not those of strangers (S9): the networks and the servers of all trunks.
    fn vouch(&mut self) {
        let networks: BTreeSet<Network> =
            self.trunks.rows.values().flat_map(Row::networks).collect();
        let former = core::mem::replace(&mut self.trunks.vouched, networks.clone());
        let gone = former
            .difference(&networks)
            .map(|network| (*network, false));
        let come = networks.difference(&former).map(|network| (*network, true));
        for (network, stands) in come.chain(gone) {
            let peer = Peer::Carrier(network);
            self.outputs
                .push_back(Output::Vouch(Vouch { peer, stands }));
        }
    }

    fn trunk_event(&mut self, trunk: &TrunkName, change: TrunkChange) {
        let trunk = trunk.clone();
        self.event(Event::Trunk { trunk, change });
    }
}
