//! RTCP of RFC 3550 §6: compound packets in, one report out.
//!
//! Invariant: a [`Compound`] has passed RFC 3550 A.2 whole, report counts included; walking it cannot fail. A compound
//! begins with a report (no reduced size). BYE is read and left to the caller, who is to ignore it: anyone on the path can
//! write one (S17).

/// Packet types (RFC 3550 §12.1).
mod kind {
    pub(super) const SENDER_REPORT: u8 = 200;
    pub(super) const RECEIVER_REPORT: u8 = 201;
    pub(super) const SOURCE_DESCRIPTION: u8 = 202;
    pub(super) const BYE: u8 = 203;
}
/// SDES item of the canonical name (RFC 3550 §6.5.1).
const CNAME: u8 = 1;
const SENDER_INFO_BYTES: usize = 20;
const BLOCK_BYTES: usize = 24;

/// What one side tells of one source that it hears (RFC 3550 §6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportBlock {
    /// The source.
    pub ssrc: u32,
    /// Loss since the last report, in 1/256.
    pub fraction_lost: u8,
    /// Loss since the start; negative when packets were repeated. 24 bits.
    pub cumulative_lost: i32,
    /// Extended highest sequence number.
    pub highest_sequence: u32,
    /// Interarrival jitter, in units of the RTP clock.
    pub jitter: u32,
    /// Middle 32 bits of the NTP time of the last sender report; 0 if none.
    pub last_sender_report: u32,
    /// Since then, in 1/65536 s.
    pub delay: u32,
}

/// What a sender tells of itself (RFC 3550 §6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SenderInfo {
    /// NTP time, 32.32 bits.
    pub ntp: u64,
    /// The same instant on the RTP clock.
    pub rtp_timestamp: u32,
    /// Packets sent.
    pub packets: u32,
    /// Payload octets sent.
    pub octets: u32,
}

/// One packet of a compound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// SR.
    SenderReport {
        /// Who reports.
        ssrc: u32,
        /// What it sends.
        info: SenderInfo,
        /// What it hears.
        blocks: Blocks<'a>,
    },
    /// RR.
    ReceiverReport {
        /// Who reports.
        ssrc: u32,
        /// What it hears.
        blocks: Blocks<'a>,
    },
    /// SDES: names, of no use to us.
    SourceDescription,
    /// BYE.
    Bye,
    /// APP, feedback, extended reports and whatever comes.
    Other(u8),
}

/// The report blocks of one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks<'a>(&'a [u8]);

impl Blocks<'_> {
    /// The blocks in order.
    pub fn iter(&self) -> impl Iterator<Item = ReportBlock> + '_ {
        self.0.chunks_exact(BLOCK_BYTES).filter_map(block)
    }
}

/// Why a datagram is not RTCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RtcpError {
    /// Not version 2, or its first packet is no report or padded.
    #[error("no RTCP compound")]
    Header,
    /// Lengths or counts reach beyond what is there.
    #[error("RTCP lengths do not fit")]
    Length,
}

/// A validated compound packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compound<'a>(&'a [u8]);

impl<'a> Compound<'a> {
    /// Reads a datagram by the rules of RFC 3550 A.2, and checks that report counts fit their lengths.
    ///
    /// # Errors
    /// [`RtcpError`]: to be dropped whole.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, RtcpError> {
        let [first, kind, ..] = *datagram else {
            return Err(RtcpError::Header);
        };
        if first & 0xe0 != 0x80 || !matches!(kind, kind::SENDER_REPORT | kind::RECEIVER_REPORT) {
            return Err(RtcpError::Header);
        }
        let mut rest = datagram;
        while !rest.is_empty() {
            let (packet, tail) = split(rest).ok_or(RtcpError::Length)?;
            if packet.first().is_none_or(|first| first & 0xc0 != 0x80) {
                return Err(RtcpError::Header);
            }
            read(packet).ok_or(RtcpError::Length)?;
            rest = tail;
        }
        Ok(Self(datagram))
    }

    /// The packets in order.
    pub fn packets(&self) -> impl Iterator<Item = Packet<'a>> + use<'a> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            let (packet, tail) = split(rest)?;
            rest = tail;
            read(packet)
        })
    }
}

/// The first packet by its length field, and what follows.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let [_, _, high, low, ..] = *bytes else {
        return None;
    };
    let words = usize::from(u16::from_be_bytes([high, low])).checked_add(1)?;
    bytes.split_at_checked(words.checked_mul(4)?)
}

fn read(packet: &[u8]) -> Option<Packet<'_>> {
    let [first, kind, _, _, body @ ..] = packet else {
        return None;
    };
    let count = usize::from(first & 0x1f);
    match *kind {
        kind::SENDER_REPORT => {
            let (ssrc, body) = take_u32(body)?;
            let (info, body) = body.split_at_checked(SENDER_INFO_BYTES)?;
            Some(Packet::SenderReport {
                ssrc,
                info: sender_info(info)?,
                blocks: blocks(body, count)?,
            })
        }
        kind::RECEIVER_REPORT => {
            let (ssrc, body) = take_u32(body)?;
            Some(Packet::ReceiverReport {
                ssrc,
                blocks: blocks(body, count)?,
            })
        }
        kind::SOURCE_DESCRIPTION => Some(Packet::SourceDescription),
        kind::BYE => Some(Packet::Bye),
        other => Some(Packet::Other(other)),
    }
}

fn blocks(body: &[u8], count: usize) -> Option<Blocks<'_>> {
    Some(Blocks(body.get(..count.checked_mul(BLOCK_BYTES)?)?))
}

fn block(bytes: &[u8]) -> Option<ReportBlock> {
    let (ssrc, rest) = take_u32(bytes)?;
    let (loss, rest) = take_u32(rest)?;
    let (highest_sequence, rest) = take_u32(rest)?;
    let (jitter, rest) = take_u32(rest)?;
    let (last_sender_report, rest) = take_u32(rest)?;
    let (delay, _) = take_u32(rest)?;
    let [fraction_lost, lost @ ..] = loss.to_be_bytes();
    let sign = if lost.first().is_some_and(|byte| byte & 0x80 != 0) {
        0xff
    } else {
        0
    };
    let [high, middle, low] = lost;
    let cumulative_lost = i32::from_be_bytes([sign, high, middle, low]);
    Some(ReportBlock {
        ssrc,
        fraction_lost,
        cumulative_lost,
        highest_sequence,
        jitter,
        last_sender_report,
        delay,
    })
}

fn sender_info(bytes: &[u8]) -> Option<SenderInfo> {
    let (seconds, rest) = take_u32(bytes)?;
    let (fraction, rest) = take_u32(rest)?;
    let (rtp_timestamp, rest) = take_u32(rest)?;
    let (packets, rest) = take_u32(rest)?;
    let (octets, _) = take_u32(rest)?;
    Some(SenderInfo {
        ntp: u64::from(seconds) << 32 | u64::from(fraction),
        rtp_timestamp,
        packets,
        octets,
    })
}

fn take_u32(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (word, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*word), rest))
}

/// A report of ours: SR if we send, else RR; then SDES with the canonical name; then BYE at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report<'a> {
    /// Our source.
    pub ssrc: u32,
    /// What we sent, if anything.
    pub sender: Option<SenderInfo>,
    /// What we hear, if anything.
    pub block: Option<ReportBlock>,
    /// Canonical name, at most 255 bytes; a random one tells nothing of anybody (RFC 7022).
    pub cname: &'a str,
    /// We leave.
    pub bye: bool,
}

impl Report<'_> {
    /// Writes the compound; gives its length, or none if `out` is too short or the name too long.
    pub fn write(&self, out: &mut [u8]) -> Option<usize> {
        let mut writer = Writer { out, len: 0 };
        let kind = if self.sender.is_some() {
            kind::SENDER_REPORT
        } else {
            kind::RECEIVER_REPORT
        };
        let at = writer.begin(u8::from(self.block.is_some()), kind)?;
        writer.word(self.ssrc)?;
        if let Some(info) = &self.sender {
            writer.put(&info.ntp.to_be_bytes())?;
            writer.word(info.rtp_timestamp)?;
            writer.word(info.packets)?;
            writer.word(info.octets)?;
        }
        if let Some(block) = &self.block {
            writer.block(block)?;
        }
        writer.end(at)?;
        self.write_name(&mut writer)?;
        if self.bye {
            let at = writer.begin(1, kind::BYE)?;
            writer.word(self.ssrc)?;
            writer.end(at)?;
        }
        Some(writer.len)
    }

    fn write_name(&self, writer: &mut Writer<'_>) -> Option<()> {
        let at = writer.begin(1, kind::SOURCE_DESCRIPTION)?;
        writer.word(self.ssrc)?;
        writer.put(&[CNAME, u8::try_from(self.cname.len()).ok()?])?;
        writer.put(self.cname.as_bytes())?;
        // §6.5: the list ends with at least one zero and fills its word.
        writer.put(&[0])?;
        while !writer.len.is_multiple_of(4) {
            writer.put(&[0])?;
        }
        writer.end(at)
    }
}

struct Writer<'a> {
    out: &'a mut [u8],
    len: usize,
}

impl Writer<'_> {
    fn put(&mut self, bytes: &[u8]) -> Option<()> {
        let end = self.len.checked_add(bytes.len())?;
        self.out.get_mut(self.len..end)?.copy_from_slice(bytes);
        self.len = end;
        Some(())
    }

    fn word(&mut self, word: u32) -> Option<()> {
        self.put(&word.to_be_bytes())
    }

    /// Starts a packet; its length is filled in by [`Writer::end`].
    fn begin(&mut self, count: u8, kind: u8) -> Option<usize> {
        let at = self.len;
        self.put(&[0x80 | count, kind, 0, 0])?;
        Some(at)
    }

    fn end(&mut self, at: usize) -> Option<()> {
        let words = self.len.checked_sub(at)?.checked_div(4)?.checked_sub(1)?;
        let field = self.out.get_mut(at.checked_add(2)?..at.checked_add(4)?)?;
        field.copy_from_slice(&u16::try_from(words).ok()?.to_be_bytes());
        Some(())
    }

    fn block(&mut self, block: &ReportBlock) -> Option<()> {
        let [_, lost @ ..] = block
            .cumulative_lost
            .clamp(-0x80_0000, 0x7f_ffff)
            .to_be_bytes();
        self.word(block.ssrc)?;
        self.put(&[block.fraction_lost])?;
        self.put(&lost)?;
        self.word(block.highest_sequence)?;
        self.word(block.jitter)?;
        self.word(block.last_sender_report)?;
        self.word(block.delay)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BLOCK: ReportBlock = ReportBlock {
        ssrc: 0xca11_0000,
        fraction_lost: 25,
        cumulative_lost: -3,
        highest_sequence: 0x0001_ffff,
        jitter: 160,
        last_sender_report: 0x1234_5678,
        delay: 65_536,
    };
    const INFO: SenderInfo = SenderInfo {
        ntp: 0xe000_0000_8000_0000,
        rtp_timestamp: 7,
        packets: 8,
        octets: 1_280,
    };

    fn written(report: &Report<'_>) -> Vec<u8> {
        let mut out = [0; 200];
        let length = report.write(&mut out).unwrap();
        out[..length].to_vec()
    }

    #[test]
    fn reports_read_as_they_were_written() {
        for (sender, block, bye) in [
            (Some(INFO), Some(BLOCK), false),
            (None, Some(BLOCK), true),
            (Some(INFO), None, true),
            (None, None, false),
        ] {
            let bytes = written(&Report {
                ssrc: 5,
                sender,
                block,
                cname: "x7",
                bye,
            });
            let packets: Vec<Packet<'_>> = Compound::parse(&bytes).unwrap().packets().collect();
            let (said, heard) = match packets[0] {
                Packet::SenderReport {
                    ssrc: 5,
                    info,
                    blocks,
                } => (Some(info), blocks),
                Packet::ReceiverReport { ssrc: 5, blocks } => (None, blocks),
                Packet::SenderReport { .. } | Packet::ReceiverReport { .. } => {
                    panic!("another source")
                }
                Packet::SourceDescription | Packet::Bye | Packet::Other(_) => panic!("no report"),
            };
            assert_eq!(said, sender);
            assert_eq!(
                heard.iter().collect::<Vec<_>>(),
                block.into_iter().collect::<Vec<_>>()
            );
            let tail = if bye {
                vec![Packet::SourceDescription, Packet::Bye]
            } else {
                vec![Packet::SourceDescription]
            };
            assert_eq!(packets[1..], tail);
        }
    }

    #[test]
    fn bytes_of_a_receiver_report_with_name() {
        let bytes = written(&Report {
            ssrc: 1,
            sender: None,
            block: None,
            cname: "abc",
            bye: true,
        });
        let expected = [
            &[0x80, 201, 0, 1, 0, 0, 0, 1][..],
            &[0x81, 202, 0, 3, 0, 0, 0, 1, 1, 3, b'a', b'b', b'c', 0, 0, 0],
            &[0x81, 203, 0, 1, 0, 0, 0, 1],
        ];
        assert_eq!(bytes, expected.concat());
    }

    #[test]
    fn a_2_rejects_what_is_no_compound() {
        let report = written(&Report {
            ssrc: 1,
            sender: None,
            block: Some(BLOCK),
            cname: "abc",
            bye: false,
        });
        let with = |at: usize, byte: u8| {
            let mut bytes = report.clone();
            bytes[at] = byte;
            bytes
        };
        let cases = [
            ("empty", vec![], RtcpError::Header),
            ("short", vec![0x80, 201], RtcpError::Length),
            ("version 1", with(0, 0x41), RtcpError::Header),
            ("padding in the first", with(0, 0xa1), RtcpError::Header),
            ("begins with SDES", with(1, 202), RtcpError::Header),
            ("length beyond the end", with(3, 200), RtcpError::Length),
            ("length short of the end", with(3, 6), RtcpError::Length),
            (
                "31 blocks in the room of one (advisory 9)",
                with(0, 0x9f),
                RtcpError::Length,
            ),
            (
                "second packet of version 0",
                with(32, 0x01),
                RtcpError::Header,
            ),
            (
                "cut",
                report[..report.len() - 1].to_vec(),
                RtcpError::Length,
            ),
        ];
        for (name, bytes, expected) in cases {
            assert_eq!(Compound::parse(&bytes), Err(expected), "{name}");
        }
    }

    #[test]
    fn too_small_a_room_is_told() {
        let report = Report {
            ssrc: 1,
            sender: Some(INFO),
            block: Some(BLOCK),
            cname: "abc",
            bye: true,
        };
        let length = written(&report).len();
        for room in 0..length {
            assert_eq!(report.write(&mut vec![0; room]), None, "{room}");
        }
        assert_eq!(report.write(&mut vec![0; length]), Some(length));
        assert_eq!(
            Report {
                cname: &"x".repeat(256),
                ..report
            }
            .write(&mut [0; 1_000]),
            None
        );
    }

    proptest! {
        #[test]
        fn no_bytes_harm(bytes in prop::collection::vec(any::<u8>(), 0..200), kind in 200_u8..207, words in 0_u8..50) {
            let mut bytes = bytes;
            let _ = Compound::parse(&bytes);
            if let Some(head) = bytes.first_chunk_mut::<4>() {
                *head = [0x80 | head[0] & 0x1f, kind, 0, words];
            }
            if let Ok(compound) = Compound::parse(&bytes) {
                for packet in compound.packets() {
                    if let Packet::SenderReport { blocks, .. } | Packet::ReceiverReport { blocks, .. } = packet {
                        prop_assert!(blocks.iter().count() <= 31);
                    }
                }
            }
        }
    }
}
