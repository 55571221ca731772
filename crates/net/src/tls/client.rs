//! Our side of a TLS connection that we open: whom we believe, RFC 5922 §7.2 to §7.4.
//!
//! First the chain up to an authority, then the name as it stood before resolution, letter by letter against the
//! certificate's SIP domains, or against its addresses where an address was configured. Never the common name; a wildcard
//! only where the administrator allows it.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::SingleCertAndKey;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use tokio_rustls::TlsConnector;
use tracing::warn;

use super::config::Parts;
use super::{TlsError, identity, provider};

/// The name to be verified is neither a host name nor an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ServerNameError;

/// The name as the library takes it.
pub(crate) fn server_name(text: &str) -> Result<ServerName<'static>, ServerNameError> {
    let text = text.trim_matches(['[', ']']);
    ServerName::try_from(text.to_owned()).map_err(|_| ServerNameError)
}

/// Reads the system's roots if they are asked for.
pub(super) fn connector(parts: &Parts) -> Result<TlsConnector, TlsError> {
    let mut roots = parts.server_ca.clone();
    if parts.system_roots {
        let found = rustls_native_certs::load_native_certs();
        for error in &found.errors {
            warn!(%error, "the system's certificate authorities");
        }
        roots.add_parsable_certificates(found.certs);
    }
    if roots.is_empty() {
        return Err(TlsError::NoRoots);
    }
    let provider = provider();
    let verifier = Rfc5922 {
        roots,
        algorithms: provider.signature_verification_algorithms,
        wildcard_names: parts.wildcard_names,
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Refused(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let config = match &parts.own {
        None => builder.with_no_client_auth(),
        Some(own) => {
            let own = SingleCertAndKey::from(own.as_ref().clone());
            builder.with_client_cert_resolver(Arc::new(own))
        }
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

#[derive(Debug)]
struct Rfc5922 {
    roots: RootCertStore,
    algorithms: WebPkiSupportedAlgorithms,
    wildcard_names: bool,
}

impl Rfc5922 {
    fn bears(&self, end_entity: &CertificateDer<'_>, name: &ServerName<'_>) -> Result<(), Error> {
        if let ServerName::DnsName(wanted) = name {
            let mut domains = identity::sip_domains(end_entity).into_iter();
            let wanted = wanted.as_ref().trim_end_matches('.');
            if domains.any(|domain| domain.eq_ignore_ascii_case(wanted)) {
                return Ok(());
            }
            if !self.wildcard_names {
                return Err(CertificateError::NotValidForName.into());
            }
        }
        verify_server_name(&ParsedCertificate::try_from(end_entity)?, name)
    }
}

impl ServerCertVerifier for Rfc5922 {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        verify_server_cert_signed_by_trust_anchor(
            &ParsedCertificate::try_from(end_entity)?,
            &self.roots,
            intermediates,
            now,
            self.algorithms.all,
        )?;
        self.bears(end_entity, server_name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
