//! The pages within TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use web::{Deps, Https, HttpsError, HubSettings};

use crate::support::{House, PASSWORD};

const PATIENCE: Duration = Duration::from_secs(10);

/// A certificate that vouches for itself, in PEM, and its key.
pub(crate) struct Paper {
    pub(crate) chain: String,
    key: String,
}

impl Paper {
    pub(crate) fn new() -> Self {
        let made = generate_simple_self_signed(vec!["localhost".into()]).unwrap();
        let CertifiedKey { cert, signing_key } = made;
        Self {
            chain: cert.pem(),
            key: signing_key.serialize_pem(),
        }
    }

    pub(crate) fn https(&self) -> Https {
        Https::new(self.chain.as_bytes(), self.key.as_bytes()).unwrap()
    }

    /// A client that believes this one alone.
    pub(crate) fn client(&self) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        let certificate = CertificateDer::from_pem_slice(self.chain.as_bytes()).unwrap();
        roots.add(certificate).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        TlsConnector::from(Arc::new(config))
    }
}

pub(crate) async fn house(https: Https) -> House {
    let lend = |deps: Deps| Deps {
        https: Some(https),
        ..deps
    };
    House::lent(HubSettings::default(), lend).await
}

async fn connect(paper: &Paper, address: SocketAddr) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    let shaking = paper.client().connect(name, stream);
    timeout(PATIENCE, shaking).await.expect("in time")
}

async fn ask(stream: &mut TlsStream<TcpStream>, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let mut buffer = [0; 4_096];
    while !answer.windows(4).any(|four| four == b"\r\n\r\n") {
        let reading = timeout(PATIENCE, stream.read(&mut buffer)).await;
        let len = reading.expect("in time").unwrap();
        assert_ne!(len, 0, "closed: {}", String::from_utf8_lossy(&answer));
        answer.extend(&buffer[..len]);
    }
    String::from_utf8(answer).unwrap()
}

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[tokio::test]
async fn pages_come_within_tls_and_cookies_are_kept_from_the_open_line() {
    let paper = Paper::new();
    let house = house(paper.https()).await;
    let mut stream = connect(&paper, house.address).await.unwrap();
    assert!(ask(&mut stream, HEALTH).await.starts_with("HTTP/1.1 200 "));
    let body = format!("{{\"login\":\"1001\",\"password\":\"{PASSWORD}\"}}");
    let sign_in = format!(
        "POST /v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = ask(&mut connect(&paper, house.address).await.unwrap(), &sign_in).await;
    let cookie = answer
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("set-cookie:"))
        .unwrap();
    assert!(cookie.contains("; Secure"), "{cookie}");
    // Whoever speaks plainly is not answered plainly.
    let mut plain = TcpStream::connect(house.address).await.unwrap();
    plain.write_all(HEALTH.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _reset_or_end = timeout(PATIENCE, plain.read_to_end(&mut answer))
        .await
        .expect("cut");
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
}

#[tokio::test]
async fn a_certificate_is_swapped_while_connections_go_on() {
    let (old, new) = (Paper::new(), Paper::new());
    let https = old.https();
    let house = house(https.clone()).await;
    let mut before = connect(&old, house.address).await.unwrap();
    assert!(ask(&mut before, HEALTH).await.starts_with("HTTP/1.1 200 "));
    https
        .reload(new.chain.as_bytes(), new.key.as_bytes())
        .unwrap();
    assert!(ask(&mut before, HEALTH).await.starts_with("HTTP/1.1 200 "));
    let mut after = connect(&new, house.address).await.unwrap();
    assert!(ask(&mut after, HEALTH).await.starts_with("HTTP/1.1 200 "));
    assert!(connect(&old, house.address).await.is_err(), "the old one");
    // One that cannot be used leaves everything as it was.
    for (chain, key) in [
        ("", new.key.as_str()),
        (old.chain.as_str(), ""),
        (old.chain.as_str(), new.key.as_str()),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            &new.key,
        ),
    ] {
        assert!(https.reload(chain.as_bytes(), key.as_bytes()).is_err());
    }
    assert!(connect(&new, house.address).await.is_ok());
    let refused = Https::new(old.chain.as_bytes(), new.key.as_bytes());
    assert!(
        matches!(refused, Err(HttpsError::Refused(_))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn g12_who_dallies_in_the_handshake_keeps_nobody_waiting() {
    let paper = Paper::new();
    let house = house(paper.https()).await;
    let mut slow = Vec::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(house.address).await.unwrap();
        // The beginning of a ClientHello.
        stream.write_all(&[22, 3, 1, 2]).await.unwrap();
        slow.push(stream);
    }
    let mut stream = connect(&paper, house.address).await.unwrap();
    assert!(ask(&mut stream, HEALTH).await.starts_with("HTTP/1.1 200 "));
}
