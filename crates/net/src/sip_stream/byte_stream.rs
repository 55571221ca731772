//! SIP on a stream of bytes, TCP or TLS: cut into messages by RFC 3261 §18.3, with the pings of RFC 5626 §3.5.1.
//!
//! A reading and a writing half in one task. Every wait has a limit (S8): for the first message, for each message from its
//! first byte to its last (G12: drips are cut), for silence, for a peer that does not read. A slow engine makes the reading
//! wait, so TCP tells the peer. A stream that cannot be framed any more stays open for a moment so that its last message is
//! answered. A peer that closes its sending side is taken as gone: nobody is left to ask.

use core::future::poll_fn;
use core::mem::MaybeUninit;
use core::pin::Pin;
use core::task::{Poll, ready};
use core::time::Duration;
use std::io;

use sip::framing::{Frame, StreamFramer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::{timeout, timeout_at};

use super::connection::{Ended, Peer, Queue};
use super::vigil::{Late, Vigil};

/// Read at once; on the stack only while reading, so that a silent connection costs no buffer.
const READ_BYTES: usize = 8_192;
const PING: &[u8] = b"\r\n\r\n";
/// For the answer to a message after which the stream cannot be framed, such as 400 for a bad Content-Length.
const LINGER: Duration = Duration::from_secs(1);
/// For the goodbye of TLS (close_notify) to leave.
const FAREWELL: Duration = Duration::from_secs(1);

/// Carries messages both ways until either side ends.
pub(crate) async fn carry<S>(stream: S, peer: Peer, queue: Queue, vigil: Vigil) -> Ended
where
    S: AsyncRead + AsyncWrite,
{
    let (mut from_peer, mut to_peer) = tokio::io::split(stream);
    let ended = tokio::select! {
        ended = read(&mut from_peer, &peer, vigil) => ended,
        ended = write(&mut to_peer, &peer, queue) => ended,
    };
    let _gone_already = timeout(FAREWELL, to_peer.shutdown()).await;
    ended
}

async fn read<R>(stream: &mut R, peer: &Peer, mut vigil: Vigil) -> Ended
where
    R: AsyncRead + Unpin,
{
    let mut framer = StreamFramer::new(peer.shared.message);
    loop {
        let until = vigil.until();
        let some = read_some(stream, |bytes| vigil.push(&mut framer, bytes));
        match timeout_at(until, some).await {
            Ok(Err(_) | Ok(0)) => return Ended::Peer,
            Ok(Ok(_)) => {}
            Err(_elapsed) => match late(&mut vigil, peer) {
                Ok(()) => continue,
                Err(ended) => return ended,
            },
        }
        match take_frames(&mut framer, peer).await {
            Ok(frames) => vigil.heard(frames, &framer),
            Err(Ended::Framing) => {
                // What is still unread would make the system reset the connection, answer included.
                let _elapsed = timeout(LINGER, discard(stream)).await;
                return Ended::Framing;
            }
            Err(ended) => return ended,
        }
    }
}

fn late(vigil: &mut Vigil, peer: &Peer) -> Result<(), Ended> {
    match vigil.handle_timeout() {
        Late::Nothing => Ok(()),
        Late::Ping => {
            peer.shared.counters.stream_pings_sent.increment();
            peer.send_line_ends(PING)
        }
        Late::Dead => Err(Ended::Silent),
        Late::Owing(what) => Err(Ended::Patience(what)),
    }
}

/// Hands on all whole frames; returns how many there were.
async fn take_frames(framer: &mut StreamFramer, peer: &Peer) -> Result<usize, Ended> {
    let mut frames = 0;
    while let Some(frame) = framer.next_frame().map_err(|_| Ended::Framing)? {
        frames += 1;
        match frame {
            Frame::Message(bytes) => peer.hand_on(bytes).await?,
            Frame::Ping => peer.pong()?,
        }
    }
    Ok(frames)
}

async fn write<W>(stream: &mut W, peer: &Peer, mut queue: Queue) -> Ended
where
    W: AsyncWrite + Unpin,
{
    while let Some(bytes) = queue.recv().await {
        let written = async {
            stream.write_all(&bytes).await?;
            // TLS keeps in its buffer what the socket did not take.
            stream.flush().await
        };
        match timeout(peer.shared.limits.write_timeout, written).await {
            Err(_elapsed) => return Ended::Overflow,
            Ok(Err(_)) => return Ended::Peer,
            Ok(Ok(())) => peer.wrote(&bytes),
        }
    }
    Ended::Overflow
}

/// Waits for bytes and gives them away; 0 is the end of the stream.
async fn read_some<R>(stream: &mut R, mut take: impl FnMut(&[u8])) -> io::Result<usize>
where
    R: AsyncRead + Unpin,
{
    poll_fn(|context| {
        let mut bytes = [const { MaybeUninit::uninit() }; READ_BYTES];
        let mut buffer = ReadBuf::uninit(&mut bytes);
        ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer))?;
        take(buffer.filled());
        Poll::Ready(Ok(buffer.filled().len()))
    })
    .await
}

/// Reads until the peer closes.
async fn discard<R>(stream: &mut R)
where
    R: AsyncRead + Unpin,
{
    while let Ok(1..) = read_some(stream, |_| {}).await {}
}
