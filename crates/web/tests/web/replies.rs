//! Canned replies by the API: shelves by rights, slips with their place, filled in for a ticket and its customer (C18).

use serde_json::{Value, json};

use crate::support::House;
use crate::support::client::{Answer, Client};
use crate::tickets::ticket_in;

async fn send(client: &Client, method: &str, path: &str, version: &str, body: Value) -> Answer {
    let headers = [("content-type", "application/json"), ("if-match", version)];
    client
        .send(method, path, &headers, body.to_string().as_bytes())
        .await
}

async fn added(client: &Client, body: Value) -> String {
    let told = send(client, "POST", "/v1/replies", "", body).await;
    assert_eq!(
        (told.status, told.header("etag")),
        (201, Some("\"1\"")),
        "{}",
        told.text()
    );
    format!("/v1/replies/{}", told.json()["id"].as_str().unwrap())
}

fn wanted(shelf: &str) -> Value {
    json!({"shelf": shelf, "name": "问候", "texts": {"zh-CN": "{customer.name}您好，我是{agent.number}号"}})
}

#[tokio::test]
async fn c18_a_reply_is_filled_in_for_a_ticket_and_counted() {
    let house = House::open().await;
    let ticket = ticket_in(&house).await;
    let agent = house.program("1001").await;
    let read = agent.get(&ticket).await;
    let customer = send(
        &agent,
        "POST",
        "/v1/customers",
        "",
        json!({"name": "王芳", "locale": "en-GB"}),
    )
    .await;
    let customer = customer.json()["customer"]["id"].clone();
    let named = send(
        &agent,
        "PATCH",
        &ticket,
        read.header("etag").unwrap(),
        json!({"customer": customer}),
    )
    .await;
    assert_eq!(named.status, 200, "{}", named.text());
    let texts = json!({
        "zh-CN": "{customer.name}：工单{ticket.number}，{{请回复}}",
        "en": "{customer.name}: {ticket.number}, {agent.name}, {ticket.group}",
    });
    let path = added(&agent, json!({"name": "进度", "texts": texts})).await;
    let id = ticket.rsplit('/').next().unwrap();
    let render = format!("{path}/render?ticket={id}");
    let told = send(&agent, "POST", &render, "", json!({})).await;
    assert_eq!(told.status, 200, "{}", told.text());
    let number = read.json()["number"].as_str().unwrap().to_owned();
    assert_eq!(
        told.json(),
        json!({"language": "en", "text": format!("王芳: {number}, 李雷, {{ticket.group}}"), "missing": ["ticket.group"]})
    );
    let told = send(
        &agent,
        "POST",
        &format!("{render}&language=zh-CN"),
        "",
        json!({}),
    )
    .await;
    assert_eq!(
        told.json()["text"],
        format!("王芳：工单{number}，{{请回复}}")
    );
    assert_eq!(agent.get(&path).await.json()["used"], 2);
    for (query, code) in [
        ("ticket=9", "no_such_ticket"),
        ("call=9", "no_such_call"),
        ("customer=9", "no_such_customer"),
    ] {
        let told = send(
            &agent,
            "POST",
            &format!("{path}/render?{query}"),
            "",
            json!({}),
        )
        .await;
        assert_eq!(told.problem(), code);
    }
    assert_eq!(
        agent.get(&path).await.json()["used"],
        2,
        "what was not filled in is not counted"
    );
}

#[tokio::test]
async fn c18_each_writes_on_his_own_shelf_and_supervisors_on_that_of_the_house() {
    let house = House::ruled().await;
    let (agent, colleague, lead) = (
        house.program("1001").await,
        house.program("1002").await,
        house.program("boss").await,
    );
    let own = added(&agent, wanted("personal")).await;
    let told = send(&agent, "POST", "/v1/replies", "", wanted("house")).await;
    assert_eq!(told.problem(), "forbidden");
    let shared = added(&lead, wanted("house")).await;
    assert_eq!(colleague.get(&own).await.problem(), "no_such_reply");
    assert_eq!(
        lead.get(&own).await.problem(),
        "no_such_reply",
        "what is personal stays so"
    );
    assert_eq!(colleague.get(&shared).await.status, 200);
    let listed = colleague.get("/v1/replies?filter[text]=wh").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let words = json!({"name": "问候", "texts": {"en": "Hello {customer.name}"}});
    let foreign = send(&colleague, "PUT", &shared, "\"1\"", words.clone()).await;
    assert_eq!(foreign.problem(), "forbidden");
    let changed = send(&lead, "PUT", &shared, "\"1\"", words.clone()).await;
    assert_eq!(
        (changed.status, changed.header("etag")),
        (200, Some("\"2\"")),
        "{}",
        changed.text()
    );
    let late = send(&lead, "PUT", &shared, "\"1\"", words).await;
    assert_eq!(
        (late.problem(), &late.json()["current"]),
        ("version_conflict".to_owned(), &changed.json())
    );
    let gone = send(&agent, "DELETE", &own, "\"1\"", json!({})).await;
    assert_eq!(gone.status, 204, "{}", gone.text());
    assert_eq!(agent.get(&own).await.problem(), "no_such_reply");
    let group = json!({"shelf": "group", "group": "no such", "name": "a", "texts": {"en": "b"}});
    let told = send(&lead, "POST", "/v1/replies", "", group).await;
    assert_eq!(told.problem(), "ticket.no_such_group");
    let told = send(
        &agent,
        "POST",
        "/v1/replies",
        "",
        json!({"shelf": "group", "name": "a", "texts": {"en": "b"}}),
    )
    .await;
    assert_eq!(told.problem(), "invalid_body");
}

#[tokio::test]
async fn c18_a_slip_is_told_with_language_line_and_column() {
    let house = House::open().await;
    let agent = house.program("1001").await;
    for (texts, detail) in [
        (
            json!({"en": "Dear\n  {customer.nam}"}),
            "`en` line 2, column 3: there is no variable `{customer.nam}`",
        ),
        (json!({"zh-CN": "您好 {"}), "`zh-CN` 第 1 行第 4 列"),
        (json!({}), "a reply has a text"),
    ] {
        let told = send(
            &agent,
            "POST",
            "/v1/replies",
            "",
            json!({"name": "a", "texts": texts}),
        )
        .await;
        assert_eq!(told.problem(), "invalid_body");
        let told = told.json()["detail"].as_str().unwrap().to_owned();
        assert!(told.contains(detail), "{told}");
    }
    let list = agent.get("/v1/replies/variables").await.json();
    assert!(
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["name"] == "customer.name")
    );
    let odd = agent
        .get("/v1/replies?filter[shelf]=house&filter[group]=tech")
        .await;
    assert_eq!(odd.problem(), "malformed_parameter");
    assert_eq!(
        house.stranger().get("/v1/replies").await.problem(),
        "sign_in_needed"
    );
}
