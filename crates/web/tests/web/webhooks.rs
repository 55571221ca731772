//! Webhooks by the API (J5): admins make, change, try and remove them; a secret is shown once.

use serde_json::{Value, json};

use crate::support::House;

const PATH: &str = "/v1/webhooks";

fn wanted(more: &[(&str, Value)]) -> String {
    let mut wanted = json!({ "url": "https://crm.example/told" });
    for (key, value) in more {
        wanted[*key] = value.clone();
    }
    wanted.to_string()
}

#[tokio::test]
async fn j5_an_admin_makes_a_webhook_and_sees_its_secret_once() {
    let house = House::open().await;
    let admin = house.signed_in("root").await;
    let topics = json!(["call.*", "ticket.created"]);
    let made = admin
        .json("POST", PATH, &wanted(&[("topics", topics.clone())]))
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let etag = made.header("etag").unwrap().to_owned();
    let made = made.json();
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(
        (&made["format"], &made["enabled"]),
        (&json!("native"), &json!(true))
    );
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let read = admin.get(&path).await;
    assert_eq!(read.header("etag"), Some(etag.as_str()));
    assert_eq!(
        (&read.json()["topics"], &read.json()["secret"]),
        (&topics, &Value::Null),
        "S22"
    );
    let list = admin.get(PATH).await.json();
    assert_eq!(list["items"], json!([read.json()]));

    let renewed = admin
        .json("POST", &format!("{path}/secret"), "")
        .await
        .json();
    assert_ne!(renewed["secret"], made["secret"]);
    assert!(renewed["former_secret_until"].is_string());

    let on = wanted(&[]);
    let matched = |etag| [("content-type", "application/json"), ("if-match", etag)];
    let late = admin
        .send("PUT", &path, &matched(&etag), on.as_bytes())
        .await;
    assert_eq!(
        (late.status, late.problem().as_str()),
        (412, "version_conflict")
    );
    let etag = late.header("etag").unwrap();
    let off = wanted(&[("enabled", json!(false))]);
    let changed = admin
        .send("PUT", &path, &matched(etag), off.as_bytes())
        .await;
    assert_eq!(changed.json()["enabled"], false);
    assert_eq!(
        admin.json("PUT", &path, &off).await.problem(),
        "version_needed"
    );
    assert_eq!(admin.send("DELETE", &path, &[], b"").await.status, 204);
    assert_eq!(admin.get(&path).await.problem(), "no_such_webhook");
    assert_eq!(
        admin.send("DELETE", &path, &[], b"").await.problem(),
        "no_such_webhook"
    );
}

#[tokio::test]
async fn j5_what_cannot_be_told_is_refused_with_what_to_write() {
    let house = House::open().await;
    let admin = house.signed_in("root").await;
    for (more, why) in [
        (("url", json!("http://crm.example/")), "https://"),
        (("topics", json!(["call.endet"])), "call.ended"),
        (("topics", json!([])), "1 to 100"),
        (("format", json!("freshdesk")), "`zammad`"),
        (("secret", json!("mine")), "unknown field"),
    ] {
        let refused = admin.json("POST", PATH, &wanted(&[more])).await;
        assert_eq!(refused.problem(), "invalid_body");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(why), "{detail}");
    }
    let zammad = [("format", json!("zammad")), ("topics", json!(["call.*"]))];
    let refused = admin.json("POST", PATH, &wanted(&zammad)).await;
    assert_eq!(refused.problem(), "invalid_body");
}

#[tokio::test]
async fn s22_zammads_token_is_not_shown_and_a_webhook_as_it_was_shown_keeps_it() {
    let house = House::open().await;
    let admin = house.signed_in("root").await;
    let url = "https://desk.example/api/v1/cti/T0k";
    let zammad = wanted(&[("format", json!("zammad")), ("url", json!(url))]);
    let made = admin.json("POST", PATH, &zammad).await;
    let shown = json!("https://desk.example/api/v1/cti/***");
    assert_eq!(made.json()["url"], shown);
    let path = format!("{PATH}/{}", made.json()["id"].as_str().unwrap());
    let put = async |version: &str, body: String| {
        let headers = [("content-type", "application/json"), ("if-match", version)];
        admin.send("PUT", &path, &headers, body.as_bytes()).await
    };
    let off = [
        ("format", json!("zammad")),
        ("url", shown.clone()),
        ("enabled", json!(false)),
    ];
    let changed = put("\"1\"", wanted(&off)).await;
    assert_eq!((changed.status, &changed.json()["url"]), (200, &shown));
    let stands = house.database.webhooks().await.unwrap();
    assert_eq!(stands[0].wanted.url, url);
    // In the other format the URL would be shown whole.
    for format in ["native", "zammad"] {
        let other = json!("https://desk.example/***");
        let body = wanted(&[("format", json!(format)), ("url", other)]);
        assert_eq!(put("\"2\"", body).await.problem(), "invalid_body");
    }
    let native = put("\"2\"", wanted(&[("url", shown)])).await;
    assert_eq!(native.problem(), "invalid_body");
    assert!(!admin.get(PATH).await.text().contains("T0k"));
}

#[tokio::test]
async fn j5_a_trial_stands_in_the_log_and_can_be_sent_again() {
    let house = House::open().await;
    let admin = house.signed_in("root").await;
    let zammad = wanted(&[("format", json!("zammad"))]);
    let made = admin.json("POST", PATH, &zammad).await.json();
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let tried = admin.json("POST", &format!("{path}/test"), "").await;
    assert_eq!(tried.status, 202);
    let queued = tried.json()["deliveries"].as_array().unwrap().clone();
    let log = admin
        .get(&format!("{path}/deliveries?filter[state]=pending&limit=1"))
        .await
        .json();
    assert_eq!(
        (&log["items"][0]["type"], &log["items"][0]["state"]),
        (&json!("hangup"), &json!("pending"))
    );
    let next = log["next"].as_str().unwrap();
    let older = admin
        .get(&format!("{path}/deliveries?after={next}"))
        .await
        .json();
    assert_eq!(
        (&older["items"][0]["id"], &older["next"]),
        (&queued[0], &Value::Null)
    );
    let one = format!("{path}/deliveries/{}", queued[0].as_str().unwrap());
    let read = admin.get(&one).await.json();
    assert_eq!(read["body"]["event"], "newCall");
    let again = admin.json("POST", &format!("{one}/resend"), "").await;
    assert_eq!(
        (again.status, &again.json()["deliveries"][0]),
        (202, &queued[0])
    );
    for (answer, problem) in [
        (
            admin.get(&format!("{path}/deliveries/5")).await,
            "no_such_delivery",
        ),
        (
            admin
                .json("POST", &format!("{path}/deliveries/5/resend"), "")
                .await,
            "no_such_delivery",
        ),
        (
            admin.get(&format!("{PATH}/5/deliveries")).await,
            "no_such_webhook",
        ),
        (
            admin
                .get(&format!("{path}/deliveries?filter[state]=lost"))
                .await,
            "malformed_parameter",
        ),
    ] {
        assert_eq!(answer.problem(), problem);
    }
}

#[tokio::test]
async fn s19_nobody_but_an_admin_has_facts_sent_anywhere() {
    let house = House::open().await;
    for login in ["1001", "boss"] {
        let person = house.signed_in(login).await;
        for (method, path) in [
            ("GET", "/v1/webhooks"),
            ("POST", "/v1/webhooks"),
            ("GET", "/v1/webhooks/5"),
            ("PUT", "/v1/webhooks/5"),
            ("DELETE", "/v1/webhooks/5"),
            ("POST", "/v1/webhooks/5/secret"),
            ("POST", "/v1/webhooks/5/test"),
            ("GET", "/v1/webhooks/5/deliveries"),
            ("GET", "/v1/webhooks/5/deliveries/6"),
            ("POST", "/v1/webhooks/5/deliveries/6/resend"),
        ] {
            let body = wanted(&[]);
            let refused = person.json(method, path, &body).await;
            assert_eq!(refused.problem(), "forbidden", "{login} {method} {path}");
        }
    }
}
