//! SIP on a WebSocket of our own listeners, RFC 7118 §5: each frame of data is one message.
//!
//! Pings and the close handshake are the library's work; its buffers are bounded by the largest message. G12: the clock of
//! a message starts with its first byte, so the stream below is watched: neither a frame that drips nor a message in
//! fragments without end is waited for. One task reads and writes in turn.

use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll, ready};
use core::time::Duration;
use std::io;

use bytes::Bytes;
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
    mut queue: Queue,
    mut patience: Patience,
) -> Ended
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = config(peer.shared.message.message_bytes_max);
    let stream = Watched {
        stream,
        has_moved: false,
    };
    let opened = WebSocketStream::from_partially_read(stream, rest, Role::Server, Some(config));
    let mut socket = opened.await;
    let ended = loop {
        let turn = tokio::select! {
            news = next(&mut socket, &mut patience) => heard(news, &peer, &mut patience).await,
            bytes = queue.recv() => send(&mut socket, &peer, bytes).await,
        };
        if let Err(ended) = turn {
            break ended;
        }
    };
    let _gone_already = timeout(FAREWELL, socket.close(close_frame(ended))).await;
    ended
}

/// What the peer did.
enum News {
    Frame(Result<Message, Error>),
    End,
    Late,
}

async fn next<S>(socket: &mut WebSocketStream<Watched<S>>, patience: &mut Patience) -> News
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
        if core::mem::take(&mut socket.get_mut().has_moved) {
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

async fn send<S>(
    socket: &mut WebSocketStream<Watched<S>>,
    peer: &Peer,
    bytes: Option<Bytes>,
) -> Result<(), Ended>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    // No queue, no row: it was closed because the peer does not read.
    let bytes = bytes.ok_or(Ended::Overflow)?;
    // RFC 7118 §5: text if it is UTF-8, for browsers' libraries expect it.
    let message = match Utf8Bytes::try_from(bytes.clone()) {
        Ok(text) => Message::Text(text),
        Err(_) => Message::Binary(bytes.clone()),
    };
    match timeout(peer.shared.limits.write_timeout, socket.send(message)).await {
        Err(_elapsed) => Err(Ended::Overflow),
        Ok(Err(error)) => Err(broken(&error)),
        Ok(Ok(())) => {
            peer.wrote(&bytes);
            Ok(())
        }
    }
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

fn close_frame(ended: Ended) -> Option<CloseFrame> {
    let (code, reason) = match ended {
        Ended::Framing => (CloseCode::Policy, "not one SIP message a frame"),
        Ended::Patience(_) => (CloseCode::Policy, "silent for too long"),
        Ended::Peer | Ended::Silent | Ended::Overflow | Ended::Unreached(_) | Ended::EngineGone => {
            (CloseCode::Away, "the connection is closed")
        }
    };
    let reason = Utf8Bytes::from_static(reason);
    Some(CloseFrame { code, reason })
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
    has_moved: bool,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        self.has_moved |= buffer.filled().len() > before;
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
