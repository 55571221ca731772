//! "We are connecting you now" (D18): heard while the agent's phone rings, and cut by his answer.

use std::time::Duration;

use crate::baresip::{AGENT_HZ, Answers, Way};
use crate::ear::Ear;
use crate::house::House;
use crate::opening::TRUNKLINE;
use crate::sound::tone_wav;

/// D18: from the agent's 200 at his phone to the last of the prompt at the caller.
const CUT_MAX: Duration = Duration::from_millis(100);
/// And from there to the first of the agent.
const GAP_MAX: Duration = Duration::from_millis(200);
const CONNECTING_HZ: f64 = 1_500.0;

const QUEUES: &str = r#"
[queue.support]
strategy = "longest-idle"
ring_timeout_s = 30
wrap_up_s = 1
announce = { connecting = true }
[queue.sales]
strategy = "ring-all"
"#;

const NUMBERS: &str = r#"
[number."4000"]
queue = "support"
open = true
"#;

#[test]
fn d18_the_answer_cuts_the_announcement_within_100_ms_and_no_silence_follows() {
    let prompt = tone_wav(CONNECTING_HZ, 20_000);
    let house = House::open_files(&[
        ("config/trunkline.toml", TRUNKLINE.as_bytes()),
        ("config/queues.toml", QUEUES.as_bytes()),
        ("config/numbers.toml", NUMBERS.as_bytes()),
        ("ivr/prompts/en/say_connecting.wav", &prompt),
    ]);
    let agent = house.sign_in("1001");
    let mut phone = house.agent("1001", Answers::ByHand);
    let mut took = Vec::new();
    for round in 0..3 {
        agent.until_state("ready");
        let ear = Ear::calls(house.sip, "4000");
        phone.rings(round);
        ear.until_hears(CONNECTING_HZ, 20);
        phone.answer();
        let answered = phone.nth(Way::Out, "200 INVITE", round).at;
        ear.until_hears(AGENT_HZ.into(), 20);
        let last = *ear.tone(CONNECTING_HZ).last().unwrap();
        let first = ear.tone(AGENT_HZ.into())[0];
        took.push((
            last.saturating_duration_since(answered),
            first.saturating_duration_since(last),
        ));
        phone.hangs_up();
    }
    eprintln!("the answer to the end of the prompt, and from there to the agent: {took:?}");
    // The middle one of each: the machine may compile beside.
    let middle = |mut of: Vec<Duration>| {
        of.sort();
        of[1]
    };
    let (cuts, gaps): (Vec<_>, Vec<_>) = took.iter().copied().unzip();
    assert!(middle(cuts) <= CUT_MAX, "{took:?}");
    assert!(middle(gaps) <= GAP_MAX, "{took:?}");
}
