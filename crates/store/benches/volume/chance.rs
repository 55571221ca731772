//! Chance of a grown house: what a call or a ticket is like follows from the seed and from which one it is, and from nothing else.

/// A stream of numbers (SplitMix64).
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// The stream of the `which`th thing.
    pub(crate) const fn new(seed: u64, which: u64) -> Self {
        Self(seed.rotate_left(32) ^ which.wrapping_mul(0xd134_2543_de82_ef95))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Below `bound`, evenly; 0 when that is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((self.uniform() * bound as f64) as u64).min(bound.saturating_sub(1))
    }

    /// Below `bound`, the first far more often than the last: an eighth of them has half of all.
    pub(crate) fn skewed(&mut self, bound: u64) -> u64 {
        let share = self.uniform().powi(3);
        ((share * bound as f64) as u64).min(bound.saturating_sub(1))
    }

    /// One of a list, the first far more often than the last.
    pub(crate) fn one_of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        let index = self.skewed(list.len() as u64) as usize;
        list.get(index).copied().unwrap_or_default()
    }
}
