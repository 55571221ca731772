//! RTCP of RFC 3550 §6: compound packets in, one report out.
//!
//! Invariant: a [`Compound`] has passed RFC 3550 A.2 whole, report counts included; walking it cannot fail. A compound
//! begins with a report (no reduced size). BYE is read and left to the caller, who is to ignore it: anyone on the path can
//! write one (S17).

mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::{Blocks, Compound, Packet, RtcpError};
pub use write::Report;

/// Packet types (RFC 3550 §12.1).
mod kind {
    pub(super) const SENDER_REPORT: u8 = 200;
    pub(super) const RECEIVER_REPORT: u8 = 201;
    pub(super) const SOURCE_DESCRIPTION: u8 = 202;
    pub(super) const BYE: u8 = 203;
}

/// SDES item of the canonical name (RFC 3550 §6.5.1).
const CNAME: u8 = 1;

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
