//! The RTP packet of RFC 3550 §5.1, through `rtp-rs`, which is named in this file only.
//!
//! Invariant: a [`Packet`] has a payload. Contributing sources, header extensions and padding are skipped when reading and
//! never written: nothing of them is negotiated, so nothing of them may cross from one leg to the other.

use rtp_rs::{RtpPacketBuilder, RtpReader, Seq};

/// Bytes of the header that is written.
pub const HEADER_BYTES: usize = RtpReader::MIN_HEADER_LEN;

/// The fixed header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// First packet of a talkspurt or of an event.
    pub marker: bool,
    /// 0..=127.
    pub payload_type: u8,
    /// Counts packets.
    pub sequence: u16,
    /// Counts samples, in units of the RTP clock.
    pub timestamp: u32,
    /// Synchronisation source.
    pub ssrc: u32,
}

/// A packet in the memory of its datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The fixed header.
    pub header: Header,
    /// At least one byte.
    pub payload: &'a [u8],
}

/// Why a datagram is not an RTP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    /// Too short, not version 2, or lengths that do not fit.
    #[error("no RTP packet")]
    Malformed,
    /// A header alone, as some phones send to keep a NAT open.
    #[error("RTP packet without payload")]
    Empty,
}

impl<'a> Packet<'a> {
    /// Reads a datagram.
    ///
    /// # Errors
    /// [`PacketError`].
    pub fn parse(datagram: &'a [u8]) -> Result<Self, PacketError> {
        let reader = RtpReader::new(datagram).map_err(|_| PacketError::Malformed)?;
        let payload = reader.payload();
        if payload.is_empty() {
            return Err(PacketError::Empty);
        }
        let header = Header {
            marker: reader.mark(),
            payload_type: reader.payload_type(),
            sequence: reader.sequence_number().into(),
            timestamp: reader.timestamp(),
            ssrc: reader.ssrc(),
        };
        Ok(Self { header, payload })
    }

    /// Writes the packet; gives its length, or none if `out` is too short or the payload type above 127.
    pub fn write(&self, out: &mut [u8]) -> Option<usize> {
        let header = &self.header;
        RtpPacketBuilder::new()
            .marked(header.marker)
            .payload_type(header.payload_type)
            .sequence(Seq::from(header.sequence))
            .timestamp(header.timestamp)
            .ssrc(header.ssrc)
            .payload(self.payload)
            .build_into(out)
            .ok()
    }
}

/// RTCP that came to the RTP port (RFC 5761 §4): its packet types 192-223 look like payload types 64-95.
#[must_use]
pub fn is_rtcp(datagram: &[u8]) -> bool {
    datagram
        .get(1)
        .is_some_and(|byte| (192..=223).contains(byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER: Header = Header {
        marker: true,
        payload_type: 8,
        sequence: 0xfffe,
        timestamp: 0x0102_0304,
        ssrc: 0xdead_beef,
    };

    #[test]
    fn bytes_on_the_wire() {
        let mut out = [0; 20];
        let length = Packet {
            header: HEADER,
            payload: &[1, 2, 3],
        }
        .write(&mut out);
        assert_eq!(length, Some(HEADER_BYTES + 3));
        assert_eq!(
            out[..15],
            [
                0x80, 0x88, 0xff, 0xfe, 1, 2, 3, 4, 0xde, 0xad, 0xbe, 0xef, 1, 2, 3
            ]
        );
        assert_eq!(
            Packet {
                header: HEADER,
                payload: &[0; 9]
            }
            .write(&mut out),
            None,
            "one byte too many"
        );
    }

    #[test]
    fn contributing_sources_extension_and_padding_are_skipped() {
        let mut bytes = vec![0xb1, 0x08, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        bytes.extend([9, 9, 9, 9]); // one contributing source
        bytes.extend([0xbe, 0xde, 0, 1, 7, 7, 7, 7]); // extension of one word
        bytes.extend([42, 43, 0, 0, 3]); // payload, padding of three
        assert_eq!(Packet::parse(&bytes).unwrap().payload, [42, 43]);
    }

    #[test]
    fn what_is_no_packet() {
        let whole = [0x80, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        let with = |first: u8, tail: &[u8]| [&[first], &whole[1..], tail].concat();
        let cases = [
            (vec![], PacketError::Malformed),
            (whole[..11].to_vec(), PacketError::Malformed),
            (whole.to_vec(), PacketError::Empty),
            (with(0x40, &[1]), PacketError::Malformed),
            (with(0x8f, &[1]), PacketError::Malformed),
            (
                with(0x90, &[0xbe, 0xde, 0xff, 0xff]),
                PacketError::Malformed,
            ),
            (with(0xa0, &[1, 0]), PacketError::Malformed),
            (with(0xa0, &[1, 200]), PacketError::Malformed),
            (with(0xa0, &[7, 2]), PacketError::Empty),
        ];
        for (bytes, expected) in cases {
            assert_eq!(Packet::parse(&bytes), Err(expected), "{bytes:?}");
        }
    }

    #[test]
    fn rtcp_on_the_rtp_port_is_told() {
        for (byte, expected) in [
            (200, true),
            (207, true),
            (8, false),
            (0x80 | 8, false),
            (0x80 | 101, false),
        ] {
            assert_eq!(is_rtcp(&[0x80, byte]), expected, "{byte}");
        }
        assert!(!is_rtcp(&[0x80]));
    }

    proptest! {
        #[test]
        fn no_bytes_harm_and_what_is_read_writes_back(bytes in prop::collection::vec(any::<u8>(), 0..80), version in any::<bool>()) {
            let mut bytes = bytes;
            if let (Some(first), true) = (bytes.first_mut(), version) {
                *first = *first & 0x3f | 0x80;
            }
            if let Ok(packet) = Packet::parse(&bytes) {
                let mut out = [0; 80];
                let length = packet.write(&mut out).unwrap();
                prop_assert_eq!(Packet::parse(&out[..length]), Ok(packet));
            }
        }
    }
}
