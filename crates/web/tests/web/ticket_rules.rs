//! What the house says of tickets, as the pages read it, and the dry run of its rules of dispatch (A3, C1).

use serde_json::{Value, json};

use crate::support::House;
use crate::tickets::ticket_in;

#[tokio::test]
async fn a2_a4_types_with_their_fields_and_groups_are_told() {
    let house = House::ruled().await;
    let mine = house.signed_in("1001").await;
    let rules = mine.get("/v1/tickets/rules").await.json();
    assert_eq!(
        rules["types"],
        json!([{
            "name": "complaint", "label": { "zh-CN": "投诉", "en": "Complaint" }, "prefix": "TS",
            "direct_answer": true, "sensitive": false,
            "fields": [
                { "name": "order", "label": { "zh-CN": "字段", "en": "order" }, "form": "text", "required": "submit" },
                { "name": "cause", "label": { "zh-CN": "字段", "en": "cause" }, "form": "choice", "required": null,
                  "choices": [{ "value": "delay", "label": { "zh-CN": "延误", "en": "Delay" } }] },
            ],
        }])
    );
    let groups = rules["groups"].as_array().unwrap().iter();
    let groups: Vec<_> = groups
        .map(|it| (&it["name"], &it["tier"], &it["hands_out"]))
        .collect();
    assert_eq!(
        groups,
        [
            (&json!("experts"), &json!(2), &json!("turns")),
            (&json!("front"), &json!(1), &json!("claim"))
        ]
    );
}

#[tokio::test]
async fn a3_categories_are_found_by_what_is_typed() {
    let house = House::ruled().await;
    let mine = house.signed_in("1001").await;
    let codes = |list: &Value| -> Vec<String> {
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|it| it["code"].as_str().unwrap().to_owned())
            .collect()
    };
    let found = mine.get("/v1/tickets/categories?q=kd").await.json();
    assert_eq!(codes(&found), ["broadband"]);
    assert_eq!(found["items"][0]["path"], json!(["network", "broadband"]));
    assert_eq!(found["items"][0]["type"], "complaint", "from above");
    let begun = mine.get("/v1/tickets/categories?q=3").await.json();
    assert_eq!(codes(&begun), ["network", "broadband"]);
    let all = mine.get("/v1/tickets/categories?limit=1").await.json();
    assert_eq!(
        (codes(&all), &all["next"]),
        (vec!["broadband".to_owned()], &json!("broadband"))
    );
    let long = "x".repeat(65);
    let long = mine.get(&format!("/v1/tickets/categories?q={long}")).await;
    assert_eq!(long.status, 400);
}

#[tokio::test]
async fn c1_a_text_is_tried_on_the_last_tickets_and_told_what_it_would_change() {
    let house = House::ruled().await;
    let ticket = ticket_in(&house).await;
    let lead = house.signed_in("boss").await;
    let standing = lead.get("/v1/tickets/rules/try").await.json();
    assert_eq!(
        (&standing["tried"], &standing["differing"]),
        (&json!(true), &json!(0))
    );
    assert_eq!(standing["tickets"][0]["tried"]["group"], "front");
    let body = json!({ "text": "experts", "last": 10 }).to_string();
    let tried = lead
        .json("POST", "/v1/tickets/rules/try", &body)
        .await
        .json();
    assert_eq!(tried["differing"], 1);
    assert_eq!(
        ticket.rsplit('/').next(),
        tried["tickets"][0]["ticket"].as_str()
    );
    let course = &tried["tickets"][0]["tried"];
    assert_eq!(
        (&course["rule"], &course["line"]),
        (&json!("experts first"), &json!(3))
    );
    assert_eq!(
        tried["rules"][1],
        json!({ "rule": "all", "line": 9, "tickets": 0 })
    );
    assert_eq!(
        tried["groups"][0],
        json!({ "group": "experts", "standing": 0, "tried": 1 })
    );
    assert_eq!(tried["findings"][0]["severity"], "warning");
    let wrong = lead
        .json("POST", "/v1/tickets/rules/try", r#"{"text": "none"}"#)
        .await;
    assert_eq!(wrong.status, 200);
    let wrong = wrong.json();
    assert_eq!(
        (&wrong["tried"], &wrong["tickets"]),
        (&json!(false), &json!([]))
    );
    assert_eq!(
        wrong["findings"][0],
        json!({ "line": 3, "column": 8, "severity": "error",
                "message": { "zh-CN": "没有处理组 `none`", "en": "no group `none`" },
                "help": { "zh-CN": "试试", "en": "try" } })
    );
    for (path, status) in [
        ("/v1/tickets/rules/try?last=0", 400),
        ("/v1/tickets/rules/try?last=10001", 400),
    ] {
        assert_eq!(lead.get(path).await.status, status, "{path}");
    }
    let mine = house.signed_in("1001").await;
    assert_eq!(mine.get("/v1/tickets/rules/try").await.status, 403);
    assert_eq!(
        mine.json("POST", "/v1/tickets/rules/try", &body)
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn a2_a4_d6_words_that_the_house_does_not_have_are_refused_and_what_a_submission_needs_stays()
{
    let house = House::ruled().await;
    let agent = house.program("boss").await;
    let json_type = [("content-type", "application/json")];
    let enter = async |more: Value| {
        let mut body = json!({
            "subject": "late", "contact": {"number": "13800001111"},
            "ticket_type": "complaint", "fields": {"order": {"text": "A-1"}},
        });
        let more = more.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(more);
        let body = body.to_string();
        agent
            .send("POST", "/v1/tickets", &json_type, body.as_bytes())
            .await
    };
    for (more, status, code, detail) in [
        (
            json!({"ticket_type": "complant"}),
            422,
            "ticket.no_such_type",
            "there is no type `complant`, but: complaint",
        ),
        (
            json!({"category": "netwrk"}),
            422,
            "ticket.no_such_category",
            "there is no category `netwrk`, but: broadband, network",
        ),
        (
            json!({"duplicate": {"choice": "different", "reason": "another branch"}}),
            409,
            "ticket.no_duplicate",
            "",
        ),
    ] {
        let refused = enter(more).await;
        assert_eq!((refused.status, refused.problem().as_str()), (status, code));
        assert!(refused.text().contains(detail), "{}", refused.text());
    }
    let made = enter(json!({})).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let path = format!("/v1/tickets/{}", made.json()["id"].as_str().unwrap());
    let etag = made.header("etag").unwrap();
    let headers = [("content-type", "application/json"), ("if-match", etag)];
    let correct = async |body: Value| {
        let body = body.to_string();
        agent.send("PATCH", &path, &headers, body.as_bytes()).await
    };
    for (body, code) in [
        (json!({"fields": {"order": null}}), "ticket.fields_missing"),
        (
            json!({"fields": {"order": {"text": " "}}}),
            "ticket.fields_missing",
        ),
        (json!({"ticket_type": "complant"}), "ticket.no_such_type"),
        (json!({"category": "netwrk"}), "ticket.no_such_category"),
    ] {
        let refused = correct(body).await;
        assert_eq!((refused.status, refused.problem().as_str()), (422, code));
    }
    let order = json!({"type": "reclassify", "data": {"ticket_type": "complant"}}).to_string();
    let events = format!("{path}/events");
    let refused = agent
        .send("POST", &events, &headers, order.as_bytes())
        .await;
    assert_eq!(refused.problem(), "ticket.no_such_type");
    let corrected = correct(json!({"fields": {"order": {"text": "A-2"}}})).await;
    assert_eq!(corrected.status, 200, "{}", corrected.text());
}

#[tokio::test]
async fn a3_2_5_lists_have_what_is_below_a_category_and_go_on_where_they_stopped() {
    let house = House::ruled().await;
    let agent = house.program("boss").await;
    let json_type = [("content-type", "application/json")];
    let mut ids = Vec::new();
    for (place, category) in ["network", "broadband", "network"].iter().enumerate() {
        let body = json!({
            "subject": "late", "contact": {"number": "13800001111"}, "category": category,
            "fields": {"order": {"text": format!("A-{place}")}},
        });
        let body = body.to_string();
        let made = agent
            .send("POST", "/v1/tickets", &json_type, body.as_bytes())
            .await;
        assert_eq!(made.status, 201, "{}", made.text());
        ids.push(made.json()["id"].clone());
    }
    let listed = async |query: &str| {
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = agent
                .get(&format!("/v1/tickets?limit=1&{query}{after}"))
                .await;
            assert_eq!(page.status, 200, "{}", page.text());
            let page = page.json();
            let items = page["items"].as_array().unwrap().iter();
            seen.extend(items.map(|it| it["id"].clone()));
            let Some(next) = page["next"].as_str() else {
                return seen;
            };
            after = format!("&after={next}");
        }
    };
    let newest = [ids[2].clone(), ids[1].clone(), ids[0].clone()];
    assert_eq!(listed("filter[category]=network").await, newest);
    assert_eq!(listed("filter[category]=broadband").await, [ids[1].clone()]);
    let due = listed("sort=due&filter[category]=network").await;
    assert_eq!(due.len(), 3);
    let page = agent.get("/v1/tickets?limit=1&sort=due").await.json();
    let next = page["next"].as_str().unwrap();
    for other in [
        format!("/v1/tickets?after={next}"),
        "/v1/tickets?sort=due&after=7".to_owned(),
        "/v1/tickets?after=x".to_owned(),
    ] {
        let refused = agent.get(&other).await;
        assert_eq!(refused.problem(), "malformed_parameter", "{other}");
    }
}
