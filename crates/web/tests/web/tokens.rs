//! Bearer tokens by the API (J1): admins make and take them back; the secret is shown once, scopes narrow, use is noted.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::House;

const PATH: &str = "/v1/tokens";

#[tokio::test]
async fn j1_an_admin_makes_a_token_that_opens_what_its_scopes_hold() {
    let house = House::open().await;
    let admin = house.signed_in("root").await;
    let wanted = json!({ "name": "crm/1 号", "scopes": ["queues:read"], "expires_at": "2099-01-01T00:00:00.000Z" });
    let made = admin.json("POST", PATH, &wanted.to_string()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    assert_eq!(made["scopes"], json!(["queues:read"]));
    assert_eq!(made["agent"], house.id("root").to_string());
    let mut program = house.stranger();
    program.token = Some(made["secret"].as_str().unwrap().to_owned());
    assert_eq!(program.get("/v1/queues").await.status, 200);
    for (path, code) in [("/v1/calls", "token_scope"), (PATH, "token_scope")] {
        let refused = program.get(path).await;
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (403, code),
            "{path}"
        );
    }
    let listed = admin.get(PATH).await;
    assert!(
        !listed.text().contains(made["secret"].as_str().unwrap()),
        "S22: shown once"
    );
    let row = &listed.json()["items"][0];
    assert_eq!(
        (&row["name"], &row["expires_at"]),
        (&wanted["name"], &wanted["expires_at"])
    );
    let one = format!("{PATH}/crm%2F1%20%E5%8F%B7");
    assert_eq!(admin.json("DELETE", &one, "").await.status, 204);
    assert_eq!(program.get("/v1/queues").await.problem(), "sign_in_needed");
    assert_eq!(
        admin.json("DELETE", &one, "").await.problem(),
        "no_such_token"
    );
}

#[tokio::test]
async fn j1_only_admins_and_nobody_gives_more_than_he_has() {
    let house = House::open().await;
    let wanted = |scopes: Value| json!({ "name": "bot", "scopes": scopes }).to_string();
    for login in ["1001", "boss"] {
        let who = house.signed_in(login).await;
        let refused = who.json("POST", PATH, &wanted(json!(["*"]))).await;
        assert_eq!(refused.problem(), "forbidden", "{login}");
        assert_eq!(who.get(PATH).await.problem(), "forbidden");
        assert_eq!(
            who.json("DELETE", "/v1/tokens/bot", "").await.problem(),
            "forbidden"
        );
    }
    let maker = house
        .program_with("root", &["tokens:write", "calls:read"])
        .await;
    for more in [json!(["*"]), json!(["calls:read", "calls:write"])] {
        let refused = maker.json("POST", PATH, &wanted(more)).await;
        assert_eq!(refused.problem(), "token_scope");
    }
    let made = maker
        .json("POST", PATH, &wanted(json!(["calls:read"])))
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let again = maker
        .json("POST", PATH, &wanted(json!(["calls:read"])))
        .await;
    assert_eq!(
        (again.status, again.problem().as_str()),
        (409, "token_name_taken")
    );
    // A token is never more than its agent: of an agent's rights a scope of admins opens nothing.
    let agents = house.program_with("1001", &["*"]).await;
    assert_eq!(agents.get(PATH).await.problem(), "forbidden");
}

#[tokio::test]
async fn j1_what_is_no_token_is_told() {
    let house = House::open().await;
    let admin = house.signed_in("root").await;
    for (wanted, status, words) in [
        (
            json!({ "name": "a", "scopes": ["calls:rea"] }),
            422,
            "`calls:rea`",
        ),
        (json!({ "name": "a", "scopes": [] }), 422, "scope"),
        (json!({ "name": "", "scopes": ["*"] }), 422, "name"),
        (
            json!({ "name": "a", "scopes": ["*"], "expires_at": "2020-01-01T00:00:00.000Z" }),
            422,
            "past",
        ),
        (
            json!({ "name": "a", "scopes": ["*"], "agent": "5" }),
            404,
            "",
        ),
        (
            json!({ "name": "a", "scopes": ["*"], "admin": true }),
            422,
            "admin",
        ),
        (json!({ "name": "a" }), 422, "scopes"),
    ] {
        let told = admin.json("POST", PATH, &wanted.to_string()).await;
        assert_eq!(told.status, status, "{wanted}: {}", told.text());
        assert!(told.text().contains(words), "{wanted}: {}", told.text());
    }
}

#[tokio::test]
async fn j3_a_token_that_is_made_again_under_its_key_shows_no_secret_and_scopes_belong_to_a_key() {
    let house = House::open().await;
    let admin = house.program("root").await;
    let body = json!({ "name": "bot", "scopes": ["calls:read"] }).to_string();
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", "k1"),
    ];
    let first = admin.send("POST", PATH, &headers, body.as_bytes()).await;
    let again = admin.send("POST", PATH, &headers, body.as_bytes()).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let mut shown = first.json();
    assert!(shown.as_object_mut().unwrap().remove("secret").is_some());
    assert_eq!((again.status, again.json()), (201, shown));
    // Of the same agent, but with less: it is not shown what others' requests were answered.
    let less = house.program_with("root", &["calls:read"]).await;
    let other = less.send("POST", PATH, &headers, body.as_bytes()).await;
    assert_eq!(other.problem(), "idempotency_key_reused");
}

#[tokio::test]
async fn j1_use_is_noted() {
    let house = House::open().await;
    let program = house.program("1001").await;
    for _ in 0..3 {
        assert_eq!(program.get("/v1/session").await.status, 200);
    }
    let noted = async {
        loop {
            let tokens = house.database.api_tokens().await.unwrap();
            if let Some(at) = tokens[0].last_used_at {
                return at;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let at = tokio::time::timeout(Duration::from_secs(10), noted)
        .await
        .unwrap();
    assert!(web::auth::principal::now().ms_since(at) < 60_000);
}

#[test]
fn j1_the_reference_has_a_row_for_each_scope() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api.md");
    let page = std::fs::read_to_string(path).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let told: Vec<_> = rows
        .filter_map(|row| row.split('`').next().filter(|word| word.contains(':')))
        .collect();
    let all: Vec<_> = store::Scope::ALL.iter().map(|scope| scope.word()).collect();
    assert_eq!(told, all);
}
