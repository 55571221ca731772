//! Settings that are refused: callers could not be served under them, or a bound would not hold.

use super::{BUDGET_MAX, NAME_BYTES_MAX, PHONES_MAX, QueueConfig};
use crate::agent::WINDOW_MAX;
use crate::agent::wrap_up::WRAP_UP_MAX;

impl QueueConfig {
    /// Refuses settings under which callers could not be served. The core itself copes with them: a sticky fall-back is
    /// taken for longest-idle.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.fallback.familiar {
            return Err(ConfigError::StickyFallback);
        }
        if self.fallback.asks() {
            return Err(ConfigError::ExternalFallback);
        }
        if self.external.budget.is_zero() || self.external.budget > BUDGET_MAX {
            return Err(ConfigError::Budget);
        }
        if self.ring_timeout.is_zero() {
            return Err(ConfigError::NoRingTime);
        }
        if self.ring_max == 0 {
            return Err(ConfigError::NoPhones);
        }
        if self.ring_max > PHONES_MAX {
            return Err(ConfigError::ManyPhones);
        }
        if self.stop_at.is_some_and(|at| !(0.01..=0.99).contains(&at)) {
            return Err(ConfigError::StopAt);
        }
        if self.name.as_str().len() > NAME_BYTES_MAX {
            return Err(ConfigError::LongName);
        }
        if self.max_wait.is_some_and(|most| most <= self.min_ring) {
            return Err(ConfigError::ShortWait);
        }
        if self.call_back_ring.is_zero() {
            return Err(ConfigError::NoTimeToAnswer);
        }
        if self.max_active == Some(0) {
            return Err(ConfigError::NobodyTalks);
        }
        if self.count_window > WINDOW_MAX {
            return Err(ConfigError::LongWindow);
        }
        if self.wrap_up > WRAP_UP_MAX {
            return Err(ConfigError::LongWrapUp);
        }
        Ok(())
    }
}

/// Why a queue's settings are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Sticky falls back to sticky.
    #[error("`fallback` must be another strategy than sticky")]
    StickyFallback,
    /// An external decision falls back to an external decision.
    #[error("`fallback` must be another strategy than external")]
    ExternalFallback,
    /// B15: nobody waits for an answer for so long, or not at all.
    #[error("`external.budget_ms` must be 1 to 10000")]
    Budget,
    /// No phone would ever be answered in time.
    #[error("`ring_timeout` must be longer than zero")]
    NoRingTime,
    /// Nobody would ring.
    #[error("`ring_max` must be at least 1")]
    NoPhones,
    /// One caller would make a storm of INVITEs, and a record that does not keep its bound.
    #[error("`ring_max` must be at most {PHONES_MAX}")]
    ManyPhones,
    /// B10: one phone would never have company, or what is never sure would be waited for.
    #[error("`stop_at` must be 0.01 to 0.99")]
    StopAt,
    /// A record would not keep its bound.
    #[error("the name of a queue must have at most {NAME_BYTES_MAX} bytes")]
    LongName,
    /// D10: whoever comes would never be rung for.
    #[error("`max_wait` must be longer than `min_ring`")]
    ShortWait,
    /// D27: the same.
    #[error("`max_active` must be at least 1")]
    NobodyTalks,
    /// R77: nobody who is called back could answer.
    #[error("`callback.ring` must be longer than zero")]
    NoTimeToAnswer,
    /// Calls are remembered for a week.
    #[error("`count_window` must be at most 7 days")]
    LongWindow,
    /// C5: nobody files a call for longer.
    #[error("`wrap_up_s` must be at most 900")]
    LongWrapUp,
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;
    use crate::strategy;

    #[test]
    fn settings_at_their_bounds_are_good() {
        let mut bounds = QueueConfig::new("n".repeat(NAME_BYTES_MAX).as_str().into());
        bounds.ring_max = PHONES_MAX;
        bounds.count_window = WINDOW_MAX;
        bounds.wrap_up = WRAP_UP_MAX;
        bounds.max_active = Some(1);
        bounds.max_wait = Some(bounds.min_ring + Duration::from_nanos(1));
        assert_eq!(bounds.check(), Ok(()));
    }

    #[test]
    fn settings_that_serve_nobody_are_refused() {
        let good = QueueConfig::new("support".into());
        assert_eq!(good.check(), Ok(()));
        type Spoil = fn(&mut QueueConfig);
        let table: [(Spoil, ConfigError); 16] = [
            (
                |queue| queue.fallback = strategy::find("external").unwrap(),
                ConfigError::ExternalFallback,
            ),
            (
                |queue| queue.external.budget = Duration::ZERO,
                ConfigError::Budget,
            ),
            (
                |queue| queue.external.budget = BUDGET_MAX + Duration::from_nanos(1),
                ConfigError::Budget,
            ),
            (
                |queue| queue.max_wait = Some(queue.min_ring),
                ConfigError::ShortWait,
            ),
            (|queue| queue.max_active = Some(0), ConfigError::NobodyTalks),
            (|queue| queue.stop_at = Some(0.0), ConfigError::StopAt),
            (|queue| queue.stop_at = Some(1.0), ConfigError::StopAt),
            (|queue| queue.stop_at = Some(f64::NAN), ConfigError::StopAt),
            (
                |queue| queue.call_back_ring = Duration::ZERO,
                ConfigError::NoTimeToAnswer,
            ),
            (
                |queue| queue.fallback = strategy::find("sticky").unwrap(),
                ConfigError::StickyFallback,
            ),
            (
                |queue| queue.ring_timeout = Duration::ZERO,
                ConfigError::NoRingTime,
            ),
            (|queue| queue.ring_max = 0, ConfigError::NoPhones),
            (
                |queue| queue.ring_max = PHONES_MAX + 1,
                ConfigError::ManyPhones,
            ),
            (
                |queue| queue.name = "客".repeat(22).as_str().into(),
                ConfigError::LongName,
            ),
            (
                |queue| queue.count_window = WINDOW_MAX + Duration::from_nanos(1),
                ConfigError::LongWindow,
            ),
            (
                |queue| queue.wrap_up = WRAP_UP_MAX + Duration::from_nanos(1),
                ConfigError::LongWrapUp,
            ),
        ];
        for (spoil, error) in table {
            let mut bad = good.clone();
            spoil(&mut bad);
            assert_eq!(bad.check(), Err(error));
        }
    }
}
