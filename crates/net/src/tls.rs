//! TLS of the SIP sockets, RFC 3261 §26.2 and RFC 5922: what we show, whom we believe, and how both change at runtime.
//!
//! The material is one immutable value behind a watch: [`Tls::reload`] swaps it whole or not at all, handshakes that begin
//! later use the fresh one, connections that are up stay as they are. The cryptography (aws-lc-rs) is named explicitly;
//! nothing here reads or sets a default of the process. No file is read here but the system's store of roots.

mod client;
mod config;
mod identity;
mod server;

use std::sync::{Arc, OnceLock};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use tokio::sync::watch;
use tokio_rustls::{TlsAcceptor, TlsConnector};

pub(crate) use client::server_name;
use config::Parts;
pub use config::{TlsCertificate, TlsConfig, TlsError, TlsFindings};

/// The TLS material of one shell.
#[derive(Debug)]
pub(crate) struct Tls {
    current: watch::Sender<Arc<Material>>,
}

/// What belongs together: one certificate, one list of those who are believed.
struct Material {
    /// For phones and carriers, who may show a certificate of their own.
    sip: Option<TlsAcceptor>,
    /// For browsers, who are never asked for one: a browser would ask its user.
    web: Option<TlsAcceptor>,
    parts: Parts,
    /// For connections of ours; built at the first one, for it reads the system's roots.
    connector: OnceLock<Result<TlsConnector, TlsError>>,
}

impl Tls {
    /// Reads and checks the material.
    pub(crate) fn new(config: &TlsConfig) -> Result<Self, TlsError> {
        let (current, _) = watch::channel(Arc::new(Material::new(config)?));
        Ok(Self { current })
    }

    /// Swaps the material; when the new one cannot be used, the old one stays.
    pub(crate) fn reload(&self, config: &TlsConfig) -> Result<(), TlsError> {
        let material = Material::new(config)?;
        // A listener without a certificate would refuse everybody.
        if material.sip.is_none() && self.current.borrow().sip.is_some() {
            return Err(TlsError::NoCertificate);
        }
        if config.findings()?.is_over() {
            return Err(TlsError::Expired);
        }
        self.current.send_replace(Arc::new(material));
        Ok(())
    }

    /// For TLS listeners; `None` without a certificate.
    pub(crate) fn sip_acceptor(&self) -> Option<TlsAcceptor> {
        self.current.borrow().sip.clone()
    }

    /// For listeners of WebSocket within TLS; `None` without a certificate.
    pub(crate) fn web_acceptor(&self) -> Option<TlsAcceptor> {
        self.current.borrow().web.clone()
    }

    /// For connections of ours. May read files: not to be called where nothing may block.
    pub(crate) fn connector(&self) -> Result<TlsConnector, TlsError> {
        let material = Arc::clone(&self.current.borrow());
        let built = material
            .connector
            .get_or_init(|| client::connector(&material.parts));
        built.clone()
    }
}

impl Material {
    fn new(config: &TlsConfig) -> Result<Self, TlsError> {
        let parts = Parts::read(config)?;
        Ok(Self {
            sip: server::sip(&parts)?,
            web: server::web(&parts)?,
            parts,
            connector: OnceLock::new(),
        })
    }
}

impl core::fmt::Debug for Material {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("Material(secret)")
    }
}

/// The names that the peer's verified certificate bears, lower case; RFC 5922 §7.1.
pub(crate) fn peer_names(chain: Option<&[CertificateDer<'_>]>) -> Vec<String> {
    let leaf = chain.and_then(|chain| chain.first());
    leaf.map(identity::sip_domains).unwrap_or_default()
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}
