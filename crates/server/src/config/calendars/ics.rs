//! Events of an iCalendar file (RFC 5545, `ics = "holidays.ics"`) as events of a calendar (E9).
//!
//! An event closes for as long as it lasts. It opens instead when its CATEGORIES has `OPEN` or a word of the house
//! (`ics_open`), when such a word stands in its SUMMARY, or when Apple calls it an alternate workday. Recurrences,
//! exceptions to them and zones are the library's; a rule is followed from a year ago to ten years ahead, and a file has
//! bounds. What is wrong is told with its line.

mod lines;
mod property;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use calcard::common::timezone::Tz;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarFrequency, ICalendarProperty,
    ICalendarStatus, ICalendarValue,
};
use calcard::{Entry, Parser};
use ivr::{Diagnostic, Severity, Told, told};
use model::calendar::{EventConfig, wall_clock};
use model::{DAY_MS, Timestamp};

use crate::config::document::Document;
use lines::{Blocks, Event};
use property::{between, is_utc, lasts, partial, rule_of, text, wall_of, wrong_values};

/// Largest file, in bytes.
pub(super) const BYTES_MAX: u64 = 1024 * 1024;
/// Most events of a file, and most times at which they take place within the horizon.
const EVENTS_MAX: usize = 5_000;
/// Most times that one rule is followed, those that are long past included.
const RECURRENCES_MAX: usize = 20_000;
/// The category of an event that opens.
const OPEN: &str = "OPEN";
/// How Apple marks days of its holiday calendars.
const APPLE_DAY: &str = "X-APPLE-SPECIAL-DAY";
const APPLE_WORKDAY: &str = "ALTERNATE-WORKDAY";
/// What is over for longer is of no use.
const PAST_MS: i64 = 400 * DAY_MS;
/// A rule without an end is followed so far.
const AHEAD_MS: i64 = 3_653 * DAY_MS;

/// What an import goes by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Import<'i> {
    /// The calendar's zone, which is there.
    pub(super) zone: &'i str,
    /// Words of events that open.
    pub(super) open: &'i [String],
    /// The time of the import.
    pub(super) now: Timestamp,
}

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct Imported {
    pub(super) events: Vec<EventConfig>,
    pub(super) found: Vec<Diagnostic>,
}

/// Reads a file.
pub(super) fn import(document: &Document, import: &Import<'_>) -> Imported {
    let mut imported = Imported::default();
    let blocks = match lines::blocks(document) {
        Ok(blocks) => blocks,
        Err(wrong) => {
            imported.found.push(wrong);
            return imported;
        }
    };
    if blocks.events.len() > EVENTS_MAX {
        let message = told!(
            "{} events; at most {EVENTS_MAX}",
            "共 {} 个日程；最多 {EVENTS_MAX} 个",
            blocks.events.len()
        );
        imported.found.push(document.error(0, message, None));
        return imported;
    }
    let mut file = File {
        document,
        import,
        zones: &blocks.zones,
        imported,
    };
    for series in series(&blocks) {
        file.series(&series);
    }
    let mut imported = file.imported;
    if imported.events.len() > EVENTS_MAX {
        let message = told!(
            "its events take place {} times within ten years; at most {EVENTS_MAX}",
            "其日程十年内共出现 {} 次；最多 {EVENTS_MAX} 次",
            imported.events.len()
        );
        imported.found.push(document.error(0, message, None));
    }
    imported
        .events
        .sort_by(|a, b| (&a.from, &a.to).cmp(&(&b.from, &b.to)));
    imported
}

/// RFC 5545 §3.8.4.4: an event and the single times of it that were moved have one UID.
fn series(blocks: &Blocks) -> Vec<Vec<&Event>> {
    let mut by_uid: BTreeMap<&str, usize> = BTreeMap::new();
    let mut series: Vec<Vec<&Event>> = Vec::new();
    for event in &blocks.events {
        let known = event
            .value("UID")
            .map(|uid| *by_uid.entry(uid).or_insert(series.len()));
        match known.and_then(|index| series.get_mut(index)) {
            Some(same) => same.push(event),
            None => series.push(vec![event]),
        }
    }
    series
}

struct File<'f> {
    document: &'f Document,
    import: &'f Import<'f>,
    zones: &'f str,
    imported: Imported,
}

impl File<'_> {
    fn series(&mut self, events: &[&Event]) {
        let Some(mut calendar) = self.parse(events) else {
            let at = events.first().map_or(0, |event| event.at);
            self.tell(at, told!("the event cannot be read", "日程无法读取"));
            return;
        };
        let told = self.imported.found.len();
        let zones = calendar.build_owned_tz_resolver();
        let mut of = BTreeMap::new();
        let components = calendar.components.iter_mut().enumerate();
        let parsed =
            components.filter(|(_, it)| it.component_type == ICalendarComponentType::VEvent);
        for ((index, component), event) in parsed.zip(events) {
            for (name, what) in wrong_values(component) {
                let value = event.value(name).unwrap_or_default();
                let message = Told {
                    en: format!("{name}: `{value}` is no {}", what.en),
                    zh: format!("{name}：`{value}` 不是{}", what.zh),
                };
                self.tell(event.place(name), message);
            }
            for tzid in component.entries.iter().filter_map(|entry| entry.tz_id()) {
                if zones.resolve(tzid).is_none() {
                    let message = told!(
                        "no time zone `{tzid}`, nor a VTIMEZONE that names one",
                        "没有时区 `{tzid}`，也没有说明它的 VTIMEZONE"
                    );
                    self.tell(event.place("DTSTART"), message);
                }
            }
            let start = component.property(&ICalendarProperty::Dtstart);
            let zone = start
                .and_then(|start| start.tz_id())
                .and_then(|tzid| zones.resolve(tzid)?.name());
            let zone = zone.or_else(|| is_utc(component).then(|| "UTC".into()));
            if let Err(why) = self.end_rule(component, zone.as_deref()) {
                self.tell(event.place("RRULE"), why);
            }
            of.insert(index, *event);
        }
        if self.imported.found.len() == told {
            self.expand(&calendar, &of, events);
        }
    }

    /// RFC 5545 §3.3.10: a rule ends; one that would not, at the horizon.
    fn end_rule(&self, component: &mut ICalendarComponent, zone: Option<&str>) -> Result<(), Told> {
        let zone = zone.unwrap_or(self.import.zone);
        let start = component.property(&ICalendarProperty::Dtstart);
        let start =
            start.and_then(|start| wall_of(start.values.first()?.as_partial_date_time()?, zone));
        let Some(rule) = rule_of(component) else {
            return Ok(());
        };
        if rule.freq > ICalendarFrequency::Daily {
            return Err(told!(
                "a calendar follows rules of days, weeks, months and years only",
                "日历只支持按日、周、月、年重复的规则"
            ));
        }
        let horizon = Timestamp::from_ms(self.import.now.as_ms().saturating_add(AHEAD_MS));
        let horizon = wall_clock(zone, horizon).unwrap_or_default();
        let until = rule.until.as_ref().and_then(|until| wall_of(until, zone));
        rule.until =
            partial(&until.map_or_else(|| horizon.clone(), |until| until.min(horizon.clone())));
        // What begins behind the horizon is followed no further than its first time, which nobody asks for.
        if start.is_some_and(|start| start > horizon) {
            component
                .entries
                .retain(|entry| entry.name != ICalendarProperty::Rrule);
        }
        Ok(())
    }

    fn expand(&mut self, calendar: &ICalendar, of: &BTreeMap<usize, &Event>, events: &[&Event]) {
        let expanded = calendar.expand_dates(Tz::Floating, RECURRENCES_MAX);
        let event_of = |id: u32| of.get(&usize::try_from(id).unwrap_or(usize::MAX)).copied();
        for error in &expanded.errors {
            let at = event_of(error.comp_id).map_or(0, |event| event.place("RRULE"));
            let message = told!(
                "the event cannot be followed: {}",
                "日程无法展开：{}",
                error.error
            );
            self.tell(at, message);
        }
        if expanded.events.len() >= RECURRENCES_MAX {
            let at = events.first().map_or(0, |event| event.place("RRULE"));
            let message = told!(
                "takes place more than {RECURRENCES_MAX} times: begin it later or end it",
                "重复超过 {RECURRENCES_MAX} 次：请推后开始或设定结束"
            );
            self.tell(at, message);
            return;
        }
        let (past, ahead) = (
            self.import.now.as_ms().saturating_sub(PAST_MS),
            self.import.now.as_ms().saturating_add(AHEAD_MS),
        );
        let mut no_time = BTreeSet::new();
        for time in expanded.events {
            let index = usize::try_from(time.comp_id).unwrap_or(usize::MAX);
            let (Some(component), Some(event)) = (calendar.components.get(index), of.get(&index))
            else {
                continue;
            };
            // A date, or a time without a zone, holds wherever the calendar is. Of a rule whose start is in UTC the library gives
            // the digits without a zone.
            let zone = if time.start.timezone().is_floating() && !is_utc(component) {
                "UTC"
            } else {
                self.import.zone
            };
            let (from, to) = time.timestamps();
            let (from, to) = (from.saturating_mul(1_000), to.saturating_mul(1_000));
            if component.status() == Some(&ICalendarStatus::Cancelled) || to < past || from > ahead
            {
                continue;
            }
            match between(zone, from, to).filter(|_| lasts(component)) {
                Some((from, to)) => self.imported.events.push(EventConfig {
                    from,
                    to,
                    open: self.opens(component),
                    name: text(component, &ICalendarProperty::Summary),
                }),
                None => {
                    no_time.insert(event.at);
                }
            }
        }
        for at in no_time {
            let message = told!(
                "the event lasts no time: it closes nothing",
                "日程没有时长：不会休息"
            );
            self.warn(at, message);
        }
    }

    fn opens(&self, component: &ICalendarComponent) -> bool {
        let categories = component.properties(&ICalendarProperty::Categories);
        let mut categories = categories
            .flat_map(|entry| &entry.values)
            .filter_map(ICalendarValue::as_text);
        let summary = text(component, &ICalendarProperty::Summary).unwrap_or_default();
        let apple = ICalendarProperty::Other(APPLE_DAY.to_owned());
        categories.any(|category| {
            let own = self.import.open.iter().map(String::as_str);
            own.chain([OPEN])
                .any(|word| word.eq_ignore_ascii_case(category.trim()))
        }) || self
            .import
            .open
            .iter()
            .any(|word| summary.contains(word.as_str()))
            || text(component, &apple).is_some_and(|day| day == APPLE_WORKDAY)
    }

    /// The library takes the events of a series with the zones of the file. It joins a moved time to its series by
    /// SEQUENCE as well, which RFC 5545 does not: that property stays out.
    fn parse(&self, events: &[&Event]) -> Option<ICalendar> {
        let mut text = format!("BEGIN:VCALENDAR\r\n{}", self.zones);
        for event in events {
            text.push_str("BEGIN:VEVENT\r\n");
            for line in event.lines.iter().filter(|line| line.name() != "SEQUENCE") {
                text.push_str(&line.text);
                text.push_str("\r\n");
            }
            text.push_str("END:VEVENT\r\n");
        }
        text.push_str("END:VCALENDAR\r\n");
        if let Entry::ICalendar(calendar) = Parser::new(&text).entry() {
            return Some(calendar);
        }
        None
    }

    fn tell(&mut self, at: usize, message: Told) {
        let found = self.document.error(at, message, None);
        self.imported.found.push(found);
    }

    fn warn(&mut self, at: usize, message: Told) {
        let severity = Severity::Warning;
        let found = self.document.error(at, message, None);
        self.imported.found.push(Diagnostic { severity, ..found });
    }
}
