//! Calendars for the people who keep them: what `trunkline calendar show` tells (E8, E9).

use crate::house::House;
use crate::operator::said;

const HOLIDAY: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261124\r\nSUMMARY:Stocktaking\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
const OFFICE: &str = "[calendar.office]\nzone = \"Asia/Shanghai\"\nholidays = \"CN\"\nics = \"holidays.ics\"\nmon-fri = [\"09:00-18:00\"]\n";

#[test]
fn e8_the_verb_tells_state_next_change_and_days() {
    let house = House::written(&[
        ("config/calendars.toml", OFFICE),
        ("config/holidays.ics", HOLIDAY),
    ]);
    let mut verb = house.trunkline();
    let told = said(
        &verb
            .args([
                "calendar",
                "show",
                "office",
                "--from",
                "2026-10-09",
                "--days",
                "3",
            ])
            .output()
            .unwrap(),
    );
    let expected = "office (Asia/Shanghai) 2026-10-09 00:00: closed, weekly hours / 关闭，每周时间\n  \
        then 2026-10-09 09:00: open, weekly hours / 开放，每周时间\n  \
        2026-10-09 fri  09:00-18:00  weekly hours / 每周时间\n  \
        2026-10-10 sat  09:00-18:00  make-up working day for National Day / 国庆节调休\n  \
        2026-10-11 sun  closed / 休息   weekly hours / 每周时间\n";
    assert_eq!(told, expected);
    let mut verb = house.trunkline();
    let told = said(
        &verb
            .args([
                "calendar",
                "show",
                "--from",
                "2026-11-24",
                "--days",
                "1",
                "--json",
            ])
            .output()
            .unwrap(),
    );
    let office: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(office["standing"]["state"], "holiday", "{office}");
    assert_eq!(office["days"][0]["why"]["en"], "Stocktaking", "{office}");
    let wrong = house
        .trunkline()
        .args(["calendar", "show", "ofice"])
        .output()
        .unwrap();
    assert_eq!(wrong.status.code(), Some(1));
    let told = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(
        told.contains("no calendar `ofice`; did you mean `office`?"),
        "{told}"
    );
}
