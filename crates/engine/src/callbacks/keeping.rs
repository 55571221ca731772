//! How a queue keeps places for those who are not on the line (D21, D22), and in which hours it calls them (D28).
//!
//! The time for which somebody is tried is a time in which he can be called: a callback of the evening is made on the next
//! morning. It is worked out once, when the callback is promised, so that facts tell it.

use std::time::Duration;

use model::{Calendar, CalendarState, CallId, QueueName, Timestamp};

use crate::context::Context;

/// Changes of a calendar that are looked at: more than the longest holidays have.
const CHANGES_MAX: usize = 128;
/// A calendar that never opens is looked at so often: it may be another one by then.
const LOOK_AGAIN: Duration = Duration::from_secs(3_600);

/// How places are kept for those who are not on the line (D21, D22): a queue's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keeping {
    /// How many may wait to be called back; whoever asks then is declined. 0: nobody is called back.
    pub callbacks_max: u32,
    /// How often somebody is tried again who did not answer (R77).
    pub retries: u32,
    /// How long after a try the next one comes (R77).
    pub retry: Duration,
    /// For how long he is tried at all; while nobody is called that time stands still.
    pub expires: Duration,
    /// While this calendar is closed nobody is called; without it while the queue's own hours are over (D28).
    pub calendar: Option<String>,
    /// How long the place of a caller who left while waiting is kept for him (R80); zero: not at all.
    pub resume_window: Duration,
    /// How many such places are kept for the queue; no more is then, and that is counted.
    pub resume_max: u32,
}

impl Default for Keeping {
    fn default() -> Self {
        Self {
            callbacks_max: 100,
            retries: 3,
            retry: Duration::from_secs(600),
            expires: Duration::from_secs(4 * 3_600),
            calendar: None,
            resume_window: Duration::from_secs(180),
            resume_max: 10_000,
        }
    }
}

impl Context {
    /// A queue's settings; those of a queue that is gone are the defaults.
    pub(crate) fn keeping(&self, queue: &QueueName) -> Keeping {
        let queue = self.config.queues.get(queue);
        queue.map(|queue| queue.keeping.clone()).unwrap_or_default()
    }

    /// In which hours a queue calls people; `None`: at all.
    fn calling_hours(&self, queue: &QueueName) -> Option<&Calendar> {
        let queue = self.config.queues.get(queue)?;
        let hours = queue.rules.hours.as_ref();
        let name = queue.keeping.calendar.as_deref();
        let known = name.or_else(|| hours.map(Calendar::name));
        // What closes a calendar is laid over those of the configuration (E9).
        let known = known.and_then(|name| self.calendars.get(name));
        known.or(hours.filter(|_| name.is_none()))
    }

    /// When a queue may call people again, if it may not at this moment.
    pub(crate) fn calls_nobody_until(&self, queue: &QueueName) -> Option<Duration> {
        let hours = self.calling_hours(queue)?;
        let now = Timestamp::from(self.now);
        if hours.state_at(now) == CalendarState::Open {
            return None;
        }
        let next = hours.next_change(now).map(|(at, _)| Duration::from(at));
        Some(next.unwrap_or(self.now + LOOK_AGAIN))
    }

    /// Until when somebody is tried whom a queue promises to call back at this moment.
    pub(crate) fn tried_until(&self, queue: &QueueName, expires: Duration) -> Duration {
        match self.calling_hours(queue) {
            Some(hours) => after_open(hours, self.now, expires),
            None => self.now.saturating_add(expires),
        }
    }

    /// How much of the time for which people are tried is left to those whom queues call in the hours of a calendar.
    pub(crate) fn left_to_call(&self, calendar: &str) -> Vec<(CallId, Duration)> {
        let left = self.callbacks.iter().filter_map(|(id, promise)| {
            let hours = self.calling_hours(promise.queues.home())?;
            let of_it = hours.name() == calendar;
            of_it.then(|| (id, open_until(hours, self.now, promise.until)))
        });
        left.collect()
    }

    /// Gives them so much time from now on, by the hours as they are now; nobody gets less than he has.
    pub(crate) fn call_within(&mut self, left: Vec<(CallId, Duration)>) {
        for (id, left) in left {
            let Some(promise) = self.callbacks.get(id) else {
                continue;
            };
            let until = self.tried_until(promise.queues.home(), left);
            if until > promise.until {
                self.callbacks.prolong(id, until);
            }
        }
    }
}

/// For how long a calendar is open between two moments.
fn open_until(hours: &Calendar, now: Duration, until: Duration) -> Duration {
    let (mut at, mut open) = (now, Duration::ZERO);
    for _ in 0..CHANGES_MAX {
        if at >= until {
            return open;
        }
        let moment = Timestamp::from(at);
        let change = hours.next_change(moment);
        let change = change.map_or(until, |(change, _)| Duration::from(change).min(until));
        if hours.state_at(moment) == CalendarState::Open {
            open = open.saturating_add(change.saturating_sub(at));
        }
        at = change;
    }
    open
}

/// When a calendar will have been open for so long from now on.
fn after_open(hours: &Calendar, now: Duration, long: Duration) -> Duration {
    let (mut at, mut left) = (now, long);
    for _ in 0..CHANGES_MAX {
        let moment = Timestamp::from(at);
        let Some((change, _)) = hours.next_change(moment) else {
            break;
        };
        let change = Duration::from(change);
        if hours.state_at(moment) == CalendarState::Open {
            let open = change.saturating_sub(at);
            if open >= left {
                break;
            }
            left = left.saturating_sub(open);
        }
        at = change;
    }
    at.saturating_add(left)
}

#[cfg(test)]
mod tests {
    use model::calendar::CalendarConfig;

    use super::*;

    /// Monday to Friday, nine to twelve and half past one to six, in UTC.
    fn office() -> Calendar {
        let hours = vec!["09:00-12:00".to_owned(), "13:30-18:00".to_owned()];
        let days = ["mon", "tue", "wed", "thu", "fri"];
        let config = CalendarConfig {
            zone: "UTC".into(),
            days: days.map(|day| (day.to_owned(), hours.clone())).into(),
            ..CalendarConfig::default()
        };
        Calendar::new(&config).unwrap()
    }

    /// So many days after Thursday, 19 November 2026, at that time.
    fn at(days: u64, (hour, minute): (u64, u64)) -> Duration {
        const THURSDAY: u64 = 1_795_046_400;
        Duration::from_secs(THURSDAY + days * 86_400 + hour * 3_600 + minute * 60)
    }

    #[test]
    fn d28_a_callback_of_the_evening_has_its_time_on_the_next_working_day() {
        for (promised, minutes, until) in [
            (at(0, (9, 0)), 60, at(0, (10, 0))),
            (at(0, (11, 0)), 120, at(0, (14, 30))),
            (at(0, (17, 30)), 240, at(1, (14, 0))),
            (at(1, (17, 30)), 60, at(4, (9, 30))),
            (at(2, (10, 0)), 240, at(4, (14, 30))),
        ] {
            let told = after_open(&office(), promised, Duration::from_secs(minutes * 60));
            assert_eq!(told, until, "{}", Timestamp::from(promised));
        }
    }

    #[test]
    fn d28_a_calendar_that_never_opens_is_no_wait_without_an_end() {
        let config = CalendarConfig {
            zone: "UTC".into(),
            days: [].into(),
            ..CalendarConfig::default()
        };
        let never = Calendar::new(&config).unwrap();
        let (now, hour) = (at(0, (9, 0)), Duration::from_secs(3_600));
        assert_eq!(after_open(&never, now, hour), now + hour);
    }
}
