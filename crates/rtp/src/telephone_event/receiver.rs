//! From event packets to presses.
//!
//! A press is one (SSRC, timestamp): the end comes three times (RFC 4733 §2.5.1.4), numbers may repeat, voice may lie
//! between, all ends may be lost. A press that lasts longer than the duration field can say goes on under a timestamp of
//! its own (§2.5.1.3) and stays one press.

use core::time::Duration;

use super::{Event, Press, key};

/// Without a packet for so long a press has ended: phones repeat every 20-50 ms.
const END_LOST_AFTER: Duration = Duration::from_millis(150);
/// Presses that are remembered, so that their late packets are not taken for new ones.
const REMEMBERED: usize = 4;
/// For how long after its last packet: a player of recorded keys repeats SSRC and timestamp with every press.
const REMEMBERED_FOR: Duration = Duration::from_millis(500);
/// How far the next segment of a long press may lie beyond the end of the last, in units of the RTP clock.
const SEGMENT_SLACK: u32 = 1_600;

/// What makes a press one press.
type Identity = (u32, u32);

#[derive(Clone, Copy, Debug)]
struct Current {
    identity: Identity,
    key: char,
    /// Segments before this one.
    before: u32,
    duration: u16,
    heard_at: Duration,
}

/// Gathers event packets of one peer into presses.
#[derive(Clone, Debug, Default)]
pub struct Receiver {
    current: Option<Current>,
    told: [Option<(Identity, Duration)>; REMEMBERED],
    next: usize,
}

impl Receiver {
    /// Takes an event packet. Gives up to two presses: one whose end was lost, and one that this packet ends.
    pub fn handle(
        &mut self,
        now: Duration,
        ssrc: u32,
        timestamp: u32,
        event: Event,
    ) -> [Option<Press>; 2] {
        let identity = (ssrc, timestamp);
        let Some(key) = key(event.code) else {
            return [None, None];
        };
        if self.is_told(now, identity) {
            return [None, None];
        }
        let mut overtaken = None;
        match &mut self.current {
            Some(current) if current.identity == identity => {
                current.duration = current.duration.max(event.duration);
                current.heard_at = now;
            }
            Some(current) if current.goes_on(identity, key) => {
                let old = current.identity;
                current.before = current.before.saturating_add(u32::from(current.duration));
                (current.identity, current.duration, current.heard_at) =
                    (identity, event.duration, now);
                self.remember(old, now);
            }
            _ => {
                overtaken = self.finish();
                self.current = Some(Current {
                    identity,
                    key,
                    before: 0,
                    duration: event.duration,
                    heard_at: now,
                });
            }
        }
        [overtaken, if event.end { self.finish() } else { None }]
    }

    /// When [`Receiver::handle_timeout`] is due: while a key is down.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.current
            .map(|current| current.heard_at.saturating_add(END_LOST_AFTER))
    }

    /// Ends a press whose end packets were all lost.
    pub fn handle_timeout(&mut self, now: Duration) -> Option<Press> {
        self.poll_timeout()
            .filter(|due| *due <= now)
            .and_then(|_| self.finish())
    }

    fn finish(&mut self) -> Option<Press> {
        let current = self.current.take()?;
        self.remember(current.identity, current.heard_at);
        Some(Press {
            key: current.key,
            duration: current.before.saturating_add(u32::from(current.duration)),
        })
    }

    /// A packet of a press that was told already; keeps it in mind.
    fn is_told(&mut self, now: Duration, identity: Identity) -> bool {
        let told = self
            .told
            .iter_mut()
            .flatten()
            .find(|(it, _)| *it == identity);
        told.is_some_and(|(_, heard_at)| {
            let late = now.saturating_sub(*heard_at) <= REMEMBERED_FOR;
            *heard_at = if late { now } else { *heard_at };
            late
        })
    }

    fn remember(&mut self, identity: Identity, heard_at: Duration) {
        // One entry a press: a repeated identity takes the place of its former one.
        let known = self
            .told
            .iter_mut()
            .flatten()
            .find(|(it, _)| *it == identity);
        if let Some((_, at)) = known {
            *at = heard_at;
            return;
        }
        if let Some(slot) = self.told.get_mut(self.next) {
            *slot = Some((identity, heard_at));
        }
        self.next = self
            .next
            .saturating_add(1)
            .checked_rem(REMEMBERED)
            .unwrap_or(0);
    }
}

impl Current {
    /// §2.5.1.3: the next segment of a long press begins where the full duration field left off.
    fn goes_on(&self, (ssrc, timestamp): Identity, key: char) -> bool {
        let since = timestamp.wrapping_sub(self.identity.1);
        let end = u32::from(self.duration);
        ssrc == self.identity.0
            && key == self.key
            && end.saturating_add(SEGMENT_SLACK) >= u32::from(u16::MAX)
            && (end..=end.saturating_add(SEGMENT_SLACK)).contains(&since)
    }
}
