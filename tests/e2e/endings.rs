//! How a server ends: asked to, it lets the calls end; killed, it comes back and has lost nothing that was told.

use crate::baresip::{AGENT_HZ, Answers, Baresip, Way};
use crate::house::House;
use crate::http::Session;
use crate::patience::until;
use crate::sound::{self, Recorded};
use crate::wire::{OFFER, Wire};

const ENOUGH_MS: u32 = 1_500;
/// G13: ready again after a crash.
const BACK_MAX: std::time::Duration = std::time::Duration::from_secs(2);

/// A caller talks with agent 1001.
fn talk(house: &House, agent: &Session) -> (Baresip, Baresip) {
    let phone = house.agent("1001", Answers::AtOnce);
    agent.until_state("ready");
    let mut caller = house.caller("13800001111", 440);
    caller.asks_for('1');
    phone.until_hears(0, 440.0, ENOUGH_MS);
    caller.until_hears(0, AGENT_HZ.into(), ENOUGH_MS);
    (caller, phone)
}

#[test]
fn sigterm_lets_the_call_that_is_up_go_on_and_refuses_others() {
    let mut house = House::open();
    let agent = house.sign_in("1001");
    let (mut caller, phone) = talk(&house, &agent);
    house.signal("TERM");
    until("the drain", || {
        house.words().contains("new calls are refused")
    });
    let late = Wire::to(house.sip);
    late.round_trip();
    let headers = "Content-Type: application/sdp\r\n";
    late.send(late.request("INVITE", "4000", headers, OFFER).as_bytes());
    let answer = late.final_answer();
    assert!(answer.starts_with("SIP/2.0 503 "), "{answer}");
    let retry = answer
        .lines()
        .find_map(|line| line.strip_prefix("Retry-After: "));
    assert!(
        retry.is_some_and(|seconds| seconds.trim().parse::<u32>().is_ok_and(|s| s > 0)),
        "{answer}"
    );

    let heard = |phone: &Baresip, hz| {
        phone
            .heard(0)
            .map_or(0, |heard: Recorded| heard.tone_ms(0, hz))
    };
    let before = (heard(&phone, 440.0), heard(&caller, AGENT_HZ.into()));
    until("both still hear each other", || {
        heard(&phone, 440.0) >= before.0 + ENOUGH_MS
            && heard(&caller, AGENT_HZ.into()) >= before.1 + ENOUGH_MS
    });
    assert!(house.runs());
    caller.hangs_up();
    phone.nth(Way::In, "BYE", 0);
    assert_eq!(house.ended().code(), Some(0), "{}", house.words());
    let files = house.recordings();
    let recording = sound::valid(&std::fs::read(&files[0]).unwrap());
    assert!(recording.tone_ms(0, 440.0) >= 2 * ENOUGH_MS);

    // What was told just before the end is there at the next start.
    house.start();
    let call = house.call(&agent, "the call of before", |call| {
        call["recordings"][0].is_object()
    });
    assert_eq!(call["result"], "answered");
    assert_eq!(call["ended_by"], "caller");
    assert!(call["tickets"][0].is_object(), "{call}");
}

/// The same once more: a machine that compiles beside may take the first time from us.
fn back_again(house: &mut House) -> std::time::Duration {
    house.signal("KILL");
    house.ended();
    house.start()
}

#[test]
fn g13_killed_in_mid_call_it_comes_back_with_the_record_and_the_recording() {
    let mut house = House::open();
    let agent = house.sign_in("1001");
    let (caller, phone) = talk(&house, &agent);
    let talked_ms = phone.heard(0).unwrap().tone_ms(0, 440.0);
    house.signal("KILL");
    assert_eq!(house.ended().code(), None, "killed");
    drop((caller, phone));
    let back = house.start();
    eprintln!("ready {back:?} after the start that followed kill -9");

    let call = house.call(&agent, "the call that was cut", |call| {
        call["ended_at"].is_string()
    });
    assert_eq!(
        (&call["result"], &call["ended_by"]),
        (&"answered".into(), &"system".into())
    );
    assert_eq!(call["live"], serde_json::Value::Null);
    let id = call["id"].as_str().unwrap().to_owned();
    let call = house.call(&agent, "its recording", |call| {
        call["recordings"][0].is_object()
    });
    let file = agent
        .get(&format!("/v1/calls/{id}/recording"))
        .expect(200)
        .body;
    let recording = sound::valid(&file);
    let kept = recording
        .tone_ms(0, 440.0)
        .min(recording.tone_ms(1, AGENT_HZ.into()));
    assert!(
        kept + 1_000 >= talked_ms,
        "at most a second is lost: {kept} of {talked_ms} ms kept"
    );
    assert_eq!(
        call["recordings"][0]["duration_ms"],
        recording.duration_ms()
    );
    assert_eq!(call["recordings"][0]["bytes"], file.len());
    house.call(&agent, "its ticket", |call| call["tickets"][0].is_object());
    assert!(
        back <= BACK_MAX || back_again(&mut house) <= BACK_MAX,
        "ready after {back:?}, and no sooner at the second try"
    );

    // The house works as before.
    let (mut caller, _phone) = {
        // The agent's phone comes back as the one that it was: its instance takes the place of the contact that was kept.
        let phone = house.dir.join("phone-1001");
        let instance = std::fs::read(phone.join("uuid")).unwrap();
        std::fs::remove_dir_all(&phone).unwrap();
        std::fs::create_dir_all(&phone).unwrap();
        std::fs::write(phone.join("uuid"), instance).unwrap();
        std::fs::remove_dir_all(house.dir.join("phone-13800001111")).unwrap();
        talk(&house, &agent)
    };
    caller.hangs_up();
    house.until_empty();
}
