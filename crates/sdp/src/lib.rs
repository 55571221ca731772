//! RFC 8866 text and RFC 3264 SDP offer/answer.
//!
//! One audio stream, exactly one codec in every SDP answer, `telephone-event` beside it. `parse` bounds what a stranger may
//! send (S7), `stream` reads meaning out of it, `offer_answer` negotiates. SRTP, ICE and bundling are not spoken here:
//! a secure-only SDP offer is refused with an error that tells the SIP status.
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::as_conversions)
)]

mod offer_answer;
mod parse;
mod session;
mod stream;
mod write;

pub use offer_answer::{AnswerError, OfferError, accept, answer, offer};
pub use parse::ParseError;
pub use session::{Codec, Direction, LocalAudio, Negotiated};
