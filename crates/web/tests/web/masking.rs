//! A house that does not tell its agents whole numbers (F7): every GET of the document is asked as an agent, on a store that is filled with one number, and
//! tells it nowhere; who sees it whole says why, and a change of what was told masked loses nothing.

use std::collections::BTreeSet;

use model::fact::{PopCustomer, Voicemail};
use model::transfer::{Transfer, TransferKind, TransferTo, TransferWay};
use model::{AgentId, AgentState, CallId, Caller, Fact, RecordingId, Timestamp};
use serde_json::{Value, json};
use web::Deps;

use crate::support::client::{Answer, Client};
use crate::support::facts::{
    answered_call, arrived, connected, joined, offered_with, pop, profile, state,
};
use crate::support::{House, NOON_MS};

/// The number that everything is about, as `facts` has it, and what is never told of it: the digits that are hidden, with one on each side.
pub(crate) const NUMBER: &str = "13800001111";
const HIDDEN: &str = "800001";
/// A number that he has keyed in (G6), and the same of it.
const TYPED: &str = "13900002222";
const TYPED_HIDDEN: &str = "900002";
const PAST: CallId = CallId::new(500);
pub(crate) const LIVE: CallId = CallId::new(501);

/// A house whose agents are told masked numbers.
async fn discreet() -> House {
    let settings = web::HubSettings::default();
    let lend = |deps| Deps {
        agents_see_numbers: Box::new(|| false),
        ..deps
    };
    House::lent(settings, lend).await
}

async fn send(
    client: &Client,
    method: &str,
    path: &str,
    version: Option<&str>,
    body: Value,
) -> Answer {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(version.map(|version| ("if-match", version)));
    let body = body.to_string();
    client.send(method, path, &headers, body.as_bytes()).await
}

/// What a filled house has, by the paths of its nouns.
pub(crate) struct Filled {
    pub(crate) house: House,
    customer: String,
    ticket: String,
    article: String,
    reply: String,
}

fn id_of(answer: &Answer) -> String {
    let json = answer.json();
    let told = json["id"]
        .as_str()
        .or_else(|| json["customer"]["id"].as_str());
    let told = told.or_else(|| json["article"]["id"].as_str());
    told.unwrap_or_else(|| panic!("{json}")).to_owned()
}

/// One caller everywhere: on file, in a past call and in a live one, in the box, in tickets with texts, notes, notices, an article and a reply.
pub(crate) async fn filled() -> Filled {
    let house = discreet().await;
    let (me, boss) = (house.id("1001"), house.program("boss").await);
    let person = json!({
        "name": format!("王 {NUMBER}"), "note": "打 138 0000 1111", "external_ref": format!("W-{NUMBER}"),
        "phones": [{"raw": "138-0000-1111"}], "contacts": [{"kind": "wechat", "value": NUMBER}],
    });
    let customer = id_of(&send(&boss, "POST", "/v1/customers", None, person).await);
    let path = format!("/v1/customers/{customer}/notes");
    let note = json!({"body": "回电 +86 138-0000-1111"});
    assert_eq!(send(&boss, "POST", &path, None, note).await.status, 201);
    for fact in answered_call(PAST, me) {
        house.tell(fact).await;
    }
    let voicemail = Voicemail {
        message: RecordingId {
            call: PAST,
            part: 2,
        },
        mailbox: "li".into(),
        caller: Caller::new(NUMBER, Some(NUMBER)),
        called: "4000".to_owned(),
        language: "zh-CN".to_owned(),
        queue: None,
        length_ms: 4_000,
        ticket: None,
    };
    let left = house
        .database
        .leave_message(&voicemail, Timestamp::from_ms(NOON_MS));
    left.await.unwrap();
    let ticket = tickets(&boss, &customer).await;
    live_call(&house).await;
    let made = json!({"ticket": ticket, "language": "zh-CN"});
    // A draft is its writer's to read.
    let agent = house.program("1001").await;
    let made = send(&agent, "POST", "/v1/articles/from-ticket", None, made).await;
    assert!(!is_told(&made.text()), "{}", made.text());
    let texts = json!({"zh-CN": "{ticket.subject} {customer.name}"});
    let reply = json!({"shelf": "house", "name": "x", "texts": texts});
    let reply = send(&boss, "POST", "/v1/replies", None, reply).await;
    Filled {
        article: id_of(&made),
        reply: id_of(&reply),
        house,
        customer,
        ticket,
    }
}

/// One with everything that people write, merged from another, with a third about the same.
async fn tickets(boss: &Client, customer: &str) -> String {
    let mut ids = Vec::new();
    for at in 0..3 {
        let entry = json!({
            "subject": format!("请回电 {NUMBER}，第 {at} 件"), "body": "号码 138 0000 1111", "customer": customer,
            "contact": {"name": format!("王 {NUMBER}"), "number": NUMBER},
            "fields": {"phone": {"text": "0138 0000 1111"}},
        });
        let entered = send(boss, "POST", "/v1/tickets", None, entry).await;
        assert_eq!(entered.status, 201, "{}", entered.text());
        ids.push(id_of(&entered));
    }
    let ticket = ids[0].clone();
    let events = format!("/v1/tickets/{ticket}/events");
    let append = json!({"type": "append", "data": {"text": format!("@1001 打 {NUMBER}")}});
    assert_eq!(send(boss, "POST", &events, None, append).await.status, 200);
    let path = format!("/v1/tickets/{ticket}/relations");
    let related =
        json!({"ticket": ids[1], "relation": "related", "reason": format!("同 {NUMBER}")});
    assert_eq!(send(boss, "POST", &path, None, related).await.status, 200);
    let gone = format!("/v1/tickets/{}/events", ids[2]);
    let merge = json!({"type": "merge", "data": {"into": ticket}});
    let merged = send(boss, "POST", &gone, Some("\"1\""), merge).await;
    assert_eq!(merged.status, 200, "{}", merged.text());
    ticket
}

fn talks(agent: AgentId) -> Fact {
    let talking = AgentState::Talking { call: Some(LIVE) };
    state(agent, AgentState::Ringing { call: LIVE }, talking, "answer")
}

/// A call on the agent's screen, which he hands on to a number outside.
async fn live_call(house: &House) {
    let me = house.id("1001");
    let mut caller = Caller::new("+8613800001111", Some("王 13800001111"));
    caller.raw = Some(NUMBER.to_owned());
    let mut pop = pop(caller, PopCustomer::Pending);
    pop.answers.insert("callback".to_owned(), NUMBER.to_owned());
    // G6: he has keyed in another number of his.
    pop.answers.insert("his_other".to_owned(), TYPED.to_owned());
    let known = model::Profile {
        typed: Some(Box::new(model::TypedFinding {
            kind: model::TypedKind::Phone,
            text: TYPED.to_owned(),
            result: model::TypedResult::Nobody,
            customers: Vec::new(),
            ticket: None,
            differs: false,
            is_vouched: false,
        })),
        ..profile()
    };
    pop.customer = PopCustomer::Known(Box::new(known.clone()));
    let to = TransferTo::Number(NUMBER.to_owned());
    let transfer = Transfer {
        kind: TransferKind::Blind,
        by: TransferWay::Desk,
        from: me,
        to,
    };
    for fact in [
        arrived(LIVE),
        joined(LIVE),
        offered_with(LIVE, me, pop),
        Fact::CallIdentified {
            call: LIVE,
            profile: known,
        },
        connected(LIVE, me),
        talks(me),
        Fact::TransferStarted {
            call: LIVE,
            transfer,
        },
    ] {
        house.tell(fact).await;
    }
}

impl Filled {
    /// A path of the document with what the house has in place of its parameters.
    fn of(&self, path: &str) -> String {
        let (call, me) = (PAST.to_string(), self.house.id("1001").to_string());
        let rows = [
            ("/v1/calls/{id}", format!("/v1/calls/{call}")),
            (
                "/v1/customers/{id}",
                format!("/v1/customers/{}", self.customer),
            ),
            ("/v1/tickets/{id}", format!("/v1/tickets/{}", self.ticket)),
            (
                "/v1/articles/{id}",
                format!("/v1/articles/{}", self.article),
            ),
            ("/v1/replies/{id}", format!("/v1/replies/{}", self.reply)),
            ("/v1/agents/{id}", format!("/v1/agents/{me}")),
            ("/v1/numbers/{number}", format!("/v1/numbers/{NUMBER}")),
            ("/v1/queues/{name}", "/v1/queues/support".to_owned()),
            ("/v1/calendars/{name}", "/v1/calendars/none".to_owned()),
            (
                "/v1/voicemail/{box}/{id}",
                format!("/v1/voicemail/li/{call}-2"),
            ),
            ("/v1/voicemail/{box}", "/v1/voicemail/li".to_owned()),
            ("/v1/reports/{subject}", "/v1/reports/agents".to_owned()),
            ("/v1/reminders/{id}", "/v1/reminders/1".to_owned()),
            ("/v1/number-lists/{id}", "/v1/number-lists/1".to_owned()),
            ("/v1/scripts/{script}", "/v1/scripts/main".to_owned()),
            ("/v1/webhooks/{id}", "/v1/webhooks/1".to_owned()),
        ];
        let row = rows.iter().find(|(noun, _)| path.starts_with(noun));
        let asked = row.map_or(path.to_owned(), |(noun, ours)| path.replacen(noun, ours, 1));
        let asked = asked.replace("{version}", "1").replace("{delivery}", "1");
        assert!(
            !asked.contains('{'),
            "{path} is asked by nobody: say here with what of the filled house"
        );
        asked
    }
}

/// Streams are followed by a test of their own; the others speak another protocol.
const STREAMS: [&str; 3] = ["/v1/events", "/v1/ws", "/sip"];

/// What an agent reads of the filled house: elsewhere he may be refused.
const READ: [&str; 19] = [
    "/v1/agents/me/session",
    "/v1/articles/{id}",
    "/v1/articles/{id}/tickets",
    "/v1/calls",
    "/v1/calls/{id}",
    "/v1/customers",
    "/v1/customers/{id}",
    "/v1/customers/{id}/timeline",
    "/v1/notifications",
    "/v1/numbers/{number}",
    "/v1/replies",
    "/v1/search",
    "/v1/surveys",
    "/v1/tickets",
    "/v1/tickets/{id}",
    "/v1/tickets/{id}/duplicates",
    "/v1/tickets/{id}/timeline",
    "/v1/voicemail/{box}",
    "/v1/voicemail/{box}/{id}",
];

/// What a body must not hold, however it is written.
pub(crate) fn is_told(text: &str) -> bool {
    let close: String = text.chars().filter(|c| !" -".contains(*c)).collect();
    close.contains(HIDDEN) || close.contains(TYPED_HIDDEN)
}

#[tokio::test]
async fn f7_no_get_of_the_document_tells_an_agent_of_such_a_house_a_whole_number() {
    let filled = filled().await;
    let agent = filled.house.program("1001").await;
    let document = serde_json::to_value(web::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let gets = paths
        .iter()
        .filter(|(_, methods)| methods["get"].is_object());
    let mut read = BTreeSet::new();
    for (path, _) in gets.filter(|(path, _)| !STREAMS.contains(&path.as_str())) {
        let asked = match path.as_str() {
            "/v1/search" => format!("{path}?q={NUMBER}"),
            _ => filled.of(path),
        };
        let told = agent.get(&asked).await;
        assert!(told.status < 500, "{asked}: {}", told.text());
        assert!(!is_told(&told.text()), "{asked}: {}", told.text());
        if told.status == 200 {
            read.insert(path.as_str());
        }
    }
    for path in READ {
        assert!(read.contains(path), "{path} is not read: {read:?}");
    }
    for path in [
        "/v1/calls?live=true",
        "/v1/customers?filter%5Btext%5D=13800001111",
        "/v1/tickets?filter%5Btext%5D=13800001111",
        "/v1/tickets?filter%5Bcontact%5D=13800001111",
        "/v1/search?q=0000",
        "/v1/search?q=0000&kind=customer_note",
        "/",
    ] {
        let told = agent.get(path).await;
        assert_eq!(told.status, 200, "{path}");
        assert!(!is_told(&told.text()), "{path}: {}", told.text());
        let found = &told.json_or_null()["items"];
        assert!(
            found.is_null() || found[0].is_object(),
            "{path} finds what it is asked for"
        );
    }
    let rendered = format!(
        "/v1/replies/{}/render?ticket={}",
        filled.reply, filled.ticket
    );
    let rendered = agent.json("POST", &rendered, "").await;
    assert!(
        rendered.text().contains("138****1111"),
        "{}",
        rendered.text()
    );
    assert!(!is_told(&rendered.text()), "{}", rendered.text());
}

#[tokio::test]
async fn f7_an_agents_page_and_stream_tell_masked_numbers_and_say_so() {
    let filled = filled().await;
    let agent = filled.house.signed_in("1001").await;
    let page = agent.get("/").await.text();
    assert!(page.contains("+86138****1111") && !is_told(&page), "{page}");
    let mut stream = agent.listen("/v1/events?after=0", &[]).await.unwrap();
    let mut names = BTreeSet::new();
    while names.len() < 4 {
        let event = stream.next().await.unwrap();
        assert!(!is_told(&event.data.to_string()), "{event:?}");
        if event.name == "pop.offer" && event.data["data"]["call"] == "501" {
            let pop = &event.data["data"];
            assert_eq!(pop["caller"]["number"], "+86138****1111");
            assert_eq!(
                (&pop["is_masked"], &pop["called"]),
                (&json!(true), &json!("4000"))
            );
            names.insert("pop.offer");
        }
        let rest = ["pop.updated", "call.transfer_started", "pop.connected"];
        names.extend(rest.into_iter().find(|name| event.name == *name));
    }
    let desk = agent.get("/v1/agents/me/session").await.json();
    assert_eq!(desk["pop"]["is_masked"], true);
    assert_eq!(desk["talk"]["to"], json!({"number": "138****1111"}));
}

#[tokio::test]
async fn f7_supervisors_see_whole_numbers_and_so_do_agents_where_the_house_says_nothing() {
    let filled = filled().await;
    let boss = filled.house.program("boss").await;
    let house = House::open().await;
    let (agent, open) = (house.program("1001").await, "/v1/numbers/13800001111");
    assert_eq!(agent.get(open).await.json()["number"], "+8613800001111");
    for path in ["/v1/customers/{id}", "/v1/tickets/{id}", "/v1/calls/{id}"] {
        let told = boss.get(&filled.of(path)).await;
        assert!(is_told(&told.text()), "{path}: {}", told.text());
    }
}

#[tokio::test]
async fn f7_a_number_is_shown_whole_for_a_reason_and_each_time_is_a_row_of_the_audit_log() {
    let filled = filled().await;
    let agent = filled.house.program("1001").await;
    for (path, entity, id) in [
        ("/v1/customers/{id}", "customer", filled.customer.clone()),
        ("/v1/calls/{id}", "call", PAST.to_string()),
        ("/v1/tickets/{id}", "ticket", filled.ticket.clone()),
    ] {
        let path = filled.of(path) + "/unmask";
        for reason in ["", "  ", &"x".repeat(201)] {
            let told = send(&agent, "POST", &path, None, json!({"reason": reason})).await;
            assert_eq!(told.problem(), "invalid_body");
        }
        let told = send(&agent, "POST", &path, None, json!({"reason": "客户要求"})).await;
        let numbers = &told.json()["numbers"];
        assert!(
            numbers[0]["masked"]
                .as_str()
                .unwrap()
                .ends_with("138****1111")
        );
        assert!(
            numbers[0]["number"].as_str().unwrap().ends_with(NUMBER),
            "{numbers}"
        );
        let page = store::PageRequest::default();
        let rows = filled
            .house
            .database
            .audit_entries(Some((entity, &id)), page);
        let rows = rows.await.unwrap().items;
        let seen = rows.iter().filter(|row| row.action.ends_with(".unmasked"));
        let seen: Vec<_> = seen
            .map(|row| (row.actor, row.after.clone().unwrap()))
            .collect();
        let me = ticket::Actor::Agent(filled.house.id("1001"));
        assert_eq!(
            seen,
            [(me, json!({"reason": "客户要求"}).to_string())],
            "{entity}"
        );
    }
    let other = filled.house.program("1002").await;
    for (path, problem) in [
        (format!("/v1/calls/{PAST}/unmask"), "forbidden"),
        ("/v1/calls/999/unmask".to_owned(), "no_such_call"),
        ("/v1/customers/9/unmask".to_owned(), "no_such_customer"),
        ("/v1/tickets/9/unmask".to_owned(), "no_such_ticket"),
    ] {
        let told = send(&other, "POST", &path, None, json!({"reason": "x"})).await;
        assert_eq!(told.problem(), problem, "{path}");
    }
}

#[tokio::test]
async fn f7_a_change_of_what_was_told_masked_loses_no_number_and_a_masked_one_is_no_number() {
    let filled = filled().await;
    let (agent, boss) = (
        filled.house.program("1001").await,
        filled.house.program("boss").await,
    );
    let path = filled.of("/v1/customers/{id}");
    let mut told = agent.get(&path).await.json();
    let phones = told["phones"].as_array().unwrap().iter();
    let phones: Vec<Value> = phones.map(|one| json!({"raw": one["raw"]})).collect();
    told["name"] = json!(format!("{}先生", told["name"].as_str().unwrap()));
    let change = json!({
        "name": told["name"], "note": told["note"], "contacts": told["contacts"],
        "external_ref": told["external_ref"], "phones": [phones[0], {"raw": "13900002222"}],
    });
    let changed = send(&agent, "PATCH", &path, Some("\"1\""), change).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let stands = boss.get(&path).await.json();
    assert_eq!(stands["name"], format!("王 {NUMBER}先生"));
    assert_eq!(stands["note"], "打 138 0000 1111");
    assert_eq!(stands["contacts"][0]["value"], NUMBER);
    assert_eq!(stands["external_ref"], format!("W-{NUMBER}"));
    let raws = stands["phones"].as_array().unwrap().iter();
    let raws: Vec<&str> = raws.map(|one| one["raw"].as_str().unwrap()).collect();
    assert_eq!(raws, ["138-0000-1111", "13900002222"]);

    let masked = json!([{"raw": "137****3333"}]);
    let unknown = json!({"phones": masked.clone()});
    let told = send(&agent, "PATCH", &path, Some("\"2\""), unknown).await;
    assert_eq!(told.problem(), "number_masked");
    let person = json!({"name": "x", "phones": masked});
    let told = send(&agent, "POST", "/v1/customers", None, person).await;
    assert_eq!(told.problem(), "number_masked");
    let entry = json!({"subject": "x", "contact": {"number": "138****1111"}});
    for path in ["/v1/tickets", "/v1/tickets/duplicates"] {
        let told = send(&agent, "POST", path, None, entry.clone()).await;
        assert_eq!(told.problem(), "number_masked", "{path}");
    }

    let entry =
        json!({"subject": format!("回电 {NUMBER}"), "body": NUMBER, "contact": {"number": NUMBER}});
    let entered = send(&agent, "POST", "/v1/tickets", None, entry).await;
    let shown = entered.json();
    assert_eq!(shown["contact"]["number"], "138****1111");
    let path = format!("/v1/tickets/{}", id_of(&entered));
    let subject = format!("请{}", shown["subject"].as_str().unwrap());
    let change = json!({"subject": subject, "body": "x"});
    let etag = entered.header("etag").unwrap().to_owned();
    let changed = send(&agent, "PATCH", &path, Some(&etag), change).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let stands = boss.get(&path).await.json();
    assert_eq!(stands["subject"], format!("请回电 {NUMBER}"));
}
