//! The outbox: what a worker wants done, in memory that is allocated once.
//!
//! Datagrams lie in fixed slots; the shell sends them, takes news and chunks, and clears. A worker that finds the outbox
//! full in mid-tick stops and goes on when called again, so that nothing is lost; a single packet beyond is dropped and counted.

use core::net::SocketAddr;

use crate::{News, PortId, RecordingId};

/// Largest datagram that is ever sent.
pub const DATAGRAM_BYTES_MAX: usize = 1_500;
/// Stereo frames of a full chunk: 100 ms at 8 kHz.
pub const CHUNK_FRAMES: usize = 800;

/// Which socket of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// The even port.
    Rtp,
    /// The odd port.
    Rtcp,
}

/// A datagram to send.
#[derive(Clone)]
pub struct Datagram {
    /// Through the sockets of this port.
    pub port: PortId,
    /// Through which of them.
    pub channel: Channel,
    /// To whom.
    pub to: SocketAddr,
    len: usize,
    bytes: [u8; DATAGRAM_BYTES_MAX],
}

impl Datagram {
    /// What to send.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// 100 ms of a recording.
#[derive(Clone)]
pub struct RecordingChunk {
    /// Which recording.
    pub recording: RecordingId,
    /// Interleaved stereo at 8 kHz, left first.
    pub samples: [i16; 2 * CHUNK_FRAMES],
    /// Frames that count; fewer than [`CHUNK_FRAMES`] only in the last chunk.
    pub frames: u16,
    /// The recording ends here.
    pub last: bool,
}

impl RecordingChunk {
    /// The samples that count, interleaved.
    #[must_use]
    pub fn interleaved(&self) -> &[i16] {
        self.samples
            .get(..2 * usize::from(self.frames))
            .unwrap_or_default()
    }
}

/// What a worker wants done.
pub struct Outbox {
    datagrams: Vec<Datagram>,
    used: usize,
    news: Vec<News>,
    chunks: Vec<RecordingChunk>,
    dropped: u64,
}

impl Outbox {
    /// Room for so many datagrams between two drains (at least 64).
    #[must_use]
    pub fn new(datagrams_max: usize) -> Self {
        todo!("{datagrams_max}")
    }

    /// Datagrams to send, in order.
    #[must_use]
    pub fn datagrams(&self) -> &[Datagram] {
        self.datagrams.get(..self.used).unwrap_or_default()
    }

    /// Forgets the datagrams once they are sent.
    pub fn clear_datagrams(&mut self) {
        self.used = 0;
    }

    /// Takes the news, in order.
    pub fn drain_news(&mut self) -> impl Iterator<Item = News> + '_ {
        self.news.drain(..)
    }

    /// Takes the recorded sound, in order.
    pub fn drain_chunks(&mut self) -> impl Iterator<Item = RecordingChunk> + '_ {
        self.chunks.drain(..)
    }

    /// Nothing to do for the shell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.used == 0 && self.news.is_empty() && self.chunks.is_empty()
    }

    /// Datagrams that found no slot since the start.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}
