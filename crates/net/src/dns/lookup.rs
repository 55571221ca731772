//! The resolver library behind [`Names`]: its queries, its cache by TTL, its following of CNAME records.
//!
//! Names are asked for as they stand and never with a search domain behind them, or else a missing carrier's name would
//! become a name of whoever owns the search domain; only a name of one label, which is of this network, is searched for.

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData, RecordType};

use super::records::{Found, Lack, Names, Naptr, Srv};

/// After so long a question is sent once more: a packet may be lost.
const REPEAT_AFTER: Duration = Duration::from_millis(500);
/// Answers that are kept.
const CACHE_MAX: u64 = 1_024;
/// Once one family is known, the other has so long to come (RFC 8305 §3).
const OTHER_FAMILY_MAX: Duration = Duration::from_millis(300);

/// The library's resolver.
#[derive(Debug)]
pub(super) struct Lookup(TokioResolver);

impl Lookup {
    /// With these servers, or the system's where none are given.
    pub(super) fn new(servers: &[SocketAddr], longest: Duration) -> Result<Self, String> {
        let mut builder = if servers.is_empty() {
            TokioResolver::builder_tokio().map_err(|error| error.to_string())?
        } else {
            let servers = servers.iter().map(name_server).collect();
            let config = ResolverConfig::from_name_servers(servers);
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        };
        tune(builder.options_mut(), longest);
        let resolver = builder.build().map_err(|error| error.to_string())?;
        Ok(Self(resolver))
    }

    async fn records<T>(
        &self,
        name: &str,
        of: RecordType,
        read: impl Fn(&RData) -> Option<T>,
    ) -> Found<T> {
        let name = as_it_stands(name).ok_or(Lack::Nothing)?;
        let lookup = self
            .0
            .lookup(name, of)
            .await
            .map_err(|error| lack(&error))?;
        let found: Vec<T> = lookup
            .answers()
            .iter()
            .filter_map(|record| read(&record.data))
            .collect();
        if found.is_empty() {
            return Err(Lack::Nothing);
        }
        Ok(found)
    }

    async fn ipv4(&self, name: &str) -> Found<IpAddr> {
        let read = |data: &RData| match data.ip_addr() {
            Some(address) if address.is_ipv4() => Some(address),
            Some(_) | None => None,
        };
        self.records(name, RecordType::A, read).await
    }

    async fn ipv6(&self, name: &str) -> Found<IpAddr> {
        let read = |data: &RData| match data.ip_addr() {
            Some(address) if address.is_ipv6() => Some(address),
            Some(_) | None => None,
        };
        self.records(name, RecordType::AAAA, read).await
    }
}

impl Names for Lookup {
    async fn naptr(&self, name: &str) -> Found<Naptr> {
        let read = |data: &RData| {
            let RData::NAPTR(naptr) = data else {
                return None;
            };
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            Some(Naptr {
                order: naptr.order,
                preference: naptr.preference,
                flags: text(&naptr.flags),
                services: text(&naptr.services),
                has_regexp: !naptr.regexp.is_empty(),
                replacement: plain(&naptr.replacement),
            })
        };
        self.records(name, RecordType::NAPTR, read).await
    }

    async fn srv(&self, name: &str) -> Found<Srv> {
        let read = |data: &RData| {
            let RData::SRV(srv) = data else {
                return None;
            };
            Some(Srv {
                priority: srv.priority,
                weight: srv.weight,
                port: srv.port,
                target: plain(&srv.target),
            })
        };
        self.records(name, RecordType::SRV, read).await
    }

    async fn addresses(&self, name: &str) -> Found<IpAddr> {
        let (ipv6, ipv4) = both(self.ipv6(name), self.ipv4(name)).await;
        match (ipv6, ipv4) {
            (Ok(ipv6), Ok(ipv4)) => Ok([ipv6, ipv4].concat()),
            (Ok(addresses), Err(_)) | (Err(_), Ok(addresses)) => Ok(addresses),
            (Err(Lack::Nothing), Err(Lack::Nothing)) => Err(Lack::Nothing),
            (Err(_), Err(_)) => Err(Lack::NoAnswer),
        }
    }
}

fn name_server(address: &SocketAddr) -> NameServerConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = address.port();
        connection
    });
    NameServerConfig::new(address.ip(), true, connections.into())
}

fn tune(options: &mut ResolverOpts, longest: Duration) {
    options.timeout = REPEAT_AFTER;
    let repeats = longest.as_millis() / REPEAT_AFTER.as_millis();
    options.attempts = usize::try_from(repeats).unwrap_or(1).max(1);
    options.cache_size = CACHE_MAX;
}

/// Fully qualified, unless it is a name of this network. `None` for what is no name.
fn as_it_stands(text: &str) -> Option<Name> {
    let mut name = Name::from_ascii(text).ok()?;
    if name.num_labels() > 1 {
        name.set_fqdn(true);
    }
    Some(name)
}

fn plain(name: &Name) -> String {
    let text = name.to_ascii();
    text.strip_suffix('.').unwrap_or(&text).to_owned()
}

/// Both, but once one has found something the other may not keep it waiting.
async fn both<T>(
    one: impl Future<Output = Found<T>>,
    other: impl Future<Output = Found<T>>,
) -> (Found<T>, Found<T>) {
    let (mut one, mut other) = (std::pin::pin!(one), std::pin::pin!(other));
    tokio::select! {
        found = &mut one => {
            let second = second(found.is_ok(), other).await;
            (found, second)
        }
        found = &mut other => {
            let first = second(found.is_ok(), one).await;
            (first, found)
        }
    }
}

async fn second<T>(is_found: bool, question: impl Future<Output = Found<T>>) -> Found<T> {
    if !is_found {
        return question.await;
    }
    let answer = tokio::time::timeout(OTHER_FAMILY_MAX, question).await;
    answer.unwrap_or(Err(Lack::NoAnswer))
}

fn lack(error: &NetError) -> Lack {
    if error.is_no_records_found() {
        Lack::Nothing
    } else {
        Lack::NoAnswer
    }
}

#[cfg(test)]
mod tests;
