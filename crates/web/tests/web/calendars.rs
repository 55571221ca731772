//! E8, E9: how calendars stand, and who may close one out of turn.

use engine::Closing;
use engine::command::{Command, CommandError};
use model::calendar::{Calendar, CalendarConfig, ClosedBy, Closure};
use model::{CallId, Timestamp};

use crate::support::{House, NOON_MS};

/// Open from nine to six on weekdays, with China's holidays.
fn office(name: &str) -> Calendar {
    let table = CalendarConfig {
        name: name.into(),
        zone: "Asia/Shanghai".into(),
        holidays: Some("CN".into()),
        days: [("mon-fri".to_owned(), vec!["09:00-18:00".to_owned()])].into(),
        ..CalendarConfig::default()
    };
    Calendar::new(&table).unwrap()
}

#[tokio::test]
async fn e8_everybody_sees_the_state_the_next_change_and_the_days() {
    let house = House::open().await;
    let mut shop = office("shop");
    shop.close(Some(Closure {
        since: Timestamp::from_ms(NOON_MS - 1),
        until: Timestamp::from_ms(NOON_MS + 60_000),
        reason: "停电".into(),
        by: ClosedBy::Call(CallId::new(9)),
    }));
    house.reports.lock().unwrap().calendars = vec![office("office"), shop];
    let agent = house.signed_in("1001").await;
    let all = agent.get("/v1/calendars").await.json();
    // 19:06 in Shanghai.
    let office = &all["items"][0];
    assert_eq!(
        (&office["name"], &office["state"]),
        (&"office".into(), &"closed".into())
    );
    assert_eq!(office["next"]["at"], "2026-11-19T01:00:00.000Z");
    assert_eq!(office["next"]["why"]["zh"], "每周时间");
    assert_eq!(office["closure"], serde_json::Value::Null);
    let shop = &all["items"][1];
    assert_eq!(
        (&shop["state"], &shop["why"]["en"]),
        (&"emergency".into(), &"停电".into())
    );
    assert_eq!(shop["closure"]["call"], "9");
    assert_eq!(shop["next"]["at"], "2026-11-18T11:07:40.000Z");
    let path = "/v1/calendars/office?at=2026-10-09T12:00:00Z&days=2";
    let october = agent.get(path).await.json();
    assert_eq!(october["days"][1]["date"], "2026-10-10");
    assert_eq!(october["days"][1]["why"]["zh"], "国庆节调休");
    assert_eq!(october["days"].as_array().unwrap().len(), 2);
    assert_eq!(agent.get("/v1/calendars/nowhere").await.status, 404);
    assert_eq!(
        agent.get("/v1/calendars/office?at=yesterday").await.status,
        400
    );
}

#[tokio::test]
async fn e9_supervisors_close_and_open_with_their_name_and_agents_do_not() {
    let house = House::open().await;
    let boss = house.program("boss").await;
    let path = "/v1/calendars/office/closure";
    let body = r#"{"until":"2026-11-18T13:00:00Z","reason":"停电"}"#;
    let done = boss.json("PUT", path, body).await;
    assert_eq!(done.status, 204, "{}", done.text());
    let by = ClosedBy::Agent(house.id("boss"));
    let closing = Closing {
        until: Timestamp::from_ms(NOON_MS + 6_800_000),
        reason: Some("停电".into()),
        by,
    };
    let calendar = || "office".to_owned();
    let close = Command::CloseCalendar {
        calendar: calendar(),
        closing,
    };
    assert_eq!(house.last_command(), Some(close));
    assert_eq!(boss.json("DELETE", path, "").await.status, 204);
    let open = Command::OpenCalendar {
        calendar: calendar(),
        by,
    };
    assert_eq!(house.last_command(), Some(open));
    let agent = house.signed_in("1001").await;
    assert_eq!(agent.json("PUT", path, body).await.status, 403);
    assert_eq!(agent.json("DELETE", path, "").await.status, 403);
    for wrong in [
        r#"{"reason":"x"}"#,
        r#"{"until":"soon","reason":"x"}"#,
        r#"{"until":"2026-11-18T13:00:00Z"}"#,
    ] {
        assert_eq!(boss.json("PUT", path, wrong).await.status, 422, "{wrong}");
    }
    *house.refusal.lock().unwrap() = Some(CommandError::UnknownCalendar("office".into()));
    let refused = boss.json("PUT", path, body).await;
    assert_eq!(
        (refused.status, refused.problem()),
        (404, "no_such_calendar".into())
    );
}
