//! How a ticket stands, by telephone, end to end (X11): a real caller keys in digits, and what he hears tells what became of it.

use serde_json::json;

use crate::baresip::Baresip;
use crate::hotline::WELCOME_HZ;
use crate::house::House;
use crate::http::Session;
use crate::sound::tone_wav;
use crate::ticket_verbs::orders;

const LI: &str = "13700000001";
const WANG: &str = "13700000002";
/// His ticket is open.
const OPEN_HZ: f64 = 1_900.0;
/// It went into another, which is open.
const MERGED_HZ: f64 = 2_100.0;
/// There is none: he is asked for his PIN.
const PIN_HZ: f64 = 1_500.0;
/// His PIN opens nothing.
const WRONG_HZ: f64 = 1_700.0;
/// Nobody can say.
const SORRY_HZ: f64 = 2_300.0;

const TRUNKLINE: &str = "[agents]\nsign_in = \"phone\"\n[demo]\nseed = true\n";
const TICKETS: &str = "calendar = \"always\"\n[type.secret]\nlabel = { zh-CN = \"保密\", en = \"Secret\" }\nsensitive = true\n";
const CALENDARS: &str =
    "[calendar.always]\nzone = \"Asia/Shanghai\"\nmon-sun = [\"00:00-24:00\"]\n";

/// Who presses 1 is told of the newest ticket of his number, who presses 2 of one that he keys in; what is not there is asked for by PIN.
const SCRIPT: &str = r##"title = { en = "Tickets" }
languages = ["en"]
start = "way"
[prompt.welcome]
en = "Press 1 for your own ticket, or 2 to key in a number."
[prompt.open]
en = "It is open."
[prompt.merged]
en = "It was joined to another one."
[prompt.pin]
en = "Key in your PIN."
[prompt.wrong]
en = "This PIN is not the right one."
[prompt.sorry]
en = "We cannot say."
[menu.way]
prompt = "welcome"
keys = { 1 = "his_own", 2 = "number" }
timeout_s = 30
on_failure = "sorry"
[ticket_status.his_own]
into = { state = "state", merged_from = "merged_from" }
timeout_ms = 20000
ok = "told"
missing = "sorry"
none = "sorry"
[collect.number]
prompt = "welcome"
into = "number"
max = 20
timeout_s = 30
next = "asked"
on_failure = "sorry"
[ticket_status.asked]
number = "number"
into = { state = "state", merged_from = "merged_from" }
timeout_ms = 20000
ok = "told"
missing = "pin"
none = "sorry"
[collect.pin]
prompt = "pin"
into = "pin"
max = 6
secret = true
timeout_s = 30
next = "by_pin"
on_failure = "sorry"
[ticket_status.by_pin]
number = "number"
pin = "pin"
into = { state = "state", merged_from = "merged_from" }
timeout_ms = 20000
ok = "told"
missing = "sorry"
wrong_pin = "wrong"
none = "sorry"
[play.wrong]
prompt = "wrong"
next = "pin"
[branch.told]
when = [{ if = "length(merged_from) > 0", go = "merged" }, { if = "state == 'new'", go = "open" }]
otherwise = "sorry"
[play.open]
prompt = "open"
next = "end"
[play.merged]
prompt = "merged"
next = "end"
[play.sorry]
prompt = "sorry"
next = "end"
[hangup.end]
prompt = "open"
"##;

fn house() -> House {
    let files = [
        ("config/trunkline.toml", TRUNKLINE.as_bytes().to_vec()),
        ("config/tickets.toml", TICKETS.as_bytes().to_vec()),
        ("config/calendars.toml", CALENDARS.as_bytes().to_vec()),
        ("ivr/main.toml", SCRIPT.as_bytes().to_vec()),
        ("ivr/prompts/en/open.wav", tone_wav(OPEN_HZ, 1_000)),
        ("ivr/prompts/en/merged.wav", tone_wav(MERGED_HZ, 1_000)),
        ("ivr/prompts/en/pin.wav", tone_wav(PIN_HZ, 1_000)),
        ("ivr/prompts/en/wrong.wav", tone_wav(WRONG_HZ, 1_000)),
        ("ivr/prompts/en/sorry.wav", tone_wav(SORRY_HZ, 1_000)),
    ];
    House::open_files(&files)
}

/// A ticket of a number: its id, and its number as it is keyed in.
fn enters(who: &Session, number: &str, kind: Option<&str>) -> (String, String) {
    let mut body = json!({ "subject": "no network", "contact": { "number": number } });
    if let Some(kind) = kind {
        body["ticket_type"] = json!(kind);
    }
    let made = who.send("POST", "/v1/tickets", &body.to_string());
    let made = made.expect(201).json();
    let text = |key: &str| made[key].as_str().expect(key).to_owned();
    let number = text("number");
    let digits = number.chars().filter(char::is_ascii_digit);
    (text("id"), digits.collect())
}

/// Calls for the first time, or once more, and presses these keys once he is greeted: what a number hears in each call is written down beside
/// what it heard before.
fn calls(house: &House, who: &str, time: usize, keys: &str) -> Baresip {
    let mut caller = house.caller(who, 440);
    caller.calls("4000");
    caller.until_hears(time, WELCOME_HZ, 100);
    keys.chars().for_each(|key| caller.presses(key));
    caller
}

#[test]
fn x11_a_caller_hears_how_the_newest_ticket_of_his_number_stands_and_of_what_it_went_into() {
    let house = house();
    let admin = house.sign_in("admin");
    let (his, his_number) = enters(&admin, LI, None);
    let (others, _) = enters(&admin, WANG, None);
    let caller = calls(&house, LI, 0, "1");
    caller.until_hears(0, OPEN_HZ, 500);
    house.until_empty();
    let order = json!({ "type": "merge", "data": { "into": others } });
    orders(&admin, &json!({ "id": his }), order);
    // By the number that calls, and by the number of the ticket from any other telephone.
    let caller = calls(&house, LI, 1, "1");
    caller.until_hears(1, MERGED_HZ, 500);
    house.until_empty();
    let caller = calls(&house, "13700000003", 0, &format!("2{his_number}#"));
    caller.until_hears(0, MERGED_HZ, 500);
    house.until_empty();
    let caller = calls(&house, "13700000003", 1, "1");
    caller.until_hears(1, SORRY_HZ, 500);
    house.until_empty();
}

#[test]
fn x11_a_caller_hears_of_a_sensitive_ticket_by_its_pin_alone_and_no_log_has_the_pin() {
    let house = house();
    let admin = house.sign_in("admin");
    let (id, number) = enters(&admin, LI, Some("secret"));
    let drawn = admin.send("POST", &format!("/v1/tickets/{id}/pin"), "");
    let drawn = drawn.expect(201).json();
    let pin = drawn["pin"].as_str().expect("a PIN").to_owned();
    let wrong = if pin == "000000" { "000001" } else { "000000" };
    let mut caller = calls(&house, LI, 0, &format!("2{number}#"));
    caller.until_hears(0, PIN_HZ, 100);
    wrong.chars().for_each(|key| caller.presses(key));
    caller.until_hears(0, WRONG_HZ, 100);
    // He is asked again, and lets that be said.
    caller.until_hears(0, PIN_HZ, 800);
    pin.chars().for_each(|key| caller.presses(key));
    caller.until_hears(0, OPEN_HZ, 500);
    house.until_empty();
    let heard = caller.heard(0).expect("it was written down");
    assert_eq!(heard.traces_ms(0, SORRY_HZ), 0);
    assert!(!house.words().contains(&pin), "S22: in no log");
    let facts = format!("{:?}", house.facts());
    assert!(!facts.contains(&pin), "S22: in no fact");
}
