//! J3: a request that comes again under its key is not done again, and gets the same answer.

use std::collections::BTreeSet;

use serde_json::json;
use store::KeyedRequest;

use crate::support::House;
use crate::support::client::{Answer, Client};

const PATH: &str = "/v1/webhooks";
const BODY: &str = r#"{"url":"https://crm.example/told"}"#;

async fn post(client: &Client, key: &str, body: &str) -> Answer {
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", key),
    ];
    client.send("POST", PATH, &headers, body.as_bytes()).await
}

async fn webhooks(house: &House) -> usize {
    house.database.webhooks().await.unwrap().len()
}

/// The request as the layer knows it.
fn keyed(house: &House, login: &str, key: &str, run: &str) -> KeyedRequest {
    let principal = format!("agent {}", house.id(login));
    let parts = ["POST", PATH, "", "{Admin}", BODY].map(str::as_bytes);
    KeyedRequest::new(principal, key.to_owned(), run.to_owned(), parts)
}

#[tokio::test]
async fn j3_the_same_again_is_answered_the_same_and_not_done_again() {
    let house = House::open().await;
    let admin = house.signed_in("root").await;
    let first = post(&admin, "k1", BODY).await;
    assert_eq!(
        (first.status, first.header("idempotency-replayed")),
        (201, None)
    );
    let again = post(&admin, "\"k1\"", BODY).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let mut shown = first.json();
    let secret = shown.as_object_mut().unwrap().remove("secret").unwrap();
    assert_eq!(
        (again.status, again.json()),
        (201, shown),
        "a secret is shown once"
    );
    assert!(!again.text().contains(secret.as_str().unwrap()));
    let trial = format!("{PATH}/{}/test", first.json()["id"].as_str().unwrap());
    let keyed = [("idempotency-key", "k2")];
    let tried = admin.send("POST", &trial, &keyed, b"").await;
    let tried_again = admin.send("POST", &trial, &keyed, b"").await;
    assert_eq!(
        (tried_again.status, &tried_again.body),
        (202, &tried.body),
        "byte by byte"
    );
    for header in [
        "content-type",
        "etag",
        "x-content-type-options",
        "cache-control",
    ] {
        assert_eq!(again.header(header), first.header(header), "{header}");
    }
    assert_eq!(webhooks(&house).await, 1);
    let without = admin.json("POST", PATH, BODY).await;
    assert_eq!((without.status, webhooks(&house).await), (201, 2));
}

#[tokio::test]
async fn j3_a_key_is_for_one_request_of_one_principal() {
    let house = House::open().await;
    let admin = house.signed_in("root").await;
    post(&admin, "k1", BODY).await;
    let other = post(&admin, "k1", r#"{"url":"https://other.example/"}"#).await;
    assert_eq!(
        (other.status, other.problem().as_str()),
        (422, "idempotency_key_reused")
    );
    let chinese = [("idempotency-key", "k1"), ("accept-language", "zh-CN")];
    let told = admin
        .send("POST", "/v1/webhooks/5/test", &chinese, b"")
        .await;
    assert_eq!(told.json()["title"], "该幂等键已用于其他请求");
    let lead = house.signed_in("boss").await;
    assert_eq!(
        post(&lead, "k1", BODY).await.problem(),
        "forbidden",
        "his own key"
    );
    assert_eq!(
        post(&house.stranger(), "k1", BODY).await.problem(),
        "sign_in_needed"
    );
    for wrong in ["", "\"\"", &"k".repeat(256)] {
        assert_eq!(
            post(&admin, wrong, BODY).await.problem(),
            "malformed_parameter"
        );
    }
}

#[tokio::test]
async fn j3_what_is_wrong_is_answered_the_same_too_and_what_was_not_judged_is_not_kept() {
    let house = House::open().await;
    let admin = house.signed_in("root").await;
    let wrong = r#"{"url":"http://crm.example/"}"#;
    let first = post(&admin, "k1", wrong).await;
    let again = post(&admin, "k1", wrong).await;
    assert_eq!(
        (again.problem(), &again.body),
        ("invalid_body".to_owned(), &first.body)
    );
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    // Whoever is refused may get the right, and then it is done.
    let lead = house.signed_in("boss").await;
    for _ in 0..2 {
        let refused = post(&lead, "k2", BODY).await;
        assert_eq!(
            (
                refused.problem().as_str(),
                refused.header("idempotency-replayed")
            ),
            ("forbidden", None)
        );
    }
}

#[tokio::test]
async fn j3_after_a_crash_nobody_guesses() {
    let house = House::open().await;
    let admin = house.signed_in("root").await;
    let run = house.hub.run().to_owned();
    let at = web::auth::principal::now();
    for (key, run) in [("here", run.as_str()), ("gone", "of a former process")] {
        let request = keyed(&house, "root", key, run);
        house.database.claim_key(request, at).await.unwrap();
    }
    // One that this process began and does not do any more is as unknown as one of a process that is gone.
    for key in ["here", "gone"] {
        let unknown = post(&admin, key, BODY).await;
        assert_eq!(
            (unknown.status, unknown.problem().as_str()),
            (409, "idempotency_outcome_unknown")
        );
    }
    assert_eq!(webhooks(&house).await, 0);
}

#[tokio::test]
async fn j3_a_version_is_part_of_a_request_and_one_that_stood_no_more_may_be_mended_under_its_key()
{
    let house = House::open().await;
    let admin = house.signed_in("root").await;
    let post = async |version: &str| {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", "k1"),
            ("if-match", version),
        ];
        admin.send("POST", PATH, &headers, BODY.as_bytes()).await
    };
    assert_eq!(post("\"3\"").await.status, 201);
    assert_eq!(post("\"4\"").await.problem(), "idempotency_key_reused");
    assert_eq!(
        post("\"3\"").await.header("idempotency-replayed"),
        Some("true")
    );
}

#[tokio::test]
async fn j3_what_is_perhaps_done_is_not_done_again() {
    let (commands, engine) = web::CommandSender::channel(1);
    drop(engine);
    let house = House::lent(web::HubSettings::default(), |deps| web::Deps {
        commands,
        ..deps
    })
    .await;
    let admin = house.signed_in("root").await;
    let keyed = [("idempotency-key", "k1")];
    let first = admin.send("POST", "/v1/calls/5/hangup", &keyed, b"").await;
    let again = admin.send("POST", "/v1/calls/5/hangup", &keyed, b"").await;
    assert_eq!(
        (first.problem().as_str(), again.problem().as_str()),
        ("engine_silent", "idempotency_outcome_unknown")
    );
}

#[tokio::test]
async fn j3_of_many_at_once_one_is_done() {
    let house = House::open().await;
    let admin = house.program("root").await;
    let asked = (0..12).map(|_| {
        let admin = admin.clone();
        tokio::spawn(async move { post(&admin, "k1", BODY).await })
    });
    let asked: Vec<_> = asked.collect();
    let mut bodies = BTreeSet::new();
    for answer in asked {
        let answer = answer.await.unwrap();
        match answer.status {
            201 => {
                bodies.insert(answer.json()["id"].to_string());
            }
            409 => assert_eq!(answer.problem(), "idempotency_in_flight"),
            other => panic!("{other}: {}", answer.text()),
        }
    }
    assert_eq!((bodies.len(), webhooks(&house).await), (1, 1));
}

#[tokio::test]
async fn j3_a_client_that_hangs_up_leaves_nothing_half_done() {
    let house = House::open().await;
    let admin = house.program("root").await;
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", "k1"),
    ];
    drop(admin.begin("POST", PATH, &headers, BODY.as_bytes()).await);
    let mut answer = post(&admin, "k1", BODY).await;
    while answer.status == 409 {
        tokio::task::yield_now().await;
        answer = post(&admin, "k1", BODY).await;
    }
    assert_eq!((answer.status, webhooks(&house).await), (201, 1));
    let made = answer.json();
    let listed = admin.get(PATH).await.json();
    assert_eq!(listed["items"][0]["id"], made["id"]);
    assert_eq!(json!(listed["items"].as_array().unwrap().len()), 1);
}
