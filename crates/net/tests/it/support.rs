//! What the tests share: a SIP shell with its inbound queue, messages, and waiting with a deadline.

use std::future::Future;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt;
use net::{SipConfig, SipInbound, SipInboundReceiver, SipSockets, TcpLimits, inbound_queue};
use sip::{Flow, Transport};

/// Longer than anything takes on a machine that is busy, shorter than a reader's patience.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

pub(crate) struct Shell {
    pub(crate) sockets: SipSockets,
    pub(crate) inbound: SipInboundReceiver,
}

impl Shell {
    pub(crate) async fn start(tcp_limits: TcpLimits, queue: usize) -> Self {
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let config = SipConfig {
            udp: vec![any],
            tcp: vec![any],
            tcp_limits,
            ..SipConfig::default()
        };
        Self::with(config, queue).await
    }

    pub(crate) async fn with(config: SipConfig, queue: usize) -> Self {
        Self::bound(config, queue).await.unwrap()
    }

    /// The same for a configuration whose ports may be another's.
    pub(crate) async fn bound(config: SipConfig, queue: usize) -> std::io::Result<Self> {
        let (sender, inbound) = inbound_queue(queue, queue);
        let sockets = SipSockets::bind(config, sender).await?;
        Ok(Self { sockets, inbound })
    }

    pub(crate) fn address(&self, transport: Transport) -> SocketAddr {
        let mut local = self.sockets.local().iter();
        local.find(|(of, _)| *of == transport).unwrap().1
    }

    pub(crate) async fn next(&mut self) -> SipInbound {
        in_time(self.inbound.recv()).await.unwrap()
    }

    /// Has the engine heard nothing?
    pub(crate) fn is_quiet(&mut self) -> bool {
        self.inbound.recv().now_or_never().is_none()
    }

    pub(crate) async fn message(&mut self) -> (Flow, Bytes) {
        match self.next().await {
            SipInbound::Message { flow, bytes } => (flow, bytes),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn closed(&mut self) -> Flow {
        match self.next().await {
            SipInbound::FlowClosed { flow } => flow,
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) async fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future)
        .await
        .expect("nothing came in time")
}

/// Asks until the answer is yes.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The same in a task.
pub(crate) async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// A request that frames well, told apart by its number.
pub(crate) fn options(number: usize) -> Vec<u8> {
    let body = "x".repeat(number % 7);
    format!(
        "OPTIONS sip:a@localhost SIP/2.0\r\nCall-ID: {number}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
