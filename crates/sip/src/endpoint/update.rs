//! UPDATE, RFC 3311, both ways: a change of a session without the three steps of an INVITE, in early dialogs too.
//!
//! An SDP offer in one goes to the owner like that of a re-INVITE; without one it refreshes (RFC 4028 §9) and is answered
//! here.

use super::{
    Endpoint,
    admit::{has_strange_body, write_accepted},
    drive::Outcome,
    reinvite::RETRY_AFTER_S,
    reliable::Reliable,
    session::{Session, Stage, Theirs},
    session_timer::{Interval, write_min_se},
};
use crate::{
    dialog::DialogKey,
    event::{Event, SessionId},
    flow::Flow,
    message::{Header, Message},
};
use core::time::Duration;

impl Endpoint {
    pub(super) fn receive_update(
        &mut self,
        now: Duration,
        flow: Flow,
        request: Message,
        session: SessionId,
    ) {
        if has_strange_body(&request) {
            return self.answer_in_dialog(now, flow, &request, 415, write_accepted);
        }
        let interval = match self.asked_interval(&request) {
            Ok(interval) => interval,
            Err(least_s) => {
                return self.answer_in_dialog(now, flow, &request, 422, |builder| {
                    write_min_se(builder, least_s)
                });
            }
        };
        let sdp = request.sdp();
        let Some(alive) = self.sessions.get_mut(&session) else {
            return;
        };
        if sdp.is_some()
            && let Some(status) = alive.offer_conflict(&request)
        {
            let retry = (status == 500).then_some(RETRY_AFTER_S);
            return self.answer_in_dialog(now, flow, &request, status, |builder| {
                builder.maybe(Header::RetryAfter, retry, |out, after| {
                    out.number(after);
                })
            });
        }
        alive.skills.learn(&request);
        if sdp.is_some() {
            self.ask_owner(now, flow, request, session, Some(interval));
            return self.event(Event::ReInvite { session, sdp });
        }
        let is_answered = alive.is_answered();
        if is_answered {
            alive.interval = interval;
        }
        if let Some(dialog) = DialogKey::of_request(&request).and_then(|key| alive.dialog_at(&key))
        {
            dialog.refresh_target(&request);
        }
        let builder = interval.grant(self.session_response(&request, flow, "", 200));
        self.answer_finally(now, &request, flow, builder.finish());
        if is_answered {
            self.restart_interval(now, session);
        }
    }

    /// The owner is to answer an UPDATE or PRACK by `accept_reinvite` or `reject_reinvite`; its repeats wait with him.
    pub(super) fn ask_owner(
        &mut self,
        now: Duration,
        flow: Flow,
        request: Message,
        session: SessionId,
        interval: Option<Interval>,
    ) {
        let Some(transaction) = self.start_pending(now, flow, &request) else {
            return;
        };
        if let Some(alive) = self.sessions.get_mut(&session) {
            let request = Box::new(request);
            alive.theirs = Some(Theirs {
                transaction,
                request,
                interval,
            });
        }
    }

    /// What became of an UPDATE of ours.
    pub(super) fn update_ended(&mut self, now: Duration, session: SessionId, outcome: Outcome<'_>) {
        match outcome {
            Outcome::Answered(response, 200..=299) => {
                self.change_accepted(now, session, response);
            }
            Outcome::Answered(response, status) => {
                self.change_refused(now, session, Some(response), status);
            }
            Outcome::TimedOut => self.change_refused(now, session, None, 408),
            Outcome::FlowLost => self.change_refused(now, session, None, 503),
        }
    }
}

impl Session {
    /// A 2xx went or came.
    pub(super) fn is_answered(&self) -> bool {
        match self.stage {
            Stage::Established { .. } => true,
            Stage::Incoming { .. } | Stage::Calling { .. } => false,
        }
    }

    /// RFC 3311 §5.2: an offer that meets one of ours gets 491, one that meets one of theirs 500.
    pub(super) fn offer_conflict(&self, request: &Message) -> Option<u16> {
        if self.theirs.is_some() {
            return Some(500);
        }
        match &self.stage {
            Stage::Established {
                pending_ok,
                hung_up,
                ..
            } => {
                let our_offer = self.has_open_offer()
                    || hung_up.is_some()
                    || pending_ok.as_ref().is_some_and(|pending| pending.is_offer);
                our_offer.then_some(491)
            }
            // The offer of the INVITE is answered once a reliable 1xx with SDP has its PRACK.
            Stage::Incoming { .. } => {
                let is_settled = self.reliable.as_deref().is_some_and(Reliable::has_settled);
                (!is_settled).then_some(500)
            }
            Stage::Calling { early, .. } => {
                let key = DialogKey::of_request(request)?;
                let mut early = early.iter();
                let is_settled =
                    early.any(|early| early.dialog.key == key && early.answer.is_some());
                (!is_settled).then_some(491)
            }
        }
    }
}
