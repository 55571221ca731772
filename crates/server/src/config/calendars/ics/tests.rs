//! iCalendar files in the shapes in which calendars are given out, and what can be wrong with one.

use super::*;
use crate::config::said;

/// 2026-11-21T00:00:00Z.
const NOW: Timestamp = Timestamp::from_ms(1_795_219_200_000);

fn read(body: &str, open: &[&str]) -> Imported {
    let document = Document {
        file: "config/holidays.ics".into(),
        text: body.to_owned(),
    };
    let open: Vec<String> = open.iter().map(ToString::to_string).collect();
    let import = Import {
        zone: "Asia/Shanghai",
        open: &open,
        now: NOW,
    };
    super::import(&document, &import)
}

/// Events within a calendar, one property a line.
fn file(events: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{events}\r\nEND:VCALENDAR\r\n")
}

fn event(properties: &str) -> String {
    file(&format!(
        "BEGIN:VEVENT\r\nUID:1@x\r\n{}\r\nEND:VEVENT",
        properties.replace('\n', "\r\n")
    ))
}

fn lines(imported: &Imported) -> Vec<String> {
    assert!(imported.found.is_empty(), "{:?}", imported.found);
    let line = |event: &EventConfig| {
        let class = if event.open { "open" } else { "closed" };
        let name = event.name.as_deref().unwrap_or("-");
        format!("{} {} {class} {name}", event.from, event.to)
    };
    imported.events.iter().map(line).collect()
}

/// As Google's calendar gives holidays out: whole days, transparent, descriptions folded, a zone for the whole file.
const GOOGLE: &str = "BEGIN:VCALENDAR\r
PRODID:-//Google Inc//Google Calendar 70.9054//EN\r
VERSION:2.0\r
CALSCALE:GREGORIAN\r
METHOD:PUBLISH\r
X-WR-CALNAME:Holidays\r
X-WR-TIMEZONE:America/New_York\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20261001\r
DTEND;VALUE=DATE:20261008\r
DTSTAMP:20261101T000000Z\r
UID:20261001_abc@google.com\r
CLASS:PUBLIC\r
DESCRIPTION:Public holiday\\, a long description that is folded ac\r
 ross two lines; with a colon: here\r
SEQUENCE:1\r
STATUS:CONFIRMED\r
SUMMARY:National D\r
 ay\r
TRANSP:TRANSPARENT\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20261010\r
DTEND;VALUE=DATE:20261011\r
UID:20261010_abc@google.com\r
SUMMARY:国庆节(班)\r
END:VEVENT\r
END:VCALENDAR\r
";

/// As Apple's holiday subscription does: no DTEND, marks of its own for days that work.
const APPLE: &str = "\u{feff}BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Apple Inc.//iCal 5.0.3//EN
X-APPLE-REGION:CN
BEGIN:VEVENT
DTSTAMP:20260101T000000Z
UID:aa-1
DTSTART;VALUE=DATE:20261001
SUMMARY;LANGUAGE=zh_CN:国庆节（休）
X-APPLE-SPECIAL-DAY:WORK-HOLIDAY
CATEGORIES:Holidays
END:VEVENT
BEGIN:VEVENT
UID:aa-2
DTSTART;VALUE=DATE:20261010
SUMMARY;LANGUAGE=zh_CN:国庆节（班）
X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY
END:VEVENT
END:VCALENDAR
";

/// As Outlook does: a zone of Microsoft's name with its VTIMEZONE, times, an alarm, a meeting moved within its series.
const OUTLOOK: &str = "BEGIN:VCALENDAR\r
PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN\r
VERSION:2.0\r
METHOD:PUBLISH\r
BEGIN:VTIMEZONE\r
TZID:W. Europe Standard Time\r
BEGIN:STANDARD\r
DTSTART:16011028T030000\r
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r
TZOFFSETFROM:+0200\r
TZOFFSETTO:+0100\r
END:STANDARD\r
BEGIN:DAYLIGHT\r
DTSTART:16010325T020000\r
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r
TZOFFSETFROM:+0100\r
TZOFFSETTO:+0200\r
END:DAYLIGHT\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
UID:040000008200E00074C5\r
DTSTART;TZID=\"W. Europe Standard Time\":20261019T100000\r
DTEND;TZID=\"W. Europe Standard Time\":20261019T113000\r
RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=MO\r
EXDATE;TZID=\"W. Europe Standard Time\":20261026T100000\r
SEQUENCE:0\r
SUMMARY;LANGUAGE=en-us:Stocktaking\r
BEGIN:VALARM\r
TRIGGER:-PT15M\r
ACTION:DISPLAY\r
DESCRIPTION:Reminder\r
END:VALARM\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:040000008200E00074C5\r
RECURRENCE-ID;TZID=\"W. Europe Standard Time\":20261102T100000\r
DTSTART;TZID=\"W. Europe Standard Time\":20261103T080000\r
DTEND;TZID=\"W. Europe Standard Time\":20261103T090000\r
SEQUENCE:2\r
SUMMARY:Stocktaking\\, moved\r
END:VEVENT\r
END:VCALENDAR\r
";

#[test]
fn e9_files_as_google_apple_and_outlook_write_them() {
    let table: [(&str, &[&str], &[&str]); 3] = [
        (
            GOOGLE,
            &["班"],
            &[
                "2026-10-01T00:00 2026-10-08T00:00 closed National Day",
                "2026-10-10T00:00 2026-10-11T00:00 open 国庆节(班)",
            ],
        ),
        (
            APPLE,
            &[],
            &[
                "2026-10-01T00:00 2026-10-02T00:00 closed 国庆节（休）",
                "2026-10-10T00:00 2026-10-11T00:00 open 国庆节（班）",
            ],
        ),
        (
            OUTLOOK,
            &[],
            // 10:00 in Berlin is 16:00 in Shanghai in summer; the clock goes back between the 19th and the 2nd.
            &[
                "2026-10-19T16:00 2026-10-19T17:30 closed Stocktaking",
                "2026-11-03T15:00 2026-11-03T16:00 closed Stocktaking, moved",
            ],
        ),
    ];
    for (text, open, expected) in table {
        assert_eq!(lines(&read(text, open)), expected, "{text}");
    }
}

#[test]
fn e9_each_way_to_say_when_an_event_is() {
    let table: [(&str, &[&str]); 17] = [
        (
            "DTSTART;VALUE=DATE:20261124",
            &["2026-11-24T00:00 2026-11-25T00:00 closed -"],
        ),
        (
            "DTSTART:20261124T010000Z\nDURATION:PT1H30M",
            &["2026-11-24T09:00 2026-11-24T10:30 closed -"],
        ),
        // A time without a zone is the calendar's own.
        (
            "DTSTART:20261124T090000\nDTEND:20261124T100000",
            &["2026-11-24T09:00 2026-11-24T10:00 closed -"],
        ),
        (
            "DTSTART;TZID=America/New_York:20261124T200000\nDTEND;TZID=America/New_York:20261124T210000",
            &["2026-11-25T09:00 2026-11-25T10:00 closed -"],
        ),
        // Seconds widen to whole minutes, so that 23:59:59 reaches midnight.
        (
            "DTSTART:20261124T000030\nDTEND:20261124T235959",
            &["2026-11-24T00:00 2026-11-25T00:00 closed -"],
        ),
        (
            "DTSTART;VALUE=DATE:20261124\nDURATION:P2D\nCATEGORIES:Work,open",
            &["2026-11-24T00:00 2026-11-26T00:00 open -"],
        ),
        // A word for opening stands alone in CATEGORIES: it does not open an opening ceremony.
        (
            "DTSTART;VALUE=DATE:20261124\nSUMMARY:Opening ceremony",
            &["2026-11-24T00:00 2026-11-25T00:00 closed Opening ceremony"],
        ),
        ("DTSTART;VALUE=DATE:20261124\nSTATUS:CANCELLED", &[]),
        ("DTSTART;VALUE=DATE:20201124", &[]),
        (
            "DTSTART;VALUE=DATE:20261124\nRRULE:FREQ=DAILY;INTERVAL=2;UNTIL=20261128",
            &[
                "2026-11-24T00:00 2026-11-25T00:00 closed -",
                "2026-11-26T00:00 2026-11-27T00:00 closed -",
                "2026-11-28T00:00 2026-11-29T00:00 closed -",
            ],
        ),
        // UNTIL in UTC holds by the instant (RFC 5545 §3.3.10): 2026-11-25T23:30 in Shanghai is 15:30Z.
        (
            "DTSTART;TZID=Asia/Shanghai:20261124T233000\nDURATION:PT30M\nRRULE:FREQ=DAILY;UNTIL=20261125T153000Z",
            &[
                "2026-11-24T23:30 2026-11-25T00:00 closed -",
                "2026-11-25T23:30 2026-11-26T00:00 closed -",
            ],
        ),
        // Without a rule and with one UTC is the same instant: 01:00Z is 09:00 in Shanghai.
        (
            "DTSTART:20261124T010000Z\nDURATION:PT1H",
            &["2026-11-24T09:00 2026-11-24T10:00 closed -"],
        ),
        (
            "DTSTART:20261124T010000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2",
            &[
                "2026-11-24T09:00 2026-11-24T10:00 closed -",
                "2026-11-25T09:00 2026-11-25T10:00 closed -",
            ],
        ),
        (
            "DTSTART:20261124T230000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20261125T230000Z",
            &[
                "2026-11-25T07:00 2026-11-25T08:00 closed -",
                "2026-11-26T07:00 2026-11-26T08:00 closed -",
            ],
        ),
        // A clock change keeps the wall clock of the event's zone: 09:00 in New York is 21:00 and then 22:00 in Shanghai.
        (
            "DTSTART;TZID=America/New_York:20261031T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2",
            &[
                "2026-10-31T21:00 2026-10-31T22:00 closed -",
                "2026-11-01T22:00 2026-11-01T23:00 closed -",
            ],
        ),
        (
            "DTSTART;VALUE=DATE:20261124\nRRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;VALUE=DATE:20261201\nRDATE;VALUE=DATE:20261203",
            &[
                "2026-11-24T00:00 2026-11-25T00:00 closed -",
                "2026-12-03T00:00 2026-12-04T00:00 closed -",
                "2026-12-08T00:00 2026-12-09T00:00 closed -",
            ],
        ),
        // What begins behind the horizon is not followed.
        ("DTSTART;VALUE=DATE:20501124\nRRULE:FREQ=DAILY", &[]),
    ];
    for (properties, expected) in table {
        let mut imported = read(&event(properties), &[]);
        imported.found.clear();
        assert_eq!(lines(&imported), expected, "{properties}");
    }
}

#[test]
fn e9_a_rule_without_an_end_is_followed_for_ten_years() {
    let yearly = read(
        &event("DTSTART;VALUE=DATE:20001225\nRRULE:FREQ=YEARLY\nSUMMARY:Christmas"),
        &[],
    );
    let years: Vec<String> = lines(&yearly)
        .iter()
        .map(|line| line[..4].to_owned())
        .collect();
    let expected: Vec<String> = (2025..=2035).map(|year| year.to_string()).collect();
    assert_eq!(years, expected, "last year's to that of ten years ahead");
}

#[test]
fn mistakes_of_a_file_have_their_line() {
    let many =
        "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261124\r\nEND:VEVENT\r\n".repeat(EVENTS_MAX + 1);
    let often = "BEGIN:VEVENT\r\nDTSTART:20261124T000000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\n".repeat(2);
    let table = [
        (
            "hello\r\n".to_owned(),
            "1:1: error: `hello` is no property; expected NAME:VALUE",
        ),
        (
            "SUMMARY:x\r\n".to_owned(),
            "1:1: error: no iCalendar file: expected BEGIN:VCALENDAR",
        ),
        (
            "BEGIN:VCARD\r\nEND:VCARD\r\n".to_owned(),
            "1:1: error: expected BEGIN:VCALENDAR, found BEGIN:VCARD",
        ),
        (
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n".to_owned(),
            "3:1: error: expected END:VEVENT, found END:VCALENDAR",
        ),
        (
            "BEGIN:VCALENDAR\r\n\r\nBEGIN:VEVENT\r\n".to_owned(),
            "3:1: error: BEGIN:VEVENT has no END:VEVENT",
        ),
        (
            "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nEND:VCALENDAR\r\n".to_owned(),
            "3:1: error: END:VCALENDAR ends nothing",
        ),
        (
            event("DTSTART;VALUE=DATE:2026-11-24"),
            "6:1: error: DTSTART: `2026-11-24` is no date",
        ),
        (
            event("DTSTART;VALUE=DATE:20261324"),
            "6:1: error: DTSTART: `20261324` is no date",
        ),
        (
            event("SUMMARY:x"),
            "4:1: error: the event cannot be followed: ",
        ),
        (
            event("DTSTART:20261124T090000Z\nDURATION:1 hour"),
            "7:1: error: DURATION: `1 hour` is no duration",
        ),
        (
            event("DTSTART;TZID=Mars/Olympus:20261124T090000\nDURATION:PT1H"),
            "6:1: error: no time zone `Mars/Olympus`",
        ),
        (
            event("DTSTART:20261124T090000Z\nSUMMARY:a\n fold\nRRULE:FREQ=OFTEN"),
            "9:1: error: RRULE: `FREQ=OFTEN` is no rule of recurrence",
        ),
        (
            event("DTSTART:20261124T090000Z\nRRULE:FREQ=SECONDLY"),
            "7:1: error: a calendar follows rules of days, weeks, months and years only",
        ),
        (
            event("DTSTART:17000101T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY"),
            "8:1: error: takes place more than 20000 times",
        ),
        (
            event("DTSTART:20261124T090000Z"),
            "4:1: warning: the event lasts no time",
        ),
        (file(&many), "1:1: error: 5001 events; at most 5000"),
        (
            file(&often),
            "1:1: error: its events take place 7302 times within ten years; at most 5000",
        ),
    ];
    for (text, expected) in table {
        let told = said::lines(&read(&text, &[]).found);
        let first = told.first().cloned().unwrap_or_default();
        let expected = format!("config/holidays.ics:{expected}");
        assert!(
            first.starts_with(&expected),
            "expected {expected}, told {first}"
        );
    }
}

#[test]
fn a_rule_that_never_comes_true_ends() {
    let never = read(
        &event("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3"),
        &[],
    );
    assert!(never.events.len() <= 1, "{:?}", never.events);
}
