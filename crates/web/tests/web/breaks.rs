//! Reasons to be not ready, and what an agent took of each today (C2).

use engine::BreakReport;
use serde_json::{Value, json};

use crate::support::House;

fn report(name: &str, budget_s: Option<u64>, used_s: u64) -> BreakReport {
    BreakReport {
        name: name.to_owned(),
        title: [("en".to_owned(), name.to_uppercase())].into(),
        budget_s,
        used_s,
    }
}

fn row(name: &str, budget_s: Value, used_s: u64, overrun_s: u64) -> Value {
    json!({ "name": name, "title": { "en": name.to_uppercase() },
        "budget_s": budget_s, "used_s": used_s, "overrun_s": overrun_s })
}

#[tokio::test]
async fn c2_what_he_took_stands_beside_the_budget_and_what_is_beyond_it() {
    let house = House::open().await;
    house.reports.lock().unwrap().breaks = vec![
        report("meal", Some(1_800), 60),
        report("break", Some(600), 720),
        report("training", None, 9_000),
    ];
    let told = house
        .signed_in("1001")
        .await
        .get("/v1/agents/me/breaks")
        .await;
    assert_eq!(told.status, 200);
    let expect = json!({ "items": [
        row("meal", json!(1_800), 60, 0),
        row("break", json!(600), 720, 120),
        row("training", Value::Null, 9_000, 0),
    ] });
    assert_eq!(told.json(), expect);
}

#[tokio::test]
async fn c2_a_house_without_reasons_counts_nothing() {
    let house = House::open().await;
    let told = house
        .signed_in("1001")
        .await
        .get("/v1/agents/me/breaks")
        .await;
    assert_eq!(told.json(), json!({ "items": [] }));
}
