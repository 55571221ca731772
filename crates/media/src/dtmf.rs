//! Keys to send: a queue of digits, one press after another, by RFC 4733 or as tones.
//!
//! Each key is held for 100 ms and followed by 80 ms of quiet, which is what the slowest detectors of the field want. The
//! packets themselves are [`rtp::telephone_event`], the tones [`audio::dtmf`]. A peer that agrees to the other way while a key
//! is down gets the next one by it.

use std::collections::VecDeque;

use audio::dtmf::KeyTone;
use rtp::telephone_event::{EVENT_BYTES, Outgoing, Sending};

use crate::playback::FRAME;

/// How long a key is held, in units of the RTP clock.
const LENGTH: u16 = 800;
/// Units of the RTP clock in a tick of 20 ms.
const TICK: u16 = 160;
/// Ticks for which the tones of a key last.
const SUNG: u8 = 5;
/// Ticks of quiet after a key.
const QUIET: u8 = 4;
/// Keys that may wait; what exceeds them is left out.
const WAITING_MAX: usize = 64;

/// Sends keys in ticks of 20 ms.
#[derive(Debug, Default)]
pub(crate) struct KeySender {
    waiting: VecDeque<char>,
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Idle,
    /// A key is down since this timestamp of the port's timeline (none before its first packet).
    Down {
        sending: Sending,
        start: Option<u64>,
    },
    /// The tones of a key, and ticks to go.
    Sung(KeyTone, u8),
    /// Ticks of quiet to go.
    Quiet(u8),
}

/// What a tick sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyPacket {
    /// The payload.
    pub(crate) payload: [u8; EVENT_BYTES],
    /// Timestamp of the press; none in its first packet.
    pub(crate) start: Option<u64>,
    /// How much of the timeline it covers.
    pub(crate) ticks: u32,
}

impl KeySender {
    /// Queues digits; what is no key is skipped.
    pub(crate) fn push(&mut self, digits: &str) {
        let keys = digits
            .chars()
            .map(|digit| digit.to_ascii_uppercase())
            .filter(|digit| rtp::telephone_event::code(*digit).is_some());
        let room = WAITING_MAX.saturating_sub(self.waiting.len());
        self.waiting.extend(keys.take(room));
    }

    /// Nothing is being sent and nothing waits.
    pub(crate) fn is_idle(&self) -> bool {
        matches!(self.state, State::Idle) && self.waiting.is_empty()
    }

    /// The packet of this tick.
    pub(crate) fn handle_tick(&mut self) -> Option<KeyPacket> {
        if let State::Idle = self.state {
            let key = self.waiting.pop_front()?;
            let sending = Sending::new(key, LENGTH, TICK)?;
            self.state = State::Down {
                sending,
                start: None,
            };
        }
        match &mut self.state {
            State::Idle => None,
            State::Down { sending, start } => match sending.next_packet() {
                Some(Outgoing { event, .. }) => Some(KeyPacket {
                    payload: event.to_bytes(),
                    start: *start,
                    ticks: event.duration.into(),
                }),
                None => {
                    self.state = State::Quiet(QUIET - 1);
                    None
                }
            },
            State::Sung(..) => {
                self.state = State::Quiet(QUIET - 1);
                None
            }
            State::Quiet(_) => {
                self.rest();
                None
            }
        }
    }

    /// Writes the sound of this tick: a key's tones, or the quiet after it; false when there is none.
    pub(crate) fn sing(&mut self, frame: &mut [i16; FRAME]) -> bool {
        if let State::Idle = self.state {
            let Some(tone) = self.waiting.pop_front().and_then(KeyTone::new) else {
                return false;
            };
            self.state = State::Sung(tone, SUNG);
        }
        match &mut self.state {
            State::Idle => return false,
            State::Sung(tone, ticks) => {
                tone.fill(frame);
                *ticks -= 1;
                if *ticks == 0 {
                    self.state = State::Quiet(QUIET - 1);
                }
            }
            State::Down { .. } => self.state = State::Quiet(QUIET - 1),
            State::Quiet(_) => self.rest(),
        }
        true
    }

    /// A tick of the quiet after a key.
    fn rest(&mut self) {
        if let State::Quiet(ticks) = &mut self.state {
            match ticks.checked_sub(1) {
                Some(left) => *ticks = left,
                None => self.state = State::Idle,
            }
        }
    }

    /// Tells where on the timeline the first packet of the press went.
    pub(crate) fn handle_started(&mut self, timestamp: u64) {
        if let State::Down { start, .. } = &mut self.state {
            start.get_or_insert(timestamp);
        }
    }
}
