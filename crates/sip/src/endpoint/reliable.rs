//! Reliable provisional responses of ours, RFC 3262 §3; and what a long ringing says each minute. Those of others are
//! acknowledged in `early`.
//!
//! They are sent to whoever requires them, and with SDP to whoever supports them; nobody is required to. One at a time: the
//! next waits for the PRACK of the one before, and so does a 2xx where SDP is at stake.

use super::{
    Endpoint,
    session::{Session, Stage},
};
use crate::{
    event::{Event, Refusal, SessionId},
    flow::Flow,
    message::{Header, Message, lexer::decimal},
    reason::Reason,
    transaction::timer::{Owner, Timer},
};
use bytes::Bytes;
use core::time::Duration;
use std::collections::VecDeque;

/// RFC 3261 §13.3.1.1: who lets a caller wait says so each minute, lest a proxy give the call up.
const RING_EVERY: Duration = Duration::from_secs(60);
/// S8: 1xx that wait for the PRACK of the one before; of more, the oldest without SDP is no loss.
const WAITING_MAX: usize = 4;

/// Reliable 1xx of ours in one session.
#[derive(Debug)]
pub(super) struct Reliable {
    /// CSeq of the INVITE.
    cseq: u32,
    /// Number of the last one.
    rseq: u32,
    unacked: Option<Unacked>,
    waiting: VecDeque<(u16, Option<Bytes>)>,
    /// SDP of ours that has its PRACK.
    settled: Option<Bytes>,
    /// The owner has answered: the 2xx waits.
    answer: Option<Bytes>,
}

/// A reliable 1xx without its PRACK.
#[derive(Debug)]
struct Unacked {
    bytes: Bytes,
    interval: Duration,
    sdp: Option<Bytes>,
    /// Repeats that are left; `None` = as many as the time-out allows.
    repeats_left: Option<u8>,
}

impl Reliable {
    /// The SDP offer of the INVITE has its answer (or ours in a 1xx has one).
    pub(super) fn has_settled(&self) -> bool {
        self.settled.is_some()
    }

    pub(super) fn settled(&self) -> Option<&Bytes> {
        self.settled.as_ref()
    }

    /// RFC 3262 §3: a 2xx waits for the PRACK of a 1xx with SDP. True = the answer is kept for then.
    pub(super) fn keep_answer(&mut self, sdp: &Bytes) -> bool {
        let waits = self
            .unacked
            .as_ref()
            .is_some_and(|unacked| unacked.sdp.is_some());
        if waits {
            self.answer.get_or_insert_with(|| sdp.clone());
        }
        waits
    }
}

impl Endpoint {
    /// Sends a 1xx reliably, or keeps it until the one before has its PRACK.
    pub(super) fn send_reliable(
        &mut self,
        now: Duration,
        session: SessionId,
        status: u16,
        sdp: Option<Bytes>,
    ) {
        // RFC 3262 §3: the first number is drawn from 1 to 2^31 - 1; small ones leave room.
        let first = u32::try_from(self.random.below(0xffff)).unwrap_or_default();
        let Some(alive) = self.sessions.get_mut(&session) else {
            return;
        };
        let Stage::Incoming { invite, .. } = &alive.stage else {
            return;
        };
        let cseq = invite.cseq().map_or(0, |cseq| cseq.number);
        let sent = alive.reliable.get_or_insert_with(|| {
            Box::new(Reliable {
                cseq,
                rseq: first,
                unacked: None,
                waiting: VecDeque::new(),
                settled: None,
                answer: None,
            })
        });
        if sent.unacked.is_some() {
            if sent.waiting.len() >= WAITING_MAX {
                sent.waiting.pop_front();
            }
            return sent.waiting.push_back((status, sdp));
        }
        // RFC 3261 §13.2.1: the peer goes by the first SDP and ignores any other of a 1xx.
        let sdp = sdp.filter(|_| sent.settled.is_none());
        sent.rseq = sent.rseq.saturating_add(1);
        let rseq = sent.rseq;
        let Some(Session {
            stage:
                Stage::Incoming {
                    invite,
                    dialog,
                    transaction,
                    ..
                },
            ..
        }) = self.sessions.get(&session)
        else {
            return;
        };
        let id = *transaction;
        let builder = self
            .session_response(invite, dialog.flow, dialog.local_tag(), status)
            .header(Header::Require, |out| {
                out.word("100rel");
            })
            .header(Header::RSeq, |out| {
                out.number(u64::from(rseq));
            });
        let bytes = match &sdp {
            Some(sdp) => builder.body("application/sdp", sdp),
            None => builder.finish(),
        };
        self.wait_for_prack(now, session, bytes.clone(), sdp);
        self.respond_invite(now, id, status, bytes);
    }

    fn wait_for_prack(
        &mut self,
        now: Duration,
        session: SessionId,
        bytes: Bytes,
        sdp: Option<Bytes>,
    ) {
        let timers = self.config.timers;
        let Some(alive) = self.sessions.get_mut(&session) else {
            return;
        };
        let patience = alive.patience(&timers);
        if let Some(sent) = alive.reliable.as_deref_mut() {
            sent.unacked = Some(Unacked {
                bytes,
                interval: timers.t1,
                sdp,
                repeats_left: patience.repeats_max,
            });
        }
        let owner = Owner::Session(session);
        let (first, last) = (
            now.saturating_add(timers.t1),
            now.saturating_add(patience.timeout),
        );
        self.timers.set(owner.clone(), Timer::ReliableRepeat, first);
        self.timers.set(owner, Timer::ReliableTimeout, last);
    }

    /// A PRACK that acknowledges nothing gets 481 (RFC 3262 §3). An SDP offer in it (§5) goes to the owner like that of a
    /// re-INVITE.
    pub(super) fn receive_prack(
        &mut self,
        now: Duration,
        flow: Flow,
        request: Message,
        session: SessionId,
    ) {
        let named = RAck::of(&request);
        let alive = self.sessions.get_mut(&session);
        let acked = alive.and_then(|alive| {
            let sent = alive.reliable.as_deref_mut()?;
            let named = named?;
            let is_it = named.rseq == sent.rseq && named.cseq == sent.cseq && named.is_invite;
            let acked = sent.unacked.take_if(|_| is_it)?;
            sent.settled = sent.settled.take().or(acked.sdp);
            Some(())
        });
        if acked.is_none() {
            return self.answer_in_dialog(now, flow, &request, 481, |builder| builder);
        }
        let owner = Owner::Session(session);
        self.timers.cancel(&owner, Timer::ReliableRepeat);
        self.timers.cancel(&owner, Timer::ReliableTimeout);
        self.answer_prack(now, flow, request, session);
        self.send_waiting(now, session);
    }

    fn answer_prack(&mut self, now: Duration, flow: Flow, request: Message, session: SessionId) {
        let sdp = request.sdp();
        let Some(alive) = self.sessions.get_mut(&session) else {
            return;
        };
        let we_offered = match &alive.stage {
            Stage::Incoming { invite, .. } => invite.sdp().is_none(),
            Stage::Established { .. } | Stage::Calling { .. } => false,
        };
        if sdp.is_none() || we_offered {
            alive.media.hear(sdp.as_ref());
            self.answer_in_dialog(now, flow, &request, 200, |builder| builder);
            if sdp.is_some() {
                self.event(Event::Acked { session, sdp });
            }
            return;
        }
        // A 2xx that is due is not held up by one more offer: the peer may send it again.
        let is_due = alive
            .reliable
            .as_deref()
            .is_some_and(|sent| sent.answer.is_some());
        let conflict = alive.offer_conflict(&request).or(is_due.then_some(491));
        if let Some(status) = conflict {
            return self.answer_in_dialog(now, flow, &request, status, |builder| builder);
        }
        self.ask_owner(now, flow, request, session, None);
        self.event(Event::ReInvite { session, sdp });
    }

    /// What waited for a PRACK: the 2xx, else the next 1xx.
    fn send_waiting(&mut self, now: Duration, session: SessionId) {
        let alive = self.sessions.get_mut(&session);
        let Some(sent) = alive.and_then(|alive| alive.reliable.as_deref_mut()) else {
            return;
        };
        if let Some(sdp) = sent.answer.take() {
            return self.answer(now, session, sdp);
        }
        if let Some((status, sdp)) = sent.waiting.pop_front() {
            self.send_reliable(now, session, status, sdp);
        }
    }

    pub(super) fn reliable_timer(&mut self, now: Duration, session: SessionId, timer: Timer) {
        if timer == Timer::ReliableTimeout {
            return self.never_acknowledged(now, session);
        }
        let Some(alive) = self.sessions.get_mut(&session) else {
            return;
        };
        let unacked = alive
            .reliable
            .as_deref_mut()
            .and_then(|sent| sent.unacked.as_mut());
        let (Stage::Incoming { dialog, .. }, Some(unacked)) = (&alive.stage, unacked) else {
            return;
        };
        // RFC 3262 §3: doubles without a bound; 64*T1 is the bound.
        unacked.interval = unacked.interval.saturating_mul(2);
        unacked.repeats_left = unacked.repeats_left.map(|left| left.saturating_sub(1));
        let (flow, bytes) = (dialog.flow, unacked.bytes.clone());
        let (after, left) = (unacked.interval, unacked.repeats_left);
        self.counters.retransmissions = self.counters.retransmissions.saturating_add(1);
        self.transmit(flow, bytes);
        if left != Some(0) {
            let at = now.saturating_add(after);
            self.timers
                .set(Owner::Session(session), Timer::ReliableRepeat, at);
        }
    }

    /// RFC 3262 §3: no PRACK within 64*T1: the call is refused by a 5xx.
    fn never_acknowledged(&mut self, now: Duration, session: SessionId) {
        let alive = self.sessions.get(&session).map(|alive| &alive.stage);
        if let Some(Stage::Incoming { .. }) = alive {
            self.reject(now, session, Refusal::new(504));
            let reason = Some(Reason::sip(504, "No PRACK"));
            self.event(Event::Cancelled { session, reason });
        }
    }

    /// Told when the INVITE comes and with each 1xx of the owner.
    pub(super) fn ring_again_later(&mut self, now: Duration, session: SessionId) {
        let at = now.saturating_add(RING_EVERY);
        self.timers
            .set(Owner::Session(session), Timer::RingRepeat, at);
    }

    /// The last 1xx, without SDP; 183 where the owner has sent none.
    pub(super) fn ring_again(&mut self, now: Duration, session: SessionId) {
        let alive = self.sessions.get(&session).map(|alive| &alive.stage);
        if let Some(Stage::Incoming { rang, .. }) = alive {
            let status = rang.unwrap_or(183);
            self.send_provisional(now, session, status, None);
        }
    }
}

/// RAck, RFC 3262 §7.2: which 1xx of which request.
struct RAck {
    rseq: u32,
    cseq: u32,
    is_invite: bool,
}

impl RAck {
    fn of(request: &Message) -> Option<Self> {
        let mut words = request
            .first(Header::RAck)?
            .split(|byte| byte.is_ascii_whitespace())
            .filter(|word| !word.is_empty());
        Some(Self {
            rseq: decimal(words.next()?)?,
            cseq: decimal(words.next()?)?,
            is_invite: words.next()? == b"INVITE",
        })
    }
}
