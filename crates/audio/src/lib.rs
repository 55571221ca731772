//! PCM frames: codecs, tones, measuring, WAV.
//!
//! Everything inside is mono 16-bit linear PCM; telephony runs at [`RATE_HZ`]. A codec is one row in [`codec::CODECS`]
//! with its file beside it. No sockets, no files: WAV goes through any reader or writer that the caller brings.

pub mod codec;
pub mod dtmf;
pub mod frame;
pub mod goertzel;
pub mod leveling;
pub mod mix;
pub mod resample;
pub mod sound;
pub mod tone;
pub mod wav;

pub use codec::Codec;
pub use sound::Sound;
pub use wav::{StereoWriter, WavError};

/// The sample rate of everything that plays, bridges or records, in Hz.
pub const RATE_HZ: u32 = 8_000;
