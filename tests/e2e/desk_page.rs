//! The agent's page in a real browser: he signs in by the form, sees who calls while his phone rings, is never torn out of
//! what he types, files the call and is ready again; in his language, and after a reload.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::baresip::{Answers, Baresip, Way};
use crate::browser::{Browser, ENTER};
use crate::events::Stream;
use crate::house::{House, PASSWORD};
use crate::patience::soon;

/// The demo's customer; a VIP of level 2.
const CUSTOMER: (&str, &str, &str) = ("陈先生 Mr Chen", "13800001111", "138 0000 1111");
/// `wrap_up_s` of the demo's queues: who is ready sooner has said so.
const WRAP_UP: Duration = Duration::from_secs(10);
/// Counts each time the keyboard's focus comes or goes.
const WATCH_FOCUS: &str = "
    document.querySelector('#go-not-ready').focus();
    window.focusMoves = 0;
    for (const move of ['focusin', 'focusout']) {
        document.addEventListener(move, () => { window.focusMoves += 1; }, true);
    }";
const FOCUS: &str = "return `${document.activeElement.id} ${window.focusMoves}`";

/// A browser at the page, before the sign-in form.
#[track_caller]
fn door(house: &House) -> Browser {
    let browser = Browser::open(&house.dir);
    browser.visits(&format!("http://{}/", house.http));
    browser
}

/// Signs in as a person does: by keys, with Enter at the end; waits until the page lives.
#[track_caller]
fn signs_in(page: &Browser, login: &str) {
    page.types("input[name=login]", login);
    page.types("input[name=password]", &format!("{PASSWORD}{ENTER}"));
    page.until_shows(".who", login);
    soon("the page's first look at the API", || {
        let tickets = page.text(".tickets")?;
        (tickets.lines().count() > 1).then_some(())
    });
}

/// The customer calls the hotline and presses a key.
#[track_caller]
fn customer_calls(house: &House, key: char) -> Baresip {
    let mut caller = house.caller(CUSTOMER.1, 440);
    // The demo greets him in words, and a key cuts them: there is no tone to wait for.
    caller.calls("4000");
    caller.presses(key);
    caller
}

/// The card shows a stage, and the customer in it.
#[track_caller]
fn card_shows(page: &Browser, stage: &str, queue: &str) {
    page.until_shows("#stage", stage);
    for (selector, wanted) in [
        ("#pop-name", CUSTOMER.0),
        ("#pop-vip", "2"),
        ("#pop-number", CUSTOMER.2),
        ("#pop-facts", queue),
    ] {
        page.until_shows(selector, wanted);
    }
}

/// The colour of the phone's dot.
#[track_caller]
fn dot(page: &Browser) -> Value {
    page.script("return getComputedStyle(document.querySelector('#device .dot')).backgroundColor")
}

#[test]
fn p5_the_card_comes_while_the_phone_rings_and_leaves_the_focus_where_it_is() {
    let house = House::demo();
    let agent = house.sign_in("1001");
    let desk = Stream::follow(&agent, None);
    let page = door(&house);
    signs_in(&page, "1001");
    page.until_shows("#state", "离线");
    page.until_shows("#device", "话机离线");
    let dark = dot(&page);

    let mut phone = house.agent("1001", Answers::ByHand);
    page.until_shows("#state", "示闲");
    page.until_shows("#device", "话机在线");
    assert_ne!(dot(&page), dark, "the dot is lit");
    page.script(WATCH_FOCUS);

    let mut caller = customer_calls(&house, '1');
    card_shows(&page, "来电振铃", "技术支持");
    let shown = Instant::now();
    phone.nth(Way::Out, "180 INVITE", 0);
    assert_eq!(phone.count(Way::Out, "200 INVITE"), 0, "it still rings");
    page.until_shows("#state", "振铃");
    assert_eq!(page.script(FOCUS), "go-not-ready 0", "P5");

    phone.answer();
    card_shows(&page, "通话中", "技术支持");
    assert!(shown < phone.nth(Way::Out, "200 INVITE", 0).at);
    page.until_shows("#state", "通话中");
    page.until_hides("#wrap-done");
    caller.hangs_up();
    card_shows(&page, "通话结束 · 主叫挂机", "技术支持");
    page.until_shows("#state", "话后处理");
    assert_eq!(page.script(FOCUS), "go-not-ready 0", "P5");

    let ticket = desk.event("ticket.created").data("ticket").clone();
    let ticket = agent.read(&format!("/v1/tickets/{}", ticket.as_str().unwrap()));
    page.until_shows("#tickets li", ticket["number"].as_str().unwrap());
    page.until_shows("#after", "完成");
    page.clicks("#wrap-done");
    agent.until_state("ready");
    page.until_shows("#state", "示闲");
    page.until_hides("#after");
    let filed = in_state(&desk, "wrap_up", "ready");
    assert!(
        filed < WRAP_UP,
        "by the button, not by the clock: {filed:?}"
    );
    page.has_no_complaints();
    house.until_empty();
}

/// How long it was from the first change into one state to the next into another.
#[track_caller]
fn in_state(desk: &Stream, from: &str, to: &str) -> Duration {
    soon(&format!("{from}, then {to}, on the stream"), || {
        let mut all = desk.all().into_iter();
        let mut into = |state: &str| {
            all.find(|event| {
                event.name == "agent.state_changed" && event.data("to")["state"] == state
            })
        };
        let began = into(from)?.at;
        Some(into(to)?.at - began)
    })
}

#[test]
fn p7_who_is_slower_sees_that_a_colleague_has_answered() {
    let house = House::open();
    let page = door(&house);
    signs_in(&page, "1001");
    let slower = house.agent("1001", Answers::ByHand);
    let mut faster = house.agent("1003", Answers::ByHand);
    for login in ["1001", "1003"] {
        house.sign_in(login).until_state("ready");
    }
    let mut caller = customer_calls(&house, '2');
    card_shows(&page, "来电振铃", "sales");
    slower.rings(0);
    faster.rings(0);
    faster.answer();
    card_shows(&page, "来电已取消 · 已由其他坐席接听", "sales");
    slower.nth(Way::In, "CANCEL", 0);
    page.until_shows("#state", "示闲");
    assert_eq!(slower.count(Way::Out, "200 INVITE"), 0);
    caller.hangs_up();
    faster.nth(Way::In, "BYE", 0);
    house.until_empty();
    page.until_shows("#stage", "来电已取消");
    page.until_hides("#after");
    page.has_no_complaints();
}

#[test]
fn p9_a_reload_while_it_rings_brings_the_card_back_and_it_goes_on() {
    let house = House::demo();
    let page = door(&house);
    signs_in(&page, "1001");
    page.clicks("a.language");
    page.until_shows("#state", "Offline");
    let mut phone = house.agent("1001", Answers::ByHand);
    page.until_shows("#state", "Ready");
    let mut caller = customer_calls(&house, '1');
    card_shows(&page, "Incoming call", "Support");

    page.script("window.isOfBefore = true");
    page.reloads();
    card_shows(&page, "Incoming call", "Support");
    assert_eq!(page.script("return window.isOfBefore"), Value::Null);
    page.until_shows("#state", "Ringing");
    assert_eq!(phone.count(Way::In, "INVITE"), 1, "the same ring");
    assert_eq!(phone.count(Way::Out, "200 INVITE"), 0, "not answered");

    phone.answer();
    card_shows(&page, "In call", "Support");
    page.reloads();
    card_shows(&page, "In call", "Support");
    caller.hangs_up();
    card_shows(&page, "Call ended · the caller hung up", "Support");
    page.has_no_complaints();
    house.until_empty();
}

#[test]
fn the_page_speaks_the_language_that_was_chosen() {
    let house = House::demo();
    let page = door(&house);
    speaks(
        &page,
        "en",
        &[("h1", "Agent desk"), (".sign-in", "Sign in")],
    );
    page.clicks("a.language");
    speaks(
        &page,
        "zh-CN",
        &[("h1", "坐席工作台"), (".sign-in", "登录")],
    );
    signs_in(&page, "1001");
    let chinese = [
        ("#state", "离线"),
        ("#device", "话机离线"),
        ("#card", "暂无来电"),
        (".tickets", "还没有工单"),
    ];
    speaks(&page, "zh-CN", &chinese);
    page.clicks("a.language");
    let english = [
        ("#state", "Offline"),
        ("#device", "Phone offline"),
        ("#card", "No call"),
        (".tickets", "No tickets yet"),
    ];
    speaks(&page, "en", &english);
    page.reloads();
    speaks(&page, "en", &english);

    // What comes by the stream speaks it too.
    let _phone = house.agent("1001", Answers::ByHand);
    page.until_shows("#device", "Phone online");
    page.clicks("#go-not-ready option[value=meal]");
    page.until_shows("#presence", "Not ready");
    page.until_shows("#state-reason", "Meal");
    assert_eq!(house.sign_in("1001").state(), "not_ready");
    page.has_no_complaints();
    page.clicks("form[action='/sign-out'] button");
    speaks(
        &page,
        "en",
        &[("h1", "Agent desk"), (".sign-in", "Sign in")],
    );
    page.has_no_complaints();
}

/// The page says so, shows the texts, and no placeholder was left.
#[track_caller]
fn speaks(page: &Browser, language: &str, texts: &[(&str, &str)]) {
    for (selector, text) in texts {
        page.until_shows(selector, text);
    }
    assert_eq!(
        page.script("return document.documentElement.lang"),
        language
    );
    let all = page.text("body").unwrap_or_default();
    assert!(!all.contains("{{"), "{all}");
}
