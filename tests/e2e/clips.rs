//! Clips, end to end (E25): an agent plays them on his page by keys and by the pointer, his caller hears them in his place, he hears
//! them 12 dB lower beside the caller, and the recording has them where the caller heard him.

use std::f64::consts::TAU;
use std::path::Path;

use audio::Sound;
use serde_json::{Value, json};

use crate::baresip::{AGENT_HZ, Answers, Baresip};
use crate::browser::{Browser, ENTER};
use crate::house::House;
use crate::likeness::{SAME, Sample};
use crate::patience::soon;
use crate::sound::{Recorded, tone_wav, valid};

const CALLER: &str = "13800001111";
const CALLER_HZ: u32 = 440;
/// Clip 7, which is long.
const FEES_HZ: f64 = 1_500.0;
const ENOUGH_MS: u32 = 1_000;
/// The key that goes one row down, in what is typed.
const DOWN: char = '\u{e015}';

const CLIPS: &str = r#"
[clip.hours]
number = 12
title = { zh-CN = "营业时间", en = "Opening hours" }
text = { zh-CN = "九点到六点。", en = "From nine to six." }
[clip.fees]
number = 7
title = { zh-CN = "费用说明", en = "Fees" }
text = { zh-CN = "免费。", en = "Free of charge." }
queues = ["support"]
[clip.sale]
number = 120
title = { zh-CN = "营业员", en = "Sales" }
text = { zh-CN = "您好。", en = "Hello." }
queues = ["sales"]
"#;

/// Two seconds that sound like nothing else here: a tone that rises.
fn rising() -> Sound {
    let rate_hz = audio::RATE_HZ;
    let mut phase = 0.0_f64;
    let samples = (0..2 * rate_hz).map(|at| {
        let share = f64::from(at) / f64::from(2 * rate_hz);
        phase += TAU * (350.0 + 2_400.0 * share * share) / f64::from(rate_hz);
        (8_000.0 * phase.sin()) as i16
    });
    let samples = samples.collect();
    Sound { rate_hz, samples }
}

fn house() -> House {
    let mut house = House::written(&[("config/clips.toml", CLIPS)]);
    for language in ["en", "zh-CN"] {
        let folder = house.dir.join("ivr/prompts/clips").join(language);
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut wav = std::io::Cursor::new(Vec::new());
        rising().to_wav(&mut wav).expect("a WAV");
        write(&folder.join("hours.wav"), &wav.into_inner());
        write(&folder.join("fees.wav"), &tone_wav(FEES_HZ, 25_000));
        write(&folder.join("sale.wav"), &tone_wav(2_000.0, 500));
    }
    house.start();
    house
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).expect("a sound");
}

/// For how long a phone has heard a tone alone, in ms.
fn tone_ms(phone: &Baresip, hz: f64) -> u32 {
    phone.heard(0).map_or(0, |heard| heard.tone_ms(0, hz))
}

/// How loud a tone is in the middle one of those tenths of a second in which it is heard at all: its amplitude.
fn amplitude(heard: &Recorded, hz: f64) -> f64 {
    let length = heard.rate_hz as usize / 10;
    let windows = heard.channels[0].chunks_exact(length).map(|window| {
        let (mut re, mut im) = (0.0, 0.0);
        for (at, sample) in (0..).zip(window) {
            let phase = TAU * hz * f64::from(at) / f64::from(heard.rate_hz);
            re += f64::from(*sample) * phase.cos();
            im += f64::from(*sample) * phase.sin();
        }
        2.0 * f64::hypot(re, im) / length as f64
    });
    let mut loud: Vec<f64> = windows.filter(|amplitude| *amplitude > 800.0).collect();
    loud.sort_by(f64::total_cmp);
    assert!(loud.len() >= 10, "a second of it: {}", loud.len());
    loud[loud.len() / 2]
}

fn rows(page: &Browser) -> Value {
    page.script("return [...document.querySelectorAll('#clip-list li')].map((li) => li.innerText.replace(/\\s+/g, ' '))")
}

/// The clips that were played, in order: number, language, how each ended.
fn played(house: &House) -> Vec<Value> {
    let facts = house.facts().into_iter();
    let told = facts.filter(|fact| fact["type"] == "clip.played");
    told.map(|fact| fact["data"].clone()).collect()
}

#[test]
fn e25_an_agent_plays_clips_on_his_page_and_his_caller_hears_them_in_his_place() {
    let house = house();
    let page = Browser::at_desk(&house, "1001", "zh-CN");
    let phone = house.agent("1001", Answers::AtOnce);
    let agent = house.sign_in("1001");
    agent.until_state("ready");
    let mut caller = house.caller(CALLER, CALLER_HZ);
    page.until_hides("#clips");
    caller.asks_for('1');
    page.until_shows("#stage", "通话中");
    caller.until_hears(0, AGENT_HZ.into(), ENOUGH_MS);
    page.until_shows("#clip-list", "营业时间");
    // Those of the talk's queue and of all, by number, with how long they last.
    assert_eq!(rows(&page), json!(["7 费用说明 0:25", "12 营业时间 0:02"]));

    // By keys alone: a part of the title, one down among two, Enter.
    page.types("#clip-search", "费");
    assert_eq!(rows(&page), json!(["7 费用说明 0:25"]));
    page.script("document.querySelector('#clip-search').value = ''; document.querySelector('#clip-search').dispatchEvent(new Event('input'))");
    page.types("#clip-search", &format!("{DOWN}{ENTER}"));
    page.until_shows("#clip-now", "来电者正在听 12 营业时间");
    page.until_hides("#clip-playing");
    let before = tone_ms(&caller, AGENT_HZ.into());
    caller.until_hears(0, AGENT_HZ.into(), before + ENOUGH_MS);

    // By the pointer, and stopped.
    page.clicks("#clip-list li");
    page.until_shows("#clip-now", "来电者正在听 7 费用说明");
    page.until_shows("#clip-left", "0:");
    caller.until_hears(0, FEES_HZ, 2 * ENOUGH_MS);
    let silenced = tone_ms(&caller, AGENT_HZ.into());
    // The page knows it again.
    page.reloads();
    page.until_shows("#clip-now", "来电者正在听 7 费用说明");
    let still = tone_ms(&caller, AGENT_HZ.into());
    assert!(
        still <= silenced + 200,
        "the agent is silent: {silenced} {still}"
    );
    page.clicks("#clip-stop");
    page.until_hides("#clip-playing");
    caller.until_hears(0, AGENT_HZ.into(), still + ENOUGH_MS);
    let traces = caller.heard(0).map_or(0, |it| it.traces_ms(0, FEES_HZ));
    caller.until_hears(0, AGENT_HZ.into(), still + 2 * ENOUGH_MS);
    let after = caller.heard(0).map_or(0, |it| it.traces_ms(0, FEES_HZ));
    assert!(after <= traces + 100, "it is over: {traces} {after}");

    // On hold nobody hears one, and the page says why.
    page.clicks("#talk-hold");
    page.until_shows("#talk-stage", "来电者保持中");
    let enabled = page.script("return !document.querySelector('#clip-play').disabled");
    assert_eq!(enabled, json!(false));
    page.clicks("#talk-resume");
    page.until_hides("#talk-stage");
    page.types("#clip-search", &format!("7{ENTER}"));
    page.until_shows("#clip-playing", "费用说明");
    let heard = tone_ms(&caller, FEES_HZ);
    caller.until_hears(0, FEES_HZ, heard + ENOUGH_MS);
    caller.hangs_up();
    page.until_hides("#clips");
    page.has_no_complaints();
    house.until_empty();

    let told: Vec<Value> = played(&house);
    let told: Vec<_> = told.iter().map(|it| (&it["number"], &it["end"])).collect();
    let (seven, twelve) = (json!(7), json!(12));
    let ends = ["finished", "stopped", "hung_up"].map(|end| json!(end));
    let expected = [(&twelve, &ends[0]), (&seven, &ends[1]), (&seven, &ends[2])];
    assert_eq!(told, expected);
    assert!(played(&house)[0]["heard_ms"].as_u64() >= Some(1_900));

    levels(&caller, &phone);
    recording(&house);
}

/// The caller has heard both at full level; the agent 12 dB lower, and the caller's voice with them.
fn levels(caller: &Baresip, phone: &Baresip) {
    let callers = caller.heard(0).expect("what he heard");
    let agents = phone.heard(0).expect("what he heard");
    let hours = Sample::of(&rising());
    let (like, _) = hours.find(&callers.channels[0], callers.rate_hz);
    assert!(like > SAME, "the caller heard clip 12: {like}");
    let (full, low) = (amplitude(&callers, FEES_HZ), amplitude(&agents, FEES_HZ));
    let decibels = 20.0 * (low / full).log10();
    println!("the clip: {full:.0} to the caller, {low:.0} to the agent, {decibels:.2} dB");
    assert!((decibels + 12.0).abs() < 0.5, "{decibels} dB");
    assert!(
        (20.0 * (full / 8_000.0).log10()).abs() < 1.0,
        "full level: {full}"
    );
}

/// Left is the caller, who speaks all the time; right is what he heard.
fn recording(house: &House) {
    let admin = house.sign_in("admin");
    let call = house.call(&admin, "its recording", |call| {
        call["recordings"][0].is_object()
    });
    let path = format!(
        "/v1/calls/{}/recording",
        call["id"].as_str().expect("an id")
    );
    let recorded = valid(&admin.get(&path).expect(200).body);
    assert!(recorded.tone_ms(1, FEES_HZ) >= 2 * ENOUGH_MS);
    assert!(recorded.tone_ms(1, AGENT_HZ.into()) >= 3 * ENOUGH_MS);
    assert_eq!(
        recorded.traces_ms(0, FEES_HZ),
        0,
        "the caller said none of it"
    );
    let (like, _) = Sample::of(&rising()).find(&recorded.channels[1], recorded.rate_hz);
    assert!(like > SAME, "clip 12 stands there: {like}");
}

#[test]
fn e25_a_reload_takes_new_clips_and_one_that_plays_goes_on() {
    let house = house();
    let phone = house.agent("1001", Answers::AtOnce);
    let agent = house.sign_in("1001");
    agent.until_state("ready");
    let mut caller = house.caller(CALLER, CALLER_HZ);
    caller.asks_for('1');
    phone.until_hears(0, CALLER_HZ.into(), ENOUGH_MS);
    let session = agent.read("/v1/agents/me/session");
    let call = session["talk"]["call"]
        .as_str()
        .expect("he talks")
        .to_owned();
    let clip = format!("/v1/calls/{call}/clip");
    agent.send("POST", &clip, r#"{"clip":"fees"}"#).expect(204);
    caller.until_hears(0, FEES_HZ, ENOUGH_MS);

    let other = CLIPS
        .replace("clip.fees", "clip.rates")
        .replace("number = 7", "number = 8");
    write(&house.dir.join("config/clips.toml"), other.as_bytes());
    let folder = house.dir.join("ivr/prompts/clips");
    for language in ["en", "zh-CN"] {
        write(
            &folder.join(language).join("rates.wav"),
            &tone_wav(1_900.0, 5_000),
        );
    }
    house.signal("HUP");
    soon("the new clips", || {
        let list = agent.read("/v1/clips");
        let items = list["items"].as_array()?;
        items.iter().any(|it| it["number"] == 8).then_some(())
    });
    let heard = tone_ms(&caller, FEES_HZ);
    caller.until_hears(0, FEES_HZ, heard + ENOUGH_MS);
    let gone = agent.send("POST", &clip, r#"{"clip":7}"#).expect(404);
    assert_eq!(gone.json()["code"], "no_clip");
    agent.send("POST", &clip, r#"{"clip":8}"#).expect(204);
    caller.until_hears(0, 1_900.0, ENOUGH_MS);
    agent.send("DELETE", &clip, "").expect(204);
    caller.hangs_up();
    house.until_empty();
    let told = played(&house);
    let ends: Vec<_> = told.iter().map(|it| it["end"].as_str().unwrap()).collect();
    assert_eq!(ends, ["replaced", "stopped"]);
}
