//! How long things took: counts by duration, in a room that does not grow with the number of calls.
//!
//! Up to a quarter of a second to the millisecond, above it to within 1/128 of the value, so that a percentile is off by
//! 0.8 % at most; sum, count and maximum are exact.

/// Values below it have a bucket each.
const EXACT: u64 = 256;
/// Buckets for each doubling above it.
const STEPS: u64 = 128;

/// The bucket of 2^48 ms, which is beyond any duration of ours.
const BUCKET_MAX: usize = (EXACT + 41 * STEPS) as usize;

/// The counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    sum: u64,
    max: u64,
}

impl Histogram {
    /// One more, of so many ms.
    pub fn add(&mut self, ms: u64) {
        let bucket = bucket_of(ms);
        if self.buckets.len() <= bucket {
            self.buckets.resize(bucket + 1, 0);
        }
        if let Some(count) = self.buckets.get_mut(bucket) {
            *count += 1;
        }
        self.count += 1;
        self.sum += ms;
        self.max = self.max.max(ms);
    }

    /// The greatest of them; 0 of nothing.
    pub const fn max(&self) -> u64 {
        self.max
    }

    /// The counts of both.
    pub fn add_all(&mut self, other: &Self) {
        if self.buckets.len() < other.buckets.len() {
            self.buckets.resize(other.buckets.len(), 0);
        }
        for (mine, more) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine += more;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.max = self.max.max(other.max);
    }

    /// The buckets that hold something, each with its count: what is written down. [`Histogram::of`] reads it.
    pub fn filled(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        let rows = (0_u32..).zip(&self.buckets);
        rows.filter(|(_, count)| **count > 0)
            .map(|(bucket, count)| (bucket, *count))
    }

    /// The histogram of what [`Histogram::filled`] gave, with its sum; the greatest value is known as its bucket's end. A
    /// bucket that no duration has is none of ours and is passed over.
    pub fn of(filled: impl IntoIterator<Item = (u32, u64)>, sum: u64) -> Self {
        let mut histogram = Self {
            sum,
            ..Self::default()
        };
        for (bucket, count) in filled {
            let bucket = bucket as usize;
            if bucket > BUCKET_MAX || count == 0 {
                continue;
            }
            if histogram.buckets.len() <= bucket {
                histogram.buckets.resize(bucket + 1, 0);
            }
            if let Some(known) = histogram.buckets.get_mut(bucket) {
                *known += count;
            }
            histogram.count += count;
            histogram.max = histogram.max.max(end_of(bucket));
        }
        histogram
    }

    /// Of all values together, in ms.
    pub const fn sum(&self) -> u64 {
        self.sum
    }

    /// How many values there are.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The arithmetic mean; `None` of nothing.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// The value that this share of all values does not exceed; `None` of nothing.
    pub fn percentile(&self, share: f64) -> Option<u64> {
        let rank = (self.count as f64 * share).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return Some(end_of(bucket).min(self.max));
            }
        }
        None
    }

    /// How many values are above the first bound and not above the second.
    pub fn between(&self, above: Option<u64>, up_to: u64) -> u64 {
        let rows = self.buckets.iter().enumerate();
        rows.filter(|(bucket, _)| {
            let end = end_of(*bucket);
            end <= up_to && above.is_none_or(|above| end > above)
        })
        .map(|(_, count)| count)
        .sum()
    }
}

fn bucket_of(ms: u64) -> usize {
    if ms < EXACT {
        return ms as usize;
    }
    let shift = u64::from(ms.ilog2()) - 7;
    (EXACT + (shift - 1) * STEPS + (ms >> shift) - STEPS) as usize
}

/// The greatest value of a bucket.
fn end_of(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let Some(above) = bucket.checked_sub(EXACT) else {
        return bucket;
    };
    let shift = above / STEPS + 1;
    ((above % STEPS + STEPS + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_is_in_a_bucket_that_ends_close_above_it() {
        for ms in (0..5_000).chain([65_535, 65_536, 1_000_000, 86_400_000, 1 << 40]) {
            let end = end_of(bucket_of(ms));
            assert!(end >= ms && end - ms <= ms / 128, "{ms}: {end}");
            assert_eq!(bucket_of(end), bucket_of(ms));
            assert_eq!(bucket_of(end + 1), bucket_of(ms) + 1, "{ms}");
        }
    }

    #[test]
    fn percentiles_mean_and_maximum() {
        let mut histogram = Histogram::default();
        assert_eq!((histogram.percentile(0.5), histogram.mean()), (None, None));
        for ms in 1..=200 {
            histogram.add(ms);
        }
        assert_eq!(histogram.percentile(0.5), Some(100));
        assert_eq!(histogram.percentile(0.9), Some(180));
        assert_eq!(histogram.percentile(1.0), Some(200));
        assert_eq!((histogram.mean(), histogram.max()), (Some(100.5), 200));
        assert_eq!(histogram.between(Some(10), 20), 10);
        assert_eq!(histogram.between(None, 20), 20);
    }

    #[test]
    fn what_was_written_down_has_the_same_percentiles() {
        let mut histogram = Histogram::default();
        (1..=2_000).for_each(|it| histogram.add(it * 37));
        let read = Histogram::of(histogram.filled(), 37 * 2_000 * 2_001 / 2);
        assert_eq!((read.count(), read.mean()), (2_000, histogram.mean()));
        for share in [0.1, 0.5, 0.9] {
            assert_eq!(read.percentile(share), histogram.percentile(share));
        }
        assert_eq!(Histogram::of([(u32::MAX, 1)], 0), Histogram::default());
    }

    #[test]
    fn the_counts_of_two_are_those_of_all() {
        let of = |values: core::ops::Range<u64>| {
            let mut histogram = Histogram::default();
            values.for_each(|ms| histogram.add(ms * ms));
            histogram
        };
        for cut in [0, 50, 100] {
            let mut both = of(0..cut);
            both.add_all(&of(cut..100));
            assert_eq!(both, of(0..100));
        }
    }
}
