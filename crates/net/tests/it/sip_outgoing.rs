//! Connections that we open: what waits, who must prove to be whom, pings, ends.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use net::{Sent, SipConfig, TcpLimits, TlsCertificate, TlsConfig};
use rustls::ServerConfig;
use sip::{Connect, Flow, Transmit, Transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::certificates::{Authority, Use, der};
use crate::support::{DEADLINE, Shell, eventually, in_time, options};

async fn shell(limits: TcpLimits, tls_config: TlsConfig) -> Shell {
    let config = SipConfig {
        tcp: vec!["127.0.0.1:0".parse().unwrap()],
        tcp_limits: limits,
        tls_config,
        ..SipConfig::default()
    };
    Shell::with(config, 64).await
}

fn wish(
    shell: &Shell,
    transport: Transport,
    remote: SocketAddr,
    number: u32,
    name: &str,
) -> Connect {
    Connect {
        flow: Flow {
            transport,
            local: shell.address(Transport::Tcp),
            remote,
            connection: Flow::OURS + number,
        },
        server_name: name.to_owned(),
    }
}

fn text(flow: Flow, text: &'static str) -> Transmit {
    let bytes = Bytes::from_static(text.as_bytes());
    Transmit { flow, bytes }
}

async fn carrier() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn accept(listener: &TcpListener) -> TcpStream {
    in_time(listener.accept()).await.unwrap().0
}

async fn accept_tls(
    listener: &TcpListener,
    own: &TlsCertificate,
) -> std::io::Result<TlsStream<TcpStream>> {
    let (chain, key) = der(own);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let stream = accept(listener).await;
    in_time(TlsAcceptor::from(Arc::new(config)).accept(stream)).await
}

#[tokio::test]
async fn what_is_sent_before_the_connection_stands_waits_and_both_ways_are_one_flow() {
    let mut shell = shell(TcpLimits::default(), TlsConfig::default()).await;
    let (listener, address) = carrier().await;
    let wish = wish(&shell, Transport::Tcp, address, 0, "");
    let flow = wish.flow;
    shell.sockets.connect(wish.clone());
    for message in ["one", "two"] {
        assert_eq!(shell.sockets.send(text(flow, message)), Sent::Accepted);
    }
    // A second wish for the same flow changes nothing.
    shell.sockets.connect(wish);
    let mut peer = accept(&listener).await;
    let mut read = [0; 6];
    in_time(peer.read_exact(&mut read)).await.unwrap();
    assert_eq!(&read, b"onetwo");
    peer.write_all(&options(5)).await.unwrap();
    assert_eq!(shell.message().await, (flow, Bytes::from(options(5))));
    drop(peer);
    assert_eq!(shell.closed().await, flow);
    assert_eq!(shell.sockets.send(text(flow, "late")), Sent::FlowGone);
}

#[tokio::test]
async fn a_connection_that_nobody_accepts_is_told_as_its_end() {
    let limits = TcpLimits {
        connect_timeout: Duration::from_millis(200),
        ..TcpLimits::default()
    };
    let mut shell = shell(limits, TlsConfig::default()).await;
    let (listener, nobody) = carrier().await;
    drop(listener);
    let refused = wish(&shell, Transport::Tcp, nobody, 0, "");
    let flow = refused.flow;
    shell.sockets.connect(refused);
    assert_eq!(shell.closed().await, flow);
    assert_eq!(shell.sockets.counters().connect_failed.get(), 1);
    // TLS towards somebody who says nothing.
    let (_silent, address) = carrier().await;
    let started = Instant::now();
    let unanswered = wish(&shell, Transport::Tls, address, 1, "carrier.example");
    let flow = unanswered.flow;
    shell.sockets.connect(unanswered);
    assert_eq!(shell.closed().await, flow);
    assert!(started.elapsed() >= limits.connect_timeout);
    assert_eq!(shell.sockets.counters().connect_timeout.get(), 1);
    // Nobody is called over WebSocket.
    let web = wish(&shell, Transport::Wss, address, 2, "carrier.example");
    let flow = web.flow;
    shell.sockets.connect(web);
    assert_eq!(shell.closed().await, flow);
}

#[tokio::test]
async fn s8_connections_of_ours_and_what_waits_for_them_are_bounded() {
    let limits = TcpLimits {
        outgoing_max: 1,
        write_queue_max: 2,
        ..TcpLimits::default()
    };
    let authority = Authority::new();
    let mut shell = shell(limits, authority.material(&["localhost"])).await;
    let (_silent, address) = carrier().await;
    let first = wish(&shell, Transport::Tls, address, 0, "localhost");
    let second = wish(&shell, Transport::Tls, address, 1, "localhost");
    let flow = first.flow;
    shell.sockets.connect(first);
    shell.sockets.connect(second.clone());
    assert_eq!(shell.closed().await, second.flow);
    assert_eq!(shell.sockets.counters().connect_refused.get(), 1);
    let sent: Vec<Sent> = (0..3)
        .map(|_| shell.sockets.send(text(flow, "x")))
        .collect();
    assert_eq!(sent, [Sent::Accepted, Sent::Accepted, Sent::Dropped]);
    assert_eq!(shell.closed().await, flow);
}

#[tokio::test]
async fn rfc5922_only_a_server_that_bears_the_name_is_spoken_to() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let limits = TcpLimits::default();
    let mut shell = shell(limits, authority.material(&["localhost"])).await;
    let rows: &[(TlsCertificate, &str, bool)] = &[
        (
            authority.issue(&["carrier.example"], Use::Server),
            "carrier.example",
            true,
        ),
        (
            authority.issue(&["Carrier.Example"], Use::Server),
            "CARRIER.example",
            true,
        ),
        (
            authority.issue(&["sip:carrier.example", "other.example"], Use::Server),
            "carrier.example",
            true,
        ),
        (
            authority.issue(&["sip:carrier.example", "other.example"], Use::Server),
            "other.example",
            false,
        ),
        (
            authority.issue(&["127.0.0.1"], Use::Server),
            "127.0.0.1",
            true,
        ),
        (
            authority.issue(&["127.0.0.2"], Use::Server),
            "127.0.0.1",
            false,
        ),
        (
            authority.issue(&["other.example"], Use::Server),
            "carrier.example",
            false,
        ),
        (
            authority.issue(&["*.carrier.example"], Use::Server),
            "sbc.carrier.example",
            false,
        ),
        (
            authority.issue(&["carrier.example\0.evil.example"], Use::Server),
            "carrier.example",
            false,
        ),
        (
            authority.issue_until(&["carrier.example"], Use::Server, 2021),
            "carrier.example",
            false,
        ),
        (
            stranger.issue(&["carrier.example"], Use::Server),
            "carrier.example",
            false,
        ),
        (
            authority.issue(&["carrier.example"], Use::Client),
            "carrier.example",
            false,
        ),
        (
            authority.issue(&[], Use::Server),
            "rcgen self signed cert",
            false,
        ),
    ];
    let (listener, address) = carrier().await;
    let mut refused = 0;
    for (number, (certificate, name, believed)) in rows.iter().enumerate() {
        let number = u32::try_from(number).unwrap();
        let wish = wish(&shell, Transport::Tls, address, number, name);
        let flow = wish.flow;
        shell.sockets.connect(wish);
        assert_eq!(shell.sockets.send(text(flow, "secret")), Sent::Accepted);
        if *name == "rcgen self signed cert" {
            // No host name at all: nothing is even tried beyond the connection.
            drop(accept(&listener).await);
        } else {
            let accepted = accept_tls(&listener, certificate).await;
            let mut read = [0; 6];
            let got = match accepted {
                Ok(mut stream) => in_time(stream.read_exact(&mut read)).await.is_ok(),
                Err(_) => false,
            };
            assert_eq!(got, *believed, "{number}: {name}");
        }
        refused += u64::from(!believed);
        assert_eq!(shell.closed().await, flow);
        assert_eq!(
            shell.sockets.counters().connect_tls_failed.get(),
            refused,
            "{number}: {name}"
        );
    }
}

#[tokio::test]
async fn ghsa_8hcp_a_connection_is_never_shared_between_server_names() {
    let authority = Authority::new();
    let mut shell = shell(TcpLimits::default(), authority.material(&["localhost"])).await;
    let own = authority.issue(&["one.example"], Use::Server);
    let (listener, address) = carrier().await;
    let one = wish(&shell, Transport::Tls, address, 0, "one.example");
    shell.sockets.connect(one.clone());
    shell.sockets.send(text(one.flow, "for one"));
    let mut stream = accept_tls(&listener, &own).await.unwrap();
    let mut read = [0; 7];
    in_time(stream.read_exact(&mut read)).await.unwrap();
    // The same address in another name: it has to prove that name too, and cannot.
    let two = wish(&shell, Transport::Tls, address, 1, "two.example");
    shell.sockets.connect(two.clone());
    shell.sockets.send(text(two.flow, "for two"));
    let _refused = accept_tls(&listener, &own).await;
    assert_eq!(shell.closed().await, two.flow);
    shell.sockets.send(text(one.flow, "for one"));
    in_time(stream.read_exact(&mut read)).await.unwrap();
    assert_eq!(&read, b"for one");
}

#[tokio::test]
async fn a_wildcard_counts_only_where_the_administrator_allows_it() {
    let authority = Authority::new();
    let material = TlsConfig {
        wildcard_names: true,
        ..authority.material(&["localhost"])
    };
    let shell = shell(TcpLimits::default(), material).await;
    let own = authority.issue(&["*.carrier.example"], Use::Server);
    let (listener, address) = carrier().await;
    let wish = wish(&shell, Transport::Tls, address, 0, "sbc.carrier.example");
    shell.sockets.connect(wish.clone());
    shell.sockets.send(text(wish.flow, "hello"));
    let mut stream = accept_tls(&listener, &own).await.unwrap();
    let mut read = [0; 5];
    in_time(stream.read_exact(&mut read)).await.unwrap();
    assert_eq!(&read, b"hello");
}

#[tokio::test]
async fn rfc5626_a_peer_that_used_to_answer_pings_and_stops_is_dead() {
    let limits = TcpLimits {
        ping_every: Duration::from_millis(50),
        pong_timeout: Duration::from_millis(150),
        ..TcpLimits::default()
    };
    let mut shell = shell(limits, TlsConfig::default()).await;
    let (listener, address) = carrier().await;
    let wish = wish(&shell, Transport::Tcp, address, 0, "");
    let flow = wish.flow;
    shell.sockets.connect(wish);
    let mut peer = accept(&listener).await;
    for round in 0..4 {
        let mut ping = [0; 4];
        in_time(peer.read_exact(&mut ping)).await.unwrap();
        assert_eq!(
            &ping, b"\r\n\r\n",
            "round {round}: a pong of theirs is not taken for a ping"
        );
        if round == 2 {
            // A message is a sign of life too.
            peer.write_all(&options(1)).await.unwrap();
            assert_eq!(shell.message().await.1, options(1));
        } else {
            peer.write_all(b"\r\n").await.unwrap();
        }
    }
    // From here on it is silent.
    assert_eq!(shell.closed().await, flow);
    let counters = shell.sockets.counters();
    assert_eq!(counters.stream_closed_silent.get(), 1);
    assert_eq!(
        (counters.stream_pings.get(), counters.tcp_out.get()),
        (0, 0)
    );
}

#[tokio::test]
async fn s8_a_connection_of_ours_that_carries_nothing_but_pongs_gives_its_place_back() {
    let limits = TcpLimits {
        ping_every: Duration::from_millis(30),
        idle_timeout: Duration::from_millis(400),
        ..TcpLimits::default()
    };
    let mut shell = shell(limits, TlsConfig::default()).await;
    let (listener, address) = carrier().await;
    let wish = wish(&shell, Transport::Tcp, address, 0, "");
    let flow = wish.flow;
    shell.sockets.connect(wish);
    let mut peer = accept(&listener).await;
    let started = Instant::now();
    let mut ping = [0; 4];
    while in_time(peer.read_exact(&mut ping)).await.is_ok() {
        let _cut = peer.write_all(b"\r\n").await;
        assert!(started.elapsed() < DEADLINE, "never cut");
    }
    assert!(started.elapsed() >= limits.idle_timeout - Duration::from_millis(50));
    assert_eq!(shell.closed().await, flow);
    let counters = shell.sockets.counters();
    assert_eq!(counters.stream_closed_idle.get(), 1);
    assert!(counters.stream_pings_sent.get() > 1);
}

#[tokio::test]
async fn rfc5626_a_peer_that_never_answered_a_ping_is_left_to_the_systems_keep_alive() {
    let limits = TcpLimits {
        ping_every: Duration::from_millis(20),
        pong_timeout: Duration::from_millis(20),
        ..TcpLimits::default()
    };
    let mut shell = shell(limits, TlsConfig::default()).await;
    let (listener, address) = carrier().await;
    let wish = wish(&shell, Transport::Tcp, address, 0, "");
    shell.sockets.connect(wish);
    let mut peer = accept(&listener).await;
    let counters = shell.sockets.counters().clone();
    eventually("pinged again and again", || {
        counters.stream_pings_sent.get() >= 5
    })
    .await;
    peer.write_all(&options(1)).await.unwrap();
    assert_eq!(shell.message().await.1, options(1), "it lives");
}
