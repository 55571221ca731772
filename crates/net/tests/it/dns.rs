//! Names resolved through the whole shell, by a name server of our own on loopback. The rules stand beside the code.

use std::net::SocketAddr;
use std::time::Duration;

use net::{DnsConfig, SipConfig, SipInbound};
use sip::{Hop, QueryId, Resolve, ResolveError, Target, Transport};
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

use crate::support::Shell;

const A: [u8; 2] = [0, 1];

/// Answers every question for an A record with 192.0.2.7 and every other one with nothing.
async fn server() -> (SocketAddr, JoinHandle<()>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let task = tokio::spawn(async move {
        let mut buffer = [0; 1_500];
        loop {
            let (len, from) = socket.recv_from(&mut buffer).await.unwrap();
            let answer = answer(&buffer[..len]);
            socket.send_to(&answer, from).await.unwrap();
        }
    });
    (address, task)
}

/// RFC 1035 §4: the question comes back, with one answer that points at its name.
fn answer(query: &[u8]) -> Vec<u8> {
    let name_len = query[12..].iter().position(|byte| *byte == 0).unwrap() + 1;
    let question = &query[12..12 + name_len + 4];
    let is_a = question[name_len..name_len + 2] == A;
    let mut answer = query[..2].to_vec();
    answer.extend([0x81, 0x80, 0, 1, 0, u8::from(is_a), 0, 0, 0, 0]);
    answer.extend(question);
    if is_a {
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7]);
    }
    answer
}

fn resolve(query: u64, host: &str) -> Resolve {
    Resolve {
        query: QueryId(query),
        target: Target {
            host: host.into(),
            port: None,
            transport: None,
            is_secure: false,
        },
    }
}

async fn shell(dns: DnsConfig) -> Shell {
    let config = SipConfig {
        udp: vec!["127.0.0.1:0".parse().unwrap()],
        dns,
        ..SipConfig::default()
    };
    Shell::with(config, 64).await
}

#[tokio::test]
async fn rfc3263_a_name_becomes_a_place_to_try() {
    let (address, task) = server().await;
    let servers = vec![address];
    let mut shell = shell(DnsConfig {
        servers,
        ..DnsConfig::default()
    })
    .await;
    shell.sockets.resolve(resolve(7, "carrier.example"));
    let hop = Hop {
        transport: Transport::Udp,
        remote: "192.0.2.7:5060".parse().unwrap(),
    };
    let expected = SipInbound::Resolved {
        query: QueryId(7),
        hops: Ok(vec![hop]),
    };
    assert_eq!(shell.next().await, expected);
    shell.sockets.resolve(resolve(8, "somebody.invalid"));
    let expected = SipInbound::Resolved {
        query: QueryId(8),
        hops: Err(ResolveError::NoSuchName),
    };
    assert_eq!(shell.next().await, expected);
    task.abort();
}

#[tokio::test]
async fn s8_every_question_is_answered_once_in_time_however_many_there_are() {
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut shell = shell(DnsConfig {
        servers: vec![silent.local_addr().unwrap()],
        queries_max: 2,
        timeout: Duration::from_millis(300),
    })
    .await;
    for query in 0..20 {
        let host = format!("c{query}.example");
        shell.sockets.resolve(resolve(query, &host));
    }
    let mut told = Vec::new();
    for _ in 0..20 {
        match shell.next().await {
            SipInbound::Resolved { query, hops } => {
                assert_eq!(hops, Err(ResolveError::NoAnswer));
                told.push(query.0);
            }
            other => panic!("{other:?}"),
        }
    }
    told.sort_unstable();
    assert_eq!(told, (0..20).collect::<Vec<u64>>());
    let counters = shell.sockets.counters();
    let (asked, refused) = (counters.dns_asked.get(), counters.dns_overflow.get());
    assert_eq!(asked + refused, 20);
    assert!((1..=4).contains(&asked), "{asked}");
}
