//! A sine: beeps, ring-back, test signals.
//!
//! A rotating phasor: two multiplications a sample instead of a sine, renormalised every [`Tone::fill`] so that rounding
//! never makes it louder. The phase goes on from fill to fill, so that frames join without a click.

use core::f64::consts::TAU;

/// An oscillator.
#[derive(Clone, Debug)]
pub struct Tone {
    amplitude: f64,
    step: (f64, f64),
    phase: (f64, f64),
}

impl Tone {
    /// Starts at phase 0. `amplitude` is the peak, up to `i16::MAX`.
    #[must_use]
    pub fn new(hz: f64, rate_hz: u32, amplitude: i16) -> Self {
        let turn = TAU * hz / f64::from(rate_hz.max(1));
        Self {
            amplitude: f64::from(amplitude),
            step: (turn.cos(), turn.sin()),
            phase: (1.0, 0.0),
        }
    }

    /// Writes the next samples.
    pub fn fill(&mut self, samples: &mut [i16]) {
        for sample in samples {
            *sample = (self.phase.1 * self.amplitude).round() as i16;
            let (cos, sin) = self.phase;
            self.phase = (
                cos * self.step.0 - sin * self.step.1,
                sin * self.step.0 + cos * self.step.1,
            );
        }
        let length = self.phase.0.hypot(self.phase.1);
        self.phase = (self.phase.0 / length, self.phase.1 / length);
    }

    /// `len` samples of a tone.
    #[must_use]
    pub fn samples(hz: f64, rate_hz: u32, amplitude: i16, len: usize) -> Vec<i16> {
        let mut out = vec![0; len];
        Self::new(hz, rate_hz, amplitude).fill(&mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_join_as_one_sine() {
        let whole = Tone::samples(440.0, 8_000, 10_000, 80_000);
        let mut tone = Tone::new(440.0, 8_000, 10_000);
        let mut joined = vec![0; 80_000];
        joined.chunks_mut(160).for_each(|frame| tone.fill(frame));
        for (index, (a, b)) in whole.iter().zip(&joined).enumerate() {
            let truth = (TAU * 440.0 * index as f64 / 8_000.0).sin() * 10_000.0;
            assert!(
                (f64::from(*a) - truth).abs() <= 1.0,
                "sample {index}: {a} is not {truth}"
            );
            assert!((a - b).abs() <= 1, "sample {index}: {a} {b}");
        }
    }
}
