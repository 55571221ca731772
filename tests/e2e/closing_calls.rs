//! A calendar is closed by a telephone: a real phone keys in the PIN, hears that it is done, and the next caller hears that the house
//! is closed (E9). Who guesses is told so, and no key of it stands anywhere (S22).

use serde_json::Value;

use crate::baresip::Baresip;
use crate::binary::repository;
use crate::house::House;
use crate::patience::{soon, until};
use crate::sound::tone_wav;

const VOICE_HZ: u32 = 440;
const PIN_HZ: f64 = 2_500.0;
const WRONG_HZ: f64 = 2_700.0;
const CHOICE_HZ: f64 = 2_900.0;
const HOW_LONG_HZ: f64 = 3_100.0;
const DONE_HZ: f64 = 1_900.0;
const OPENED_HZ: f64 = 2_100.0;
const CLOSED_HZ: f64 = 1_700.0;

const TRUNKLINE: &str =
    "[agents]\nsign_in = \"phone\"\n[ivr]\nlanguage = \"en\"\n[demo]\nseed = true\n";
const CALENDARS: &str = "[calendar.always]\nzone = \"Asia/Shanghai\"\nmon-sun = [\"00:00-24:00\"]\npin = { file = \"pin.txt\" }\n";
const NUMBERS: &str = "[number.\"4000\"]\nscript = \"main\"\nopen = true\n[number.\"4999\"]\nclosing = \"always\"\nopen = true\n";
const SCRIPT: &str = r#"
title = { en = "Hotline" }
languages = ["en"]
start = "hours"
[prompt.welcome]
en = "Welcome."
[prompt.goodbye]
en = "Closed."
[hours.hours]
calendar = "always"
open = "line"
closed = "closed"
emergency = "closed"
[hangup.line]
prompt = "welcome"
[hangup.closed]
prompt = "goodbye"
"#;

/// The house's own sounds, those that the story listens for as tones.
fn house() -> House {
    let sounds = repository().join("ivr-scripts/prompts/en");
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(sounds)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "wav"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let sound = std::fs::read(&path).unwrap();
            (format!("ivr/prompts/en/{name}"), sound)
        })
        .collect();
    let text = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
    files.extend([
        text("config/trunkline.toml", TRUNKLINE),
        text("config/calendars.toml", CALENDARS),
        text("config/numbers.toml", NUMBERS),
        text("config/pin.txt", "483920\n"),
        text("ivr/main.toml", SCRIPT),
    ]);
    for (name, hz) in [
        ("closing_pin", PIN_HZ),
        ("closing_wrong", WRONG_HZ),
        ("closing_may_close", CHOICE_HZ),
        ("closing_may_open", CHOICE_HZ),
        ("closing_how_long", HOW_LONG_HZ),
        ("closing_done", DONE_HZ),
        ("closing_opened", OPENED_HZ),
        ("goodbye", CLOSED_HZ),
    ] {
        files.push((format!("ivr/prompts/en/{name}.wav"), tone_wav(hz, 1_000)));
    }
    let files = files.iter().map(|(path, bytes)| (path.as_str(), bytes));
    House::open_files(&files.collect::<Vec<_>>())
}

fn keys(phone: &mut Baresip, keys: &str) {
    keys.chars().for_each(|key| phone.presses(key));
}

/// Is asked for the PIN, and keys this in.
fn calls(house: &House, number: &str, pin: &str) -> Baresip {
    let mut phone = house.caller(number, VOICE_HZ);
    phone.calls("4999");
    phone.until_hears(0, PIN_HZ, 300);
    keys(&mut phone, pin);
    phone
}

#[test]
fn e9_a_phone_closes_the_house_and_opens_it_again() {
    let house = house();
    let admin = house.sign_in("admin");
    let standing = || admin.read("/v1/calendars/always");
    assert_eq!(standing()["state"], "open");

    let mut boss = calls(&house, "13800001111", "483921#");
    boss.until_hears(0, WRONG_HZ, 300);
    assert_eq!(standing()["state"], "open", "a guess changes nothing");
    keys(&mut boss, "483920#");
    boss.until_hears(0, CHOICE_HZ, 300);
    keys(&mut boss, "1");
    boss.until_hears(0, HOW_LONG_HZ, 300);
    keys(&mut boss, "3");
    boss.until_hears(0, DONE_HZ, 300);
    assert_eq!(standing()["state"], "emergency");
    let call = standing()["closure"]["call"].clone();
    assert!(call.is_string(), "by telephone: {}", standing());
    let of_call = admin.read(&format!("/v1/calls/{}", call.as_str().unwrap()));
    assert_eq!(of_call["caller"]["number"], "13800001111", "{of_call}");

    let mut caller = house.caller("13800002222", VOICE_HZ);
    caller.calls("4000");
    caller.until_hears(0, CLOSED_HZ, 300);

    let mut other = calls(&house, "13800003333", "483920#");
    other.until_hears(0, CHOICE_HZ, 300);
    keys(&mut other, "2");
    other.until_hears(0, OPENED_HZ, 300);
    until("it is open", || standing()["state"] == "open");

    let refused = soon("the guess is a fact", || {
        let facts = house.facts();
        facts
            .into_iter()
            .find(|fact| fact["type"] == "calendar.pin_refused")
    });
    assert_eq!(refused["data"]["locked_until"], Value::Null, "{refused}");
    let facts: Vec<String> = house.facts().iter().map(Value::to_string).collect();
    let shows = |text: &String| text.contains("483920") || text.contains("ivr.key");
    assert!(!facts.iter().any(shows), "no key stands in the log");
    assert!(!house.words().contains("483920"));
    house.until_empty();
}

#[test]
fn e9_a_kill_gives_nobody_his_tries_back() {
    let mut house = house();
    let refused = |house: &House| -> Vec<Value> {
        let facts = house.facts().into_iter();
        facts
            .filter(|fact| fact["type"] == "calendar.pin_refused")
            .collect()
    };
    let mut wrong = 0;
    for guesses in [
        ["483921#", "483922#", "483923#"],
        ["483924#", "483925#", "483926#"],
    ] {
        let mut phone = house.caller("13800001111", VOICE_HZ);
        phone.calls("4999");
        phone.until_hears(0, PIN_HZ, 300);
        for guess in guesses {
            keys(&mut phone, guess);
            wrong += 1;
            until("the guess is a fact", || refused(&house).len() == wrong);
        }
        house.signal("KILL");
        house.ended();
        house.start();
    }
    // The sixth of this number, whichever file of the log it stands in.
    let refused = refused(&house);
    let locked = refused
        .iter()
        .filter(|it| !it["data"]["locked_until"].is_null());
    assert_eq!(locked.count(), 1, "{refused:?}");
}
