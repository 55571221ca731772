//! Calls to us, RFC 3261 §13.3: an INVITE becomes a session, a CANCEL ends it. Who may call is judged in `admit`.

use super::{
    Endpoint,
    respond::answer_flow,
    session::{Peer, Session, Skills, Stage},
    session_timer::write_min_se,
    trying::Untold,
};
use crate::{
    dialog::Dialog,
    event::{Event, HOPS_MAX, IncomingInvite, Refusal, SessionId},
    flow::Flow,
    message::{Header, Message, Method, lexer::text},
    reason::Reason,
    source::Source,
    transaction::{
        TransactionId,
        invite_server::InviteServer,
        key::{MergeKey, ServerKey},
        table::{Machine, Purpose, Transaction},
    },
};
use core::time::Duration;
use std::sync::Arc;

impl Endpoint {
    pub(super) fn receive_invite(&mut self, now: Duration, flow: Flow, request: Message) {
        let Some(admitted) = self.admit_invite(now, flow, &request) else {
            return;
        };
        let tag = self.random.name();
        let dialog = Dialog::of_invite(&request, &tag, flow);
        let caller = self.caller(&request, &admitted);
        let called_user = self.called_user(&request, &admitted);
        let (Some(mut dialog), Some(caller), Some(called_user)) = (dialog, caller, called_user)
        else {
            return self.refuse(&request, flow, 400, "malformed INVITE");
        };
        let interval = match self.asked_interval(&request) {
            Ok(interval) => interval,
            Err(least_s) => {
                let cause = "session interval too small";
                return self.refuse_with(&request, flow, 422, cause, |builder| {
                    write_min_se(builder, least_s)
                });
            }
        };
        let Ok(replaces) = self.replaced(&request, flow, !admitted.is_stranger()) else {
            return;
        };
        let session = self.issue_session();
        let Some(transaction) = self.start_invite_server(flow, &request, session) else {
            return self.refuse(&request, flow, 400, "malformed INVITE");
        };
        if admitted.is_stranger() {
            self.spare(transaction);
        }
        let invite = IncomingInvite {
            hops_left: hops_left(&request),
            called_user,
            caller,
            sdp: request.sdp(),
            flow,
            call_id: text(request.call_id()),
            user_agent: request.text(Header::UserAgent),
            authenticated: admitted.user.clone(),
            trunk: admitted.trunk.clone(),
            replaces,
            diversions: self.diversions(&request, &admitted),
        };
        dialog.trunk.clone_from(&admitted.trunk);
        self.aim(&mut dialog);
        self.dialogs.insert(dialog.key.clone(), session);
        let mut skills = Skills::default();
        skills.learn(&request);
        let stage = Stage::Incoming {
            transaction,
            invite: Arc::new(request),
            dialog: Box::new(dialog),
            rang: None,
        };
        let peer = match (admitted.user, admitted.trunk) {
            (Some(user), _) => Peer::Account(user.into()),
            (None, Some(_)) => Peer::Trunk,
            (None, None) => {
                let source = Source::of(flow.remote.ip());
                self.strangers.enter(source);
                Peer::Stranger(source)
            }
        };
        let mut alive = Session::new(stage, peer, interval);
        alive.skills = skills;
        self.sessions.insert(session, alive);
        self.ring_again_later(now, session);
        self.untold.push(Untold {
            at: now,
            flow,
            session,
        });
        let invite = Box::new(invite);
        self.event(Event::Invite { session, invite });
    }

    /// Starts the server transaction of an INVITE or re-INVITE; whoever begins it sees to it that something is said.
    pub(super) fn start_invite_server(
        &mut self,
        flow: Flow,
        request: &Message,
        session: SessionId,
    ) -> Option<TransactionId> {
        let key = ServerKey::of(request, &Method::Invite)?;
        let flow = answer_flow(request, flow);
        let machine = Machine::InviteServer(InviteServer::new(self.setting(flow)));
        let transaction = Transaction {
            machine,
            flow,
            purpose: Purpose::Invite(session),
            head: None,
        };
        let merge = MergeKey::of(request);
        Some(self.transactions.add_server(key, merge, transaction))
    }

    /// G11: a stranger's INVITE; over a stream nothing is repeated anyway.
    fn spare(&mut self, id: TransactionId) {
        if let Some(transaction) = self.transactions.get_mut(id)
            && let Machine::InviteServer(server) = &mut transaction.machine
        {
            server.spare();
        }
    }

    /// RFC 3261 §9.2. The CANCEL itself is answered without memory: its INVITE is the memory.
    pub(super) fn receive_cancel(&mut self, now: Duration, flow: Flow, request: &Message) {
        let known =
            ServerKey::of(request, &Method::Invite).and_then(|key| self.transactions.server(&key));
        let Some(id) = known else {
            return self.refuse(request, flow, 481, "CANCEL of nothing");
        };
        let session = self
            .transactions
            .get_mut(id)
            .and_then(|transaction| transaction.purpose.session());
        self.answer_statelessly(request, flow, 200, |builder| builder);
        let Some(session) = session else {
            return;
        };
        let reason = request.first(Header::Reason).and_then(Reason::parse);
        if self.is_theirs(session, id) {
            return self.reject_reinvite(now, session, 487);
        }
        match self.sessions.get(&session).map(|alive| &alive.stage) {
            Some(Stage::Incoming { transaction, .. }) if *transaction == id => {
                self.reject(now, session, Refusal::new(487));
                self.event(Event::Cancelled { session, reason });
            }
            // Too late: the final answer is out (RFC 3261 §9.2).
            Some(Stage::Incoming { .. } | Stage::Calling { .. } | Stage::Established { .. })
            | None => {}
        }
    }
}

/// What somebody claims beyond the usual is no licence to go round for longer.
fn hops_left(request: &Message) -> u8 {
    let told = request.number(Header::MaxForwards);
    let hops = told.and_then(|hops| u8::try_from(hops).ok());
    hops.unwrap_or(HOPS_MAX).min(HOPS_MAX)
}
