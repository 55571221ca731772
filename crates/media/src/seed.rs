//! Numbers that a stranger cannot guess the next of by counting, and that a replay repeats: SplitMix64 from a given seed.
//!
//! For SSRCs, first numbers and the spread of RTCP (RFC 3550 §5.1, §6.2), never for secrets.

use core::time::Duration;

/// A generator; the seed is an argument of the worker.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed(u64);

impl Seed {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// Between half and one and a half of `time`.
    pub(crate) fn around(&mut self, time: Duration) -> Duration {
        let per_mille = 500 + (self.next() % 1_001) as u32;
        time * per_mille / 1_000
    }

    /// Sixteen hexadecimal digits: a canonical name that tells nothing (RFC 7022).
    pub(crate) fn hex(&mut self) -> [u8; 16] {
        let number = self.next();
        core::array::from_fn(|at| {
            let digit = (number >> (4 * at) & 0xf) as u8;
            if digit < 10 {
                b'0' + digit
            } else {
                b'a' + digit - 10
            }
        })
    }
}
