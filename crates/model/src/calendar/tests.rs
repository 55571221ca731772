//! Hours, holidays and clock changes: tables of moments and what holds at them.

mod business;
mod days;
mod walk;

use super::*;

fn config(json: &str) -> CalendarConfig {
    serde_json::from_str(json).unwrap()
}

fn calendar(json: &str) -> Calendar {
    Calendar::new(&config(json)).unwrap()
}

fn at(text: &str) -> Timestamp {
    serde_json::from_str(&format!("\"{text}\"")).unwrap()
}

/// Two periods a day, the make-up workday of 2026-10-10 (a Saturday), the holiday of 2026-10-01.
const OFFICE: &str = r#"{
    "zone": "Asia/Shanghai",
    "mon-fri": ["09:00-12:00", "13:30-18:00"],
    "exception": [
        {"date": "2026-10-01", "hours": [], "name": "国庆节"},
        {"date": "2026-10-10", "hours": ["10:00-16:00"]}
    ]
}"#;

#[test]
fn hours_are_half_open_and_days_differ() {
    use CalendarState::{Closed, Holiday, Open};
    let office = calendar(OFFICE);
    let table = [
        ("2026-11-20T08:59:59+08:00", Closed),
        ("2026-11-20T09:00:00+08:00", Open),
        ("2026-11-20T11:59:59.999+08:00", Open),
        ("2026-11-20T12:00:00+08:00", Closed),
        ("2026-11-20T13:30:00+08:00", Open),
        ("2026-11-20T10:00:00Z", Closed),
        ("2026-11-21T10:00:00+08:00", Closed),
        ("2026-10-01T10:00:00+08:00", Holiday),
        ("2026-10-01T23:59:59+08:00", Holiday),
        ("2026-10-10T10:00:00+08:00", Open),
        ("2026-10-10T17:00:00+08:00", Closed),
    ];
    for (moment, expected) in table {
        assert_eq!(office.state_at(at(moment)), expected, "{moment}");
    }
    let why = |moment| office.day(at(moment)).why.zh;
    assert_eq!(why("2026-10-01T10:00:00+08:00"), "国庆节");
    assert_eq!(why("2026-10-10T10:00:00+08:00"), "特别安排");
}

#[test]
fn the_next_change_is_told_also_over_holidays() {
    use CalendarState::{Closed, Holiday, Open};
    let office = calendar(OFFICE);
    let table = [
        (
            "2026-11-20T11:00:00+08:00",
            "2026-11-20T12:00:00+08:00",
            Closed,
        ),
        (
            "2026-11-20T12:00:00+08:00",
            "2026-11-20T13:30:00+08:00",
            Open,
        ),
        (
            "2026-11-20T18:00:00+08:00",
            "2026-11-23T09:00:00+08:00",
            Open,
        ),
        (
            "2026-09-30T18:00:00+08:00",
            "2026-10-01T00:00:00+08:00",
            Holiday,
        ),
        (
            "2026-10-01T12:00:00+08:00",
            "2026-10-02T00:00:00+08:00",
            Closed,
        ),
        (
            "2026-10-09T20:00:00+08:00",
            "2026-10-10T10:00:00+08:00",
            Open,
        ),
    ];
    for (moment, change, state) in table {
        assert_eq!(
            office.next_change(at(moment)),
            Some((at(change), state)),
            "{moment}"
        );
    }
}

#[test]
fn what_never_changes_has_no_next_change() {
    let always = calendar(r#"{"zone": "UTC", "mon-sun": ["00:00-24:00"]}"#);
    assert_eq!(
        always.state_at(at("2026-11-21T23:59:59.999Z")),
        CalendarState::Open
    );
    assert_eq!(always.next_change(at("2026-11-21T12:00:00Z")), None);
    let until = calendar(
        r#"{"zone": "UTC", "mon-sun": ["00:00-24:00"], "exception": [{"date": "2031-05-01", "hours": []}]}"#,
    );
    assert_eq!(
        until.next_change(at("2026-11-21T12:00:00Z")),
        Some((at("2031-05-01T00:00:00Z"), CalendarState::Holiday)),
        "a far exception is found"
    );
    assert_eq!(
        until.next_change(at("2031-05-01T12:00:00Z")),
        Some((at("2031-05-02T00:00:00Z"), CalendarState::Open))
    );
}

#[test]
fn a_skipped_hour_is_not_there() {
    // Berlin, 2026-03-29: 02:00 becomes 03:00 at 01:00Z.
    let shop = calendar(r#"{"zone": "Europe/Berlin", "sun": ["02:30-04:00"]}"#);
    assert_eq!(
        shop.state_at(at("2026-03-29T00:59:59Z")),
        CalendarState::Closed
    );
    assert_eq!(
        shop.state_at(at("2026-03-29T01:00:00Z")),
        CalendarState::Open,
        "03:00 follows 01:59:59"
    );
    assert_eq!(
        shop.next_change(at("2026-03-29T00:00:00Z")),
        Some((at("2026-03-29T01:00:00Z"), CalendarState::Open))
    );
    assert_eq!(
        shop.next_change(at("2026-03-29T01:00:00Z")),
        Some((at("2026-03-29T02:00:00Z"), CalendarState::Closed))
    );
    let gone = calendar(r#"{"zone": "Europe/Berlin", "sun": ["02:00-03:00"]}"#);
    assert_eq!(
        gone.next_change(at("2026-03-28T12:00:00Z")),
        Some((at("2026-04-05T00:00:00Z"), CalendarState::Open)),
        "a period within the skipped hour is skipped with it"
    );
}

#[test]
fn a_repeated_hour_counts_twice() {
    // Berlin, 2026-10-25: 03:00 becomes 02:00 at 01:00Z.
    let shop = calendar(r#"{"zone": "Europe/Berlin", "sun": ["02:00-02:30"]}"#);
    let mut moment = at("2026-10-24T12:00:00Z");
    let mut changes = Vec::new();
    for _ in 0..4 {
        let (next, state) = shop.next_change(moment).unwrap();
        changes.push((next, state));
        moment = next;
    }
    let expected = [
        ("2026-10-25T00:00:00Z", CalendarState::Open),
        ("2026-10-25T00:30:00Z", CalendarState::Closed),
        ("2026-10-25T01:00:00Z", CalendarState::Open),
        ("2026-10-25T01:30:00Z", CalendarState::Closed),
    ];
    assert_eq!(changes, expected.map(|(moment, state)| (at(moment), state)));
}

#[test]
fn errors_name_the_key_and_come_all_at_once() {
    let table = [
        (
            r#"{"zone": "Asia/Shangri-La"}"#,
            "zone: no time zone `Asia/Shangri-La`",
        ),
        (r#"{"zone": "UTC", "mond": []}"#, "mond: unknown key"),
        (r#"{"zone": "UTC", "mon-fry": []}"#, "mon-fry: unknown key"),
        (
            r#"{"zone": "UTC", "mon-fri": [], "wed": []}"#,
            "wed: wed already has its hours from `mon-fri`",
        ),
        (
            r#"{"zone": "UTC", "mon": ["9-12"]}"#,
            "mon[0]: `9-12` is no period",
        ),
        (
            r#"{"zone": "UTC", "mon": ["09:00-12:60"]}"#,
            "mon[0]: `09:00-12:60` is no period",
        ),
        (
            r#"{"zone": "UTC", "mon": ["09:00-24:01"]}"#,
            "mon[0]: `09:00-24:01` is no period",
        ),
        (
            r#"{"zone": "UTC", "mon": ["+9:00-12:00"]}"#,
            "mon[0]: `+9:00-12:00` is no period",
        ),
        (
            r#"{"zone": "UTC", "mon": ["22:00-06:00"]}"#,
            "mon[0]: `22:00-06:00` passes midnight; enter two",
        ),
        (
            r#"{"zone": "UTC", "mon": ["09:00-09:00"]}"#,
            "mon[0]: `09:00-09:00` is empty",
        ),
        (
            r#"{"zone": "UTC", "mon": ["09:00-12:00", "11:00-13:00"]}"#,
            "mon[1]: `11:00-13:00` overlaps 09:00-12:00",
        ),
        (
            r#"{"zone": "UTC", "exception": [{"date": "2026-02-30", "hours": []}]}"#,
            "exception[0].date: `2026-02-30` is no date",
        ),
        (
            r#"{"zone": "UTC", "exception": [{"date": "20260203", "hours": []}]}"#,
            "exception[0].date: `20260203` is no date",
        ),
        (
            r#"{"zone": "UTC", "exception": [{"date": "2026-05-01", "hours": ["x"]}]}"#,
            "exception[0].hours[0]: `x` is no period",
        ),
        (
            r#"{"zone": "UTC", "exception": [{"date": "2026-05-01", "hours": []}, {"date": "2026-05-01", "hours": []}]}"#,
            "exception[1].date: 2026-05-01 is there twice",
        ),
    ];
    for (json, expected) in table {
        let errors = Calendar::new(&config(json)).unwrap_err();
        assert_eq!(errors.len(), 1, "{json}: {errors:?}");
        assert!(
            errors[0].to_string().starts_with(expected),
            "{json}: {}",
            errors[0]
        );
    }
    let many = r#"{"zone": "Mars", "mon": ["x", "y"], "moon": []}"#;
    assert_eq!(Calendar::new(&config(many)).unwrap_err().len(), 4);
}

#[test]
fn periods_of_two_days_join_at_midnight() {
    let night = calendar(r#"{"zone": "UTC", "mon": ["22:00-24:00"], "tue": ["00:00-06:00"]}"#);
    assert_eq!(
        night.next_change(at("2026-11-23T23:00:00Z")),
        Some((at("2026-11-24T06:00:00Z"), CalendarState::Closed))
    );
    let weekend = calendar(r#"{"zone": "UTC", "sat-mon": ["00:00-24:00"]}"#);
    assert_eq!(
        weekend.next_change(at("2026-11-21T00:00:00Z")),
        Some((at("2026-11-24T00:00:00Z"), CalendarState::Closed)),
        "a range may pass the week's end"
    );
}

#[test]
fn moments_at_the_end_of_time_are_answered() {
    let office = calendar(OFFICE);
    for moment in [i64::MIN, i64::MAX, 0] {
        let at = Timestamp::from_ms(moment);
        assert_ne!(office.state_at(at), CalendarState::Holiday);
        let _answered = office.next_change(at);
    }
}

#[test]
fn the_calendar_of_who_names_none_is_the_one_that_its_table_says() {
    let always = Calendar::always();
    let table = CalendarConfig::from(always.clone());
    assert_eq!(Calendar::new(&table), Ok(always));
}
