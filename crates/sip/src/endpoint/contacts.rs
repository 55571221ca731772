//! Registered contacts over time: kept over a restart, asked whether they are still there, told when they change.

use super::{Endpoint, drive::Outcome};
use crate::registrar::Binding;
use core::time::Duration;

impl Endpoint {
    /// Gives a user the contacts that he had before a restart (G13). Those that have expired, or whose connection is gone
    /// with the former process, are left out.
    pub fn restore_bindings(&mut self, _now: Duration, _user: &str, _bindings: Vec<Binding>) {}

    pub(super) fn probe_contacts(&mut self, _now: Duration, _user: &str) {}

    pub(super) fn contact_probed(
        &mut self,
        _now: Duration,
        _user: &str,
        _contact: &str,
        _outcome: Outcome<'_>,
    ) {
    }
}
