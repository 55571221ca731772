//! A list of customers as a file by the API: tried, refused as a whole, taken over; for supervisors (B9, F8).

use serde_json::json;

use crate::support::House;
use crate::support::client::{Answer, Client};

const BOOK: &[u8] = include_bytes!("../../../store/tests/store/lists/customers.xlsx");

async fn sent(client: &Client, query: &str, file: &[u8]) -> Answer {
    let path = format!("/v1/customers/import{query}");
    let headers = [("content-type", "application/octet-stream")];
    client.send("POST", &path, &headers, file).await
}

async fn names(client: &Client) -> Vec<String> {
    let list = client.get("/v1/customers").await.json();
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|it| it["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn b9_a_list_is_tried_then_taken_over_and_again_changes_nothing() {
    let house = House::open().await;
    let lead = house.signed_in("boss").await;
    let tried = sent(&lead, "?dry_run=true", BOOK).await;
    let expected = json!({"rows": 5, "added": 2, "changed": 0, "unchanged": 0, "refused": 0, "is_written": false,
        "findings": [], "findings_more": 0});
    assert_eq!((tried.status, tried.json()), (200, expected));
    assert!(names(&lead).await.is_empty());
    let done = sent(&lead, "", BOOK).await;
    assert_eq!(
        (done.status, &done.json()["is_written"]),
        (200, &json!(true))
    );
    assert_eq!(names(&lead).await.len(), 2);
    let again = sent(&lead, "?dry_run=true", BOOK).await;
    assert_eq!(again.json()["unchanged"], 2);
}

#[tokio::test]
async fn b9_a_list_with_mistakes_is_refused_with_all_of_them_in_both_languages() {
    let house = House::open().await;
    let lead = house.signed_in("boss").await;
    let list = "姓名,电话,VIP等级\n王芳,13800001111,2\n李雷,13900002222,77\n".as_bytes();
    let refused = sent(&lead, "", list).await;
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (422, "list_refused")
    );
    let report = &refused.json()["report"];
    assert_eq!(
        report["findings"],
        json!([{"file": "list", "line": 3, "column": 3, "en": "a VIP level is 0 to 9", "zh": "VIP 等级应为 0 到 9"}])
    );
    assert!(names(&lead).await.is_empty());
    let skipped = sent(&lead, "?skip_errors=true", list).await;
    assert_eq!(
        (skipped.status, &skipped.json()["refused"]),
        (200, &json!(1))
    );
    assert_eq!(names(&lead).await, ["王芳"]);
}

#[tokio::test]
async fn b9_lists_are_for_supervisors_and_may_be_longer_than_other_bodies() {
    let house = House::open().await;
    let agent = house.signed_in("1001").await;
    assert_eq!(sent(&agent, "", BOOK).await.problem(), "forbidden");
    let lead = house.signed_in("boss").await;
    let note = "字".repeat(1_300);
    let rows: String = (0..400)
        .map(|at| format!("K-{at},客户{at},{note}\n"))
        .collect();
    let list = format!("编号,姓名,备注\n{rows}");
    assert!(list.len() > 1024 * 1024, "longer than other bodies may be");
    let tried = sent(&lead, "?dry_run=true", list.as_bytes()).await;
    assert_eq!((tried.status, &tried.json()["added"]), (200, &json!(400)));
    let unknown = sent(&lead, "?dry=1", BOOK).await;
    assert_eq!(unknown.status, 400);
}
