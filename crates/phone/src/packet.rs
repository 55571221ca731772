//! The twelve bytes of RFC 3550 §5.1, written by hand: this phone shares no parser with the server.
//!
//! Sends without CSRC, extension or padding; receives all three and skips them.

/// What the phone uses of an RTP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// First packet of a talk-spurt or of an event.
    pub(crate) marker: bool,
    pub(crate) payload_type: u8,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
}

impl Header {
    /// The packet: header and payload.
    pub(crate) fn packet(self, payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(12 + payload.len());
        out.push(0x80);
        out.push(self.payload_type & 0x7f | u8::from(self.marker) << 7);
        out.extend_from_slice(&self.sequence.to_be_bytes());
        out.extend_from_slice(&self.timestamp.to_be_bytes());
        out.extend_from_slice(&self.ssrc.to_be_bytes());
        out.extend_from_slice(payload);
        out
    }

    /// Header and payload of a packet; none if it is no RTP version 2 or is cut short.
    pub(crate) fn parse(packet: &[u8]) -> Option<(Self, &[u8])> {
        let (head, mut rest) = packet.split_first_chunk::<12>()?;
        let [b0, b1, s0, s1, t0, t1, t2, t3, r0, r1, r2, r3] = *head;
        if b0 >> 6 != 2 {
            return None;
        }
        rest = rest.get(usize::from(b0 & 0x0f) * 4..)?;
        if b0 & 0x10 != 0 {
            let (extension, after) = rest.split_first_chunk::<4>()?;
            let [_, _, high, low] = *extension;
            rest = after.get(usize::from(u16::from_be_bytes([high, low])) * 4..)?;
        }
        if b0 & 0x20 != 0 {
            let padding = usize::from(*rest.last()?);
            rest = rest.get(..rest.len().checked_sub(padding)?)?;
        }
        let header = Self {
            marker: b1 & 0x80 != 0,
            payload_type: b1 & 0x7f,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([r0, r1, r2, r3]),
        };
        Some((header, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: Header = Header {
        marker: true,
        payload_type: 101,
        sequence: 0xfffe,
        timestamp: 0x0102_0304,
        ssrc: 0xca11_0000,
    };

    #[test]
    fn what_is_written_is_read() {
        let packet = HEADER.packet(&[1, 2, 3]);
        assert_eq!(packet.len(), 15);
        assert_eq!(Header::parse(&packet), Some((HEADER, &[1, 2, 3][..])));
    }

    #[test]
    fn csrc_extension_and_padding_are_skipped() {
        let plain = HEADER.packet(&[]);
        let build = |first: u8, tail: &[u8]| {
            let mut packet = plain.clone();
            packet[0] = first;
            packet.extend_from_slice(tail);
            packet
        };
        let csrc = build(0x81, &[9, 9, 9, 9, 7]);
        let extension = build(0x90, &[0xbe, 0xde, 0, 1, 0, 0, 0, 0, 7]);
        let padding = build(0xa0, &[7, 0, 0, 3]);
        for packet in [csrc, extension, padding] {
            assert_eq!(Header::parse(&packet).unwrap().1, [7], "{packet:?}");
        }
    }

    #[test]
    fn rubbish_is_no_packet() {
        let plain = HEADER.packet(&[]);
        for (cut, what) in [(0, "empty"), (11, "short")] {
            assert_eq!(Header::parse(&plain[..cut]), None, "{what}");
        }
        for first in [0x00, 0x40, 0xc0, 0x8f, 0x90, 0xa0] {
            let mut packet = plain.clone();
            packet[0] = first;
            assert_eq!(Header::parse(&packet), None, "{first:#x}");
        }
    }
}
