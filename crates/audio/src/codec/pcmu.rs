//! PCMU: ITU-T G.711 µ-law, RFC 3551 §4.5.14, payload type 0.
//!
//! Both directions are tables built at compile time: 64 KiB to encode, 512 bytes to decode. The coder is the bit-exact
//! G.711 one, decision values in the middle between two outputs; no dithering and no packet-loss concealment here.

use super::Codec;

pub(super) const PCMU: Codec = Codec {
    name: "PCMU",
    payload_type: 0,
    clock_rate_hz: 8_000,
    channels: 1,
    fmtp: None,
    encode,
    decode,
};

/// G.711 table 2a counts 14 bits; linear samples have 16.
const BIAS: u16 = 33 << 2;
/// The largest magnitude before the bias would carry out of the eighth segment.
const CLIP: u16 = 8_158 << 2;

static ENCODED: [u8; 65_536] = {
    let mut table = [0; 65_536];
    let mut bits: usize = 0;
    while bits < table.len() {
        table[bits] = compress(bits as u16 as i16);
        bits += 1;
    }
    table
};

static DECODED: [i16; 256] = {
    let mut table = [0; 256];
    let mut code: usize = 0;
    while code < table.len() {
        table[code] = expand(code as u8);
        code += 1;
    }
    table
};

fn encode(samples: &[i16], out: &mut [u8]) -> usize {
    super::map(samples, out, |sample| ENCODED[usize::from(sample as u16)])
}

fn decode(payload: &[u8], out: &mut [i16]) -> usize {
    super::map(payload, out, |code| DECODED[usize::from(code)])
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
