//! Tickets: lists, versions and who may correct them.

use model::{Fact, Timestamp};
use serde_json::{Value, json};
use ticket::Draft;

use crate::support::client::{Answer, Client};
use crate::support::facts::{CALL, answered_call, caller, offer, pop, profile};
use crate::support::{House, NOON_MS};

/// A house with one ticket of agent 1001; gives its path.
pub(crate) async fn with_ticket() -> (House, String) {
    let house = House::open().await;
    let path = ticket_in(&house).await;
    (house, path)
}

/// A ticket of agent 1001.
pub(crate) async fn ticket_in(house: &House) -> String {
    let agent = house.id("1001");
    for fact in answered_call(CALL, agent) {
        house.tell(fact).await;
    }
    let at = Timestamp::from_ms(NOON_MS);
    let known = model::fact::PopCustomer::Known(Box::new(model::Profile {
        candidates: Vec::new(),
        ..profile()
    }));
    let draft = Draft::open(at, &offer(CALL, agent), &pop(caller(), known));
    house.database.open_draft(&draft).await.unwrap();
    let desk = store::TicketDesk::standard(house.database.clone());
    // By the clock of the pages: nothing is late yet.
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let made = desk.submit(CALL, agent, since.unwrap().into());
    let made = made.await.unwrap();
    format!("/v1/tickets/{}", made.ticket.id)
}

fn patch(version: &str) -> [(&str, &str); 2] {
    [("content-type", "application/json"), ("if-match", version)]
}

#[tokio::test]
async fn t5_a_correction_raises_the_version_and_is_told_as_a_fact() {
    let (house, path) = with_ticket().await;
    let client = house.signed_in("1001").await;
    let read = client.get(&path).await;
    let etag = read.header("etag").unwrap().to_owned();
    let ticket = read.json();
    assert_eq!(
        (&ticket["state"], &ticket["calls"]),
        (&json!("new"), &json!([CALL]))
    );
    assert_eq!(ticket["entries"][0]["event"]["type"], "submit");
    let body = br#"{"subject":"<b>router</b>"}"#;
    let answer = client.send("PATCH", &path, &patch(&etag), body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(
        answer.json()["subject"],
        "<b>router</b>",
        "text is kept as it was typed"
    );
    assert_ne!(answer.header("etag"), Some(etag.as_str()));
    let told = house.told.lock().unwrap().clone();
    assert!(
        matches!(&told[..], [Fact::TicketChanged { event, .. }] if event == "correct"),
        "{told:?}"
    );

    let late = client
        .send("PATCH", &path, &patch(&etag), br#"{"subject":"mine"}"#)
        .await;
    assert_eq!(late.problem(), "version_conflict");
    assert_eq!(
        late.json()["current"]["subject"],
        "<b>router</b>",
        "the document as it stands"
    );
    assert_eq!(late.header("etag"), answer.header("etag"));
    let same = client
        .send("PATCH", &path, &patch(answer.header("etag").unwrap()), body)
        .await;
    assert_eq!(
        (same.status, same.header("etag")),
        (200, answer.header("etag"))
    );
    assert_eq!(
        house.told.lock().unwrap().len(),
        1,
        "nothing changed, nothing is told"
    );
}

#[tokio::test]
async fn corrections_that_are_refused() {
    let (house, path) = with_ticket().await;
    let client = house.program("1001").await;
    let etag = client.get(&path).await.header("etag").unwrap().to_owned();
    let long = format!("{{\"subject\":\"{}\"}}", "x".repeat(201));
    for (headers, body, status, code) in [
        (&patch(&etag)[..1], "{}", 428, "version_needed"),
        (&patch("\"x\"")[..], "{}", 412, "version_conflict"),
        (&patch("W/\"1\"")[..], "{}", 412, "version_conflict"),
        (
            &patch(&etag)[..],
            r#"{"state":"closed"}"#,
            422,
            "invalid_body",
        ),
        (
            &patch(&etag)[..],
            r#"{"subject":" "}"#,
            422,
            "ticket.bad_text",
        ),
        (&patch(&etag)[..], long.as_str(), 422, "ticket.bad_text"),
    ] {
        let answer = client.send("PATCH", &path, headers, body.as_bytes()).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (status, code),
            "{body}"
        );
    }
    let colleague = house.program("1002").await;
    assert_eq!(
        colleague.get(&path).await.status,
        200,
        "whoever sees it in a pop may open it"
    );
    let refused = colleague.send("PATCH", &path, &patch(&etag), b"{}").await;
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (403, "ticket.not_yours")
    );
    let boss = house.program("boss").await;
    assert_eq!(
        boss.send("PATCH", &path, &patch(&etag), br#"{"body":"seen"}"#)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn the_list_filters_by_agent_state_and_number() {
    let (house, path) = with_ticket().await;
    let client = house.program("1001").await;
    let number = client.get(&path).await.json()["number"]
        .as_str()
        .unwrap()
        .to_owned();
    let number_filter = format!("filter[number]={number}");
    let both = format!("filter[number]={number}&filter[state]=closed");
    for (query, found) in [
        ("", 1),
        ("filter[created_by]=me", 1),
        ("filter[state]=new", 1),
        ("filter[state]=closed", 0),
        (number_filter.as_str(), 1),
        (both.as_str(), 0),
        ("filter[number]=1", 0),
        // S19: what looks like SQL is a value that nobody has.
        ("filter[number]=1'%20OR%20'1'='1", 0),
    ] {
        let list = client.get(&format!("/v1/tickets?{query}")).await;
        let items = list.json()["items"]
            .as_array()
            .unwrap_or_else(|| panic!("{query}: {}", list.text()))
            .len();
        assert_eq!(items, found, "{query}");
    }
    let other = house.program("1002").await;
    assert_eq!(
        other.get("/v1/tickets?filter[created_by]=me").await.json()["items"],
        json!([])
    );
    assert_eq!(
        client.get("/v1/tickets?sort=id;drop").await.problem(),
        "malformed_parameter"
    );
}

/// An order as a page gives it.
async fn ordered(client: &Client, path: &str, etag: Option<&str>, body: Value) -> Answer {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(etag.map(|etag| ("if-match", etag)));
    let events = format!("{path}/events");
    client
        .send("POST", &events, &headers, body.to_string().as_bytes())
        .await
}

#[tokio::test]
async fn t7_to_t24_a_ticket_lives_through_the_api() {
    let (house, path) = with_ticket().await;
    let (agent, boss) = (house.program("1001").await, house.program("boss").await);
    let mut etag = agent.get(&path).await.header("etag").unwrap().to_owned();
    let resolve = json!({"type": "resolve", "data": {"solution": "router replaced"}});
    for (client, order, status, told) in [
        (&agent, resolve.clone(), 409, "state.not_allowed"),
        (&agent, json!({"type": "claim"}), 200, "in_progress"),
        (&agent, json!({"type": "claim"}), 409, "state.not_allowed"),
        (&boss, resolve.clone(), 403, "ticket.not_yours"),
        (
            &agent,
            json!({"type": "pend", "data": {"reason": "customer", "resume_at": "2020-01-01T00:00:00.000Z"}}),
            422,
            "ticket.bad_moment",
        ),
        (
            &agent,
            json!({"type": "pend", "data": {"reason": "customer", "until": 5}}),
            422,
            "invalid_body",
        ),
        (&agent, json!({"type": "sing"}), 422, "invalid_body"),
        (
            &agent,
            json!({"type": "absorb", "data": {"ticket": "1"}}),
            422,
            "ticket.as_a_pair",
        ),
        (&agent, resolve, 200, "resolved"),
        (&boss, json!({"type": "confirm"}), 200, "closed"),
    ] {
        let answer = ordered(client, &path, Some(&etag), order.clone()).await;
        let word = if status == 200 {
            answer.json()["state"].as_str().unwrap().to_owned()
        } else {
            answer.problem()
        };
        assert_eq!((answer.status, word.as_str()), (status, told), "{order}");
        if status == 200 {
            etag = answer.header("etag").unwrap().to_owned();
        }
    }
    let ticket = agent.get(&path).await.json();
    let events = ticket["entries"].as_array().unwrap().iter();
    let names: Vec<_> = events
        .map(|it| it["event"]["type"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["submit", "claim", "resolve", "confirm"]);
    assert_eq!(ticket["clocks"]["resolve"]["is_running"], json!(false));
    assert_eq!(ticket["assignee"], ticket["created_by"]);
}

#[tokio::test]
async fn e_of_two_orders_by_one_version_the_second_is_told_how_it_stands() {
    let (house, path) = with_ticket().await;
    let client = house.program("1001").await;
    let etag = client.get(&path).await.header("etag").unwrap().to_owned();
    let claim = || json!({"type": "claim"});
    let unread = ordered(&client, &path, None, claim()).await;
    assert_eq!(
        (unread.status, unread.problem().as_str()),
        (428, "version_needed")
    );
    let won = ordered(&client, &path, Some(&etag), claim()).await;
    assert_eq!(won.status, 200, "{}", won.text());
    let lost = ordered(&client, &path, Some(&etag), claim()).await;
    assert_eq!(
        (lost.status, lost.problem().as_str()),
        (412, "version_conflict")
    );
    assert_eq!(lost.json()["current"]["state"], "in_progress");
    // What does not depend on what was read needs no version.
    let urge = ordered(&client, &path, None, json!({"type": "urge", "data": {}})).await;
    assert_eq!((urge.status, &urge.json()["urges"]), (200, &json!(1)));
    let again = ordered(&client, &path, None, json!({"type": "urge", "data": {}})).await;
    assert_eq!(again.problem(), "ticket.urged_already");
}

#[tokio::test]
async fn t1_t4_b6_a_ticket_is_entered_by_hand_and_once_for_each_reference() {
    let house = House::open().await;
    let client = house.program("1001").await;
    let json_type = [("content-type", "application/json")];
    let enter = async |body: Value| {
        let body = body.to_string();
        client
            .send("POST", "/v1/tickets", &json_type, body.as_bytes())
            .await
    };
    let alarm = json!({
        "subject": "link down", "contact": {"number": "13800001111"}, "source_ref": "nagios-7",
        "impact": 1, "urgency": 1,
    });
    let first = enter(alarm.clone()).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let ticket = first.json();
    assert_eq!(
        (&ticket["priority"], &ticket["state"]),
        (&json!(1), &json!("new"))
    );
    assert_eq!(ticket["contact"]["e164"], "+8613800001111");
    let again = enter(alarm).await;
    assert_eq!((again.status, &again.json()["id"]), (200, &ticket["id"]));
    let answered = enter(json!({
        "subject": "how?", "contact": {"number": "13800001111"}, "answer": "like this",
    }));
    let answered = answered.await;
    assert_eq!(
        (answered.status, &answered.json()["state"]),
        (201, &json!("closed"))
    );
    for (body, code) in [
        (json!({"subject": "who?"}), "ticket.no_contact"),
        (
            json!({"subject": " ", "contact": {"number": "1"}}),
            "ticket.bad_text",
        ),
        (
            json!({"subject": "x", "contact": {"number": "1"}, "impact": 1}),
            "invalid_body",
        ),
        (
            json!({"subject": "x", "contact": {"number": "1"}, "colour": "red"}),
            "invalid_body",
        ),
        (
            json!({"subject": "x", "contact": {"number": "1"}, "receiver": {"group": "nowhere"}}),
            "ticket.no_such_group",
        ),
    ] {
        let refused = enter(body.clone()).await;
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (422, code),
            "{body}"
        );
    }
}

#[tokio::test]
async fn m5_a_ticket_that_went_into_another_tells_how_that_one_stands() {
    let house = House::open().await;
    let boss = house.program("boss").await;
    let json_type = [("content-type", "application/json")];
    let mut paths = Vec::new();
    for subject in ["a", "b"] {
        let body = json!({"subject": subject, "contact": {"number": "13800001111"}}).to_string();
        let made = boss
            .send("POST", "/v1/tickets", &json_type, body.as_bytes())
            .await;
        paths.push(format!(
            "/v1/tickets/{}",
            made.json()["id"].as_str().unwrap()
        ));
    }
    let into = paths[1].rsplit('/').next().unwrap();
    let merge = json!({"type": "merge", "data": {"into": into}});
    let etag = boss.get(&paths[0]).await.header("etag").unwrap().to_owned();
    let merged = ordered(&boss, &paths[0], Some(&etag), merge).await;
    assert_eq!(
        (merged.status, &merged.json()["state"]),
        (200, &json!("merged"))
    );
    let looked_up = boss.get(&paths[0]).await.json();
    assert_eq!(looked_up["merged_into"], into);
    assert_eq!(looked_up["survivor"]["subject"], "b");
    let stands = boss.get(&paths[1]).await.json();
    assert_eq!(stands["reporters"], 2);
    // M3: what it has of the other one, each line with its number, in one order.
    assert_eq!(stands["absorbed"][0]["ticket"], looked_up["id"]);
    let events = |from: &Value| {
        let lines = from.as_array().unwrap().iter();
        lines
            .map(|it| format!("{} {}", it["number"], it["event"]["type"]).replace('"', ""))
            .collect::<Vec<_>>()
    };
    let (a, b) = (&looked_up["number"], &stands["number"]);
    let expected = [(a, "submit"), (b, "submit"), (a, "merge"), (b, "absorb")];
    let expected = expected.map(|(of, it)| format!("{} {it}", of.as_str().unwrap()));
    assert_eq!(events(&stands["entries"]), expected);
    assert_eq!(stands["entries_next"], Value::Null);
    let (mut after, mut paged) = (String::new(), Vec::new());
    loop {
        let page = boss
            .get(&format!("{}/timeline?limit=3{after}", paths[1]))
            .await;
        let page = page.json();
        paged.extend(events(&page["items"]));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        after = format!("&after={next}");
    }
    assert_eq!(paged, expected);
    let bad = boss.get(&format!("{}/timeline?after=x", paths[1])).await;
    assert_eq!(
        (bad.status, bad.problem().as_str()),
        (400, "malformed_parameter")
    );
    let etag = merged.header("etag").unwrap();
    let parted = ordered(&boss, &paths[0], Some(etag), json!({"type": "unmerge"})).await;
    assert_eq!(
        (parted.status, &parted.json()["state"]),
        (200, &json!("new"))
    );
    assert_eq!(boss.get(&paths[1]).await.json()["reporters"], 1);
}

#[tokio::test]
async fn a13_a_sensitive_ticket_is_there_for_those_who_have_to_do_with_it() {
    let house = House::open().await;
    let (boss, agent) = (house.program("boss").await, house.program("1001").await);
    let json_type = [("content-type", "application/json")];
    let body = json!({"subject": "secret", "contact": {"number": "13800001111"}}).to_string();
    let made = boss
        .send("POST", "/v1/tickets", &json_type, body.as_bytes())
        .await;
    let path = format!("/v1/tickets/{}", made.json()["id"].as_str().unwrap());
    let etag = made.header("etag").unwrap();
    let on = json!({"type": "set_sensitive", "data": {"on": true, "reason": "staff"}});
    let set = ordered(&boss, &path, Some(etag), on).await;
    assert_eq!(set.status, 200, "{}", set.text());
    let sees = async |client: &Client| {
        let listed = client.get("/v1/tickets").await.json()["items"]
            .as_array()
            .unwrap()
            .len();
        (client.get(&path).await.status, listed)
    };
    assert_eq!(sees(&boss).await, (200, 1));
    assert_eq!(sees(&agent).await, (404, 0), "not even that it is there");
    let looks = house
        .database
        .audit_entries(None, store::PageRequest::default());
    let looks = looks.await.unwrap().items;
    let read = looks
        .iter()
        .filter(|row| row.action == "ticket.read")
        .count();
    assert_eq!(read, 1, "each look is noted");
}

#[tokio::test]
async fn a13_what_another_system_calls_a_sensitive_ticket_opens_it_for_nobody() {
    let house = House::open().await;
    let (boss, agent) = (house.program("boss").await, house.program("1001").await);
    let json_type = [("content-type", "application/json")];
    let body = json!({
        "subject": "secret", "contact": {"number": "13800001111"}, "source_ref": "nagios-7",
    });
    let body = body.to_string();
    let made = boss
        .send("POST", "/v1/tickets", &json_type, body.as_bytes())
        .await;
    let path = format!("/v1/tickets/{}", made.json()["id"].as_str().unwrap());
    let on = json!({"type": "set_sensitive", "data": {"on": true, "reason": "staff"}});
    let set = ordered(&boss, &path, made.header("etag"), on).await;
    assert_eq!(set.status, 200, "{}", set.text());
    let again = agent
        .send("POST", "/v1/tickets", &json_type, body.as_bytes())
        .await;
    assert_eq!(again.problem(), "no_such_ticket");
    let into = path.rsplit('/').next().unwrap();
    let own = json!({"subject": "mine", "contact": {"number": "13800001111"}}).to_string();
    let own = agent
        .send("POST", "/v1/tickets", &json_type, own.as_bytes())
        .await;
    let own_path = format!("/v1/tickets/{}", own.json()["id"].as_str().unwrap());
    let merge = json!({"type": "merge", "data": {"into": into}});
    let merged = ordered(&agent, &own_path, own.header("etag"), merge).await;
    assert_eq!(merged.problem(), "no_such_ticket", "nor by merging into it");
}
