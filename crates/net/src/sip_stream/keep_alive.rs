//! Our own pings on connections that we opened, RFC 5626 §4.4.1.
//!
//! A ping goes out after so much silence of the peer. Whether its silence thereafter means death depends on the peer: one
//! that has answered a ping before owes us every answer; with one that never did the system's keep-alive has to do.

use core::time::Duration;

use tokio::time::Instant;

use crate::TcpLimits;

/// The pings of one connection.
#[derive(Debug)]
pub(crate) struct KeepAlive {
    every: Duration,
    answer_within: Duration,
    state: State,
    /// It has answered a ping by a lone CRLF.
    peer_pongs: bool,
    /// Half of a pong was read.
    has_return: bool,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// The next ping leaves then.
    Quiet { ping_at: Instant },
    /// A ping is out; its answer is due then.
    Pinged { due_at: Instant },
}

/// What is to be done when [`KeepAlive::until`] has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Due {
    /// Send a ping.
    Ping,
    /// The peer is dead.
    Dead,
    /// Nothing yet.
    Nothing,
}

impl KeepAlive {
    pub(crate) fn new(limits: &TcpLimits) -> Self {
        Self {
            every: limits.ping_every,
            answer_within: limits.pong_timeout,
            state: State::Quiet {
                ping_at: Instant::now() + limits.ping_every,
            },
            peer_pongs: false,
            has_return: false,
        }
    }

    /// When [`KeepAlive::handle_timeout`] is due.
    pub(crate) fn until(&self) -> Instant {
        match self.state {
            State::Quiet { ping_at } => ping_at,
            State::Pinged { due_at } => due_at,
        }
    }

    pub(crate) fn handle_timeout(&mut self) -> Due {
        let now = Instant::now();
        if now < self.until() {
            return Due::Nothing;
        }
        match self.state {
            State::Quiet { .. } => {
                let due_at = now + self.answer_within;
                self.state = State::Pinged { due_at };
                self.has_return = false;
                Due::Ping
            }
            State::Pinged { .. } if self.peer_pongs => Due::Dead,
            State::Pinged { .. } => {
                self.quiet();
                Due::Nothing
            }
        }
    }

    /// Bytes came between two messages or within one; returns them without the pong with which they begin. A pong must
    /// not reach the framer: two of them would look like a ping of the peer.
    pub(crate) fn heard<'b>(&mut self, bytes: &'b [u8], at_boundary: bool) -> &'b [u8] {
        let rest = match (self.state, bytes, at_boundary) {
            // The peer's own ping crossed ours.
            (State::Pinged { .. }, [b'\r', b'\n', b'\r', ..], true) if !self.has_return => bytes,
            (State::Pinged { .. }, [b'\r', b'\n', rest @ ..], true) if !self.has_return => {
                self.peer_pongs = true;
                rest
            }
            (State::Pinged { .. }, [b'\r'], true) => {
                self.has_return = true;
                return &[];
            }
            (State::Pinged { .. }, [b'\n', rest @ ..], true) if self.has_return => {
                self.peer_pongs = true;
                rest
            }
            (State::Pinged { .. } | State::Quiet { .. }, _, _) => bytes,
        };
        self.quiet();
        rest
    }

    fn quiet(&mut self) {
        self.has_return = false;
        self.state = State::Quiet {
            ping_at: Instant::now() + self.every,
        };
    }
}
