//! What an administrator gives for TLS, in PEM (RFC 7468), and what can be said of it before it is used.
//!
//! Texts only: whoever holds the configuration reads the files. Everything is refused here that could not work later: a
//! chain without certificate, a key of another certificate, an empty list of authorities.

use core::time::Duration;
use std::sync::Arc;
use std::time::SystemTime;

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::sign::CertifiedKey;

use super::{identity, provider};

/// What TLS is told.
#[derive(Clone, Debug)]
pub struct TlsConfig {
    /// What we show: needed for listeners, and shown to a server that asks for it.
    pub certificate: Option<TlsCertificate>,
    /// Authorities in PEM whose certificates we believe of those who connect to us; `None`: nobody is asked for one.
    pub client_ca: Option<Vec<u8>>,
    /// True: who shows no certificate has no TLS connection. Browsers on WebSocket are never asked.
    pub require_client_certificate: bool,
    /// Authorities in PEM whose certificates we believe of those to whom we connect, besides the system's.
    pub server_ca: Option<Vec<u8>>,
    /// Believe the system's authorities as well.
    pub system_roots: bool,
    /// Let `*.example.com` stand for a name of a server to which we connect. RFC 5922 §7.2 forbids it; some carriers need it.
    pub wildcard_names: bool,
}

/// A certificate with its key.
#[derive(Clone)]
pub struct TlsCertificate {
    /// Our certificate first, then those between it and its authority, in PEM.
    pub chain: Vec<u8>,
    /// The private key in PEM: PKCS#8, PKCS#1 or SEC1.
    pub key: Vec<u8>,
}

/// What a look at the configuration finds.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct TlsFindings {
    /// End of our certificate's validity, since the Unix epoch; `None` without a certificate.
    pub valid_until: Option<Duration>,
    /// Names in our certificate, lower case (RFC 5922 §7.1).
    pub names: Vec<String>,
}

/// Why TLS cannot be had.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TlsError {
    /// A listener needs one.
    #[error("TLS needs a certificate and its key")]
    NoCertificate,
    /// No PEM, or none of that kind in it.
    #[error("no usable {what}: {why}")]
    Unreadable {
        /// Which of the texts.
        what: &'static str,
        /// The library's word.
        why: String,
    },
    /// Certificate and key do not belong together, or the key is of no kind that we can sign with.
    #[error("the key does not fit the certificate: {0}")]
    Key(String),
    /// A certificate is demanded from clients without saying whose.
    #[error("require_client_certificate needs client_ca")]
    NoClientCa,
    /// Nobody would be believed.
    #[error("no certificate authority to believe")]
    NoRoots,
    /// Its time is over.
    #[error("the certificate has expired")]
    Expired,
    /// The library refuses the settings.
    #[error("TLS refused: {0}")]
    Refused(String),
}

impl Default for TlsConfig {
    fn default() -> Self {
        Self {
            certificate: None,
            client_ca: None,
            require_client_certificate: false,
            server_ca: None,
            system_roots: true,
            wildcard_names: false,
        }
    }
}

// S22: a key is never printed.
impl core::fmt::Debug for TlsCertificate {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("TlsCertificate(secret)")
    }
}

impl TlsConfig {
    /// Reads everything as a start would and tells what it found; nothing is kept.
    ///
    /// # Errors
    /// What would make the start or a reload fail. A certificate whose time is over is no error here.
    pub fn findings(&self) -> Result<TlsFindings, TlsError> {
        let parts = Parts::read(self)?;
        let leaf = parts.own.as_ref().and_then(|own| own.cert.first());
        Ok(leaf.map_or_else(TlsFindings::default, |leaf| TlsFindings {
            valid_until: identity::valid_until(leaf),
            names: identity::sip_domains(leaf),
        }))
    }
}

impl TlsFindings {
    /// Has the certificate's time run out?
    #[must_use]
    pub fn is_over(&self) -> bool {
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        self.valid_until.is_some_and(|until| until < now)
    }
}

/// The configuration as the library takes it.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) own: Option<Arc<CertifiedKey>>,
    pub(super) client_ca: Option<Arc<RootCertStore>>,
    pub(super) require_client_certificate: bool,
    pub(super) server_ca: RootCertStore,
    pub(super) system_roots: bool,
    pub(super) wildcard_names: bool,
}

impl Parts {
    pub(super) fn read(config: &TlsConfig) -> Result<Self, TlsError> {
        if config.require_client_certificate && config.client_ca.is_none() {
            return Err(TlsError::NoClientCa);
        }
        let roots =
            |pem: &Option<Vec<u8>>, what| pem.as_deref().map(|pem| roots(pem, what)).transpose();
        Ok(Self {
            own: config.certificate.as_ref().map(own).transpose()?,
            client_ca: roots(&config.client_ca, "client_ca")?.map(Arc::new),
            require_client_certificate: config.require_client_certificate,
            server_ca: roots(&config.server_ca, "ca")?.unwrap_or_else(RootCertStore::empty),
            system_roots: config.system_roots,
            wildcard_names: config.wildcard_names,
        })
    }
}

fn own(given: &TlsCertificate) -> Result<Arc<CertifiedKey>, TlsError> {
    let chain = certificates(&given.chain, "certificate")?;
    let key = PrivateKeyDer::from_pem_slice(&given.key).map_err(|error| TlsError::Unreadable {
        what: "key",
        why: error.to_string(),
    })?;
    let own = CertifiedKey::from_der(chain, key, &provider())
        .map_err(|error| TlsError::Key(error.to_string()))?;
    Ok(Arc::new(own))
}

fn roots(pem: &[u8], what: &'static str) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(pem, what)? {
        let added = roots.add(certificate);
        added.map_err(|error| TlsError::Unreadable {
            what,
            why: error.to_string(),
        })?;
    }
    Ok(roots)
}

fn certificates(pem: &[u8], what: &'static str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let unreadable = |why: String| TlsError::Unreadable { what, why };
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match all {
        Ok(none) if none.is_empty() => Err(unreadable("no certificate in it".to_owned())),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(unreadable(error.to_string())),
    }
}

/// The last second that a certificate can name (RFC 5280 §4.1.2.5).
pub(super) fn end_of_time() -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(253_402_300_799))
}
