//! A frame: the samples of one packet, in place, without allocation.
//!
//! Capacity is one Ethernet packet of the densest codec (a byte a sample): whatever decodes, fits (S18).

use crate::Codec;

/// Most samples that one packet can hold.
pub const CAPACITY: usize = 1_500;

/// The decoded samples of one packet.
#[derive(Clone)]
pub struct Frame {
    samples: [i16; CAPACITY],
    len: usize,
}

impl Frame {
    /// An empty frame.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            samples: [0; CAPACITY],
            len: 0,
        }
    }

    /// Replaces the samples by what the payload decodes to; what exceeds [`CAPACITY`] is cut off.
    pub fn decode(&mut self, codec: &Codec, payload: &[u8]) {
        self.len = (codec.decode)(payload, &mut self.samples).min(CAPACITY);
    }

    /// The samples.
    #[must_use]
    pub fn samples(&self) -> &[i16] {
        self.samples.get(..self.len).unwrap_or_default()
    }

    /// Makes the frame `len` samples long (at most [`CAPACITY`]) and lends them for writing; their old values remain.
    pub fn resize(&mut self, len: usize) -> &mut [i16] {
        self.len = len.min(CAPACITY);
        self.samples.get_mut(..self.len).unwrap_or_default()
    }
}

impl Default for Frame {
    fn default() -> Self {
        Self::new()
    }
}
