//! The agent's page without JavaScript, and what hostile names become on it.

use crate::support::facts::{CALL, arrived, offered_with, pop, profile};
use crate::support::{CANARY, House, PASSWORD};
use model::fact::PopCustomer;
use model::{AgentState, Caller};

#[tokio::test]
async fn signing_in_and_out_works_by_plain_forms() {
    let house = House::open().await;
    let mut client = house.stranger();
    let english = client
        .send("GET", "/", &[("accept-language", "en")], b"")
        .await;
    assert!(english.text().contains("data-view=\"sign-in\"") && english.text().contains("Sign in"));

    let wrong = client.form("/sign-in", "login=1001&password=wrong").await;
    assert_eq!(wrong.status, 401);
    assert!(
        wrong.text().contains("用户名或密码错误"),
        "{}",
        wrong.text()
    );
    let login = format!("login=1001&password={}", PASSWORD.replace(' ', "+"));
    let right = client.form("/sign-in", &login).await;
    assert_eq!((right.status, right.header("location")), (303, Some("/")));
    client.cookie = right
        .header("set-cookie")
        .map(|cookie| cookie.split(';').next().unwrap().to_owned());
    house
        .tell(crate::support::facts::state(
            house.id("1001"),
            AgentState::Offline,
            AgentState::Ready,
            "agent",
        ))
        .await;
    let desk = client.get("/").await.text();
    assert!(desk.contains("data-view=\"desk\"") && desk.contains("李雷"));
    assert!(
        desk.contains("<strong id=\"state\" role=\"status\">示闲</strong>"),
        "the state is told without a script"
    );
    let csrf = client.get("/v1/session").await.json()["csrf"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        client.form("/sign-out", "csrf=wrong").await.problem(),
        "csrf_token"
    );
    let foreign = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", "http://evil.example"),
    ];
    let body = format!("csrf={csrf}");
    assert_eq!(
        client
            .send("POST", "/sign-out", &foreign, body.as_bytes())
            .await
            .problem(),
        "foreign_origin"
    );
    assert_eq!(client.form("/sign-out", &body).await.status, 303);
    assert_eq!(client.get("/v1/session").await.status, 401);
}

#[tokio::test]
async fn the_language_is_chosen_and_kept() {
    let house = House::open().await;
    let client = house.program("1001").await;
    assert!(
        client
            .get("/")
            .await
            .text()
            .contains("<html lang=\"zh-CN\""),
        "the agent's own"
    );
    let chosen = client.get("/?lang=en").await;
    assert!(chosen.text().contains("<html lang=\"en\""));
    assert!(
        chosen
            .header("set-cookie")
            .unwrap()
            .starts_with("trunkline_lang=en;")
    );
    let kept = client
        .send("GET", "/", &[("cookie", "trunkline_lang=en")], b"")
        .await;
    assert!(kept.text().contains("<html lang=\"en\""));
    assert!(
        client
            .get("/?lang=%3Cscript%3E")
            .await
            .text()
            .contains("<html lang=\"zh-CN\"")
    );
}

#[tokio::test]
async fn advisory_39_hostile_names_stay_text() {
    let house = House::open().await;
    let agent = house.id("1002");
    let mut shown = profile();
    shown.candidates[0].name = CANARY.to_owned();
    for customer in [PopCustomer::Known(Box::new(shown)), PopCustomer::Pending] {
        let mut pop = pop(
            Caller::new("\"><svg onload=alert(2)>", Some(CANARY)),
            customer,
        );
        pop.called = "</title><script>alert(3)</script>".to_owned();
        house.tell(arrived(CALL)).await;
        house.tell(offered_with(CALL, agent, pop)).await;
        let client = house.program("1002").await;
        let page = client.get("/").await.text();
        assert!(
            page.contains("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;"),
            "the agent's and the caller's name"
        );
        assert!(page.contains("&lt;script&gt;alert(3)"));
        for canary in ["<img", "<svg", "<script>alert"] {
            assert!(!page.contains(canary), "{canary} in {page}");
        }
        let told = client.get("/v1/agents/me/session").await;
        assert_eq!(told.header("content-type"), Some("application/json"));
        assert_eq!(told.json()["agent"]["name"], CANARY);
    }
}

#[tokio::test]
async fn s19_the_script_sets_text_and_the_page_holds_no_inline_code() {
    let house = House::open().await;
    let client = house.stranger();
    for script in ["app", "common", "board", "calendars"] {
        let text = client.get(&format!("/assets/{script}.js")).await.text();
        for markup in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            ".focus(",
        ] {
            assert!(!text.contains(markup), "{markup} in {script}");
        }
    }
    let boss = house.program("boss").await;
    for (path, script) in [
        ("/", "app"),
        ("/board", "board"),
        ("/calendars", "calendars"),
    ] {
        let page = boss.get(path).await.text();
        assert!(!page.contains("style=\"") && !page.contains(" onclick"));
        assert_eq!(page.matches("<script").count(), 1);
        let tag = format!("<script type=\"module\" src=\"/assets/{script}.js\"></script>");
        assert!(page.contains(&tag), "{page}");
    }
}

#[tokio::test]
async fn d25_the_board_is_for_those_who_may_deal_with_callers() {
    let house = House::open().await;
    let boss = house.program("boss").await;
    let board = boss.get("/board?lang=en").await;
    assert_eq!(board.status, 200);
    assert!(board.text().contains("Queue board") && !board.text().contains("{{"));
    assert!(boss.get("/").await.text().contains("data-lead=\"yes\""));
    let agent = house.program("1001").await;
    assert!(agent.get("/").await.text().contains("data-lead=\"no\""));
    for nobody in [agent, house.stranger()] {
        let led = nobody.get("/board").await;
        assert_eq!((led.status, led.header("location")), (303, Some("/")));
    }
}
