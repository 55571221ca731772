//! A caller hangs up, keeps his place and is called back by a trunk (D21): the sample script, each of its sounds a tone of its own.

use std::net::SocketAddr;

use serde_json::Value;

use crate::baresip::{AGENT_HZ, Answers, Baresip, Link, Way};
use crate::binary::repository;
use crate::carriers::{OURS, telecom};
use crate::house::House;
use crate::patience::{soon, until};
use crate::ports;
use crate::sound::tone_wav;

const CUSTOMER_HZ: u32 = 440;
const OTHER_HZ: u32 = 510;
const PROMPT_HZ: f64 = 1_000.0;
const GREETING_HZ: f64 = 760.0;
const ENOUGH_MS: u32 = 1_000;
const DIGIT_MS: u32 = 300;
/// A customer's number.
pub(crate) const HIS: &str = "+8613800001111";

const QUEUES: &str = r#"
[queue.support]
strategy = "longest-idle"
ring_timeout_s = 30
wrap_up_s = 2
callback = { ring_s = 30 }
[queue.sales]
strategy = "ring-all"
"#;

const NUMBERS: &str = r#"
[number."4000"]
script = "main"
open = true
[number."+861065529988"]
script = "main"
"#;

/// A house with that script, and a carrier at that address.
pub(crate) fn house(carrier: SocketAddr) -> House {
    house_with(carrier, &[])
}

/// The same with some of its files replaced.
pub(crate) fn house_with(carrier: SocketAddr, replaced: &[(&str, &str)]) -> House {
    let trunks = telecom(carrier, "e164", r#"scripts = ["mobile"]"#);
    let script = repository().join("ivr-scripts/samples/callback.toml");
    let script = std::fs::read_to_string(script).unwrap();
    let mut files = vec![
        ("config/trunks.toml".to_owned(), trunks.into_bytes()),
        ("config/numbers.toml".to_owned(), NUMBERS.into()),
        ("config/queues.toml".to_owned(), QUEUES.into()),
    ];
    for prompt in script
        .lines()
        .filter_map(|line| line.strip_prefix("[prompt."))
    {
        files.push(sound(prompt.trim_end_matches(']'), PROMPT_HZ, 500));
    }
    files.push(sound("callback_greeting", GREETING_HZ, 1_000));
    // 0 is "oh" in a telephone number.
    files.push(sound("say_oh", digit_hz(0), DIGIT_MS));
    files.extend((0..10).map(|digit| sound(&format!("digit_{digit}"), digit_hz(digit), DIGIT_MS)));
    files.push(("ivr/main.toml".to_owned(), in_english(&script).into_bytes()));
    files.extend(
        replaced
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())),
    );
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, content)| (path.as_str(), content.as_slice()))
        .collect();
    House::open_files(&files)
}

/// The script for callers of one language.
fn in_english(script: &str) -> String {
    let lines = script.lines().map(|line| match line.split(' ').next() {
        Some("title") => r#"title = { en = "Wait or be called back" }"#,
        Some("languages") => r#"languages = ["en"]"#,
        Some("zh-CN") => "",
        Some(_) | None => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn sound(name: &str, hz: f64, ms: u32) -> (String, Vec<u8>) {
    (format!("ivr/prompts/en/{name}.wav"), tone_wav(hz, ms))
}

fn digit_hz(digit: u32) -> f64 {
    1_200.0 + f64::from(digit) * 150.0
}

/// The carrier's address, on a port of its own: another address than that of the phones.
pub(crate) fn carrier() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 2], ports::free(2)))
}

pub(crate) fn customer(house: &House, carrier: SocketAddr) -> Baresip {
    Baresip::behind(&house.dir, Link::Udp(house.sip), HIS, CUSTOMER_HZ, carrier)
}

/// He says yes when he has heard his number, as people here dial it: 138 0000 1111.
pub(crate) fn takes_it(customer: &mut Baresip) {
    for (digit, times) in [(3, 1), (8, 1), (0, 4), (1, 5)] {
        let ms = times * DIGIT_MS - 100 * times;
        customer.until_hears(0, digit_hz(digit), ms);
    }
    customer.presses('1');
    customer.nth(Way::In, "BYE", 0);
}

/// Nobody is at work: he asks to be called as soon as somebody is.
pub(crate) fn asks_as_nobody_is_there(customer: &mut Baresip) {
    customer.calls(OURS);
    customer.until_hears(0, PROMPT_HZ, 300);
    customer.presses('1');
    takes_it(customer);
}

/// He is called and answers; the agent is rung, answers, and both hear each other.
pub(crate) fn is_called_and_talks(customer: &mut Baresip, phone: &mut Baresip, call: usize) {
    let rung = customer.rings(0);
    assert!(
        rung.text.starts_with("INVITE sip:+8613800001111@"),
        "{}",
        rung.text
    );
    assert!(rung.header("From").unwrap().contains(OURS), "{}", rung.text);
    assert_eq!(phone.count(Way::In, "INVITE"), call, "the customer first");
    customer.answer();
    customer.until_hears(1, GREETING_HZ, 300);
    phone.rings(call);
    phone.answer();
    phone.until_hears(call, CUSTOMER_HZ.into(), ENOUGH_MS);
    customer.until_hears(1, AGENT_HZ.into(), ENOUGH_MS);
    customer.hangs_up();
}

/// The facts of a name.
fn facts(house: &House, name: &str) -> Vec<Value> {
    let facts = house.facts().into_iter();
    facts.filter(|fact| fact["type"] == name).collect()
}

#[test]
fn d21_a_caller_of_a_trunk_hangs_up_and_is_called_back_when_it_is_his_turn() {
    let carrier = carrier();
    let house = house(carrier);
    let agent = house.sign_in("1001");
    let admin = house.sign_in("admin");
    let mut phone = house.agent("1001", Answers::ByHand);
    agent.until_state("ready");
    let mut other = house.caller("13700000001", OTHER_HZ);
    other.calls("4000");
    phone.rings(0);
    phone.answer();
    phone.until_hears(0, OTHER_HZ.into(), ENOUGH_MS);

    let mut customer = customer(&house, carrier);
    customer.calls(OURS);
    customer.presses('1');
    takes_it(&mut customer);
    let list = admin.read("/v1/callbacks");
    let row = &list["items"][0];
    assert_eq!(
        (&row["number"], &row["called"]),
        (&HIS.into(), &OURS.into()),
        "{list}"
    );
    until("his place in line", || {
        admin.read("/v1/callbacks")["items"][0]["position"] == 1
    });

    other.hangs_up();
    is_called_and_talks(&mut customer, &mut phone, 1);
    house.until_empty();
    let call = soon("the record of the call back", || {
        let list = admin.read("/v1/calls");
        let calls = list["items"].as_array()?.clone();
        calls
            .into_iter()
            .find(|call| call["direction"] == "callback" && call["ended_at"].is_string())
    });
    assert_eq!(call["result"], "answered", "{call}");
    assert_eq!(call["caller"]["number"], HIS);
    assert_eq!(facts(&house, "callback.attempted").len(), 1);
    assert_eq!(facts(&house, "callback.done").len(), 1);
    assert_eq!(admin.read("/v1/callbacks")["items"], serde_json::json!([]));
}

#[test]
fn d21_killed_between_promise_and_call_it_keeps_its_word_and_his_place() {
    let carrier = carrier();
    let mut house = house(carrier);
    let mut customer = customer(&house, carrier);
    asks_as_nobody_is_there(&mut customer);
    let promised = |house: &House| {
        let list = house.sign_in("admin").read("/v1/callbacks");
        let row = list["items"][0].clone();
        assert_eq!(row["number"], HIS, "{list}");
        (
            row["id"].clone(),
            row["since"].clone(),
            row["until"].clone(),
        )
    };
    let before = promised(&house);
    house.signal("KILL");
    assert_eq!(house.ended().code(), None, "killed");
    house.start();
    assert_eq!(promised(&house), before);

    let mut phone = house.agent("1001", Answers::ByHand);
    is_called_and_talks(&mut customer, &mut phone, 0);
    house.until_empty();
    let admin = house.sign_in("admin");
    until("the end of the promise", || {
        admin.read("/v1/callbacks")["items"] == serde_json::json!([])
    });
}
