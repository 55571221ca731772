//! A recorder: two streams that come in packets become one stereo sound without gap or drift.
//!
//! Time is the frame: frame n of the file is what was heard n/8000 s after the start, whatever came or did not. A packet
//! lies where its timestamp says, relative to where the first of its stream arrived; when that is too far from now (a jump, a
//! new stream, two clocks drifting apart) its stream is laid down anew at its arrival. What is too late for the last chunk
//! is lost. SSRCs alone mean nothing: all callers of one test tool have the same.

use core::time::Duration;

use crate::message::{BEFORE_KEY, Message};
use crate::outbox::CHUNK_FRAMES;
use crate::outgoing::samples;
use crate::{Outbox, RecordingId};

/// How long a chunk waits for late packets, in samples: 200 ms.
const WAIT: u64 = 1_600;
/// How far ahead of its arrival a packet may lie, in samples: 120 ms.
const AHEAD: u64 = 960;
/// Samples in memory per side: a waiting chunk, the wait, what lies ahead and the longest packet fit.
const RING: usize = 5_120;

const _: () =
    assert!(CHUNK_FRAMES as u64 + WAIT + AHEAD + (audio::frame::CAPACITY as u64) < RING as u64);

/// The two sides of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// What comes from the port.
    Left,
    /// What goes to the port.
    Right,
}

/// One recording under way.
pub(crate) struct Recorder {
    pub(crate) id: RecordingId,
    started_at: Duration,
    /// Frames that are out.
    written: u64,
    /// What the port says is not kept: a secret is being typed (S22).
    masked: bool,
    /// It is a message: one side alone, without keys.
    message: Option<Message>,
    left: Track,
    right: Track,
}

impl Recorder {
    /// Starts now.
    pub(crate) fn new(now: Duration, id: RecordingId, message: Option<Message>) -> Self {
        Self {
            id,
            started_at: now,
            written: 0,
            masked: false,
            message,
            left: Track::new(),
            right: Track::new(),
        }
    }

    /// Lays a packet down.
    pub(crate) fn handle(
        &mut self,
        now: Duration,
        side: Side,
        ssrc: u32,
        timestamp: u32,
        samples: &[i16],
    ) {
        let (arrival, written) = (self.length(now), self.written);
        if let Some(message) = &mut self.message
            && (side == Side::Right || !message.hear(now, samples))
        {
            return;
        }
        match side {
            // Nothing is laid down, so silence stands there; the other side and the length go on.
            Side::Left if self.masked => {}
            Side::Left => self.left.handle(arrival, written, ssrc, timestamp, samples),
            Side::Right => self
                .right
                .handle(arrival, written, ssrc, timestamp, samples),
        }
    }

    /// A key is down: nothing of it stands in a message, nor what has come of it before it was known as one.
    pub(crate) fn key(&mut self, now: Duration) {
        let length = self.length(now);
        let from = length.saturating_sub(samples(BEFORE_KEY)).max(self.written);
        if let Some(message) = &mut self.message {
            message.key(now);
            let to = length + AHEAD + audio::frame::CAPACITY as u64;
            self.left.wipe(from..to);
        }
    }

    /// Gives out the chunks that no packet can change any more, two at most: what a stalled thread missed comes bit by bit.
    pub(crate) fn handle_tick(&mut self, now: Duration, out: &mut Outbox) {
        for _ in 0..2 {
            if self.length(now) >= self.written + CHUNK_FRAMES as u64 + WAIT {
                self.give(CHUNK_FRAMES as u64, false, out);
            }
        }
        if let Some(message) = &mut self.message {
            message.handle_tick(now, self.id, out);
        }
    }

    /// Gives out all that is left; the length in frames.
    pub(crate) fn finish(&mut self, now: Duration, out: &mut Outbox) -> u64 {
        let length = self.length(now).max(self.written);
        while length - self.written > CHUNK_FRAMES as u64 {
            self.give(CHUNK_FRAMES as u64, false, out);
        }
        self.give(length - self.written, true, out);
        self.written
    }

    /// What was said, if it is a message that has finished.
    pub(crate) fn into_message(self) -> Option<Message> {
        self.message
    }

    /// From here on the port's own sound is kept (false) or silence in its place (true).
    pub(crate) fn mask(&mut self, masked: bool) {
        self.masked = masked;
    }

    /// Frames that are out.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    fn length(&self, now: Duration) -> u64 {
        samples(now.saturating_sub(self.started_at))
    }

    fn give(&mut self, frames: u64, last: bool, out: &mut Outbox) {
        let (left, right, from) = (&mut self.left, &mut self.right, self.written);
        let message = &mut self.message;
        out.chunk(self.id, frames as u16, last, |interleaved| {
            for (frame, at) in interleaved.chunks_exact_mut(2).zip(from..) {
                let said = left.take(at);
                frame.copy_from_slice(&[said, right.take(at)]);
                if let Some(message) = message {
                    message.keep(said);
                }
            }
        });
        self.written += frames;
    }
}

/// One side: a ring of samples by frame number, silence where nothing lies.
struct Track {
    ring: Box<[i16; RING]>,
    anchor: Option<Anchor>,
}

/// Where a timestamp of a stream lies.
#[derive(Clone, Copy)]
struct Anchor {
    ssrc: u32,
    timestamp: u32,
    frame: u64,
}

impl Track {
    fn new() -> Self {
        Self {
            ring: Box::new([0; RING]),
            anchor: None,
        }
    }

    fn handle(&mut self, arrival: u64, written: u64, ssrc: u32, timestamp: u32, samples: &[i16]) {
        let known = self.anchor.filter(|anchor| anchor.ssrc == ssrc);
        let step = known.map_or(0, |anchor| timestamp.wrapping_sub(anchor.timestamp) as i32);
        let told = known.and_then(|anchor| anchor.frame.checked_add_signed(step.into()));
        let frame = match told.filter(|frame| (written..=arrival + AHEAD).contains(frame)) {
            Some(frame) => frame,
            // An old packet of a stream that went on without it.
            None if step < 0 && told.is_some_and(|frame| frame < written) => return,
            None => arrival.max(written),
        };
        // The anchor moves along, so that timestamps may wrap and a stream may last.
        if step >= 0 || told != Some(frame) {
            self.anchor = Some(Anchor {
                ssrc,
                timestamp,
                frame,
            });
        }
        for (sample, at) in samples.iter().zip(frame..) {
            if let Some(place) = self.ring.get_mut((at % RING as u64) as usize) {
                *place = *sample;
            }
        }
    }

    /// Leaves silence for these frames.
    fn wipe(&mut self, frames: core::ops::Range<u64>) {
        for at in frames {
            self.take(at);
        }
    }

    /// Takes a sample out and leaves silence for the frame that comes round the ring.
    fn take(&mut self, frame: u64) -> i16 {
        self.ring
            .get_mut((frame % RING as u64) as usize)
            .map(core::mem::take)
            .unwrap_or_default()
    }
}
