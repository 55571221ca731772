//! What we call ourselves on a flow: sent-by of Via (RFC 3261 §18.1.1) and the host of Contact (§8.1.1.8).
//!
//! Both follow from the configuration, our side of the flow and the family of the peer, so they are written once for each such
//! pair on which a message comes in. The table is bounded; what is not in it is written anew.

use super::Endpoint;
use crate::{
    flow::{Flow, Transport},
    message::{Message, Scheme, Uri, written::socket},
};
use std::{net::SocketAddr, sync::Arc};

/// More than listeners have addresses; a wildcard has one for each address of this host.
const ROWS_MAX: usize = 32;

/// How we are called on some flows.
#[derive(Clone, Debug)]
struct Names {
    /// `host:port`
    address: String,
    /// `SIP/2.0/UDP host:port`
    sent_by: Arc<str>,
    /// `host:port;transport=udp`
    contact: String,
}

/// Which flows: our side, and whether the peer has an address of IPv4.
type Side = (SocketAddr, Transport, bool);

fn side(flow: Flow) -> Side {
    let is_ipv4 = flow.remote.ip().to_canonical().is_ipv4();
    (flow.local, flow.transport, is_ipv4)
}

/// The names that were written.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    rows: Vec<(Side, Names)>,
}

impl Addresses {
    fn of(&self, flow: Flow) -> Option<&Names> {
        let side = side(flow);
        let mut rows = self.rows.iter();
        rows.find(|(known, _)| *known == side)
            .map(|(_, names)| names)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }
}

impl Endpoint {
    /// A message comes in there: it will be answered.
    pub(super) fn note_address(&mut self, flow: Flow) {
        if self.addresses.of(flow).is_some() {
            return;
        }
        if self.addresses.rows.len() >= ROWS_MAX {
            self.addresses.rows.clear();
        }
        let names = self.names(flow);
        self.addresses.rows.push((side(flow), names));
    }

    /// `SIP/2.0/UDP host:port`: the address that the shell has bound; where that is a wildcard, our public
    /// address of the peer's family, or without one our domain.
    pub(super) fn sent_by(&self, flow: Flow) -> Arc<str> {
        match self.addresses.of(flow) {
            Some(names) => Arc::clone(&names.sent_by),
            None => self.names(flow).sent_by,
        }
    }

    /// Contact of our side of a dialog.
    pub(super) fn our_contact(&self, flow: Flow, user: &str) -> Option<Uri> {
        match self.addresses.of(flow) {
            Some(names) => Uri::sip(user, &names.contact).ok(),
            None => Uri::sip(user, &self.names(flow).contact).ok(),
        }
    }

    /// The same in an answer: RFC 3261 §12.1.1 wants `sips` where the request came by it.
    pub(super) fn contact_in_answer(
        &self,
        request: &Message,
        flow: Flow,
        user: &str,
    ) -> Option<Uri> {
        if request.request_scheme() != Some(Scheme::Sips) {
            return self.our_contact(flow, user);
        }
        let plain = Uri::sip(user, &self.names(flow).address).ok()?;
        let rest = plain.as_str().strip_prefix("sip:")?;
        format!("sips:{rest}").parse().ok()
    }

    fn names(&self, flow: Flow) -> Names {
        let address = self.our_address(flow);
        let (token, transport) = (flow.transport.via_token(), flow.transport.uri_token());
        Names {
            sent_by: format!("SIP/2.0/{token} {address}").into(),
            contact: format!("{address};transport={transport}"),
            address,
        }
    }

    fn our_address(&self, flow: Flow) -> String {
        let (ip, port) = (flow.local.ip(), flow.local.port());
        let is_named = ip.is_loopback() || self.config.public.contains(&ip);
        if is_named || !self.is_behind_wildcard(flow) {
            return socket(flow.local);
        }
        // The family of the peer: a wildcard of IPv6 may take IPv4 as well.
        let is_ipv4 = flow.remote.ip().to_canonical().is_ipv4();
        let mut public = self.config.public.iter();
        match public.find(|address| address.is_ipv4() == is_ipv4) {
            Some(address) => socket(SocketAddr::new(*address, port)),
            None if ip.is_unspecified() => format!("{}:{port}", self.config.domain),
            // The address that the peer asked, for it reached us there.
            None => socket(flow.local),
        }
    }

    /// Whether the listener is on all addresses: the one that was asked may then be that of an interface behind a NAT.
    fn is_behind_wildcard(&self, flow: Flow) -> bool {
        let mut listeners = self.config.listeners.iter();
        flow.local.ip().is_unspecified()
            || listeners.any(|(transport, listener)| {
                *transport == flow.transport
                    && listener.ip().is_unspecified()
                    && listener.port() == flow.local.port()
                    && listener.is_ipv4() == flow.local.is_ipv4()
            })
    }
}
