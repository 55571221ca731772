//! Phones over a restart, and phones that die: what the registrar keeps, and what becomes of their agents (A5, C20, G13).

use serde_json::Value;

use crate::baresip::{AGENT_HZ, Answers, Way};
use crate::house::House;
use crate::http::Session;
use crate::patience::{SECOND, soon, until, within};

const ENOUGH_MS: u32 = 1_000;
/// A question every 10 s, 8 s for its answer, and a machine that compiles beside.
const LOST_WITHIN: u32 = 24;

/// What an agent's page shows: the state, with its reason.
fn state(agent: &Session) -> (String, Option<String>) {
    let shown = agent.read("/v1/agents/me/session");
    let state = &shown["agent"]["state"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    (text(&state["state"]).unwrap(), text(&state["reason"]))
}

#[test]
fn g13_a_phone_is_called_after_kill_9_without_registering_anew_and_its_agent_is_ready() {
    let mut house = House::open();
    let (agent, other) = (house.sign_in("1001"), house.sign_in("1002"));
    let phone = house.agent("1001", Answers::AtOnce);
    let silent = house.agent("1002", Answers::ByHand);
    agent.until_state("ready");
    let meal = r#"{"state":"not_ready","reason":"meal"}"#;
    other.send("PUT", "/v1/agents/me/state", meal).expect(204);
    other.until_state("not_ready");
    let admin = house.sign_in("admin");
    let registrations = || admin.read("/v1/registrations")["items"].clone();
    let before = soon("both phones in the list", || {
        let rows = registrations();
        (rows.as_array()?.len() == 2).then_some(rows)
    });
    // The keeper writes within 100 ms; a crash right then would cost the phone its next refresh.
    let kept = house.dir.join("data/trunkline.db");
    until("the registrations on disk", || holds(&kept, "sip:1001"));
    let registered = phone.count(Way::Out, "REGISTER");

    house.signal("KILL");
    assert_eq!(house.ended().code(), None, "killed");
    house.start();
    agent.until_state("ready");
    assert_eq!(state(&other), ("not_ready".into(), Some("meal".into())));
    assert_eq!(registrations(), before, "each contact, with its end");
    let mut caller = house.caller("13800001111", 440);
    caller.asks_for('1');
    phone.until_hears(0, 440.0, ENOUGH_MS);
    caller.until_hears(0, AGENT_HZ.into(), ENOUGH_MS);
    assert_eq!(
        phone.count(Way::Out, "REGISTER"),
        registered,
        "the phone knows nothing of the restart"
    );
    assert_eq!(silent.count(Way::In, "INVITE"), 0);
    caller.hangs_up();
    house.until_empty();
}

#[test]
fn a5_a_phone_that_dies_takes_its_agent_out_of_ready_and_one_that_comes_back_brings_him_back() {
    let mut house = House::empty();
    crate::hotline::write(&house.dir);
    let settings = house.dir.join("config/trunkline.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, format!("{text}[sip]\nprobe_s = 10\n")).unwrap();
    house.start();
    let agent = house.sign_in("1001");
    let phone = house.agent("1001", Answers::AtOnce);
    agent.until_state("ready");
    drop(phone);
    let lost = within(LOST_WITHIN * SECOND, || {
        (state(&agent).0 == "not_ready").then(|| state(&agent))
    });
    let reason = Some("device_lost".to_owned());
    assert_eq!(lost, Some(("not_ready".to_owned(), reason)), "G18");
    let shown = agent.read("/v1/agents/me/session");
    assert_eq!(shown["agent"]["state"]["registered"], false, "{shown}");

    std::fs::remove_dir_all(house.dir.join("phone-1001")).unwrap();
    let _phone = house.agent("1001", Answers::AtOnce);
    agent.until_state("ready");
}

/// Whether a file of the store, or its write-ahead log, holds a text.
fn holds(database: &std::path::Path, text: &str) -> bool {
    ["", "-wal"].iter().any(|ending| {
        let path = format!("{}{ending}", database.display());
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    })
}
