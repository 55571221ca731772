//! Goertzel's algorithm: how much of a sound is one frequency.
//!
//! For measuring: tests, self-checks, the ear of a test phone. Keys in a voice are heard by [`crate::dtmf`], which has rules of its own.

use core::f64::consts::TAU;

/// Energy of the component at `hz`: a pure sine of peak A over n samples gives about A² · n / 2.
#[must_use]
pub fn energy(samples: &[i16], rate_hz: u32, hz: f64) -> f64 {
    let turn = TAU * hz / f64::from(rate_hz.max(1));
    let coefficient = 2.0 * turn.cos();
    let (mut last, mut before) = (0.0, 0.0);
    for sample in samples {
        (last, before) = (f64::from(*sample) + coefficient * last - before, last);
    }
    let power = last * last + before * before - coefficient * last * before;
    2.0 * power / samples.len().max(1) as f64
}

/// Share of the energy of `samples` that lies at `hz`: 1 for a pure tone, near 0 for its absence; 0 for silence.
#[must_use]
pub fn tone_level(samples: &[i16], rate_hz: u32, hz: f64) -> f64 {
    let all: f64 = samples
        .iter()
        .map(|sample| f64::from(*sample) * f64::from(*sample))
        .sum();
    if all == 0.0 {
        0.0
    } else {
        energy(samples, rate_hz, hz) / all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::Tone;

    #[test]
    fn a_tone_is_found_at_its_own_frequency_only() {
        for hz in [300.0, 440.0, 880.0, 1_000.0, 3_000.0] {
            let tone = Tone::samples(hz, 8_000, 8_000, 4_000);
            assert!(tone_level(&tone, 8_000, hz) > 0.99, "{hz} Hz");
            assert!(
                tone_level(&tone, 8_000, hz + 100.0) < 0.01,
                "{hz} Hz next door"
            );
        }
        assert_eq!(tone_level(&[0; 800], 8_000, 440.0), 0.0);
        assert_eq!(tone_level(&[], 8_000, 440.0), 0.0);
    }

    #[test]
    fn two_tones_share_the_energy() {
        let mut mixed = Tone::samples(440.0, 8_000, 8_000, 8_000);
        crate::mix::mix_into(&mut mixed, &Tone::samples(880.0, 8_000, 8_000, 8_000));
        for hz in [440.0, 880.0] {
            assert!((tone_level(&mixed, 8_000, hz) - 0.5).abs() < 0.01);
        }
    }
}
