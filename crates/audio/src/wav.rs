//! WAV files through `hound`, its only home beside the store: prompts in, stereo recordings out.
//!
//! Reading takes any integer or float PCM and mixes it down to mono. A file cut short by a crash gives what it holds:
//! the length in its header is a claim, not a promise. Writing keeps the file valid at every [`StereoWriter::flush`] (S5).

use std::io::{Read, Seek, Write};

use crate::Sound;

/// What can go wrong with a WAV file.
#[derive(Debug, thiserror::Error)]
pub enum WavError {
    /// The file is no PCM WAV, or the disk failed.
    #[error(transparent)]
    Wav(#[from] hound::Error),
    /// A sample rate outside 1..=384 kHz.
    #[error("sample rate {0} Hz is not supported")]
    Rate(u32),
    /// The next write would pass the 4 GiB that a WAV header can tell.
    #[error("WAV file is full")]
    Full,
    /// Interleaved stereo comes in pairs.
    #[error("odd number of interleaved samples")]
    HalfFrame,
}

const RATES_HZ: core::ops::RangeInclusive<u32> = 1_000..=384_000;

impl Sound {
    /// Reads a PCM WAV: 8 to 32 bits integer or 32 bits float, any number of channels (averaged to mono).
    ///
    /// # Errors
    /// [`WavError`] if it is no such file.
    pub fn from_wav(reader: impl Read) -> Result<Self, WavError> {
        let mut wav = hound::WavReader::new(reader)?;
        let spec = wav.spec();
        if !RATES_HZ.contains(&spec.sample_rate) {
            return Err(WavError::Rate(spec.sample_rate));
        }
        let channels = usize::from(spec.channels);
        let samples = match spec.sample_format {
            hound::SampleFormat::Float => {
                let scale = |value: f32| f64::from(value) * f64::from(i16::MAX);
                mono(
                    wav.samples::<f32>().map_while(Result::ok).map(scale),
                    channels,
                )
            }
            hound::SampleFormat::Int => {
                let full = f64::from(2_f32).powi(i32::from(spec.bits_per_sample) - 16);
                mono(
                    wav.samples::<i32>()
                        .map_while(Result::ok)
                        .map(|value| f64::from(value) / full),
                    channels,
                )
            }
        };
        Ok(Self {
            rate_hz: spec.sample_rate,
            samples,
        })
    }
}

impl Sound {
    /// Writes a mono WAV of 16 bits.
    ///
    /// # Errors
    /// What the writer says.
    pub fn to_wav(&self, w: impl Write + Seek) -> Result<(), WavError> {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: self.rate_hz,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut wav = hound::WavWriter::new(w, spec)?;
        for sample in &self.samples {
            wav.write_sample(*sample)?;
        }
        Ok(wav.finalize()?)
    }
}

/// Averages interleaved channels; a last incomplete frame of a cut file is dropped.
fn mono(samples: impl Iterator<Item = f64>, channels: usize) -> Vec<i16> {
    let mut out = Vec::new();
    let (mut sum, mut seen) = (0.0, 0);
    for sample in samples {
        sum += sample;
        seen += 1;
        if seen == channels {
            // `as` saturates: a float file beyond full scale clips.
            out.push((sum / channels as f64).round() as i16);
            (sum, seen) = (0.0, 0);
        }
    }
    out
}

/// Writes a stereo 16-bit WAV whose header is true at every flush.
pub struct StereoWriter<W: Write + Seek> {
    wav: hound::WavWriter<W>,
}

/// A WAV header counts bytes in 32 bits; what remains below covers the header itself.
const DATA_BYTES_MAX: u64 = 0xffff_0000;

impl<W: Write + Seek> StereoWriter<W> {
    /// Writes the header. `w` should be buffered and stand at its start.
    ///
    /// # Errors
    /// What the writer says.
    pub fn new(w: W, rate_hz: u32) -> Result<Self, WavError> {
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: rate_hz,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        Ok(Self {
            wav: hound::WavWriter::new(w, spec)?,
        })
    }

    /// Appends interleaved samples, left first.
    ///
    /// # Errors
    /// [`WavError::HalfFrame`] and [`WavError::Full`] before anything is written; else what the writer says.
    pub fn write(&mut self, interleaved: &[i16]) -> Result<(), WavError> {
        if !interleaved.len().is_multiple_of(2) {
            return Err(WavError::HalfFrame);
        }
        let bytes = (u64::from(self.wav.len()) + interleaved.len() as u64) * 2;
        if bytes > DATA_BYTES_MAX {
            return Err(WavError::Full);
        }
        for sample in interleaved {
            self.wav.write_sample(*sample)?;
        }
        Ok(())
    }

    /// Frames (pairs of samples) written so far.
    #[must_use]
    pub fn frames(&self) -> u32 {
        self.wav.duration()
    }

    /// Brings the header up to date and flushes the writer: the file is a valid WAV from here on.
    ///
    /// # Errors
    /// What the writer says.
    pub fn flush(&mut self) -> Result<(), WavError> {
        Ok(self.wav.flush()?)
    }

    /// Last header, last flush.
    ///
    /// # Errors
    /// What the writer says.
    pub fn finalize(self) -> Result<(), WavError> {
        Ok(self.wav.finalize()?)
    }
}
