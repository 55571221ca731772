//! `trunkline calendar show`: how calendars stand, what comes next, and their days, in both languages (E8, E9).

use ivr::{Diagnostic, did_you_mean, told};
use model::calendar::{Day, DayClass};
use model::{Calendar, Timestamp};
use serde_json::json;

use super::now;
use crate::Failure;
use crate::cli::{CalendarArgs, CalendarVerb};
use crate::config::Source;

/// Runs the verb.
pub(crate) fn run(source: &Source, verb: CalendarVerb, json: bool) -> Result<(), Failure> {
    let CalendarVerb::Show(args) = verb;
    let mut found = Vec::new();
    let calendars = source.calendars(&mut found).calendars;
    if found.iter().any(Diagnostic::is_error) {
        return Err(found.into());
    }
    found.iter().for_each(|warning| eprintln!("{warning}"));
    let wanted: Vec<_> = match &args.name {
        None => calendars.iter().collect(),
        Some(name) => {
            let known = calendars.keys().map(String::as_str);
            let near = did_you_mean(name, known);
            let one = calendars.get_key_value(name);
            let unknown = || {
                let message = told!("no calendar `{name}`", "没有日历 `{name}`");
                Failure::Refused(message.with(near))
            };
            vec![one.ok_or_else(unknown)?]
        }
    };
    for (name, calendar) in wanted {
        let at = moment(calendar, &args)?;
        show(name, calendar, at, args.days, json);
    }
    Ok(())
}

/// The time that is asked about: now, or the first moment of a day.
fn moment(calendar: &Calendar, args: &CalendarArgs) -> Result<Timestamp, Failure> {
    let Some(day) = &args.from else {
        return Ok(now());
    };
    calendar.day_begins(day).ok_or_else(|| {
        Failure::Refused(told!(
            "`{day}` is no date; expected YYYY-MM-DD such as 2026-10-01",
            "`{day}` 不是日期；应为 YYYY-MM-DD，如 2026-10-01"
        ))
    })
}

fn show(name: &str, calendar: &Calendar, at: Timestamp, count: u16, json: bool) {
    let (standing, days) = (calendar.standing(at), calendar.days(at, count));
    if json {
        let told = json!({ "name": name, "zone": calendar.zone(), "at": at, "standing": standing, "days": days });
        println!("{told}");
        return;
    }
    let (zh, en) = standing.state.label();
    let why = &standing.why;
    println!(
        "{name} ({}) {}: {en}, {} / {zh}，{}",
        calendar.zone(),
        calendar.local(at),
        why.en,
        why.zh
    );
    match &standing.next {
        Some(next) => {
            let ((zh, en), when) = (next.state.label(), calendar.local(next.at));
            println!(
                "  then {when}: {en}, {} / {zh}，{}",
                next.why.en, next.why.zh
            );
        }
        None => println!("  for ever / 不再变化"),
    }
    days.iter().for_each(|day| println!("{}", line(day)));
}

fn line(day: &Day) -> String {
    let (zh, en) = match day.class {
        DayClass::Open => ("", ""),
        DayClass::Closed => ("休息 ", "closed "),
        DayClass::Holiday => ("放假 ", "holiday "),
    };
    let (hours, why) = (day.hours.join(" "), &day.why);
    let said = if why.en == why.zh {
        why.en.clone()
    } else {
        format!("{} / {}", why.en, why.zh)
    };
    let class = if en.is_empty() {
        String::new()
    } else {
        format!("{en}/ {zh}")
    };
    format!("  {} {}  {class}{hours}  {said}", day.date, day.weekday)
}
