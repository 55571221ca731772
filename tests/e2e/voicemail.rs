//! Messages in mailboxes, end to end (G1, G2, G7): a real phone leaves one, the process is killed, and after the restart the message,
//! its sound and its ticket are there; a box that is full takes nobody's time.

use serde_json::Value;

use crate::baresip::Baresip;
use crate::house::House;
use crate::http::Session;
use crate::patience::{soon, until};
use crate::sound::{Recorded, tone_wav};

const CALLER_HZ: u32 = 440;
const ASK_HZ: f64 = 2_500.0;
const FULL_HZ: f64 = 2_700.0;
const FAILED_HZ: f64 = 3_100.0;
/// What a message must hold before its caller is gone.
const ENOUGH_MS: u64 = 3_000;

const TRUNKLINE: &str = "[agents]\nsign_in = \"phone\"\n[demo]\nseed = true\n";

const BOXES: &str = r#"[box.support]
name = { en = "Support" }
queue = "support"
max_messages = 1
ticket = { type = "complaint", category = "network", due_h = 2 }
"#;

const SCRIPT: &str = r#"title = { en = "Night" }
languages = ["en"]
start = "leave_message"
[voicemail.leave_message]
box = "support"
"#;

fn house() -> House {
    let sound = |name: &str, hz| (format!("ivr/prompts/en/{name}.wav"), tone_wav(hz, 1_000));
    let text = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
    let files = [
        text("config/trunkline.toml", TRUNKLINE),
        text("config/voicemail.toml", BOXES),
        text("ivr/main.toml", SCRIPT),
        sound("message_ask", ASK_HZ),
        sound("message_full", FULL_HZ),
        sound("message_left", 1_900.0),
        sound("message_none", 1_900.0),
        sound("message_failed", FAILED_HZ),
        sound("message_review", 2_100.0),
        sound("message_short", 2_300.0),
    ];
    let files: Vec<(&str, &Vec<u8>)> = files
        .iter()
        .map(|(path, bytes)| (path.as_str(), bytes))
        .collect();
    House::open_files(&files)
}

/// Calls, and has spoken for a while.
fn speaks(house: &House) -> Baresip {
    let mut caller = house.caller("13800001111", CALLER_HZ);
    caller.calls("4000");
    caller.until_hears(0, ASK_HZ, 300);
    until("he has spoken for a while", || {
        let paths = house.recordings().into_iter();
        let mut messages = paths.filter(|path| path.to_string_lossy().ends_with("-2.wav"));
        let message = messages.next().and_then(|path| Recorded::read(&path));
        message.is_some_and(|message| message.duration_ms() >= ENOUGH_MS)
    });
    caller
}

/// The one message of the box, once its sound is complete.
fn message(who: &Session) -> Value {
    soon("the message and its sound", || {
        let list = who.read("/v1/voicemail/support");
        let message = list["items"].get(0)?.clone();
        (message["is_ready"] == true).then_some(message)
    })
}

/// What was said, its ticket, and that it is one.
fn is_whole(who: &Session) {
    let message = message(who);
    assert_eq!(message["number"], "13800001111");
    let id = message["id"].as_str().unwrap();
    let path = format!("/v1/voicemail/support/{id}/audio");
    let said = Recorded::parse(&who.get(&path).expect(200).body).expect("a WAV");
    let spoken_ms = u64::from(said.tone_ms(0, CALLER_HZ.into()));
    assert!(spoken_ms + 500 >= ENOUGH_MS, "{spoken_ms} ms");
    assert!(said.channels[1].iter().all(|sample| *sample == 0));
    let tickets = || {
        let list = who.read("/v1/tickets");
        let mut tickets = list["items"].as_array().cloned().unwrap_or_default();
        tickets.retain(|ticket| ticket["source_call"] == message["call"]);
        tickets
    };
    let ticket = soon("its ticket", || tickets().pop());
    assert_eq!(ticket["ticket_type"], "complaint");
    assert_eq!(ticket["category"], "network");
    assert!(ticket["due_at"].is_string(), "{ticket}");
    assert_eq!(tickets().len(), 1);
}

#[test]
fn g7_a_message_outlives_a_kill_right_after_it_was_left_and_a_full_box_says_so() {
    let mut house = house();
    let mut caller = speaks(&house);
    caller.hangs_up();
    until("the fact is written", || {
        house
            .facts()
            .iter()
            .any(|fact| fact["type"] == "voicemail.left")
    });
    house.signal("KILL");
    house.ended();
    house.start();
    is_whole(&house.sign_in("admin"));
    let mut second = house.caller("13800002222", CALLER_HZ);
    second.calls("4000");
    second.until_hears(0, FULL_HZ, 300);
    house.until_empty();
}

#[test]
fn g7_a_kill_while_he_speaks_keeps_what_he_said() {
    let mut house = house();
    let _caller = speaks(&house);
    house.signal("KILL");
    house.ended();
    house.start();
    is_whole(&house.sign_in("admin"));
}

/// A disk that takes nothing: whoever wants to leave a message is told so while he is there, his box has no message without sound, and the
/// desk has a ticket in its place.
#[test]
fn g1_a_disk_that_takes_nothing_is_told_to_the_caller_and_to_the_desk() {
    let house = house();
    // A file stands where the folder of the year would be made, whatever year it is.
    let recordings = house.dir.join("recordings");
    for year in 2020..2100 {
        std::fs::write(recordings.join(year.to_string()), "").unwrap();
    }
    let mut caller = house.caller("13800001111", CALLER_HZ);
    caller.calls("4000");
    caller.until_hears(0, FAILED_HZ, 300);
    let admin = house.sign_in("admin");
    let ticket = soon("a ticket in place of the message", || {
        let list = admin.read("/v1/tickets");
        list["items"].get(0).cloned()
    });
    let subject = ticket["subject"].as_str().unwrap_or_default();
    assert!(subject.contains("could not be recorded"), "{ticket}");
    caller.hangs_up();
    house.until_empty();
    let list = admin.read("/v1/voicemail/support");
    assert_eq!(list["items"].as_array().map(Vec::len), Some(0), "{list}");
}
