//! Signing in and out, and what keeps strangers and foreign pages out (S19, G8, G9).

use model::Timestamp;

use crate::support::{CANARY, House, PASSWORD};

#[tokio::test]
async fn signing_in_gives_a_strict_cookie_and_a_csrf_token() {
    let house = House::open().await;
    let mut client = house.stranger();
    assert_eq!(client.get("/v1/session").await.problem(), "sign_in_needed");
    let answer = client.sign_in("1001", PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let cookie = answer.header("set-cookie").unwrap();
    for part in [
        "trunkline_session=",
        "HttpOnly",
        "SameSite=Strict",
        "Path=/",
        "Max-Age=",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let session = client.get("/v1/session").await.json();
    assert_eq!(
        (&session["login"], &session["name"]),
        (&"1001".into(), &"李雷".into())
    );
    assert_eq!(session["csrf"], client.csrf.clone().unwrap());
    assert_eq!(session["roles"], serde_json::json!(["agent"]));
    assert!(session["agent"].is_string(), "ids are strings");

    let out = client.send("DELETE", "/v1/session", &[], b"").await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(
        client.get("/v1/session").await.status,
        401,
        "the token is dead"
    );
}

#[tokio::test]
async fn advisory_17_a_wrong_password_and_an_unknown_login_get_the_same_answer() {
    let house = House::open().await;
    let mut client = house.stranger();
    let wrong = client.sign_in("1001", "wrong").await;
    let unknown = client.sign_in("nobody", "wrong").await;
    let long = client.sign_in("1001", &"x".repeat(100_000)).await;
    assert_eq!(wrong.problem(), "wrong_credentials");
    assert_eq!((wrong.status, &wrong.body), (unknown.status, &unknown.body));
    assert_eq!((wrong.status, &wrong.body), (long.status, &long.body));
    let names = |answer: &crate::support::client::Answer| {
        let names = answer.headers.iter().map(|(name, _)| name.clone());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(&wrong), names(&unknown));
}

#[tokio::test]
async fn g9_the_eleventh_try_within_a_minute_waits_even_with_the_right_password() {
    let house = House::open().await;
    let mut client = house.stranger();
    for account in ["1001", "nobody"] {
        for _ in 0..10 {
            assert_eq!(client.sign_in(account, "wrong").await.status, 401);
        }
        let refused = client.sign_in(account, PASSWORD).await;
        assert_eq!(refused.problem(), "too_many_tries", "{account}");
        let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=61).contains(&wait));
    }
    assert_eq!(
        client.sign_in("1002", PASSWORD).await.status,
        200,
        "others are not touched"
    );
}

#[tokio::test]
async fn s19_a_change_by_cookie_needs_the_token_and_our_own_page() {
    let house = House::open().await;
    let client = house.signed_in("1001").await;
    let own = format!("http://{}", house.address);
    let body = br#"{"state":"ready"}"#;
    let json = ("content-type", "application/json");
    let token = client.csrf.clone().unwrap();
    for (headers, expected) in [
        (vec![json], Ok(())),
        (vec![json, ("origin", own.as_str())], Ok(())),
        (vec![json, ("x-csrf-token", "")], Err("csrf_token")),
        (vec![json, ("x-csrf-token", "wrong")], Err("csrf_token")),
        (
            vec![json, ("origin", "http://evil.example")],
            Err("foreign_origin"),
        ),
        (vec![json, ("origin", "null")], Err("foreign_origin")),
        (
            vec![json, ("sec-fetch-site", "cross-site")],
            Err("foreign_origin"),
        ),
        (
            vec![json, ("sec-fetch-site", "same-site")],
            Err("foreign_origin"),
        ),
    ] {
        let answer = client
            .send("PUT", "/v1/agents/me/state", &headers, body)
            .await;
        match expected {
            Ok(()) => assert_eq!(answer.status, 204, "{headers:?}"),
            Err(code) => assert_eq!(answer.problem(), code, "{headers:?}"),
        }
    }
    let mut other = house.signed_in("1002").await;
    other.csrf = Some(token);
    let foreign = other
        .json("PUT", "/v1/agents/me/state", r#"{"state":"ready"}"#)
        .await;
    assert_eq!(foreign.problem(), "csrf_token", "another session's token");
    let headers = [json, ("origin", "http://evil.example")];
    let forced = house
        .stranger()
        .send(
            "POST",
            "/v1/session",
            &headers,
            b"{\"login\":\"1001\",\"password\":\"x\"}",
        )
        .await;
    assert_eq!(
        forced.problem(),
        "foreign_origin",
        "nobody is signed in from elsewhere"
    );
}

#[tokio::test]
async fn a_bearer_token_needs_no_csrf_token_and_a_wrong_one_opens_nothing() {
    let house = House::open().await;
    let program = house.program("1002").await;
    let session = program.get("/v1/session").await.json();
    assert_eq!(
        (&session["name"], &session["csrf"]),
        (&CANARY.into(), &serde_json::Value::Null)
    );
    assert_eq!(
        program
            .json("PUT", "/v1/agents/me/state", r#"{"state":"ready"}"#)
            .await
            .status,
        204
    );
    let mut wrong = house.stranger();
    wrong.token = Some("guess".to_owned());
    assert_eq!(wrong.get("/v1/session").await.status, 401);
    // A wrong bearer token is not saved by a good cookie.
    let mut both = house.signed_in("1001").await;
    both.token = Some("guess".to_owned());
    assert_eq!(both.get("/v1/session").await.status, 401);
}

#[tokio::test]
async fn sessions_that_ended_are_removed_while_the_server_answers() {
    let house = House::open().await;
    let at = Timestamp::from_ms;
    let ended = store::NewApiToken {
        name: "ended long ago".to_owned(),
        agent: house.id("1001"),
        scopes: store::Scopes::All,
        expires_at: Some(at(2)),
    };
    let ended = house
        .database
        .create_api_token(ended, ticket::Actor::System, at(1));
    ended.await.unwrap();
    let again = house.serve_again().await;
    let removed = async {
        while !house.database.api_tokens().await.unwrap().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    let patience = std::time::Duration::from_secs(10);
    let removed = tokio::time::timeout(patience, removed).await;
    assert!(removed.is_ok(), "it is done at once, and then each hour");
    again.abort();
}
