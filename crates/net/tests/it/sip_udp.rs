//! SIP over UDP.

use std::io::ErrorKind;
use std::net::SocketAddr;

use bytes::Bytes;
use net::{Sent, SipConfig, SipSockets, TcpLimits, inbound_queue};
use sip::{Flow, Transmit, Transport};
use tokio::io::AsyncWriteExt;
use tokio::net::UdpSocket;

use crate::support::{Shell, eventually, in_time, options};

#[tokio::test]
async fn a_datagram_goes_in_and_its_answer_goes_back_to_the_source() {
    let mut shell = Shell::start(TcpLimits::default(), 8).await;
    let phone = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let local = shell.address(Transport::Udp);
    phone.send_to(&options(1), local).await.unwrap();
    let (flow, bytes) = shell.message().await;
    assert_eq!(bytes, options(1));
    let expected = Flow {
        transport: Transport::Udp,
        local,
        remote: phone.local_addr().unwrap(),
        connection: 0,
    };
    assert_eq!(flow, expected);

    let answer = Bytes::from_static(b"SIP/2.0 200 OK\r\n\r\n");
    let transmit = Transmit {
        flow,
        bytes: answer.clone(),
    };
    assert_eq!(shell.sockets.send(transmit), Sent::Accepted);
    let mut buffer = [0; 100];
    let (len, from) = in_time(phone.recv_from(&mut buffer)).await.unwrap();
    assert_eq!((&buffer[..len], from), (&answer[..], local));
    let counters = shell.sockets.counters();
    assert_eq!(counters.udp_in.get(), 1);
    eventually("one sent", || counters.udp_out.get() == 1).await;
}

#[tokio::test]
async fn s7_the_largest_datagram_is_taken_whole() {
    let mut shell = Shell::start(TcpLimits::default(), 8).await;
    let phone = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    // 65,535 less the headers of IP and UDP.
    let largest = vec![b'a'; 65_507];
    phone
        .send_to(&largest, shell.address(Transport::Udp))
        .await
        .unwrap();
    assert_eq!(shell.message().await.1, largest);
}

#[tokio::test]
async fn s8_datagrams_beyond_the_engines_pace_are_dropped_and_counted() {
    let mut shell = Shell::start(TcpLimits::default(), 4).await;
    let phone = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let local = shell.address(Transport::Udp);
    for number in 0..10 {
        phone.send_to(&options(number), local).await.unwrap();
    }
    let counters = shell.sockets.counters().clone();
    eventually("ten datagrams read", || counters.udp_in.get() == 10).await;
    eventually("six dropped", || counters.udp_in_overflow.get() == 6).await;
    for number in 0..4 {
        assert_eq!(shell.message().await.1, options(number), "the first stay");
    }
    phone.send_to(&options(77), local).await.unwrap();
    assert_eq!(shell.message().await.1, options(77), "room again");
}

#[tokio::test]
async fn a_datagram_from_an_address_that_is_not_ours_is_dropped_and_counted() {
    let shell = Shell::start(TcpLimits::default(), 4).await;
    let flow = Flow {
        transport: Transport::Udp,
        local: "192.0.2.1:5060".parse().unwrap(),
        remote: "127.0.0.1:9".parse().unwrap(),
        connection: 0,
    };
    let bytes = Bytes::from_static(b"x");
    assert_eq!(shell.sockets.send(Transmit { flow, bytes }), Sent::Dropped);
    assert_eq!(shell.sockets.counters().udp_out_failed.get(), 1);
}

#[tokio::test]
async fn what_the_system_refuses_is_dropped_and_counted() {
    let shell = Shell::start(TcpLimits::default(), 4).await;
    let flow = Flow {
        transport: Transport::Udp,
        local: shell.address(Transport::Udp),
        remote: "127.0.0.1:9".parse().unwrap(),
        connection: 0,
    };
    // Longer than a datagram can be; the system may say so at once, or later to the task that flushes.
    let bytes = Bytes::from(vec![0; 70_000]);
    shell.sockets.send(Transmit { flow, bytes });
    let counters = shell.sockets.counters();
    eventually("the refusal is counted", || {
        counters.udp_out_failed.get() == 1
    })
    .await;
    assert_eq!(counters.udp_out.get(), 0);
}

#[tokio::test]
async fn a_taken_address_is_named_in_the_error_and_nothing_stays_bound() {
    let taken = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let free = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let first: SocketAddr = free.local_addr().unwrap();
    drop(free);
    let config = SipConfig {
        udp: vec![first, address],
        ..SipConfig::default()
    };
    let (sender, _inbound) = inbound_queue(1, 1);
    let error = SipSockets::bind(config, sender).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    let text = error.to_string();
    assert!(
        text.contains(&address.to_string()) && text.contains("UDP"),
        "{text}"
    );
    eventually("the first listener is closed", || {
        std::net::UdpSocket::bind(first).is_ok()
    })
    .await;
}

fn wildcard(address: &str) -> SipConfig {
    SipConfig {
        udp: vec![address.parse().unwrap()],
        ..SipConfig::default()
    }
}

#[tokio::test]
async fn rfc3581_a_listener_on_all_addresses_answers_from_the_one_that_was_asked() {
    let mut shell = Shell::with(wildcard("0.0.0.0:0"), 4).await;
    let port = shell.address(Transport::Udp).port();
    let phone = UdpSocket::bind("0.0.0.0:0").await.unwrap();
    for asked in ["127.0.0.1", "127.0.0.3", "127.1.2.3"] {
        let asked = SocketAddr::new(asked.parse().unwrap(), port);
        phone.send_to(&options(1), asked).await.unwrap();
        let (flow, _) = shell.message().await;
        assert_eq!(flow.local, asked);
        let bytes = Bytes::from_static(b"SIP/2.0 200 OK\r\n\r\n");
        assert_eq!(shell.sockets.send(Transmit { flow, bytes }), Sent::Accepted);
        let mut answer = [0; 64];
        let (_, from) = in_time(phone.recv_from(&mut answer)).await.unwrap();
        assert_eq!(from, asked, "a NAT lets no other address through");
    }
    // What names no address of ours goes out as the system likes.
    let flow = Flow {
        transport: Transport::Udp,
        local: shell.address(Transport::Udp),
        remote: SocketAddr::new(
            "127.0.0.1".parse().unwrap(),
            phone.local_addr().unwrap().port(),
        ),
        connection: 0,
    };
    let bytes = Bytes::from_static(b"OPTIONS");
    assert_eq!(shell.sockets.send(Transmit { flow, bytes }), Sent::Accepted);
    let mut read = [0; 64];
    let (len, from) = in_time(phone.recv_from(&mut read)).await.unwrap();
    assert_eq!((&read[..len], from.port()), (&b"OPTIONS"[..], port));
}

/// A shell that listens on one port by UDP and TCP, IPv4 and IPv6. A port that is free for one of the four may be another
/// process's for the next: then another is taken.
async fn on_one_port() -> (Shell, u16) {
    for _ in 0..50 {
        let probe = UdpSocket::bind("[::1]:0").await.unwrap();
        let port = probe.local_addr().unwrap().port();
        drop(probe);
        let both = ["0.0.0.0", "::"].map(|any| SocketAddr::new(any.parse().unwrap(), port));
        let config = SipConfig {
            udp: both.to_vec(),
            tcp: both.to_vec(),
            ..SipConfig::default()
        };
        match Shell::bound(config, 4).await {
            Ok(shell) => return (shell, port),
            Err(error) => assert_eq!(error.kind(), ErrorKind::AddrInUse, "{error}"),
        }
    }
    panic!("no port was free for all four");
}

#[tokio::test]
async fn ipv6_listens_beside_ipv4_on_the_same_port_and_answers_from_the_address_that_was_asked() {
    if UdpSocket::bind("[::1]:0").await.is_err() {
        return; // A machine without IPv6.
    }
    let (mut shell, port) = on_one_port().await;
    for (own, asked) in [("[::1]:0", "::1"), ("127.0.0.1:0", "127.0.0.1")] {
        let phone = UdpSocket::bind(own).await.unwrap();
        let asked = SocketAddr::new(asked.parse().unwrap(), port);
        phone.send_to(&options(1), asked).await.unwrap();
        let (flow, _) = shell.message().await;
        assert_eq!(
            (flow.local, flow.remote),
            (asked, phone.local_addr().unwrap())
        );
        let bytes = Bytes::from_static(b"SIP/2.0 200 OK\r\n\r\n");
        assert_eq!(shell.sockets.send(Transmit { flow, bytes }), Sent::Accepted);
        let mut answer = [0; 64];
        let (_, from) = in_time(phone.recv_from(&mut answer)).await.unwrap();
        assert_eq!(from, asked);
        let mut stream = tokio::net::TcpStream::connect(asked).await.unwrap();
        stream.write_all(&options(2)).await.unwrap();
        assert_eq!(shell.message().await.0.local, asked);
        drop(stream);
        shell.closed().await;
    }
}

#[tokio::test]
async fn rfc5626_stun_on_the_sip_port_is_answered_and_never_reaches_the_engine() {
    let mut shell = Shell::with(wildcard("0.0.0.0:0"), 4).await;
    let port = shell.address(Transport::Udp).port();
    let phone = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let asked = SocketAddr::new("127.0.0.2".parse().unwrap(), port);
    let mut request = b"\x00\x01\x00\x00\x21\x12\xa4\x42".to_vec();
    request.extend_from_slice(b"abcdefghijkl");
    phone.send_to(&request, asked).await.unwrap();
    let mut answer = [0; 64];
    let (len, from) = in_time(phone.recv_from(&mut answer)).await.unwrap();
    let own = phone.local_addr().unwrap().port() ^ 0x2112;
    let mut expected =
        b"\x01\x01\x00\x0c\x21\x12\xa4\x42abcdefghijkl\x00\x20\x00\x08\x00\x01".to_vec();
    expected.extend_from_slice(&own.to_be_bytes());
    expected.extend_from_slice(&[127 ^ 0x21, 0x12, 0xa4, 1 ^ 0x42]);
    assert_eq!((&answer[..len], from), (&expected[..], asked));
    // Malformed STUN, keep-alives of several makes: counted, not answered, not handed on.
    request[3] = 8;
    phone.send_to(&request, asked).await.unwrap();
    for keep_alive in [&b"\r\n\r\n"[..], b"\r\n", b"\0\0\0\0", b""] {
        phone.send_to(keep_alive, asked).await.unwrap();
    }
    phone.send_to(&options(1), asked).await.unwrap();
    assert_eq!(
        shell.message().await.1,
        options(1),
        "the first that the engine hears"
    );
    let counters = shell.sockets.counters();
    assert_eq!(
        (counters.stun_answered.get(), counters.stun_malformed.get()),
        (1, 1)
    );
    assert_eq!(
        (counters.udp_keep_alives.get(), counters.udp_out.get()),
        (4, 0)
    );
}
