//! By what hours the promises of a ticket run (R10): a calendar that changes, or a type with another one, closes what runs at that moment
//! by the hours that held until then, and goes on by the others. What was counted is never counted again.

use model::{Calendar, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Handling, House};
use crate::entry::{Entry, Event};

/// Which text of a calendar: two that differ have two. The default is of a ticket of which nobody knows it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct HoursVersion(u64);

/// The hours of one type, as a ticket of it meets them.
#[derive(Clone, Copy, Debug)]
pub struct PromiseHours<'a> {
    /// The calendar.
    pub calendar: &'a Calendar,
    /// Which text of it.
    pub version: HoursVersion,
    /// Since when tickets of the type run by it.
    pub since: Timestamp,
    /// The calendar by which this ticket has run until then, where that is another one.
    pub former: Option<&'a Calendar>,
}

impl HoursVersion {
    /// From where it is kept.
    pub const fn new(version: u64) -> Self {
        Self(version)
    }

    /// Its number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl Handling {
    /// R10: the hours have changed since somebody looked. What came until then comes by the former ones.
    pub(super) fn follow_hours(&mut self, house: &House<'_>, now: Timestamp) -> Vec<Entry> {
        let hours = house.hours;
        if hours.former.is_none() || self.hours == hours.version {
            return Vec::new();
        }
        let mut entries = self.look_at_clocks(house, hours.since, now);
        let before = self.clone();
        self.run_by(&hours, hours.since);
        let event = Event::HoursChanged { at: hours.since };
        entries.push(self.told(&before, event, now));
        entries
    }

    /// From that moment on its promises run by these hours.
    pub(super) fn run_by(&mut self, hours: &PromiseHours<'_>, at: Timestamp) {
        if let Some(former) = hours.former {
            for clock in self.clocks.values_mut() {
                clock.change_calendar(former, hours.calendar, at);
            }
        }
        self.hours = hours.version;
    }
}
