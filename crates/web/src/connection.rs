//! Connections with bounds: how many at once, and how long one may say nothing or drip (G12, S7).
//!
//! A connection is cut when nothing moved either way for `IDLE_MAX`, or when a request began and no byte of an answer went
//! out within `REQUEST_MAX`: our answers begin at once (a stream says so much in its first line), so a client that needs longer is
//! dripping its request, or its TLS handshake. A connection beyond the bounds of all or of its source (`places`) is closed at once: whoever is
//! refused hears so, and those who come after him do not stand behind him.

mod carrier;
mod https;
mod places;

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpListener;
use tokio::time::{Instant, Sleep};

use carrier::Carrier;
pub use https::{Https, HttpsError};
pub use places::Bounds;
use places::{Place, Places};

/// How long a connection may be silent; a stream has its heartbeat each 15 s.
const IDLE_MAX: Duration = Duration::from_secs(75);
/// From the first byte of a request to the first byte of its answer.
const REQUEST_MAX: Duration = Duration::from_secs(25);

/// A listener whose connections have bounds.
pub struct Guarded {
    listener: TcpListener,
    places: Arc<Places>,
    https: Option<Https>,
}

impl Guarded {
    /// Guards a listener; with a certificate it speaks TLS alone.
    pub fn new(listener: TcpListener, bounds: Bounds, https: Option<Https>) -> Self {
        Self {
            listener,
            places: Places::new(bounds),
            https,
        }
    }
}

impl Listener for Guarded {
    type Io = GuardedStream<Carrier>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, peer) = Listener::accept(&mut self.listener).await;
            let Some(place) = self.places.take(peer.ip()) else {
                metrics::counter!("trunkline_http_connections_refused_total").increment(1);
                continue;
            };
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "no-delay was refused");
            }
            // The peer went between its knock and our door.
            let Ok(local) = stream.local_addr() else {
                continue;
            };
            let carrier = match &self.https {
                Some(https) => Carrier::secure(stream, &https.acceptor()),
                None => Carrier::plain(stream),
            };
            let stream = GuardedStream::new(carrier, Some(place));
            return (stream.at(local), peer);
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Where a connection comes from, and where it came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The other side.
    pub remote: SocketAddr,
    /// Our side; `None` where nobody looked.
    pub local: Option<SocketAddr>,
    /// Within TLS.
    pub is_secure: bool,
}

impl Connected<IncomingStream<'_, Guarded>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Guarded>) -> Self {
        Self {
            remote: *stream.remote_addr(),
            local: stream.io().local,
            is_secure: stream.io().stream.is_secure(),
        }
    }
}

/// A connection that is cut when it is silent or drips.
pub struct GuardedStream<S> {
    stream: S,
    /// Whether a byte was read after the last one that was written.
    is_asked: bool,
    cut_at: Pin<Box<Sleep>>,
    local: Option<SocketAddr>,
    _place: Option<Place>,
}

impl<S> GuardedStream<S> {
    fn new(stream: S, place: Option<Place>) -> Self {
        Self {
            stream,
            is_asked: false,
            cut_at: Box::pin(tokio::time::sleep(REQUEST_MAX)),
            local: None,
            _place: place,
        }
    }

    fn at(self, local: SocketAddr) -> Self {
        Self {
            local: Some(local),
            ..self
        }
    }

    fn cut_after(&mut self, wait: Duration) {
        self.cut_at.as_mut().reset(Instant::now() + wait);
    }

    fn has_read(&mut self) {
        if !self.is_asked {
            self.is_asked = true;
            self.cut_after(REQUEST_MAX);
        }
    }

    fn has_written(&mut self) {
        self.is_asked = false;
        self.cut_after(IDLE_MAX);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for GuardedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        match Pin::new(&mut self.stream).poll_read(context, into) {
            Poll::Ready(done) => {
                if into.filled().len() > before {
                    self.has_read();
                }
                // A drip keeps the reader awake: the deadline holds for it too.
                if self.is_asked && self.cut_at.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
                Poll::Ready(done)
            }
            Poll::Pending => self
                .cut_at
                .as_mut()
                .poll(context)
                .map(|()| Err(io::ErrorKind::TimedOut.into())),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for GuardedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if written.is_ready() {
            self.has_written();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        if written.is_ready() {
            self.has_written();
        }
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn g12_a_dripping_request_is_cut_within_30_s() {
        let (mut client, server) = duplex(64);
        let mut server = GuardedStream::new(server, None);
        let dripping = tokio::spawn(async move {
            while client.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        let begun = Instant::now();
        let mut byte = [0];
        let cut = loop {
            if let Err(error) = server.read_exact(&mut byte).await {
                break error;
            }
        };
        assert_eq!(cut.kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() <= Duration::from_secs(30));
        dripping.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn g12_a_handshake_that_does_not_go_on_is_cut_within_30_s() {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
        let (chain, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        let https = Https::new(chain.as_bytes(), key.as_bytes()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let mut guarded = Guarded::new(listener, Bounds::default(), Some(https));
        client.write_all(&[22, 3, 1, 2]).await.unwrap();
        let (mut server, _) = guarded.accept().await;
        let begun = Instant::now();
        let cut = server.read(&mut [0]).await.unwrap_err();
        assert_eq!(cut.kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() <= Duration::from_secs(30));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_with_heartbeats_lives_and_a_silent_connection_is_cut() {
        let (mut client, server) = duplex(4096);
        let mut server = GuardedStream::new(server, None);
        client.write_all(b"GET").await.unwrap();
        let mut bytes = [0; 3];
        server.read_exact(&mut bytes).await.unwrap();
        for _ in 0..20 {
            server.write_all(b"heartbeat").await.unwrap();
            let quiet = Duration::from_secs(15);
            let read = tokio::time::timeout(quiet, server.read(&mut bytes)).await;
            assert!(read.is_err(), "it lives");
        }
        let begun = Instant::now();
        let cut = server.read(&mut bytes).await.unwrap_err();
        assert_eq!(cut.kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() <= IDLE_MAX);
    }

    #[tokio::test]
    async fn s7_who_has_all_his_places_is_refused_at_once_until_he_leaves_one() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let bounds = Bounds {
            per_loopback: 2,
            ..Bounds::default()
        };
        let mut guarded = Guarded::new(listener, bounds, None);
        let mut clients = Vec::new();
        for _ in 0..3 {
            clients.push(TcpStream::connect(address).await.unwrap());
        }
        let (first, _) = guarded.accept().await;
        let (_second, _) = guarded.accept().await;
        let waiting = tokio::spawn(async move { guarded.accept().await.1 });
        let mut byte = [0];
        let refused = clients[2].read(&mut byte).await;
        assert!(!matches!(refused, Ok(1..)), "closed: {refused:?}");
        drop(first);
        let next = TcpStream::connect(address).await.unwrap();
        assert_eq!(waiting.await.unwrap(), next.local_addr().unwrap());
    }
}
