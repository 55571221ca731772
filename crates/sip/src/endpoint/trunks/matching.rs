//! By which trunk a request came (S11, S12): the connection that we registered by, the certificate of its own, its source, or the
//! password that it proves.
//!
//! In that order they are looked at, for each says less than the one before. Of two networks that hold the source the closer one
//! counts. Where several trunks fit alike, as with two numbers of one carrier, it is the one whose registered user is called,
//! else the one whose name comes first.

use crate::{
    config::Account,
    endpoint::Endpoint,
    flow::Flow,
    message::Message,
    trunk::{Trunk, TrunkName},
};

impl Endpoint {
    /// The trunk that a flow belongs to.
    pub(in crate::endpoint) fn trunk_of(&self, flow: Flow) -> Option<TrunkName> {
        self.trunks_of(flow).into_iter().next()
    }

    /// The trunk that a request belongs to by its flow.
    pub(in crate::endpoint) fn trunk_of_request(
        &self,
        flow: Flow,
        request: &Message,
    ) -> Option<TrunkName> {
        let mut fitting = self.trunks_of(flow);
        let called = request.request_uri().and_then(|uri| uri.user());
        let is_called = |name: &TrunkName| {
            let row = self.trunks.rows.get(name);
            let registration = row.and_then(|row| row.trunk.registration.as_ref());
            registration.is_some_and(|own| Some(&own.user) == called.as_ref())
        };
        let at = fitting.iter().position(is_called).unwrap_or(0);
        (at < fitting.len()).then(|| fitting.swap_remove(at))
    }

    /// All trunks that a flow fits equally well, by name.
    fn trunks_of(&self, flow: Flow) -> Vec<TrunkName> {
        let by_connection = self.trunks_by_connection(flow);
        if !by_connection.is_empty() {
            return by_connection;
        }
        let by_certificate = self.trunks_by_certificate(flow);
        if !by_certificate.is_empty() {
            return by_certificate;
        }
        self.trunks_by_network(flow)
    }

    /// A carrier calls us back by the connection over which we have registered (RFC 5626 §5.3).
    fn trunks_by_connection(&self, flow: Flow) -> Vec<TrunkName> {
        if flow.connection < Flow::OURS {
            return Vec::new();
        }
        let rows = self.trunks.rows.iter();
        rows.filter(|(_, row)| row.is_registered_by(flow))
            .map(|(name, _)| name.clone())
            .collect()
    }

    fn trunks_by_certificate(&self, flow: Flow) -> Vec<TrunkName> {
        let Some(names) = self.trunks.peer_names.get(&flow) else {
            return Vec::new();
        };
        let rows = self.trunks.rows.iter();
        let hits = rows.filter(|(_, row)| {
            let wanted = row.trunk.matching.certificate.as_ref();
            wanted.is_some_and(|wanted| names.iter().any(|name| name.eq_ignore_ascii_case(wanted)))
        });
        hits.map(|(name, _)| name.clone()).collect()
    }

    fn trunks_by_network(&self, flow: Flow) -> Vec<TrunkName> {
        let source = flow.remote.ip();
        let rows = self.trunks.rows.iter();
        let closeness = rows.filter_map(|(name, row)| {
            let networks = row.trunk.matching.networks.iter();
            let holding = networks.filter(|network| network.contains(source));
            let closest = holding.map(|network| network.prefix()).max()?;
            Some((closest, name))
        });
        let hits: Vec<(u8, &TrunkName)> = closeness.collect();
        let closest = hits.iter().map(|(prefix, _)| *prefix).max();
        let best = hits
            .into_iter()
            .filter(|(prefix, _)| Some(*prefix) == closest);
        best.map(|(_, name)| name.clone()).collect()
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
