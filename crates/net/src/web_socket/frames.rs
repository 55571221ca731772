//! SIP on a WebSocket of our own listeners, RFC 7118 §5: each frame of data is one message.
//!
//! Pings and the close handshake are the library's work; its buffers are bounded by the largest message. G12: the clock of
//! a message starts with its first byte, so the stream below is watched: neither a frame that drips nor a message in
//! fragments without end is waited for.

use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, ready};
use core::time::Duration;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tracing::debug;

use super::take;
use crate::sip_stream::connection::{Ended, Peer, Queue};
use crate::sip_stream::patience::Patience;

/// Held by every connection, so it is small.
const READ_BUFFER_BYTES: usize = 4_096;
/// For a close frame to leave.
const FAREWELL: Duration = Duration::from_secs(1);

/// Carries messages both ways until either side ends. `rest` is what was read together with the upgrade.
pub(crate) async fn carry<S>(
    stream: S,
    rest: Vec<u8>,
    peer: Peer,
    queue: Queue,
    patience: Patience,
) -> Ended
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = config(peer.shared.message.message_bytes_max);
    let has_moved = Arc::new(AtomicBool::new(false));
    let stream = Watched {
        stream,
        has_moved: Arc::clone(&has_moved),
    };
    let opened = WebSocketStream::from_partially_read(stream, rest, Role::Server, Some(config));
    let (mut to_peer, mut from_peer) = opened.await.split();
    let ended = tokio::select! {
        ended = read(&mut from_peer, &has_moved, &peer, patience) => ended,
        ended = write(&mut to_peer, &peer, queue) => ended,
    };
    let farewell = Message::Close(Some(close_frame(ended)));
    let _gone_already = timeout(FAREWELL, to_peer.send(farewell)).await;
    ended
}

async fn read<S>(
    socket: &mut SplitStream<WebSocketStream<Watched<S>>>,
    has_moved: &AtomicBool,
    peer: &Peer,
    mut patience: Patience,
) -> Ended
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        let news = next(socket, has_moved, &mut patience).await;
        if let Err(ended) = heard(news, peer, &mut patience).await {
            return ended;
        }
    }
}

/// What the peer did.
enum News {
    Frame(Result<Message, Error>),
    End,
    Late,
}

async fn next<S>(
    socket: &mut SplitStream<WebSocketStream<Watched<S>>>,
    has_moved: &AtomicBool,
    patience: &mut Patience,
) -> News
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut timer = pin!(sleep_until(patience.until()));
    poll_fn(|context| {
        match socket.poll_next_unpin(context) {
            Poll::Ready(Some(frame)) => return Poll::Ready(News::Frame(frame)),
            Poll::Ready(None) => return Poll::Ready(News::End),
            Poll::Pending => {}
        }
        // Bytes without a frame: one has begun.
        if has_moved.swap(false, Ordering::Relaxed) {
            patience.heard(0, false);
            timer.as_mut().reset(patience.until());
        }
        ready!(timer.as_mut().poll(context));
        Poll::Ready(News::Late)
    })
    .await
}

async fn heard(news: News, peer: &Peer, patience: &mut Patience) -> Result<(), Ended> {
    let message = match news {
        News::Frame(Ok(message)) => message,
        News::Frame(Err(error)) => return Err(broken(&error)),
        News::End => return Err(Ended::Peer),
        News::Late => return Err(Ended::Patience(patience.waiting_for())),
    };
    match message {
        Message::Text(text) => take(peer, Bytes::from(text)).await?,
        Message::Binary(bytes) => take(peer, bytes).await?,
        // Answered by the library.
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => {}
    }
    patience.heard(1, true);
    Ok(())
}

async fn write<S>(
    socket: &mut SplitSink<WebSocketStream<Watched<S>>, Message>,
    peer: &Peer,
    mut queue: Queue,
) -> Ended
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(bytes) = queue.recv().await {
        // RFC 7118 §5: text if it is UTF-8, for browsers' libraries expect it.
        let message = match Utf8Bytes::try_from(bytes.clone()) {
            Ok(text) => Message::Text(text),
            Err(_) => Message::Binary(bytes.clone()),
        };
        match timeout(peer.shared.limits.write_timeout, socket.send(message)).await {
            Err(_elapsed) => return Ended::Overflow,
            Ok(Err(error)) => return broken(&error),
            Ok(Ok(())) => peer.wrote(&bytes),
        }
    }
    Ended::Overflow
}

fn broken(error: &Error) -> Ended {
    debug!(%error, "WebSocket");
    match error {
        Error::Capacity(_) | Error::Utf8(_) | Error::AttackAttempt => Ended::Framing,
        Error::Protocol(error) if is_the_peers_fault(error) => Ended::Framing,
        Error::Protocol(_)
        | Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Io(_)
        | Error::Tls(_)
        | Error::WriteBufferFull(_)
        | Error::Url(_)
        | Error::Http(_)
        | Error::HttpFormat(_) => Ended::Peer,
    }
}

/// A stream that just ends is no breach of the protocol.
fn is_the_peers_fault(error: &tokio_tungstenite::tungstenite::error::ProtocolError) -> bool {
    use tokio_tungstenite::tungstenite::error::ProtocolError::{
        ReceivedAfterClosing, ResetWithoutClosingHandshake, SendAfterClosing,
    };
    !matches!(
        error,
        ResetWithoutClosingHandshake | SendAfterClosing | ReceivedAfterClosing
    )
}

fn close_frame(ended: Ended) -> CloseFrame {
    let (code, reason) = match ended {
        Ended::Framing => (CloseCode::Policy, "not one SIP message a frame"),
        Ended::Patience(_) => (CloseCode::Policy, "silent for too long"),
        Ended::Peer | Ended::Silent | Ended::Overflow | Ended::Unreached(_) | Ended::EngineGone => {
            (CloseCode::Away, "the connection is closed")
        }
    };
    let reason = Utf8Bytes::from_static(reason);
    CloseFrame { code, reason }
}

fn config(message_bytes_max: usize) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        // A message and the pongs beside it.
        .max_write_buffer_size(message_bytes_max.saturating_mul(2).max(READ_BUFFER_BYTES))
        .max_message_size(Some(message_bytes_max))
        .max_frame_size(Some(message_bytes_max))
}

/// A stream that knows whether bytes have come.
struct Watched<S> {
    stream: S,
    has_moved: Arc<AtomicBool>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() > before {
            self.has_moved.store(true, Ordering::Relaxed);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
