//! Reports over HTTP (I5, I7, I9): figures with their formulas, whose one sees, and files that Excel reads.

use std::collections::BTreeMap;
use std::path::Path;

use model::service_level::Bounds;
use model::{AgentState, CallId, Fact, ServiceLevel, Timestamp};
use report::Subject;

use crate::support::facts::{arrived, connected, joined};
use crate::support::{House, NOON_MS};

/// The day of these stories, in China.
const DAY: &str = "from=2026-11-17T16:00:00Z&to=2026-11-18T16:00:00Z&tz=Asia/Shanghai";

fn ready(house: &House, login: &str) -> Fact {
    Fact::AgentStateChanged {
        agent: house.id(login),
        from: AgentState::Offline,
        to: AgentState::Ready,
        cause: "agent".to_owned(),
    }
}

/// A caller who is answered after 4 s, another who waits, and an agent who is ready for a quarter of an hour.
async fn day(house: &House) {
    let level = Bounds {
        level: ServiceLevel::OfOffered,
        ..Bounds::default()
    };
    house
        .database
        .set_bounds([("support".into(), level)].into());
    let one = house.id("1001");
    let moments: BTreeMap<i64, Fact> = [
        (0, ready(house, "1001")),
        (1_000, ready(house, "1002")),
        (2_000, arrived(CallId::new(500))),
        (3_000, joined(CallId::new(500))),
        (7_000, connected(CallId::new(500), one)),
        (8_000, arrived(CallId::new(501))),
        (9_000, joined(CallId::new(501))),
        (
            900_000,
            Fact::AgentStateChanged {
                agent: one,
                from: AgentState::Ready,
                to: AgentState::Offline,
                cause: "agent".to_owned(),
            },
        ),
    ]
    .into();
    for (ms, fact) in moments {
        house.tell_at(Timestamp::from_ms(NOON_MS + ms), fact).await;
    }
}

#[tokio::test]
async fn i7_each_figure_comes_with_its_formula_and_a_total() {
    let house = House::open().await;
    day(&house).await;
    let boss = house.program("boss").await;
    let answer = boss.get(&format!("/v1/reports/queues?{DAY}&by=hour")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let report = answer.json();
    assert_eq!(report["zone"], "Asia/Shanghai");
    assert_eq!(report["rows"].as_array().unwrap().len(), 1);
    let row = &report["rows"][0];
    // 11:06 of UTC is seven in the evening there.
    assert_eq!(row["from"], "2026-11-18T11:00:00.000Z");
    assert_eq!(row["to"], "2026-11-18T12:00:00.000Z");
    assert_eq!(
        (&row["id"], &row["service_level_formula"]),
        (&"support".into(), &"of_offered".into())
    );
    let total = &report["total"]["figures"];
    assert_eq!(
        (&total["offered"], &total["answered"]),
        (&2.0.into(), &1.0.into())
    );
    assert_eq!(total["asa"], 4_000.0);
    assert_eq!(total["service_level"], 0.5);
    assert_eq!(total["level_of_answered"], 1.0);
    assert!(total["wait_abandoned"].is_null(), "no figure of nothing");
    let figures = report["figures"].as_array().unwrap();
    for figure in figures {
        assert!(total.get(figure["name"].as_str().unwrap()).is_some());
        assert!(figure["formula"]["zh-CN"].is_string() && figure["formula"]["en"].is_string());
    }
}

#[tokio::test]
async fn i5_an_agent_sees_himself_and_nobody_else() {
    let house = House::open().await;
    day(&house).await;
    let agent = house.program("1001").await;
    let own = agent.get(&format!("/v1/reports/agents?{DAY}")).await.json();
    assert_eq!(own["rows"].as_array().unwrap().len(), 1);
    assert_eq!(own["rows"][0]["id"], house.id("1001").to_string());
    assert_eq!(own["total"]["figures"]["signed_in"], 900_000.0);
    for path in [
        format!("/v1/reports/queues?{DAY}"),
        format!(
            "/v1/reports/agents?{DAY}&filter%5Bagent%5D={}",
            house.id("1002")
        ),
    ] {
        let refused = agent.get(&path).await;
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (403, "forbidden"),
            "{path}"
        );
    }
    let boss = house.program("boss").await;
    let all = boss.get(&format!("/v1/reports/agents?{DAY}")).await.json();
    assert_eq!(all["rows"].as_array().unwrap().len(), 2);
    let narrow = house.program_with("boss", &["queues:read"]).await;
    let refused = narrow.get(&format!("/v1/reports/queues?{DAY}")).await;
    assert_eq!(refused.problem(), "token_scope");
}

#[tokio::test]
async fn i9_files_are_in_the_readers_language_and_as_accept_says() {
    let house = House::open().await;
    day(&house).await;
    let boss = house.program("boss").await;
    let path = format!("/v1/reports/queues?{DAY}&by=day");
    let chinese = [("accept", "text/csv"), ("accept-language", "zh-CN")];
    let csv = boss.send("GET", &path, &chinese, b"").await;
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    let saved = csv.header("content-disposition");
    assert_eq!(saved, Some("attachment; filename=\"queues.csv\""));
    let text = csv.text();
    assert!(
        text.starts_with("\u{feff}开始,结束,队列,名称,进线,"),
        "{text}"
    );
    assert!(
        text.contains("\r\n2026-11-18 00:00,2026-11-19 00:00,support,"),
        "{text}"
    );
    assert!(
        text.contains("接通 ÷ 进线"),
        "the formula is printed: {text}"
    );
    let book = boss.get(&format!("{path}&format=xlsx")).await;
    let sheets = store::sheet::read(&book.body).unwrap();
    let sheets: Vec<_> = sheets.iter().filter_map(|it| it.name.clone()).collect();
    assert_eq!(sheets[0], "queues");
    assert_eq!(sheets.len(), 2);
}

#[tokio::test]
async fn i5_what_cannot_be_answered_is_told() {
    let house = House::open().await;
    let boss = house.program("boss").await;
    for (path, status, code) in [
        ("/v1/reports/weather", 404, "no_such_report"),
        (
            "/v1/reports/queues?by=fortnight",
            400,
            "malformed_parameter",
        ),
        (
            "/v1/reports/queues?tz=Asia/Nowhere",
            400,
            "malformed_parameter",
        ),
        ("/v1/reports/queues?format=pdf", 400, "malformed_parameter"),
        (
            "/v1/reports/queues?filter%5Bagent%5D=me",
            400,
            "malformed_parameter",
        ),
        ("/v1/reports/queues?fcr_days=7", 400, "malformed_parameter"),
        (
            "/v1/reports/ivr?by=quarter_hour",
            400,
            "malformed_parameter",
        ),
        (
            "/v1/reports/queues?filter%5Bscript%5D=a",
            400,
            "malformed_parameter",
        ),
        (
            "/v1/reports/tickets?fcr_days=91",
            400,
            "malformed_parameter",
        ),
        (
            "/v1/reports/queues?filter%5Bgroup%5D=a",
            400,
            "malformed_parameter",
        ),
        (
            "/v1/reports/queues?from=2026-11-18T00:00:00Z&to=2026-11-18T00:00:00Z",
            422,
            "invalid_body",
        ),
        (
            "/v1/reports/queues?from=2024-11-18T00:00:00Z&to=2026-11-18T00:00:00Z",
            422,
            "invalid_body",
        ),
        (
            "/v1/reports/queues?from=2026-01-01T00:00:00Z&to=2026-11-18T00:00:00Z&by=quarter_hour",
            422,
            "invalid_body",
        ),
    ] {
        let answer = boss.get(path).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (status, code),
            "{path}"
        );
    }
    let today = boss.get("/v1/reports/queues").await.json();
    assert_eq!(today["total"]["figures"]["offered"], 0.0);
    assert_eq!(
        today["zone"], "UTC+00:00",
        "the house of these tests keeps UTC"
    );
}

#[tokio::test]
async fn i8_tickets_are_told_by_group_and_by_type_to_who_leads() {
    let (house, path) = crate::tickets::with_ticket().await;
    let mine = house.signed_in("1001").await;
    let claim = br#"{"type":"claim"}"#;
    let etag = mine.get(&path).await.header("etag").unwrap().to_owned();
    let headers = [
        ("content-type", "application/json"),
        ("if-match", etag.as_str()),
    ];
    let events = format!("{path}/events");
    let claimed = mine.send("POST", &events, &headers, claim).await;
    assert_eq!(claimed.status, 200, "{}", claimed.text());
    let boss = house.program("boss").await;
    let groups = boss.get("/v1/reports/groups").await.json();
    let rows = groups["rows"].as_array().unwrap();
    let ids: Vec<_> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["", "all"], "the group of a house without groups");
    assert_eq!(rows[1]["figures"]["accepted"], 1.0);
    assert_eq!(rows[1]["figures"]["response_kept"], 1.0);
    let types = boss.get("/v1/reports/tickets").await.json();
    assert_eq!(types["total"]["figures"]["opened"], 1.0);
    assert!(types["total"]["figures"]["visit_success"].is_null());
    let one = "filter%5Bgroup%5D=all&filter%5Btype%5D=";
    let one = boss.get(&format!("/v1/reports/tickets?{one}")).await.json();
    assert_eq!(one["total"]["figures"]["accepted"], 1.0);
    assert_eq!(one["total"]["figures"]["opened"], 0.0);
    let none = boss
        .get("/v1/reports/groups?filter%5Btype%5D=complaint")
        .await;
    assert_eq!(none.json()["rows"].as_array().unwrap().len(), 0);
    for subject in ["groups", "tickets"] {
        let refused = mine.get(&format!("/v1/reports/{subject}")).await;
        assert_eq!(refused.problem(), "forbidden", "{subject}");
        let csv = boss.get(&format!("/v1/reports/{subject}?format=csv")).await;
        assert!(csv.text().contains("重开 ÷ 结案"), "{}", csv.text());
        let lost = boss
            .get(&format!("/v1/reports/{subject}?filter%5Bqueue%5D=a"))
            .await;
        assert_eq!(lost.problem(), "malformed_parameter");
    }
}

/// I7: the tables of docs/reports.md are those of the figures.
#[test]
fn i7_the_page_has_all_figures() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reports.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, _) = page.split_once("-->\n").expect("the mark of the tables");
    let mut made = format!("{before}-->\n");
    for subject in Subject::ALL {
        made += &format!(
            "\n### `{}`\n\n| Figure | 指标 | Name | Unit | Formula | 公式 |\n|---|---|---|---|---|---|\n",
            subject.name()
        );
        for figure in subject.figures() {
            let ([zh, en], [formula_zh, formula_en]) = (figure.title, figure.formula);
            let (name, unit) = (figure.name, figure.unit.name());
            made += &format!("| {en} | {zh} | `{name}` | {unit} | {formula_en} | {formula_zh} |\n");
        }
    }
    if std::env::var_os("UPDATE_API_CODES").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(
        committed == made,
        "docs/reports.md is stale; write it anew with: UPDATE_API_CODES=1 cargo test -p web --test web i7_the_page"
    );
}
