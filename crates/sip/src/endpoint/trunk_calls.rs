//! Calls of ours by a trunk: one server after the other (RFC 3263 §4.3).

use super::Endpoint;
use crate::{dialog::Head, event::SessionId, transaction::TransactionId};
use core::time::Duration;

impl Endpoint {
    /// The server that our INVITE went to has said something.
    pub(super) fn server_spoke(&mut self, _session: SessionId) {}

    /// It has said nothing at all for too long (G18).
    pub(super) fn try_next_server(&mut self, _now: Duration, _session: SessionId) {}

    /// True when a refusal is not the last word: another server is tried.
    pub(super) fn is_tried_elsewhere(
        &mut self,
        _now: Duration,
        _session: Option<SessionId>,
        _status: u16,
    ) -> bool {
        false
    }

    /// RFC 3261 §9.1: a server that was given up rings after all.
    pub(super) fn cancel_abandoned(&mut self, _now: Duration, _id: TransactionId, _head: &Head) {}
}
