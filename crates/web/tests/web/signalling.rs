//! Trunks, registrations and refusals: who sees them, and in which order.

use engine::{BlockedReport, ExchangeReport, RegistrationReport, TrunkReport};
use model::Timestamp;
use serde_json::{Value, json};

use crate::support::{CANARY, House, NOON_MS};

fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(NOON_MS + ms)
}

fn trunk(name: &str) -> TrunkReport {
    TrunkReport {
        name: name.to_owned(),
        reach: "down".to_owned(),
        registered: Some(false),
        next_try_at: Some(at(30_000)),
        calls_in: 1,
        calls_out: 2,
        calls_max: None,
        exchanges: vec![ExchangeReport {
            at: at(0),
            what: "REGISTER".to_owned(),
            remote: Some("192.0.2.1:5060".to_owned()),
            outcome: "no answer within 4 s".to_owned(),
        }],
    }
}

fn registration(login: &str, port: u16) -> RegistrationReport {
    RegistrationReport {
        login: login.to_owned(),
        contact: format!("sip:{login}@192.0.2.7:{port}"),
        transport: "udp".to_owned(),
        remote: format!("192.0.2.7:{port}"),
        user_agent: Some(CANARY.to_owned()),
        q_permille: 1_000,
        expires_at: at(60_000),
    }
}

fn blocked(source: &str, last_ms: i64, method: Option<&str>) -> BlockedReport {
    BlockedReport {
        source: source.to_owned(),
        cause: "wrong password".to_owned(),
        count: 7,
        first_at: at(0),
        last_at: at(last_ms),
        method: method.map(str::to_owned),
        user_agent: None,
    }
}

fn column<'a>(list: &'a Value, name: &str) -> Vec<&'a str> {
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .map(|row| row[name].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a1_a_trunk_tells_its_last_exchanges_and_what_is_tried_next() {
    let house = House::open().await;
    house.reports.lock().unwrap().trunks = vec![trunk("b"), trunk("a")];
    let boss = house.program("boss").await;
    let list = boss.get("/v1/trunks").await.json();
    assert_eq!(column(&list, "name"), ["a", "b"]);
    assert_eq!(
        list["items"][0],
        json!({
            "name": "a", "reach": "down", "registered": false, "next_try_at": "2026-11-18T11:07:10.000Z",
            "calls_in": 1, "calls_out": 2, "calls_max": null,
            "exchanges": [{ "at": "2026-11-18T11:06:40.000Z", "what": "REGISTER", "remote": "192.0.2.1:5060",
                            "outcome": "no answer within 4 s" }],
        })
    );
}

#[tokio::test]
async fn lists_come_in_pages_by_their_own_keys() {
    let house = House::open().await;
    {
        let mut reports = house.reports.lock().unwrap();
        reports.registrations = vec![
            registration("1002", 1),
            registration("1001", 2),
            registration("1001", 1),
        ];
        reports.blocked = vec![
            blocked("192.0.2.1", 5, Some("INVITE")),
            blocked("2001:db8::", 9, None),
            blocked("192.0.2.2", 9, None),
        ];
    }
    let root = house.program("root").await;
    let first = root.get("/v1/registrations?limit=2").await.json();
    assert_eq!(column(&first, "remote"), ["192.0.2.7:1", "192.0.2.7:2"]);
    let next = first["next"].as_str().unwrap().replace(' ', "%20");
    let second = root
        .get(&format!("/v1/registrations?limit=2&after={next}"))
        .await;
    let second = second.json();
    assert_eq!(column(&second, "login"), ["1002"]);
    assert_eq!(second["next"], Value::Null);
    assert_eq!(
        second["items"][0]["user_agent"], CANARY,
        "JSON, never markup"
    );

    let first = root.get("/v1/sip/blocked?limit=1").await.json();
    assert_eq!(column(&first, "source"), ["192.0.2.2"], "the last first");
    assert_eq!(first["items"][0]["method"], Value::Null, "dropped unread");
    let next = first["next"].as_str().unwrap().replace(' ', "%20");
    let rest = root
        .get(&format!("/v1/sip/blocked?after={next}"))
        .await
        .json();
    assert_eq!(column(&rest, "source"), ["2001:db8::", "192.0.2.1"]);
    for path in ["/v1/trunks?limit=0", "/v1/sip/blocked?limit=201"] {
        assert_eq!(root.get(path).await.problem(), "malformed_parameter");
    }
    assert_eq!(
        root.get("/v1/trunks?what=1").await.problem(),
        "malformed_parameter"
    );
}

#[tokio::test]
async fn s19_signalling_is_for_those_who_run_it() {
    let house = House::open().await;
    let agent = house.program("1001").await;
    for path in ["/v1/trunks", "/v1/registrations", "/v1/sip/blocked"] {
        assert_eq!(house.stranger().get(path).await.problem(), "sign_in_needed");
        assert_eq!(agent.get(path).await.problem(), "forbidden", "{path}");
        let boss = house.program("boss").await;
        assert_eq!(boss.get(path).await.status, 200, "{path}");
    }
}
