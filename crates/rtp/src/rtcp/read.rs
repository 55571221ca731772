//! Reading RTCP: RFC 3550 A.2, then §6.4.

use super::{ReportBlock, SenderInfo, kind};

const SENDER_INFO_BYTES: usize = 20;
const BLOCK_BYTES: usize = 24;

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
