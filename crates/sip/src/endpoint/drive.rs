//! Runs the transaction machines: their actions become messages and timers.

use super::{Endpoint, respond::answer_flow};
use crate::{
    flow::Flow,
    message::{Message, Method},
    transaction::{
        Action, Setting, TransactionId,
        client::Client,
        key::{ClientKey, MergeKey, ServerKey},
        server::Server,
        table::{Machine, Transaction},
        timer::{Owner, Timer},
    },
};
use bytes::Bytes;
use core::time::Duration;

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
        let mut actions = Vec::new();
        let transaction = self.transactions.get_mut(id)?;
        let outcome = work(&mut transaction.machine, &mut actions);
        self.perform(now, id, actions);
        Some(outcome)
    }

    pub(super) fn perform(&mut self, now: Duration, id: TransactionId, actions: Vec<Action>) {
        let Some(flow) = self
            .transactions
            .get_mut(id)
            .map(|transaction| transaction.flow)
        else {
            return;
        };
        let owner = Owner::Transaction(id);
        for action in actions {
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
                Action::TimedOut => self.transaction_timed_out(id),
                Action::Terminated => self.forget_transaction(id),
            }
        }
    }

    pub(super) fn transaction_timer(&mut self, now: Duration, id: TransactionId, timer: Timer) {
        self.drive(now, id, |machine, actions| match machine {
            Machine::InviteClient(machine) => machine.timer(timer, actions),
            Machine::Client(machine) => machine.timer(timer, actions),
            Machine::InviteServer(machine) => machine.timer(timer, actions),
            Machine::Server(machine) => machine.timer(timer, actions),
        });
    }

    /// Timer B is news; F and H are not: their sessions have ended before.
    fn transaction_timed_out(&mut self, id: TransactionId) {
        let Some(transaction) = self.transactions.get_mut(id) else {
            return;
        };
        if let (Machine::InviteClient(_), Some(session)) =
            (&transaction.machine, transaction.session)
        {
            self.refused_without_answer(session, 408);
        }
    }

    pub(super) fn forget_transaction(&mut self, id: TransactionId) {
        self.transactions.remove(id);
        self.timers.cancel_all(&Owner::Transaction(id));
    }

    /// Sends a request of ours whose outcome changes nothing: BYE, CANCEL.
    pub(super) fn send_detached(
        &mut self,
        now: Duration,
        flow: Flow,
        branch: &str,
        method: &Method,
        request: Bytes,
    ) {
        let mut actions = Vec::new();
        let machine = Machine::Client(Client::start(self.setting(flow), request, &mut actions));
        let transaction = Transaction {
            machine,
            flow,
            session: None,
            head: None,
        };
        let id = self
            .transactions
            .add_client(ClientKey::new(branch, method), transaction);
        self.perform(now, id, actions);
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
        let mut actions = Vec::new();
        let machine = Machine::Server(Server::start(self.setting(flow), response, &mut actions));
        let transaction = Transaction {
            machine,
            flow,
            session: None,
            head: None,
        };
        let id = self
            .transactions
            .add_server(key, MergeKey::of(request), transaction);
        self.perform(now, id, actions);
    }
}
