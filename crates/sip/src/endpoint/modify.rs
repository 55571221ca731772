//! A change of a session by us, RFC 3261 §14.1: hold, resume, another codec; what meets one of theirs is tried again.

use super::Endpoint;
use crate::{event::SessionId, message::Message, transaction::TransactionId};
use bytes::Bytes;
use core::time::Duration;

impl Endpoint {
    /// Changes an answered session by a re-INVITE with this SDP offer. One at a time: a later offer replaces one that
    /// still waits. The outcome is `ReInviteAnswered` or `ReInviteRefused`; 408 and 481 end the session (§12.2.1.2).
    pub fn reinvite(&mut self, _now: Duration, _session: SessionId, _sdp: Bytes) {}

    pub(super) fn reinvite_answered(
        &mut self,
        _now: Duration,
        _id: TransactionId,
        _session: SessionId,
        _response: &Message,
        _status: u16,
    ) {
    }

    pub(super) fn reinvite_unanswered(&mut self, _now: Duration, _session: SessionId) {}

    pub(super) fn retry_reinvite(&mut self, _now: Duration, _session: SessionId) {}
}
