//! Trunks: the carriers by which calls come and go (RFC 3261 §10.2 as a client, §11, RFC 3263, RFC 3325).
//!
//! A trunk is data; what the endpoint does with it stands in `endpoint/trunks`. Secrets never leave this type (S22).

use crate::{config::Account, flow::Target, network::Network};
use core::time::Duration;
use std::{net::SocketAddr, sync::Arc};

/// Name of a trunk, as it stands in the configuration.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TrunkName(Arc<str>);

impl TrunkName {
    /// A name.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl core::fmt::Display for TrunkName {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A trunk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trunk {
    /// Its name.
    pub name: TrunkName,
    /// The carrier's server: a host name, or an address in text.
    pub server: Target,
    /// Host of Request-URI, From and To; usually the server's name.
    pub domain: String,
    /// What we prove to the carrier, where it asks (S12, advisory 35).
    pub credentials: Option<Credentials>,
    /// Whether we register, and how.
    pub registration: Option<TrunkRegistration>,
    /// Within what time a dead server is to be known (A2, G18): it is asked by OPTIONS so often that all the probes in vain,
    /// of 4 s each, fit into it, but not more often than twice in that time. `None` = never, and it always counts as up.
    pub probe_every: Option<Duration>,
    /// Failures in a row after which it is down.
    pub probe_failures_max: u32,
    /// By what its calls are known.
    pub matching: Matching,
    /// P-Asserted-Identity and Diversion are believed from it and told to it (RFC 3325 §9: a trust domain).
    pub is_trusted: bool,
}

/// User and password for a carrier.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// User of the digest.
    pub user: String,
    /// Its password.
    pub password: String,
    /// The realm that may ask for it; `None` = the realm of the first challenge of this trunk's own server, kept from then
    /// on until the configuration changes.
    pub realm: Option<String>,
}

// S22: a password is never printed.
impl core::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(formatter, "Credentials({}, secret)", self.user)
    }
}

/// A registration of ours at a carrier.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrunkRegistration {
    /// User part of the address of record: the number, most of the time.
    pub user: String,
    /// Expiry that we ask for, in seconds.
    pub expires_s: u32,
}

/// By what the calls of a trunk are known; any one of them is enough. None = it takes no calls but those that come by the
/// connection over which we have registered at it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Matching {
    /// Networks of its servers.
    pub networks: Vec<Network>,
    /// A name that the client certificate of its TLS connection bears.
    pub certificate: Option<String>,
    /// User and password that it proves to us. It is asked for them where its From names the trunk's domain, or where it
    /// calls what strangers may not call. A user that is a login of ours is that login and never the trunk.
    pub digest: Option<(String, Account)>,
}

/// News of a trunk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TrunkChange {
    /// It can be reached; after a death this is told when it answers again, before a call has tried it.
    Up,
    /// It cannot.
    Down {
        /// In plain words.
        cause: String,
    },
    /// The carrier has our registration.
    Registered,
    /// It has not; the next try comes by itself.
    Unregistered {
        /// In plain words.
        cause: String,
    },
}

/// Whether a trunk can be reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// Nothing is known yet: it may be tried.
    Unknown,
    /// It answers.
    Up,
    /// It does not.
    Down,
    /// It answers probes again, and the next call is its trial (A2: half open).
    Trial,
}

/// A trunk as an operator sees it (A1).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrunkStatus {
    /// Its name.
    pub name: TrunkName,
    /// Whether it can be reached.
    pub reach: Reach,
    /// Whether the carrier has our registration; `None` where there is none to have.
    pub is_registered: Option<bool>,
    /// Absolute time of the next REGISTER or OPTIONS.
    pub next_try_at: Option<Duration>,
    /// The last exchanges, oldest first, at most 20.
    pub exchanges: Vec<Exchange>,
}

/// One REGISTER or OPTIONS and what became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exchange {
    /// Absolute time of the request.
    pub at: Duration,
    /// `DNS`, or a method: `REGISTER`, `OPTIONS`, and of calls what an operator should know.
    pub what: &'static str,
    /// Whom it went to, where that was known.
    pub remote: Option<SocketAddr>,
    /// In plain words: `200 OK, registered for 3600 s`, `no answer within 4 s`, `401 again after the right password`.
    pub outcome: String,
}
