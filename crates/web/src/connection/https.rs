//! The certificate by which the pages are served within TLS, and its change at runtime.
//!
//! One immutable value behind a watch: a reload swaps it whole or not at all, handshakes that begin later use the fresh one,
//! connections that are up stay as they are. TLS 1.2 and 1.3, cryptography named explicitly, no default of the process.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// The certificate of the listener; copies share it.
#[derive(Clone)]
pub struct Https(Arc<watch::Sender<TlsAcceptor>>);

/// Why a certificate cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpsError {
    /// No certificate in PEM.
    #[error("no certificate in PEM: {0}")]
    Certificate(String),
    /// No private key in PEM.
    #[error("no private key in PEM: {0}")]
    Key(String),
    /// They do not belong together, or the library wants neither.
    #[error("certificate and key cannot be used: {0}")]
    Refused(String),
}

impl Https {
    /// With our certificate first and those between it and its authority behind it, and its key; both in PEM.
    ///
    /// # Errors
    /// They cannot be used.
    pub fn new(chain: &[u8], key: &[u8]) -> Result<Self, HttpsError> {
        let (current, _) = watch::channel(acceptor(chain, key)?);
        Ok(Self(Arc::new(current)))
    }

    /// Swaps the certificate for handshakes that begin from now on.
    ///
    /// # Errors
    /// The new one cannot be used: the former one stays.
    pub fn reload(&self, chain: &[u8], key: &[u8]) -> Result<(), HttpsError> {
        self.0.send_replace(acceptor(chain, key)?);
        Ok(())
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        self.0.borrow().clone()
    }
}

// S22: a key is never printed.
impl std::fmt::Debug for Https {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Https(secret)")
    }
}

fn acceptor(chain: &[u8], key: &[u8]) -> Result<TlsAcceptor, HttpsError> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(chain)
        .collect::<Result<_, _>>()
        .map_err(|error| HttpsError::Certificate(error.to_string()))?;
    if chain.is_empty() {
        return Err(HttpsError::Certificate("nothing of that kind".into()));
    }
    let key =
        PrivateKeyDer::from_pem_slice(key).map_err(|error| HttpsError::Key(error.to_string()))?;
    let refused = |error: rustls::Error| HttpsError::Refused(error.to_string());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(refused)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(refused)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
