//! Calls of ours by a trunk: one server after the other (RFC 3263 §4.3).
//!
//! G18: a server that says nothing at all for 4 s is dead for this call, and so is one whose connection cannot be had or that
//! answers 503. What a dead one answers later is cancelled or hung up. Any other answer is the carrier's word and the call's.

use super::{
    Endpoint,
    drive::Former,
    session::{Peer, Progress, Session, Stage},
};
use crate::{
    dialog::Head,
    event::{Event, OutgoingInvite, SessionId},
    flow::{Flow, Hop},
    message::Method,
    reason::Reason,
    transaction::{
        TransactionId,
        table::Purpose,
        timer::{Owner, Timer},
    },
    trunk::TrunkName,
};
use core::time::Duration;
use std::collections::BTreeSet;

/// G18: how long a server, or the name servers, may say nothing.
const SILENCE_MAX: Duration = Duration::from_secs(4);

/// A call of ours by a trunk until its final answer.
#[derive(Debug)]
pub(super) struct TrunkCall {
    pub(super) trunk: TrunkName,
    invite: OutgoingInvite,
    tag: String,
    call_id: String,
    cseq: u32,
    step: Step,
    tried: BTreeSet<Hop>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    /// The server's name is being asked for; no session stands in the table.
    Seeking,
    /// An INVITE is out to that place.
    Trying(Hop),
}

impl TrunkCall {
    pub(super) fn waits_for_name(&self) -> bool {
        self.step == Step::Seeking
    }
}

impl Endpoint {
    /// Calls that wait for a name.
    pub(super) fn calls_seeking(&self) -> usize {
        let calls = self.trunks.calls.values();
        calls.filter(|call| call.waits_for_name()).count()
    }

    /// The Call-ID of a call by a trunk that has no final answer yet.
    pub(super) fn trunk_call_id(&self, session: SessionId) -> Option<&str> {
        let call = self.trunks.calls.get(&session)?;
        Some(call.call_id.as_str())
    }

    pub(super) fn invite_by_trunk(
        &mut self,
        now: Duration,
        session: SessionId,
        trunk: TrunkName,
        invite: OutgoingInvite,
    ) {
        let call = TrunkCall {
            trunk,
            invite,
            tag: self.random.name(),
            call_id: self.random.name(),
            cseq: 1,
            step: Step::Seeking,
            tried: BTreeSet::new(),
        };
        self.trunks.calls.insert(session, call);
        self.call_next(now, session);
    }

    /// Sends the INVITE to the next place.
    fn call_next(&mut self, now: Duration, session: SessionId) {
        let Some(trunk) = self
            .trunks
            .calls
            .get(&session)
            .map(|call| call.trunk.clone())
        else {
            return;
        };
        let hops = self.hops(now, &trunk);
        let row = self.trunks.rows.get(&trunk);
        if hops.is_empty() && row.is_some_and(|row| row.way.is_asked()) {
            return self.watch_call(now, session);
        }
        let server_name = row.map(|row| row.way.server_name().to_owned());
        for hop in hops {
            let call = self.trunks.calls.get_mut(&session);
            if call.is_none_or(|call| !call.tried.insert(hop)) {
                continue;
            }
            let flow = self.flow_to(hop, server_name.as_deref().unwrap_or_default());
            if let Some(flow) = flow {
                return self.call_by(now, session, hop, flow);
            }
        }
        self.call_failed(now, session, 408);
    }

    fn watch_call(&mut self, now: Duration, session: SessionId) {
        let at = now.saturating_add(SILENCE_MAX);
        self.timers
            .set(Owner::Session(session), Timer::TrunkTry, at);
    }

    fn call_by(&mut self, now: Duration, session: SessionId, hop: Hop, flow: Flow) {
        let Some(call) = self.trunks.calls.remove(&session) else {
            return;
        };
        let written = self.trunk_invite(&call, flow);
        let Some((head, request)) = written else {
            self.trunks.calls.insert(session, call);
            return self.call_failed(now, session, 500);
        };
        let offer = call.invite.sdp.clone();
        let step = Step::Trying(hop);
        self.trunks
            .calls
            .insert(session, TrunkCall { step, ..call });
        let purpose = Purpose::Invite(session);
        let former = match self.sessions.get(&session).map(|alive| &alive.stage) {
            Some(Stage::Calling { transaction, .. }) => Some(*transaction),
            Some(Stage::Incoming { .. } | Stage::Established { .. }) | None => None,
        };
        let transaction = match former {
            Some(id) => {
                let why = self.why_abandoned(id);
                self.succeed_client(now, id, head, request, purpose, why);
                id
            }
            None => self.start_client(now, head, &Method::Invite, request, purpose),
        };
        let flow = self
            .transactions
            .get_mut(transaction)
            .map_or(flow, |transaction| transaction.flow);
        let stage = Stage::Calling {
            transaction,
            flow,
            progress: Progress::Waiting,
            early: Vec::new(),
        };
        self.forget_early(session);
        self.insert_call(session, stage, Peer::Trunk, &offer);
        self.watch_call(now, session);
    }

    /// Who rang behind the former server is nobody to the next.
    fn forget_early(&mut self, session: SessionId) {
        let former = self.sessions.remove(&session);
        for key in former.iter().flat_map(|former| former.keys()) {
            self.dialogs.remove(key);
        }
    }

    fn trunk_invite(&mut self, call: &TrunkCall, flow: Flow) -> Option<(Head, bytes::Bytes)> {
        let (sent_by, branch) = (self.sent_by(flow), self.branch());
        let trunk = self.trunks.rows.get(&call.trunk)?.trunk.clone();
        let routes = self.trunks.rows.get(&call.trunk)?.service_route.clone();
        let (uri, from, to) = self.trunk_parties(&trunk, &call.invite, &call.tag)?;
        let head = Head {
            uri,
            sent_by,
            branch,
            routes,
            from,
            to,
            call_id: call.call_id.clone().into_bytes(),
            cseq: call.cseq,
            hops_left: call.invite.hops_left,
            flow,
            trunk: Some(call.trunk.clone()),
        };
        let request = self.write_trunk_invite(&head, &trunk, &call.invite);
        Some((head, request))
    }

    /// Is the former try still out, or has it been answered?
    fn why_abandoned(&mut self, id: TransactionId) -> Former {
        let at = self.timers.at(&Owner::Transaction(id), Timer::B);
        if at.is_some() {
            Former::Silent
        } else {
            Former::Answered
        }
    }

    /// The name of the trunk's server has its answer.
    pub(super) fn call_resolved(&mut self, now: Duration, session: SessionId) {
        self.timers
            .cancel(&Owner::Session(session), Timer::TrunkTry);
        let call = self.trunks.calls.get(&session);
        let row = call.and_then(|call| self.trunks.rows.get(&call.trunk));
        if row.is_some_and(|row| !row.way.is_asked()) {
            self.call_next(now, session);
        }
    }

    /// The server that our INVITE went to has said something.
    pub(super) fn server_spoke(&mut self, session: SessionId) {
        let Some(call) = self.trunks.calls.get(&session) else {
            return;
        };
        let (trunk, step) = (call.trunk.clone(), call.step);
        self.timers
            .cancel(&Owner::Session(session), Timer::TrunkTry);
        if let Step::Trying(hop) = step {
            self.trunk_took_call(&trunk, hop);
        }
    }

    /// It wanted a proof and has got it: the CANCEL of the call waits for a 1xx again (RFC 3261 §9.1).
    pub(super) fn call_asked_again(&mut self, now: Duration, session: SessionId) {
        self.server_spoke(session);
        let Some(call) = self.trunks.calls.get_mut(&session) else {
            return;
        };
        call.cseq = call.cseq.saturating_add(1);
        if let Some(Session {
            stage: Stage::Calling { progress, .. },
            ..
        }) = self.sessions.get_mut(&session)
        {
            *progress = Progress::Waiting;
        }
        self.watch_call(now, session);
    }

    /// It has said nothing at all for too long (G18).
    pub(super) fn try_next_server(&mut self, now: Duration, session: SessionId) {
        self.give_up_server(now, session);
        let is_wanted = match self.sessions.get(&session).map(|alive| &alive.stage) {
            Some(Stage::Calling { progress, .. }) => *progress == Progress::Waiting,
            Some(Stage::Incoming { .. } | Stage::Established { .. }) | None => false,
        };
        if is_wanted {
            self.call_next(now, session);
        } else {
            self.call_failed(now, session, 408);
        }
    }

    pub(super) fn call_lost_connection(&mut self, now: Duration, session: SessionId) {
        if self.trunks.calls.contains_key(&session) {
            self.give_up_server(now, session);
            self.call_next(now, session);
        }
    }

    fn give_up_server(&mut self, now: Duration, session: SessionId) {
        let Some(call) = self.trunks.calls.get(&session) else {
            return;
        };
        let (trunk, step) = (call.trunk.clone(), call.step);
        if let (Step::Trying(hop), Some(row)) = (step, self.trunks.rows.get_mut(&trunk)) {
            row.way.note_silent(now, hop);
        }
    }

    /// True when a refusal is not the last word: another server is tried (RFC 3263 §4.3).
    pub(super) fn is_tried_elsewhere(
        &mut self,
        now: Duration,
        session: Option<SessionId>,
        status: u16,
    ) -> bool {
        let Some(session) = session.filter(|_| status == 503) else {
            return false;
        };
        let wanted = match self.sessions.get(&session).map(|alive| &alive.stage) {
            Some(Stage::Calling { progress, .. }) => match progress {
                Progress::Waiting | Progress::Proceeding => true,
                Progress::CancelDue(_) | Progress::Cancelling => false,
            },
            Some(Stage::Incoming { .. } | Stage::Established { .. }) | None => false,
        };
        self.give_up_server(now, session);
        let Some(call) = self.trunks.calls.get(&session).filter(|_| wanted) else {
            return false;
        };
        let (trunk, tried) = (call.trunk.clone(), call.tried.clone());
        if self.hops(now, &trunk).iter().all(|hop| tried.contains(hop)) {
            return false;
        }
        self.call_next(now, session);
        true
    }

    /// No server took it.
    fn call_failed(&mut self, now: Duration, session: SessionId, status: u16) {
        let Some(call) = self.trunks.calls.remove(&session) else {
            return;
        };
        self.timers
            .cancel(&Owner::Session(session), Timer::TrunkTry);
        if status == 408 {
            let cause = match call.step {
                Step::Seeking => "a call found no server: its name has no address",
                Step::Trying(_) => "a call found no server that answers",
            };
            self.trunk_failed_call(now, &call.trunk, cause);
        }
        match self.sessions.get(&session).map(|alive| &alive.stage) {
            Some(Stage::Calling { transaction, .. }) => {
                let id = *transaction;
                self.abandon(id);
                self.refused_without_answer(session, status);
            }
            Some(Stage::Incoming { .. } | Stage::Established { .. }) => {}
            None => self.event(Event::Refused {
                session,
                status,
                reason: None,
                retry_after_s: None,
            }),
        }
    }

    /// The owner hangs up before anything was sent.
    pub(super) fn withdraw_call(&mut self, session: SessionId, reason: Option<Reason>) {
        let call = self.trunks.calls.get(&session);
        if call.is_some_and(TrunkCall::waits_for_name) {
            self.forget_session(session);
            self.event(Event::Refused {
                session,
                status: 487,
                reason,
                retry_after_s: None,
            });
        }
    }

    /// RFC 3261 §9.1: a server that was given up rings after all. Its INVITE is forgotten when nothing more comes of it.
    pub(super) fn cancel_abandoned(&mut self, now: Duration, id: TransactionId, head: &Head) {
        let cancel = head.start(&Method::Cancel).finish();
        let owner = Owner::Transaction(id);
        if self.timers.at(&owner, Timer::B).is_none() {
            self.send_detached(now, head.clone(), &Method::Cancel, cancel);
            let at = now.saturating_add(self.config.timers.timeout());
            self.timers.set(owner, Timer::B, at);
        }
    }
}
