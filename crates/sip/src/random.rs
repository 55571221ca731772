//! Tags, branches and nonces: HMAC-SHA256 over a secret and a counter.
//!
//! Unguessable to whoever has not the secret, and equal for equal secret and seed (R3): a deterministic test sees the
//! same bytes each time, a production node gets its secret from the operating system at start.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Draws names that nobody can guess.
pub(crate) struct Random {
    key: Hmac<Sha256>,
    seed: u64,
    drawn: u64,
    /// What is left of the last code: one code gives four names.
    pool: [u8; 32],
    left: usize,
}

/// Bytes of a name: 64 bits.
const NAME_BYTES: usize = 8;

// S22: the key is never printed.
impl core::fmt::Debug for Random {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(formatter, "Random({} drawn)", self.drawn)
    }
}

impl Random {
    pub(crate) fn new(secret: &[u8; 32], seed: u64) -> Self {
        Self {
            // A key of the block size: this constructor cannot fail.
            key: Hmac::new(&pad(secret).into()),
            seed,
            drawn: 0,
            pool: [0; 32],
            left: 0,
        }
    }

    /// 64 bits as 16 hexadecimal digits.
    pub(crate) fn name(&mut self) -> String {
        if self.left == 0 {
            self.drawn = self.drawn.wrapping_add(1);
            let drawn = self.drawn.to_be_bytes();
            self.pool = self.code(b"draw", &[&self.seed.to_be_bytes(), &drawn]);
            self.left = self.pool.len();
        }
        let end = self.left;
        self.left = end.saturating_sub(NAME_BYTES);
        hex(self.pool.get(self.left..end).unwrap_or_default())
    }

    /// A number below a bound, for waits that two sides are not to draw alike. 0 for a bound of 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let drawn = u64::from_str_radix(&self.name(), 16).unwrap_or_default();
        drawn.checked_rem(bound).unwrap_or_default()
    }

    /// A whole number from `least` to `most`, both included.
    pub(crate) fn between(&mut self, least: u64, most: u64) -> u64 {
        let span = most.saturating_sub(least).saturating_add(1);
        least.saturating_add(self.below(span))
    }

    /// A keyed code over parts; equal parts give equal codes. `purpose` separates the uses of the one key.
    pub(crate) fn code(&self, purpose: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.key.clone();
        for part in core::iter::once(&purpose).chain(parts) {
            // The length goes first, so that no two lists of parts run into one another.
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

fn pad(secret: &[u8; 32]) -> [u8; 64] {
    let mut block = [0; 64];
    for (to, from) in block.iter_mut().zip(secret) {
        *to = *from;
    }
    block
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            let letter = HEX.get(usize::from(nibble)).copied().unwrap_or(b'0');
            digits.push(char::from(letter));
        }
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r3_same_secret_and_seed_draw_the_same_names_and_others_differ() {
        let draw = |secret, seed| {
            let mut random = Random::new(&[secret; 32], seed);
            [random.name(), random.name()]
        };
        assert_eq!(draw(1, 1), draw(1, 1));
        assert_ne!(draw(1, 1), draw(1, 2));
        assert_ne!(draw(1, 1), draw(2, 1));
        let mut random = Random::new(&[1; 32], 1);
        let names: std::collections::BTreeSet<String> = (0..1_000).map(|_| random.name()).collect();
        assert_eq!(names.len(), 1_000, "no name comes twice");
        assert!(names.iter().all(|name| name.len() == 16));
    }

    #[test]
    fn parts_do_not_run_into_one_another() {
        let random = Random::new(&[1; 32], 0);
        assert_ne!(
            random.code(b"p", &[b"ab", b"c"]),
            random.code(b"p", &[b"a", b"bc"])
        );
        assert_ne!(random.code(b"p", &[b"a"]), random.code(b"q", &[b"a"]));
    }
}
