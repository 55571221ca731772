//! Keys of phones without telephone-events: by SIP INFO, as tones in the voice, or both for one press.

use std::f64::consts::TAU;
use std::path::Path;

use crate::baresip::{Answers, Way};
use crate::events::{Event, Stream};
use crate::house::House;
use crate::sipp::Sipp;

#[test]
fn a_key_by_sip_info_chooses_from_the_menu() {
    let house = House::open();
    let (support, mut sales) = (
        house.agent("1002", Answers::ByHand),
        house.agent("1003", Answers::ByHand),
    );
    let wall = Stream::follow(&house.sign_in("admin"), None);
    house.sign_in("1003").until_state("ready");
    let caller = Sipp::start(&house.dir, house.sip, "info", "4000", 1, 1);
    sales.rings(0);
    assert_eq!(
        support.count(Way::In, "INVITE"),
        0,
        "2 is sales, where 1002 does not work"
    );
    assert_eq!(wall.event("ivr.key").data("key"), "2");
    sales.answer();
    wall.event("call.connected");
    sales.hangs_up();
    caller.succeeds();
    let keys = wall
        .all()
        .iter()
        .filter(|event| event.name == "ivr.key")
        .count();
    assert_eq!(keys, 1, "one press, one key");
    assert_eq!(wall.event("call.ended").data("by"), "agent");
    house.until_empty();
}

/// What SIPp says: silence, then keys of two tones each, held for `held_ms` and followed by half a second of silence.
fn write_keys(dir: &Path, keys: &[(f64, f64)], held_ms: u32) {
    let samples = |ms: u32| 0..8 * ms;
    let mut sound: Vec<i16> = samples(1_000).map(|_| 0).collect();
    for (low, high) in keys {
        let sine = |n: u32, hz: f64| (TAU * hz * f64::from(n) / 8_000.0).sin() * 6_000.0;
        sound.extend(samples(held_ms).map(|n| (sine(n, *low) + sine(n, *high)) as i16));
        sound.extend(samples(500).map(|_| 0));
    }
    sound.extend(samples(20_000).map(|_| 0));
    let mut bytes = vec![0; sound.len()];
    let pcma = audio::codec::by_name("PCMA", 8_000).unwrap();
    (pcma.encode)(&sound, &mut bytes);
    std::fs::write(dir.join("keys.alaw"), bytes).unwrap();
}

/// The sounds of 2 and 9 (ITU-T Q.23).
const TWO: (f64, f64) = (697.0, 1_336.0);
const NINE: (f64, f64) = (852.0, 1_477.0);

/// Keys of a call, each with its way.
fn pressed(wall: &Stream) -> Vec<(String, String)> {
    let text = |event: &Event, name: &str| event.data(name).as_str().unwrap().to_owned();
    wall.all()
        .iter()
        .filter(|event| event.name == "ivr.key")
        .map(|event| (text(event, "key"), text(event, "way")))
        .collect()
}

#[test]
fn a11_keys_as_tones_choose_from_the_menu() {
    let house = House::open();
    write_keys(&house.dir, &[NINE, TWO], 80);
    let mut sales = house.agent("1003", Answers::ByHand);
    let wall = Stream::follow(&house.sign_in("admin"), None);
    house.sign_in("1003").until_state("ready");
    let caller = Sipp::start(&house.dir, house.sip, "sings", "4000", 1, 1);
    sales.rings(0);
    sales.answer();
    wall.event("call.connected");
    sales.hangs_up();
    caller.succeeds();
    wall.event("call.ended");
    let expected = [("9", "inband"), ("2", "inband")];
    assert_eq!(
        pressed(&wall),
        expected.map(|(key, way)| (key.into(), way.into()))
    );
    house.until_empty();
}

#[test]
fn a11_a_phone_that_sends_tones_and_info_for_one_press_has_pressed_once() {
    let house = House::open();
    write_keys(&house.dir, &[TWO], 80);
    let sales = house.agent("1003", Answers::ByHand);
    let wall = Stream::follow(&house.sign_in("admin"), None);
    house.sign_in("1003").until_state("ready");
    let caller = Sipp::start(&house.dir, house.sip, "sings_and_informs", "4000", 1, 1);
    sales.rings(0);
    caller.succeeds();
    wall.event("call.ended");
    let keys = pressed(&wall);
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert_eq!(keys[0].0, "2");
    house.until_empty();
}
