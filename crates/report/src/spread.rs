//! How long many things took, as few numbers: counts by the bucket of a [`Histogram`], those alone that hold something. They can be
//! added, stand in rows of a table, and have the percentiles of the histogram of all, to within 0.8 %.

use std::collections::BTreeMap;

use model::Histogram;

/// The counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spread(BTreeMap<u32, u64>);

impl Spread {
    /// One more, of so many ms.
    pub fn add(&mut self, ms: u64) {
        let mut one = Histogram::default();
        one.add(ms);
        for (bucket, many) in one.filled() {
            self.put(bucket, many);
        }
    }

    /// So many more in a bucket, as [`Spread::filled`] told them.
    pub fn put(&mut self, bucket: u32, many: u64) {
        let of = self.0.entry(bucket).or_default();
        *of = of.saturating_add(many);
    }

    /// The counts of both.
    pub fn add_all(&mut self, other: &Self) {
        for (bucket, many) in other.filled() {
            self.put(bucket, many);
        }
    }

    /// The buckets that hold something, each with its count.
    pub fn filled(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        self.0.iter().map(|(bucket, many)| (*bucket, *many))
    }

    /// The time that this share of all does not exceed, in ms; `None` of nothing.
    pub fn percentile(&self, share: f64) -> Option<u64> {
        Histogram::of(self.filled(), 0).percentile(share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i8_what_is_added_up_has_the_percentiles_of_all() {
        let mut all = Histogram::default();
        let (mut one, mut other) = (Spread::default(), Spread::default());
        for ms in 1..=1_000 {
            all.add(ms * 60_000);
            if ms % 3 == 0 { &mut one } else { &mut other }.add(ms * 60_000);
        }
        one.add_all(&other);
        for share in [0.5, 0.9] {
            assert_eq!(one.percentile(share), all.percentile(share));
        }
        assert_eq!(Spread::default().percentile(0.5), None);
    }
}
