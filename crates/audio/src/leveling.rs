//! Speech made fit for the telephone: silence cut at both ends, one level for all prompts, pauses where they belong.
//!
//! Whatever made a text speech, callers hear it as loud as the prompts beside it: -20 dBFS RMS, no peak above -1 dBFS. How
//! a text is cut into parts, and at which rate a part came, is settled before.

use crate::{RATE_HZ, Sound};

/// What is softer at the ends of a part is silence: 0.3 % of full scale.
const SILENCE_MAX: u16 = 98;
/// What is left of the silence at each end, so that no consonant is cut: 10 ms.
const MARGIN: usize = ms(10);
/// Before the first part.
const LEAD_MS: usize = ms(50);
/// -20 dBFS.
const RMS: f64 = 3_276.8;
/// -1 dBFS.
const PEAK: f64 = 29_204.0;

/// Samples of so many ms at 8 kHz.
const fn ms(count: usize) -> usize {
    count * RATE_HZ as usize / 1_000
}

/// A part of what is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// At 8 kHz.
    pub sound: Sound,
    /// The pause after it.
    pub pause_ms: u16,
}

/// The parts one after the other, levelled as a whole. Empty when there is nothing but silence.
#[must_use]
pub fn prompt(parts: &[Part]) -> Sound {
    let mut samples = vec![0; LEAD_MS];
    for part in parts {
        samples.extend_from_slice(spoken(&part.sound.samples));
        samples.resize(samples.len() + ms(usize::from(part.pause_ms)), 0);
    }
    if samples.iter().all(|sample| *sample == 0) {
        samples.clear();
    }
    level(&mut samples);
    Sound {
        rate_hz: RATE_HZ,
        samples,
    }
}

/// Without the silence at both ends.
fn spoken(samples: &[i16]) -> &[i16] {
    let is_heard = |sample: &i16| sample.unsigned_abs() > SILENCE_MAX;
    let (Some(first), Some(last)) = (
        samples.iter().position(is_heard),
        samples.iter().rposition(is_heard),
    ) else {
        return &[];
    };
    let end = (last + 1 + MARGIN).min(samples.len());
    samples
        .get(first.saturating_sub(MARGIN)..end)
        .unwrap_or_default()
}

/// Brings sound to the level of a prompt, or as near to it as its peaks allow. Its silences do not count.
fn level(samples: &mut [i16]) {
    let heard = || {
        let heard = samples
            .iter()
            .filter(|sample| sample.unsigned_abs() > SILENCE_MAX);
        heard.map(|sample| f64::from(*sample))
    };
    let (count, power) = heard().fold((0.0, 0.0), |(count, power), sample| {
        (count + 1.0, power + sample * sample)
    });
    let peak = heard().fold(0.0, |peak: f64, sample| peak.max(sample.abs()));
    if count == 0.0 {
        return;
    }
    let rms = (power / count).sqrt();
    let gain = (RMS / rms).min(PEAK / peak);
    for sample in samples {
        // `as` saturates, and the gain keeps within full scale.
        *sample = (f64::from(*sample) * gain).round() as i16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::Tone;

    fn part(lead: usize, peak: i16, len: usize, tail: usize, pause_ms: u16) -> Part {
        let mut samples = vec![3; lead];
        samples.extend(Tone::samples(500.0, RATE_HZ, peak, len));
        samples.resize(samples.len() + tail, -3);
        Part {
            sound: Sound {
                rate_hz: RATE_HZ,
                samples,
            },
            pause_ms,
        }
    }

    fn rms(samples: &[i16]) -> f64 {
        let power: f64 = samples.iter().map(|one| f64::from(*one).powi(2)).sum();
        (power / samples.len() as f64).sqrt()
    }

    #[test]
    fn loud_and_soft_speech_come_to_one_level_without_their_silence() {
        for peak in [400, 3_000, 30_000] {
            let sound = prompt(&[
                part(4_000, peak, 8_000, 4_000, 250),
                part(0, peak, 4_000, 0, 60),
            ]);
            let silences = 50 + 250 + 60 + 2 * 10;
            let length = 12_000 + silences * 8;
            assert!(
                sound.samples.len().abs_diff(length) < 40,
                "{peak}: {}",
                sound.samples.len()
            );
            let level = rms(&sound.samples[1_000..8_000]);
            // Within 1 dB.
            assert!((2_920.0..3_676.0).contains(&level), "{peak}: {level}");
        }
    }

    #[test]
    fn a_click_keeps_the_rest_soft_and_silence_becomes_nothing() {
        let mut click = part(0, 300, 8_000, 0, 0);
        click.sound.samples[4_000] = 32_000;
        let sound = prompt(&[click]);
        let peak = sound.samples.iter().map(|one| one.unsigned_abs()).max();
        assert_eq!(peak, Some(29_204));
        assert_eq!(prompt(&[part(8_000, 0, 100, 0, 250)]).samples, []);
        assert_eq!(prompt(&[]).samples, []);
    }
}
