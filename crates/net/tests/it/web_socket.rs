//! SIP over WebSocket: upgrade, frames, keep-alives, bounds, ends.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use net::{Sent, SipConfig, SipInbound, TcpLimits};
use sip::{Transmit, Transport};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{CloseFrame, Frame};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::certificates::Authority;
use crate::sip_tls::phone;
use crate::support::{Shell, eventually, in_time, options};

fn config(limits: TcpLimits) -> SipConfig {
    SipConfig {
        ws: vec!["127.0.0.1:0".parse().unwrap()],
        tcp_limits: limits,
        ..SipConfig::default()
    }
}

async fn shell() -> Shell {
    Shell::with(config(TcpLimits::default()), 8).await
}

async fn tcp(shell: &Shell, transport: Transport) -> TcpStream {
    let stream = TcpStream::connect(shell.address(transport)).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

async fn upgrade<S>(stream: S, protocol: Option<&str>) -> Result<WebSocketStream<S>, Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut request = "ws://localhost/sip".into_client_request().unwrap();
    if let Some(protocol) = protocol {
        let headers = request.headers_mut();
        headers.insert("Sec-WebSocket-Protocol", protocol.parse().unwrap());
    }
    in_time(client_async(request, stream))
        .await
        .map(|(socket, _)| socket)
}

async fn browser(shell: &Shell) -> WebSocketStream<TcpStream> {
    upgrade(tcp(shell, Transport::Ws).await, Some("sip"))
        .await
        .unwrap()
}

fn text(bytes: Vec<u8>) -> Message {
    Message::text(String::from_utf8(bytes).unwrap())
}

async fn next(socket: &mut WebSocketStream<TcpStream>) -> Message {
    in_time(socket.next()).await.unwrap().unwrap()
}

#[tokio::test]
async fn rfc7118_a_message_is_a_frame_of_text_or_bytes_and_so_is_its_answer() {
    let mut shell = shell().await;
    let mut browser = browser(&shell).await;
    browser.send(text(options(1))).await.unwrap();
    let (flow, bytes) = shell.message().await;
    assert_eq!(
        (bytes, flow.transport),
        (Bytes::from(options(1)), Transport::Ws)
    );
    browser.send(Message::binary(options(2))).await.unwrap();
    assert_eq!(shell.message().await, (flow, Bytes::from(options(2))));
    for (bytes, expected) in [
        (
            Bytes::from_static(b"SIP/2.0 200 OK\r\n\r\n"),
            Message::text("SIP/2.0 200 OK\r\n\r\n"),
        ),
        (
            Bytes::from_static(b"\xff\xfe"),
            Message::binary(&b"\xff\xfe"[..]),
        ),
    ] {
        assert_eq!(shell.sockets.send(Transmit { flow, bytes }), Sent::Accepted);
        assert_eq!(next(&mut browser).await, expected);
    }
    browser.close(None).await.unwrap();
    assert!(matches!(
        in_time(browser.next()).await,
        Some(Ok(Message::Close(_)))
    ));
    assert_eq!(shell.closed().await, flow);
    let counters = shell.sockets.counters();
    assert_eq!((counters.ws_in.get(), counters.ws_out.get()), (2, 2));
    assert_eq!(
        (counters.ws_opened.get(), counters.stream_closed_peer.get()),
        (1, 1)
    );
}

#[tokio::test]
async fn rfc7118_without_the_subprotocol_sip_there_is_no_web_socket() {
    let mut shell = shell().await;
    for protocol in [None, Some("chat"), Some("sips")] {
        match upgrade(tcp(&shell, Transport::Ws).await, protocol).await {
            Err(Error::Http(response)) => assert_eq!(response.status(), 400),
            other => panic!("{protocol:?}: {other:?}"),
        }
    }
    assert_eq!(shell.sockets.counters().ws_upgrade_refused.get(), 3);
    assert!(shell.is_quiet(), "the engine hears nothing of it");
}

#[tokio::test]
async fn ast_2018_006_empty_frames_and_pings_cost_the_engine_nothing() {
    let mut shell = shell().await;
    let mut browser = browser(&shell).await;
    for _ in 0..1_000 {
        browser.feed(Message::text("")).await.unwrap();
        browser.feed(Message::binary(Bytes::new())).await.unwrap();
        browser.feed(Message::Ping(Bytes::new())).await.unwrap();
    }
    browser.feed(text(options(1))).await.unwrap();
    browser.flush().await.unwrap();
    assert_eq!(
        shell.message().await.1,
        options(1),
        "the first that the engine hears"
    );
    assert_eq!(shell.sockets.counters().ws_in.get(), 1);
}

#[tokio::test]
async fn ast_2018_009_an_upgrade_with_many_headers_is_refused() {
    let shell = shell().await;
    for fields in [
        "X-Many: 1\r\n".repeat(500),
        format!("X-Long: {}\r\n", "x".repeat(20_000)),
    ] {
        let mut stream = tcp(&shell, Transport::Ws).await;
        let head = format!("GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        let _cut_short = stream.write_all(head.as_bytes()).await;
        let mut answer = Vec::new();
        let _reset = in_time(stream.read_to_end(&mut answer)).await;
        if !answer.is_empty() {
            assert!(
                answer.starts_with(b"HTTP/1.1 4"),
                "{}",
                answer.escape_ascii()
            );
        }
    }
    let counters = shell.sockets.counters();
    eventually("counted", || counters.ws_upgrade_refused.get() == 2).await;
    assert_eq!(counters.ws_opened.get(), 0);
}

#[tokio::test]
async fn rfc5626_a_ping_in_a_frame_is_answered_in_a_frame() {
    let mut shell = shell().await;
    let mut browser = browser(&shell).await;
    browser.send(Message::text("\r\n\r\n")).await.unwrap();
    assert_eq!(next(&mut browser).await, Message::text("\r\n"));
    browser.send(Message::text("\r\n")).await.unwrap();
    browser.send(text(options(1))).await.unwrap();
    assert_eq!(shell.message().await.1, options(1));
    let counters = shell.sockets.counters();
    assert_eq!((counters.stream_pings.get(), counters.ws_out.get()), (1, 0));
}

fn fragment(opcode: Data, payload: &[u8], is_last: bool) -> Message {
    let payload = payload.to_vec();
    Message::Frame(Frame::message(payload, OpCode::Data(opcode), is_last))
}

#[tokio::test]
async fn a_message_in_fragments_comes_whole_and_one_too_long_ends_the_connection() {
    let mut shell = shell().await;
    let mut browser = browser(&shell).await;
    let message = options(5);
    for (at, byte) in message.iter().enumerate() {
        let opcode = if at == 0 { Data::Text } else { Data::Continue };
        let is_last = at + 1 == message.len();
        browser
            .send(fragment(opcode, &[*byte], is_last))
            .await
            .unwrap();
    }
    let (flow, bytes) = shell.message().await;
    assert_eq!(bytes, message);
    browser
        .feed(fragment(Data::Text, &[b'x'; 40_000], false))
        .await
        .unwrap();
    browser
        .feed(fragment(Data::Continue, &[b'x'; 40_000], false))
        .await
        .unwrap();
    let _may_be_cut = browser.flush().await;
    assert_eq!(shell.closed().await, flow);
    assert_eq!(shell.sockets.counters().stream_closed_framing.get(), 1);
    let mut code = None;
    while let Some(Ok(message)) = in_time(browser.next()).await {
        if let Message::Close(Some(CloseFrame { code: told, .. })) = message {
            code = Some(told);
        }
    }
    assert!(matches!(code, None | Some(CloseCode::Policy)), "{code:?}");
}

#[tokio::test]
async fn s7_the_longest_message_is_taken_and_one_byte_more_is_not() {
    let mut shell = shell().await;
    let mut browser = browser(&shell).await;
    browser
        .send(Message::binary(vec![b'x'; 65_535]))
        .await
        .unwrap();
    let (flow, bytes) = shell.message().await;
    assert_eq!(bytes.len(), 65_535);
    let _may_be_cut = browser.send(Message::binary(vec![b'x'; 65_536])).await;
    assert_eq!(shell.closed().await, flow);
}

#[tokio::test]
async fn what_is_no_web_socket_frame_ends_the_connection() {
    let mut shell = shell().await;
    let mut browser = browser(&shell).await;
    browser.send(text(options(1))).await.unwrap();
    let (flow, _) = shell.message().await;
    // RFC 6455 §5.1: what a client sends must be masked. And SIP is no frame either.
    browser.get_mut().write_all(&options(2)).await.unwrap();
    assert_eq!(shell.closed().await, flow);
    assert_eq!(shell.sockets.counters().stream_closed_framing.get(), 1);
}

#[tokio::test]
async fn g12_an_upgrade_and_a_frame_that_drip_are_cut() {
    let limits = TcpLimits {
        handshake_timeout: Duration::from_millis(200),
        message_timeout: Duration::from_millis(300),
        ..TcpLimits::default()
    };
    let mut shell = Shell::with(config(limits), 8).await;
    let counters = shell.sockets.counters().clone();
    let mut slow = tcp(&shell, Transport::Ws).await;
    slow.write_all(b"GET /sip HTTP/1.1\r\n").await.unwrap();
    let mut nothing = Vec::new();
    let _ = in_time(slow.read_to_end(&mut nothing)).await;
    assert_eq!(counters.ws_upgrade_timeout.get(), 1);
    // A frame of 100 bytes whose bytes come one by one, after a message that has earned the idle time.
    let mut browser = browser(&shell).await;
    browser.send(text(options(1))).await.unwrap();
    let (flow, _) = shell.message().await;
    let started = Instant::now();
    let stream = browser.get_mut();
    stream
        .write_all(&[0x81, 0x80 | 100, 0, 0, 0, 0])
        .await
        .unwrap();
    while started.elapsed() < Duration::from_secs(10) {
        if stream.write_all(b"x").await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(shell.closed().await, flow);
    assert!(started.elapsed() >= limits.message_timeout);
    assert_eq!(counters.stream_closed_drip.get(), 1);
}

#[tokio::test]
async fn g12_whoever_upgrades_and_says_nothing_is_cut() {
    let limits = TcpLimits {
        message_timeout: Duration::from_millis(100),
        ..TcpLimits::default()
    };
    let mut shell = Shell::with(config(limits), 8).await;
    let mut browser = browser(&shell).await;
    assert!(matches!(
        in_time(browser.next()).await,
        Some(Ok(Message::Close(_)))
    ));
    shell.closed().await;
    assert_eq!(shell.sockets.counters().stream_closed_drip.get(), 1);
}

#[tokio::test]
async fn s8_a_browser_that_does_not_read_loses_its_connection() {
    let limits = TcpLimits {
        write_queue_max: 1_000,
        write_timeout: Duration::from_millis(100),
        ..TcpLimits::default()
    };
    let mut shell = Shell::with(config(limits), 8).await;
    let mut browser = browser(&shell).await;
    browser.send(text(options(1))).await.unwrap();
    let (flow, _) = shell.message().await;
    for _ in 0..500 {
        let bytes = Bytes::from(vec![b'x'; 60_000]);
        shell.sockets.send(Transmit { flow, bytes });
    }
    assert_eq!(shell.closed().await, flow);
    assert_eq!(shell.sockets.counters().stream_closed_overflow.get(), 1);
}

#[tokio::test]
async fn web_socket_within_tls_asks_for_no_certificate_of_the_browser() {
    let authority = Authority::new();
    let tls_config = net::TlsConfig {
        client_ca: Some(authority.pem()),
        require_client_certificate: true,
        ..authority.material(&["localhost"])
    };
    let config = SipConfig {
        wss: vec!["127.0.0.1:0".parse().unwrap()],
        tls_config,
        ..SipConfig::default()
    };
    let mut shell = Shell::with(config, 8).await;
    let stream = tcp(&shell, Transport::Wss).await;
    let connector = tokio_rustls::TlsConnector::from(phone(&authority, None));
    let name = rustls::pki_types::ServerName::try_from("localhost").unwrap();
    let stream = in_time(connector.connect(name, stream)).await.unwrap();
    let mut browser = upgrade(stream, Some("sip")).await.unwrap();
    browser.send(text(options(1))).await.unwrap();
    let (flow, bytes) = shell.message().await;
    assert_eq!(
        (bytes, flow.transport),
        (Bytes::from(options(1)), Transport::Wss)
    );
    let bytes = Bytes::from_static(b"SIP/2.0 200 OK\r\n\r\n");
    shell.sockets.send(Transmit { flow, bytes });
    let answer = in_time(browser.next()).await.unwrap().unwrap();
    assert_eq!(answer, Message::text("SIP/2.0 200 OK\r\n\r\n"));
    assert_eq!(shell.sockets.counters().wss_out.get(), 1);
}

#[tokio::test]
async fn frames_that_come_with_the_upgrade_are_not_lost() {
    let mut shell = shell().await;
    let mut stream = tcp(&shell, Transport::Ws).await;
    let mut all = b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n\r\n".to_vec();
    let mut frame = Vec::new();
    let (mut ours, mut theirs) = tokio::io::duplex(4_096);
    WebSocketStream::from_raw_socket(&mut ours, Role::Client, None)
        .await
        .send(text(options(1)))
        .await
        .unwrap();
    drop(ours);
    theirs.read_to_end(&mut frame).await.unwrap();
    all.extend_from_slice(&frame);
    stream.write_all(&all).await.unwrap();
    assert_eq!(shell.message().await.1, options(1));
}

/// A random byte by a generator that needs no crate (Marsaglia's xorshift).
fn noise(state: &mut u64) -> u8 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    state.to_le_bytes()[3]
}

#[tokio::test]
async fn s24_noise_instead_of_frames_ends_that_connection_and_no_other() {
    let mut shell = shell().await;
    let mut innocent = browser(&shell).await;
    let mut state = 0x9e37_79b9_7f4a_7c15;
    for round in 0..300 {
        let mut browser = browser(&shell).await;
        let len = usize::from(noise(&mut state)) + 2;
        let mut bytes: Vec<u8> = (0..len).map(|_| noise(&mut state)).collect();
        // Half of them begin like a frame: final, of a kind that exists, masked.
        if round % 2 == 0 {
            bytes[0] = 0x80 | [0, 1, 2, 8, 9, 10][round % 6];
            bytes[1] |= 0x80;
        }
        let _may_be_cut = browser.get_mut().write_all(&bytes).await;
        drop(browser);
        loop {
            match shell.next().await {
                SipInbound::Message { bytes, .. } => assert!(bytes.len() <= 65_535),
                SipInbound::FlowClosed { .. } => break,
                other => panic!("{other:?}"),
            }
        }
    }
    innocent.send(text(options(1))).await.unwrap();
    assert_eq!(shell.message().await.1, options(1));
    let counters = shell.sockets.counters();
    assert_eq!(
        (counters.ws_opened.get(), counters.ws_closed.get()),
        (301, 300)
    );
    assert!(counters.stream_closed_framing.get() > 0);
}
