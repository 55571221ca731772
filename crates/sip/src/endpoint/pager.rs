//! MESSAGE, RFC 3428: a word from one agent's phone to another's, in the name of him who has proven his password.

use super::{Endpoint, drive::Outcome};
use crate::{flow::Flow, message::Message};
use core::time::Duration;

impl Endpoint {
    pub(super) fn receive_message(&mut self, _now: Duration, flow: Flow, request: &Message) {
        self.refuse_method(request, flow);
    }

    pub(super) fn relayed(&mut self, _now: Duration, _number: u64, _outcome: Outcome<'_>) {}
}
