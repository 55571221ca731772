//! How long the peer of a stream may keep us waiting, G12 and S8: one deadline that moves only when the peer has earned it.
//!
//! A whole message or a ping earns the idle time; the first byte of a message starts that message's own limit, which no
//! further byte prolongs: a slow-loris gains nothing by dripping.

use core::time::Duration;

use tokio::time::Instant;

use crate::TcpLimits;

/// How long a peer may keep us waiting.
#[derive(Debug)]
pub(crate) struct Patience {
    until: Instant,
    waiting_for: Wait,
    message_timeout: Duration,
    idle_timeout: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wait {
    /// The first frame, or the rest of a message.
    Message,
    /// Anything.
    Sign,
}

impl Patience {
    /// A connection that has just been opened owes its first message.
    pub(crate) fn new(limits: &TcpLimits) -> Self {
        Self {
            until: Instant::now() + limits.message_timeout,
            waiting_for: Wait::Message,
            message_timeout: limits.message_timeout,
            idle_timeout: limits.idle_timeout,
        }
    }

    /// A peer whom we called owes us nothing.
    pub(crate) fn of_ours(limits: &TcpLimits) -> Self {
        Self {
            until: Instant::now() + limits.idle_timeout,
            waiting_for: Wait::Sign,
            ..Self::new(limits)
        }
    }

    /// Bytes came: so many whole frames, and after them nothing that counts or the beginning of a message.
    pub(crate) fn heard(&mut self, frames: usize, at_boundary: bool) {
        let now = Instant::now();
        match (self.waiting_for, frames, at_boundary) {
            // G12: bytes of the same message, or none that count before the first: the limit stands.
            (Wait::Message, 0, _) => {}
            (Wait::Message | Wait::Sign, _, false) => {
                self.waiting_for = Wait::Message;
                self.until = now + self.message_timeout;
            }
            (Wait::Message | Wait::Sign, _, true) => {
                self.waiting_for = Wait::Sign;
                self.until = now + self.idle_timeout;
            }
        }
    }

    /// When it ends.
    pub(crate) fn until(&self) -> Instant {
        self.until
    }

    /// What the peer owes us.
    pub(crate) fn waiting_for(&self) -> Wait {
        self.waiting_for
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: Duration = Duration::from_secs(20);
    const IDLE: Duration = Duration::from_secs(7_500);

    fn patience() -> Patience {
        Patience::new(&TcpLimits {
            message_timeout: MESSAGE,
            idle_timeout: IDLE,
            ..TcpLimits::default()
        })
    }

    #[test]
    fn g12_more_bytes_of_one_message_do_not_prolong_its_time() {
        let mut patience = patience();
        let limit = patience.until;
        for _ in 0..100 {
            patience.heard(0, false);
        }
        assert_eq!(patience.until, limit);
        assert_eq!(patience.waiting_for(), Wait::Message);
    }

    #[test]
    fn a_whole_message_earns_the_idle_time_and_the_next_one_a_limit_of_its_own() {
        let mut patience = patience();
        patience.heard(1, true);
        assert!(patience.until > Instant::now() + IDLE - Duration::from_secs(5));
        assert_eq!(patience.waiting_for(), Wait::Sign);
        patience.heard(0, false);
        assert!(patience.until <= Instant::now() + MESSAGE);
        assert_eq!(patience.waiting_for(), Wait::Message);
        patience.heard(1, false);
        assert_eq!(patience.waiting_for(), Wait::Message);
    }

    #[test]
    fn lone_line_ends_before_the_first_message_earn_nothing() {
        let mut patience = patience();
        let limit = patience.until;
        patience.heard(0, true);
        assert_eq!(
            (patience.until, patience.waiting_for()),
            (limit, Wait::Message)
        );
    }
}
