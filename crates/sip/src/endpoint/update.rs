//! UPDATE, RFC 3311, both ways.

use super::{Endpoint, drive::Outcome};
use crate::{dialog::Head, event::SessionId, flow::Flow, message::Message};
use core::time::Duration;

impl Endpoint {
    pub(super) fn receive_update(
        &mut self,
        _now: Duration,
        flow: Flow,
        request: Message,
        _session: SessionId,
    ) {
        self.refuse_method(&request, flow);
    }

    pub(super) fn update_ended(
        &mut self,
        _now: Duration,
        _session: SessionId,
        _head: &Head,
        _outcome: Outcome<'_>,
    ) {
    }
}
