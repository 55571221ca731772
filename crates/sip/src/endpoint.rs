//! The endpoint: registrar, UAS and UAC of one node (RFC 3261 §8, §10, §13), fed by messages and time.
//!
//! One shape: `handle_*` mutate, [`Endpoint::poll_output`] drains, [`Endpoint::poll_timeout`] says when to come back.
//! Invariants: every session ends in exactly one of `Refused`, `Cancelled`, `Ended`, `reject` or `hang_up`, and then
//! nothing of it is left but transactions that wait out their timers; what was not authenticated leaves no memory (S9) but the
//! bounded tables that count it.
//! Deliberately absent: REFER outside a dialog, PUBLISH, subscriptions of ours (refused by their RFC answers).

mod addresses;
mod admit;
mod answered;
mod client_auth;
mod connections;
mod contacts;
mod drive;
mod early;
mod flow_loss;
mod hang_up;
mod identity;
mod in_dialog;
mod incoming;
mod modify;
mod outgoing;
mod pager;
mod receive;
mod refer;
mod register;
mod reinvite;
mod reliable;
mod replaces;
mod reply;
mod respond;
mod session;
mod session_timer;
mod sessions;
mod strangers;
mod subscribe;
mod trunk_calls;
mod trunks;
mod trying;
mod update;

use crate::{
    blocked::{Blocked, BlockedTable},
    config::{Account, EndpointConfig},
    counters::Counters,
    dialog::DialogKey,
    digest::Authenticator,
    event::{Event, Output, ReferId, SessionId, UnregisterCause},
    flow::Flow,
    message::{Header, lexer::text},
    random::Random,
    registrar::{Binding, Registrar},
    subscription::table::Subscriptions,
    transaction::{
        Action,
        table::Table,
        timer::{Owner, Timer, Wheel},
    },
};
use addresses::Addresses;
use bytes::Bytes;
use contacts::Loss;
use core::time::Duration;
use pager::Pager;
use refer::Refer;
use rustc_hash::FxHashMap;
use sessions::Sessions;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    net::IpAddr,
};
use strangers::Strangers;
use trunks::Trunks;
use trying::Untold;

/// The SIP side of one node.
#[derive(Debug)]
pub struct Endpoint {
    config: EndpointConfig,
    addresses: Addresses,
    random: Random,
    /// Never walked, and by names of our own configuration: no stranger picks them, so a hash without a key will do.
    accounts: FxHashMap<String, Account>,
    authenticator: Authenticator,
    registrar: Registrar,
    transactions: Table,
    sessions: Sessions,
    sessions_issued: u64,
    strangers: Strangers,
    subscriptions: Subscriptions,
    pager: Pager,
    dialogs: HashMap<DialogKey, SessionId>,
    timers: Wheel,
    /// Room for what the machines ask for; empty between two turns.
    actions: Vec<Action>,
    outputs: VecDeque<Output>,
    /// INVITEs that nothing was said to yet; empty between two turns.
    untold: Vec<Untold>,
    counters: Counters,
    blocked: BlockedTable,
    /// Time of the message that is being looked at.
    turn_at: Duration,
    refusing: Option<Duration>,
    refers: BTreeMap<ReferId, Refer>,
    refers_issued: u64,
    trunks: Trunks,
}

/// Sizes of the tables: what a leak test looks at (advisories 8 and 34).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sizes {
    /// INVITE sessions.
    pub sessions: usize,
    /// Dialogs that can be found.
    pub dialogs: usize,
    /// Transactions.
    pub transactions: usize,
    /// Timers.
    pub timers: usize,
    /// Users with a contact.
    pub registered: usize,
    /// Subscriptions of phones.
    pub subscriptions: usize,
    /// MESSAGE requests under way.
    pub relays: usize,
    /// Sources of strangers' calls.
    pub stranger_sources: usize,
    /// Transfers that a peer asked for and waits to hear of.
    pub refers: usize,
}

/// Which pair of headers a challenge uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Challenge {
    /// 401: the registrar.
    User,
    /// 407: everything else.
    Proxy,
}

impl Challenge {
    fn status(self) -> u16 {
        match self {
            Challenge::User => 401,
            Challenge::Proxy => 407,
        }
    }

    fn header(self) -> Header {
        match self {
            Challenge::User => Header::WwwAuthenticate,
            Challenge::Proxy => Header::ProxyAuthenticate,
        }
    }

    fn credentials(self) -> Header {
        match self {
            Challenge::User => Header::Authorization,
            Challenge::Proxy => Header::ProxyAuthorization,
        }
    }
}

impl Endpoint {
    /// An endpoint without accounts.
    pub fn new(config: EndpointConfig) -> Self {
        Self {
            random: Random::new(&config.nonce_secret, config.seed),
            addresses: Addresses::default(),
            accounts: FxHashMap::default(),
            authenticator: Authenticator::new(config.realm.clone(), &config.limits),
            registrar: Registrar::new(config.registration),
            transactions: Table::default(),
            sessions: Sessions::default(),
            sessions_issued: 0,
            strangers: Strangers::default(),
            subscriptions: Subscriptions::default(),
            pager: Pager::default(),
            dialogs: HashMap::new(),
            timers: Wheel::default(),
            actions: Vec::new(),
            outputs: VecDeque::new(),
            untold: Vec::new(),
            counters: Counters::default(),
            blocked: BlockedTable::new(config.limits.blocked_rows_max),
            turn_at: Duration::ZERO,
            refusing: None,
            refers: BTreeMap::new(),
            refers_issued: 0,
            trunks: Trunks::default(),
            config,
        }
    }

    /// Adds an account or changes its password. Its contacts stay.
    pub fn set_account(&mut self, user: &str, account: Account) {
        self.accounts.insert(user.to_owned(), account);
    }

    /// Forgets an account and drops its contacts.
    pub fn remove_account(&mut self, user: &str) {
        self.accounts.remove(user);
        self.end_subscriptions_of(user);
        self.pager.forget_user(user);
        let before = self.registrar.of(user).len();
        if self.registrar.remove(user) > 0 {
            self.timers.cancel_all(&Owner::User(user.into()));
            let cause = UnregisterCause::AccountRemoved;
            self.contacts_told(user, Loss { before, cause });
        }
    }

    /// The users that anybody may call.
    pub fn set_hotlines(&mut self, hotlines: BTreeSet<String>) {
        self.config.hotlines = hotlines;
    }

    /// S6: while set, an INVITE outside a dialog gets 503 with this Retry-After.
    pub fn set_refusing(&mut self, retry_after: Option<Duration>) {
        self.refusing = retry_after;
    }

    /// Takes one message: a datagram, or a frame of a stream.
    pub fn handle_message(&mut self, now: Duration, flow: Flow, bytes: Bytes) {
        self.turn_at = now;
        self.note_address(flow);
        self.receive(now, flow, bytes);
    }

    /// The connection of a flow is gone: its contacts, unanswered calls and transactions go too. Answered calls stay until
    /// one side ends them; what the peer says in them next, by another connection, says where he is (RFC 3261 §12).
    pub fn handle_flow_closed(&mut self, now: Duration, flow: Flow) {
        self.lose_contacts(now, flow);
        self.forget_connection(flow);
        // S8: strangers who come and go, a message or none each, do not make us walk over all calls for each of them.
        if !self.transactions.end_flow(flow) {
            return;
        }
        self.lose_subscriptions(flow);
        self.lose_connection(now, flow);
        self.lose_sessions(flow);
        for id in self.transactions.on_flow(flow) {
            self.lose_transaction(now, id);
        }
    }

    /// Fires every timer that is due.
    pub fn handle_timeout(&mut self, now: Duration) {
        while let Some((owner, timer)) = self.timers.pop_due(now) {
            match owner {
                Owner::Transaction(id) => self.transaction_timer(now, id, timer),
                Owner::Session(id) => self.session_timer(now, id, timer),
                Owner::User(user) if timer == Timer::Probe => self.probe_contacts(now, &user),
                Owner::User(user) => self.contacts_expired(now, &user),
                Owner::Trunk(trunk) => self.trunk_timer(now, &trunk, timer),
                Owner::Refer(refer) => self.refer_expired(now, refer),
                Owner::Subscription(number) => self.subscription_timer(now, number, timer),
            }
        }
    }

    /// Absolute time at which [`Self::handle_timeout`] is to be called; may be in the past.
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.timers.next()
    }

    /// The next message or event; to be drained after every other call.
    pub fn poll_output(&mut self) -> Option<Output> {
        if self.outputs.is_empty() && !self.untold.is_empty() {
            self.say_trying();
        }
        self.outputs.pop_front()
    }

    /// The contacts of a user that can be called: highest `q` first, then the latest.
    pub fn bindings(&self, user: &str) -> &[Binding] {
        self.registrar.of(user)
    }

    /// Totals since the start.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// What was refused, by source and cause: the last first (at most as many rows as the limits name).
    pub fn blocked(&self) -> Vec<Blocked> {
        self.blocked.rows()
    }

    /// The address of a session's peer as its packets show it; `None` before the first of them.
    pub fn peer_address(&self, session: SessionId) -> Option<IpAddr> {
        Some(self.sessions.get(&session)?.flow().remote.ip())
    }

    /// The Call-ID of a session, to find its messages in a trace.
    pub fn call_id(&self, session: SessionId) -> Option<String> {
        if let Some(call_id) = self.trunk_call_id(session) {
            return Some(call_id.to_owned());
        }
        let alive = self.sessions.get(&session)?;
        let call_id = match (&alive.stage, alive.dialog()) {
            (session::Stage::Calling { transaction, .. }, None) => {
                &self.transactions.get(*transaction)?.head.as_ref()?.call_id
            }
            (_, dialog) => dialog?.key.call_id(),
        };
        Some(text(call_id))
    }

    /// How much is remembered.
    pub fn sizes(&self) -> Sizes {
        Sizes {
            sessions: self.sessions.len().saturating_add(self.calls_seeking()),
            dialogs: self.dialogs.len(),
            transactions: self.transactions.len(),
            timers: self.timers.len(),
            registered: self.registrar.len(),
            subscriptions: self.subscriptions.len(),
            relays: self.pager.len(),
            stranger_sources: self.strangers.len(),
            refers: self.refers.len(),
        }
    }

    /// Nothing is lost by stopping now: no session is alive, and nothing of ours waits to be sent once more.
    pub fn is_quiet(&self) -> bool {
        self.sessions.is_empty()
            && self.trunks.calls.is_empty()
            && self.outputs.is_empty()
            && !self.timers.has_repeats()
    }

    fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    fn issue_session(&mut self) -> SessionId {
        self.sessions_issued = self.sessions_issued.wrapping_add(1);
        SessionId(self.sessions_issued)
    }
}

#[cfg(test)]
mod tests;
