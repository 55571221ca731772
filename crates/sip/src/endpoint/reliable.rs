//! Reliable provisional responses, RFC 3262, both roles; and what a long ringing says each minute.

use super::{Endpoint, drive::Outcome};
use crate::{event::SessionId, flow::Flow, message::Message, transaction::timer::Timer};
use core::time::Duration;

impl Endpoint {
    pub(super) fn receive_prack(
        &mut self,
        _now: Duration,
        flow: Flow,
        request: &Message,
        _session: SessionId,
    ) {
        self.refuse_method(request, flow);
    }

    pub(super) fn prack_ended(
        &mut self,
        _now: Duration,
        _session: SessionId,
        _outcome: Outcome<'_>,
    ) {
    }

    pub(super) fn reliable_timer(&mut self, _now: Duration, _session: SessionId, _timer: Timer) {}

    pub(super) fn ring_again(&mut self, _now: Duration, _session: SessionId) {}
}
