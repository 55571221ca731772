//! Our side of a TLS connection that somebody else opens.
//!
//! Where authorities for clients are configured, a client may show a certificate, or must; one that does not verify ends
//! the handshake. Public authorities no longer issue certificates for clients, so the certificate of a server counts too:
//! a carrier shows the same one in both directions (RFC 5922 §7.4).

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{NoClientAuth, ParsedCertificate, WebPkiClientVerifier};
use rustls::sign::SingleCertAndKey;
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConfig,
    SignatureScheme,
};
use tokio_rustls::TlsAcceptor;

use super::config::Parts;
use super::{TlsError, provider};

/// For phones and carriers.
pub(super) fn sip(parts: &Parts) -> Result<Option<TlsAcceptor>, TlsError> {
    let verifier: Arc<dyn ClientCertVerifier> = match &parts.client_ca {
        None => Arc::new(NoClientAuth),
        Some(roots) => {
            let builder =
                WebPkiClientVerifier::builder_with_provider(Arc::clone(roots), provider());
            let built = match parts.require_client_certificate {
                true => builder.build(),
                false => builder.allow_unauthenticated().build(),
            };
            let for_clients = built.map_err(|error| TlsError::Refused(error.to_string()))?;
            Arc::new(Either {
                for_clients,
                roots: Arc::clone(roots),
            })
        }
    };
    acceptor(parts, verifier)
}

/// For browsers.
pub(super) fn web(parts: &Parts) -> Result<Option<TlsAcceptor>, TlsError> {
    acceptor(parts, Arc::new(NoClientAuth))
}

fn acceptor(
    parts: &Parts,
    verifier: Arc<dyn ClientCertVerifier>,
) -> Result<Option<TlsAcceptor>, TlsError> {
    let Some(own) = &parts.own else {
        return Ok(None);
    };
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Refused(error.to_string()))?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(own.as_ref().clone())));
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}

/// Takes the certificate of a client, or that of a server who is our client for once.
#[derive(Debug)]
struct Either {
    for_clients: Arc<dyn ClientCertVerifier>,
    roots: Arc<RootCertStore>,
}

impl ClientCertVerifier for Either {
    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        match self
            .for_clients
            .verify_client_cert(end_entity, intermediates, now)
        {
            Err(Error::InvalidCertificate(
                CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. },
            )) => {
                let certificate = ParsedCertificate::try_from(end_entity)?;
                verify_server_cert_signed_by_trust_anchor(
                    &certificate,
                    &self.roots,
                    intermediates,
                    now,
                    provider().signature_verification_algorithms.all,
                )?;
                Ok(ClientCertVerified::assertion())
            }
            verified => verified,
        }
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.for_clients.root_hint_subjects()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.for_clients.client_auth_mandatory()
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.for_clients
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.for_clients
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.for_clients.supported_verify_schemes()
    }
}
