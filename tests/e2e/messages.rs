//! What callers say by themselves, end to end (E15, G1): a real phone speaks after the tone, ends by `#`, listens to itself, speaks
//! again, and the recording is fetched and measured.

use audio::goertzel::energy;

use crate::baresip::Baresip;
use crate::hotline::WELCOME_HZ;
use crate::house::House;
use crate::patience::{soon, until};
use crate::sound::{Recorded, tone_wav};

const CALLER_HZ: u32 = 440;
/// After it one speaks.
const TONE_HZ: f64 = 1_000.0;
const REVIEW_HZ: f64 = 2_100.0;
const SHORT_HZ: f64 = 2_300.0;
const THANKS_HZ: f64 = 1_900.0;
/// The tones of `#`.
const KEY_HZ: [f64; 2] = [941.0, 1_477.0];
/// What a message must hold before its key is pressed.
const ENOUGH_MS: u64 = 3_000;

const TRUNKLINE: &str = "[agents]\nsign_in = \"phone\"\n[demo]\nseed = true\n";

const SCRIPT: &str = r#"title = { en = "Complaints" }
languages = ["en"]
start = "complaint"
[prompt.welcome]
en = "Please speak after the tone."
[prompt.thanks]
en = "Thank you."
[record.complaint]
prompt = "welcome"
into = "complaint"
next = "bye"
[hangup.bye]
prompt = "thanks"
"#;

fn house() -> House {
    let sound = |name: &str, hz| (format!("ivr/prompts/en/{name}.wav"), tone_wav(hz, 1_000));
    let files = [
        (
            "config/trunkline.toml".to_owned(),
            TRUNKLINE.as_bytes().to_vec(),
        ),
        ("ivr/main.toml".to_owned(), SCRIPT.as_bytes().to_vec()),
        sound("thanks", THANKS_HZ),
        sound("message_review", REVIEW_HZ),
        sound("message_short", SHORT_HZ),
        sound("message_failed", SHORT_HZ),
    ];
    let files: Vec<(&str, &Vec<u8>)> = files
        .iter()
        .map(|(path, bytes)| (path.as_str(), bytes))
        .collect();
    House::open_files(&files)
}

/// What stands on the disk of a part of the one call.
fn part(house: &House, part: u32) -> Option<Recorded> {
    let end = format!("-{part}.wav");
    let paths = house.recordings().into_iter();
    let mut paths = paths.filter(|path| path.to_string_lossy().ends_with(&end));
    Recorded::read(&paths.next()?)
}

/// Speaks for a while after the tone and presses `#`.
fn speaks(house: &House, caller: &mut Baresip, number: u32) {
    until("he has spoken for a while", || {
        part(house, number).is_some_and(|part| part.duration_ms() >= ENOUGH_MS)
    });
    caller.presses('#');
}

#[test]
fn e15_a_caller_speaks_listens_speaks_again_and_no_key_is_heard_in_it() {
    let house = house();
    let admin = house.sign_in("admin");
    let mut caller = house.caller("13800001111", CALLER_HZ);
    caller.calls("4000");
    caller.until_hears(0, WELCOME_HZ, 300);
    caller.until_hears(0, TONE_HZ, 100);
    speaks(&house, &mut caller, 2);
    caller.until_hears(0, REVIEW_HZ, 300);
    caller.presses('2');
    caller.until_hears(0, CALLER_HZ.into(), 2_000);
    caller.until_hears(0, REVIEW_HZ, 1_000);
    caller.presses('3');
    speaks(&house, &mut caller, 3);
    caller.until_hears(0, REVIEW_HZ, 1_800);
    caller.presses('1');
    caller.until_hears(0, THANKS_HZ, 300);
    house.until_empty();
    until("what was taken back is gone", || part(&house, 2).is_none());

    let call = house.call(&admin, "both recordings", |call| {
        call["recordings"]
            .as_array()
            .is_some_and(|all| all.len() == 2)
    });
    let parts: Vec<u64> = call["recordings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|recording| recording["part"].as_u64().unwrap())
        .collect();
    assert_eq!(parts, [1, 3]);
    let path = format!(
        "/v1/calls/{}/recording?part=3",
        call["id"].as_str().unwrap()
    );
    let answer = admin.get(&path).expect(200);
    let said = Recorded::parse(&answer.body).expect("a WAV");
    let spoken_ms = u64::from(said.tone_ms(0, CALLER_HZ.into()));
    assert!(spoken_ms + 500 >= ENOUGH_MS, "{spoken_ms} ms");
    assert!(
        said.duration_ms() <= spoken_ms + 1_000,
        "{} ms",
        said.duration_ms()
    );
    let [left, right] = &said.channels[..] else {
        panic!("stereo")
    };
    assert!(
        right.iter().all(|sample| *sample == 0),
        "nothing of what he heard"
    );
    for window in left.chunks(800) {
        for hz in KEY_HZ {
            // 40 ms of a key at half of the caller's level have 1e9.
            let trace = energy(window, 8_000, hz);
            assert!(trace < 5e7, "{hz} Hz: {trace}");
        }
    }
}

#[test]
fn e15_who_hangs_up_while_he_speaks_leaves_nothing() {
    let house = house();
    let admin = house.sign_in("admin");
    let mut caller = house.caller("13800001111", CALLER_HZ);
    caller.calls("4000");
    soon("a recording of his own", || part(&house, 2));
    caller.hangs_up();
    house.until_empty();
    until("it is dropped", || part(&house, 2).is_none());
    house.call(&admin, "the whole call is there", |call| {
        call["recordings"]
            .as_array()
            .is_some_and(|all| all.len() == 1)
    });
}
