//! What caller and agent hear before they hear each other (C17, C18), each sound a tone of its own.

use crate::baresip::{AGENT_HZ, Answers};
use crate::hotline::MUSIC_HZ;
use crate::house::House;
use crate::sound::tone_wav;

const CALLER_HZ: u32 = 440;
const WHISPER_HZ: f64 = 760.0;
const PHRASE_HZ: f64 = 900.0;
const ZERO_HZ: f64 = 1_100.0;
const ONE_HZ: f64 = 1_250.0;
/// What must be heard of a tone of a second.
const MOST_MS: u32 = 700;

/// Callers of one language, who is signed in by his phone.
pub(crate) const TRUNKLINE: &str = r#"
[agents]
sign_in = "phone"
[demo]
seed = true
[ivr]
language = "en"
"#;

const QUEUES: &str = r#"
[queue.support]
strategy = "longest-idle"
ring_timeout_s = 30
wrap_up_s = 2
announce_agent = true
whisper = "for_support"
[queue.sales]
strategy = "ring-all"
"#;

#[test]
fn c17_c18_the_caller_hears_a_number_the_agent_a_whisper_and_then_they_hear_each_other() {
    let other = 2_900.0;
    let mut files = vec![
        (
            "config/trunkline.toml".to_owned(),
            TRUNKLINE.as_bytes().to_vec(),
        ),
        ("config/queues.toml".to_owned(), QUEUES.as_bytes().to_vec()),
        sound("for_support", WHISPER_HZ),
        sound("agent_number", PHRASE_HZ),
        sound("digit_0", ZERO_HZ),
        sound("digit_1", ONE_HZ),
    ];
    files.extend((2..10).map(|digit| sound(&format!("digit_{digit}"), other)));
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, content)| (path.as_str(), content.as_slice()))
        .collect();
    let house = House::open_files(&files);
    let agent = house.sign_in("1001");
    let mut phone = house.agent("1001", Answers::ByHand);
    agent.until_state("ready");
    let mut caller = house.caller("13800001111", CALLER_HZ);
    caller.asks_for('1');
    phone.rings(0);
    caller.until_hears(0, MUSIC_HZ, 300);
    phone.answer();

    phone.until_hears(0, CALLER_HZ.into(), MOST_MS);
    caller.until_hears(0, AGENT_HZ.into(), MOST_MS);
    let told = caller.heard(0).unwrap();
    for (hz, times) in [(PHRASE_HZ, 1), (ONE_HZ, 2), (ZERO_HZ, 2)] {
        let heard = told.tone_ms(0, hz);
        assert!(heard >= times * MOST_MS, "{heard} ms of {hz} Hz");
    }
    let whispered = phone.heard(0).unwrap();
    let heard = whispered.tone_ms(0, WHISPER_HZ);
    assert!(heard >= MOST_MS, "{heard} ms of the whisper");
    assert_eq!(
        told.traces_ms(0, WHISPER_HZ),
        0,
        "the caller hears no whisper"
    );
    assert_eq!(told.traces_ms(0, other), 0, "no other digit");
    for hz in [PHRASE_HZ, ONE_HZ, ZERO_HZ] {
        assert_eq!(whispered.traces_ms(0, hz), 0, "the number is the caller's");
    }
    caller.hangs_up();
    house.until_empty();
}

/// A prompt of a second, of one tone.
fn sound(name: &str, hz: f64) -> (String, Vec<u8>) {
    (format!("ivr/prompts/en/{name}.wav"), tone_wav(hz, 1_000))
}
