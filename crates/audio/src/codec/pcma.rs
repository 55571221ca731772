//! PCMA: ITU-T G.711 A-law, RFC 3551 §4.5.14, payload type 8.
//!
//! Both directions are tables built at compile time: 64 KiB to encode, 512 bytes to decode. The coder is the bit-exact
//! G.711 one, decision values in the middle between two outputs; no dithering and no packet-loss concealment here.

use super::{Codec, lookup, map, table};

pub(super) const PCMA: Codec = Codec {
    name: "PCMA",
    payload_type: 8,
    clock_rate_hz: 8_000,
    channels: 1,
    fmtp: None,
    ticks: super::byte_a_tick,
    encode,
    decode,
};

/// G.711 §3.1: even bits are inverted on the line.
const EVEN_BITS: u8 = 0x55;

static ENCODED: [u8; 65_536] = table!(65_536, |bits| compress(bits as u16 as i16));
static DECODED: [i16; 256] = table!(256, |code| expand(code as u8));

fn encode(samples: &[i16], out: &mut [u8]) -> usize {
    map(samples, out, |sample| lookup(&ENCODED, sample as u16))
}

fn decode(payload: &[u8], out: &mut [i16]) -> usize {
    map(payload, out, |code| lookup(&DECODED, code))
}

const fn compress(sample: i16) -> u8 {
    // A-law is mid-riser: zero belongs to the first positive interval, -1 to the first negative one.
    let magnitude = if sample < 0 {
        !sample as u16
    } else {
        sample as u16
    };
    // 12 bits of magnitude; the leading one at bit 8 (segment 1) to bit 14 (segment 7), below is segment 0.
    let (segment, step) = if magnitude < 0x100 {
        (0, magnitude >> 4)
    } else {
        let segment = 8 - magnitude.leading_zeros() as u16;
        (segment, (magnitude >> (segment + 3)) & 0x0f)
    };
    let code = (segment << 4 | step) as u8;
    (if sample < 0 { code } else { code | 0x80 }) ^ EVEN_BITS
}

const fn expand(code: u8) -> i16 {
    let code = code ^ EVEN_BITS;
    let segment = (code >> 4) & 0x07;
    // The middle of the interval: half a step above its lower end.
    let middle = ((code & 0x0f) as i16) << 4 | 0x08;
    let magnitude = if segment == 0 {
        middle
    } else {
        (middle | 0x100) << (segment - 1)
    };
    if code & 0x80 != 0 {
        magnitude
    } else {
        -magnitude
    }
}
