//! Articles by the API: from draft to publication by four eyes, found by colleagues, made of a ticket without its caller.

use serde_json::{Value, json};

use crate::support::House;
use crate::support::client::{Answer, Client};
use crate::tickets::ticket_in;

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

async fn send(client: &Client, method: &str, path: &str, body: Value) -> Answer {
    client
        .send(method, path, &JSON, body.to_string().as_bytes())
        .await
}

/// The same by the version that was read.
async fn with(client: &Client, method: &str, path: &str, version: &str, body: Value) -> Answer {
    let headers = [("content-type", "application/json"), ("if-match", version)];
    client
        .send(method, path, &headers, body.to_string().as_bytes())
        .await
}

fn words(title: &str) -> Value {
    json!({"texts": {"zh-CN": {"title": title, "body": "重启光猫。"}}})
}

/// A draft of agent 1001; gives its path.
async fn draft(client: &Client, title: &str) -> String {
    let begun = send(client, "POST", "/v1/articles", words(title)).await;
    assert_eq!(
        (begun.status, begun.header("etag")),
        (201, Some("\"1\"")),
        "{}",
        begun.text()
    );
    format!("/v1/articles/{}", begun.json()["id"].as_str().unwrap())
}

async fn published(house: &House, title: &str) -> String {
    let (writer, lead) = (house.program("1001").await, house.program("boss").await);
    let path = draft(&writer, title).await;
    let steps = format!("{path}/steps");
    for (client, version, step) in [(&writer, "\"1\"", "submit"), (&lead, "\"2\"", "publish")] {
        let told = with(client, "POST", &steps, version, json!({"step": step})).await;
        assert_eq!(told.status, 200, "{}", told.text());
    }
    path
}

#[tokio::test]
async fn e7_an_article_is_written_by_one_and_published_by_another() {
    let house = House::open().await;
    let (writer, colleague, lead) = (
        house.program("1001").await,
        house.program("1002").await,
        house.program("boss").await,
    );
    let path = draft(&writer, "光猫红灯").await;
    assert_eq!(colleague.get(&path).await.problem(), "no_such_article");
    let steps = format!("{path}/steps");
    for (client, version, body, code) in [
        (
            &writer,
            "\"1\"",
            json!({"step": "publish"}),
            "article.not_allowed",
        ),
        (
            &writer,
            "\"9\"",
            json!({"step": "submit"}),
            "version_conflict",
        ),
        (&writer, "\"1\"", json!({"step": "print"}), "invalid_body"),
        (
            &colleague,
            "\"1\"",
            json!({"step": "submit"}),
            "no_such_article",
        ),
    ] {
        let told = with(client, "POST", &steps, version, body.clone()).await;
        assert_eq!(told.problem(), code, "{body}");
    }
    let unversioned = send(&writer, "POST", &steps, json!({"step": "submit"})).await;
    assert_eq!(unversioned.problem(), "version_needed");
    let submitted = with(&writer, "POST", &steps, "\"1\"", json!({"step": "submit"})).await;
    assert_eq!(submitted.json()["newest"]["status"], "review");
    let own = with(&writer, "POST", &steps, "\"2\"", json!({"step": "publish"})).await;
    assert_eq!(own.problem(), "article.not_yours");
    let silent = with(&lead, "POST", &steps, "\"2\"", json!({"step": "return"})).await;
    assert_eq!(silent.problem(), "invalid_body");
    let back = with(
        &lead,
        "POST",
        &steps,
        "\"2\"",
        json!({"step": "return", "note": "哪一种光猫？"}),
    )
    .await;
    assert_eq!(back.json()["newest"]["note"], "哪一种光猫？");
    let written = with(&lead, "PUT", &path, "\"3\"", words("华为光猫红灯")).await;
    assert_eq!(written.status, 200, "{}", written.text());
    with(&writer, "POST", &steps, "\"4\"", json!({"step": "submit"})).await;
    let told = with(&lead, "POST", &steps, "\"5\"", json!({"step": "publish"})).await;
    assert_eq!(told.problem(), "article.four_eyes", "he wrote on it");
    let admin = house.program("root").await;
    let done = with(&admin, "POST", &steps, "\"5\"", json!({"step": "publish"})).await;
    assert_eq!(
        done.json()["live"]["reviewer"],
        house.id("root").to_string()
    );
    let read = colleague.get(&path).await.json();
    assert_eq!(read["live"]["texts"]["zh-CN"]["title"], "华为光猫红灯");
    let found = colleague.get("/v1/articles?filter[text]=hwgm").await.json();
    assert_eq!(found["items"][0]["id"], read["id"]);
    let late = with(&writer, "PUT", &path, "\"6\"", words("x")).await;
    assert_eq!(late.problem(), "article.not_allowed");
}

#[tokio::test]
async fn e7_what_cannot_stand_is_a_problem_with_a_code() {
    let house = House::ruled().await;
    let agent = house.program("1001").await;
    let text = json!({"zh-CN": {"title": "a", "body": "b"}});
    for (body, code) in [
        (json!({"texts": {}}), "invalid_body"),
        (
            json!({"texts": {"fr": {"title": "a", "body": "b"}}}),
            "invalid_body",
        ),
        (
            json!({"texts": {"en": {"title": "", "body": "b"}}}),
            "invalid_body",
        ),
        (json!({"texts": text, "colour": 1}), "invalid_body"),
        (
            json!({"texts": text, "visibility": "secret"}),
            "invalid_body",
        ),
        (
            json!({"texts": text, "category": "no such"}),
            "invalid_body",
        ),
        (json!({"texts": text, "clip": 9999}), "no_clip"),
    ] {
        let told = send(&agent, "POST", "/v1/articles", body.clone()).await;
        assert_eq!(told.problem(), code, "{body}: {}", told.text());
    }
    let reads = house.program_with("boss", &["knowledge:read"]).await;
    assert_eq!(reads.get("/v1/articles").await.status, 200);
    let told = send(&reads, "POST", "/v1/articles", json!({"texts": text})).await;
    assert_eq!(told.problem(), "token_scope");
    assert_eq!(
        house.stranger().get("/v1/articles").await.problem(),
        "sign_in_needed"
    );
    for path in [
        "/v1/articles?filter[status]=odd",
        "/v1/articles?filter[language]=fr",
    ] {
        assert_eq!(
            agent.get(path).await.problem(),
            "malformed_parameter",
            "{path}"
        );
    }
}

#[tokio::test]
async fn e7_a_ticket_becomes_an_article_without_its_caller() {
    let house = House::open().await;
    let ticket = ticket_in(&house).await;
    let agent = house.program("1001").await;
    let id = ticket.rsplit('/').next().unwrap();
    let read = agent.get(&ticket).await;
    let said = json!({"subject": "回电 13912345678", "body": "客户邮箱 a.b@example.com，宽带断线"});
    let corrected = with(&agent, "PATCH", &ticket, read.header("etag").unwrap(), said).await;
    assert_eq!(corrected.status, 200, "{}", corrected.text());
    let wanted = json!({"ticket": id, "language": "zh-CN"});
    let made = send(&agent, "POST", "/v1/articles/from-ticket", wanted).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let (article, words) = (
        &made["article"],
        &made["article"]["newest"]["texts"]["zh-CN"],
    );
    assert_eq!(
        (&words["title"], &words["body"], &article["source_ticket"]),
        (
            &json!("回电 〔号码〕"),
            &json!("客户邮箱 〔联系方式〕，宽带断线"),
            &json!(id)
        )
    );
    assert_eq!(
        made["replaced"],
        json!([
            {"kind": "number", "text": "13912345678", "by": "〔号码〕", "times": 1},
            {"kind": "contact", "text": "a.b@example.com", "by": "〔联系方式〕", "times": 1},
        ])
    );
    // A13: meanwhile few may read it.
    let boss = house.program("boss").await;
    let on = json!({"type": "set_sensitive", "data": {"on": true, "reason": "staff"}});
    let read = boss.get(&ticket).await;
    let etag = read.header("etag").unwrap();
    let set = with(&boss, "POST", &format!("{ticket}/events"), etag, on).await;
    assert_eq!(set.status, 200, "{}", set.text());
    let steps = format!("/v1/articles/{}/steps", article["id"].as_str().unwrap());
    let late = with(&agent, "POST", &steps, "\"1\"", json!({"step": "submit"})).await;
    assert_eq!(late.problem(), "ticket.sensitive");
    let none = json!({"ticket": "9", "language": "en"});
    let told = send(&agent, "POST", "/v1/articles/from-ticket", none).await;
    assert_eq!(told.problem(), "no_such_ticket");
}

#[tokio::test]
async fn e7_readers_say_of_what_use_it_was_and_tickets_name_it() {
    let house = House::open().await;
    let ticket = ticket_in(&house).await;
    let article = published(&house, "光猫红灯").await;
    let (one, other) = (house.program("1001").await, house.program("1002").await);
    for (client, useful) in [(&one, true), (&other, true), (&other, false)] {
        let told = send(
            client,
            "PUT",
            &format!("{article}/vote"),
            json!({"useful": useful}),
        )
        .await;
        assert_eq!(told.status, 204, "{}", told.text());
    }
    let id = article.rsplit('/').next().unwrap();
    let named = send(&one, "PUT", &format!("{ticket}/articles/{id}"), json!({})).await;
    assert_eq!(named.status, 204, "{}", named.text());
    let body = other.get(&article).await.json();
    assert_eq!(
        (&body["useful"], &body["useless"], &body["used"]),
        (&json!(1), &json!(1), &json!(1))
    );
    let of_ticket = one.get(&format!("{ticket}/articles")).await.json();
    assert_eq!(of_ticket["items"][0]["article"], id);
    let of_article = one.get(&format!("{article}/tickets")).await.json();
    assert_eq!(of_article["items"], of_ticket["items"]);
    let taken = send(
        &one,
        "DELETE",
        &format!("{ticket}/articles/{id}"),
        json!({}),
    )
    .await;
    assert_eq!(taken.status, 204, "{}", taken.text());
    let unknown = send(&one, "PUT", &format!("{ticket}/articles/9"), json!({})).await;
    assert_eq!(unknown.problem(), "no_such_article");
}
