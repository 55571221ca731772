//! What stands before an imaginary call begins: when it comes, from whom, to which number, and which doors are closed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::calendar::{ClosedBy, Closure};
use model::{AgentId, Calendar, Caller, DAY_MS, Timestamp};

use crate::effect::{CalendarSet, CalendarWish};
use crate::run::Entry;
use crate::script::Script;
use crate::value::Value;

/// For how long a calendar may be closed in a test: what `[closing] max_h` is without a word of the house.
const CLOSED_MAX: Duration = Duration::from_secs(168 * 3_600);

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// When the call comes.
    pub at: Timestamp,
    /// The caller's number; empty: withheld.
    pub caller: String,
    /// The number that he dialled.
    pub called: String,
    /// His VIP level.
    pub vip: u8,
    /// His language, when it is known before.
    pub language: Option<String>,
    /// Calendars that are closed out of turn while the call lasts (E9).
    pub closed: BTreeSet<String>,
    /// What a script is given that does a part of others (E18).
    pub given: BTreeMap<String, Value>,
}

impl Circumstances {
    /// A caller at a moment, as tests have him that say nothing else.
    pub fn at(at: Timestamp) -> Self {
        Self {
            at,
            caller: "13800001111".to_owned(),
            called: "4000".to_owned(),
            vip: 0,
            language: None,
            closed: BTreeSet::new(),
            given: BTreeMap::new(),
        }
    }

    pub(super) fn entry(&self) -> Entry {
        Entry {
            caller: Caller::new(&self.caller, None),
            vip_level: self.vip,
            called: self.called.clone(),
            trunk: String::new(),
            diverted_from: String::new(),
            language: self.language.clone(),
        }
    }

    /// The calendars, with those closed that are; `None` where none is.
    pub(super) fn calendars(
        &self,
        calendars: &BTreeMap<String, Calendar>,
    ) -> Option<BTreeMap<String, Calendar>> {
        if self.closed.is_empty() {
            return None;
        }
        let mut calendars = calendars.clone();
        let closure = Closure {
            since: self.at,
            until: Timestamp::from_ms(self.at.as_ms().saturating_add(DAY_MS)),
            reason: String::new(),
            by: ClosedBy::Agent(AgentId::new(0)),
        };
        for name in &self.closed {
            if let Some(calendar) = calendars.get_mut(name) {
                calendar.close(Some(closure.clone()));
            }
        }
        Some(calendars)
    }
}

/// What becomes of a wish about a calendar, as the engine does it (E9).
pub(super) fn set(
    calendar: Option<&mut Calendar>,
    wish: CalendarWish,
    now: Duration,
) -> CalendarSet {
    let (Some(calendar), since) = (calendar, Timestamp::from(now)) else {
        return CalendarSet::Refused;
    };
    let CalendarWish::Close(long) = wish else {
        calendar.close(None);
        return CalendarSet::Opened;
    };
    let until = long.end(calendar, since, CLOSED_MAX);
    if until > Timestamp::from(now + CLOSED_MAX) {
        return CalendarSet::Refused;
    }
    calendar.close(Some(Closure {
        since,
        until,
        reason: String::new(),
        by: ClosedBy::Agent(AgentId::new(0)),
    }));
    CalendarSet::Closed { until }
}

/// The calendar on whose wall clock a script's moments are written: the first by name that it looks at, else that any does.
pub fn clock<'c>(
    script: &Script,
    calendars: &'c BTreeMap<String, Calendar>,
) -> Option<&'c Calendar> {
    let own = script.calendars.iter().find_map(|name| calendars.get(name));
    own.or_else(|| calendars.values().next())
}
