//! E20: a call ends on the versions with which it began, also in scripts that its own calls; what led callers is kept, and
//! an older text comes back by the API and by command, never over somebody's work.

use serde_json::json;

use crate::hotline::WELCOME_HZ;
use crate::house::House;
use crate::patience::until;
use crate::sound::tone_wav;

const TRUNKLINE: &str = "[agents]\nsign_in = \"phone\"\n[demo]\nseed = true\n";
const FIRST_HZ: f64 = 1_900.0;
const SECOND_HZ: f64 = 2_300.0;
/// What is recorded in place of the first.
const ANEW_HZ: f64 = 2_100.0;

/// Takes a key and lets `tail` do the rest.
const MAIN: &str = r#"title = { en = "Main" }
languages = ["en"]
start = "welcome"
[prompt.welcome]
en = "Press 1."
[prompt.first]
en = "The first."
[menu.welcome]
prompt = "welcome"
keys = { 1 = "tail" }
timeout_s = 60
on_failure = "end"
[script.tail]
script = "tail"
next = "end"
[hangup.end]
prompt = "first"
"#;

fn tail(prompt: &str) -> String {
    format!(
        r#"title = {{ en = "Tail" }}
languages = ["en"]
start = "told"
[prompt.{prompt}]
en = "The {prompt}."
[play.told]
prompt = "{prompt}"
next = "back"
[return.back]
"#
    )
}

fn house() -> House {
    House::open_files(&[
        ("config/trunkline.toml", TRUNKLINE.as_bytes().to_vec()),
        ("ivr/main.toml", MAIN.into()),
        ("ivr/tail.toml", tail("first").into_bytes()),
        ("ivr/prompts/en/first.wav", tone_wav(FIRST_HZ, 1_000)),
        ("ivr/prompts/en/second.wav", tone_wav(SECOND_HZ, 1_000)),
    ])
}

fn write(house: &House, text: &str) {
    std::fs::write(house.dir.join("ivr/tail.toml"), text).unwrap();
}

fn said(house: &House, words: &[&str]) -> (Option<i32>, String, String) {
    let done = house.trunkline().arg("ivr").args(words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.code(), text(done.stdout), text(done.stderr))
}

#[test]
fn e20_a_call_ends_on_the_versions_with_which_it_began_and_an_older_one_comes_back() {
    let house = house();
    let mut early = house.caller("13700000001", 440);
    early.calls("4000");
    early.until_hears(0, WELCOME_HZ, 300);
    write(&house, &tail("second"));
    let first = house.dir.join("ivr/prompts/en/first.wav");
    std::fs::write(first, tone_wav(ANEW_HZ, 1_000)).unwrap();
    house.signal("HUP");
    until("the reload", || house.words().contains("read again"));

    // Who came before hears what was; who comes now hears what is.
    early.presses('1');
    early.until_hears(0, FIRST_HZ, 1_500);
    let mut late = house.caller("13700000002", 440);
    late.calls("4000");
    late.until_hears(0, WELCOME_HZ, 300);
    late.presses('1');
    late.until_hears(0, SECOND_HZ, 500);
    house.until_empty();
    let heard = early.heard(0).unwrap();
    assert_eq!(
        heard.traces_ms(0, SECOND_HZ) + heard.traces_ms(0, ANEW_HZ),
        0
    );

    let admin = house.sign_in("admin");
    let scripts = admin.read("/v1/scripts");
    let now = json!({ "name": "tail", "version": 2 });
    assert!(
        scripts["items"].as_array().unwrap().contains(&now),
        "{scripts}"
    );
    let (code, diff, _) = said(&house, &["diff", "tail"]);
    assert_eq!(code, Some(0));
    assert!(
        diff.contains("\n-prompt = \"first\"\n+prompt = \"second\"\n"),
        "{diff}"
    );

    // What nobody has read yet is not overwritten.
    write(&house, &(tail("second") + "# mine\n"));
    let rolls_back = || {
        let back = json!({ "to": 1, "seen": 2 }).to_string();
        admin.send("POST", "/v1/scripts/tail/rollback", &back)
    };
    let told = rolls_back().expect(409).json();
    assert_eq!(told["code"], "script_changed", "{told}");
    let (code, _, told) = said(&house, &["rollback", "tail"]);
    assert_eq!(code, Some(1));
    assert!(told.contains("has changes that were never read"), "{told}");
    write(&house, &tail("second"));

    let told = rolls_back().expect(200).json();
    assert_eq!(told, json!({ "name": "tail", "version": 3 }));
    let mut third = house.caller("13700000003", 440);
    third.calls("4000");
    third.until_hears(0, WELCOME_HZ, 300);
    third.presses('1');
    third.until_hears(0, ANEW_HZ, 1_500);
    house.until_empty();
    let (code, list, _) = said(&house, &["versions", "tail"]);
    assert_eq!(code, Some(0));
    let rows: Vec<&str> = list.lines().collect();
    assert_eq!(rows.len(), 3, "{list}");
    assert!(
        rows[0].ends_with("text of 1, brought back by admin"),
        "{list}"
    );

    // By command it is written and read like any other edit.
    let (code, told, wrong) = said(&house, &["rollback", "tail", "--to", "2"]);
    assert_eq!(code, Some(0), "{wrong}");
    assert!(
        told.contains("tail.toml has the text of version 2"),
        "{told}"
    );
    let text = std::fs::read_to_string(house.dir.join("ivr/tail.toml")).unwrap();
    assert_eq!(text, tail("second"));
}
