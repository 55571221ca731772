//! Changing the sample rate of whole sounds, once, when they are loaded.
//!
//! A linear-phase low-pass (windowed sinc, Blackman) evaluated at each output instant; for a rational ratio the
//! instants repeat, so their filters are computed once (polyphase). Nothing above the lower half-rate survives: a 48 kHz
//! prompt brings no alias down to 8 kHz. Not made for streams.

use core::f64::consts::{PI, TAU};

/// Zero crossings of the sinc on each side: stop band below -70 dB.
const CROSSINGS: f64 = 24.0;
/// Where the pass band ends, as a share of the lower half-rate.
const PASS: f64 = 0.92;

/// `samples` at `to_hz`. Empty for a rate of 0.
#[must_use]
pub fn resample(samples: &[i16], from_hz: u32, to_hz: u32) -> Vec<i16> {
    if from_hz == 0 || to_hz == 0 {
        return Vec::new();
    }
    let divisor = gcd(from_hz, to_hz);
    let (step, phases) = (u64::from(from_hz / divisor), u64::from(to_hz / divisor));
    let cutoff = PASS * f64::from(from_hz.min(to_hz)) / f64::from(from_hz);
    let half = (CROSSINGS / cutoff).ceil() as i64;
    let filters: Vec<Vec<f64>> = (0..phases)
        .map(|phase| filter(phase as f64 / phases as f64, cutoff, half))
        .collect();
    let length = (samples.len() as u64 * phases).div_ceil(step);
    (0..length)
        .map(|index| {
            let (whole, phase) = (index * step / phases, index * step % phases);
            let taps = filters
                .get(phase as usize)
                .map(Vec::as_slice)
                .unwrap_or_default();
            apply(samples, whole as i64 - half + 1, taps)
        })
        .collect()
}

/// The taps around an instant that lies `fraction` of an input sample after a sample; they sum to 1.
fn filter(fraction: f64, cutoff: f64, half: i64) -> Vec<f64> {
    let taps: Vec<f64> = (1 - half..=half)
        .map(|tap| {
            let distance = tap as f64 - fraction;
            let sinc = if distance == 0.0 {
                cutoff
            } else {
                (PI * cutoff * distance).sin() / (PI * distance)
            };
            let place = distance / half as f64;
            let window = 0.42 + 0.5 * (PI * place).cos() + 0.08 * (TAU * place).cos();
            if place.abs() >= 1.0 {
                0.0
            } else {
                sinc * window
            }
        })
        .collect();
    let sum: f64 = taps.iter().sum();
    taps.iter().map(|tap| tap / sum).collect()
}

/// One output sample: the taps laid over the input from `first` on; outside the sound is silence.
fn apply(samples: &[i16], first: i64, taps: &[f64]) -> i16 {
    let skip = usize::try_from(-first).unwrap_or(0);
    let from = usize::try_from(first).unwrap_or(0);
    let inside = samples.get(from..).unwrap_or_default();
    let sum: f64 = taps
        .iter()
        .skip(skip)
        .zip(inside)
        .map(|(tap, sample)| tap * f64::from(*sample))
        .sum();
    sum.round() as i16
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goertzel::tone_level;
    use crate::tone::Tone;

    fn peak(samples: &[i16]) -> u16 {
        samples
            .iter()
            .map(|sample| sample.unsigned_abs())
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn tones_keep_pitch_level_and_length() {
        for from_hz in [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 6_000] {
            let out = resample(
                &Tone::samples(1_000.0, from_hz, 10_000, from_hz as usize),
                from_hz,
                8_000,
            );
            assert_eq!(out.len(), 8_000, "from {from_hz}");
            let middle = &out[1_000..7_000];
            assert!(tone_level(middle, 8_000, 1_000.0) > 0.999, "from {from_hz}");
            assert!(
                (9_900..=10_100).contains(&peak(middle)),
                "from {from_hz}: {}",
                peak(middle)
            );
        }
    }

    #[test]
    fn what_8_khz_cannot_hold_is_gone() {
        for hz in [4_400.0, 5_000.0, 7_000.0, 12_000.0] {
            let out = resample(&Tone::samples(hz, 48_000, 20_000, 48_000), 48_000, 8_000);
            assert!(
                peak(&out[1_000..7_000]) < 20,
                "{hz} Hz leaves {}",
                peak(&out[1_000..7_000])
            );
        }
    }

    #[test]
    fn constant_stays_constant_and_nothing_stays_nothing() {
        let out = resample(&[5_000; 4_800], 48_000, 8_000);
        assert!(out[50..750].iter().all(|sample| *sample == 5_000));
        assert!(resample(&[], 48_000, 8_000).is_empty());
        assert!(resample(&[1], 0, 8_000).is_empty());
    }
}
