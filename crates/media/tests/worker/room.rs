//! Three or more legs that hear each other.

use media::{Command, News, PlaybackId, RoomId, Source};

use crate::lab::{Lab, Phone, level, sides};

const TONES: [u32; 3] = [440, 880, 1_320];

fn three(codecs: [&str; 3]) -> (Lab, [Phone; 3]) {
    let mut lab = Lab::new();
    let phones = [0, 1, 2].map(|at| Phone::new(at as u64 + 1, codecs[at], TONES[at]));
    phones.iter().for_each(|phone| lab.open(phone));
    (lab, phones)
}

fn mix(lab: &mut Lab, phones: &[&Phone]) {
    lab.command(Command::Mix {
        room: RoomId(1),
        ports: phones.iter().map(|phone| phone.port).collect(),
    });
}

fn talk(lab: &mut Lab, phones: &mut [Phone; 3], ms: u64) {
    let [a, b, c] = phones;
    lab.talk(&mut [a, b, c], ms);
}

#[test]
fn each_hears_the_sum_of_the_others_and_never_himself() {
    for codecs in [["PCMA"; 3], ["PCMA", "PCMU", "PCMA"]] {
        let (mut lab, mut phones) = three(codecs);
        mix(&mut lab, &[&phones[0], &phones[1], &phones[2]]);
        talk(&mut lab, &mut phones, 2_000);
        for (at, phone) in phones.iter().enumerate() {
            let heard = lab.voice_to(phone, 500, 2_000);
            assert!(heard.len() >= 11_800, "{} samples", heard.len());
            for (of, hz) in TONES.iter().enumerate() {
                let level = level(&heard, *hz);
                let fits = if of == at { level < 0.01 } else { level > 0.4 };
                assert!(fits, "{codecs:?}: {at} hears {hz} Hz at {level}");
            }
            lab.assert_one_stream(phone);
        }
    }
}

#[test]
fn who_leaves_the_room_for_a_bridge_is_not_heard_by_the_others_any_more() {
    let (mut lab, mut phones) = three(["PCMA"; 3]);
    mix(&mut lab, &[&phones[0], &phones[1], &phones[2]]);
    talk(&mut lab, &mut phones, 1_000);
    lab.bridge(&phones[0], &phones[1]);
    talk(&mut lab, &mut phones, 1_000);
    assert!(level(&lab.voice_to(&phones[0], 1_300, 2_000), TONES[1]) > 0.99);
    assert!(level(&lab.voice_to(&phones[1], 1_300, 2_000), TONES[0]) > 0.99);
    let alone = lab.voice_to(&phones[2], 1_300, 2_000);
    assert!(alone.iter().all(|sample| sample.abs() < 16), "silence");
    // Back again, and one goes for good.
    mix(&mut lab, &[&phones[0], &phones[1], &phones[2]]);
    talk(&mut lab, &mut phones, 1_000);
    lab.close(&phones[1].clone());
    let [a, _, c] = &mut phones;
    lab.talk(&mut [a, c], 1_000);
    assert!(level(&lab.voice_to(&phones[0], 3_400, 4_000), TONES[2]) > 0.99);
}

#[test]
fn a_room_keeps_the_caller_left_and_all_others_right() {
    let (mut lab, mut phones) = three(["PCMA"; 3]);
    lab.record(&phones[0], 5);
    lab.bridge(&phones[0], &phones[1]);
    talk(&mut lab, &mut phones, 1_000);
    mix(&mut lab, &[&phones[0], &phones[1], &phones[2]]);
    talk(&mut lab, &mut phones, 2_000);
    let (left, right) = sides(&lab.stop_record(&phones[0], 5));
    assert!(level(&left[12_000..], TONES[0]) > 0.99);
    let others = &right[12_000..22_000];
    assert!(level(others, TONES[1]) > 0.4 && level(others, TONES[2]) > 0.4);
    assert!(level(others, TONES[0]) < 0.01);
}

#[test]
fn what_plays_is_cut_by_the_room_and_a_playback_is_heard_instead_of_it() {
    let (mut lab, mut phones) = three(["PCMA"; 3]);
    lab.play(&phones[0], 1, "tone/660", true);
    lab.wait(200);
    mix(&mut lab, &[&phones[0], &phones[1], &phones[2]]);
    talk(&mut lab, &mut phones, 1_000);
    assert!(level(&lab.voice_to(&phones[0], 600, 1_200), 660) < 0.01);
    lab.play(&phones[0], 2, "tone/660", true);
    talk(&mut lab, &mut phones, 500);
    assert!(level(&lab.voice_to(&phones[0], 1_300, 1_700), 660) > 0.99);
    lab.command(Command::StopPlay {
        port: phones[0].port,
        playback: PlaybackId(2),
    });
    talk(&mut lab, &mut phones, 1_000);
    assert!(level(&lab.voice_to(&phones[0], 2_000, 2_700), 660) < 0.01);
}

#[test]
fn nobody_is_in_two_rooms_and_strangers_to_the_worker_are_in_none() {
    let (mut lab, mut phones) = three(["PCMA"; 3]);
    let ghost = Phone::new(9, "PCMA", 500);
    mix(&mut lab, &[&phones[0], &phones[0], &phones[1], &ghost]);
    lab.command(Command::Mix {
        room: RoomId(2),
        ports: vec![phones[0].port, phones[2].port],
    });
    talk(&mut lab, &mut phones, 1_000);
    assert!(level(&lab.voice_to(&phones[0], 400, 1_000), TONES[2]) > 0.99);
    let alone = lab.voice_to(&phones[1], 400, 1_000);
    assert!(
        alone.iter().all(|sample| sample.abs() < 16),
        "the first room has lost him"
    );
    lab.command(Command::Mix {
        room: RoomId(2),
        ports: Vec::new(),
    });
    lab.sent.clear();
    talk(&mut lab, &mut phones, 200);
    assert!(lab.rtp_to(&phones[0]).is_empty(), "the room is gone");
}

#[test]
fn a_key_in_a_room_is_told_and_passes_to_nobody() {
    let (mut lab, mut phones) = three(["PCMA"; 3]);
    mix(&mut lab, &[&phones[0], &phones[1], &phones[2]]);
    talk(&mut lab, &mut phones, 400);
    phones[0].press(&mut lab, 7);
    let told = lab
        .news
        .iter()
        .any(|news| matches!(news, News::Digit { digit: '7', .. }));
    assert!(told);
    let keys = lab.rtp_to(&phones[1]);
    assert!(keys.iter().all(|(_, header, _)| header.payload_type == 8));
}

#[test]
fn the_held_agent_gets_silence_that_is_sent() {
    let (mut lab, phones) = three(["PCMA"; 3]);
    lab.command(Command::Play {
        port: phones[0].port,
        playback: PlaybackId(1),
        sources: vec![Source::Comfort { ms: 60_000 }],
        repeat: true,
        start_at: std::time::Duration::ZERO,
    });
    lab.wait(1_000);
    assert!(lab.rtp_to(&phones[0]).len() >= 49, "a packet each 20 ms");
    let heard = lab.voice_to(&phones[0], 0, 1_000);
    assert!(heard.iter().all(|sample| sample.abs() < 16));
}
