//! A reader of our own API, for the verbs of the command line that look into a running server.
//!
//! One connection and one GET, in HTTP/1.0: the answer ends where the connection does. Within TLS it believes exactly the
//! certificate that the configuration names, whatever names or authorities that has: it speaks to the server of this
//! configuration and to no other. Deliberately no client for anything else.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use store::Secret;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// Most bytes of an answer.
const ANSWER_MAX: u64 = 128 << 20;

/// A reader.
#[derive(Clone, Debug)]
pub struct Client {
    /// The server's listener.
    pub address: SocketAddr,
    /// The certificate that it must show, in PEM; `None`: no TLS.
    pub certificate: Option<Vec<u8>>,
    /// Whose rights it has.
    pub token: Secret<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody listens there.
    #[error("nobody answers at {0}: {1}")]
    NotThere(SocketAddr, std::io::Error),
    /// The certificate of the configuration cannot be used, or the server shows another.
    #[error("TLS: {0}")]
    Tls(String),
    /// The connection broke, or what came is no answer.
    #[error("the answer broke off: {0}")]
    Broken(String),
    /// It took too long.
    #[error("no answer within {} s", PATIENCE.as_secs())]
    Late,
}

impl Client {
    /// The status and the body of a path.
    pub async fn get(&self, path: &str) -> Result<(u16, Vec<u8>), ClientError> {
        tokio::time::timeout(PATIENCE, self.ask(path))
            .await
            .map_err(|_| ClientError::Late)?
    }

    async fn ask(&self, path: &str) -> Result<(u16, Vec<u8>), ClientError> {
        let stream = TcpStream::connect(self.address).await;
        let stream = stream.map_err(|error| ClientError::NotThere(self.address, error))?;
        let Some(certificate) = &self.certificate else {
            return self.exchange(stream, path).await;
        };
        let refused = |error: &dyn std::fmt::Display| ClientError::Tls(error.to_string());
        let name = ServerName::from(self.address.ip());
        let connector = connector(certificate).map_err(|error| refused(&error))?;
        let stream = connector.connect(name, stream).await;
        self.exchange(stream.map_err(|error| refused(&error))?, path)
            .await
    }

    async fn exchange(
        &self,
        mut stream: impl AsyncRead + AsyncWrite + Unpin,
        path: &str,
    ) -> Result<(u16, Vec<u8>), ClientError> {
        let broken = |error: std::io::Error| ClientError::Broken(error.to_string());
        let (host, token) = (self.address, self.token.expose());
        let request = format!(
            "GET {path} HTTP/1.0\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.map_err(broken)?;
        stream.flush().await.map_err(broken)?;
        let mut answer = Vec::new();
        let mut stream = stream.take(ANSWER_MAX);
        let read = stream.read_to_end(&mut answer);
        // A server that closes without TLS's farewell has said all the same what its length told.
        if let Err(error) = read.await
            && answer.is_empty()
        {
            return Err(broken(error));
        }
        parsed(&answer).ok_or_else(|| ClientError::Broken("that is no HTTP".to_owned()))
    }
}

fn parsed(answer: &[u8]) -> Option<(u16, Vec<u8>)> {
    const EMPTY: &[u8] = b"\r\n\r\n";
    let end = answer
        .windows(EMPTY.len())
        .position(|window| window == EMPTY)?;
    let head = std::str::from_utf8(answer.get(..end)?).ok()?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let body = answer.get(end + EMPTY.len()..)?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("Content-Length");
        is_length.then(|| value.trim().parse::<usize>().ok())?
    });
    let is_whole = length.is_none_or(|length| length == body.len());
    is_whole.then(|| (status, body.to_vec()))
}

fn connector(certificate: &[u8]) -> Result<TlsConnector, rustls::Error> {
    let unreadable =
        |error: rustls::pki_types::pem::Error| rustls::Error::General(error.to_string());
    let pinned = CertificateDer::from_pem_slice(certificate).map_err(unreadable)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = Pinned {
        certificate: pinned.into_owned(),
        provider: Arc::clone(&provider),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Believes one certificate; that its holder has the key is proven by the handshake's signature, as always.
#[derive(Debug)]
struct Pinned {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _between: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if shown.as_ref() == self.certificate.as_ref() {
            return Ok(ServerCertVerified::assertion());
        }
        let words = "the server shows another certificate than the configuration names; `kill -HUP` makes it read the files again";
        Err(rustls::Error::General(words.to_owned()))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_was_cut_is_none() {
        let whole = b"HTTP/1.0 404 Not Found\r\ncontent-length: 2\r\n\r\n{}";
        assert_eq!(parsed(whole), Some((404, b"{}".to_vec())));
        assert_eq!(parsed(&whole[..whole.len() - 1]), None);
        assert_eq!(
            parsed(b"HTTP/1.0 200 OK\r\n\r\nabc"),
            Some((200, b"abc".to_vec()))
        );
        for nonsense in [
            &b""[..],
            b"\r\n\r\n",
            b"HTTP/1.0 x\r\n\r\n",
            b"\xff\r\n\r\n",
        ] {
            assert_eq!(parsed(nonsense), None);
        }
    }
}
