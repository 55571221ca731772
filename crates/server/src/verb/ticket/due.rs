//! `trunkline ticket due`: when the promises of a ticket are due, with each day of the sum (D7), by the clock that counts tickets.

use std::time::Duration;

use model::{Calendar, Timestamp};
use serde_json::json;
use ticket::{Clock, ClockKind, Priority, Target};

use super::{kind, moment, standing};
use crate::Failure;
use crate::cli::DueArgs;
use crate::config::Source;

/// More days of one sum nobody reads.
const DAYS_MAX: u16 = 100;

/// What a day gives to a promise.
struct Step {
    day: String,
    hours: Vec<String>,
    used: Duration,
}

pub(super) fn run(source: &Source, args: &DueArgs, json: bool) -> Result<(), Failure> {
    let rules = standing(source)?;
    let kind = kind(&rules, args.kind.as_deref())?;
    let calendar = rules.calendar_of(kind);
    let at = moment(calendar, &args.at)?;
    let priority = Priority::new(args.priority).unwrap_or(Priority::NORMAL);
    for clock in ClockKind::all() {
        if let Some(target) = kind.promises().targets.get(&(clock, priority)) {
            show(clock, *target, calendar, at, json);
        }
    }
    Ok(())
}

fn show(kind: ClockKind, target: Target, calendar: &Calendar, at: Timestamp, json: bool) {
    let clock = Clock::start(kind, target, calendar, at);
    let due = clock.due_at();
    let steps = due.map_or_else(Vec::new, |due| steps(calendar, at, due));
    let local = |at: Timestamp| calendar.local(at);
    if json {
        let steps = steps.iter().map(|step| json!({ "day": step.day, "hours": step.hours, "used_ms": step.used.as_millis() }));
        let steps: Vec<_> = steps.collect();
        let told = json!({
            "clock": kind.name(), "calendar": calendar.name(), "target_ms": target.time.as_millis(),
            "warn_at": clock.notice_at(), "due_at": due, "days": steps,
        });
        println!("{told}");
        return;
    }
    let time = written(target.time);
    let name = kind.name();
    let Some(due) = due else {
        println!("{name}: {time}, never due: the calendar has no hours");
        return;
    };
    println!("{name}: {time}, due {}", local(due));
    let mut sum = Duration::ZERO;
    for step in steps {
        sum = sum.saturating_add(step.used);
        let hours = step.hours.join(", ");
        let used = written(step.used);
        println!(
            "  {} ({hours})  {used}, together {}",
            step.day,
            written(sum)
        );
    }
    if let Some(warn) = clock.notice_at().filter(|warn| *warn < due) {
        println!("  told at {} percent: {}", target.warn_percent, local(warn));
    }
}

/// The days that give something.
fn steps(calendar: &Calendar, at: Timestamp, due: Timestamp) -> Vec<Step> {
    let days = calendar.days(at, DAYS_MAX);
    let steps = days
        .iter()
        .zip(days.iter().skip(1))
        .filter_map(|(day, next)| {
            let begins = calendar.day_begins(&day.date)?.max(at);
            let ends = calendar.day_begins(&next.date)?.min(due);
            let used = calendar.business_between(begins, ends);
            let step = || Step {
                day: day.date.clone(),
                hours: day.hours.clone(),
                used,
            };
            (begins < ends && !used.is_zero()).then(step)
        });
    steps.collect()
}

/// `7 h 30 min`
fn written(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
