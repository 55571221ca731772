//! The transactions that are alive, found by key or by id.
//!
//! Invariants: each key leads to a transaction that exists; a transaction that ends takes its keys along. Whatever stands on a
//! connection, here or in another table of the endpoint, that connection is known to be in use until its end is told.

use super::{
    TransactionId,
    client::Client,
    invite_client::InviteClient,
    invite_server::InviteServer,
    key::{ClientKey, MergeKey, ServerKey},
    server::Server,
};
use crate::{
    dialog::Head,
    event::{ReferId, SessionId},
    flow::Flow,
    trunk::TrunkName,
};
use bytes::Bytes;
use rustc_hash::FxHashMap;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

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

impl Machine {
    /// The request of ours that it sends; a server has none.
    pub(crate) fn request(&self) -> Option<&Bytes> {
        match self {
            Machine::InviteClient(client) => Some(client.request()),
            Machine::Client(client) => Some(client.request()),
            Machine::InviteServer(_) | Machine::Server(_) => None,
        }
    }
}

/// A machine with its place in the world.
#[derive(Debug)]
pub(crate) struct Transaction {
    pub(crate) machine: Machine,
    /// Where its messages go.
    pub(crate) flow: Flow,
    /// Whom it serves.
    pub(crate) purpose: Purpose,
    /// Of a request of ours to which something follows: CANCEL, ACK, a second try with credentials.
    pub(crate) head: Option<Arc<Head>>,
}

/// Who waits for what becomes of a transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    /// Nobody: BYE, CANCEL, a final answer.
    Detached,
    /// A session, of whose INVITE (or the peer's re-INVITE) it is.
    Invite(SessionId),
    /// An INVITE of ours to a server that was silent too long, so that another one was tried: whatever it answers is
    /// cancelled or hung up.
    Abandoned,
    /// A session that we change: re-INVITE of ours.
    ReInvite(SessionId),
    /// A session that we refresh or change: UPDATE of ours.
    Update(SessionId),
    /// A session whose reliable 1xx we acknowledge: PRACK of ours.
    Prack(SessionId),
    /// NOTIFY about a transfer.
    NotifyRefer(ReferId),
    /// NOTIFY of a subscription, by its number.
    NotifySubscriber(u64),
    /// REGISTER of ours at a trunk.
    Register(TrunkName),
    /// OPTIONS of ours to a trunk.
    ProbeTrunk(TrunkName),
    /// OPTIONS of ours to a contact of a user.
    ProbeContact(Arc<str>),
    /// MESSAGE that we relay: number of the relay.
    Relay(u64),
}

impl Purpose {
    /// The session that it belongs to.
    pub(crate) fn session(&self) -> Option<SessionId> {
        match self {
            Purpose::Invite(session)
            | Purpose::ReInvite(session)
            | Purpose::Update(session)
            | Purpose::Prack(session) => Some(*session),
            Purpose::Detached
            | Purpose::Abandoned
            | Purpose::NotifyRefer(_)
            | Purpose::NotifySubscriber(_)
            | Purpose::Register(_)
            | Purpose::ProbeTrunk(_)
            | Purpose::ProbeContact(_)
            | Purpose::Relay(_) => None,
        }
    }
}

/// A row has a place of its own: the map moves its rows about, and one has some three hundred bytes.
#[derive(Debug)]
struct Row {
    transaction: Transaction,
    key: Key,
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
    all: BTreeMap<TransactionId, Box<Row>>,
    /// The branches are ours and drawn, so no stranger can crowd a place of this map: a hash without a key will do.
    clients: FxHashMap<ClientKey, TransactionId>,
    /// These keys are the peers': hashed under a key that nobody knows.
    servers: HashMap<ServerKey, TransactionId>,
    merged: HashMap<MergeKey, TransactionId>,
    /// Connections on which something stands, or stood.
    in_use: BTreeSet<Flow>,
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
        self.use_flow(transaction.flow);
        self.clients.insert(key.clone(), id);
        self.put(id, transaction, Key::Client(key));
        id
    }

    /// Gives the name of a client transaction to the one that follows it (RFC 3261 §8.1.3.5), so that whoever waits for
    /// that name waits for the successor. The former goes on under another name, which is returned.
    pub(crate) fn succeed(
        &mut self,
        id: TransactionId,
        key: ClientKey,
        successor: Transaction,
    ) -> Option<TransactionId> {
        let former = self.all.remove(&id)?;
        let moved = self.issue();
        self.use_flow(successor.flow);
        if let Key::Client(key) = &former.key {
            self.clients.insert(key.clone(), moved);
        }
        self.all.insert(moved, former);
        self.clients.insert(key.clone(), id);
        self.put(id, successor, Key::Client(key));
        Some(moved)
    }

    pub(crate) fn add_server(
        &mut self,
        key: ServerKey,
        merge: Option<MergeKey>,
        transaction: Transaction,
    ) -> TransactionId {
        let id = self.issue();
        self.use_flow(transaction.flow);
        self.servers.insert(key.clone(), id);
        if let Some(merge) = &merge {
            self.merged.insert(merge.clone(), id);
        }
        self.put(id, transaction, Key::Server(key, merge));
        id
    }

    fn put(&mut self, id: TransactionId, transaction: Transaction, key: Key) {
        self.all.insert(id, Box::new(Row { transaction, key }));
    }

    pub(crate) fn get(&self, id: TransactionId) -> Option<&Transaction> {
        self.all.get(&id).map(|row| &row.transaction)
    }

    pub(crate) fn get_mut(&mut self, id: TransactionId) -> Option<&mut Transaction> {
        self.all.get_mut(&id).map(|row| &mut row.transaction)
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

    pub(crate) fn remove(&mut self, id: TransactionId) {
        let Some(row) = self.all.remove(&id) else {
            return;
        };
        match &row.key {
            Key::Client(key) => {
                self.clients.remove(key);
            }
            Key::Server(key, merge) => {
                self.servers.remove(key);
                if let Some(merge) = merge {
                    self.merged.remove(merge);
                }
            }
        }
    }

    /// Something stands on that connection from now on: a transaction, or a dialog that its peer has moved there.
    pub(crate) fn use_flow(&mut self, flow: Flow) {
        if flow.transport.is_reliable() {
            self.in_use.insert(flow);
        }
    }

    /// The connection has ended; true when anything may have stood on it.
    pub(crate) fn end_flow(&mut self, flow: Flow) -> bool {
        !flow.transport.is_reliable() || self.in_use.remove(&flow)
    }

    /// Connections in use.
    #[cfg(test)]
    pub(crate) fn flows_in_use(&self) -> usize {
        self.in_use.len()
    }

    /// Transactions on a flow.
    pub(crate) fn on_flow(&self, flow: Flow) -> Vec<TransactionId> {
        let rows = self.all.iter();
        rows.filter(|(_, row)| row.transaction.flow == flow)
            .map(|(id, _)| *id)
            .collect()
    }
}
