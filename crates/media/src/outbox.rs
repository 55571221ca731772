//! The outbox: what a worker wants done, in memory that is allocated once.
//!
//! Datagrams lie in fixed slots; the shell sends them, takes news and recorded chunks, and clears. A worker that finds no
//! room in mid-tick stops and goes on when called again, so that nothing is lost; a single packet too many is dropped and counted.

use core::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use crate::{News, PortId, RecordingId};

/// Largest datagram that is ever sent, in bytes.
pub const DATAGRAM_BYTES_MAX: usize = 1_500;
/// Stereo frames of a full chunk: 100 ms at 8 kHz.
pub const CHUNK_FRAMES: usize = 800;
/// Least number of slots: a tick must be able to serve one port.
const SLOTS_MIN: usize = 64;
/// What one port may need in one step: frames to catch up, a report, the end of its recordings.
const ROOM: usize = 32;

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
    const EMPTY: Self = Self {
        port: PortId(0),
        channel: Channel::Rtp,
        to: SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0)),
        len: 0,
        bytes: [0; DATAGRAM_BYTES_MAX],
    };

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
    /// Room for so many datagrams between two drains (at least 64), for as many news and a quarter as many chunks.
    #[must_use]
    pub fn new(datagrams_max: usize) -> Self {
        let slots = datagrams_max.max(SLOTS_MIN);
        Self {
            datagrams: vec![Datagram::EMPTY; slots],
            used: 0,
            news: Vec::with_capacity(slots),
            chunks: Vec::with_capacity((slots / 4).max(SLOTS_MIN)),
            dropped: 0,
        }
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

    /// Memory held, as (datagrams, news, chunks): constant while the shell drains in time.
    #[must_use]
    pub fn capacities(&self) -> (usize, usize, usize) {
        (
            self.datagrams.capacity(),
            self.news.capacity(),
            self.chunks.capacity(),
        )
    }

    /// One more port can be served without growing or dropping.
    pub(crate) fn has_room(&self) -> bool {
        let slots = self.datagrams.len() - self.used;
        slots >= ROOM
            && self.news.len() + ROOM <= self.news.capacity()
            && self.chunks.len() + ROOM <= self.chunks.capacity()
    }

    pub(crate) fn tell(&mut self, news: News) {
        self.news.push(news);
    }

    /// Lends a slot; `write` gives the length, or none to leave it.
    pub(crate) fn send(
        &mut self,
        port: PortId,
        channel: Channel,
        to: SocketAddr,
        write: impl FnOnce(&mut [u8]) -> Option<usize>,
    ) {
        let Some(slot) = self.datagrams.get_mut(self.used) else {
            self.dropped += 1;
            return;
        };
        let Some(len) = write(&mut slot.bytes) else {
            return;
        };
        (slot.port, slot.channel, slot.to, slot.len) = (port, channel, to, len);
        self.used += 1;
    }

    /// Adds a silent chunk and lends its samples for writing.
    pub(crate) fn chunk(
        &mut self,
        recording: RecordingId,
        frames: u16,
        last: bool,
        write: impl FnOnce(&mut [i16]),
    ) {
        let mut chunk = RecordingChunk {
            recording,
            samples: [0; 2 * CHUNK_FRAMES],
            frames,
            last,
        };
        if let Some(samples) = chunk.samples.get_mut(..2 * usize::from(frames)) {
            write(samples);
        }
        self.chunks.push(chunk);
    }
}
