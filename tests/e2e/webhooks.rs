//! J5: a real system is told real calls: signed, in their order, once taken never again, and nothing is lost when the server is killed.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::baresip::Answers;
use crate::binary::repository;
use crate::events::Stream;
use crate::house::House;
use crate::http::Session;
use crate::patience::until;
use crate::receiver::{Receiver, Told};
use crate::service::{header, is_signed};

const INSIDE: &[&str] = &["outgoing.private_hosts=[\"127.0.0.1\"]"];

/// Makes a webhook at the receiver; gives it with its secret.
#[track_caller]
pub(crate) fn webhook(admin: &Session, receiver: &Receiver, more: &Value) -> Value {
    let mut wanted = json!({ "url": format!("http://{}/told", receiver.at) });
    for (key, value) in more.as_object().unwrap() {
        wanted[key] = value.clone();
    }
    let made = admin.send("POST", "/v1/webhooks", &wanted.to_string());
    made.expect(201).json()
}

fn of_call<'a>(told: &'a [Told], call: &str) -> Vec<&'a Told> {
    let of_it = |told: &&Told| {
        told.body["data"]["call"] == call || told.body["data"]["offer"]["call"] == call
    };
    told.iter().filter(of_it).collect()
}

#[test]
fn j5_a_system_is_told_a_call_signed_and_in_order_as_the_event_stream_shows_it() {
    let house = House::open_with(INSIDE);
    let admin = house.sign_in("admin");
    let receiver = Receiver::open(|_| 200);
    let made = webhook(
        &admin,
        &receiver,
        &json!({ "topics": ["call.*", "offer.made", "queue.*"] }),
    );
    let wall = Stream::follow(&admin, None);
    let _phone = house.agent("1001", Answers::AtOnce);
    house.sign_in("1001").until_state("ready");
    let mut caller = house.caller("13700000001", 440);
    caller.asks_for('1');
    wall.event("call.connected");
    caller.hangs_up();
    let ended = wall.event("call.ended");
    let call = ended.data("call").as_str().unwrap().to_owned();
    let told = receiver.until("the end of the call", |told| {
        told.body["type"] == "call.ended"
    });

    let secret = made["secret"].as_str().unwrap();
    let key = STANDARD
        .decode(secret.strip_prefix("whsec_").unwrap())
        .unwrap();
    let shown: BTreeMap<u64, Value> = wall
        .all()
        .into_iter()
        .map(|event| (event.body["seq"].as_u64().unwrap(), event.body.clone()))
        .collect();
    let of_it = of_call(&told, &call);
    assert!(of_it.len() >= 5, "{told:?}");
    let mut before = 0;
    for told in of_it {
        assert!(is_signed(&told.head, &told.text, &key), "{}", told.head);
        let seq = told.body["seq"].as_u64().unwrap();
        assert!(seq > before, "{seq} after {before}");
        before = seq;
        assert_eq!(shown.get(&seq), Some(&told.body));
    }
    let id = made["id"].as_str().unwrap();
    until("the log of what was told", || {
        let log = admin.read(&format!("/v1/webhooks/{id}/deliveries?limit=200"));
        let rows = log["items"].as_array().unwrap().clone();
        rows.len() == receiver.told().len()
            && rows
                .iter()
                .all(|row| row["state"] == "delivered" && row["last"]["status"] == 200)
    });
    house.until_empty();
}

/// Runs the example of the page.
fn verified(secret: &str, told: &Told, body: &str) -> String {
    let page = std::fs::read_to_string(repository().join("docs/webhooks.md")).unwrap();
    let example = page.split("```python\n").nth(1).unwrap();
    let example = example.split("```").next().unwrap();
    let field = |name| header(&told.head, name).unwrap().to_owned();
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let headers: BTreeMap<&str, String> = names.map(|name| (name, field(name))).into();
    let headers = serde_json::to_string(&headers).unwrap();
    let driver = format!(
        "{example}\nimport sys\nprint(verify(sys.argv[1], {headers}, sys.argv[2].encode()))"
    );
    let ran = Command::new("python3")
        .args(["-c", &driver, secret, body])
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    String::from_utf8(ran.stdout).unwrap().trim().to_owned()
}

#[test]
fn j5_what_a_receiver_is_told_of_a_day_is_as_the_document_of_the_house_says() {
    let house = House::open_with(INSIDE);
    let admin = house.sign_in("admin");
    let document = admin.read("/openapi.json");
    let receiver = Receiver::open(|_| 200);
    let made = webhook(&admin, &receiver, &json!({}));
    let path = format!("/v1/webhooks/{}/test", made["id"].as_str().unwrap());
    admin.send("POST", &path, "").expect(202);
    let _phone = house.agent("1001", Answers::AtOnce);
    house.sign_in("1001").until_state("ready");
    let mut caller = house.caller("13800001111", 440);
    caller.asks_for('1');
    let wall = Stream::follow(&admin, None);
    wall.event("call.connected");
    caller.hangs_up();
    receiver.until("the ticket of the call", |told| {
        told.body["type"] == "ticket.created"
    });
    let told = receiver.until("the end of the call", |told| {
        told.body["type"] == "call.ended"
    });
    let kinds: BTreeSet<&str> = told
        .iter()
        .filter_map(|told| told.body["type"].as_str())
        .collect();
    for kind in [
        "webhook.test",
        "call.arrived",
        "call.identified",
        "offer.made",
        "agent.state_changed",
    ] {
        assert!(kinds.contains(kind), "{kind}: {kinds:?}");
    }
    let faults: Vec<String> = told
        .iter()
        .flat_map(|told| faults(&document, &told.body))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

/// What is wrong with a message by the entry of its event in the document.
fn faults(document: &Value, message: &Value) -> Vec<String> {
    let kind = message["type"].as_str().unwrap();
    let mut schema = document.clone();
    schema["$ref"] = json!(format!(
        "#/webhooks/{kind}/post/requestBody/content/application~1json/schema"
    ));
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let faults = validator.iter_errors(message);
    faults
        .map(|fault| format!("{kind} {}: {fault}", fault.instance_path()))
        .collect()
}

#[test]
fn j5_the_example_of_the_page_knows_our_messages_and_no_others_by_either_secret() {
    let house = House::open_with(INSIDE);
    let admin = house.sign_in("admin");
    let receiver = Receiver::open(|_| 200);
    let made = webhook(&admin, &receiver, &json!({}));
    let path = format!("/v1/webhooks/{}", made["id"].as_str().unwrap());
    let renewed = admin
        .send("POST", &format!("{path}/secret"), "")
        .expect(200)
        .json();
    admin.send("POST", &format!("{path}/test"), "").expect(202);
    let trial = |told: &Told| told.body["type"] == "webhook.test";
    let told = receiver.until("the trial", trial);
    let told = told.iter().find(|told| trial(told)).unwrap();
    for secret in [&made["secret"], &renewed["secret"]] {
        let secret = secret.as_str().unwrap();
        assert_eq!(verified(secret, told, &told.text), "True");
        assert_eq!(
            verified(secret, told, &told.text.replace("test", "text")),
            "False"
        );
    }
    let other = STANDARD.encode([7; 32]);
    assert_eq!(
        verified(&format!("whsec_{other}"), told, &told.text),
        "False"
    );
}

#[test]
fn j5_a_server_that_is_killed_tells_everything_under_the_same_ids_once_it_is_back() {
    let mut house = House::open_with(INSIDE);
    let admin = house.sign_in("admin");
    // It is there, and takes nothing that the call brings.
    let receiver = Receiver::open(|_| 503);
    webhook(&admin, &receiver, &json!({ "topics": ["call.*"] }));
    let wall = Stream::follow(&admin, None);
    let _phone = house.agent("1001", Answers::AtOnce);
    house.sign_in("1001").until_state("ready");
    let mut caller = house.caller("13700000001", 440);
    caller.asks_for('1');
    let connected = wall.event("call.connected");
    let call = connected.data("offer")["call"].as_str().unwrap().to_owned();
    let refused = receiver.until("the first", |told| {
        told.body["data"]["call"] == call.as_str()
    });
    house.signal("KILL");
    house.ended();
    receiver.decides(|_| 200);
    house.start();
    let told = receiver.until("the end that recovery tells", |told| {
        told.body["type"] == "call.ended" && told.body["data"]["call"] == call.as_str()
    });
    let first = refused
        .iter()
        .find(|told| told.body["data"]["call"] == call.as_str());
    let first = first.unwrap();
    let again = told
        .iter()
        .find(|told| told.status == 200 && told.body == first.body);
    assert_eq!(again.map(Told::id), Some(first.id()));
    let taken: Vec<Told> = told.into_iter().filter(|told| told.status == 200).collect();
    let seqs: Vec<u64> = of_call(&taken, &call)
        .iter()
        .map(|told| told.body["seq"].as_u64().unwrap())
        .collect();
    let facts = house.facts();
    let expected: Vec<u64> = facts
        .iter()
        .filter(|fact| {
            let is_his = fact["data"]["call"] == call.as_str()
                || fact["data"]["offer"]["call"] == call.as_str();
            is_his && fact["type"].as_str().unwrap().starts_with("call.")
        })
        .map(|fact| fact["seq"].as_u64().unwrap())
        .filter(|seq| seqs.last() >= Some(seq))
        .collect();
    assert_eq!(seqs, expected, "each fact once, in its order");
    caller.hangs_up();
}

#[test]
fn s20_a_host_within_the_house_is_told_nothing_unless_the_settings_name_it() {
    let house = House::open();
    let admin = house.sign_in("admin");
    for url in [
        "http://127.0.0.1:9/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest",
    ] {
        let refused = admin.send("POST", "/v1/webhooks", &json!({ "url": url }).to_string());
        assert_eq!(refused.status, 422, "{url}");
    }
}
