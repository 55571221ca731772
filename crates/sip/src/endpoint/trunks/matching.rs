//! By which trunk a request came (S11, S12): the certificate of its connection, its source, or the password that it proves.
//!
//! A certificate says more than an address and an address more than nothing: in that order they are looked at. Of two networks
//! that hold the source the closer one counts, of two equal ones that of the trunk whose name comes first.

use crate::{
    config::Account,
    endpoint::Endpoint,
    flow::Flow,
    message::Message,
    trunk::{Trunk, TrunkName},
};
use core::cmp::Reverse;

impl Endpoint {
    /// The trunk that a flow belongs to, by its certificate or its source.
    pub(in crate::endpoint) fn trunk_of(&self, flow: Flow) -> Option<TrunkName> {
        self.trunk_by_certificate(flow)
            .or_else(|| self.trunk_by_network(flow))
    }

    fn trunk_by_certificate(&self, flow: Flow) -> Option<TrunkName> {
        let names = self.trunks.peer_names.get(&flow)?;
        let rows = self.trunks.rows.iter();
        let hit = rows.into_iter().find(|(_, row)| {
            let wanted = row.trunk.matching.certificate.as_ref();
            wanted.is_some_and(|wanted| names.iter().any(|name| name.eq_ignore_ascii_case(wanted)))
        });
        hit.map(|(name, _)| name.clone())
    }

    fn trunk_by_network(&self, flow: Flow) -> Option<TrunkName> {
        let source = flow.remote.ip();
        let rows = self.trunks.rows.iter();
        let hits = rows.flat_map(|(name, row)| {
            let networks = row.trunk.matching.networks.iter();
            networks
                .filter(move |network| network.contains(source))
                .map(move |network| (Reverse(network.prefix()), name))
        });
        hits.min().map(|(_, name)| name.clone())
    }

    /// The password of a trunk that proves itself by digest. A login of ours is never a trunk: an account of the same name
    /// goes first, and such a trunk is known by other marks or by none.
    pub(in crate::endpoint) fn trunk_account(&self, user: &str) -> Option<(TrunkName, Account)> {
        if self.accounts.contains_key(user) {
            return None;
        }
        let rows = self.trunks.rows.iter();
        rows.into_iter().find_map(|(name, row)| {
            let (known, account) = row.trunk.matching.digest.as_ref()?;
            (known == user).then(|| (name.clone(), account.clone()))
        })
    }

    /// Those passwords, by user; accounts of ours go first.
    pub(in crate::endpoint) fn trunk_accounts(&self) -> impl Iterator<Item = (String, Account)> {
        let rows = self.trunks.rows.values();
        rows.filter_map(|row| row.trunk.matching.digest.clone())
    }

    /// Does the request say that it comes from a trunk that would have to prove it by digest? Its From names the trunk's
    /// domain.
    pub(in crate::endpoint) fn claims_trunk(&self, request: &Message) -> bool {
        let Some(from) = request.from() else {
            return false;
        };
        let claimed = from.uri.host_str();
        let mut rows = self.trunks.rows.values();
        rows.any(|row| {
            let trunk: &Trunk = &row.trunk;
            trunk.matching.digest.is_some() && trunk.domain.eq_ignore_ascii_case(claimed)
        })
    }

    /// May identities of that trunk be believed, and told to it (RFC 3325 §9)?
    pub(in crate::endpoint) fn is_trusted(&self, trunk: &TrunkName) -> bool {
        let row = self.trunks.rows.get(trunk);
        row.is_some_and(|row| row.trunk.is_trusted)
    }
}
