//! The two clocks of a stream: how long the peer may keep us waiting, and on connections of ours the pings.
//!
//! An answer to a ping shows that the peer lives and not that the connection is of use: one that carries no message for
//! the idle time is cut, so that places of ours come back; the next request opens another.

use sip::framing::StreamFramer;
use tokio::time::Instant;

use super::keep_alive::{Due, KeepAlive};
use super::patience::{Patience, Wait};
use crate::TcpLimits;

/// Fewer bytes than a ping has are no message: a lone CRLF waits in the framer for a second one (RFC 5626 §3.5.1).
const PING_BYTES: usize = 4;

/// The clocks of one stream.
#[derive(Debug)]
pub(crate) struct Vigil {
    patience: Patience,
    keep_alive: Option<KeepAlive>,
}

/// What is to be done when [`Vigil::until`] has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Late {
    /// Send a ping.
    Ping,
    /// The peer answers no ping any more.
    Dead,
    /// The peer owes us this.
    Owing(Wait),
    /// Nothing yet.
    Nothing,
}

impl Vigil {
    /// For a connection that was accepted.
    pub(crate) fn of_theirs(limits: &TcpLimits) -> Self {
        Self {
            patience: Patience::new(limits),
            keep_alive: None,
        }
    }

    /// For a connection that we opened.
    pub(crate) fn of_ours(limits: &TcpLimits) -> Self {
        Self {
            patience: Patience::of_ours(limits),
            keep_alive: Some(KeepAlive::new(limits)),
        }
    }

    /// When [`Vigil::handle_timeout`] is due.
    pub(crate) fn until(&self) -> Instant {
        let patience = self.patience.until();
        let ping = self.keep_alive.as_ref().map(KeepAlive::until);
        ping.map_or(patience, |ping| ping.min(patience))
    }

    pub(crate) fn handle_timeout(&mut self) -> Late {
        if self.patience.until() <= Instant::now() {
            return Late::Owing(self.patience.waiting_for());
        }
        match self.keep_alive.as_mut().map(KeepAlive::handle_timeout) {
            Some(Due::Ping) => Late::Ping,
            Some(Due::Dead) => Late::Dead,
            Some(Due::Nothing) | None => Late::Nothing,
        }
    }

    /// Bytes on their way into the framer.
    pub(crate) fn push(&mut self, framer: &mut StreamFramer, bytes: &[u8]) {
        let rest = match &mut self.keep_alive {
            None => bytes,
            Some(keep_alive) => keep_alive.heard(bytes, framer.pending_bytes() == 0),
        };
        framer.push(rest);
    }

    /// So many frames were whole.
    pub(crate) fn heard(&mut self, frames: usize, framer: &StreamFramer) {
        let pending = framer.pending_bytes();
        // Nothing but a pong.
        if frames == 0 && pending == 0 {
            return;
        }
        self.patience.heard(frames, pending < PING_BYTES);
    }
}
