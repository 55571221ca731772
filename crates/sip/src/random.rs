//! Tags, branches and Call-IDs: a ChaCha20 stream (RFC 8439) under a key of our own. Nonces and what has to come out equal
//! for equal things: HMAC-SHA256 under the same secret.
//!
//! Unguessable to whoever has not the secret (RFC 3261 §19.3), and equal for equal secret and seed (R3): a deterministic test
//! sees the same bytes each time, a production node gets its secret from the operating system at start.

use chacha20::{
    ChaCha20Rng,
    rand_core::{Rng as _, SeedableRng as _},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Draws names that nobody can guess.
pub(crate) struct Random {
    key: Hmac<Sha256>,
    stream: ChaCha20Rng,
    drawn: u64,
}

// S22: the key is never printed.
impl core::fmt::Debug for Random {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(formatter, "Random({} drawn)", self.drawn)
    }
}

impl Random {
    pub(crate) fn new(secret: &[u8; 32], seed: u64) -> Self {
        // A key of the block size: this constructor cannot fail.
        let key: Hmac<Sha256> = Hmac::new(&pad(secret).into());
        let stream = code(&key, b"stream", &[&seed.to_be_bytes()]);
        Self {
            key,
            stream: ChaCha20Rng::from_seed(stream),
            drawn: 0,
        }
    }

    /// 64 bits as 16 hexadecimal digits.
    pub(crate) fn name(&mut self) -> String {
        self.name_after("")
    }

    /// The same behind what all names of a kind begin with.
    pub(crate) fn name_after(&mut self, start: &str) -> String {
        let mut name = String::with_capacity(start.len().saturating_add(16));
        name.push_str(start);
        write_hex(&mut name, &self.draw().to_be_bytes());
        name
    }

    fn draw(&mut self) -> u64 {
        self.drawn = self.drawn.wrapping_add(1);
        self.stream.next_u64()
    }

    /// A number below a bound, for waits that two sides are not to draw alike. 0 for a bound of 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.draw().checked_rem(bound).unwrap_or_default()
    }

    /// A whole number from `least` to `most`, both included.
    pub(crate) fn between(&mut self, least: u64, most: u64) -> u64 {
        let span = most.saturating_sub(least).saturating_add(1);
        least.saturating_add(self.below(span))
    }

    /// A keyed code over parts; equal parts give equal codes. `purpose` separates the uses of the one key.
    pub(crate) fn code(&self, purpose: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        code(&self.key, purpose, parts)
    }
}

fn code(key: &Hmac<Sha256>, purpose: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = key.clone();
    for part in core::iter::once(&purpose).chain(parts) {
        // The length goes first, so that no two lists of parts run into one another.
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
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
    write_hex(&mut digits, bytes);
    digits
}

fn write_hex(out: &mut String, bytes: &[u8]) {
    let digit = |nibble: u8| char::from(HEX.get(usize::from(nibble)).copied().unwrap_or(b'0'));
    for byte in bytes {
        out.push(digit(byte >> 4));
        out.push(digit(byte & 15));
    }
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
