//! R10: hours that change.

use model::Calendar;

use super::*;

const HOUR_MS: i64 = 3_600_000;

fn office() -> Calendar {
    let table = r#"{"zone": "Asia/Shanghai", "mon-fri": ["09:00-18:00"]}"#;
    Calendar::new(&serde_json::from_str(table).unwrap()).unwrap()
}

fn changed<'a>(lab: &'a Lab, office: &'a Calendar, since: Timestamp) -> House<'a> {
    House {
        hours: PromiseHours {
            calendar: office,
            version: HoursVersion::new(2),
            since,
            former: Some(&lab.calendar),
        },
        ..lab.house()
    }
}

fn names(entries: &[Entry]) -> Vec<&'static str> {
    entries.iter().map(|entry| entry.event.name()).collect()
}

#[test]
fn r10_what_ran_is_counted_by_the_former_hours_and_goes_on_by_the_others() {
    let (mut lab, office) = (Lab::in_progress(), office());
    let begun = lab.now;
    let since = Timestamp::from_ms(begun.as_ms() + 10 * HOUR_MS);
    lab.after(12 * HOUR_MS);
    let former = lab.handling.clone();
    let mut handling = former.clone();
    let entries = handling.wake(&changed(&lab, &office, since), lab.now);
    assert_eq!(names(&entries), ["hours_changed"]);
    // P3 promises 72 hours, of which ten were used when the hours changed.
    let clock = &handling.clocks[&ClockKind::Resolve];
    let left = office.business_after(since, hours(62));
    assert_eq!(clock.due_at(), left);
    assert_eq!(clock.used(&office, since), hours(10));
    let again = handling.wake(&changed(&lab, &office, since), lab.now);
    assert_eq!(again, [], "asked again, nothing comes");
    let mut played = former;
    for entry in &entries {
        played.apply(entry);
    }
    assert_eq!(played, handling, "property d");
}

#[test]
fn r10_what_broke_before_the_change_is_told_by_the_former_hours_and_nothing_else_is() {
    let (mut lab, office) = (Lab::new(), office());
    // The response is due after 6 h, the solution after 72 h.
    let since = Timestamp::from_ms(lab.now.as_ms() + 7 * HOUR_MS);
    lab.after(80 * HOUR_MS);
    let mut handling = lab.handling.clone();
    let entries = handling.wake(&changed(&lab, &office, since), lab.now);
    assert_eq!(names(&entries), ["breached", "hours_changed"]);
    let breach = handling.clocks[&ClockKind::Response].breach().unwrap();
    assert_eq!((breach.noticed_at, breach.at < since), (lab.now, true));
    assert_eq!(handling.clocks[&ClockKind::Resolve].breach(), None);
}

#[test]
fn r10_r9_a_type_with_other_hours_counts_what_was_used_by_those_of_the_former_type() {
    let (mut lab, office) = (Lab::in_progress(), office());
    lab.after(10 * HOUR_MS);
    let reclassify = Order::Reclassify {
        ticket_type: Some("fault".to_owned()),
        category: None,
    };
    let mut handling = lab.handling.clone();
    let house = changed(&lab, &office, Timestamp::from_ms(0));
    let entry = handling.take(reclassify, &by(agent(SUPERVISOR)), &house, lab.now);
    assert_eq!(entry.unwrap().changes.hours, Some(HoursVersion::new(2)));
    let left = office.business_after(lab.now, hours(62));
    assert_eq!(handling.clocks[&ClockKind::Resolve].due_at(), left);
}
