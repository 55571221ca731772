//! Early dialogs of our INVITE, RFC 3261 §12.1: one for each phone that rings behind it, and the PRACK that a phone asks for
//! (RFC 3262 §4).
//!
//! A reliable 1xx is acknowledged once and in order in its own early dialog; what comes out of order is dropped, for it comes
//! again. The number of dialogs is bounded: what comes from further phones is heard, but not acknowledged.

use super::{
    Endpoint,
    session::{EARLY_MAX, Early, Progress, Session, Stage},
};
use crate::{
    dialog::{Dialog, Head},
    event::SessionId,
    message::{Header, Message, Method, NameAddr},
    transaction::table::Purpose,
};
use core::time::Duration;

impl Endpoint {
    /// A 1xx above 100 to our INVITE: the early dialog that it makes, and the PRACK that it asks for. False = it is no news.
    pub(super) fn note_early(
        &mut self,
        now: Duration,
        session: SessionId,
        head: &Head,
        response: &Message,
    ) -> bool {
        let mut required = response.tokens(Header::Require);
        let is_reliable = required.any(|tag| tag.eq_ignore_ascii_case(b"100rel"));
        let rseq = response.number(Header::RSeq).filter(|_| is_reliable);
        let Some(tag) = response.to_tag() else {
            return !is_reliable;
        };
        // RFC 6228: one of several phones has given up.
        if response.status() == Some(199) {
            self.drop_early(session, tag);
            return false;
        }
        self.add_early(session, head, tag, response);
        let Some(alive) = self.sessions.get_mut(&session) else {
            return false;
        };
        alive.skills.learn(response);
        let Stage::Calling { early, .. } = &mut alive.stage else {
            return false;
        };
        let early = early
            .iter_mut()
            .find(|early| early.dialog.has_remote_tag(tag));
        match (is_reliable, rseq, early) {
            (false, _, _) => true,
            (true, Some(rseq), Some(early)) if early.is_next(rseq) => {
                early.rseq = Some(rseq);
                if early.answer.is_none() {
                    early.answer = response.sdp();
                }
                self.send_prack(now, session, tag, rseq, head.cseq);
                true
            }
            (true, _, _) => false,
        }
    }

    fn add_early(&mut self, session: SessionId, head: &Head, tag: &[u8], response: &Message) {
        let room = match self.sessions.get(&session).map(|alive| &alive.stage) {
            Some(Stage::Calling {
                early,
                progress: Progress::Waiting | Progress::Proceeding,
                ..
            }) => {
                let is_known = early.iter().any(|early| early.dialog.has_remote_tag(tag));
                !is_known && early.len() < EARLY_MAX
            }
            Some(Stage::Calling { .. } | Stage::Incoming { .. } | Stage::Established { .. })
            | None => false,
        };
        // RFC 3261 §12.1.2: without a Contact there is nobody to talk to.
        if !room || !response.has_contact() {
            return;
        }
        let local_tag = head.local_tag();
        let dialog = local_tag.and_then(|tag| Dialog::of_answer(head, tag, response));
        let Some(mut dialog) = dialog else {
            return;
        };
        self.aim(&mut dialog);
        self.dialogs.insert(dialog.key.clone(), session);
        if let Some(Session {
            stage: Stage::Calling { early, .. },
            ..
        }) = self.sessions.get_mut(&session)
        {
            // One is the rule, and room for four would be more than a KiB.
            early.reserve_exact(1);
            early.push(Early {
                dialog,
                rseq: None,
                prack: false,
                answer: None,
                is_changed: false,
            });
        }
    }

    fn drop_early(&mut self, session: SessionId, tag: &[u8]) {
        if let Some(Session {
            stage: Stage::Calling { early, .. },
            ..
        }) = self.sessions.get_mut(&session)
            && let Some(at) = early
                .iter()
                .position(|early| early.dialog.has_remote_tag(tag))
        {
            let gone = early.remove(at);
            self.dialogs.remove(&gone.dialog.key);
        }
    }

    /// RFC 3262 §4, §7.2.
    fn send_prack(
        &mut self,
        now: Duration,
        session: SessionId,
        tag: &[u8],
        rseq: u32,
        invite_cseq: u32,
    ) {
        let branch = self.branch();
        let flow = self.early_mut(session, tag).map(|early| early.dialog.out());
        let Some(sent_by) = flow.map(|flow| self.sent_by(flow)) else {
            return;
        };
        let Some(early) = self.early_mut(session, tag) else {
            return;
        };
        early.prack = true;
        let head = early.dialog.next_head(sent_by, branch);
        let product = &self.config.product;
        let prack = head
            .start(&Method::Prack)
            .header(Header::RAck, |out| {
                out.number(u64::from(rseq))
                    .word(" ")
                    .number(u64::from(invite_cseq))
                    .word(" INVITE");
            })
            .header(Header::UserAgent, |out| {
                out.text(product);
            })
            .finish();
        self.send_request(now, head, &Method::Prack, prack, Purpose::Prack(session));
    }

    /// A PRACK of ours has an answer, or never will: whatever it is, the INVITE tells what becomes of the call.
    pub(super) fn prack_ended(&mut self, session: SessionId, head: &Head) {
        let tag = NameAddr::parse(&head.to).and_then(|to| to.tag());
        if let Some(early) = tag.and_then(|tag| self.early_mut(session, tag)) {
            early.prack = false;
        }
    }

    fn early_mut(&mut self, session: SessionId, tag: &[u8]) -> Option<&mut Early> {
        match &mut self.sessions.get_mut(&session)?.stage {
            Stage::Calling { early, .. } => early
                .iter_mut()
                .find(|early| early.dialog.has_remote_tag(tag)),
            Stage::Incoming { .. } | Stage::Established { .. } => None,
        }
    }
}

impl Early {
    /// RFC 3262 §4: in order, and no second one before the first PRACK is answered: that bounds what a phone can have us
    /// send.
    fn is_next(&self, rseq: u32) -> bool {
        !self.prack
            && match self.rseq {
                None => true,
                Some(last) => last.checked_add(1) == Some(rseq),
            }
    }
}
