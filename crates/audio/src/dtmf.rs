//! Keys as sound: the eight tones of a telephone's keypad (ITU-T Q.23), made and recognised.
//!
//! A key is two tones at once, one of the low group (its row) and one of the high group (its column). [`KeyTone`] makes
//! them, [`Receiver`] hears them in a voice. What a receiver has to take and what it must not take is ITU-T Q.24 (ETSI
//! ES 201 235-3 asks for the same and measures more); the figures stand with the receiver. Keys in packets are no matter
//! of sound: they are `rtp::telephone_event`.

mod receiver;
mod spectrum;

use crate::RATE_HZ;
use crate::mix::mix_into;
use crate::tone::Tone;

pub use receiver::{Press, Receiver};

/// The low group: tones of the rows, from the top, in Hz.
pub const ROWS_HZ: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
/// The high group: tones of the columns, from the left, in Hz.
pub const COLUMNS_HZ: [f64; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];
/// The keypad.
const KEYPAD: [[char; 4]; 4] = [
    ['1', '2', '3', 'A'],
    ['4', '5', '6', 'B'],
    ['7', '8', '9', 'C'],
    ['*', '0', '#', 'D'],
];
/// Peak of each tone that is made: −9 dBm0, within what every receiver of Q.24 takes, and the sum is far from clipping.
const PEAK: i16 = 8_100;

/// Row and column tone of a key in Hz; none for what is no key.
#[must_use]
pub fn tones(key: char) -> Option<(f64, f64)> {
    let mut places = KEYPAD.iter().zip(ROWS_HZ).flat_map(|(row, low)| {
        let columns = row.iter().zip(COLUMNS_HZ);
        columns.map(move |(key, high)| (*key, (low, high)))
    });
    places.find_map(|(it, tones)| (it == key).then_some(tones))
}

/// The key at a place of the keypad.
fn key_at(row: usize, column: usize) -> Option<char> {
    KEYPAD.get(row)?.get(column).copied()
}

/// The sound of a key, for as long as it is asked for.
#[derive(Clone, Debug)]
pub struct KeyTone {
    low: Tone,
    high: Tone,
}

impl KeyTone {
    /// Both tones from their beginning; none for what is no key.
    #[must_use]
    pub fn new(key: char) -> Option<Self> {
        let (low, high) = tones(key)?;
        Some(Self {
            low: Tone::new(low, RATE_HZ, PEAK),
            high: Tone::new(high, RATE_HZ, PEAK),
        })
    }

    /// Writes the next 20 ms at 8 kHz.
    pub fn fill(&mut self, frame: &mut [i16; 160]) {
        let mut other = [0; 160];
        self.low.fill(frame);
        self.high.fill(&mut other);
        mix_into(frame, &other);
    }
}
