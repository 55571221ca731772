//! Sound that somebody heard or recorded: WAV files, measured for tones.
//!
//! Written by hand, since it must read what others leave: baresip's dumps, whose header is true only after the call. What
//! is a valid file and what is not, [`valid`] tells.

use std::path::Path;

use audio::goertzel::tone_level;

/// Windows of 100 ms are a tone or they are not.
const WINDOW_MS: u32 = 100;
/// A tone that went through G.711 keeps more of its energy than this.
const TONE_SHARE: f64 = 0.9;
/// More than this of a frequency is no accident of a join in the sound.
const TRACE_SHARE: f64 = 0.1;
/// Quieter than -50 dBFS counts as silence.
const SILENCE_RMS: f64 = 100.0;

/// PCM of a file, one list of samples a channel.
pub(crate) struct Recorded {
    pub(crate) rate_hz: u32,
    pub(crate) channels: Vec<Vec<i16>>,
}

impl Recorded {
    /// What a file holds so far, whatever its header says of its length; nothing if it has no header yet.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        Self::parse(&std::fs::read(path).ok()?)
    }

    /// The same of bytes.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.get(..4)? != b"RIFF" || bytes.get(8..12)? != b"WAVE" {
            return None;
        }
        let (mut at, mut format) = (12, None);
        loop {
            let body = at + 8;
            let length = number(bytes, at + 4, 4)? as usize;
            match bytes.get(at..at + 4)? {
                b"fmt " => {
                    format = Some((number(bytes, body + 2, 2)?, number(bytes, body + 4, 4)?))
                }
                b"data" => {
                    let (channels, rate_hz) = format?;
                    return Some(Self::of(bytes.get(body..)?, channels as usize, rate_hz));
                }
                _ => {}
            }
            at = body + length + length % 2;
        }
    }

    fn of(data: &[u8], channels: usize, rate_hz: u32) -> Self {
        let samples: Vec<i16> = data
            .chunks_exact(2)
            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        let channel = |index| {
            samples
                .chunks_exact(channels)
                .map(|frame| frame[index])
                .collect()
        };
        Self {
            rate_hz,
            channels: (0..channels).map(channel).collect(),
        }
    }

    /// Length in ms.
    pub(crate) fn duration_ms(&self) -> u64 {
        self.channels[0].len() as u64 * 1_000 / u64::from(self.rate_hz)
    }

    /// For how many ms a channel was this tone and nothing else.
    pub(crate) fn tone_ms(&self, channel: usize, hz: f64) -> u32 {
        self.windows(channel, |window| {
            rms(window) > SILENCE_RMS && tone_level(window, self.rate_hz, hz) > TONE_SHARE
        })
    }

    /// For how many ms a tone was in it, whatever else there was.
    pub(crate) fn traces_ms(&self, channel: usize, hz: f64) -> u32 {
        self.windows(channel, |window| {
            rms(window) > SILENCE_RMS && tone_level(window, self.rate_hz, hz) > TRACE_SHARE
        })
    }

    fn windows(&self, channel: usize, is_so: impl Fn(&[i16]) -> bool) -> u32 {
        let length = (self.rate_hz * WINDOW_MS / 1_000) as usize;
        let windows = self.channels[channel].chunks_exact(length);
        windows.filter(|window| is_so(window)).count() as u32 * WINDOW_MS
    }
}

/// Checks that a WAV is valid: its header tells its true length, and another library reads every sample of it.
#[track_caller]
pub(crate) fn valid(bytes: &[u8]) -> Recorded {
    let recorded = Recorded::parse(bytes).expect("a WAV with its chunks");
    assert_eq!(
        number(bytes, 4, 4),
        Some(bytes.len() as u32 - 8),
        "the length that RIFF tells"
    );
    let read = audio::Sound::from_wav(bytes).expect("hound reads it");
    assert_eq!(
        read.samples.len(),
        recorded.channels[0].len(),
        "the length that `data` tells"
    );
    recorded
}

/// A WAV of one tone, for prompts and music.
pub(crate) fn tone_wav(hz: f64, length_ms: u32) -> Vec<u8> {
    let rate = audio::RATE_HZ;
    let samples = audio::tone::Tone::samples(hz, rate, 8_000, (rate * length_ms / 1_000) as usize);
    let data: Vec<u8> = samples
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect();
    let mut wav = Vec::from(*b"RIFF");
    wav.extend((36 + data.len() as u32).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(rate.to_le_bytes());
    wav.extend((rate * 2).to_le_bytes());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend((data.len() as u32).to_le_bytes());
    wav.extend(data);
    wav
}

fn rms(samples: &[i16]) -> f64 {
    let sum: f64 = samples
        .iter()
        .map(|sample| f64::from(*sample).powi(2))
        .sum();
    (sum / samples.len() as f64).sqrt()
}

fn number(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let digits = bytes.get(at..at + length)?;
    Some(
        digits
            .iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | u32::from(*byte)),
    )
}
