//! What an agent does with his call on his page: hold, ask a colleague, talk of three, hand the call on; by keys alone where
//! he types, and known again after a reload.

use crate::baresip::{AGENT_HZ, Answers, Way};
use crate::browser::{Browser, ENTER};
use crate::hotline::MUSIC_HZ;
use crate::house::House;

const CALLER: &str = "13800001111";
const ENOUGH_MS: u32 = 1_000;

/// Which of the orders can be given now.
#[track_caller]
fn allowed(page: &Browser) -> String {
    let script = "return [...document.querySelectorAll('#talk button:enabled')].map((b) => b.id.slice(5)).join(' ')";
    page.script(script).as_str().unwrap_or_default().to_owned()
}

#[test]
fn an_agent_holds_asks_a_colleague_and_hands_the_call_on() {
    let house = House::open();
    let page = Browser::at_desk(&house, "1001", "zh-CN");
    let phone = house.agent("1001", Answers::AtOnce);
    house.sign_in("1001").until_state("ready");
    let mut caller = house.caller(CALLER, 440);
    page.until_hides("#talk");
    caller.asks_for('1');
    page.until_shows("#stage", "通话中");
    phone.until_hears(0, 440.0, ENOUGH_MS);
    assert_eq!(allowed(&page), "hold survey");

    page.clicks("#talk-hold");
    page.until_shows("#talk-stage", "来电者保持中");
    assert_eq!(allowed(&page), "resume survey");
    let waits = caller
        .heard(0)
        .map_or(0, |heard| heard.tone_ms(0, MUSIC_HZ));
    caller.until_hears(0, MUSIC_HZ, waits + ENOUGH_MS);
    page.clicks("#talk-resume");
    page.until_hides("#talk-stage");

    // A colleague is asked by his login and Enter; the page of the one who asks tells who he is.
    let colleague = house.agent("1002", Answers::AtOnce);
    house.sign_in("1002").until_state("ready");
    page.types("#talk-note", "退款");
    page.types("#talk-target", &format!("1002{ENTER}"));
    page.until_shows("#talk-stage", "咨询中 1002");
    phone.until_hears(0, AGENT_HZ.into(), ENOUGH_MS);
    assert_eq!(allowed(&page), "alternate complete join drop");
    page.reloads();
    page.until_shows("#talk-stage", "咨询中 1002");
    page.clicks("#talk-join");
    page.until_shows("#talk-stage", "三方通话");
    assert_eq!(allowed(&page), "alternate complete drop");

    page.clicks("#talk-complete");
    page.until_shows("#stage", "通话结束 · 已转接");
    page.until_hides("#talk");
    phone.nth(Way::In, "BYE", 0);
    let heard = colleague
        .heard(0)
        .map_or(0, |heard| heard.tone_ms(0, 440.0));
    colleague.until_hears(0, 440.0, heard + ENOUGH_MS);
    caller.hangs_up();
    colleague.nth(Way::In, "BYE", 0);
    page.has_no_complaints();
    house.until_empty();
}

#[test]
fn p6_whom_the_call_is_handed_to_sees_who_sends_it_and_what_he_wrote() {
    let house = House::open();
    let (phone, _other) = (
        house.agent("1001", Answers::AtOnce),
        house.agent("1002", Answers::AtOnce),
    );
    let agent = house.sign_in("1001");
    agent.until_state("ready");
    house
        .sign_in("1002")
        .send("PUT", "/v1/agents/me/state", r#"{"state":"offline"}"#);
    let page = Browser::at_desk(&house, "1002", "zh-CN");
    let mut caller = house.caller(CALLER, 440);
    caller.asks_for('1');
    phone.until_hears(0, 440.0, ENOUGH_MS);
    let busy = house.sign_in("1002");
    busy.send("PUT", "/v1/agents/me/state", r#"{"state":"ready"}"#)
        .expect(204);
    busy.until_state("ready");

    let session = agent.read("/v1/agents/me/session");
    let call = session["talk"]["call"]
        .as_str()
        .expect("he talks")
        .to_owned();
    let order = r#"{"order":"transfer","to":{"agent":"1002"},"note":"要退款\n很急"}"#;
    agent
        .send("POST", &format!("/v1/calls/{call}/talk"), order)
        .expect(204);
    page.until_shows("#pop-handed-on", "转自");
    page.until_shows("#pop-handed-on", "1001");
    page.until_shows("#pop-handed-on", "要退款");
    page.until_shows("#stage", "通话中");
    page.until_shows("#talk", "保持");
    caller.hangs_up();
    page.until_shows("#stage", "通话结束");
    page.has_no_complaints();
    house.until_empty();
}
