//! A small SIP/RTP test phone behind `trunkline call`; messages by rsip, no parser shared with the server.
//!
//! It is the independent second implementation on the other side of the wire: SIP messages by rsip, SDP and RTP headers by
//! a few lines of its own, so that a mistake in the server's parsers is not made twice. One UDP socket for signalling, one
//! for sound, one call at a time; IPv4 or IPv6, no TLS, no SRTP, no transfer. It runs under tokio and reads the clock: it
//! is an instrument, not a part of the engine.

pub mod account;
mod answer;
mod call;
mod conversation;
mod dialog;
mod digest;
mod ear;
mod keys;
mod line;
mod media;
mod message;
mod mouth;
pub mod narrate;
mod packet;
pub mod plan;
mod sdp;
mod stop;
mod transaction;

pub use account::Account;
pub use answer::answer_calls;
pub use call::place_call;
pub use narrate::{Event, Hearing, Outcome, Report};
pub use plan::{AnswerPlan, CallPlan, DtmfWay, KeyPress, Say};

/// Resolves at Ctrl-C or SIGTERM: the usual `stop` of [`place_call`] and [`answer_calls`], which then hang up and
/// un-register.
///
/// When a handler cannot be installed it never resolves.
pub async fn interrupt() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
