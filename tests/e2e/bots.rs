//! Bots end to end (E24): a real phone, the house, and a WebSocket server that hears and speaks.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::bot_service::Bot;
use crate::ear::Ear;
use crate::house::House;
use crate::patience::until;
use crate::sound::{Recorded, tone_wav};

const LI: &str = "13700000001";
const WANG: &str = "13700000002";
/// What the caller says, and the bot.
const VOICE_HZ: u32 = 440;
const BOT_HZ: f64 = 1_000.0;
/// What is heard where a result, a key or a failure leads.
const DONE_HZ: f64 = 1_900.0;
const KEY_HZ: f64 = 2_100.0;
const SORRY_HZ: f64 = 2_300.0;
/// A bot that floods is refused; the sound that it may be ahead.
const AHEAD_S: usize = 60;

const TRUNKLINE: &str = "[agents]\nsign_in = \"phone\"\n[demo]\nseed = true\n\
                         [outgoing]\nprivate_hosts = [\"127.0.0.1\"]\n";

const SCRIPT: &str = r#"title = { en = "Help" }
languages = ["en"]
start = "helper"
[prompt.done]
en = "Done."
[prompt.person]
en = "An agent."
[prompt.sorry]
en = "Sorry."
[bot.helper]
bot = "helper"
keys = { 0 = "person" }
send = { customer = "caller.number" }
into = { parcels = { at = "/parcels", type = "number" } }
results = { done = "count" }
on_failure = "sorry"
[branch.count]
when = [{ if = "parcels == 2", go = "done" }]
otherwise = "sorry"
[hangup.done]
prompt = "done"
[hangup.person]
prompt = "person"
[hangup.sorry]
prompt = "sorry"
"#;

fn house(at: &str, more: &str) -> House {
    let bots = format!(
        "[bot.helper]\nurl = \"ws://{at}/talk\"\nheaders = {{ Authorization = {{ text = \"Bearer hush-hush\" }} }}\n{more}\n"
    );
    let files = [
        ("config/trunkline.toml", TRUNKLINE.as_bytes().to_vec()),
        ("config/bots.toml", bots.into_bytes()),
        ("ivr/main.toml", SCRIPT.as_bytes().to_vec()),
        ("ivr/prompts/en/done.wav", tone_wav(DONE_HZ, 1_000)),
        ("ivr/prompts/en/person.wav", tone_wav(KEY_HZ, 1_000)),
        ("ivr/prompts/en/sorry.wav", tone_wav(SORRY_HZ, 1_000)),
    ];
    House::open_files(&files)
}

fn result(exit: &str, parcels: &Value) -> String {
    json!({ "event": "result", "result": { "exit": exit, "values": { "parcels": parcels } } })
        .to_string()
}

/// The facts about the ends of conversations, once there are so many.
#[track_caller]
fn ends(house: &House, count: usize) -> Vec<Value> {
    let told = || {
        let facts = house.facts().into_iter();
        facts
            .filter(|fact| fact.to_string().contains("bot.ended"))
            .collect::<Vec<_>>()
    };
    until("the conversation is told", || told().len() >= count);
    told()
}

#[test]
fn e24_a_bot_hears_the_phone_and_the_phone_hears_the_bot_and_its_result_leads_on() {
    let bot = Bot::open();
    let house = house(&bot.at.to_string(), "");
    let mut caller = house.caller(LI, VOICE_HZ);
    caller.calls("4000");
    let start = bot.started(0);
    assert_eq!(start["start"]["customParameters"]["customer"], LI);
    assert_eq!(bot.authorization(0), "Bearer hush-hush");
    until("half a second of his voice", || {
        bot.tone(0, f64::from(VOICE_HZ)) >= 25
    });
    bot.sings(0, BOT_HZ, 3_000);
    bot.says(
        0,
        json!({ "event": "mark", "mark": { "name": "sung" } }).to_string(),
    );
    caller.until_hears(0, BOT_HZ, 1_000);
    until("the mark comes back", || !bot.events(0, "mark").is_empty());
    bot.says(0, result("done", &json!(2)));
    let (_, code, word) = bot.closed(0);
    assert_eq!((code, word.as_str()), (1000, "result"));
    assert_eq!(bot.events(0, "stop").len(), 1);
    caller.until_hears(0, DONE_HZ, 300);
    house.until_empty();
    let end = &ends(&house, 1)[0].to_string();
    assert!(
        end.contains("\"end\":\"result\"") && end.contains("\"result\":\"done\""),
        "{end}"
    );
    assert!(
        !house.words().contains("hush-hush"),
        "S22: the log has no secret"
    );
    until("the recording is whole", || !house.recordings().is_empty());
    let recorded = Recorded::read(&house.recordings()[0]).expect("a recording");
    assert!(recorded.tone_ms(0, f64::from(VOICE_HZ)) >= 500, "his side");
    assert!(recorded.tone_ms(1, BOT_HZ) >= 1_000, "the bot's side");
}

#[test]
fn e24_the_bot_is_heard_at_once_and_silenced_at_once_and_a_key_leads_on_beside_it() {
    let bot = Bot::open();
    let house = house(&bot.at.to_string(), "");
    let caller = Ear::calls(house.sip, "4000");
    bot.started(0);
    until("silence stands in for him", || {
        bot.events(0, "media").len() >= 10
    });
    let begun = bot.sings(0, BOT_HZ, 20_000);
    caller.until_hears(BOT_HZ, 25);
    let first = caller.tone(BOT_HZ)[0].saturating_duration_since(begun);
    bot.says(
        0,
        json!({ "event": "mark", "mark": { "name": "end" } }).to_string(),
    );
    let so_far = bot.events(0, "media").len();
    until("the mark has been sent", || {
        bot.events(0, "media").len() > so_far + 10
    });
    assert!(bot.events(0, "mark").is_empty(), "he has not heard it all");
    let cleared = Instant::now();
    bot.says(
        0,
        json!({ "event": "clear", "streamSid": "any" }).to_string(),
    );
    until("a mark comes back when nothing is left before it", || {
        !bot.events(0, "mark").is_empty()
    });
    std::thread::sleep(Duration::from_millis(400));
    let last = caller
        .tone(BOT_HZ)
        .last()
        .unwrap()
        .saturating_duration_since(cleared);
    eprintln!(
        "heard after {} ms, silent after {} ms",
        first.as_millis(),
        last.as_millis()
    );
    assert!(first < Duration::from_millis(300), "{first:?}");
    assert!(last < Duration::from_millis(150), "{last:?}");
    caller.presses(5);
    until("the bot is told a key", || {
        bot.events(0, "dtmf")
            .iter()
            .any(|(_, it)| it["dtmf"]["digit"] == "5")
    });
    let pressed = caller.presses(0);
    let (left, code, word) = bot.closed(0);
    assert_eq!((code, word.as_str()), (1000, "over"));
    assert!(left.saturating_duration_since(pressed) < Duration::from_secs(1));
    caller.until_hears(KEY_HZ, 10);
    assert_eq!(
        bot.events(0, "dtmf").len(),
        1,
        "the script's own key stays with it"
    );
    assert!(ends(&house, 1)[0].to_string().contains("\"end\":\"key\""));
}

#[test]
fn e24_a_bot_that_dies_floods_or_talks_rubbish_leaves_nobody_waiting() {
    let bot = Bot::open();
    let house = house(&bot.at.to_string(), "");
    let mut caller = house.caller(LI, VOICE_HZ);
    let mut calls = |call: usize, fails: &dyn Fn()| {
        caller.calls("4000");
        bot.started(call);
        fails();
        caller.until_hears(call, SORRY_HZ, 300);
        house.until_empty();
    };
    calls(0, &|| {
        bot.sings(0, BOT_HZ, 2_000);
        until("he hears it", || bot.events(0, "media").len() > 25);
        bot.dies(0);
    });
    calls(1, &|| {
        bot.sings(1, BOT_HZ, (AHEAD_S + 5) * 1_000);
    });
    assert_eq!(
        (bot.closed(1).1, bot.closed(1).2.as_str()),
        (1008, "too_far_ahead")
    );
    calls(2, &|| bot.says(2, "<html>".to_owned()));
    assert_eq!(
        (bot.closed(2).1, bot.closed(2).2.as_str()),
        (1007, "not_json")
    );
    calls(3, &|| bot.says(3, result("elsewhere", &json!(2))));
    assert_eq!(
        (bot.closed(3).1, bot.closed(3).2.as_str()),
        (1008, "unknown result")
    );
    calls(4, &|| bot.says(4, result("done", &json!("two"))));
    assert_eq!(
        (bot.closed(4).1, bot.closed(4).2.as_str()),
        (1008, "unfit_value")
    );
    calls(5, &|| bot.says(5, "x".repeat(300 * 1024)));
    calls(6, &|| bot.closes(6));
    assert_eq!(
        (bot.closed(6).1, bot.closed(6).2.as_str()),
        (1000, "enough"),
        "RFC 6455: its close is answered by one"
    );
    let ends: Vec<String> = ends(&house, 7).iter().map(Value::to_string).collect();
    let why = [
        "broken",
        "too_far_ahead",
        "not_json",
        "unknown result",
        "no number at /parcels",
        "too_long",
        "closed",
    ];
    for (end, why) in ends.iter().zip(why) {
        let told = format!("\"why\":\"{why}\"");
        let gone = why == "broken" && end.contains("\"why\":\"closed\"");
        assert!(end.contains(&told) || gone, "{end}: {why}");
    }
}

#[test]
fn e24_a_service_that_never_answers_costs_its_time_and_no_more_and_seats_are_counted() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let house_of_silence = house(
        &silent.local_addr().unwrap().to_string(),
        "connect_ms = 800",
    );
    let mut caller = house_of_silence.caller(LI, VOICE_HZ);
    caller.calls("4000");
    caller.until_hears(0, SORRY_HZ, 300);
    let end = ends(&house_of_silence, 1)[0].to_string();
    assert!(end.contains("\"why\":\"timeout\""), "{end}");
    drop((caller, house_of_silence));

    let bot = Bot::open();
    let house = house(&bot.at.to_string(), "max_calls = 1");
    let mut first = house.caller(LI, VOICE_HZ);
    first.calls("4000");
    bot.started(0);
    let mut second = house.caller(WANG, VOICE_HZ);
    second.calls("4000");
    second.until_hears(0, SORRY_HZ, 300);
    assert!(ends(&house, 1)[0].to_string().contains("\"why\":\"busy\""));
    let hung_up = Instant::now();
    first.hangs_up();
    let (left, code, _) = bot.closed(0);
    assert_eq!(code, 1000);
    assert!(left.saturating_duration_since(hung_up) < Duration::from_secs(1));
    house.until_empty();
    second.calls("4000");
    bot.started(1);
    assert!(!bot.is_gone(1), "the seat is free again");
}

#[test]
fn e24_a_server_that_closes_leaves_its_bots_and_their_callers_go_on() {
    let bot = Bot::open();
    let mut house = house(&bot.at.to_string(), "");
    let mut caller = house.caller(LI, VOICE_HZ);
    caller.calls("4000");
    bot.started(0);
    let told = Instant::now();
    house.signal("TERM");
    let (left, code, word) = bot.closed(0);
    assert_eq!((code, word.as_str()), (1001, "closing"));
    assert!(left.saturating_duration_since(told) < Duration::from_secs(1));
    caller.until_hears(0, SORRY_HZ, 300);
    house.ended();
}
