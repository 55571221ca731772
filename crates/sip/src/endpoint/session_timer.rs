//! Session timers, RFC 4028, both roles.

use super::Endpoint;
use crate::event::SessionId;
use core::time::Duration;

impl Endpoint {
    pub(super) fn refresh_session(&mut self, _now: Duration, _session: SessionId) {}
}
