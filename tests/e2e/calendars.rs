//! Calendars for the people who keep them: what `trunkline calendar show` tells (E8), closing one out of turn (E9),
//! and an iCalendar file that a running server reads again (D30).

use model::Timestamp;
use serde_json::json;

use crate::browser::{Browser, ENTER};
use crate::house::{House, PASSWORD};
use crate::http::Session;
use crate::operator::said;
use crate::patience::until;

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

/// The hours of `4000`, with an exit of its own for a closing.
const SCRIPT: &str = r#"
title = { en = "Hotline" }
languages = ["en"]
start = "hours"
[prompt.welcome]
en = "Welcome."
[prompt.goodbye]
en = "Goodbye."
[hours.hours]
calendar = "always"
open = "line"
closed = "closed"
emergency = "closed"
[play.line]
prompt = "welcome"
next = "support"
[queue.support]
queue = "support"
on_timeout = "closed"
on_no_agents = "closed"
[hangup.closed]
prompt = "goodbye"
"#;
const GOODBYE_HZ: f64 = 1_700.0;
const ALWAYS: &str = "[calendar.always]\nzone = \"Asia/Shanghai\"\nmon-sun = [\"00:00-24:00\"]\n";

fn hears_goodbye(house: &House, number: &str) {
    let mut caller = house.caller(number, 440);
    caller.calls("4000");
    caller.until_hears(0, GOODBYE_HZ, 200);
}

/// E9, S5: closed by API, heard by a caller, kept over a kill, opened again; and an event of a file that came meanwhile (D30).
#[test]
fn e9_callers_meet_a_closing_at_once_also_after_a_kill() {
    let mut house =
        House::open_files(&[("config/calendars.toml", ALWAYS), ("ivr/main.toml", SCRIPT)]);
    let admin = house.sign_in("admin");
    let path = "/v1/calendars/always/closure";
    let standing = |admin: &Session| admin.read("/v1/calendars/always");
    assert_eq!(standing(&admin)["state"], "open");
    let body = r#"{"until":"2037-01-01T00:00:00Z","reason":"evacuated"}"#;
    admin.send("PUT", path, body).expect(422);
    let now: Timestamp = serde_json::from_value(standing(&admin)["at"].clone()).unwrap();
    let until_ms = now.as_ms() + 2 * 3_600_000;
    let body = json!({ "until": Timestamp::from_ms(until_ms), "reason": "evacuated" }).to_string();
    admin.send("PUT", path, &body).expect(204);
    assert_eq!(standing(&admin)["why"]["en"], "evacuated");
    hears_goodbye(&house, "13800001111");
    let on_disk = house.dir.join("data/trunkline.db");
    until("the closing in the store", || {
        let wal = house.dir.join("data/trunkline.db-wal");
        let holds = |path: &std::path::Path| {
            std::fs::read(path).is_ok_and(|bytes| bytes.windows(9).any(|it| it == b"evacuated"))
        };
        holds(&on_disk) || holds(&wal)
    });
    house.signal("KILL");
    assert_eq!(house.ended().code(), None, "killed");
    house.start();
    assert_eq!(standing(&admin)["state"], "emergency", "a restart keeps it");
    hears_goodbye(&house, "13800002222");
    admin.send("DELETE", path, "").expect(204);
    admin.send("DELETE", path, "").expect(409);
    assert_eq!(standing(&admin)["state"], "open");

    // D30: a file that is imported is read again with the others.
    let today = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20200101\r\nRRULE:FREQ=DAILY\r\nSUMMARY:Rebuilding\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    std::fs::write(house.dir.join("config/works.ics"), today).unwrap();
    let calendars = format!("{ALWAYS}ics = \"works.ics\"\n");
    std::fs::write(house.dir.join("config/calendars.toml"), calendars).unwrap();
    house.signal("HUP");
    until("the reload", || standing(&admin)["state"] == "holiday");
    assert_eq!(standing(&admin)["why"]["en"], "Rebuilding");
    house.until_empty();
}

/// E9: a supervisor closes on the page, for a reason and some hours, and opens again.
#[test]
fn e9_a_supervisor_closes_on_the_page_and_opens_again() {
    let house = House::open_files(&[("config/calendars.toml", ALWAYS)]);
    let page = Browser::open(&house.dir);
    page.visits(&format!("http://{}/?lang=en", house.http));
    page.types("input[name=login]", "admin");
    page.types("input[name=password]", &format!("{PASSWORD}{ENTER}"));
    page.clicks("a[href='/calendars']");
    page.until_shows("[data-calendar] .state", "Open");
    page.until_shows("[data-calendar] .next", "It never changes");
    page.clicks("[data-calendar] .close");
    page.types("#closing-reason", &format!("Evacuated{ENTER}"));
    page.until_hides("#closing");
    page.until_shows("[data-calendar] .state", "Closed out of turn · Evacuated");
    page.until_shows("[data-calendar] .by", "admin");
    page.clicks("[data-calendar] .name");
    page.until_shows("#days tr:last-child", "00:00-24:00");
    let admin = house.sign_in("admin");
    assert_eq!(admin.read("/v1/calendars/always")["state"], "emergency");
    page.clicks("[data-calendar] button.open");
    page.until_shows("[data-calendar] .state", "Open");
}
