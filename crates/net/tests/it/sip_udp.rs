//! SIP over UDP.

use std::net::SocketAddr;

use bytes::Bytes;
use net::{Sent, SipConfig, SipSockets, TcpLimits, inbound_queue};
use sip::{Flow, Transmit, Transport};
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
