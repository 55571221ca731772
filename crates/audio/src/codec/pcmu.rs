//! PCMU: ITU-T G.711 µ-law, RFC 3551 §4.5.14, payload type 0.
//!
//! Both directions are tables built at compile time: 64 KiB to encode, 512 bytes to decode. The coder is the bit-exact
//! G.711 one, decision values in the middle between two outputs; no dithering and no packet-loss concealment here.

use super::{Codec, lookup, map, table};

pub(super) const PCMU: Codec = Codec {
    name: "PCMU",
    payload_type: 0,
    clock_rate_hz: 8_000,
    channels: 1,
    fmtp: None,
    ticks: super::byte_a_tick,
    encode,
    decode,
};

/// G.711 table 2a counts 14 bits; linear samples have 16.
const BIAS: u16 = 33 << 2;
/// The largest magnitude before the bias would carry out of the eighth segment.
const CLIP: u16 = 8_158 << 2;

static ENCODED: [u8; 65_536] = table!(65_536, |bits| compress(bits as u16 as i16));
static DECODED: [i16; 256] = table!(256, |code| expand(code as u8));

fn encode(samples: &[i16], out: &mut [u8]) -> usize {
    map(samples, out, |sample| lookup(&ENCODED, sample as u16))
}

fn decode(payload: &[u8], out: &mut [i16]) -> usize {
    map(payload, out, |code| lookup(&DECODED, code))
}

const fn compress(sample: i16) -> u8 {
    let magnitude = if sample.unsigned_abs() > CLIP {
        CLIP
    } else {
        sample.unsigned_abs()
    } + BIAS;
    // The bias puts the leading one at bit 7 (segment 0) to bit 14 (segment 7).
    let segment = 8 - magnitude.leading_zeros() as u16;
    let step = (magnitude >> (segment + 3)) & 0x0f;
    let code = (segment << 4 | step) as u8;
    // G.711 §3.2: all bits are inverted on the line; the sign bit is 1 for positive values.
    if sample < 0 { !(code | 0x80) } else { !code }
}

const fn expand(code: u8) -> i16 {
    let code = !code;
    let segment = (code >> 4) & 0x07;
    let step = (code & 0x0f) as i16;
    let magnitude = (((step << 3) + BIAS as i16) << segment) - BIAS as i16;
    if code & 0x80 != 0 {
        -magnitude
    } else {
        magnitude
    }
}
