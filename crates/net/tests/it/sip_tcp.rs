//! SIP over TCP: framing, pings, time limits, bounds, ends.

use std::time::{Duration, Instant};

use bytes::Bytes;
use net::{GateLimits, Rate, Sent, SipConfig, TcpLimits};
use sip::{Transmit, Transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{DEADLINE, Shell, eventually, in_time, options};

async fn connect(shell: &Shell) -> TcpStream {
    let stream = TcpStream::connect(shell.address(Transport::Tcp))
        .await
        .unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Reads to the end of the stream; a reset is an end too.
async fn read_to_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    let _ = in_time(stream.read_to_end(&mut all)).await;
    all
}

#[tokio::test]
async fn messages_come_whole_however_the_stream_is_cut() {
    let mut shell = Shell::start(TcpLimits::default(), 8).await;
    let both = [options(3), options(4)].concat();
    for cut in 1..both.len() {
        let mut phone = connect(&shell).await;
        phone.write_all(&both[..cut]).await.unwrap();
        if cut >= options(3).len() {
            assert_eq!(shell.message().await.1, options(3), "cut at {cut}");
            phone.write_all(&both[cut..]).await.unwrap();
        } else {
            phone.write_all(&both[cut..]).await.unwrap();
            assert_eq!(shell.message().await.1, options(3), "cut at {cut}");
        }
        let (flow, second) = shell.message().await;
        assert_eq!(second, options(4), "cut at {cut}");
        assert_eq!(flow.remote, phone.local_addr().unwrap());
        drop(phone);
        assert_eq!(shell.closed().await, flow);
    }
}

#[tokio::test]
async fn connections_are_numbered_from_one() {
    let mut shell = Shell::start(TcpLimits::default(), 8).await;
    for number in 1..=3 {
        let mut phone = connect(&shell).await;
        phone.write_all(&options(0)).await.unwrap();
        assert_eq!(shell.message().await.0.connection, number);
        drop(phone);
        assert_eq!(shell.closed().await.connection, number);
    }
}

#[tokio::test]
async fn an_answer_goes_back_on_the_connection_of_its_request() {
    let mut shell = Shell::start(TcpLimits::default(), 8).await;
    let (mut one, mut two) = (connect(&shell).await, connect(&shell).await);
    one.write_all(&options(1)).await.unwrap();
    let (flow_one, _) = shell.message().await;
    two.write_all(&options(2)).await.unwrap();
    let (flow_two, _) = shell.message().await;
    for (flow, bytes) in [(flow_two, "two"), (flow_one, "one")] {
        let bytes = Bytes::from(bytes);
        assert_eq!(shell.sockets.send(Transmit { flow, bytes }), Sent::Accepted);
    }
    for (phone, expected) in [(&mut one, b"one"), (&mut two, b"two")] {
        let mut answer = [0; 3];
        in_time(phone.read_exact(&mut answer)).await.unwrap();
        assert_eq!(&answer, expected);
    }
}

#[tokio::test]
async fn rfc_5626_a_ping_between_messages_is_answered_with_one_line_end() {
    let mut shell = Shell::start(TcpLimits::default(), 8).await;
    let mut phone = connect(&shell).await;
    for round in 0..3 {
        phone.write_all(b"\r\n\r\n").await.unwrap();
        let mut pong = [0; 2];
        in_time(phone.read_exact(&mut pong)).await.unwrap();
        assert_eq!(&pong, b"\r\n");
        phone.write_all(&options(round)).await.unwrap();
        assert_eq!(shell.message().await.1, options(round));
    }
    assert_eq!(shell.sockets.counters().stream_pings.get(), 3);
    assert_eq!(
        shell.sockets.counters().tcp_out.get(),
        0,
        "a pong is no message"
    );
}

#[tokio::test]
async fn g12_drips_are_cut_while_a_message_is_incomplete() {
    let limits = TcpLimits {
        message_timeout: Duration::from_millis(400),
        ..TcpLimits::default()
    };
    let mut shell = Shell::start(limits, 8).await;
    let mut phone = connect(&shell).await;
    phone.write_all(&options(1)).await.unwrap();
    let (flow, _) = shell.message().await;
    let started = Instant::now();
    let mut dripped = 0;
    // A header without end: a byte each 20 ms keeps the connection busy, and is cut all the same.
    for byte in b"OPTIONS sip:a@localhost SIP/2.0\r\nX: "
        .iter()
        .chain(std::iter::repeat(&b'x'))
    {
        if phone.write_all(&[*byte]).await.is_err() {
            break;
        }
        dripped += 1;
        assert!(started.elapsed() < DEADLINE, "never cut");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(started.elapsed() >= limits.message_timeout && dripped > 3);
    assert_eq!(shell.closed().await, flow);
    assert_eq!(shell.sockets.counters().stream_closed_drip.get(), 1);
}

#[tokio::test]
async fn g12_a_connection_that_never_speaks_is_cut() {
    let limits = TcpLimits {
        message_timeout: Duration::from_millis(100),
        ..TcpLimits::default()
    };
    let mut shell = Shell::start(limits, 8).await;
    let mut phone = connect(&shell).await;
    assert_eq!(read_to_end(&mut phone).await, b"");
    shell.closed().await;
    assert_eq!(shell.sockets.counters().stream_closed_drip.get(), 1);
}

#[tokio::test]
async fn a_quiet_connection_outlives_the_message_limit_and_ends_at_the_idle_limit() {
    let limits = TcpLimits {
        message_timeout: Duration::from_millis(100),
        idle_timeout: Duration::from_millis(600),
        ..TcpLimits::default()
    };
    let mut shell = Shell::start(limits, 8).await;
    let mut phone = connect(&shell).await;
    // With a lone CRLF behind it, as some phones answer pings: no message that begins.
    phone
        .write_all(&[&options(1)[..], b"\r\n"].concat())
        .await
        .unwrap();
    let quiet_since = Instant::now();
    shell.message().await;
    assert_eq!(read_to_end(&mut phone).await, b"");
    assert!(quiet_since.elapsed() >= Duration::from_millis(500));
    shell.closed().await;
    let counters = shell.sockets.counters();
    assert_eq!(
        (
            counters.stream_closed_idle.get(),
            counters.stream_closed_drip.get()
        ),
        (1, 0)
    );
}

#[tokio::test]
async fn s7_one_connection_too_many_is_closed_at_once_and_leaves_room_later() {
    let limits = TcpLimits {
        connections_max: 2,
        ..TcpLimits::default()
    };
    let mut shell = Shell::start(limits, 8).await;
    let mut taken = Vec::new();
    for number in 0..2 {
        let mut phone = connect(&shell).await;
        phone.write_all(&options(number)).await.unwrap();
        shell.message().await;
        taken.push(phone);
    }
    let mut refused = connect(&shell).await;
    assert_eq!(read_to_end(&mut refused).await, b"");
    assert_eq!(shell.sockets.counters().stream_refused_total.get(), 1);
    taken.pop();
    shell.closed().await;
    let mut phone = connect(&shell).await;
    phone.write_all(&options(9)).await.unwrap();
    assert_eq!(shell.message().await.1, options(9));
}

#[tokio::test]
async fn s7_one_source_cannot_take_all_connections() {
    let limits = TcpLimits {
        connections_per_source_max: 1,
        ..TcpLimits::default()
    };
    let mut shell = Shell::start(limits, 8).await;
    let mut first = connect(&shell).await;
    first.write_all(&options(1)).await.unwrap();
    shell.message().await;
    let mut refused = connect(&shell).await;
    assert_eq!(read_to_end(&mut refused).await, b"");
    assert_eq!(shell.sockets.counters().stream_refused_source.get(), 1);
}

#[tokio::test]
async fn s9_who_opens_connections_too_fast_finds_them_closed_and_others_do_not() {
    let one = Rate {
        per_second: 1,
        burst: 3,
    };
    let config = SipConfig {
        tcp: vec!["127.0.0.1:0".parse().unwrap()],
        gate: GateLimits {
            connections: one,
            ..GateLimits::default()
        },
        ..SipConfig::default()
    };
    let mut shell = Shell::with(config, 8).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(connect(&shell).await);
    }
    let mut refused = connect(&shell).await;
    assert_eq!(read_to_end(&mut refused).await, b"");
    assert!(shell.is_quiet(), "it costs the engine nothing");
    let counters = shell.sockets.counters();
    assert_eq!(counters.gate_connections.get(), 1);
    let rows = shell.sockets.gate_report();
    assert!(
        rows.iter()
            .any(|row| row.cause == "gate_connections" && row.count == 1),
        "{rows:?}"
    );
    let to = shell.address(Transport::Tcp);
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut other = in_time(socket.connect(to)).await.unwrap();
    other.write_all(&options(1)).await.unwrap();
    assert_eq!(shell.message().await.1, options(1));
}

#[tokio::test]
async fn s8_who_comes_and_goes_faster_than_the_engine_listens_finds_no_place() {
    let limits = TcpLimits {
        connections_max: 2,
        ..TcpLimits::default()
    };
    // The engine's queue has one place and nobody reads it.
    let mut shell = Shell::start(limits, 1).await;
    let counters = shell.sockets.counters().clone();
    for closed in 1..=3 {
        drop(connect(&shell).await);
        eventually("its end is noticed", || counters.tcp_closed.get() == closed).await;
    }
    let mut refused = connect(&shell).await;
    assert_eq!(read_to_end(&mut refused).await, b"");
    assert_eq!(counters.stream_refused_total.get(), 1);
    for _ in 0..3 {
        shell.closed().await;
    }
    let mut phone = connect(&shell).await;
    phone.write_all(&options(1)).await.unwrap();
    assert_eq!(shell.message().await.1, options(1));
}

#[tokio::test]
async fn what_is_no_sip_is_handed_on_for_its_answer_and_then_cut() {
    let mut shell = Shell::start(TcpLimits::default(), 8).await;
    let mut phone = connect(&shell).await;
    // No Content-Length: where the next message begins nobody knows.
    let request = b"OPTIONS sip:a@localhost SIP/2.0\r\nCall-ID: 1\r\n\r\n";
    phone.write_all(request).await.unwrap();
    phone
        .write_all(b"and more that is not understood")
        .await
        .unwrap();
    let (flow, bytes) = shell.message().await;
    assert_eq!(&bytes[..], request);
    let bytes = Bytes::from_static(b"SIP/2.0 400 Bad Request\r\n\r\n");
    assert_eq!(
        shell.sockets.send(Transmit {
            flow,
            bytes: bytes.clone()
        }),
        Sent::Accepted
    );
    assert_eq!(read_to_end(&mut phone).await, bytes);
    assert_eq!(shell.closed().await, flow);
    assert_eq!(shell.sockets.counters().stream_closed_framing.get(), 1);
}

#[tokio::test]
async fn s8_a_peer_that_does_not_read_loses_its_connection() {
    let limits = TcpLimits {
        write_queue_max: 4,
        ..TcpLimits::default()
    };
    let mut shell = Shell::start(limits, 8).await;
    let mut phone = connect(&shell).await;
    phone.write_all(&options(1)).await.unwrap();
    let (flow, _) = shell.message().await;
    let bytes = Bytes::from(vec![b'x'; 60_000]);
    let deadline = Instant::now() + DEADLINE;
    let mut accepted = 0_u32;
    loop {
        let sent = shell.sockets.send(Transmit {
            flow,
            bytes: bytes.clone(),
        });
        if sent == Sent::Dropped {
            break;
        }
        assert_eq!(sent, Sent::Accepted);
        accepted += 1;
        assert!(Instant::now() < deadline, "never full");
        tokio::task::yield_now().await;
    }
    assert!(accepted >= 4);
    assert_eq!(shell.closed().await, flow);
    assert_eq!(shell.sockets.counters().stream_closed_overflow.get(), 1);
}

#[tokio::test]
async fn s8_a_peer_that_reads_too_slowly_loses_its_connection() {
    let limits = TcpLimits {
        write_queue_max: 1_000,
        write_timeout: Duration::from_millis(100),
        ..TcpLimits::default()
    };
    let mut shell = Shell::start(limits, 8).await;
    let mut phone = connect(&shell).await;
    phone.write_all(&options(1)).await.unwrap();
    let (flow, _) = shell.message().await;
    let bytes = Bytes::from(vec![b'x'; 60_000]);
    for _ in 0..500 {
        shell.sockets.send(Transmit {
            flow,
            bytes: bytes.clone(),
        });
    }
    assert_eq!(shell.closed().await, flow);
    assert_eq!(shell.sockets.counters().stream_closed_overflow.get(), 1);
}

#[tokio::test]
async fn a_message_for_a_flow_that_is_gone_comes_back_as_its_end() {
    let mut shell = Shell::start(TcpLimits::default(), 1).await;
    let mut phone = connect(&shell).await;
    phone.write_all(&options(1)).await.unwrap();
    let (flow, _) = shell.message().await;
    drop(phone);
    assert_eq!(shell.closed().await, flow);
    let transmit = Transmit {
        flow,
        bytes: Bytes::from_static(b"late"),
    };
    assert_eq!(shell.sockets.send(transmit.clone()), Sent::FlowGone);
    // The queue to the engine holds one: the second notice is dropped and counted.
    assert_eq!(shell.sockets.send(transmit), Sent::FlowGone);
    assert_eq!(shell.closed().await, flow);
    let counters = shell.sockets.counters();
    assert_eq!(
        (counters.flow_gone.get(), counters.notice_overflow.get()),
        (2, 1)
    );
}

#[tokio::test]
async fn s8_a_slow_engine_makes_streams_wait_and_loses_nothing() {
    let mut shell = Shell::start(TcpLimits::default(), 1).await;
    let mut phone = connect(&shell).await;
    let all: Vec<u8> = (0..100).flat_map(options).collect();
    phone.write_all(&all).await.unwrap();
    for number in 0..100 {
        assert_eq!(shell.message().await.1, options(number));
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn dropping_the_sockets_closes_connections_and_listeners() {
    let mut shell = Shell::start(TcpLimits::default(), 8).await;
    let mut phone = connect(&shell).await;
    phone.write_all(&options(1)).await.unwrap();
    shell.message().await;
    let local = shell.address(Transport::Tcp);
    drop(shell);
    assert_eq!(read_to_end(&mut phone).await, b"");
    eventually("the listener is closed", || {
        std::net::TcpStream::connect(local).is_err()
    })
    .await;
}
