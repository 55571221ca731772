//! SIP over TLS: framing, certificates, mutual TLS, reload.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use net::{Sent, SipConfig, SipInbound, TcpLimits, TlsConfig, TlsError};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use sip::{Transmit, Transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::certificates::{Authority, Use, der};
use crate::support::{Shell, eventually, in_time, options};

fn config(tls_config: TlsConfig) -> SipConfig {
    SipConfig {
        tls: vec!["127.0.0.1:0".parse().unwrap()],
        tls_config,
        ..SipConfig::default()
    }
}

/// A phone that believes that authority.
pub(crate) fn phone(authority: &Authority, own: Option<&net::TlsCertificate>) -> Arc<ClientConfig> {
    phone_of(authority, own, rustls::DEFAULT_VERSIONS)
}

fn phone_of(
    authority: &Authority,
    own: Option<&net::TlsCertificate>,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for root in CertificateDer::pem_slice_iter(&authority.pem()) {
        roots.add(root.unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    Arc::new(match own {
        None => builder.with_no_client_auth(),
        Some(own) => {
            let (chain, key) = der(own);
            builder.with_client_auth_cert(chain, key).unwrap()
        }
    })
}

/// A connection of that phone; TLS 1.3 tells a refused certificate of the client only with the first read.
async fn connect(
    shell: &Shell,
    phone: &Arc<ClientConfig>,
    name: &str,
) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(shell.address(Transport::Tls)).await?;
    stream.set_nodelay(true)?;
    let name = ServerName::try_from(name.to_owned()).unwrap();
    in_time(TlsConnector::from(Arc::clone(phone)).connect(name, stream)).await
}

#[tokio::test]
async fn messages_come_whole_however_the_tls_stream_is_cut() {
    let authority = Authority::new();
    let mut shell = Shell::with(config(authority.material(&["localhost"])), 8).await;
    let phone = phone(&authority, None);
    let both = [options(3), options(4)].concat();
    let mut stream = connect(&shell, &phone, "localhost").await.unwrap();
    for cut in 1..both.len() {
        // Each write is a TLS record of its own.
        stream.write_all(&both[..cut]).await.unwrap();
        stream.flush().await.unwrap();
        if cut >= options(3).len() {
            assert_eq!(shell.message().await.1, options(3), "cut at {cut}");
        }
        stream.write_all(&both[cut..]).await.unwrap();
        stream.flush().await.unwrap();
        if cut < options(3).len() {
            assert_eq!(shell.message().await.1, options(3), "cut at {cut}");
        }
        let (flow, second) = shell.message().await;
        assert_eq!(second, options(4), "cut at {cut}");
        assert_eq!(flow.transport, Transport::Tls);
    }
    for byte in &both {
        stream.write_all(&[*byte]).await.unwrap();
        stream.flush().await.unwrap();
    }
    assert_eq!(shell.message().await.1, options(3));
    let (flow, _) = shell.message().await;
    let bytes = Bytes::from_static(b"SIP/2.0 200 OK\r\n\r\n");
    let transmit = Transmit {
        flow,
        bytes: bytes.clone(),
    };
    assert_eq!(shell.sockets.send(transmit), Sent::Accepted);
    let mut answer = vec![0; bytes.len()];
    in_time(stream.read_exact(&mut answer)).await.unwrap();
    assert_eq!(answer, bytes);
    drop(stream);
    assert_eq!(shell.closed().await, flow);
    let counters = shell.sockets.counters();
    assert_eq!(
        (counters.tls_opened.get(), counters.tls_closed.get()),
        (1, 1)
    );
    assert_eq!((counters.tls_out.get(), counters.tcp_in.get()), (1, 0));
}

#[tokio::test]
async fn phones_that_speak_only_tls_1_2_are_served() {
    let authority = Authority::new();
    let mut shell = Shell::with(config(authority.material(&["localhost"])), 8).await;
    let phone = phone_of(&authority, None, &[&rustls::version::TLS12]);
    let mut stream = connect(&shell, &phone, "localhost").await.unwrap();
    let version = stream.get_ref().1.protocol_version();
    assert_eq!(version, Some(rustls::ProtocolVersion::TLSv1_2));
    stream.write_all(&options(1)).await.unwrap();
    assert_eq!(shell.message().await.1, options(1));
}

#[tokio::test]
async fn what_is_no_tls_is_counted_and_never_reaches_the_engine() {
    let authority = Authority::new();
    let mut shell = Shell::with(config(authority.material(&["localhost"])), 8).await;
    let mut stream = TcpStream::connect(shell.address(Transport::Tls))
        .await
        .unwrap();
    stream.write_all(&options(1)).await.unwrap();
    let mut all = Vec::new();
    let _reset_or_alert = in_time(stream.read_to_end(&mut all)).await;
    let counters = shell.sockets.counters();
    eventually("counted", || counters.tls_handshake_failed.get() == 1).await;
    assert_eq!(counters.tls_opened.get(), 0);
    assert!(shell.is_quiet());
}

#[tokio::test]
async fn g12_a_handshake_that_drips_is_cut_and_held_a_place() {
    let authority = Authority::new();
    let limits = TcpLimits {
        handshake_timeout: Duration::from_millis(200),
        connections_per_source_max: 1,
        ..TcpLimits::default()
    };
    let config = SipConfig {
        tcp_limits: limits,
        ..config(authority.material(&["localhost"]))
    };
    let mut shell = Shell::with(config, 8).await;
    let counters = shell.sockets.counters().clone();
    let mut slow = TcpStream::connect(shell.address(Transport::Tls))
        .await
        .unwrap();
    slow.write_all(b"\x16\x03\x01").await.unwrap();
    let mut second = TcpStream::connect(shell.address(Transport::Tls))
        .await
        .unwrap();
    let mut all = Vec::new();
    let _ = in_time(second.read_to_end(&mut all)).await;
    assert_eq!(counters.stream_refused_source.get(), 1);
    let _ = in_time(slow.read_to_end(&mut all)).await;
    eventually("counted", || counters.tls_handshake_timeout.get() == 1).await;
    let phone = phone(&authority, None);
    let mut innocent = connect(&shell, &phone, "localhost").await.unwrap();
    innocent.write_all(&options(1)).await.unwrap();
    assert_eq!(
        shell.message().await.1,
        options(1),
        "the place is free again"
    );
}

#[tokio::test]
async fn certificates_are_swapped_while_connections_stay() {
    let (former, fresh) = (Authority::new(), Authority::new());
    let mut shell = Shell::with(config(former.material(&["localhost"])), 8).await;
    let mut stays = connect(&shell, &phone(&former, None), "localhost")
        .await
        .unwrap();
    stays.write_all(&options(1)).await.unwrap();
    shell.message().await;
    let control = shell.sockets.control();
    control.reload_tls(&fresh.material(&["localhost"])).unwrap();
    assert!(
        connect(&shell, &phone(&former, None), "localhost")
            .await
            .is_err()
    );
    let mut comes = connect(&shell, &phone(&fresh, None), "localhost")
        .await
        .unwrap();
    comes.write_all(&options(2)).await.unwrap();
    assert_eq!(shell.message().await.1, options(2));
    stays.write_all(&options(3)).await.unwrap();
    assert_eq!(
        shell.message().await.1,
        options(3),
        "the old one still speaks"
    );
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_is_refused_and_the_old_one_stays() {
    let authority = Authority::new();
    let good = authority.material(&["localhost"]);
    let mut shell = Shell::with(config(good.clone()), 8).await;
    let control = shell.sockets.control();
    let with = |chain: Vec<u8>, key: Vec<u8>| TlsConfig {
        certificate: Some(net::TlsCertificate { chain, key }),
        ..good.clone()
    };
    let own = good.certificate.clone().unwrap();
    let other = authority.issue(&["localhost"], Use::Server);
    let expired = authority.issue_until(&["localhost"], Use::Server, 2021);
    let reload = |config: TlsConfig| control.reload_tls(&config).unwrap_err();
    assert!(matches!(
        reload(with(b"".into(), own.key.clone())),
        TlsError::Unreadable {
            what: "certificate",
            ..
        }
    ));
    assert!(matches!(
        reload(with(own.chain.clone(), b"x".into())),
        TlsError::Unreadable { what: "key", .. }
    ));
    assert!(matches!(
        reload(with(own.chain.clone(), other.key)),
        TlsError::Key(_)
    ));
    assert_eq!(reload(with(expired.chain, expired.key)), TlsError::Expired);
    assert_eq!(
        reload(TlsConfig {
            certificate: None,
            ..good.clone()
        }),
        TlsError::NoCertificate
    );
    assert_eq!(
        reload(TlsConfig {
            require_client_certificate: true,
            ..good.clone()
        }),
        TlsError::NoClientCa
    );
    assert!(matches!(
        reload(TlsConfig {
            client_ca: Some(b"junk".into()),
            ..good.clone()
        }),
        TlsError::Unreadable {
            what: "client_ca",
            ..
        }
    ));
    let counters = shell.sockets.counters().clone();
    assert_eq!(
        (
            counters.tls_reload_refused.get(),
            counters.tls_reloaded.get()
        ),
        (7, 0)
    );
    let mut stream = connect(&shell, &phone(&authority, None), "localhost")
        .await
        .unwrap();
    stream.write_all(&options(1)).await.unwrap();
    assert_eq!(shell.message().await.1, options(1));
}

#[test]
fn findings_tell_names_and_the_end_of_validity() {
    let authority = Authority::new();
    let findings = authority
        .material(&["PBX.example.com", "192.0.2.1"])
        .findings()
        .unwrap();
    assert_eq!(findings.names, ["pbx.example.com"]);
    // 2100-01-01.
    assert_eq!(
        findings.valid_until,
        Some(Duration::from_secs(4_102_444_800))
    );
    assert!(!findings.is_over());
    let expired = TlsConfig {
        certificate: Some(authority.issue_until(&["a"], Use::Server, 2021)),
        ..TlsConfig::default()
    };
    assert!(expired.findings().unwrap().is_over());
    assert_eq!(TlsConfig::default().findings().unwrap().valid_until, None);
    let debug = format!("{expired:?}");
    assert!(!debug.contains("PRIVATE"), "S22: {debug}");
}

async fn peer_names(shell: &mut Shell) -> Vec<String> {
    match shell.next().await {
        SipInbound::PeerNames { flow, names } => {
            assert_eq!(flow.transport, Transport::Tls);
            names
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn rfc5922_a_verified_peer_is_named_before_its_first_message() {
    let (authority, carriers) = (Authority::new(), Authority::new());
    let material = TlsConfig {
        client_ca: Some(carriers.pem()),
        ..authority.material(&["localhost"])
    };
    let mut shell = Shell::with(config(material), 8).await;
    let expected: &[(&[&str], Use, &[&str])] = &[
        (
            &["SBC.carrier.example", "b.example"],
            Use::Client,
            &["sbc.carrier.example", "b.example"],
        ),
        // RFC 5922 §7.1: a SIP URI outranks; one with a user is no domain.
        (
            &["sbc.carrier.example", "sip:carrier.example"],
            Use::Client,
            &["carrier.example"],
        ),
        // asterisk 43d3bd77b: neither a NUL nor a wildcard is a name.
        (
            &[
                "good.example",
                "carrier.example\0.evil.example",
                "*.wild.example",
            ],
            Use::Client,
            &["good.example"],
        ),
        (
            &["sip:carrier.example\0.evil.example", "sip:ok.example"],
            Use::Client,
            &["ok.example"],
        ),
        // Public authorities certify servers only.
        (
            &["sbc.carrier.example"],
            Use::Server,
            &["sbc.carrier.example"],
        ),
    ];
    for (given, purpose, names) in expected {
        let own = carriers.issue(given, *purpose);
        let phone = phone(&authority, Some(&own));
        let mut stream = connect(&shell, &phone, "localhost").await.unwrap();
        stream.write_all(&options(1)).await.unwrap();
        assert_eq!(peer_names(&mut shell).await, *names, "{given:?}");
        let (flow, _) = shell.message().await;
        drop(stream);
        assert_eq!(shell.closed().await, flow);
    }
    // Nobody has to show one.
    let mut stream = connect(&shell, &phone(&authority, None), "localhost")
        .await
        .unwrap();
    stream.write_all(&options(2)).await.unwrap();
    assert_eq!(shell.message().await.1, options(2));
}

#[tokio::test]
async fn mutual_tls_refuses_strangers_and_foreign_certificates() {
    let (authority, carriers) = (Authority::new(), Authority::new());
    let material = TlsConfig {
        client_ca: Some(carriers.pem()),
        require_client_certificate: true,
        ..authority.material(&["localhost"])
    };
    let mut shell = Shell::with(config(material), 8).await;
    let counters = shell.sockets.counters().clone();
    let foreign = authority.issue(&["carrier.example"], Use::Client);
    let expired = carriers.issue_until(&["carrier.example"], Use::Client, 2021);
    for (round, own) in [None, Some(&foreign), Some(&expired)]
        .into_iter()
        .enumerate()
    {
        let phone = phone(&authority, own);
        if let Ok(mut stream) = connect(&shell, &phone, "localhost").await {
            let _ = stream.write_all(&options(1)).await;
            let mut byte = [0];
            assert!(in_time(stream.read_exact(&mut byte)).await.is_err());
        }
        let failed = u64::try_from(round).unwrap() + 1;
        eventually("counted", || counters.tls_handshake_failed.get() == failed).await;
    }
    assert!(shell.is_quiet(), "the engine hears of nobody");
    let own = carriers.issue(&["carrier.example"], Use::Client);
    let mut stream = connect(&shell, &phone(&authority, Some(&own)), "localhost")
        .await
        .unwrap();
    stream.write_all(&options(1)).await.unwrap();
    assert_eq!(peer_names(&mut shell).await, ["carrier.example"]);
    assert_eq!(shell.message().await.1, options(1));
}

#[tokio::test]
async fn a_tls_listener_without_a_certificate_is_an_error_at_the_start() {
    let (sender, _inbound) = net::inbound_queue(1, 1);
    let error = net::SipSockets::bind(config(TlsConfig::default()), sender)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
}
