//! Errors: problem+json everywhere, with stable codes and titles in two languages, and strict headers on every answer.

use std::path::Path;

use web::locale::Locale;
use web::problem::Code;

use crate::support::House;

/// Method, path, headers, body; status and code.
type Case<'a> = (
    &'a str,
    &'a str,
    &'a [(&'a str, &'a str)],
    &'a [u8],
    u16,
    &'a str,
);

#[tokio::test]
async fn whatever_goes_wrong_is_a_problem_with_a_code() {
    let house = House::open().await;
    let client = house.program("root").await;
    let json = ("content-type", "application/json");
    let large = vec![b' '; 1024 * 1024 + 1];
    let state = "/v1/agents/me/state";
    let cases: &[Case<'_>] = &[
        ("GET", "/nowhere", &[], b"", 404, "not_found"),
        ("GET", "/v1/", &[], b"", 404, "not_found"),
        (
            "GET",
            "/v1/%3Cscript%3Ealert(1)%3C/script%3E",
            &[],
            b"",
            404,
            "not_found",
        ),
        ("DELETE", "/v1/agents", &[], b"", 405, "method_not_allowed"),
        ("POST", "/", &[], b"", 405, "method_not_allowed"),
        ("GET", "/v1/agents/x", &[], b"", 400, "malformed_parameter"),
        ("GET", "/v1/agents/12345", &[], b"", 404, "no_such_agent"),
        (
            "GET",
            "/v1/agents?limit=201",
            &[],
            b"",
            400,
            "malformed_parameter",
        ),
        (
            "GET",
            "/v1/agents?limit=0",
            &[],
            b"",
            400,
            "malformed_parameter",
        ),
        (
            "GET",
            "/v1/agents?color=red",
            &[],
            b"",
            400,
            "malformed_parameter",
        ),
        ("GET", "/v1/calls/77", &[], b"", 404, "no_such_call"),
        (
            "GET",
            "/v1/calls/77/recording",
            &[],
            b"",
            404,
            "no_such_call",
        ),
        (
            "GET",
            "/v1/calls?filter[result]=lost",
            &[],
            b"",
            400,
            "malformed_parameter",
        ),
        ("GET", "/v1/tickets/77", &[], b"", 404, "no_such_ticket"),
        ("PUT", state, &[json], b"{\"state\":", 400, "malformed_body"),
        ("PUT", state, &[json], b"\xff\xfe", 400, "malformed_body"),
        // PostgreSQL keeps no U+0000: it is refused on either database.
        (
            "PUT",
            state,
            &[json],
            br#"{"state":"a\u0000"}"#,
            400,
            "malformed_body",
        ),
        (
            "GET",
            "/v1/calls?filter[number]=%00",
            &[],
            b"",
            400,
            "malformed_parameter",
        ),
        ("PUT", state, &[], b"{}", 415, "wrong_media_type"),
        ("PUT", state, &[json], b"{}", 422, "invalid_body"),
        (
            "PUT",
            state,
            &[json],
            b"{\"state\":\"talking\"}",
            422,
            "invalid_body",
        ),
        (
            "PUT",
            state,
            &[json],
            b"{\"state\":\"ready\",\"color\":1}",
            422,
            "invalid_body",
        ),
        (
            "PUT",
            state,
            &[json],
            b"{\"state\":\"ready\",\"reason\":\"x\"}",
            422,
            "invalid_body",
        ),
        (
            "PUT",
            state,
            &[json],
            b"{\"state\":\"not_ready\"}",
            422,
            "invalid_body",
        ),
        (
            "PUT",
            state,
            &[json],
            b"{\"state\":\"not_ready\",\"reason\":\" \"}",
            422,
            "invalid_body",
        ),
        (
            "PUT",
            state,
            &[json],
            b"{\"state\":\"not_ready\",\"reason\":\"a\\u0007\"}",
            422,
            "invalid_body",
        ),
        ("PUT", state, &[json], &large, 413, "body_too_large"),
    ];
    for (method, path, headers, body, status, code) in cases {
        let answer = client.send(method, path, headers, body).await;
        assert_eq!(answer.status, *status, "{method} {path}: {}", answer.text());
        assert_eq!(answer.problem(), *code, "{method} {path}");
        assert!(!answer.json()["title"].as_str().unwrap().contains("script"));
    }
    let wrong_method = client.send("DELETE", "/v1/agents", &[], b"").await;
    assert!(wrong_method.header("allow").unwrap().contains("GET"));
    assert_eq!(
        house.last_command(),
        None,
        "nothing of that reached the engine"
    );
}

#[tokio::test]
async fn titles_are_in_the_readers_language_and_codes_are_not() {
    let house = House::open().await;
    let client = house.stranger();
    for (accept, language, title) in [
        ("zh-CN,en;q=0.5", "zh-CN", "请先登录"),
        ("en-US", "en", "Please sign in"),
        ("fr", "en", "Please sign in"),
    ] {
        let answer = client
            .send("GET", "/v1/session", &[("accept-language", accept)], b"")
            .await;
        assert_eq!(answer.problem(), "sign_in_needed");
        assert_eq!(answer.json()["title"], title);
        assert_eq!(answer.header("content-language"), Some(language));
        assert!(answer.header("www-authenticate").is_some());
    }
}

#[tokio::test]
async fn s19_every_answer_keeps_browsers_strict() {
    let house = House::open().await;
    let client = house.signed_in("1001").await;
    for path in [
        "/",
        "/assets/app.js",
        "/assets/app.css",
        "/v1/agents",
        "/nowhere",
        "/healthz",
        "/openapi.json",
    ] {
        let answer = client.get(path).await;
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{path}"
        );
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        assert_eq!(
            answer.header("referrer-policy"),
            Some("same-origin"),
            "{path}"
        );
        assert!(answer.header("cache-control").is_some(), "{path}");
    }
}

#[tokio::test]
async fn s19_a_name_that_was_pointed_at_this_machine_is_refused() {
    let house = House::open().await;
    let client = house.program("root").await;
    for (host, status) in [
        ("localhost:80", 200),
        ("127.0.0.1", 200),
        ("[::1]:8080", 200),
        ("evil.example", 421),
        ("localhost.evil.example:8080", 421),
    ] {
        for path in ["/", "/v1/session", "/healthz", "/assets/app.js"] {
            let answer = client.send("GET", path, &[("Host", host)], b"").await;
            assert_eq!(answer.status, status, "{host} {path}");
            if status == 421 {
                assert_eq!(answer.problem(), "wrong_host");
                assert!(answer.header("content-security-policy").is_some());
            }
        }
    }
    let two = [("Host", "localhost"), ("Host", "evil.example")];
    assert_eq!(client.send("GET", "/", &two, b"").await.status, 421);
}

/// The table of docs/api.md is that of the codes.
#[test]
fn the_page_has_all_codes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, _) = page.split_once("-->\n").expect("the mark of the table");
    let mut codes = Code::ALL.to_vec();
    codes.sort_by_key(|code| (code.status().as_u16(), code.word()));
    let rows = codes.iter().map(|code| {
        let (english, chinese) = (code.title(Locale::English), code.title(Locale::Chinese));
        format!(
            "| {} | `{}` | {english} | {chinese} |\n",
            code.status().as_u16(),
            code.word()
        )
    });
    let table: String = rows.collect();
    let made = format!("{before}-->\n\n| Status | `code` | | |\n|---|---|---|---|\n{table}");
    if std::env::var_os("UPDATE_API_CODES").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(
        committed == made,
        "docs/api.md is stale; write it anew with: UPDATE_API_CODES=1 cargo test -p web --test web codes"
    );
}

#[tokio::test]
async fn an_unknown_parameter_of_a_query_is_refused_wherever_it_stands() {
    let house = House::open().await;
    let admin = house.program("root").await;
    for (method, path, known) in [
        ("GET", "/v1/webhooks?enabled=true", "takes none"),
        ("GET", "/v1/tickets?filter%5Bstat%5D=new", "filter[state]"),
        ("GET", "/v1/tickets/5?x", "takes none"),
        ("POST", "/v1/webhooks/5/test?dry=1", "takes none"),
    ] {
        let refused = admin.send(method, path, &[], b"").await;
        assert_eq!(refused.problem(), "malformed_parameter", "{path}");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(known), "{detail}");
    }
    let found = admin.get("/v1/tickets?filter%5Bstate%5D=new&limit=1").await;
    assert_eq!(found.status, 200, "{}", found.text());
    let missing = admin.get("/v1/nothing?x=1").await;
    assert_eq!(missing.problem(), "not_found");
}
