//! Seeds: from one number to as many as there are decisions and agents, without a generator's state.
//!
//! SplitMix64's finaliser (Steele, Lea, Flood 2014) over an odd-multiplied input: a bijection for either argument, with
//! every bit of the result depending on every bit of both. Not for secrets.

/// An odd constant near 2⁶⁴ divided by the golden ratio: neighbouring inputs land far apart.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A number that looks random, of a seed and what it is for.
pub(crate) const fn mix(seed: u64, salt: u64) -> u64 {
    finish(finish(seed).wrapping_add(salt.wrapping_mul(STEP)))
}

const fn finish(mut x: u64) -> u64 {
    x ^= x >> 30;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 27;
    x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Records of old days are drawn again with these numbers (R3).
    #[test]
    fn r03_the_numbers_stay_what_they_are() {
        // What SplitMix64 gives first from the seed 0.
        assert_eq!(finish(STEP), 0xe220_a839_7b1d_cdaf);
        assert_eq!(mix(1, 0), 0x7ab4_0e09_0f36_3a7d);
        assert_eq!(mix(1, 2), 0x5f55_2ce4_82f2_aa47);
    }

    #[test]
    fn neighbours_differ_in_about_half_of_their_bits() {
        for (seed, salt) in [(0, 0), (1, 0), (7, 3), (u64::MAX, 12)] {
            for other in [mix(seed ^ 1, salt), mix(seed, salt + 1)] {
                let differing = (mix(seed, salt) ^ other).count_ones();
                assert!((16..=48).contains(&differing), "{seed} {salt}: {differing}");
            }
        }
    }
}
