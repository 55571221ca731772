//! What an event's properties say (RFC 5545 §3.8): when it is, how it recurs, what it is called.

use calcard::common::PartialDateTime;
use calcard::icalendar::{
    ICalendarComponent, ICalendarProperty, ICalendarRecurrenceRule, ICalendarValue,
};
use ivr::{Told, told};
use model::Timestamp;
use model::calendar::wall_clock;

/// Most characters of an event's name.
const NAME_MAX: usize = 100;

/// Properties of an event that say when, and what each is; those whose values the library could not read.
pub(super) fn wrong_values(component: &ICalendarComponent) -> Vec<(&'static str, Told)> {
    let date = || told!("date", "日期");
    let table = [
        (ICalendarProperty::Dtstart, "DTSTART", date()),
        (ICalendarProperty::Dtend, "DTEND", date()),
        (
            ICalendarProperty::Duration,
            "DURATION",
            told!("duration", "时长"),
        ),
        (
            ICalendarProperty::Rrule,
            "RRULE",
            told!("rule of recurrence", "重复规则"),
        ),
        (ICalendarProperty::Exdate, "EXDATE", date()),
        (ICalendarProperty::Rdate, "RDATE", date()),
        (ICalendarProperty::RecurrenceId, "RECURRENCE-ID", date()),
    ];
    let is_wrong = |property: &ICalendarProperty| {
        let mut values = component.properties(property).map(|entry| &entry.values);
        values.any(|values| values.is_empty() || values.iter().any(|value| !says_when(value)))
    };
    let wrong = table
        .into_iter()
        .filter(|(property, ..)| is_wrong(property));
    wrong.map(|(_, name, what)| (name, what)).collect()
}

/// Whether an event begins at an instant of UTC: `DTSTART:20261124T010000Z`.
pub(super) fn is_utc(component: &ICalendarComponent) -> bool {
    let start = component.property(&ICalendarProperty::Dtstart);
    let start = start.and_then(|start| start.values.first()?.as_partial_date_time());
    start.is_some_and(PartialDateTime::has_zone)
}

/// RFC 5545 §3.6.1: a time without an end or a duration is over as it begins; a date without one lasts a day.
pub(super) fn lasts(component: &ICalendarComponent) -> bool {
    let start = component.property(&ICalendarProperty::Dtstart);
    let start = start.and_then(|start| start.values.first()?.as_partial_date_time());
    start.is_some_and(|start| !start.has_time())
        || component.has_property(&ICalendarProperty::Dtend)
        || component.has_property(&ICalendarProperty::Duration)
}

fn says_when(value: &ICalendarValue) -> bool {
    if let ICalendarValue::PartialDateTime(at) = value {
        return at.has_date() && at.to_date_time().is_some();
    }
    matches!(
        value,
        ICalendarValue::Duration(_) | ICalendarValue::RecurrenceRule(_) | ICalendarValue::Period(_)
    )
}

/// The rule by which it recurs.
pub(super) fn rule_of(component: &mut ICalendarComponent) -> Option<&mut ICalendarRecurrenceRule> {
    let entry = component.property_mut(&ICalendarProperty::Rrule)?;
    entry.values.iter_mut().find_map(|value| {
        if let ICalendarValue::RecurrenceRule(rule) = value {
            return Some(rule.as_mut());
        }
        None
    })
}

/// A text on one line, cut to what a name may have.
pub(super) fn text(component: &ICalendarComponent, property: &ICalendarProperty) -> Option<String> {
    let value = component.property(property)?.values.first()?.as_text()?;
    let value: String = value
        .chars()
        .filter(|c| !c.is_control())
        .take(NAME_MAX)
        .collect();
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// A time on a zone's wall clock; a date without a time is its last minute.
pub(super) fn wall_of(at: &PartialDateTime, zone: &str) -> Option<String> {
    if at.has_zone() {
        return wall_clock(
            zone,
            Timestamp::from_ms(at.to_timestamp()?.saturating_mul(1_000)),
        );
    }
    let (hour, minute) = (at.hour.unwrap_or(23), at.minute.unwrap_or(59));
    Some(format!(
        "{:04}-{:02}-{:02}T{hour:02}:{minute:02}",
        at.year?, at.month?, at.day?
    ))
}

/// The same, back.
pub(super) fn partial(wall: &str) -> Option<PartialDateTime> {
    let number = |from: usize, to: usize| wall.get(from..to)?.parse::<u8>().ok();
    Some(PartialDateTime {
        year: Some(wall.get(..4)?.parse().ok()?),
        month: Some(number(5, 7)?),
        day: Some(number(8, 10)?),
        hour: Some(number(11, 13)?),
        minute: Some(number(14, 16)?),
        second: Some(59),
        ..PartialDateTime::default()
    })
}

/// From and to as a calendar writes them: whole minutes, none of the event's time left out.
pub(super) fn between(zone: &str, from_ms: i64, to_ms: i64) -> Option<(String, String)> {
    let up = to_ms.saturating_add(59_999);
    let from = wall_clock(zone, Timestamp::from_ms(from_ms))?;
    let to = wall_clock(zone, Timestamp::from_ms(up))?;
    (from < to).then_some((from, to))
}
