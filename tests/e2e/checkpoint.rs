//! Kill -9 in the middle of a day, with a checkpoint and facts behind it (C20): everybody is what he was, has what he had, and is
//! in line where he stood.

use serde_json::{Value, json};

use crate::baresip::{Answers, Baresip, Way};
use crate::callbacks;
use crate::carriers::OURS;
use crate::house::House;
use crate::http::Session;
use crate::patience::until;

const ENOUGH_MS: u32 = 1_500;
const VOICE_HZ: u32 = 440;

const QUEUES: &str = r#"
[queue.support]
strategy = "least-calls"
ring_timeout_s = 60
wrap_up_s = 0
min_handled_s = 1
callback = { ring_s = 60 }
[queue.sales]
strategy = "ring-all"
wrap_up = "until_category"
min_handled_s = 1
"#;

const NUMBERS: &str = r#"
[number."4000"]
script = "main"
open = true
[number."4100"]
queue = "sales"
open = true
[number."+861065529988"]
script = "main"
"#;

/// Zhang (support, sales), Li (support) and Wang (sales), and who leads them.
struct Staff {
    zhang: Session,
    li: Session,
    wang: Session,
    lead: Session,
}

impl Staff {
    /// All that must outlive a restart and can be read.
    fn stands(&self) -> Value {
        let state = |agent: &Session| {
            let shown = agent.read("/v1/agents/me/state");
            ["state", "reason", "call", "wrap_up"].map(|key| shown[key].clone())
        };
        let promise = &self.lead.read("/v1/callbacks")["items"][0];
        let promise = ["id", "number", "since", "until"].map(|key| promise[key].clone());
        json!({
            "states": [state(&self.zhang), state(&self.li), state(&self.wang)],
            "queues": self.zhang.read("/v1/agents/me/queues"),
            "promise": promise,
        })
    }

    /// What Li took of his breaks today.
    fn rested_s(&self) -> u64 {
        let breaks = self.li.read("/v1/agents/me/breaks");
        let of = breaks["items"].as_array().expect("breaks");
        of.iter()
            .filter_map(|one| one["used_s"].as_u64())
            .sum::<u64>()
    }
}

#[track_caller]
fn says(agent: &Session, state: &str) {
    agent.send("PUT", "/v1/agents/me/state", state).expect(204);
}

/// A call that counts, and its end.
#[track_caller]
fn serves(caller: &mut Baresip, number: &str, phone: &Baresip, call: usize) {
    caller.calls(number);
    phone.until_hears(call, VOICE_HZ.into(), ENOUGH_MS);
    caller.hangs_up();
}

/// Ends the server by a signal and starts it again; gives the fact up to which it knew everything by its checkpoint.
#[track_caller]
fn starts_again(house: &mut House, signal: &str) -> u64 {
    house.signal(signal);
    house.ended();
    house.start();
    let words = house.words();
    let mut told = words
        .lines()
        .filter(|line| line.contains("what agents did is read"));
    let from = told.next_back().and_then(|line| line.split("from=").nth(1));
    let from = from.and_then(|rest| rest.split(' ').next()?.parse().ok());
    from.unwrap_or_else(|| panic!("where did it read from? {words}"))
}

#[test]
fn c20_killed_in_mid_day_everybody_is_what_he_was_and_has_what_he_had() {
    let carrier = callbacks::carrier();
    let files = [
        ("config/queues.toml", QUEUES),
        ("config/numbers.toml", NUMBERS),
    ];
    let mut house = callbacks::house_with(carrier, &files);
    let staff = Staff {
        zhang: house.sign_in("1001"),
        li: house.sign_in("1002"),
        wang: house.sign_in("1003"),
        lead: house.sign_in("admin"),
    };
    let (zhang, mut li, wang) = (
        house.agent("1001", Answers::AtOnce),
        house.agent("1002", Answers::ByHand),
        house.agent("1003", Answers::AtOnce),
    );
    for agent in [&staff.zhang, &staff.li, &staff.wang] {
        agent.until_state("ready");
    }

    // The morning: a break, an opting out, a call of each queue.
    says(&staff.li, r#"{"state":"not_ready","reason":"meal"}"#);
    let id = staff.zhang.read("/v1/agents/me")["id"].clone();
    let sales = format!("/v1/agents/{}/queues/sales", id.as_str().expect("an id"));
    staff
        .lead
        .send("PUT", &sales, r#"{"serves":false}"#)
        .expect(200);
    let mut caller = house.caller("13700000001", VOICE_HZ);
    serves(&mut caller, "4000", &zhang, 0);
    serves(&mut caller, "4100", &wang, 0);
    staff.wang.until_state("wrap_up");
    assert_eq!(zhang.count(Way::In, "INVITE"), 1, "C1: not for sales");
    starts_again(&mut house, "TERM");

    // What stands behind the checkpoint: another call, another break, a promise.
    staff.zhang.until_state("ready");
    serves(&mut caller, "4000", &zhang, 1);
    staff.zhang.until_state("ready");
    says(&staff.zhang, r#"{"state":"not_ready","reason":"break"}"#);
    let mut customer = callbacks::customer(&house, carrier);
    customer.calls(OURS);
    customer.presses('1');
    callbacks::takes_it(&mut customer);
    let (before, rested_s) = (staff.stands(), staff.rested_s());
    assert_eq!(before["states"][2][0], "wrap_up", "{before}");
    assert_eq!(before["queues"]["items"][1]["serves"], false, "{before}");
    assert!(before["promise"][0].is_string(), "{before}");

    assert!(starts_again(&mut house, "KILL") > 0, "from a checkpoint");
    assert_eq!(staff.stands(), before);
    // Now in the checkpoint, all of it.
    starts_again(&mut house, "TERM");
    assert!(starts_again(&mut house, "KILL") > 0, "from a checkpoint");
    assert_eq!(staff.stands(), before);
    assert!(staff.rested_s() >= rested_s, "C2: of the whole day");

    // The afternoon: Wang files what she had begun to, Li keeps the promise, and is still behind Zhang's two calls.
    staff
        .wang
        .send(
            "POST",
            "/v1/agents/me/wrap-up/category",
            r#"{"category":"billing"}"#,
        )
        .expect(204);
    staff.wang.until_state("ready");
    says(&staff.li, r#"{"state":"ready"}"#);
    callbacks::is_called_and_talks(&mut customer, &mut li, 0);
    until("the end of the promise", || {
        staff.lead.read("/v1/callbacks")["items"] == json!([])
    });
    staff.li.until_state("ready");
    says(&staff.zhang, r#"{"state":"ready"}"#);
    staff.zhang.until_state("ready");
    caller.calls("4000");
    li.rings(1);
    li.answer();
    staff.li.until_state("talking");
    caller.hangs_up();
    assert_eq!(
        zhang.count(Way::In, "INVITE"),
        2,
        "R16: two calls, not none"
    );
    house.until_empty();
}
