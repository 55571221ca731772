//! Calls as a list (I9): streamed whole, in the reader's language, with a row of the audit log for who took it.

use model::fact::{CallResult, EndedBy};
use model::{CallId, Caller, Fact, Timestamp};
use store::PageRequest;

use crate::support::facts::{connected, joined};
use crate::support::{House, NOON_MS};

/// The day of these stories, in China.
const DAY: &str = "from=2026-11-17T16:00:00Z&to=2026-11-18T16:00:00Z&tz=Asia/Shanghai";

fn arrived(id: u64) -> Fact {
    Fact::CallArrived {
        call: CallId::new(id),
        caller: Caller::new("13800001111", Some("=cmd|' /C calc'!A0")),
        called: "4000".to_owned(),
        sip_call_id: "x".to_owned(),
        agent: None,
        direction: model::fact::Direction::In,
        trunk: None,
        diverted_from: None,
    }
}

/// So many calls, two of each second, of which the first is answered.
async fn calls(house: &House, count: u64) {
    let mut facts = Vec::new();
    let mut seq = house.database.applied_seq().await.unwrap();
    let mut tell = |ms: i64, fact| {
        seq += 1;
        let at = Timestamp::from_ms(NOON_MS + ms);
        facts.push(model::FactRecord { seq, at, fact });
    };
    for id in 1..=count {
        let began = (id as i64 / 2) * 1_000;
        tell(began, arrived(1_000 + id));
        if id == 1 {
            tell(began + 100, joined(CallId::new(1_001)));
            tell(
                began + 4_100,
                connected(CallId::new(1_001), house.id("1001")),
            );
        }
        let ended = Fact::CallEnded {
            call: CallId::new(1_000 + id),
            result: if id == 1 {
                CallResult::Answered
            } else {
                CallResult::SelfService
            },
            by: EndedBy::Caller,
            agent: None,
            answered_late: false,
        };
        tell(began + 9_000, ended);
    }
    house.database.apply(&facts).await.unwrap();
}

#[tokio::test]
async fn i9_a_list_of_calls_is_whole_and_who_took_it_is_noted() {
    let house = House::open().await;
    // More than one batch, and calls of one moment at its border.
    calls(&house, 1_203).await;
    let boss = house.program("boss").await;
    let path = format!("/v1/calls/export?{DAY}");
    let list = boss
        .send("GET", &path, &[("accept-language", "en")], b"")
        .await;
    assert_eq!(list.status, 200, "{}", list.text());
    assert_eq!(list.header("content-type"), Some("text/csv; charset=utf-8"));
    let text = list.text();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("\u{feff}Call,Direction,Began,Caller,"));
    assert_eq!(lines.len(), 1_204);
    let mut ids: Vec<&str> = lines[1..]
        .iter()
        .map(|line| line.split(',').next().unwrap())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 1_203, "each once");
    let first = lines.iter().find(|line| line.starts_with("1001,")).unwrap();
    assert!(
        first.contains("2026-11-18 19:06:40,13800001111,'=cmd|' /C calc'!A0,4000,"),
        "{first}"
    );
    assert!(first.contains("support,1001,1001,"), "{first}");
    let answered = boss
        .get(&format!("{path}&filter%5Bresult%5D=answered&format=xlsx"))
        .await;
    let sheets = store::sheet::read(&answered.body).unwrap();
    assert_eq!(sheets[0].rows.len(), 2);
    assert_eq!(
        sheets[0].rows[1].cells[3], "13800001111",
        "a number is text"
    );
    let page = PageRequest {
        after: None,
        limit: 10,
    };
    let noted = house
        .database
        .audit_entries(None, page)
        .await
        .unwrap()
        .items;
    let exports: Vec<_> = noted
        .iter()
        .filter(|row| row.action == "calls.exported")
        .collect();
    assert_eq!(exports.len(), 2);
    let what = exports[0].after.as_deref().unwrap();
    assert!(
        what.contains("\"result\":\"answered\"") && what.contains("\"format\":\"xlsx\""),
        "{what}"
    );
    let agent = house.program("1001").await;
    assert_eq!(agent.get(&path).await.problem(), "forbidden");
    let wrong = boss.get(&format!("{path}&format=json")).await;
    assert_eq!(wrong.problem(), "malformed_parameter");
}
