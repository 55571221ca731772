//! What the phone says: silence, a tone, or a WAV, as 8 kHz samples.

use std::fs::File;
use std::io::BufReader;

use anyhow::{Context, Result};
use audio::tone::Tone;
use audio::{RATE_HZ, Sound};

use crate::plan::Say;

/// 9 dB below full scale: loud, and far from clipping in G.711.
const AMPLITUDE: i16 = 11_600;

/// A source of samples without end.
#[derive(Debug)]
pub(crate) enum Mouth {
    Silence,
    Tone(Tone),
    /// What is left of a sound; silence afterwards.
    Sound(std::vec::IntoIter<i16>),
}

impl Mouth {
    /// Opens what the plan names.
    pub(crate) fn open(say: &Say) -> Result<Self> {
        Ok(match say {
            Say::Silence => Self::Silence,
            Say::Tone(hz) => Self::Tone(Tone::new(*hz, RATE_HZ, AMPLITUDE)),
            Say::Wav(path) => {
                let file =
                    File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
                let sound = Sound::from_wav(BufReader::new(file))
                    .with_context(|| format!("{} is no WAV that can be played", path.display()))?;
                Self::Sound(sound.to_8k().samples.into_iter())
            }
        })
    }

    /// The next samples.
    pub(crate) fn fill(&mut self, samples: &mut [i16]) {
        match self {
            Self::Silence => samples.fill(0),
            Self::Tone(tone) => tone.fill(samples),
            Self::Sound(rest) => samples.fill_with(|| rest.next().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_ends_in_silence() {
        let mut mouth = Mouth::Sound(vec![1, 2, 3].into_iter());
        let mut samples = [9; 5];
        mouth.fill(&mut samples);
        assert_eq!(samples, [1, 2, 3, 0, 0]);
    }

    #[test]
    fn a_missing_wav_is_named() {
        let error = Mouth::open(&Say::Wav("no/such.wav".into())).unwrap_err();
        assert!(error.to_string().contains("no/such.wav"), "{error}");
    }
}
