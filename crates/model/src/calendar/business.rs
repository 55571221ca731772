//! Business time (工作时间): how much of it lies between two moments, and when so much of it will have passed (SLA rules R2 to R4).
//!
//! It is measured on UTC instants over the wall clock's periods: an hour that a clock change repeats counts twice, one that it
//! skips not at all, so that time runs exactly while [`Calendar::state_at`] says open. An emergency closing takes none of
//! it: what was promised to those who have already called does not wait because nobody new is let in.

use std::ops::ControlFlow;
use std::time::Duration;

use jiff::Span;
use jiff::civil::Date;

use super::{Calendar, CalendarState};
use crate::time::Timestamp;

/// A calendar without hours for so many days in a row has none (R15): ten years.
const EMPTY_DAYS_MAX: u16 = 3_660;
/// Nothing is looked for further away than a hundred years.
const DAYS_MAX: u32 = 36_600;

impl Calendar {
    /// The business time between two moments; none when the second is not later (R2).
    pub fn business_between(&self, from: Timestamp, to: Timestamp) -> Duration {
        let mut ms = 0;
        let past_the_end = self
            .wall_clock(to)
            .date()
            .saturating_add(Span::new().days(1));
        self.walk(from, |date, open| {
            for (since, until) in open {
                ms += until.min(to).ms_since(since);
            }
            if date < past_the_end {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        Duration::from_millis(ms)
    }

    /// The first moment at which so much business time will have passed: the end of a period rather than the start of the next
    /// (R4). Of no time at all it is the first moment of business. `None` when the calendar has no hours in the next ten
    /// years, or not so many in a hundred (R15).
    pub fn business_after(&self, from: Timestamp, time: Duration) -> Option<Timestamp> {
        let mut left = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.walk(from, |_, open| {
            for (since, until) in open {
                let has = until.ms_since(since);
                if left <= has {
                    let left = i64::try_from(left).unwrap_or(i64::MAX);
                    return ControlFlow::Break(Timestamp::from_ms(since.as_ms() + left));
                }
                left -= has;
            }
            ControlFlow::Continue(())
        })
    }

    /// When the next day begins that has hours, behind the one on which a moment falls: tomorrow morning, or Monday's. `None` when there is
    /// none in the next ten years.
    pub fn next_morning(&self, from: Timestamp) -> Option<Timestamp> {
        let tomorrow = self.wall_clock(from).date().tomorrow().ok()?;
        self.business_after(self.begins(tomorrow)?, Duration::ZERO)
    }

    /// A standard working day (标准工作日, R3): as long as the first weekday that has hours. None when no weekday has any.
    pub fn working_day(&self) -> Duration {
        let first = self.week.iter().find(|hours| !hours.is_empty());
        let minutes = first.map_or(0, |hours| hours.iter().map(|it| it.minutes()).sum());
        Duration::from_secs(60 * u64::from(minutes))
    }

    /// Shows the open spans from a moment on, day by day and in order, until told to stop. Days without hours are passed over, and the
    /// walk ends where ten years have none.
    fn walk<T>(
        &self,
        from: Timestamp,
        mut visit: impl FnMut(Date, Vec<(Timestamp, Timestamp)>) -> ControlFlow<T>,
    ) -> Option<T> {
        let mut empty = 0;
        let mut date = self.wall_clock(from).date();
        for _ in 0..DAYS_MAX {
            if empty > EMPTY_DAYS_MAX {
                break;
            }
            let open = self.open_on(date, from);
            empty = if open.is_empty() { empty + 1 } else { 0 };
            if let ControlFlow::Break(found) = visit(date, open) {
                return Some(found);
            }
            date = Some(next(date)).filter(|next| *next > date)?;
        }
        None
    }

    /// The open spans between the first midnight of a day and that of the next, behind a moment. Where clocks go back over midnight the
    /// end of yesterday is in it a second time.
    fn open_on(&self, date: Date, behind: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let yesterday = date.saturating_sub(Span::new().days(1));
        let has_hours = !self.hours(date).is_empty() || !self.hours(yesterday).is_empty();
        let day = self.begins(date).zip(self.begins(next(date)));
        let Some((begins, ends)) = day.filter(|_| has_hours) else {
            return Vec::new();
        };
        let mut edges = self.candidates(date);
        edges.extend(self.candidates(yesterday));
        edges.extend([begins, ends]);
        let edges: Vec<Timestamp> = edges.range(begins..=ends).copied().collect();
        let spans = edges.iter().zip(edges.iter().skip(1));
        let open = spans
            .filter(|(since, _)| self.state_of(self.wall_clock(**since)) == CalendarState::Open);
        let behind = open.map(|(since, until)| ((*since).max(behind), *until));
        behind.filter(|(since, until)| since < until).collect()
    }
}

fn next(date: Date) -> Date {
    date.saturating_add(Span::new().days(1))
}
