//! Sending again until an answer comes: the client timers of RFC 3261 §17.1 over UDP, and the 200 of §13.3.1.4.
//!
//! Only the clock of one message lives here; who answers what is the call's matter.

use std::time::Duration;

use tokio::time::Instant;

/// Estimate of the round trip (RFC 3261 §17.1.1.1).
const T1: Duration = Duration::from_millis(500);
/// Longest pause between two sendings of anything but an INVITE.
const T2: Duration = Duration::from_secs(4);

/// A message that is sent again until it is settled.
#[derive(Debug)]
pub(crate) struct Retransmission {
    bytes: Vec<u8>,
    pause: Duration,
    pause_max: Duration,
    next: Instant,
    deadline: Instant,
}

/// What to do when the clock of a [`Retransmission`] has run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Due<'a> {
    /// Send these bytes again.
    Send(&'a [u8]),
    /// Nobody answered in 64 × T1 (Timers B, F and H).
    GivenUp,
    /// Not yet.
    Wait,
}

impl Retransmission {
    /// For an INVITE: Timer A, doubling without end.
    pub(crate) fn invite(bytes: Vec<u8>, now: Instant) -> Self {
        Self::new(bytes, T1 * 64, now)
    }

    /// For any other request (Timer E) and for the 200 of an INVITE: doubling up to T2.
    pub(crate) fn capped(bytes: Vec<u8>, now: Instant) -> Self {
        Self::new(bytes, T2, now)
    }

    fn new(bytes: Vec<u8>, pause_max: Duration, now: Instant) -> Self {
        Self {
            bytes,
            pause: T1,
            pause_max,
            next: now + T1,
            deadline: now + T1 * 64,
        }
    }

    /// The same with an earlier end.
    pub(crate) fn until(mut self, end: Instant) -> Self {
        self.deadline = self.deadline.min(end);
        self
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub(crate) fn poll_timeout(&self) -> Instant {
        self.next.min(self.deadline)
    }

    /// Looks at the clock.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> Due<'_> {
        if now >= self.deadline {
            return Due::GivenUp;
        }
        if now < self.next {
            return Due::Wait;
        }
        self.pause = (self.pause * 2).min(self.pause_max);
        self.next = now + self.pause;
        Due::Send(&self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Walks from timeout to timeout and notes when something is sent, in ms.
    fn sendings_ms(mut retransmission: Retransmission, start: Instant) -> Vec<u128> {
        let mut sent = Vec::new();
        loop {
            let now = retransmission.poll_timeout();
            match retransmission.handle_timeout(now) {
                Due::Send(bytes) => assert_eq!(bytes, b"x"),
                Due::GivenUp => break sent,
                Due::Wait => panic!("woken for nothing"),
            }
            sent.push((now - start).as_millis());
        }
    }

    #[test]
    fn rfc3261_timer_a_doubles_until_timer_b() {
        let start = Instant::now();
        let sent = sendings_ms(Retransmission::invite(b"x".to_vec(), start), start);
        assert_eq!(sent, [500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    }

    #[test]
    fn an_earlier_end_ends_earlier() {
        let start = Instant::now();
        let short =
            Retransmission::capped(b"x".to_vec(), start).until(start + Duration::from_secs(2));
        assert_eq!(sendings_ms(short, start), [500, 1_500]);
    }

    #[test]
    fn rfc3261_timer_e_stops_doubling_at_t2() {
        let start = Instant::now();
        let sent = sendings_ms(Retransmission::capped(b"x".to_vec(), start), start);
        assert_eq!(
            sent,
            [
                500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500
            ]
        );
    }
}
