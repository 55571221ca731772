//! WebSockets that an HTTP server has upgraded: flows like any other.

use bytes::Bytes;
use net::{AdoptedSocket, SipConfig, TcpLimits};
use sip::{Transmit, Transport};
use tokio::sync::mpsc;

use crate::support::{Shell, in_time, options};

async fn shell_with(tcp_limits: TcpLimits) -> Shell {
    let config = SipConfig {
        tcp_limits,
        ..SipConfig::default()
    };
    Shell::with(config, 8).await
}

fn adopted(is_secure: bool) -> (AdoptedSocket, mpsc::Sender<Bytes>, mpsc::Receiver<Bytes>) {
    let (to_us, inbound) = mpsc::channel(4);
    let (outbound, from_us) = mpsc::channel(4);
    let socket = AdoptedSocket {
        local: "192.0.2.1:443".parse().unwrap(),
        remote: "192.0.2.9:50000".parse().unwrap(),
        is_secure,
        inbound,
        outbound,
    };
    (socket, to_us, from_us)
}

#[tokio::test]
async fn a_socket_that_was_upgraded_elsewhere_is_a_flow_like_any_other() {
    let limits = TcpLimits {
        connections_max: 1,
        ..TcpLimits::default()
    };
    let mut shell = shell_with(limits).await;
    let control = shell.sockets.control();
    let (socket, to_us, mut from_us) = adopted(true);
    control.adopt_web_socket(socket);
    in_time(to_us.send(Bytes::from(options(1)))).await.unwrap();
    let (flow, bytes) = shell.message().await;
    assert_eq!(
        (bytes, flow.transport),
        (Bytes::from(options(1)), Transport::Wss)
    );
    assert_eq!(flow.remote, "192.0.2.9:50000".parse().unwrap());
    in_time(to_us.send(Bytes::from_static(b"\r\n\r\n")))
        .await
        .unwrap();
    assert_eq!(in_time(from_us.recv()).await.unwrap(), "\r\n");
    let bytes = Bytes::from_static(b"SIP/2.0 200 OK\r\n\r\n");
    shell.sockets.send(Transmit {
        flow,
        bytes: bytes.clone(),
    });
    assert_eq!(in_time(from_us.recv()).await.unwrap(), bytes);
    // S7: one too many is let go.
    let (second, _to_us, mut refused) = adopted(false);
    control.adopt_web_socket(second);
    assert_eq!(in_time(refused.recv()).await, None);
    assert_eq!(shell.sockets.counters().stream_refused_total.get(), 1);
    // Too long for a message.
    in_time(to_us.send(Bytes::from(vec![b'x'; 70_000])))
        .await
        .unwrap();
    assert_eq!(shell.closed().await, flow);
    assert_eq!(
        in_time(from_us.recv()).await,
        None,
        "the server is to close it"
    );
}

#[tokio::test]
async fn the_end_of_an_adopted_socket_is_the_end_of_its_flow() {
    let mut shell = shell_with(TcpLimits::default()).await;
    let (socket, to_us, _from_us) = adopted(false);
    shell.sockets.control().adopt_web_socket(socket);
    in_time(to_us.send(Bytes::from(options(1)))).await.unwrap();
    let (flow, _) = shell.message().await;
    assert_eq!(flow.transport, Transport::Ws);
    drop(to_us);
    assert_eq!(shell.closed().await, flow);
}
