//! Subscriptions of phones, RFC 6665: who watches what, and the NOTIFY that tells it.

use super::{Endpoint, drive::Outcome};
use crate::{
    flow::Flow,
    message::Message,
    subscription::{DialogInfo, MessageSummary},
};
use core::time::Duration;

impl Endpoint {
    /// The calls of a user, for those who watch him (RFC 4235); a call that is over is told once as terminated.
    pub fn set_dialog_info(&mut self, _now: Duration, _user: &str, _dialogs: Vec<DialogInfo>) {}

    /// How many messages wait for a user (RFC 3842).
    pub fn set_message_summary(&mut self, _now: Duration, _user: &str, _summary: MessageSummary) {}

    pub(super) fn receive_subscribe(&mut self, _now: Duration, flow: Flow, request: &Message) {
        self.refuse_method(request, flow);
    }

    pub(super) fn subscription_expired(&mut self, _now: Duration, _number: u64) {}

    pub(super) fn subscriber_notified(
        &mut self,
        _now: Duration,
        _number: u64,
        _outcome: Outcome<'_>,
    ) {
    }
}
