//! What the endpoint does with its trunks: REGISTER, OPTIONS, and the way to their servers.

use super::{Endpoint, drive::Outcome};
use crate::{
    dialog::Head,
    flow::{Flow, Hop, QueryId, ResolveError},
    transaction::timer::Timer,
    trunk::{Trunk, TrunkName, TrunkStatus},
};
use core::time::Duration;

impl Endpoint {
    /// The trunks as configured; those that are not among them any more are un-registered, those that did not change go on.
    pub fn set_trunks(&mut self, _now: Duration, _trunks: Vec<Trunk>) {}

    /// All trunks, by name.
    pub fn trunks(&self) -> Vec<TrunkStatus> {
        Vec::new()
    }

    /// Whether a call may be tried by that trunk: it is known, and not down.
    pub fn is_trunk_usable(&self, _trunk: &TrunkName) -> bool {
        false
    }

    /// The answer to a [`crate::Resolve`].
    pub fn handle_resolved(
        &mut self,
        _now: Duration,
        _query: QueryId,
        _hops: Result<Vec<Hop>, ResolveError>,
    ) {
    }

    /// The names in the certificate that the peer of a TLS connection has shown and that the shell has verified.
    pub fn handle_peer_names(&mut self, _now: Duration, _flow: Flow, _names: Vec<String>) {}

    pub(super) fn trunk_timer(&mut self, _now: Duration, _trunk: &TrunkName, _timer: Timer) {}

    pub(super) fn trunk_registered(
        &mut self,
        _now: Duration,
        _trunk: &TrunkName,
        _head: &Head,
        _outcome: Outcome<'_>,
    ) {
    }

    pub(super) fn trunk_probed(
        &mut self,
        _now: Duration,
        _trunk: &TrunkName,
        _head: &Head,
        _outcome: Outcome<'_>,
    ) {
    }
}
