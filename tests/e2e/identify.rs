//! Who says by keys who he is, end to end (G6): a real caller keys in digits, and the agent's page shows whom they name before whose the number is.

use serde_json::{Value, json};

use crate::baresip::{Answers, Baresip};
use crate::browser::Browser;
use crate::hotline::WELCOME_HZ;
use crate::house::House;
use crate::http::Session;
use crate::patience::soon;

/// Whose the number is that calls.
const LI: (&str, &str) = ("李雷", "13700000001");
/// Who says who she is.
const WANG: (&str, &str) = ("王芳", "13700000002");

const TRUNKLINE: &str = "[agents]\nsign_in = \"phone\"\n[demo]\nseed = true\n";

/// Eleven digits and more are a ticket's number, fewer are an account's.
const SCRIPT: &str = r##"title = { en = "Accounts" }
languages = ["en"]
start = "number"
[prompt.welcome]
en = "Key in your account's or your ticket's number."
[collect.number]
prompt = "welcome"
into = "number"
max = 20
timeout_s = 30
next = "which"
on_failure = "agents"
[branch.which]
when = [{ if = "length(number) > 10", go = "ticket" }]
otherwise = "account"
[identify.ticket]
by = "ticket"
value = "number"
next = "agents"
[identify.account]
by = "account"
value = "number"
next = "agents"
[queue.agents]
queue = "support"
on_timeout = "end"
on_no_agents = "end"
[hangup.end]
prompt = "welcome"
"##;

fn house() -> House {
    let files = [
        ("config/trunkline.toml", TRUNKLINE),
        ("ivr/main.toml", SCRIPT),
    ];
    House::open_files(&files)
}

/// A customer, and his id.
fn customer(who: &Session, (name, number): (&str, &str), account: &str) -> Value {
    let body = json!({ "name": name, "phones": [{ "raw": number }], "external_ref": account });
    let made = who.send("POST", "/v1/customers", &body.to_string());
    made.expect(201).json()["customer"]["id"].clone()
}

/// Calls from Li's telephone, for the first time or once more, and keys that in.
fn calls(house: &House, time: usize, keys: &str) -> Baresip {
    let mut caller = house.caller(LI.1, 440);
    caller.calls("4000");
    caller.until_hears(time, WELCOME_HZ, 100);
    keys.chars().for_each(|key| caller.presses(key));
    caller.presses('#');
    caller
}

/// What the agent's screen says of the caller, once it says what was keyed in.
fn known_to(agent: &Session) -> Value {
    soon("the pop", || {
        let session = agent.read("/v1/agents/me/session");
        let known = session["pop"]["customer"]["profile"].clone();
        known["typed"].is_object().then_some(known)
    })
}

#[test]
fn g6_the_page_shows_who_says_who_she_is_first_and_whose_the_number_is_beside() {
    let house = house();
    let admin = house.sign_in("admin");
    let (li, wang) = (customer(&admin, LI, "8001"), customer(&admin, WANG, "8002"));
    let agent = house.sign_in("1001");
    let mut phone = house.agent("1001", Answers::ByHand);
    agent.until_state("ready");
    let page = Browser::at_desk(&house, "1001", "zh-CN");
    let mut caller = calls(&house, 0, "8002");
    page.until_shows("#stage", "来电振铃");
    page.until_shows("#pop-name", WANG.0);
    page.until_shows("#pop-typed", "账号 8002: 王芳");
    page.until_shows("#pop-typed", "▲ 来电号码属于: 李雷");
    page.until_shows("#pop-typed", "请核实来电者身份");
    page.until_shows("#pop-more", "按输入的账号");
    page.until_shows("#pop-more", "按来电号码");
    phone.answer();
    agent.until_state("talking");
    // P9: a reload shows the same, and the API tells it.
    page.reloads();
    page.until_shows("#pop-typed", "账号 8002: 王芳");
    page.until_shows("#pop-typed", "▲ 来电号码属于: 李雷");
    let session = agent.read("/v1/agents/me/session");
    let known = &session["pop"]["customer"]["profile"];
    assert_eq!(known["typed"]["differs"], true);
    let found: Vec<&Value> = known["candidates"].as_array().unwrap().iter().collect();
    assert_eq!(found[0]["customer"], wang);
    assert_eq!(found[1]["customer"], li);
    page.has_no_complaints();
    caller.hangs_up();
    house.until_empty();
}

#[test]
fn g6_a_ticket_that_is_keyed_in_is_the_first_of_the_pop_and_what_nobody_has_is_told() {
    let house = house();
    let admin = house.sign_in("admin");
    let li = customer(&admin, LI, "8001");
    let mut numbers = Vec::new();
    for subject in ["the first", "the second"] {
        let body = json!({ "subject": subject, "customer": li, "contact": { "number": LI.1 } });
        let made = admin.send("POST", "/v1/tickets", &body.to_string());
        let number = made.expect(201).json()["number"].clone();
        numbers.push(number.as_str().unwrap().to_owned());
    }
    let agent = house.sign_in("1001");
    let mut phone = house.agent("1001", Answers::ByHand);
    agent.until_state("ready");
    // The newest comes first unless the caller names the other.
    let digits: String = numbers[0].chars().filter(char::is_ascii_digit).collect();
    let mut caller = calls(&house, 0, &digits);
    let known = known_to(&agent);
    let shown = known["open_tickets"][0]["number"].as_str().unwrap();
    assert!(numbers[0].ends_with(shown), "{known}");
    assert_eq!(known["typed"]["kind"], "ticket");
    assert_eq!(known["typed"]["differs"], false);
    phone.answer();
    agent.until_state("talking");
    caller.hangs_up();
    house.until_empty();
    drop((caller, phone));
    // The next call is not for one whose phone is gone.
    let away = agent.send("PUT", "/v1/agents/me/state", r#"{"state":"offline"}"#);
    away.expect(204);
    let mut phone = house.agent("1002", Answers::ByHand);
    let other = house.sign_in("1002");
    other.until_state("ready");
    let mut caller = calls(&house, 1, "9999");
    let known = known_to(&other);
    assert_eq!(
        (&known["typed"]["text"], &known["typed"]["result"]),
        (&json!("9999"), &json!("nobody"))
    );
    assert_eq!(known["candidates"][0]["customer"], li, "his number stands");
    phone.answer();
    other.until_state("talking");
    caller.hangs_up();
    house.until_empty();
}
