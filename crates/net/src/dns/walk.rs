//! From a target to the places where it can be tried: RFC 3263 §4.1 and §4.2, both families by RFC 7984.
//!
//! A port or a carrier in the URI shortens the way; else NAPTR records tell the services, SRV records the servers, A and
//! AAAA records their addresses. Where records of one kind are missing the next kind is asked: a proxy that answers NAPTR
//! and SRV questions by an error still knows addresses. Bounds (S7): records of one answer, and places in all.

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;
use std::future::Future;

use futures_util::future::join_all;
use sip::{Hop, ResolveError, Target, Transport};

use super::order::{self, Service};
use super::records::{Found, Lack, Names, Srv};

/// Places to try: what a call can try within its patience.
const HOPS_MAX: usize = 16;
/// Services of one answer that are asked for their servers.
const SERVICES_MAX: usize = 8;
/// Servers of one service.
const SERVERS_MAX: usize = 32;
/// Each of the first two steps; the addresses have what is left of the whole time.
const STEP_MAX: Duration = Duration::from_millis(1_300);

/// By what we can reach others: a carrier is spoken where a listener of it names us to the peer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Reach(Vec<(Transport, Family)>);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Family {
    Ipv4,
    Ipv6,
}

impl Reach {
    pub(super) fn of(listeners: &[(Transport, SocketAddr)]) -> Self {
        let row = |(transport, local): &(Transport, SocketAddr)| (*transport, family(local.ip()));
        Self(listeners.iter().map(row).collect())
    }

    /// Do we send by it of our own accord? Browsers come to us.
    fn speaks(&self, transport: Transport) -> bool {
        !transport.is_web_socket() && self.0.iter().any(|(of, _)| *of == transport)
    }

    /// Can a packet of ours go there, and be meant to?
    fn reaches(&self, transport: Transport, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let is_broadcast = match address {
            IpAddr::V4(host) => host.is_broadcast(),
            IpAddr::V6(_) => false,
        };
        !address.is_unspecified()
            && !address.is_multicast()
            && !is_broadcast
            && self.0.contains(&(transport, family(address)))
    }
}

fn family(address: IpAddr) -> Family {
    if address.is_ipv4() {
        Family::Ipv4
    } else {
        Family::Ipv6
    }
}

/// One question on its way. What it has found so far is there when its time is over.
#[derive(Debug)]
pub(super) struct Walk<'a, N> {
    names: &'a N,
    target: &'a Target,
    reach: &'a Reach,
    seed: u64,
    hops: Vec<Hop>,
    /// Somebody did not answer: what is missing may exist.
    is_uncertain: bool,
}

impl<'a, N: Names> Walk<'a, N> {
    pub(super) fn new(names: &'a N, target: &'a Target, reach: &'a Reach, seed: u64) -> Self {
        Self {
            names,
            target,
            reach,
            seed,
            hops: Vec::new(),
            is_uncertain: true,
        }
    }

    /// Goes to the end.
    pub(super) async fn run(&mut self) {
        let is_answered = self.walk().await;
        self.is_uncertain = !is_answered;
    }

    /// What was found, whether or not the end was reached.
    pub(super) fn done(self) -> Result<Vec<Hop>, ResolveError> {
        match (self.hops.is_empty(), self.is_uncertain) {
            (false, _) => Ok(self.hops),
            (true, true) => Err(ResolveError::NoAnswer),
            (true, false) => Err(ResolveError::NoSuchName),
        }
    }

    /// `false` when a question on the way was not answered.
    async fn walk(&mut self) -> bool {
        let transport = order::transport(self.target);
        let host = self.target.host.as_str();
        if order::is_invalid(host) {
            return true;
        }
        if let Some(port) = self.target.port {
            return self.add_host(transport, host, port).await;
        }
        // A name of one label is a name of this network: it has an address and no services.
        if !host.trim_end_matches('.').contains('.') {
            return self
                .add_host(transport, host, transport.default_port())
                .await;
        }
        let mut is_answered = true;
        let services = match self.target.transport {
            Some(_) => vec![order::service(transport, host)],
            None => self.services(&mut is_answered).await,
        };
        let answers = self.servers(&services).await;
        let mut is_told = false;
        for (service, answer) in services.iter().zip(answers) {
            match answer {
                // RFC 2782: decidedly not here.
                Ok(servers) if order::is_denied(&servers) => is_told = true,
                Ok(servers) => {
                    is_told = true;
                    is_answered &= self.add_servers(service.transport, servers).await;
                }
                Err(Lack::Nothing) => {}
                Err(Lack::NoAnswer) => is_answered = false,
            }
        }
        // RFC 3263 §4.2: no SRV records at all.
        if !is_told {
            is_answered &= self
                .add_host(transport, host, transport.default_port())
                .await;
        }
        is_answered
    }

    /// By NAPTR, or else each one that we speak.
    async fn services(&self, is_answered: &mut bool) -> Vec<Service> {
        let speaks = |transport| self.reach.speaks(transport);
        let told = in_time(self.names.naptr(&self.target.host)).await;
        *is_answered &= told.as_ref().err() != Some(&Lack::NoAnswer);
        let mut services = order::services(told.unwrap_or_default(), self.target.is_secure, speaks);
        services.truncate(SERVICES_MAX);
        if services.is_empty() {
            return order::default_services(self.target, speaks);
        }
        services
    }

    async fn servers(&self, services: &[Service]) -> Vec<Found<Srv>> {
        let questions = services
            .iter()
            .map(|service| in_time(self.names.srv(&service.name)));
        join_all(questions).await
    }

    async fn add_servers(&mut self, transport: Transport, mut servers: Vec<Srv>) -> bool {
        servers.truncate(SERVERS_MAX);
        let mut is_answered = true;
        for server in order::drawn(servers, self.seed) {
            if self.hops.len() >= HOPS_MAX {
                break;
            }
            if !order::is_invalid(&server.target) {
                is_answered &= self.add_host(transport, &server.target, server.port).await;
            }
        }
        is_answered
    }

    async fn add_host(&mut self, transport: Transport, host: &str, port: u16) -> bool {
        // Never asked for by the endpoint; true all the same.
        let found = match host.parse::<IpAddr>() {
            Ok(address) => Ok(vec![address]),
            Err(_) => self.names.addresses(host).await,
        };
        let addresses = match found {
            Ok(addresses) => addresses,
            Err(Lack::Nothing) => return true,
            Err(Lack::NoAnswer) => return false,
        };
        for address in addresses {
            let remote = SocketAddr::new(address.to_canonical(), port);
            let hop = Hop { transport, remote };
            if self.hops.len() < HOPS_MAX
                && self.reach.reaches(transport, address)
                && !self.hops.contains(&hop)
            {
                self.hops.push(hop);
            }
        }
        true
    }
}

async fn in_time<T>(question: impl Future<Output = Found<T>>) -> Found<T> {
    let answer = tokio::time::timeout(STEP_MAX, question).await;
    answer.unwrap_or(Err(Lack::NoAnswer))
}

#[cfg(test)]
mod tests;
