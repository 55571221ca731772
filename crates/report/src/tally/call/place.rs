//! A caller's place in one queue: when he entered it, how long he waited there in all, and what he came to.

use model::Timestamp;
use model::fact::QueueExit;
use model::service_level::Bounds;
use serde::{Deserialize, Serialize};

use super::ms;
use crate::sums::QueueSums;

/// The place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// When he first came to the queue: the interval in which all of it counts.
    pub(super) came: Timestamp,
    /// Whether the queue let him in.
    entered: bool,
    /// In all of his waits there that are over.
    waited_ms: u64,
    /// Since when he waits.
    since: Option<Timestamp>,
    pub(super) end: End,
}

/// What he came to, by the bounds of that moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum End {
    /// Nothing yet.
    Open,
    /// He talks with an agent.
    Answered { in_t: bool },
    /// He hung up.
    Abandoned { in_t: bool, short: bool },
    /// He is to be called back.
    CalledBack,
    /// He left otherwise.
    LedElsewhere,
    /// He was not let in.
    TurnedAway,
    /// He had hung up and has his place again, in another call.
    Resumed,
}

impl Place {
    pub(super) const fn new(came: Timestamp) -> Self {
        Self {
            came,
            entered: false,
            waited_ms: 0,
            since: None,
            end: End::Open,
        }
    }

    pub(super) const fn is_abandon(&self) -> bool {
        matches!(self.end, End::Abandoned { .. })
    }

    pub(super) const fn enter(&mut self, at: Timestamp) {
        self.entered = true;
        self.since = Some(at);
        // Who was answered here once was answered; all else is open again.
        if !matches!(self.end, End::Answered { .. }) {
            self.end = End::Open;
        }
    }

    pub(super) fn answered(&mut self, at: Timestamp, bounds: Bounds) {
        self.stop(at);
        if !matches!(self.end, End::Answered { .. }) {
            let in_t = self.waited_ms <= bounds.t_ms;
            self.end = End::Answered { in_t };
        }
    }

    pub(super) fn leave(
        &mut self,
        at: Timestamp,
        cause: QueueExit,
        waited_ms: u64,
        bounds: Bounds,
    ) {
        let is_at_the_door = !self.entered && waited_ms == 0;
        match cause {
            QueueExit::Full | QueueExit::Closed | QueueExit::NoAgents if is_at_the_door => {
                self.end = End::TurnedAway;
            }
            QueueExit::Abandoned => self.abandon(at, bounds),
            QueueExit::Timeout
            | QueueExit::Full
            | QueueExit::NoAgents
            | QueueExit::Closed
            | QueueExit::Key
            | QueueExit::Withdrawn
            | QueueExit::Moved
            | QueueExit::Failed => self.led_elsewhere(at),
        }
    }

    pub(super) fn led_elsewhere(&mut self, at: Timestamp) {
        self.stop(at);
        if self.end == End::Open && self.entered {
            self.end = End::LedElsewhere;
        }
    }

    /// D21: a queued callback is no abandon.
    pub(super) const fn is_called_back(&mut self) {
        if !matches!(self.end, End::Answered { .. }) {
            self.end = End::CalledBack;
        }
    }

    fn abandon(&mut self, at: Timestamp, bounds: Bounds) {
        self.stop(at);
        if self.end == End::Open && self.entered {
            self.end = End::Abandoned {
                in_t: self.waited_ms <= bounds.t_ms,
                short: self.waited_ms < bounds.short_ms,
            };
        }
    }

    fn stop(&mut self, at: Timestamp) {
        if let Some(since) = self.since.take()
            && !matches!(self.end, End::Answered { .. })
        {
            self.waited_ms += at.ms_since(since);
        }
    }

    /// What it counts.
    pub(super) fn sums(&self) -> QueueSums {
        let mut sums = QueueSums {
            offered: i64::from(self.entered),
            ..QueueSums::default()
        };
        match self.end {
            End::Open => {}
            End::Answered { in_t } => {
                sums.answered = 1;
                sums.answered_in_t = i64::from(in_t);
                sums.wait_answered_ms = ms(self.waited_ms);
            }
            End::Abandoned { in_t, short } => {
                (sums.short_abandons, sums.abandoned) = (i64::from(short), i64::from(!short));
                sums.abandoned_in_t = i64::from(in_t);
                sums.wait_abandoned_ms = if short { 0 } else { ms(self.waited_ms) };
            }
            End::CalledBack => sums.callbacks = 1,
            End::LedElsewhere => sums.led_elsewhere = 1,
            End::TurnedAway => sums.turned_away = 1,
            End::Resumed => return QueueSums::default(),
        }
        sums
    }
}
