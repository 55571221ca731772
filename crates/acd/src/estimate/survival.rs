//! How long calls last on average, seen early: those that are over are the short ones.
//!
//! By Kaplan and Meier: each length is weighed by those who could have ended at it, and a call that is under way counts for as
//! long as it has been. What outlasts all that is known goes on as calls did end, by chance.

use super::sample::count;

/// The mean in the unit of what is given: calls that are over, in order of length, and how long others have been under way,
/// each of whom stands for so many.
pub(super) fn mean(over: &[u64], under_way: &[u64], each: f64) -> f64 {
    let mut under_way = under_way.to_vec();
    under_way.sort_unstable();
    let (mut lasts, mut sum, mut before) = (1.0, 0.0, 0.0);
    let mut shorter = 0;
    for (ended, length) in over.iter().enumerate() {
        while under_way.get(shorter).is_some_and(|so_far| so_far < length) {
            shorter += 1;
        }
        let could = count(over.len() - ended) + each * count(under_way.len() - shorter);
        let length = *length as f64;
        sum += lasts * (length - before);
        lasts *= 1.0 - 1.0 / could;
        before = length;
    }
    let all = |lengths: &[u64]| lengths.iter().map(|length| *length as f64).sum::<f64>();
    let one = (all(over) + each * all(&under_way)) / count(over.len()).max(1.0);
    sum + lasts * one
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(over: &[u64], under_way: &[u64], expected: f64) {
        let mean = mean(over, under_way, 1.0);
        assert!((mean - expected).abs() < 1e-9, "{mean} for {expected}");
    }

    #[test]
    fn d16_calls_under_way_make_those_longer_that_are_over() {
        check(&[10, 20, 60], &[], 30.0);
        check(&[180, 180], &[5, 60, 179], 180.0);
        // One of two ended at 10; the other is there after 20, and one in 30 s ended.
        check(&[10], &[20], 10.0 + 0.5 * 30.0);
    }

    #[test]
    fn d16_one_who_was_asked_stands_for_several() {
        let twice = mean(&[10, 30], &[20, 20], 1.0);
        assert!((mean(&[10, 30], &[20], 2.0) - twice).abs() < 1e-9);
    }
}
