//! Who has the right for it opts out of one queue on his page (C1): his colleague is rung for it and he is not, also after a restart.

use serde_json::json;

use crate::baresip::Answers;
use crate::browser::Browser;
use crate::events::Stream;
use crate::house::{House, STAFF_PASSWORD};

const QUEUES: &str = "[queue.support]\nstrategy = \"ring-all\"\nring_timeout_s = 60\n[queue.sales]\nstrategy = \"ring-all\"\nring_timeout_s = 60\n";

fn people() -> String {
    format!(
        "login,name,password,queues,skills,roles,outside\n\
         1001,Zhang Min,{STAFF_PASSWORD},support;sales,,agent,\n\
         1002,Li Qiang,{STAFF_PASSWORD},support;sales,,agent;supervisor,\n"
    )
}

#[test]
fn c1_he_opts_out_of_a_queue_on_his_page_and_a_restart_does_not_forget_it() {
    let files = [("config/queues.toml", QUEUES)];
    let mut house = House::open_staffed(&files, &people());
    let mut phones = [
        house.agent("1001", Answers::ByHand),
        house.agent("1002", Answers::ByHand),
    ];
    let [plain, lead] = ["1001", "1002"].map(|login| house.sign_in(login));
    for person in [&plain, &lead] {
        // One act, and he serves all queues of his profile.
        person.until_state("ready");
        assert_eq!(served(&person.read("/v1/agents/me")), ["support", "sales"]);
    }
    let out = r#"{"serves":false}"#;
    let refused = plain.send("PUT", "/v1/agents/me/queues/support", out);
    assert_eq!(refused.expect(403).json()["code"], "opt_out_forbidden");

    let wall = Stream::follow(&lead, None);
    let page = Browser::at_desk(&house, "1002", "en");
    page.until_shows("#queues", "support");
    page.clicks("#queues li:first-child button");
    page.until_shows("#queues [data-serves=no]", "opted out");
    let told = wall.event("agent.queue_changed");
    assert_eq!(
        (told.data("queue"), told.data("serves")),
        (&json!("support"), &json!(false))
    );
    drop(wall);
    page.has_no_complaints();

    house.signal("KILL");
    assert_eq!(house.ended().code(), None, "killed");
    house.start();
    for person in [&plain, &lead] {
        person.until_state("ready");
    }
    assert_eq!(served(&lead.read("/v1/agents/me")), ["sales"]);
    page.reloads();
    page.until_shows("#queues [data-serves=no]", "support");
    page.missed_its_server();

    // Both would ring for either caller; now each has one of them to himself.
    let mut caller = house.caller("13800001111", 440);
    caller.asks_for('1');
    phones[0].rings(0);
    let mut other = house.caller("13900002222", 540);
    other.asks_for('2');
    phones[1].rings(0);
    page.until_shows("#stage", "Incoming call");
    page.until_shows("#pop-facts", "sales");
    for phone in &mut phones {
        phone.answer();
    }
    page.until_shows("#stage", "In call");
    for caller in [&mut caller, &mut other] {
        caller.hangs_up();
    }
    page.has_no_complaints();
    house.until_empty();
}

fn served(agent: &serde_json::Value) -> Vec<&str> {
    let queues = agent["queues"].as_array().expect("queues");
    queues
        .iter()
        .filter_map(serde_json::Value::as_str)
        .collect()
}
