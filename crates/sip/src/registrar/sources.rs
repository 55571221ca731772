//! Where contacts are: from a flow to its users, when each was heard, and whom the gate is to let through (S9).
//!
//! Invariant: a flow has a row as long as a contact is bound to it, and a source is vouched for as long as a flow of its
//! has one.

use crate::flow::{Flow, Peer, Vouch};
use core::time::Duration;
use rustc_hash::FxHashMap;
use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

#[derive(Debug, Default)]
struct Row {
    /// The user of each contact; as often as he has contacts there.
    users: Vec<Arc<str>>,
    heard_at: Duration,
    /// A contact here answered no probe, and nothing was heard since.
    is_silent: bool,
}

/// All flows with a contact.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// Never walked. Only a user who has proven his password brings a flow here, and a few: a hash without a key will do.
    flows: FxHashMap<Flow, Row>,
    /// Flows with a contact, by source.
    remotes: BTreeMap<SocketAddr, usize>,
    vouches: Vec<Vouch>,
}

impl Sources {
    pub(super) fn enter(&mut self, user: &Arc<str>, flow: Flow) {
        let row = self.flows.entry(flow).or_default();
        row.users.push(Arc::clone(user));
        if row.users.len() == 1 {
            let count = self.remotes.entry(flow.remote).or_default();
            *count = count.saturating_add(1);
            if *count == 1 {
                self.vouch(flow.remote, true);
            }
        }
    }

    pub(super) fn leave(&mut self, user: &Arc<str>, flow: Flow) {
        let Some(row) = self.flows.get_mut(&flow) else {
            return;
        };
        if let Some(index) = row.users.iter().position(|known| known == user) {
            row.users.swap_remove(index);
        }
        if !row.users.is_empty() {
            return;
        }
        self.flows.remove(&flow);
        if let Some(count) = self.remotes.get_mut(&flow.remote) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.remotes.remove(&flow.remote);
                self.vouch(flow.remote, false);
            }
        }
    }

    fn vouch(&mut self, remote: SocketAddr, stands: bool) {
        let peer = Peer::Phone(remote);
        self.vouches.push(Vouch { peer, stands });
    }

    pub(super) fn users_on(&self, flow: Flow) -> Vec<Arc<str>> {
        let mut users = self
            .flows
            .get(&flow)
            .map_or_else(Vec::new, |row| row.users.clone());
        users.sort();
        users.dedup();
        users
    }

    /// True when a contact there was silent.
    pub(super) fn heard(&mut self, now: Duration, flow: Flow) -> bool {
        let Some(row) = self.flows.get_mut(&flow) else {
            return false;
        };
        row.heard_at = row.heard_at.max(now);
        core::mem::take(&mut row.is_silent)
    }

    pub(super) fn silent(&mut self, flow: Flow) {
        if let Some(row) = self.flows.get_mut(&flow) {
            row.is_silent = true;
        }
    }

    pub(super) fn heard_at(&self, flow: Flow) -> Option<Duration> {
        self.flows.get(&flow).map(|row| row.heard_at)
    }

    pub(super) fn take_vouches(&mut self) -> Vec<Vouch> {
        core::mem::take(&mut self.vouches)
    }
}
