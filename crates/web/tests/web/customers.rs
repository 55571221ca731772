//! Customers by the API: added, found, changed under optimistic locking, and a number with whoever may be behind it.

use serde_json::{Value, json};

use crate::support::House;
use crate::support::client::{Answer, Client};

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

async fn post(client: &Client, body: Value) -> Answer {
    let body = body.to_string();
    client
        .send("POST", "/v1/customers", &JSON, body.as_bytes())
        .await
}

async fn patch(client: &Client, path: &str, version: &str, body: Value) -> Answer {
    let headers = [("content-type", "application/json"), ("if-match", version)];
    client
        .send("PATCH", path, &headers, body.to_string().as_bytes())
        .await
}

#[tokio::test]
async fn f1_an_agent_adds_a_customer_finds_him_and_changes_him() {
    let house = House::open().await;
    let agent = house.signed_in("1001").await;
    let wanted = json!({
        "name": "王小明", "external_ref": "CRM-1", "owner": house.id("1001"),
        "phones": [{"raw": "010-65529988转8021"}, {"raw": "138 0000 1111", "confidence": "maybe"}],
        "contacts": [{"kind": "mail", "value": "wang@example.com"}],
    });
    let added = post(&agent, wanted).await;
    assert_eq!(added.status, 201, "{}", added.text());
    let customer = added.json()["customer"].clone();
    assert_eq!(
        customer["phones"][0],
        json!({"raw": "010-65529988转8021", "number": "+861065529988", "e164": "+861065529988",
            "extension": "8021", "confidence": "known", "is_shared": false})
    );
    assert_eq!(customer["phones"][1]["confidence"], "maybe");
    let path = format!("/v1/customers/{}", customer["id"].as_str().unwrap());
    let read = agent.get(&path).await;
    assert_eq!(
        (read.json(), read.header("etag")),
        (customer.clone(), Some("\"1\""))
    );
    for text in ["小明", "wxm", "9988", "CRM-1"] {
        let list = agent
            .get(&format!("/v1/customers?filter[text]={text}"))
            .await;
        assert_eq!(list.json()["items"], json!([customer]), "{text}");
    }
    let mine = agent.get("/v1/customers?filter[owner]=me").await.json();
    assert_eq!(mine["items"][0]["id"], customer["id"]);
    let change = json!({"owner": null, "phones": [{"raw": "13800001111"}]});
    let changed = patch(&agent, &path, "\"1\"", change.clone()).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let body = changed.json();
    assert_eq!(
        (&body["owner"], &body["external_ref"]),
        (&json!(null), &json!("CRM-1"))
    );
    assert_eq!(
        (&body["phones"][0]["number"], &body["version"]),
        (&json!("+8613800001111"), &json!(2))
    );
    let late = patch(&agent, &path, "\"1\"", change).await;
    assert_eq!(
        (late.problem().as_str(), late.header("etag")),
        ("version_conflict", Some("\"2\""))
    );
    assert_eq!(late.json()["current"], body);
}

#[tokio::test]
async fn f5_a_level_is_for_supervisors_and_agents_change_all_else() {
    let house = House::open().await;
    let (agent, lead) = (house.signed_in("1001").await, house.signed_in("boss").await);
    let wanted = json!({"name": "王小明", "vip_level": 2, "phones": [{"raw": "13800001111"}]});
    let told = post(&agent, wanted.clone()).await;
    assert_eq!(told.problem(), "forbidden");
    let added = post(&lead, wanted).await.json();
    assert_eq!(added["candidates"], json!([]), "nobody was added before");
    let path = format!(
        "/v1/customers/{}",
        added["customer"]["id"].as_str().unwrap()
    );
    for level in [0, 3] {
        let told = patch(&agent, &path, "\"1\"", json!({"vip_level": level})).await;
        assert_eq!(told.problem(), "forbidden", "{level}");
    }
    let change =
        json!({"vip_level": 2, "name": "王明", "note": "x", "phones": [{"raw": "13800002222"}]});
    let told = patch(&agent, &path, "\"1\"", change).await;
    assert_eq!(
        told.status,
        200,
        "the same level is no change: {}",
        told.text()
    );
    let told = patch(&lead, &path, "\"2\"", json!({"vip_level": 3})).await;
    assert_eq!(told.json()["vip_level"], 3, "{}", told.text());
    let nobody = patch(&agent, "/v1/customers/9", "\"1\"", json!({"vip_level": 1})).await;
    assert_eq!(nobody.problem(), "no_such_customer");
}

#[tokio::test]
async fn f1_an_upsert_by_number_gives_candidates_and_never_a_clash() {
    let house = House::open().await;
    let agent = house.program("1001").await;
    let same = |name: &str, unless_known: bool| json!({"name": name, "unless_known": unless_known, "phones": [{"raw": "13800001111"}]});
    let first = post(&agent, same("王芳", true)).await;
    assert_eq!(
        (first.status, &first.json()["candidates"]),
        (201, &json!([]))
    );
    let known = post(&agent, same("王芳", true)).await.json();
    assert_eq!(known["customer"], json!(null));
    assert_eq!(
        known["candidates"],
        json!([{"customer": first.json()["customer"]["id"], "name": "王芳", "vip_level": 0, "confidence": "known",
            "why": "number", "open_tickets": 0, "last_contact": null}])
    );
    let second = post(&agent, same("李雷", false)).await;
    assert_eq!(
        (second.status, &second.json()["candidates"][0]["name"]),
        (201, &json!("王芳"))
    );
    let number = agent.get("/v1/numbers/+86%20138-0000-1111").await.json();
    assert_eq!(number["candidates"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&number["number"], &number["calls"]),
        (&json!("+8613800001111"), &json!(0))
    );
    let strange = agent.get("/v1/numbers/13900009999").await.json();
    assert_eq!(
        (&strange["candidates"], &strange["e164"]),
        (&json!([]), &json!("+8613900009999"))
    );
}

#[tokio::test]
async fn f2_what_cannot_stand_is_a_problem_with_a_code() {
    let house = House::open().await;
    let agent = house.program("1001").await;
    let reference = json!({"name": "a", "external_ref": "CRM-1"});
    let added = post(&agent, reference.clone()).await;
    let path = format!(
        "/v1/customers/{}",
        added.json()["customer"]["id"].as_str().unwrap()
    );
    for (body, code) in [
        (json!({"name": " "}), "invalid_body"),
        (json!({"name": "a", "colour": "red"}), "invalid_body"),
        (
            json!({"name": "a", "phones": [{"raw": "--"}]}),
            "invalid_body",
        ),
        (
            json!({"name": "a", "contacts": [{"kind": "mail", "value": "a"}]}),
            "invalid_body",
        ),
        (
            json!({"name": "a", "contacts": [{"kind": "pigeon", "value": "a"}]}),
            "invalid_body",
        ),
        (json!({"name": "a", "organisation": "9"}), "invalid_body"),
        (reference, "reference_taken"),
    ] {
        let told = post(&agent, body.clone()).await;
        assert_eq!(told.problem(), code, "{body}: {}", told.text());
    }
    let told = post(&agent, json!({"name": "a", "phones": [{"raw": "--"}]})).await;
    assert!(
        told.json()["detail"]
            .as_str()
            .unwrap()
            .contains("`--` is no telephone number")
    );
    assert_eq!(
        agent.get("/v1/customers/9").await.problem(),
        "no_such_customer"
    );
    assert_eq!(
        patch(&agent, &path, "x", json!({})).await.problem(),
        "version_conflict"
    );
    let unversioned = agent.send("PATCH", &path, &JSON, b"{}").await;
    assert_eq!(unversioned.problem(), "version_needed");
    assert_eq!(
        house.stranger().get(&path).await.problem(),
        "sign_in_needed"
    );
}

#[tokio::test]
async fn f10_the_timeline_has_notes_and_pages() {
    let house = House::open().await;
    let agent = house.signed_in("1001").await;
    let added = post(&agent, json!({"name": "王芳"})).await.json();
    let path = format!(
        "/v1/customers/{}",
        added["customer"]["id"].as_str().unwrap()
    );
    let notes = format!("{path}/notes");
    for body in ["first", "second"] {
        let body = json!({"body": body}).to_string();
        let written = agent.send("POST", &notes, &JSON, body.as_bytes()).await;
        assert_eq!(written.status, 201, "{}", written.text());
    }
    let page = agent.get(&format!("{path}/timeline?limit=1")).await.json();
    let item = &page["items"][0];
    assert_eq!(
        (&item["kind"], &item["body"]),
        (&json!("note"), &json!("second"))
    );
    assert_eq!(item["agent"], house.id("1001").to_string());
    let next = page["next"].as_str().unwrap();
    let page = agent
        .get(&format!("{path}/timeline?limit=1&after={next}"))
        .await
        .json();
    assert_eq!(
        (&page["items"][0]["body"], &page["next"]),
        (&json!("first"), &json!(null))
    );
    for (path, code) in [
        (format!("{path}/timeline?after=x"), "malformed_parameter"),
        (format!("{path}/timeline?limit=0"), "malformed_parameter"),
        ("/v1/customers/9/timeline".to_owned(), "no_such_customer"),
    ] {
        assert_eq!(agent.get(&path).await.problem(), code, "{path}");
    }
    let empty = agent.send("POST", &notes, &JSON, br#"{"body":" "}"#).await;
    assert_eq!(empty.problem(), "invalid_body");
}

#[tokio::test]
async fn f9_a_supervisor_merges_two_customers_and_parts_them() {
    let house = House::open().await;
    let (agent, boss) = (house.signed_in("1001").await, house.signed_in("boss").await);
    let mut ids = Vec::new();
    for (name, number) in [("王芳", "13800001111"), ("王方", "13900002222")] {
        let wanted = json!({"name": name, "phones": [{"raw": number}]});
        let added = post(&agent, wanted).await.json();
        ids.push(added["customer"]["id"].as_str().unwrap().to_owned());
    }
    let (old, new) = (&ids[0], &ids[1]);
    let send = async |who: &Client, path: String, body: Value| {
        let body = body.to_string();
        who.send("POST", &path, &JSON, body.as_bytes()).await
    };
    let merge = |id: &str| format!("/v1/customers/{id}/merge");
    let unmerge = |id: &str| format!("/v1/customers/{id}/unmerge");
    let into = |id: &str| json!({ "into": id });
    let refused = send(&agent, merge(old), into(new)).await;
    assert_eq!(refused.problem(), "forbidden");
    let done = send(&boss, merge(old), into(new)).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let done = done.json();
    assert_eq!(done["merged"]["merged_into"], json!(new));
    assert_eq!(done["stands"]["phones"].as_array().unwrap().len(), 2);
    let number = agent.get("/v1/numbers/13800001111").await.json();
    assert_eq!(number["candidates"][0]["customer"], json!(new));
    for (path, body, code) in [
        (merge(old), into(new), "customer_merged"),
        (merge(new), into(new), "invalid_body"),
        (merge(new), into("9"), "no_such_customer"),
        (merge("9"), into(new), "no_such_customer"),
        (merge(new), json!({}), "invalid_body"),
        (unmerge(new), json!({}), "customer_not_merged"),
        (unmerge("9"), json!({}), "no_such_customer"),
    ] {
        let told = send(&boss, path.clone(), body).await;
        assert_eq!(told.problem(), code, "{path}: {}", told.text());
    }
    let refused = send(&agent, unmerge(old), json!({})).await;
    assert_eq!(refused.problem(), "forbidden");
    let parted = send(&boss, unmerge(old), json!({})).await.json();
    assert_eq!(parted["merged"]["merged_into"], json!(null));
    for side in ["merged", "stands"] {
        assert_eq!(
            parted[side]["phones"].as_array().unwrap().len(),
            1,
            "{side}"
        );
    }
}
