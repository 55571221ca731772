//! Why a call went where it went, told after real calls: by the API, by `trunkline why`, and on the page, in both languages (R1, R19).

use serde_json::Value;

use crate::baresip::Answers;
use crate::browser::{Browser, ENTER};
use crate::house::{House, PASSWORD};
use crate::patience::{soon, until};

const QUEUES: &str = "[queue.support]\nstrategy = \"longest-idle\"\nwrap_up_s = 0\njoin_when = \"always\"\nleave_unless = \"always\"\n\
                      [queue.sales]\nstrategy = \"ring-all\"\nwrap_up_s = 0\n";
const NUMBERS: &str = "[number.\"4000\"]\nqueue = \"support\"\nopen = true\n";

/// What the binary says of a call.
fn told(house: &House, call: &str, lang: &str) -> String {
    let output = house
        .trunkline()
        .args(["why", call, "--lang", lang])
        .output();
    let output = output.expect("the binary runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn r01_r19_a_served_and_an_unserved_call_are_told_by_api_binary_and_page_in_both_languages() {
    let house = House::open_files(&[
        ("config/queues.toml", QUEUES),
        ("config/numbers.toml", NUMBERS),
    ]);
    let admin = house.sign_in("admin");
    // Nobody is at work: he waits, and gives up.
    let mut caller = house.caller("13700000001", 440);
    caller.calls("4000");
    let waits = |call: &Value| call["live"]["phase"] == "queued";
    until("the first waits", || {
        let live = admin.read("/v1/calls?live=true");
        live["items"].as_array().unwrap().iter().any(waits)
    });
    caller.hangs_up();
    house.until_empty();
    let unserved = house.call(&admin, "the first call's record", |call| {
        call["ended_at"].is_string()
    });

    let page = Browser::open(&house.dir);
    page.visits(&format!("http://{}/?lang=en", house.http));
    page.types("input[name=login]", "1001");
    page.types("input[name=password]", &format!("{PASSWORD}{ENTER}"));
    page.until_shows(".who", "1001");
    let phone = house.agent("1001", Answers::AtOnce);
    house.sign_in("1001").until_state("ready");
    caller.calls("4000");
    phone.until_hears(0, 440.0, 300);
    page.until_shows("#stage", "In call");
    // From the call that runs.
    let link = "return document.querySelector('#pop-why').getAttribute('href')";
    let link = page.script(link).as_str().unwrap().to_owned();
    let served = link.strip_prefix("/why/").unwrap();

    for (call, list, lang, words) in [
        (
            unserved["id"].as_str().unwrap(),
            "events",
            "en",
            [
                "the caller hung up",
                "Nobody had been rung. Agents as the call came: nobody ready",
            ],
        ),
        (
            unserved["id"].as_str().unwrap(),
            "events",
            "zh",
            ["主叫挂机", "未派给任何坐席。进入时坐席：无人示闲"],
        ),
        (
            served,
            "decisions",
            "en",
            ["Offered to 1001", "longest-idle"],
        ),
        (
            served,
            "decisions",
            "zh",
            ["由队列 support 派给 1001", "得分："],
        ),
    ] {
        let path = format!("/v1/calls/{call}/why?lang={lang}");
        // The timeline in the store follows the facts.
        let sentence = soon("the sentence", || {
            let why = admin.read(&path);
            Some(why[list][0]["sentence"].as_str()?.to_owned())
        });
        for word in words {
            assert!(sentence.contains(word), "{sentence} lacks {word}");
        }
        let said = told(&house, call, lang);
        assert!(said.contains(&sentence), "{said} lacks {sentence}");
        let shown = admin.get(&format!("/why/{call}?lang={lang}")).expect(200);
        assert!(shown.text().contains(words[0]), "{}", shown.text());
    }
    // He himself reads of himself.
    page.visits(&format!("http://{}{link}?lang=zh", house.http));
    page.until_shows(".story li", "派给了 1001");
    caller.hangs_up();
    house.until_empty();
}
