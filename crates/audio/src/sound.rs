//! A sound: mono PCM with its rate; prompts and music live in memory as these.

use crate::{RATE_HZ, resample};

/// Mono 16-bit linear PCM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sound {
    /// Sample rate in Hz.
    pub rate_hz: u32,
    /// The samples.
    pub samples: Vec<i16>,
}

impl Sound {
    /// The same sound at 8 kHz, band-limited; unchanged if it is at 8 kHz already.
    #[must_use]
    pub fn to_8k(self) -> Self {
        if self.rate_hz == RATE_HZ {
            return self;
        }
        Self {
            rate_hz: RATE_HZ,
            samples: resample::resample(&self.samples, self.rate_hz, RATE_HZ),
        }
    }

    /// Length in ms, rounded down; 0 for a rate of 0.
    #[must_use]
    pub fn duration_ms(&self) -> u64 {
        (self.samples.len() as u64 * 1_000)
            .checked_div(u64::from(self.rate_hz))
            .unwrap_or(0)
    }
}
