//! Both ways of sound between a port and a service that talks with its caller (E24): without a lock, and without memory that
//! is taken on the way.
//!
//! Each way is a ring of G.711 mu-law bytes that one side writes and one other reads. The media thread never waits: what the
//! service does not fetch in time is dropped whole and counted, and where it says nothing the caller hears silence. Whoever
//! holds the port's end lets go of it when the conversation, the port or a bridge ends it; the service's end sees that.

use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::Arc;

use audio::codec::MU_LAW;

use crate::PlaybackId;
use crate::playback::FRAME;

/// Bytes of one way: about a second.
const RING: usize = 8_192;

/// One conversation's sound. Two are equal if they are of the same one.
#[derive(Clone)]
pub struct Duplex(Arc<Ways>);

struct Ways {
    id: PlaybackId,
    heard: Ring,
    said: Ring,
    /// Samples of the caller that found no room.
    dropped: AtomicU64,
    over: AtomicBool,
}

impl Duplex {
    /// A fresh one. Its memory is taken here.
    #[must_use]
    pub fn new(id: PlaybackId) -> Self {
        Self(Arc::new(Ways {
            id,
            heard: Ring::new(),
            said: Ring::new(),
            dropped: AtomicU64::new(0),
            over: AtomicBool::new(false),
        }))
    }

    /// Takes what the caller has said since; how many bytes of mu-law that is, at most as many as there is room for.
    pub fn fetch(&self, room: &mut [u8]) -> usize {
        self.0.heard.read(room)
    }

    /// Forgets what the caller has said so far, and what was dropped of it: the service hears him from here on.
    pub fn begin(&self) {
        self.0.heard.pass();
        self.0.dropped.store(0, Ordering::Relaxed);
    }

    /// Bytes of the caller that wait to be fetched.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.heard.len()
    }

    /// Lets the caller hear these bytes of mu-law after those before; how many of them were taken. The rest comes again later.
    pub fn say(&self, sound: &[u8]) -> usize {
        let room = RING - self.0.said.len();
        let fits = sound.get(..room).unwrap_or(sound);
        self.0.said.write(fits);
        fits.len()
    }

    /// What the caller has not heard yet he does not hear any more.
    pub fn clear(&self) {
        self.0.said.skip();
    }

    /// How many bytes the caller has heard, or will not hear any more.
    #[must_use]
    pub fn spoken(&self) -> u64 {
        self.0.said.position()
    }

    /// Whether the port's end is gone.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.0.over.load(Ordering::Acquire)
    }

    /// Ends it, whoever holds the port's end.
    pub fn end(&self) {
        self.0.over.store(true, Ordering::Release);
    }

    /// Samples of the caller that were dropped because nobody fetched those before them.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }
}

impl PartialEq for Duplex {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for Duplex {}

impl fmt::Debug for Duplex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Duplex").field(&self.0.id.0).finish()
    }
}

/// The port's end. With the last clone gone the conversation is over: so it ends too if a command with it is lost on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Talker(Arc<Held>);

/// What ends a conversation when it is dropped.
#[derive(Debug, PartialEq, Eq)]
struct Held(Duplex);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Talker {
    /// The port's end of that one: there is one in each conversation.
    #[must_use]
    pub fn new(duplex: Duplex) -> Self {
        Self(Arc::new(Held(duplex)))
    }

    /// Whether this is the end of that one.
    #[must_use]
    pub fn is_of(&self, duplex: &Duplex) -> bool {
        self.0.0 == *duplex
    }

    /// Hands on what the caller says, or drops it.
    pub(crate) fn hear(&self, samples: &[i16]) {
        let ways = &*self.0.0.0;
        if RING - ways.heard.len() < samples.len() {
            let count = samples.len() as u64;
            ways.dropped.fetch_add(count, Ordering::Relaxed);
            return;
        }
        let mut encoded = [0; FRAME];
        for samples in samples.chunks(FRAME) {
            let len = (MU_LAW.encode)(samples, &mut encoded);
            ways.heard.write(encoded.get(..len).unwrap_or_default());
        }
    }

    /// The next 20 ms of what the service says; silence where it says nothing.
    pub(crate) fn fill(&self, frame: &mut [i16; FRAME]) {
        let mut encoded = [0; FRAME];
        let len = self.0.0.0.said.read(&mut encoded);
        frame.fill(0);
        (MU_LAW.decode)(encoded.get(..len).unwrap_or_default(), frame);
    }
}

/// One way. Positions count bytes since the beginning; the writer alone moves `written` and `skip_to`, the reader `read`.
struct Ring {
    bytes: Box<[AtomicU8]>,
    written: AtomicU64,
    read: AtomicU64,
    skip_to: AtomicU64,
}

impl Ring {
    fn new() -> Self {
        Self {
            bytes: (0..RING).map(|_| AtomicU8::new(0)).collect(),
            written: AtomicU64::new(0),
            read: AtomicU64::new(0),
            skip_to: AtomicU64::new(0),
        }
    }

    fn place(&self, at: u64) -> Option<&AtomicU8> {
        self.bytes.get((at % RING as u64) as usize)
    }

    /// Where the reader stands, or will with its next step.
    fn position(&self) -> u64 {
        let read = self.read.load(Ordering::Acquire);
        read.max(self.skip_to.load(Ordering::Acquire))
    }

    /// Bytes whose places are not free. What is skipped is free only when the reader has passed it.
    fn len(&self) -> usize {
        let written = self.written.load(Ordering::Acquire);
        let read = self.read.load(Ordering::Acquire);
        usize::try_from(written.saturating_sub(read)).map_or(RING, |len| len.min(RING))
    }

    /// Writes what the caller of this knows to fit.
    fn write(&self, bytes: &[u8]) {
        let from = self.written.load(Ordering::Relaxed);
        for (byte, at) in bytes.iter().zip(from..) {
            if let Some(place) = self.place(at) {
                place.store(*byte, Ordering::Relaxed);
            }
        }
        let to = from + bytes.len() as u64;
        self.written.store(to, Ordering::Release);
    }

    fn read(&self, room: &mut [u8]) -> usize {
        let from = self.position();
        let written = self.written.load(Ordering::Acquire);
        let len = usize::try_from(written.saturating_sub(from)).unwrap_or(0);
        let len = len.min(room.len());
        for (byte, at) in room.iter_mut().take(len).zip(from..) {
            *byte = self.place(at).map_or(0, |it| it.load(Ordering::Relaxed));
        }
        self.read.store(from + len as u64, Ordering::Release);
        len
    }

    /// The reader passes what was written.
    fn pass(&self) {
        let written = self.written.load(Ordering::Acquire);
        self.read.store(written, Ordering::Release);
    }

    fn skip(&self) {
        let written = self.written.load(Ordering::Relaxed);
        self.skip_to.store(written, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Duplex, Talker) {
        let duplex = Duplex::new(PlaybackId(1));
        (duplex.clone(), Talker::new(duplex))
    }

    #[test]
    fn e24_what_is_said_comes_out_in_order_over_many_turns_of_the_ring() {
        let (duplex, talker) = pair();
        let mut spoken = Vec::new();
        let mut said = (0..=255_u8).cycle().filter(|it| *it != 0x7f);
        let mut rest: Vec<u8> = Vec::new();
        let mut all = Vec::new();
        for _ in 0..1_000 {
            rest.extend(said.by_ref().take(170));
            all.extend_from_slice(&rest[rest.len() - 170..]);
            let taken = duplex.say(&rest);
            rest.drain(..taken);
            let mut frame = [0; FRAME];
            talker.fill(&mut frame);
            let mut encoded = [0; FRAME];
            (MU_LAW.encode)(&frame, &mut encoded);
            spoken.extend(encoded);
        }
        assert!(!rest.is_empty(), "more is said than is heard");
        assert_eq!(spoken[..], all[..spoken.len()]);
        assert_eq!(duplex.spoken(), spoken.len() as u64);
    }

    #[test]
    fn e24_cleared_sound_is_not_heard_and_what_comes_after_it_is() {
        let (duplex, talker) = pair();
        assert_eq!(duplex.say(&[0x12; 9_000]), RING, "no more than fits");
        let mut frame = [0; FRAME];
        talker.fill(&mut frame);
        assert_ne!(frame, [0; FRAME]);
        duplex.clear();
        assert_eq!(duplex.spoken(), RING as u64);
        duplex.say(&[0x34; 80]);
        talker.fill(&mut frame);
        let mut expected = [0; FRAME];
        (MU_LAW.decode)(&[0x34; 80], &mut expected);
        assert_eq!(frame, expected, "its rest is silence");
        talker.fill(&mut frame);
        assert_eq!(frame, [0; FRAME], "nothing said is silence");
    }

    #[test]
    fn e24_a_voice_that_nobody_fetches_is_dropped_and_counted_and_the_end_is_seen() {
        let (duplex, talker) = pair();
        for _ in 0..60 {
            talker.hear(&[1_000; FRAME]);
        }
        assert_eq!(duplex.waiting(), 51 * FRAME);
        assert_eq!(duplex.dropped(), 9 * FRAME as u64);
        let mut room = [0; RING];
        assert_eq!(duplex.fetch(&mut room), 51 * FRAME);
        assert!(!duplex.is_over());
        duplex.begin();
        assert_eq!((duplex.waiting(), duplex.dropped()), (0, 0));
        talker.hear(&[-1_000; FRAME]);
        let mut first = [0; FRAME];
        assert_eq!(duplex.fetch(&mut first), FRAME);
        assert_ne!(first[0], room[0], "what he says from there on");
        drop(talker);
        assert!(duplex.is_over());
    }
}
