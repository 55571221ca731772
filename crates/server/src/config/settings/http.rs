//! `[http]`: the pages, the API, and phones in browsers beside them.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

use super::tls::Tls;

/// `[http]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Http {
    /// Pages, API and `/sip`.
    pub listen: SocketAddr,
    /// Whether they come within TLS, and by which certificate.
    pub(crate) tls: HttpTls,
}

/// `http.tls`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "expected true for the certificate of [tls], or { certificate = \"…\", key = \"…\" }"
)]
pub(crate) enum HttpTls {
    /// `true`: by the certificate of `[tls]`; `false`: in the open.
    Shared(bool),
    /// By one of its own.
    Own(Paper),
}

/// A certificate of its own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paper {
    /// Our certificate first, then those between it and its authority, in PEM.
    certificate: PathBuf,
    /// Its private key in PEM.
    key: PathBuf,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            tls: HttpTls::Shared(false),
        }
    }
}

impl Http {
    /// Within TLS?
    pub(crate) fn is_secure(&self) -> bool {
        match self.tls {
            HttpTls::Shared(shared) => shared,
            HttpTls::Own(_) => true,
        }
    }
}

impl Paper {
    /// As `[tls]` would say it.
    pub(crate) fn as_tls(&self) -> Tls {
        Tls {
            certificate: Some(self.certificate.clone()),
            key: Some(self.key.clone()),
            ..Tls::default()
        }
    }
}
