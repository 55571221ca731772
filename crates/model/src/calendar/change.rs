//! The next change of a calendar (状态变化): when it opens or closes, and why it will.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use jiff::civil::Date;
use serde::Serialize;

use super::day::{self, Why};
use super::period::MINUTES_PER_DAY;
use super::{Calendar, CalendarState, instant, timestamp};
use crate::time::Timestamp;

/// A weekly plan that does not change within so many days never does.
const LOOK_AHEAD_DAYS: u8 = 8;

/// How a calendar stands at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// What holds.
    pub state: CalendarState,
    /// Why.
    pub why: Why,
    /// What comes next; `None` when it never changes.
    pub next: Option<Change>,
}

/// A change to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// What holds from then on.
    pub state: CalendarState,
    /// Why.
    pub why: Why,
}

impl Calendar {
    /// What holds at a moment, what comes next, and why.
    pub fn standing(&self, at: Timestamp) -> Standing {
        Standing {
            state: self.state_at(at),
            why: self.why(at),
            next: self.next_change(at).map(|(at, state)| Change {
                at,
                state,
                why: self.why(at),
            }),
        }
    }

    /// The next moment at which the state changes, and what it changes to; `None` when it never does.
    pub fn next_change(&self, at: Timestamp) -> Option<(Timestamp, CalendarState)> {
        if let Some(closure) = self.closure_at(at) {
            return Some((closure.until, self.state_at(closure.until)));
        }
        let now = self.state_at(at);
        let mut date = self.wall_clock(at).date();
        let mut plain_days = 0;
        loop {
            let found = self.candidates(date).into_iter().filter(|when| *when > at);
            let mut found = found.map(|when| (when, self.state_at(when)));
            if let Some(change) = found.find(|(_, state)| *state != now) {
                return Some(change);
            }
            plain_days = if self.special.contains_key(&date) {
                0
            } else {
                plain_days + 1
            };
            let tomorrow = date.saturating_add(SignedDuration::from_hours(24));
            // A whole week of plain days without a change: only a day that is not plain can bring one.
            date = if plain_days <= LOOK_AHEAD_DAYS {
                Some(tomorrow).filter(|next| *next > date)?
            } else {
                plain_days = 0;
                *self.special.range(tomorrow..).next()?.0
            };
        }
    }

    fn why(&self, at: Timestamp) -> Why {
        if let Some(closure) = self.closure_at(at) {
            return closure.why();
        }
        let date = self.wall_clock(at).date();
        day::describe(date, self.special.get(&date), &[]).why
    }

    /// Every moment of a local day at which the state may change, in order: midnight, the edges of its periods (twice
    /// where the clock repeats them), and the clock change itself, which may skip an edge.
    pub(super) fn candidates(&self, date: Date) -> BTreeSet<Timestamp> {
        let edges = self
            .hours(date)
            .iter()
            .flat_map(|period| [period.from, period.to])
            .chain([0, MINUTES_PER_DAY]);
        let midnight = date.to_datetime(jiff::civil::Time::midnight());
        let mut found = BTreeSet::new();
        for edge in edges {
            let wall = midnight.saturating_add(SignedDuration::from_mins(i64::from(edge)));
            let ambiguous = self.zone.to_ambiguous_timestamp(wall);
            found.extend(ambiguous.earlier().ok().map(timestamp));
            found.extend(ambiguous.later().ok().map(timestamp));
        }
        let (first, last) = (found.first().copied(), found.last().copied());
        if let (Some(first), Some(last)) = (first, last) {
            let changes = self
                .zone
                .following(instant(first))
                .map(|change| timestamp(change.timestamp()));
            found.extend(changes.take_while(|change| *change < last));
        }
        found
    }
}
