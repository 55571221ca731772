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

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(90);
    const ANSWER: Duration = Duration::from_secs(10);

    fn keep_alive() -> KeepAlive {
        KeepAlive::new(&TcpLimits::default())
    }

    async fn wait(keep_alive: &mut KeepAlive) -> Due {
        tokio::time::sleep_until(keep_alive.until()).await;
        keep_alive.handle_timeout()
    }

    /// One thread and no other task: the clock can stand still.
    fn in_virtual_time(story: impl Future<Output = ()>) {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
            .block_on(story);
    }

    #[test]
    fn rfc5626_silence_is_broken_by_a_ping_and_only_a_peer_that_pongs_owes_an_answer() {
        in_virtual_time(async {
            let mut pings = keep_alive();
            let started = Instant::now();
            assert_eq!(pings.handle_timeout(), Due::Nothing, "too early");
            assert_eq!(wait(&mut pings).await, Due::Ping);
            assert_eq!(started.elapsed(), EVERY);
            // It never answered one: left to the system's keep-alive.
            assert_eq!(wait(&mut pings).await, Due::Nothing);
            assert_eq!(wait(&mut pings).await, Due::Ping);
            assert_eq!(pings.heard(b"\r\n", true), b"");
            let answered = Instant::now();
            assert_eq!(wait(&mut pings).await, Due::Ping);
            assert_eq!(answered.elapsed(), EVERY);
            assert_eq!(wait(&mut pings).await, Due::Dead);
            assert_eq!(answered.elapsed(), EVERY + ANSWER);
        });
    }

    #[test]
    fn a_pong_is_taken_out_however_it_is_cut_and_nothing_else_is() {
        in_virtual_time(async {
            for (chunks, at_boundary, left, is_pong) in [
                (&[&b"\r\n"[..]][..], true, &b""[..], true),
                (&[b"\r", b"\n"], true, b"", true),
                (&[b"\r\nOPTIONS"], true, b"OPTIONS", true),
                (&[b"\r", b"\nOPTIONS"], true, b"OPTIONS", true),
                // A ping of theirs that crossed ours.
                (&[b"\r\n\r\n"], true, b"\r\n\r\n", false),
                (&[b"OPTIONS"], true, b"OPTIONS", false),
                // Within a message line ends are its own.
                (&[b"\r\n"], false, b"\r\n", false),
            ] {
                let mut pings = keep_alive();
                assert_eq!(wait(&mut pings).await, Due::Ping);
                let rest: Vec<u8> = chunks
                    .iter()
                    .flat_map(|chunk| pings.heard(chunk, at_boundary))
                    .copied()
                    .collect();
                assert_eq!((&rest[..], pings.peer_pongs), (left, is_pong), "{chunks:?}");
                assert_eq!(pings.until(), Instant::now() + EVERY, "a sign of life");
            }
            // Without a ping there is no pong.
            let mut pings = keep_alive();
            assert_eq!(pings.heard(b"\r\n", true), b"\r\n");
            assert!(!pings.peer_pongs);
        });
    }
}
