//! Which calendar the promises of each type run by, since when, and the calendars of before (R10): as long as a ticket has not met the
//! change, what it has used is counted by the one that held.

use std::collections::BTreeMap;

use model::{Calendar, Timestamp};

use super::Rules;
use crate::handling::{HoursVersion, PromiseHours};

/// The calendar of one type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HoursInForce {
    /// Which.
    pub version: HoursVersion,
    /// Since when.
    pub since: Timestamp,
}

/// What is kept of hours. Without a word of a type nothing is known of when its hours began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoursBook {
    /// By name of the type; `""` is of all others.
    pub in_force: BTreeMap<String, HoursInForce>,
    /// All calendars that there were.
    pub calendars: BTreeMap<HoursVersion, Calendar>,
}

impl HoursBook {
    /// Takes over what the rules say from now on; gives the types whose hours are others.
    pub fn adopt(&mut self, rules: &Rules, now: Timestamp) -> Vec<String> {
        let kinds = rules.kinds.iter().map(|(name, kind)| (name.as_str(), kind));
        let kinds = kinds.chain([("", &rules.standard)]);
        let said: BTreeMap<_, _> = kinds
            .map(|(name, kind)| (name.to_owned(), rules.calendar_of(kind)))
            .collect();
        self.in_force.retain(|name, _| said.contains_key(name));
        let mut others = Vec::new();
        for (name, calendar) in said {
            let version = self.version_of(calendar);
            let stands = self.in_force.get(&name);
            if stands.is_none_or(|stands| stands.version != version) {
                let since = now;
                self.in_force
                    .insert(name.clone(), HoursInForce { version, since });
                others.push(name);
            }
        }
        others
    }

    /// What a ticket of a type meets that has run by `former`.
    pub(super) fn hours<'a>(
        &'a self,
        rules: &'a Rules,
        kind: &str,
        former: HoursVersion,
    ) -> PromiseHours<'a> {
        let name = if rules.kinds.contains_key(kind) {
            kind
        } else {
            ""
        };
        let stands = self.in_force.get(name).copied().unwrap_or_default();
        PromiseHours {
            calendar: rules.calendar_of(rules.kind(kind)),
            version: stands.version,
            since: stands.since,
            former: self
                .calendars
                .get(&former)
                .filter(|_| former != stands.version),
        }
    }

    fn version_of(&mut self, calendar: &Calendar) -> HoursVersion {
        let mut known = self.calendars.iter();
        if let Some((version, _)) = known.find(|(_, one)| *one == calendar) {
            return *version;
        }
        let last = self.calendars.last_key_value();
        let version = HoursVersion::new(last.map_or(1, |(last, _)| last.get() + 1));
        self.calendars.insert(version, calendar.clone());
        version
    }
}
