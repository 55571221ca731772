//! The way to a peer, RFC 3261 §18.1.1: which listener, which connection, when TCP instead of UDP.

use super::Endpoint;
use crate::{dialog::Dialog, event::SessionId, flow::Flow, trunk::TrunkName};
use core::time::Duration;

impl Endpoint {
    /// RFC 3261 §12.2.1.1: by which flow the next request in a trunk's dialog goes. To be asked when the dialog is made, and
    /// when its peer was heard or has moved its target.
    pub(super) fn aim(&mut self, _dialog: &mut Dialog) {}

    /// The same for the dialog of a session.
    pub(super) fn aim_session(&mut self, _session: SessionId) {}

    /// Is that a flow from or to the trunk?
    pub(super) fn is_of_trunk(&self, _trunk: Option<&TrunkName>, _flow: Flow) -> bool {
        false
    }

    /// A connection is gone, or could not be had.
    pub(super) fn lose_connection(&mut self, _now: Duration, _flow: Flow) {}
}
