//! Runs the transaction machines: their actions become messages and timers.

use super::{Endpoint, client_auth::Resend, respond::answer_flow};
use crate::{
    dialog::Head,
    flow::Flow,
    message::{Message, Method, parse},
    transaction::{
        Action, Setting, TransactionId,
        client::Client,
        invite_client::InviteClient,
        key::{ClientKey, MergeKey, ServerKey},
        server::Server,
        table::{Machine, Purpose, Transaction},
        timer::{Owner, Timer},
    },
};
use bytes::Bytes;
use core::time::Duration;
use std::sync::Arc;

/// What became of a request of ours that is no INVITE.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome<'a> {
    /// A final answer: 200 to 699.
    Answered(&'a Message, u16),
    /// None within 64*T1 (timer F).
    TimedOut,
    /// Its connection is gone, or could not be had.
    FlowLost,
}

/// What has become of a try that is followed by another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Former {
    /// It was answered: its transaction waits for repeats of the answer.
    Answered,
    /// Nothing was heard: it may be answered late.
    Silent,
    /// Its connection is gone.
    Lost,
}

impl Endpoint {
    pub(super) fn setting(&self, flow: Flow) -> Setting {
        Setting {
            timers: self.config.timers,
            is_reliable: flow.transport.is_reliable(),
        }
    }

    /// Lets a machine work and does what it asks for. `None` when it is no more.
    pub(super) fn drive<R>(
        &mut self,
        now: Duration,
        id: TransactionId,
        work: impl FnOnce(&mut Machine, &mut Vec<Action>) -> R,
    ) -> Option<R> {
        let mut actions = core::mem::take(&mut self.actions);
        let transaction = self.transactions.get_mut(id)?;
        let outcome = work(&mut transaction.machine, &mut actions);
        self.perform(now, id, actions);
        Some(outcome)
    }

    /// Does what a machine has asked for. The room that the actions stood in is used again.
    pub(super) fn perform(&mut self, now: Duration, id: TransactionId, mut actions: Vec<Action>) {
        let Some(flow) = self
            .transactions
            .get_mut(id)
            .map(|transaction| transaction.flow)
        else {
            return;
        };
        let owner = Owner::Transaction(id);
        for action in actions.drain(..) {
            match action {
                Action::Send(bytes) => self.transmit(flow, bytes),
                Action::Repeat(bytes) => {
                    self.counters.retransmissions = self.counters.retransmissions.saturating_add(1);
                    self.transmit(flow, bytes);
                }
                Action::Start(timer, after) => {
                    self.timers
                        .set(owner.clone(), timer, now.saturating_add(after))
                }
                Action::Stop(timer) => self.timers.cancel(&owner, timer),
                Action::TimedOut => self.transaction_timed_out(now, id),
                Action::Terminated => self.forget_transaction(id),
            }
        }
        self.actions = actions;
    }

    pub(super) fn transaction_timer(&mut self, now: Duration, id: TransactionId, timer: Timer) {
        if timer == Timer::B && self.is_abandoned(id) {
            return self.forget_transaction(id);
        }
        self.drive(now, id, |machine, actions| match machine {
            Machine::InviteClient(machine) => machine.timer(timer, actions),
            Machine::Client(machine) => machine.timer(timer, actions),
            Machine::InviteServer(machine) => machine.timer(timer, actions),
            Machine::Server(machine) => machine.timer(timer, actions),
        });
    }

    /// Timers B and F are news to whoever waits; H is not: its session has ended before.
    fn transaction_timed_out(&mut self, now: Duration, id: TransactionId) {
        let Some(transaction) = self.transactions.get_mut(id) else {
            return;
        };
        let (purpose, head) = (transaction.purpose.clone(), transaction.head.clone());
        match (&transaction.machine, &purpose) {
            (Machine::InviteClient(_), Purpose::Invite(session)) => {
                self.refused_without_answer(*session, 408);
            }
            (Machine::InviteClient(_) | Machine::Client(_), _) => {
                self.request_ended(now, purpose, head, Outcome::TimedOut);
            }
            (Machine::InviteServer(_) | Machine::Server(_), _) => {}
        }
    }

    /// A transaction whose connection is gone.
    pub(super) fn lose_transaction(&mut self, now: Duration, id: TransactionId) {
        let waits = self.transactions.get_mut(id).map(|transaction| {
            let is_client = match transaction.machine {
                Machine::Client(_) | Machine::InviteClient(_) => true,
                Machine::InviteServer(_) | Machine::Server(_) => false,
            };
            (
                is_client,
                transaction.purpose.clone(),
                transaction.head.clone(),
            )
        });
        self.forget_transaction(id);
        if let Some((true, purpose, head)) = waits {
            self.request_ended(now, purpose, head, Outcome::FlowLost);
        }
    }

    fn is_abandoned(&mut self, id: TransactionId) -> bool {
        let transaction = self.transactions.get_mut(id);
        transaction.is_some_and(|transaction| transaction.purpose == Purpose::Abandoned)
    }

    pub(super) fn forget_transaction(&mut self, id: TransactionId) {
        self.transactions.remove(id);
        self.forget_resend(id);
        self.timers.cancel_all(&Owner::Transaction(id));
    }

    /// Sends a request of ours whose outcome changes nothing: BYE, CANCEL.
    pub(super) fn send_detached(
        &mut self,
        now: Duration,
        head: Head,
        method: &Method,
        request: Bytes,
    ) {
        let purpose = Purpose::Detached;
        self.send_request(now, head, method, request, purpose);
    }

    /// Sends a request of ours, not an INVITE, whose outcome somebody waits for: it comes to [`Self::request_ended`].
    pub(super) fn send_request(
        &mut self,
        now: Duration,
        head: Head,
        method: &Method,
        request: Bytes,
        purpose: Purpose,
    ) {
        self.start_client(now, head, method, request, purpose);
    }

    /// The same, given up after `wait` instead of 64*T1.
    pub(super) fn send_request_within(
        &mut self,
        now: Duration,
        wait: Duration,
        head: Head,
        method: &Method,
        request: Bytes,
        purpose: Purpose,
    ) {
        let id = self.start_client(now, head, method, request, purpose);
        let owner = Owner::Transaction(id);
        self.timers.set(owner, Timer::F, now.saturating_add(wait));
    }

    /// Starts the transaction of a request of ours, INVITE or not. The flow may become another one than that of the head
    /// (RFC 3261 §18.1.1).
    pub(super) fn start_client(
        &mut self,
        now: Duration,
        mut head: Head,
        method: &Method,
        request: Bytes,
        purpose: Purpose,
    ) -> TransactionId {
        let (request, datagram) = self.carried(now, &mut head, request);
        let key = ClientKey::new(&head.branch, method);
        let (transaction, actions) = self.client(head, method, request, purpose);
        let id = self.transactions.add_client(key, transaction);
        self.note_resend(id, Resend::by_stream(datagram));
        self.perform(now, id, actions);
        id
    }

    /// Sends a request of ours once more, in another way: by a transaction that takes over the name of the former.
    pub(super) fn succeed_client(
        &mut self,
        now: Duration,
        id: TransactionId,
        head: Head,
        request: Bytes,
        purpose: Purpose,
        former: Former,
    ) {
        let Some(method) = parse(request.clone(), &self.config.limits)
            .ok()
            .and_then(|request| request.method().cloned())
        else {
            return;
        };
        let key = ClientKey::new(&head.branch, &method);
        let (transaction, actions) = self.client(head, &method, request, purpose);
        let owner = Owner::Transaction(id);
        if let Some(moved) = self.transactions.succeed(id, key, transaction) {
            self.timers.hand_over(&owner, &Owner::Transaction(moved));
            match former {
                Former::Answered => self.detach(moved, Purpose::Detached),
                Former::Silent => self.abandon(moved),
                Former::Lost => self.forget_transaction(moved),
            }
        }
        self.perform(now, id, actions);
    }

    fn client(
        &mut self,
        head: Head,
        method: &Method,
        request: Bytes,
        purpose: Purpose,
    ) -> (Transaction, Vec<Action>) {
        let flow = head.flow;
        let setting = self.setting(flow);
        let mut actions = core::mem::take(&mut self.actions);
        let machine = if *method == Method::Invite {
            Machine::InviteClient(InviteClient::start(setting, request, &mut actions))
        } else {
            Machine::Client(Client::start(setting, request, &mut actions))
        };
        let transaction = Transaction {
            machine,
            flow,
            purpose,
            head: Some(Arc::new(head)),
        };
        (transaction, actions)
    }

    fn detach(&mut self, id: TransactionId, purpose: Purpose) {
        if let Some(transaction) = self.transactions.get_mut(id) {
            transaction.purpose = purpose;
        }
    }

    /// Nobody waits for this INVITE any more; it is not repeated, but what is answered to it is heard.
    pub(super) fn abandon(&mut self, id: TransactionId) {
        self.detach(id, Purpose::Abandoned);
        self.timers.cancel(&Owner::Transaction(id), Timer::A);
    }

    /// A request of ours has its final answer, or will never have one.
    pub(super) fn request_ended(
        &mut self,
        now: Duration,
        purpose: Purpose,
        head: Option<Arc<Head>>,
        outcome: Outcome<'_>,
    ) {
        let Some(head) = head else {
            return;
        };
        match purpose {
            Purpose::Detached | Purpose::Invite(_) | Purpose::Abandoned => {}
            Purpose::ReInvite(session) => {
                let status = match outcome {
                    Outcome::Answered(_, status) => status,
                    Outcome::TimedOut => 408,
                    Outcome::FlowLost => 503,
                };
                self.change_refused(now, session, None, status);
            }
            Purpose::Update(session) => self.update_ended(now, session, outcome),
            Purpose::Prack(session) => self.prack_ended(session, &head),
            Purpose::NotifyRefer(refer) => self.refer_notified(now, refer, outcome),
            Purpose::NotifySubscriber(number) => self.subscriber_notified(now, number, outcome),
            Purpose::Register(trunk) => self.trunk_registered(now, &trunk, &head, outcome),
            Purpose::ProbeTrunk(trunk) => self.trunk_probed(now, &trunk, &head, outcome),
            Purpose::ProbeContact(user) => self.contact_probed(now, &user, &head, outcome),
            Purpose::Relay(number) => self.relayed(now, number, outcome),
        }
    }

    /// Starts the transaction of a request that is answered later, by [`Self::respond_pending`].
    pub(super) fn start_pending(
        &mut self,
        now: Duration,
        flow: Flow,
        request: &Message,
    ) -> Option<TransactionId> {
        let flow = answer_flow(request, flow);
        let key = ServerKey::of(request, request.method()?)?;
        let transaction = Transaction {
            machine: Machine::Server(Server::pending(self.setting(flow))),
            flow,
            purpose: Purpose::Detached,
            head: None,
        };
        let id = self
            .transactions
            .add_server(key, MergeKey::of(request), transaction);
        self.perform(now, id, Vec::new());
        Some(id)
    }

    pub(super) fn respond_pending(&mut self, now: Duration, id: TransactionId, response: Bytes) {
        self.drive(now, id, |machine, actions| match machine {
            Machine::Server(server) => server.respond(response, actions),
            Machine::InviteClient(_) | Machine::Client(_) | Machine::InviteServer(_) => {}
        });
    }

    /// Answers a request once and for all, and again when it comes again.
    pub(super) fn answer_finally(
        &mut self,
        now: Duration,
        request: &Message,
        flow: Flow,
        response: Bytes,
    ) {
        let flow = answer_flow(request, flow);
        let key = request
            .method()
            .and_then(|method| ServerKey::of(request, method));
        let Some(key) = key else {
            return self.transmit(flow, response);
        };
        let mut actions = core::mem::take(&mut self.actions);
        let machine = Machine::Server(Server::start(self.setting(flow), response, &mut actions));
        let transaction = Transaction {
            machine,
            flow,
            purpose: Purpose::Detached,
            head: None,
        };
        let id = self
            .transactions
            .add_server(key, MergeKey::of(request), transaction);
        self.perform(now, id, actions);
    }
}
