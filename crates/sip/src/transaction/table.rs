//! The transactions that are alive, found by key or by id.
//!
//! Invariant: each key leads to a transaction that exists; a transaction that ends takes its keys along.

use super::{
    TransactionId,
    client::Client,
    invite_client::InviteClient,
    invite_server::InviteServer,
    key::{ClientKey, MergeKey, ServerKey},
    server::Server,
};
use crate::{dialog::Head, event::SessionId, flow::Flow};
use std::collections::{BTreeMap, HashMap};

/// One of the four machines.
#[derive(Debug)]
pub(crate) enum Machine {
    /// §17.1.1
    InviteClient(InviteClient),
    /// §17.1.2
    Client(Client),
    /// §17.2.1
    InviteServer(InviteServer),
    /// §17.2.2
    Server(Server),
}

/// A machine with its place in the world.
#[derive(Debug)]
pub(crate) struct Transaction {
    pub(crate) machine: Machine,
    /// Where its messages go.
    pub(crate) flow: Flow,
    /// Whom it serves; a BYE or CANCEL of ours serves nobody any more.
    pub(crate) session: Option<SessionId>,
    /// Of our INVITE: from it come CANCEL, the ACKs, and the dialogs of forks.
    pub(crate) head: Option<Box<Head>>,
}

#[derive(Debug)]
enum Key {
    Client(ClientKey),
    Server(ServerKey, Option<MergeKey>),
}

/// All transactions.
#[derive(Debug, Default)]
pub(crate) struct Table {
    issued: u64,
    all: BTreeMap<TransactionId, (Transaction, Key)>,
    clients: HashMap<ClientKey, TransactionId>,
    servers: HashMap<ServerKey, TransactionId>,
    merged: HashMap<MergeKey, TransactionId>,
}

impl Table {
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    fn issue(&mut self) -> TransactionId {
        self.issued = self.issued.wrapping_add(1);
        TransactionId(self.issued)
    }

    pub(crate) fn add_client(&mut self, key: ClientKey, transaction: Transaction) -> TransactionId {
        let id = self.issue();
        self.clients.insert(key.clone(), id);
        self.all.insert(id, (transaction, Key::Client(key)));
        id
    }

    pub(crate) fn add_server(
        &mut self,
        key: ServerKey,
        merge: Option<MergeKey>,
        transaction: Transaction,
    ) -> TransactionId {
        let id = self.issue();
        self.servers.insert(key.clone(), id);
        if let Some(merge) = &merge {
            self.merged.insert(merge.clone(), id);
        }
        self.all.insert(id, (transaction, Key::Server(key, merge)));
        id
    }

    pub(crate) fn get_mut(&mut self, id: TransactionId) -> Option<&mut Transaction> {
        self.all.get_mut(&id).map(|(transaction, _)| transaction)
    }

    pub(crate) fn client(&self, key: &ClientKey) -> Option<TransactionId> {
        self.clients.get(key).copied()
    }

    pub(crate) fn server(&self, key: &ServerKey) -> Option<TransactionId> {
        self.servers.get(key).copied()
    }

    /// Is the same request in work under another branch?
    pub(crate) fn is_merged(&self, key: &MergeKey) -> bool {
        self.merged.contains_key(key)
    }

    pub(crate) fn remove(&mut self, id: TransactionId) -> Option<Transaction> {
        let (transaction, key) = self.all.remove(&id)?;
        match key {
            Key::Client(key) => {
                self.clients.remove(&key);
            }
            Key::Server(key, merge) => {
                self.servers.remove(&key);
                if let Some(merge) = merge {
                    self.merged.remove(&merge);
                }
            }
        }
        Some(transaction)
    }

    /// Transactions on a flow.
    pub(crate) fn on_flow(&self, flow: Flow) -> Vec<TransactionId> {
        let rows = self.all.iter();
        rows.filter(|(_, (transaction, _))| transaction.flow == flow)
            .map(|(id, _)| *id)
            .collect()
    }
}
