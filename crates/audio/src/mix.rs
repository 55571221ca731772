//! Mixing: adding voices without wrapping round.

/// Adds `other` to `into`, sample by sample as far as both reach, clipping at full scale.
pub fn mix_into(into: &mut [i16], other: &[i16]) {
    for (sum, add) in into.iter_mut().zip(other) {
        *sum = sum.saturating_add(*add);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_clip_at_full_scale_and_stop_at_the_shorter() {
        let mut into = [1_000, i16::MAX, i16::MIN, 7];
        mix_into(&mut into, &[-3, 1, -1]);
        assert_eq!(into, [997, i16::MAX, i16::MIN, 7]);
    }
}
