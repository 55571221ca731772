//! Prompts without a recording (E13): made from their texts by the command and by a start, kept while the speech engine is away,
//! and never an end of a call.

use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use crate::binary::repository;
use crate::ear::Ear;
use crate::house::House;
use crate::patience::until;
use crate::sound::tone_wav;

/// What the fake engine says, whatever the text.
const SPOKEN_HZ: f64 = 900.0;
/// How much of a tone is enough to know it.
const ENOUGH_MS: u32 = 300;

fn prompts(house: &House, verb: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let mut command = house.trunkline();
    let output = command.args(["prompts", verb]).args(more).output();
    let Output {
        status,
        stdout,
        stderr,
    } = output.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// The hotline without its first recording.
fn without_welcome(house: &House) {
    std::fs::remove_file(house.dir.join("ivr/prompts/en/welcome.wav")).unwrap();
}

/// A command that speaks every text as a tone, in place of espeak-ng.
fn fake_engine(house: &House) -> String {
    let (wav, path) = (house.dir.join("spoken.wav"), house.dir.join("speaks"));
    std::fs::write(&wav, tone_wav(SPOKEN_HZ, 1_000)).unwrap();
    std::fs::write(&path, format!("#!/bin/sh\ncat '{}'\n", wav.display())).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o700)).unwrap();
    format!("speech.command={}", path.display())
}

#[test]
fn e13_what_is_missing_is_listed_made_by_espeak_ng_and_made_anew_when_the_text_changes() {
    let house = House::written(&[] as &[(&str, &str)]);
    assert_eq!(prompts(&house, "missing", &[]).0, Some(0));
    without_welcome(&house);
    let (code, said, told) = prompts(&house, "missing", &[]);
    assert_eq!(code, Some(1), "{told}");
    assert!(
        said.contains("main.toml:7: main/en/welcome \"For support press 1"),
        "{said}"
    );
    assert!(told.contains("1 of 3 prompts have no sound"), "{told}");

    let (code, said, told) = prompts(&house, "build", &[]);
    assert_eq!(
        (code, said.trim()),
        (Some(0), "1 made, 2 were there, 0 failed"),
        "{told}"
    );
    assert_eq!(prompts(&house, "missing", &[]).0, Some(0));
    let (_, said, _) = prompts(&house, "list", &["--json"]);
    let rows: serde_json::Value = serde_json::from_str(&said).unwrap();
    let rows = rows.as_array().unwrap();
    let welcome = rows.iter().find(|row| row["name"] == "welcome").unwrap();
    assert_eq!(welcome["origin"], "made");
    let seconds = welcome["seconds"].as_f64().unwrap();
    assert!((1.0..10.0).contains(&seconds), "{seconds}");
    let (_, said, _) = prompts(&house, "list", &[]);
    assert!(
        said.contains("3 prompts: 0 recorded, 2 shared, 1 made, 0 missing"),
        "{said}"
    );

    let script = house.dir.join("ivr/main.toml");
    let text = std::fs::read_to_string(&script).unwrap();
    std::fs::write(
        &script,
        text.replace("for sales press 2", "for sales press two"),
    )
    .unwrap();
    assert_eq!(
        prompts(&house, "missing", &[]).0,
        Some(1),
        "never the stale one"
    );
    let (code, _, told) = prompts(&house, "build", &["--set", "speech.command=/nothing/here"]);
    assert_eq!(code, Some(3));
    assert!(told.contains("`/nothing/here` cannot be started"), "{told}");
}

#[test]
fn e13_a_start_makes_what_is_missing_and_an_engine_that_is_away_silences_nothing() {
    let mut house = House::written(&[] as &[(&str, &str)]);
    without_welcome(&house);
    let engine = fake_engine(&house);
    house.extra = vec![engine];
    house.start();
    until("the prompt is made", || {
        house.words().contains("speech was made of a prompt")
    });
    let mut caller = house.caller("13700000001", 440);
    caller.calls("4000");
    caller.until_hears(0, SPOKEN_HZ, ENOUGH_MS);
    caller.hangs_up();
    house.until_empty();

    // D30: a reload makes what a changed text wants.
    let script = house.dir.join("ivr/main.toml");
    let text = std::fs::read_to_string(&script).unwrap();
    let changed = text.replace("for sales press 2", "for sales press two");
    assert_ne!(changed, text);
    std::fs::write(&script, changed).unwrap();
    house.signal("HUP");
    until("the changed prompt is made", || {
        let words = house.words();
        words.matches("speech was made of a prompt").count() == 2
    });

    // The engine is gone, and a second prompt has no sound: the first is heard, the second is told and the call goes on.
    house.signal("TERM");
    house.ended();
    std::fs::remove_file(house.dir.join("speaks")).unwrap();
    std::fs::remove_file(house.dir.join("ivr/prompts/en/goodbye.wav")).unwrap();
    house.start();
    until("the warning", || {
        let words = house.words();
        words.contains("bell/en/goodbye") && words.contains("speaks` cannot be started")
    });
    let menu = Ear::calls(house.sip, "4000");
    menu.until_hears(SPOKEN_HZ, ENOUGH_MS as usize / 20);
    let _bell = Ear::calls(house.sip, "4100");
    until("the trace of the silence", || {
        house.words().contains("a sound is missing")
    });
    until("the call goes on to its end", || {
        let facts = house.facts();
        let ended = |fact: &serde_json::Value| fact.to_string().contains("call.ended");
        facts.iter().any(ended)
    });
}

/// Says an amount: a piece that the script has recorded for itself, then words of the house.
const BALANCE: &str = r#"
title = { en = "Balance" }
languages = ["en"]
start = "facts"
[set.facts]
values = { sum = 5 }
next = "balance"
[say.balance]
text = { en = "Your balance is {sum:money}." }
next = "again"
[say.again]
text = { en = "That was {sum:money}." }
next = "end"
[hangup.end]
"#;

#[test]
fn e13_a_caller_hears_a_sentence_its_pieces_and_the_words_of_its_value() {
    let mut house = House::written(&[("ivr/bell.toml", BALANCE)]);
    let (piece, five, yuan) = (1_100.0, 1_500.0, 1_900.0);
    let stock = repository().join("ivr-scripts/prompts/en");
    let into = house.dir.join("ivr/prompts/en");
    for word in std::fs::read_dir(stock).unwrap() {
        let word = word.unwrap();
        let to = into.join(word.file_name());
        if !to.exists() {
            std::fs::copy(word.path(), to).unwrap();
        }
    }
    std::fs::create_dir_all(house.dir.join("ivr/prompts/bell/en")).unwrap();
    for (name, hz) in [
        ("bell/en/balance.1", piece),
        ("en/digit_5", five),
        ("en/money_cny", yuan),
    ] {
        let path = house.dir.join(format!("ivr/prompts/{name}.wav"));
        std::fs::write(path, tone_wav(hz, 600)).unwrap();
    }
    let engine = fake_engine(&house);
    house.extra = vec![engine];
    house.start();
    until("the second sentence is made", || {
        house.words().contains("bell/en/again.1")
    });
    let mut caller = house.caller("13700000001", 440);
    caller.calls("4100");
    for hz in [piece, five, yuan, SPOKEN_HZ] {
        caller.until_hears(0, hz, ENOUGH_MS);
    }
    house.until_empty();
}
