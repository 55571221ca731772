//! Names of trunks' servers (RFC 3263): asked for, kept, asked for again; what waits for them goes on.

use super::{Asker, way::numeric};
use crate::{
    endpoint::Endpoint,
    event::{Output, SessionId},
    flow::{Hop, QueryId, Resolve, ResolveError, Target, Transport},
    message::{Scheme, Uri},
    trunk::TrunkName,
};
use core::time::Duration;

/// How long anybody waits for the answer of the name servers.
pub(super) const DNS_WAIT: Duration = Duration::from_secs(10);

impl Endpoint {
    /// The places of a trunk in the order in which they are to be tried; empty while nobody knows any. The name is asked for
    /// where the last answer is not fresh.
    pub(in crate::endpoint) fn hops(&mut self, now: Duration, trunk: &TrunkName) -> Vec<Hop> {
        let Some(row) = self.trunks.rows.get(trunk) else {
            return Vec::new();
        };
        let hops = row.way.order(now);
        if row.way.is_stale(now) {
            let target = row.way.target().clone();
            let query = self.ask_name(target, Asker::Trunk(trunk.clone()));
            let row = self.trunks.rows.get_mut(trunk);
            if let Some(former) = row.and_then(|row| row.way.ask(now, query)) {
                self.trunks.queries.remove(&former);
            }
        }
        hops
    }

    /// Asks for a name. `None` for one that nobody knows: those under `.invalid` are never asked for (RFC 2606).
    pub(in crate::endpoint) fn ask_name(
        &mut self,
        target: Target,
        asker: Asker,
    ) -> Option<QueryId> {
        let host = target.host.trim_end_matches('.').to_ascii_lowercase();
        if host == "invalid" || host.ends_with(".invalid") {
            return None;
        }
        self.trunks.queries_issued = self.trunks.queries_issued.wrapping_add(1);
        let query = QueryId(self.trunks.queries_issued);
        self.trunks.queries.insert(query, asker);
        self.outputs
            .push_back(Output::Resolve(Resolve { query, target }));
        Some(query)
    }

    /// S7: no more names are asked for than there are connections to be had.
    pub(in crate::endpoint) fn is_asking_too_much(&self) -> bool {
        self.trunks.queries.len() >= self.config.limits.connections_max
    }

    /// The answer to a [`crate::Resolve`].
    pub fn handle_resolved(
        &mut self,
        now: Duration,
        query: QueryId,
        hops: Result<Vec<Hop>, ResolveError>,
    ) {
        match self.trunks.queries.remove(&query) {
            Some(Asker::Trunk(trunk)) => self.trunk_resolved(now, &trunk, hops),
            Some(Asker::Bye(dialog, reason)) => {
                let hop = hops.ok().and_then(|hops| hops.first().copied());
                self.send_late_bye(now, *dialog, reason, hop);
            }
            None => {}
        }
    }

    fn trunk_resolved(
        &mut self,
        now: Duration,
        trunk: &TrunkName,
        hops: Result<Vec<Hop>, ResolveError>,
    ) {
        let Some(row) = self.trunks.rows.get_mut(trunk) else {
            return;
        };
        row.way.heard();
        match hops {
            Ok(hops) if !hops.is_empty() => {
                if row.way.resolved(now, hops) {
                    let count = row.way.len();
                    row.log(now, "DNS", None, format!("{count} places to try"));
                }
                self.vouch();
            }
            Ok(_) => self.name_failed(now, trunk, ResolveError::NoSuchName),
            Err(error) => self.name_failed(now, trunk, error),
        }
        self.go_on_with(now, trunk);
    }

    /// An answer that was good once goes on being used: a name server that is down takes no carrier with it.
    fn name_failed(&mut self, now: Duration, trunk: &TrunkName, error: ResolveError) {
        let Some(row) = self.trunks.rows.get_mut(trunk) else {
            return;
        };
        row.way.unresolved(now);
        let host = row.way.target().host.clone();
        let kept = if row.way.is_empty() {
            ""
        } else {
            "; the last answer is used on"
        };
        row.log(now, "DNS", None, format!("{host}: {error}{kept}"));
    }

    /// Whoever waits for the trunk's name goes on, or fails.
    fn go_on_with(&mut self, now: Duration, trunk: &TrunkName) {
        self.register_resolved(now, trunk);
        self.probe_resolved(now, trunk);
        let calls = self.trunks.calls.iter();
        let waiting: Vec<SessionId> = calls
            .filter(|(_, call)| call.trunk == *trunk && call.waits_for_name())
            .map(|(session, _)| *session)
            .collect();
        for session in waiting {
            self.call_resolved(now, session);
        }
    }
}

/// RFC 3263 §4.1: what a URI asks for. `None` for one with `maddr`, and for one that is no SIP URI.
pub(in crate::endpoint) fn target_of(uri: &Uri) -> Option<Target> {
    let uri = uri.view();
    let is_secure = match uri.scheme {
        Scheme::Sip => false,
        Scheme::Sips => true,
        Scheme::Tel | Scheme::Other => return None,
    };
    if uri.parameter("maddr").is_some() {
        return None;
    }
    let transport = match uri.parameter("transport") {
        None => None,
        Some(token) => Some(transport(token)?),
    };
    Some(Target {
        host: uri.host_str().to_owned(),
        port: uri.port,
        transport,
        is_secure,
    })
}

/// The place that a URI names by an address.
pub(in crate::endpoint) fn hop_of(uri: &Uri) -> Option<Hop> {
    numeric(&target_of(uri)?)
}

fn transport(token: &[u8]) -> Option<Transport> {
    let known = [Transport::Udp, Transport::Tcp, Transport::Tls];
    known
        .into_iter()
        .find(|known| token.eq_ignore_ascii_case(known.uri_token().as_bytes()))
}
