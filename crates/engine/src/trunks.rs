//! Seats on trunks: how many calls each carries, which way, and how fast they come (A3).
//!
//! A seat belongs to one SIP session and is given back with it, however the session ends, so that seats taken are legs
//! alive (S25). Calls out back off first: they leave the reserved channels to callers. What is refused is counted by trunk
//! and cause. A reload changes the bounds and never a seat.

use std::collections::BTreeMap;
use std::time::Duration;

use sip::{SessionId, TrunkName};

use crate::trunk::Capacity;

/// Which way a call goes on a trunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// From the carrier.
    In,
    /// To the carrier.
    Out,
}

/// Why a trunk takes no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Full {
    /// All channels are taken, or those that are left are kept for callers.
    Calls,
    /// All channels of this direction are taken.
    Direction,
    /// Too many new calls this second.
    Rate,
}

impl Full {
    /// The word in facts and figures.
    pub(crate) const fn cause(self) -> &'static str {
        match self {
            Self::Calls => "trunk_full",
            Self::Direction => "trunk_direction_full",
            Self::Rate => "trunk_rate",
        }
    }
}

/// All seats.
#[derive(Debug, Default)]
pub(crate) struct Trunks {
    seats: BTreeMap<SessionId, (TrunkName, Way)>,
    lines: BTreeMap<TrunkName, Line>,
}

#[derive(Debug, Default)]
struct Line {
    calls_in: u32,
    calls_out: u32,
    bucket: Option<Bucket>,
}

/// New calls that may come, in thousandths, and when that was reckoned.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens_milli: u64,
    at: Duration,
}

impl Trunks {
    /// Takes a seat for this session, if there is one. Refusals cost no token.
    pub(crate) fn take(
        &mut self,
        now: Duration,
        trunk: &TrunkName,
        capacity: &Capacity,
        way: Way,
        session: SessionId,
    ) -> Result<(), Full> {
        self.check(now, trunk, capacity, way)?;
        let line = self.lines.entry(trunk.clone()).or_default();
        if let Some(bucket) = &mut line.bucket {
            bucket.tokens_milli = bucket.tokens_milli.saturating_sub(1_000);
        }
        self.sit(trunk, way, session);
        Ok(())
    }

    /// Takes a seat whether or not there is one: for what must go out (an emergency call).
    pub(crate) fn sit(&mut self, trunk: &TrunkName, way: Way, session: SessionId) {
        let line = self.lines.entry(trunk.clone()).or_default();
        match way {
            Way::In => line.calls_in += 1,
            Way::Out => line.calls_out += 1,
        }
        self.seats.insert(session, (trunk.clone(), way));
    }

    /// Whether there is a seat.
    pub(crate) fn check(
        &mut self,
        now: Duration,
        trunk: &TrunkName,
        capacity: &Capacity,
        way: Way,
    ) -> Result<(), Full> {
        let line = self.lines.entry(trunk.clone()).or_default();
        let (taken, max, reserved) = match way {
            Way::In => (line.calls_in, capacity.calls_in_max, 0),
            Way::Out => (line.calls_out, capacity.calls_out_max, capacity.reserved_in),
        };
        if max.is_some_and(|max| taken >= max) {
            return Err(Full::Direction);
        }
        let all = line.calls_in + line.calls_out;
        if capacity
            .calls_max
            .is_some_and(|max| all.saturating_add(reserved) >= max)
        {
            return Err(Full::Calls);
        }
        line.refill(now, capacity.calls_per_s_max);
        if line
            .bucket
            .is_some_and(|bucket| bucket.tokens_milli < 1_000)
        {
            return Err(Full::Rate);
        }
        Ok(())
    }

    /// The session is over.
    pub(crate) fn free(&mut self, session: SessionId) {
        let Some((trunk, way)) = self.seats.remove(&session) else {
            return;
        };
        if let Some(line) = self.lines.get_mut(&trunk) {
            match way {
                Way::In => line.calls_in = line.calls_in.saturating_sub(1),
                Way::Out => line.calls_out = line.calls_out.saturating_sub(1),
            }
        }
    }

    /// Calls alive: from the carrier, and to it.
    pub(crate) fn load(&self, trunk: &TrunkName) -> (u32, u32) {
        self.lines
            .get(trunk)
            .map_or((0, 0), |line| (line.calls_in, line.calls_out))
    }

    /// The same of all trunks that have carried something.
    pub(crate) fn loads(&self) -> impl Iterator<Item = (&TrunkName, u32, u32)> {
        self.lines
            .iter()
            .map(|(name, line)| (name, line.calls_in, line.calls_out))
    }

    /// Forgets trunks that are configured no more and carry nothing.
    pub(crate) fn keep(&mut self, is_configured: impl Fn(&TrunkName) -> bool) {
        self.lines
            .retain(|name, line| is_configured(name) || line.calls_in + line.calls_out > 0);
    }
}

impl Line {
    /// A full bucket holds one second's calls.
    fn refill(&mut self, now: Duration, per_s_max: Option<u32>) {
        let Some(max) = per_s_max else {
            self.bucket = None;
            return;
        };
        let full = u64::from(max) * 1_000;
        let bucket = self.bucket.get_or_insert(Bucket {
            tokens_milli: full,
            at: now,
        });
        let passed_ms =
            u64::try_from(now.saturating_sub(bucket.at).as_millis()).unwrap_or(u64::MAX);
        let gained = passed_ms.saturating_mul(u64::from(max));
        bucket.tokens_milli = bucket.tokens_milli.saturating_add(gained).min(full);
        bucket.at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000);

    struct Desk {
        trunks: Trunks,
        capacity: Capacity,
        sessions: u64,
    }

    impl Desk {
        fn new(capacity: Capacity) -> Self {
            Self {
                trunks: Trunks::default(),
                capacity,
                sessions: 0,
            }
        }

        fn take(&mut self, now: Duration, way: Way) -> Result<SessionId, Full> {
            self.sessions += 1;
            let session = SessionId(self.sessions);
            let trunk = TrunkName::new("a");
            self.trunks
                .take(now, &trunk, &self.capacity, way, session)
                .map(|()| session)
        }
    }

    #[test]
    fn a3_each_direction_and_both_have_their_bound() {
        let mut desk = Desk::new(Capacity {
            calls_max: Some(3),
            calls_in_max: Some(2),
            calls_out_max: Some(2),
            ..Capacity::default()
        });
        let first = desk.take(NOW, Way::In).unwrap();
        desk.take(NOW, Way::In).unwrap();
        assert_eq!(desk.take(NOW, Way::In), Err(Full::Direction));
        desk.take(NOW, Way::Out).unwrap();
        assert_eq!(desk.take(NOW, Way::Out), Err(Full::Calls));
        assert_eq!(desk.trunks.load(&TrunkName::new("a")), (2, 1));
        desk.trunks.free(first);
        desk.trunks.free(first);
        desk.take(NOW, Way::Out).unwrap();
        assert_eq!(desk.trunks.load(&TrunkName::new("a")), (1, 2));
    }

    #[test]
    fn a3_calls_out_leave_the_reserved_channels_to_callers() {
        let mut desk = Desk::new(Capacity {
            calls_max: Some(4),
            reserved_in: 2,
            ..Capacity::default()
        });
        desk.take(NOW, Way::Out).unwrap();
        desk.take(NOW, Way::Out).unwrap();
        assert_eq!(desk.take(NOW, Way::Out), Err(Full::Calls));
        desk.take(NOW, Way::In).unwrap();
        desk.take(NOW, Way::In).unwrap();
        assert_eq!(desk.take(NOW, Way::In), Err(Full::Calls));
    }

    #[test]
    fn a3_so_many_calls_a_second_and_refusals_cost_nothing() {
        let mut desk = Desk::new(Capacity {
            calls_per_s_max: Some(2),
            ..Capacity::default()
        });
        desk.take(NOW, Way::In).unwrap();
        desk.take(NOW, Way::Out).unwrap();
        for _ in 0..10 {
            assert_eq!(desk.take(NOW, Way::In), Err(Full::Rate));
        }
        let later = NOW + Duration::from_millis(500);
        desk.take(later, Way::In).unwrap();
        assert_eq!(desk.take(later, Way::In), Err(Full::Rate));
        let hour = NOW + Duration::from_secs(3_600);
        assert_eq!(
            (0..5).filter(|_| desk.take(hour, Way::In).is_ok()).count(),
            2,
            "a pause saves up no more than a second's calls"
        );
    }

    #[test]
    fn a_reload_changes_bounds_and_forgets_idle_trunks_alone() {
        let mut desk = Desk::new(Capacity::default());
        let session = desk.take(NOW, Way::In).unwrap();
        desk.trunks.keep(|_| false);
        assert_eq!(desk.trunks.load(&TrunkName::new("a")), (1, 0));
        desk.trunks.free(session);
        desk.trunks.keep(|_| false);
        assert!(desk.trunks.lines.is_empty() && desk.trunks.seats.is_empty());
    }
}
