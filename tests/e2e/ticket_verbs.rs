//! Tickets by the binary's own verbs, on the store of a server that runs: what they change is told by the server, once, and without it too (C6, T26, J7).

use std::process::Output;

use serde_json::{Value, json};

use crate::events::{Event, Stream};
use crate::house::House;
use crate::http::Session;
use crate::patience::until;

fn verb(house: &House, words: &[&str]) -> Output {
    let mut verb = house.trunkline();
    verb.arg("ticket").args(words).output().unwrap()
}

#[track_caller]
fn said(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A line of JSON each.
#[track_caller]
fn rows(output: &Output) -> Vec<Value> {
    let said = said(output);
    let lines = said.lines();
    lines.map(|it| serde_json::from_str(it).unwrap()).collect()
}

fn enters(admin: &Session, subject: &str) -> Value {
    let ticket = json!({ "subject": subject, "contact": { "number": "13800001111" } });
    let entered = admin.send("POST", "/v1/tickets", &ticket.to_string());
    entered.expect(201).json()
}

pub(crate) fn orders(who: &Session, ticket: &Value, order: Value) {
    let path = format!("/v1/tickets/{}", ticket["id"].as_str().unwrap());
    let tag = who.get(&path).expect(200);
    let tag = tag.header("etag").unwrap().to_owned();
    let headers = [
        ("Cookie", who.cookie.as_str()),
        ("X-CSRF-Token", &who.csrf),
        ("Content-Type", "application/json"),
        ("If-Match", &tag),
    ];
    let path = format!("{path}/events");
    let body = order.to_string();
    crate::http::ask(who.server, "POST", &path, &headers, Some(body.as_bytes())).expect(200);
}

/// What was told of a ticket, in its order.
fn told(stream: &Stream, ticket: &Value) -> Vec<String> {
    let of = |event: &Event| *event.data("ticket") == ticket["id"];
    let events = stream.all().into_iter().filter(of);
    let words = events.map(|event| match event.data("event").as_str() {
        Some(word) => word.to_owned(),
        None => event.name,
    });
    words.collect()
}

#[test]
fn c6_t26_what_verbs_do_to_tickets_is_told_by_the_server_that_runs_and_by_the_next_one() {
    let mut house = House::open();
    let (admin, anne) = (house.sign_in("admin"), house.sign_in("1001"));
    let wall = Stream::follow(&admin, None);
    let accepted = enters(&admin, "宽带无法上网");
    let asked = enters(&admin, "no dial tone");
    let solved = enters(&admin, "a question");
    let me = anne.read("/v1/agents/me")["id"].clone();
    orders(&anne, &accepted, json!({ "type": "claim" }));
    let to = json!({ "group": "all", "person": me });
    orders(
        &admin,
        &asked,
        json!({ "type": "dispatch", "data": { "to": to } }),
    );
    orders(&anne, &solved, json!({ "type": "claim" }));
    orders(
        &anne,
        &solved,
        json!({ "type": "resolve", "data": { "solution": "told" } }),
    );

    let here = verb(&house, &["reassign", "--from", "1001"]);
    let why = String::from_utf8_lossy(&here.stderr).into_owned();
    assert!(
        !here.status.success() && why.contains("1001 is here"),
        "{why}"
    );
    let tried = [
        "--json",
        "reassign",
        "--from",
        "1001",
        "--to",
        "1002",
        "--dry-run",
    ];
    let would = rows(&verb(&house, &tried));
    let fates = |rows: &[Value]| {
        let fates = rows.iter().map(|row| {
            let word = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
            [word("number"), word("from"), word("state"), word("named")]
        });
        fates.collect::<Vec<_>>()
    };
    let expected = [&accepted, &asked].map(|ticket| {
        let number = ticket["number"].as_str().unwrap();
        [number, "all/1001", "dispatched", "1002"].map(str::to_owned)
    });
    assert_eq!(fates(&would), expected, "what is solved is no work of his");
    let before = told(&wall, &accepted).len();
    let done = ["--json", "reassign", "--from", "1001", "--to", "1002"];
    assert_eq!(
        fates(&rows(&verb(&house, &done))),
        expected,
        "as it was tried"
    );
    until("the server tells it", || {
        told(&wall, &accepted).len() > before
    });
    assert_eq!(
        told(&wall, &accepted),
        ["ticket.created", "claim", "transfer"]
    );
    let bert = house.sign_in("1002");
    let list = bert.read("/v1/notifications");
    let his = list["items"].as_array().unwrap().iter();
    assert_eq!(his.filter(|it| it["kind"] == "assigned").count(), 2);
    assert_eq!(
        rows(&verb(&house, &done)),
        Vec::<Value>::new(),
        "nothing is left"
    );

    let number = |ticket: &Value| ticket["number"].as_str().unwrap().to_owned();
    let found = said(&verb(&house, &["search", "无法上网"]));
    assert!(
        found.contains(&number(&accepted)) && !found.contains("dial tone"),
        "{found}"
    );
    // Nobody serves: the next one tells it.
    drop(wall);
    house.signal("TERM");
    assert!(house.ended().success());
    let (ends, stays) = (number(&asked), number(&accepted));
    said(&verb(&house, &["merge", &ends, &stays]));
    let shown = said(&verb(&house, &["show", &ends]));
    assert!(shown.contains(&format!("-> {stays}")), "{shown}");
    assert!(
        shown.contains("merge") && shown.contains("all/1002"),
        "{shown}"
    );
    house.start();
    let admin = house.sign_in("admin");
    let is_told = || {
        let facts = house.facts();
        let of =
            |it: &&Value| it["data"]["ticket"] == asked["id"] && it["data"]["event"] == "merge";
        facts.iter().filter(of).count() == 1
    };
    until("the next server tells it", is_told);
    let path = format!("/v1/tickets/{}", asked["id"].as_str().unwrap());
    assert_eq!(admin.read(&path)["state"], "merged");
    let twice = verb(&house, &["merge", &ends, &stays]);
    assert!(!twice.status.success(), "{}", said(&twice));
}
