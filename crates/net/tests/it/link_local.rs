//! Addresses that hold on one link only (RFC 4007): the link's number goes with the peer and never into our own name.

use std::net::{SocketAddr, SocketAddrV6};

use bytes::Bytes;
use net::{Sent, SipConfig};
use nix::ifaddrs::getifaddrs;
use sip::{Connect, Flow, Transmit, Transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

use crate::support::{Shell, in_time, options};

/// An address of this machine under fe80::/10, with its link; `None` on a machine without.
fn link_local() -> Option<SocketAddrV6> {
    getifaddrs().unwrap().find_map(|interface| {
        let address = SocketAddrV6::from(*interface.address?.as_sockaddr_in6()?);
        let is_link_local = address.ip().is_unicast_link_local() && address.scope_id() != 0;
        is_link_local.then_some(address)
    })
}

fn config(address: SocketAddr) -> SipConfig {
    SipConfig {
        udp: vec![address],
        tcp: vec![address],
        ..SipConfig::default()
    }
}

#[tokio::test]
async fn rfc4007_phones_on_the_link_are_answered_by_wildcards_and_by_listeners_of_the_link() {
    let Some(own) = link_local() else { return };
    for listener in ["[::]:0".parse().unwrap(), SocketAddr::V6(own)] {
        let mut shell = Shell::with(config(listener), 8).await;
        let at = |transport| {
            let port = shell.address(transport).port();
            SocketAddr::V6(SocketAddrV6::new(*own.ip(), port, 0, own.scope_id()))
        };
        let (udp, tcp) = (at(Transport::Udp), at(Transport::Tcp));
        let phone = UdpSocket::bind(SocketAddr::V6(own)).await.unwrap();
        phone.send_to(&options(1), udp).await.unwrap();
        let (flow, _) = shell.message().await;
        assert_eq!(flow.remote, phone.local_addr().unwrap());
        assert_eq!(
            flow.local.to_string(),
            format!("[{}]:{}", own.ip(), udp.port())
        );
        let bytes = Bytes::from_static(b"SIP/2.0 200 OK\r\n\r\n");
        assert_eq!(shell.sockets.send(Transmit { flow, bytes }), Sent::Accepted);
        let mut answer = [0; 64];
        let (_, from) = in_time(phone.recv_from(&mut answer)).await.unwrap();
        assert_eq!(from, udp);
        let mut stream = TcpStream::connect(tcp).await.unwrap();
        stream.write_all(&options(2)).await.unwrap();
        let (flow, _) = shell.message().await;
        assert_eq!(
            flow.local.to_string(),
            format!("[{}]:{}", own.ip(), tcp.port())
        );
    }
}

#[tokio::test]
async fn rfc4007_a_connection_of_ours_finds_its_link() {
    let Some(own) = link_local() else { return };
    let shell = Shell::with(config("[::]:0".parse().unwrap()), 8).await;
    let peer = TcpListener::bind(SocketAddr::V6(own)).await.unwrap();
    let flow = Flow {
        transport: Transport::Tcp,
        local: shell.address(Transport::Tcp),
        remote: peer.local_addr().unwrap(),
        connection: Flow::OURS,
    };
    let server_name = String::new();
    shell.sockets.connect(Connect { flow, server_name });
    let bytes = Bytes::from_static(b"hello");
    shell.sockets.send(Transmit { flow, bytes });
    let (mut stream, _) = in_time(peer.accept()).await.unwrap();
    let mut read = [0; 5];
    in_time(stream.read_exact(&mut read)).await.unwrap();
    assert_eq!(&read, b"hello");
}
