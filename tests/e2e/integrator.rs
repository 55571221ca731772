//! J5: an integrator who reads nothing but the page and takes the public library for Standard Webhooks: what he is told is verified, what
//! came while he was away comes again in order, and what he lost is sent once more.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::binary;
use crate::events::Stream;
use crate::house::House;
use crate::http::Session;
use crate::patience::{soon, until};
use crate::tool;

/// His system; dropped, it is gone.
struct Integrator {
    process: Child,
    told: Arc<Mutex<Vec<Value>>>,
}

impl Integrator {
    #[track_caller]
    fn start(port: u16, secret: &str) -> Self {
        let mut process = tool::command("python3")
            .arg(binary::repository().join("tests/e2e/integrator/receiver.py"))
            .args([&port.to_string(), secret])
            .env("PYTHONPATH", tool::package("standardwebhooks-1.1.0"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 starts");
        let told = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&told);
        let said = BufReader::new(process.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                let told = serde_json::from_str(&line).expect("a line of JSON");
                into.lock().unwrap().push(told);
            }
        });
        let integrator = Self { process, told };
        until("his system listens", || !integrator.said().is_empty());
        integrator
    }

    fn said(&self) -> Vec<Value> {
        self.told.lock().unwrap().clone()
    }

    /// The messages so far, each of them verified and none forged.
    #[track_caller]
    fn told(&self) -> Vec<Value> {
        let told: Vec<Value> = self.said().into_iter().skip(1).collect();
        for one in &told {
            assert_eq!(
                (&one["verified"], &one["forged"]),
                (&json!(true), &json!(false)),
                "{one}"
            );
        }
        told
    }
}

impl Drop for Integrator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Of which call or ticket a message is.
fn subject(told: &Value) -> Option<String> {
    let data = &told["body"]["data"];
    let id = ["call", "ticket"]
        .into_iter()
        .find_map(|key| data[key].as_str());
    id.map(str::to_owned)
}

fn enters(admin: &Session, subject: &str) -> String {
    let ticket = json!({ "subject": subject, "contact": { "number": "13800001111" } });
    let entered = admin.send("POST", "/v1/tickets", &ticket.to_string());
    entered.expect(201).json()["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn appends(admin: &Session, ticket: &str, text: &str) {
    let order = json!({ "type": "append", "data": { "text": text } }).to_string();
    let path = format!("/v1/tickets/{ticket}/events");
    admin.send("POST", &path, &order).expect(200);
}

#[test]
fn j5_a_system_with_the_public_library_verifies_all_and_misses_nothing_of_the_time_it_was_away() {
    let house = House::open_with(&["outgoing.private_hosts=[\"127.0.0.1\"]"]);
    let admin = house.sign_in("admin");
    let port = free_port();
    let wanted =
        json!({ "url": format!("http://127.0.0.1:{port}/told"), "topics": ["call.*", "ticket.*"] });
    let made = admin.send("POST", "/v1/webhooks", &wanted.to_string());
    let made = made.expect(201).json();
    let (id, secret) = (
        made["id"].as_str().unwrap(),
        made["secret"].as_str().unwrap(),
    );
    let wall = Stream::follow(&admin, None);
    let before = Integrator::start(port, secret);
    let first = enters(&admin, "no network");
    until("the first ticket", || !before.told().is_empty());
    drop(before);

    // He is away: two tickets go on, and somebody calls.
    let second = enters(&admin, "no dial tone");
    for text in ["one", "two", "three"] {
        appends(&admin, &first, text);
        appends(&admin, &second, text);
    }
    let mut caller = house.caller("13700000001", 440);
    caller.calls("4000");
    wall.event("call.answered");
    caller.hangs_up();
    wall.event("call.ended");
    let missed = |event: &crate::events::Event| {
        let is_theirs = event.name.starts_with("call.") || event.name.starts_with("ticket.");
        is_theirs.then(|| event.body["seq"].as_u64().unwrap())
    };
    let first_seq = wall.event("ticket.created").body["seq"].as_u64().unwrap();
    let all: Vec<u64> = wall.all().iter().filter_map(missed).collect();
    let missed: Vec<u64> = all.into_iter().filter(|seq| *seq > first_seq).collect();
    assert!(missed.len() >= 10, "{missed:?}");

    let after = Integrator::start(port, secret);
    let seq = |told: &Value| told["body"]["seq"].as_u64().unwrap();
    until("all that he missed", || {
        let mut told: Vec<u64> = after.told().iter().map(seq).collect();
        told.sort_unstable();
        told.dedup();
        missed.iter().all(|seq| told.binary_search(seq).is_ok())
    });
    let mut last: BTreeMap<String, u64> = BTreeMap::new();
    for told in after.told() {
        let of = subject(&told).expect("a message of a call or a ticket");
        let before = last.insert(of, seq(&told));
        assert!(before.is_none_or(|before| before < seq(&told)), "{told}");
    }

    // Once more, under the same id.
    let log = admin.read(&format!("/v1/webhooks/{id}/deliveries?limit=200"));
    let delivery = log["items"][0]["id"].as_str().unwrap().to_owned();
    let known = after.told().len();
    let again = format!("/v1/webhooks/{id}/deliveries/{delivery}/resend");
    admin.send("POST", &again, "").expect(202);
    let again = soon("the message once more", || after.told().get(known).cloned());
    let same = after.told()[..known]
        .iter()
        .filter(|told| told["id"] == again["id"])
        .count();
    assert_eq!(same, 1, "{again}");
    house.until_empty();
}
