//! Agents: lists, states, and commands to the engine by right.

use engine::command::{Asker, Command, CommandError, StateRequest};
use model::fact::PopCustomer;
use model::{AgentState, Caller, NotReadyReason, Timestamp};
use serde_json::json;

use crate::support::client::Client;
use crate::support::facts::{CALL, offer, pop, state};
use crate::support::{House, NOON_MS};

#[tokio::test]
async fn the_list_joins_people_of_the_store_with_states_of_the_board() {
    let house = House::open().await;
    let agent = house.id("1001");
    let reason = NotReadyReason::Said("break".into());
    house
        .tell(state(
            agent,
            AgentState::Offline,
            AgentState::NotReady { reason },
            "agent",
        ))
        .await;
    house.tell(model::Fact::AgentRegistered { agent }).await;
    let client = house.program("1001").await;
    let list = client.get("/v1/agents").await.json();
    let items = list["items"].as_array().unwrap();
    assert_eq!((items.len(), &list["next"]), (4, &json!(null)));
    let me = items
        .iter()
        .find(|item| item["id"] == json!(agent))
        .unwrap();
    assert_eq!(
        (&me["state"]["state"], &me["state"]["reason"]),
        (&json!("not_ready"), &json!("break"))
    );
    assert_eq!(me["state"]["registered"], true);
    assert_eq!(me["queues"], json!(["support"]));
    let other = items.iter().find(|item| item["login"] == "1002").unwrap();
    assert_eq!(
        (&other["state"]["state"], &other["state"]["since"]),
        (&json!("offline"), &json!(null))
    );
    assert!(
        !list.to_string().contains("ha1") && !list.to_string().contains("argon2"),
        "no secret leaves"
    );
}

#[tokio::test]
async fn pages_by_key_set_hold_everybody_once() {
    let house = House::open().await;
    let client = house.program("root").await;
    let mut ids = Vec::new();
    let mut path = "/v1/agents?limit=3".to_owned();
    loop {
        let page = client.get(&path).await.json();
        ids.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["id"].clone()),
        );
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/v1/agents?limit=3&after={next}");
    }
    assert_eq!(ids.len(), 4);
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

#[tokio::test]
async fn a_state_is_asked_for_by_its_owner_or_by_a_supervisor() {
    let house = House::open().await;
    let (one, two) = (house.id("1001"), house.id("1002"));
    let ready = r#"{"state":"ready"}"#;
    let path = format!("/v1/agents/{two}/state");
    let agent = house.program("1001").await;
    assert_eq!(agent.json("PUT", &path, ready).await.problem(), "forbidden");
    assert_eq!(
        agent
            .json("POST", &format!("/v1/agents/{two}/wrap-up/end"), "")
            .await
            .problem(),
        "forbidden"
    );
    assert_eq!(house.last_command(), None);

    assert_eq!(
        agent
            .json(
                "POST",
                "/v1/agents/me/state",
                r#"{"state":"not_ready","reason":"用餐"}"#
            )
            .await
            .status,
        204
    );
    let asked = Command::SetAgentState {
        agent: one,
        request: StateRequest::NotReady {
            reason: "用餐".into(),
        },
        by: Asker::Agent,
    };
    assert_eq!(house.last_command(), Some(asked));
    for login in ["boss", "root"] {
        let client = house.program(login).await;
        assert_eq!(client.json("PUT", &path, ready).await.status, 204);
        let asked = Command::SetAgentState {
            agent: two,
            request: StateRequest::Ready,
            by: Asker::Supervisor,
        };
        assert_eq!(house.last_command(), Some(asked));
    }
    assert_eq!(
        agent
            .json("POST", "/v1/agents/me/wrap-up/end", "")
            .await
            .status,
        204
    );
    assert_eq!(
        house.last_command(),
        Some(Command::EndWrapUp { agent: one })
    );
}

#[tokio::test]
async fn what_the_engine_refuses_is_told() {
    let house = House::open().await;
    let agent = house.program("1001").await;
    let why = "1001 is in a call";
    for (refusal, status, code) in [
        (
            CommandError::NotAllowed(why.to_owned()),
            409,
            "state_forbids",
        ),
        (
            CommandError::UnknownAgent(house.id("1001")),
            404,
            "no_such_agent",
        ),
    ] {
        *house.refusal.lock().unwrap() = Some(refusal);
        let answer = agent
            .json("PUT", "/v1/agents/me/state", r#"{"state":"offline"}"#)
            .await;
        assert_eq!((answer.status, answer.problem().as_str()), (status, code));
    }
    *house.refusal.lock().unwrap() = Some(CommandError::UnknownCall(CALL));
    let boss = house.program("boss").await;
    assert_eq!(
        boss.json("POST", "/v1/calls/500/hangup", "")
            .await
            .problem(),
        "no_such_call"
    );
}

#[tokio::test]
async fn p10_a_draft_that_no_ticket_came_of_stays_in_sight() {
    let house = House::open().await;
    let agent = house.id("1001");
    let pop = pop(Caller::withheld(), PopCustomer::Withheld);
    let at = Timestamp::from_ms(NOON_MS);
    let mut draft = ticket::Draft::open(at, &offer(CALL, agent), &pop);
    house.database.open_draft(&draft).await.unwrap();
    let client = house.program("1001").await;
    let desk = client.get("/v1/agents/me/session").await.json();
    let expected = json!([{
        "call": "500", "opened_at": "2026-11-18T11:06:40.000Z", "subject": null, "queue": "support",
    }]);
    assert_eq!(desk["drafts"], expected);
    draft.subject = Some("路由器故障".to_owned());
    house.database.save_draft(&draft).await.unwrap();
    let desk = client.get("/v1/agents/me/session").await.json();
    assert_eq!(desk["drafts"][0]["subject"], "路由器故障");
    let other = house.program("1002").await;
    let desk = other.get("/v1/agents/me/session").await.json();
    assert_eq!(desk["drafts"], json!([]), "nobody else's");
    let page = client.get("/").await.text();
    assert!(page.contains("<ul id=\"drafts\">") && page.contains("草稿"));
}

#[tokio::test]
async fn c2_c6_who_leads_says_who_is_away_who_stands_in_and_who_is_of_which_group() {
    let house = House::ruled().await;
    let (boss, agent) = (house.program("boss").await, house.program("1001").await);
    let (first, second) = (house.id("1001"), house.id("1002"));
    let path = format!("/v1/agents/{first}");
    let read = boss.get(&path).await;
    let etag = read.header("etag").unwrap().to_owned();
    assert_eq!(
        (&read.json()["groups"], &read.json()["absence"]),
        (&json!([]), &json!(null))
    );
    let wanted = json!({
        "absence": {"until": "2999-01-01T00:00:00.000Z", "stand_in": second},
        "groups": [{"group": "front", "leads": true, "weight": 3, "tickets_max": 20}],
    });
    let headers = |etag: &str| {
        [
            ("content-type", "application/json".to_owned()),
            ("if-match", etag.to_owned()),
        ]
    };
    let patch = async |who: &Client, etag: &str, body: &serde_json::Value| {
        let headers = headers(etag);
        let headers: Vec<_> = headers.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let body = body.to_string();
        who.send("PATCH", &path, &headers, body.as_bytes()).await
    };
    assert_eq!(patch(&agent, &etag, &wanted).await.problem(), "forbidden");
    for (wrong, code) in [
        (
            json!({"groups": [{"group": "frnt"}]}),
            "ticket.no_such_group",
        ),
        (
            json!({"groups": [{"group": "front", "weight": 1001}]}),
            "invalid_body",
        ),
        (
            json!({"groups": [{"group": "front"}, {"group": "front"}]}),
            "invalid_body",
        ),
        (
            json!({"absence": {"until": "2020-01-01T00:00:00.000Z"}}),
            "invalid_body",
        ),
        (
            json!({"absence": {"until": "2999-01-01T00:00:00.000Z", "stand_in": first}}),
            "invalid_body",
        ),
        (
            json!({"absence": {"until": "2999-01-01T00:00:00.000Z", "stand_in": "5"}}),
            "invalid_body",
        ),
        (json!({"roles": ["admin"]}), "invalid_body"),
    ] {
        let refused = patch(&boss, &etag, &wrong).await;
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (422, code),
            "{wrong}"
        );
    }
    let done = patch(&boss, &etag, &wanted).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let stands = done.json();
    assert_eq!(stands["absence"]["stand_in"], json!(second));
    let group =
        json!({"group": "front", "leads": true, "receives": false, "weight": 3, "tickets_max": 20});
    assert_eq!(stands["groups"], json!([group]));
    let late = patch(&boss, &etag, &wanted).await;
    assert_eq!(
        (late.status, late.problem().as_str()),
        (412, "version_conflict")
    );
    assert_eq!(late.json()["current"]["groups"], json!([group]));
    let none = boss
        .send(
            "PATCH",
            &path,
            &[("content-type", "application/json")],
            b"{}",
        )
        .await;
    assert_eq!(none.status, 428);
    let back = patch(
        &boss,
        done.header("etag").unwrap(),
        &json!({"absence": null}),
    )
    .await;
    assert_eq!(
        (&back.json()["absence"], &back.json()["groups"]),
        (&json!(null), &json!([group]))
    );
}
