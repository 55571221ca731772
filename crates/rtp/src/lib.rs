//! RFC 3550, 3551 and 4733: packets, sequences, RTCP, telephone-events, jitter buffer.
//!
//! Parsers and counters that own no socket and no clock. Times are [`core::time::Duration`] since the Unix epoch; units
//! of the RTP clock are said so. No SRTP here.
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::as_conversions)
)]

pub mod jitter_buffer;
pub mod packet;
pub mod rtcp;
pub mod sequence;
pub mod session;
pub mod telephone_event;

pub use jitter_buffer::JitterBuffer;
pub use packet::{Header, Packet, PacketError};
pub use sequence::Sequence;
pub use session::{Reception, Sender, Sources};
