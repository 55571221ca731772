//! Tickets that scripts file, end to end (E15): a caller is told the number of a ticket that stands in the store, a killed process
//! makes it once, and whoever takes the caller's next call is told of it.

use serde_json::{Value, json};

use crate::baresip::Baresip;
use crate::hotline::WELCOME_HZ;
use crate::house::House;
use crate::http::Session;
use crate::patience::{soon, until};
use crate::sound::tone_wav;

const LI: &str = "13700000001";
/// When his ticket has a number.
pub(crate) const TOLD_HZ: f64 = 1_900.0;
/// When it has none in time.
pub(crate) const SORRY_HZ: f64 = 2_300.0;

const TRUNKLINE: &str = "[agents]\nsign_in = \"phone\"\n[demo]\nseed = true\n";

/// Takes an order's number and files a ticket, whose exits are `told` and `sorry`.
fn script(number: &str) -> String {
    format!(
        r##"title = {{ en = "Complaints" }}
languages = ["en"]
start = "order"
[prompt.welcome]
en = "Key in your order's number."
[prompt.told]
en = "Thank you."
[prompt.sorry]
en = "We will call you."
[collect.order]
prompt = "welcome"
into = "order"
timeout_s = 30
next = "file"
on_failure = "sorry"
[ticket.file]
ticket_type = "complaint"
category = "delivery"
subject = "Order {{order}}"
fields = {{ order = "order", length = "length(order)" }}
{number}next = "told"
[play.told]
prompt = "told"
next = "end"
[play.sorry]
prompt = "sorry"
next = "end"
[hangup.end]
prompt = "told"
"##
    )
}

fn house(number: &str) -> House {
    House::open_files(&files(number))
}

/// The files of a house that files tickets.
pub(crate) fn files(number: &str) -> [(&'static str, Vec<u8>); 4] {
    [
        ("config/trunkline.toml", TRUNKLINE.as_bytes().to_vec()),
        ("ivr/main.toml", script(number).into_bytes()),
        ("ivr/prompts/en/told.wav", tone_wav(TOLD_HZ, 1_000)),
        ("ivr/prompts/en/sorry.wav", tone_wav(SORRY_HZ, 1_000)),
    ]
}

/// Calls and keys in an order's number.
pub(crate) fn keys_in(house: &House, number: &str) -> Baresip {
    let mut caller = house.caller(LI, 440);
    caller.calls("4000");
    caller.until_hears(0, WELCOME_HZ, 100);
    number.chars().for_each(|key| caller.presses(key));
    caller.presses('#');
    caller
}

/// The only ticket.
pub(crate) fn ticket(who: &Session) -> Value {
    let tickets = soon("the ticket", || {
        let list = who.read("/v1/tickets");
        let tickets = list["items"].as_array().cloned()?;
        (!tickets.is_empty()).then_some(tickets)
    });
    assert_eq!(tickets.len(), 1, "{tickets:?}");
    tickets[0].clone()
}

fn is_whole(ticket: &Value) {
    assert_eq!(ticket["ticket_type"], "complaint");
    assert_eq!(ticket["category"], "delivery");
    assert_eq!(ticket["subject"], "Order 007");
    assert_eq!(
        ticket["fields"],
        json!({ "length": { "number": "3" }, "order": { "text": "007" } })
    );
    assert_eq!(ticket["contact"]["number"], LI);
}

#[test]
fn e15_a_number_is_told_of_a_ticket_that_stands_and_the_next_call_shows_it() {
    let house = house("into = \"ticket_no\"\nerror = \"sorry\"\n");
    let caller = keys_in(&house, "007");
    caller.until_hears(0, TOLD_HZ, 300);
    let admin = house.sign_in("admin");
    let ticket = ticket(&admin);
    is_whole(&ticket);
    house.until_empty();
    let heard = caller.heard(0).expect("it was written down");
    assert_eq!(heard.traces_ms(0, SORRY_HZ), 0);
    drop(caller);
    let mut again = house.caller(LI, 440);
    again.calls("4000");
    let open = soon("who calls again is known", || {
        let facts = house.facts().into_iter().rev();
        let mut known = facts.filter(|fact| fact["type"] == "call.identified");
        known.find_map(|fact| {
            let open = fact["data"]["profile"]["open_tickets"].as_array()?.clone();
            (!open.is_empty()).then_some(open)
        })
    });
    assert_eq!(open[0]["number"], ticket["number"]);
    assert_eq!(open[0]["subject"], "Order 007");
}

#[test]
fn e15_a_kill_right_after_it_was_filed_makes_one_ticket_and_no_second() {
    let mut house = house("");
    let caller = keys_in(&house, "007");
    until("the fact is written", || {
        let facts = house.facts();
        facts.iter().any(|fact| fact["type"] == "ticket.asked")
    });
    house.signal("KILL");
    house.ended();
    drop(caller);
    for _ in 0..2 {
        house.start();
        is_whole(&ticket(&house.sign_in("admin")));
        let born = house.facts().into_iter();
        let born = born.filter(|fact| fact["type"] == "ticket.created");
        assert!(born.count() >= 1, "it is told");
        house.signal("KILL");
        house.ended();
    }
}
