//! What makes a day's hours: the notice of public holidays, events, exceptions; and which of them counts.

use super::*;

/// A week with Saturdays of its own, the State Council's holidays, and one exception against them.
const HOTLINE: &str = r#"{
    "zone": "Asia/Shanghai", "holidays": "CN",
    "mon-fri": ["09:00-12:00", "13:30-18:00"], "sat": ["10:00-12:00"],
    "exception": [{"date": "2026-10-03", "hours": ["10:00-16:00"], "name": "值班"}]
}"#;

fn days(calendar: &Calendar, first: &str, count: u16) -> Vec<String> {
    let from = calendar.day_begins(first).unwrap();
    let line = |day: Day| {
        let (class, hours) = (day.class, day.hours.join(" "));
        let class = serde_json::to_string(&class).unwrap().replace('"', "");
        format!(
            "{} {} {class} [{hours}] {} | {}",
            day.date, day.weekday, day.why.zh, day.why.en
        )
    };
    calendar.days(from, count).into_iter().map(line).collect()
}

#[test]
fn e9_every_day_has_a_class_and_a_reason() {
    let hotline = calendar(HOTLINE);
    let expected = [
        "2026-09-30 wed open [09:00-12:00 13:30-18:00] 每周时间 | weekly hours",
        "2026-10-01 thu holiday [] 国庆节 | National Day",
        "2026-10-02 fri holiday [] 国庆节 | National Day",
        "2026-10-03 sat open [10:00-16:00] 值班 | 值班",
        "2026-10-04 sun holiday [] 国庆节 | National Day",
        "2026-10-05 mon holiday [] 国庆节 | National Day",
        "2026-10-06 tue holiday [] 国庆节 | National Day",
        "2026-10-07 wed holiday [] 国庆节 | National Day",
        "2026-10-08 thu open [09:00-12:00 13:30-18:00] 每周时间 | weekly hours",
        "2026-10-09 fri open [09:00-12:00 13:30-18:00] 每周时间 | weekly hours",
        "2026-10-10 sat open [09:00-12:00 13:30-18:00] 国庆节调休 | make-up working day for National Day",
        "2026-10-11 sun closed [] 每周时间 | weekly hours",
    ];
    assert_eq!(days(&hotline, "2026-09-30", 12), expected);
    assert_eq!(
        hotline.days(Timestamp::from_ms(0), u16::MAX).len(),
        usize::from(DAYS_MAX)
    );
    let standing = hotline.standing(at("2026-10-09T19:00:00+08:00"));
    let next = standing.next.unwrap();
    assert_eq!(standing.state, CalendarState::Closed);
    assert_eq!(
        (next.at, next.state),
        (at("2026-10-10T09:00:00+08:00"), CalendarState::Open)
    );
    assert_eq!(next.why.zh, "国庆节调休", "a Saturday that works");
}

#[test]
fn e9_a_make_up_day_has_hours_of_its_own_where_the_house_says_so() {
    let short = calendar(
        r#"{"zone": "Asia/Shanghai", "holidays": "CN", "makeup": ["09:00-15:00"], "mon-fri": ["09:00-18:00"]}"#,
    );
    let saturday = short.day(at("2026-02-14T10:00:00+08:00"));
    assert_eq!(saturday.hours, ["09:00-15:00"]);
    let never = calendar(r#"{"zone": "Asia/Shanghai", "holidays": "CN"}"#);
    assert_eq!(
        never.day(at("2026-02-14T10:00:00+08:00")).class,
        DayClass::Closed
    );
}

#[test]
fn e9_a_year_without_its_notice_is_told() {
    let hotline = calendar(HOTLINE);
    for (moment, expected) in [
        ("2026-12-31T23:59:59+08:00", None),
        ("2026-12-31T16:00:00Z", Some(2027)),
        ("2023-06-01T00:00:00Z", Some(2023)),
    ] {
        assert_eq!(
            hotline.year_without_notice(at(moment)),
            expected,
            "{moment}"
        );
    }
    let plain = calendar(OFFICE);
    assert_eq!(plain.year_without_notice(at("2031-01-01T00:00:00Z")), None);
}

#[test]
fn e9_events_close_and_open_days_and_parts_of_them() {
    let with = |events: &str| {
        let json = format!(
            r#"{{"zone": "Asia/Shanghai", "holidays": "CN", "mon-fri": ["09:00-12:00", "13:30-18:00"],
                "exception": [{{"date": "2026-11-27", "hours": ["09:00-10:00"]}}], "event": [{events}]}}"#
        );
        calendar(&json)
    };
    let closed =
        |from: &str, to: &str| format!(r#"{{"from": "{from}", "to": "{to}", "name": "盘点"}}"#);
    let open = |from: &str, to: &str| {
        format!(r#"{{"from": "{from}", "to": "{to}", "open": true, "name": "加班"}}"#)
    };
    let noon_to_three = closed("2026-11-25T11:00", "2026-11-25T15:00");
    let whole_days = closed("2026-11-24T00:00", "2026-11-26T00:00");
    let table = [
        (
            noon_to_three.clone(),
            "2026-11-25 wed open [09:00-11:00 15:00-18:00] 盘点 | 盘点",
        ),
        (
            closed("2026-11-24T17:00", "2026-11-25T09:30"),
            "2026-11-25 wed open [09:30-12:00 13:30-18:00] 盘点 | 盘点",
        ),
        (
            closed("2026-11-25T08:00", "2026-11-25T20:00"),
            "2026-11-25 wed closed [] 盘点 | 盘点",
        ),
        (whole_days.clone(), "2026-11-25 wed holiday [] 盘点 | 盘点"),
        // Two that overlap close what either closes.
        (
            format!(
                "{noon_to_three}, {}",
                closed("2026-11-25T14:00", "2026-11-25T17:00")
            ),
            "2026-11-25 wed open [09:00-11:00 17:00-18:00] 盘点 | 盘点",
        ),
        // One that opens was entered to say so.
        (
            format!(
                "{whole_days}, {}",
                open("2026-11-25T10:00", "2026-11-25T11:00")
            ),
            "2026-11-25 wed open [10:00-11:00] 盘点, 加班 | 盘点, 加班",
        ),
        // A whole day that opens is a make-up working day; so is one on a public holiday.
        (
            open("2026-11-28T00:00", "2026-11-29T00:00"),
            "2026-11-28 sat open [09:00-12:00 13:30-18:00] 加班 | 加班",
        ),
        (
            open("2026-10-01T00:00", "2026-10-02T00:00"),
            "2026-10-01 thu open [09:00-12:00 13:30-18:00] 加班 | 加班",
        ),
        (
            open("2026-11-28T10:00", "2026-11-28T12:00"),
            "2026-11-28 sat open [10:00-12:00] 加班 | 加班",
        ),
        // The house's own exception stands above all.
        (
            closed("2026-11-27T00:00", "2026-11-28T00:00"),
            "2026-11-27 fri open [09:00-10:00] 特别安排 | an exception",
        ),
        // A closed part of a holiday leaves it a holiday, a closed part of a Sunday a Sunday.
        (
            closed("2026-10-01T10:00", "2026-10-01T11:00"),
            "2026-10-01 thu holiday [] 盘点 | 盘点",
        ),
        (
            closed("2026-11-29T10:00", "2026-11-29T11:00"),
            "2026-11-29 sun closed [] 盘点 | 盘点",
        ),
    ];
    for (events, expected) in table {
        let date = expected.split(' ').next().unwrap();
        assert_eq!(days(&with(&events), date, 1), [expected], "{events}");
    }
}

#[test]
fn events_and_holidays_that_are_none_are_told_by_their_key() {
    let table = [
        (
            r#""holidays": "FR""#,
            "holidays: no table of holidays for `FR`",
        ),
        (r#""makeup": ["9-12"]"#, "makeup[0]: `9-12` is no period"),
        (
            r#""event": [{"from": "2026-11-25", "to": "2026-11-26T00:00"}]"#,
            "event[0].from: `2026-11-25` is no time",
        ),
        (
            r#""event": [{"from": "2026-11-25T10:00", "to": "2026-11-25T10:00"}]"#,
            "event[0].to: `2026-11-25T10:00` is not after",
        ),
        (
            r#""event": [{"from": "2026-01-01T00:00", "to": "2028-01-01T00:00"}]"#,
            "event[0].to: an event lasts at most 400 days",
        ),
    ];
    for (keys, expected) in table {
        let errors = Calendar::new(&config(&format!(r#"{{"zone": "UTC", {keys}}}"#))).unwrap_err();
        assert!(
            errors[0].to_string().starts_with(expected),
            "{keys}: {errors:?}"
        );
    }
}

/// A journal keeps a calendar as its table (R3): what is read back decides alike.
#[test]
fn a_calendar_survives_its_journal() {
    let hotline = calendar(HOTLINE);
    let written = serde_json::to_string(&hotline).unwrap();
    assert_eq!(serde_json::from_str::<Calendar>(&written).unwrap(), hotline);
}

/// E9: a closing holds over whatever the day is, ends by itself, and says what is then.
#[test]
fn e9_a_closing_holds_until_its_end() {
    use CalendarState::{Closed, Emergency, Open};
    let mut office = calendar(OFFICE);
    let closure = |since: &str, until: &str| Closure {
        since: at(since),
        until: at(until),
        reason: "停电".to_owned(),
        by: ClosedBy::Agent(crate::AgentId::new(7)),
    };
    office.close(Some(closure(
        "2026-11-20T10:00:00+08:00",
        "2026-11-20T14:00:00+08:00",
    )));
    let table = [
        ("2026-11-20T09:59:59.999+08:00", Open),
        ("2026-11-20T10:00:00+08:00", Emergency),
        ("2026-11-20T13:59:59.999+08:00", Emergency),
        ("2026-11-20T14:00:00+08:00", Open),
    ];
    for (moment, expected) in table {
        assert_eq!(office.state_at(at(moment)), expected, "{moment}");
    }
    let standing = office.standing(at("2026-11-20T11:00:00+08:00"));
    assert_eq!(
        (standing.state, standing.why.zh.as_str()),
        (Emergency, "停电")
    );
    let next = standing.next.unwrap();
    assert_eq!(
        (next.at, next.state),
        (at("2026-11-20T14:00:00+08:00"), Open)
    );
    let kept = serde_json::from_str::<Calendar>(&serde_json::to_string(&office).unwrap());
    assert_eq!(kept.unwrap(), office, "a journal keeps it");
    // A later one is in its place; one that ends at night ends in hours that are closed.
    office.close(Some(closure(
        "2026-11-20T11:00:00+08:00",
        "2026-11-20T20:00:00+08:00",
    )));
    assert_eq!(office.state_at(at("2026-11-20T10:30:00+08:00")), Open);
    let next = office.next_change(at("2026-11-20T12:00:00+08:00"));
    assert_eq!(next, Some((at("2026-11-20T20:00:00+08:00"), Closed)));
    office.close(None);
    assert_eq!(office.state_at(at("2026-11-20T11:30:00+08:00")), Open);
}
