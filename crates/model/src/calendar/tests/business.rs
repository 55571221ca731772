//! Business time: the worked examples of the arithmetic, and random calendars against a clock that is read every minute.

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::*;

const MINUTE_MS: i64 = 60_000;

/// 7.5 hours a day, holidays, and the Saturday that is worked for them.
const OFFICE: &str = r#"{
    "zone": "Asia/Shanghai",
    "mon-fri": ["09:00-12:00", "13:30-18:00"],
    "exception": [
        {"date": "2026-10-01", "hours": []}, {"date": "2026-10-02", "hours": []},
        {"date": "2026-10-05", "hours": []}, {"date": "2026-10-06", "hours": []},
        {"date": "2026-10-07", "hours": []},
        {"date": "2026-10-10", "hours": ["09:00-12:00", "13:30-18:00"]}
    ]
}"#;
const NIGHT: &str = r#"{"zone": "Asia/Shanghai", "mon-sun": ["00:00-02:00", "22:00-24:00"]}"#;
const NEW_YORK: &str = r#"{"zone": "America/New_York", "mon-sun": ["00:00-24:00"]}"#;

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

#[test]
fn e1_to_e4_e9_e10_e14_e15_targets_are_due_as_worked_by_hand() {
    let table = [
        (
            OFFICE,
            "2026-11-16T09:30:00+08:00",
            240,
            "2026-11-16T15:00:00+08:00",
        ),
        (
            OFFICE,
            "2026-11-20T17:30:00+08:00",
            60,
            "2026-11-23T09:30:00+08:00",
        ),
        (
            OFFICE,
            "2026-11-21T10:00:00+08:00",
            30,
            "2026-11-23T09:30:00+08:00",
        ),
        (
            OFFICE,
            "2026-09-30T16:00:00+08:00",
            3 * 450,
            "2026-10-10T16:00:00+08:00",
        ),
        (
            NIGHT,
            "2026-11-17T23:00:00+08:00",
            240,
            "2026-11-18T23:00:00+08:00",
        ),
        (
            NEW_YORK,
            "2026-10-31T20:00:00-04:00",
            24 * 60,
            "2026-11-01T19:00:00-05:00",
        ),
        (
            NEW_YORK,
            "2026-03-07T20:00:00-05:00",
            24 * 60,
            "2026-03-08T21:00:00-04:00",
        ),
        (
            OFFICE,
            "2026-11-16T09:00:00+08:00",
            450,
            "2026-11-16T18:00:00+08:00",
        ),
        (
            OFFICE,
            "2026-11-16T12:00:00+08:00",
            60,
            "2026-11-16T14:30:00+08:00",
        ),
        (
            OFFICE,
            "2026-11-16T18:00:00+08:00",
            0,
            "2026-11-17T09:00:00+08:00",
        ),
        (
            OFFICE,
            "2026-09-29T15:00:00+08:00",
            7 * 450,
            "2026-10-14T15:00:00+08:00",
        ),
    ];
    for (table, from, time, due) in table {
        let calendar = calendar(table);
        let found = calendar.business_after(at(from), minutes(time));
        assert_eq!(found, Some(at(due)), "{time} minutes from {from}");
        let spent = calendar.business_between(at(from), at(due));
        assert_eq!(spent, minutes(time), "from {from} to {due}");
    }
    let sunday = (
        at("2026-11-21T10:00:00+08:00"),
        at("2026-11-22T23:00:00+08:00"),
    );
    assert_eq!(
        calendar(OFFICE).business_between(sunday.0, sunday.1),
        Duration::ZERO
    );
}

#[test]
fn r3_a_working_day_is_the_calendars_own() {
    assert_eq!(calendar(OFFICE).working_day(), minutes(450));
    assert_eq!(calendar(r#"{"zone": "UTC"}"#).working_day(), Duration::ZERO);
}

#[test]
fn r15_a_calendar_without_hours_ends_the_search() {
    let from = at("2026-11-16T09:30:00+08:00");
    let never = calendar(r#"{"zone": "Asia/Shanghai"}"#);
    assert_eq!(never.business_after(from, minutes(1)), None);
    assert_eq!(
        never.business_between(from, at("2046-01-01T00:00:00Z")),
        Duration::ZERO
    );
    let once = calendar(
        r#"{"zone": "UTC", "exception": [{"date": "2030-01-01", "hours": ["10:00-11:00"]}]}"#,
    );
    let due = once.business_after(from, minutes(60));
    assert_eq!(due, Some(at("2030-01-01T11:00:00Z")));
    assert_eq!(once.business_after(from, minutes(61)), None);
}

#[test]
fn an_emergency_closing_takes_no_business_time() {
    let mut office = calendar(OFFICE);
    let (from, to) = (
        at("2026-11-16T09:00:00+08:00"),
        at("2026-11-16T12:00:00+08:00"),
    );
    office.close(Some(Closure {
        since: from,
        until: to,
        reason: String::new(),
        by: ClosedBy::Agent(crate::id::AgentId::new(1)),
    }));
    assert_eq!(office.business_between(from, to), minutes(180));
}

/// Zones and a day on which their clocks change, or skip a whole day.
const ZONES: [(&str, &str); 8] = [
    ("Asia/Shanghai", "2026-10-10"),
    ("America/New_York", "2026-11-01"),
    ("America/New_York", "2026-03-08"),
    ("Europe/London", "2026-10-25"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("America/St_Johns", "2010-11-07"),
    ("Atlantic/Azores", "2026-10-25"),
    ("Pacific/Apia", "2011-12-30"),
];

prop_compose! {
    /// Up to three periods of a day, in order.
    fn periods()(mut edges in prop::collection::btree_set(0..=24 * 12_u16, 0..=6)) -> Vec<String> {
        if edges.len() % 2 == 1 {
            edges.pop_last();
        }
        let edges: Vec<u16> = edges.into_iter().map(|edge| edge * 5).collect();
        let text = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        edges.chunks(2).map(|pair| format!("{}-{}", text(pair[0]), text(pair[1]))).collect()
    }
}

prop_compose! {
    /// A calendar with other hours on each weekday, and a moment within a day of its clock change.
    fn calendars()(
        (zone, day) in prop::sample::select(&ZONES),
        week in prop::collection::vec(periods(), 7),
        exception in prop::option::of(periods()),
        offset in -1_440..1_440_i64,
    ) -> (Calendar, Timestamp) {
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let days = names.iter().map(|name| (*name).to_owned()).zip(week).collect();
        let exception = exception.map(|hours| ExceptionConfig { date: day.to_owned(), hours, name: None });
        let config = CalendarConfig { zone: zone.to_owned(), days, exception: exception.into_iter().collect(), ..CalendarConfig::default() };
        let noon = at(&format!("{day}T12:00:00Z"));
        (Calendar::new(&config).unwrap(), Timestamp::from_ms(noon.as_ms() + offset * MINUTE_MS))
    }
}

/// The same by reading the wall clock every minute.
fn minute_by_minute(calendar: &Calendar, from: Timestamp, to: Timestamp) -> Duration {
    let starts = (from.as_ms()..to.as_ms()).step_by(60_000);
    let open =
        starts.filter(|ms| calendar.state_at(Timestamp::from_ms(*ms)) == CalendarState::Open);
    minutes(u64::try_from(open.count()).unwrap())
}

#[test]
fn r2_business_time_is_that_of_a_clock_that_is_read_every_minute() {
    let mut runner = TestRunner::new(ProptestConfig::with_cases(100_000));
    let cases = (calendars(), 0..=150_i64, 0..=150_i64);
    runner
        .run(&cases, |((calendar, from), first, second)| {
            let later =
                |since: Timestamp, by: i64| Timestamp::from_ms(since.as_ms() + by * MINUTE_MS);
            let middle = later(from, first);
            let to = later(middle, second);
            let whole = calendar.business_between(from, to);
            prop_assert_eq!(whole, minute_by_minute(&calendar, from, to));
            let parts =
                calendar.business_between(from, middle) + calendar.business_between(middle, to);
            prop_assert_eq!(whole, parts, "a pause of no length changes nothing (R7)");
            if !whole.is_zero() {
                let due = calendar.business_after(from, whole).unwrap();
                prop_assert!(due <= to);
                prop_assert_eq!(calendar.business_between(from, due), whole);
                let before = Timestamp::from_ms(due.as_ms() - 1);
                prop_assert!(
                    calendar.business_between(from, before) < whole,
                    "the earliest (R4)"
                );
            }
            Ok(())
        })
        .unwrap();
}
