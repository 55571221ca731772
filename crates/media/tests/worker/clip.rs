//! A clip that an agent plays to his caller (E25): levels, who is silent meanwhile, and how soon both talk again.

use media::{Command, News, PlaybackId, RoomId, SoundName};

use crate::lab::{Lab, Phone, decode, level, sides};

/// What the caller, the agent and a colleague say.
const TONES: [u32; 3] = [440, 1_000, 1_320];
/// The clip.
const CLIP: u32 = 660;
/// Peak of all tones.
const PEAK: f64 = 8_000.0;
const PAIRS: [[&str; 2]; 4] = [
    ["PCMA", "PCMA"],
    ["PCMU", "PCMU"],
    ["PCMA", "PCMU"],
    ["PCMU", "PCMA"],
];

/// Caller and agent, bridged for half a second.
fn talking(codecs: [&str; 2]) -> (Lab, [Phone; 2]) {
    let mut lab = Lab::new();
    let mut phones = [0, 1].map(|at| Phone::new(at as u64 + 1, codecs[at], TONES[at]));
    phones.iter().for_each(|phone| lab.open(phone));
    lab.bridge(&phones[0], &phones[1]);
    talk(&mut lab, &mut phones, 500);
    (lab, phones)
}

fn talk(lab: &mut Lab, phones: &mut [Phone], ms: u64) {
    let mut phones: Vec<&mut Phone> = phones.iter_mut().collect();
    lab.talk(&mut phones, ms);
}

/// As call control orders it: all into a room, and the clip to the first.
fn play(lab: &mut Lab, phones: &[Phone], sound: &str) {
    lab.command(Command::Mix {
        room: RoomId(1),
        ports: phones.iter().map(|phone| phone.port).collect(),
    });
    lab.command(Command::PlayClip {
        port: phones[0].port,
        playback: PlaybackId(9),
        sound: SoundName::new(sound),
    });
}

fn stop(lab: &mut Lab, phones: &[Phone]) {
    lab.command(Command::StopPlay {
        port: phones[0].port,
        playback: PlaybackId(9),
    });
}

/// The room is gone, and the bridge stands again.
fn apart(lab: &mut Lab, phones: &[Phone]) {
    lab.command(Command::Mix {
        room: RoomId(1),
        ports: Vec::new(),
    });
    lab.bridge(&phones[0], &phones[1]);
}

/// How loud a tone is, in dB to the peak of all tones here.
fn decibels(samples: &[i16], hz: u32) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (at, sample) in (0..).zip(samples) {
        let phase = std::f64::consts::TAU * f64::from(hz) * f64::from(at) / 8_000.0;
        re += f64::from(*sample) * phase.cos();
        im += f64::from(*sample) * phase.sin();
    }
    let amplitude = 2.0 * f64::hypot(re, im) / samples.len() as f64;
    20.0 * (amplitude / PEAK).max(1e-9).log10()
}

/// When the first 20 ms with this tone come to a phone after a moment, in ms from it.
fn comes_after(lab: &Lab, phone: &Phone, hz: u32, from_ms: u64) -> u64 {
    let packets = lab.rtp_to(phone).into_iter();
    let mut loud = packets.filter(|(at, header, payload)| {
        let is_voice = header.payload_type == phone.stream.payload_type;
        let samples = decode(phone.stream.codec, payload);
        *at >= from_ms && is_voice && decibels(&samples, hz) > -6.0
    });
    loud.next().expect("it comes").0 - from_ms
}

#[test]
fn e25_the_caller_hears_it_alone_and_the_agent_12_db_lower_beside_the_caller() {
    for codecs in PAIRS {
        let (mut lab, mut phones) = talking(codecs);
        play(&mut lab, &phones, "tone/660");
        talk(&mut lab, &mut phones, 2_000);
        // The jitter buffer of the room has settled by then.
        let caller = lab.voice_to(&phones[0], 700, 2_500);
        let agent = lab.voice_to(&phones[1], 900, 2_500);
        let full = decibels(&caller, CLIP);
        assert!(full.abs() < 0.5, "{codecs:?}: {full} dB");
        assert!(level(&caller, CLIP) > 0.99, "{codecs:?}: nothing else");
        let muted = decibels(&caller, TONES[1]);
        assert!(muted < -40.0, "{codecs:?}: the agent at {muted} dB");
        let low = decibels(&agent, CLIP);
        assert!((low + 12.0).abs() < 0.5, "{codecs:?}: {low} dB");
        let voice = decibels(&agent, TONES[0]);
        assert!(voice.abs() < 0.5, "{codecs:?}: the caller at {voice} dB");
        phones.iter().for_each(|phone| lab.assert_one_stream(phone));
    }
}

#[test]
fn e25_at_its_end_both_talk_again_before_anybody_orders_it() {
    for codecs in PAIRS {
        let (mut lab, mut phones) = talking(codecs);
        // 1,000 samples: seven frames.
        play(&mut lab, &phones, "short");
        let begins = lab.now_ms;
        talk(&mut lab, &mut phones, 600);
        let done = News::PlaybackDone {
            port: phones[0].port,
            playback: PlaybackId(9),
        };
        assert_eq!(lab.news.iter().filter(|news| **news == done).count(), 1);
        let ends = begins + 140;
        let back = comes_after(&lab, &phones[0], TONES[1], begins);
        assert!(back <= ends - begins + 60, "{codecs:?}: {back} ms");
        assert!(back >= 120, "{codecs:?}: {back} ms is within the clip");
        // No tick without a packet: the caller hears no hole where the clip ends.
        let packets = lab.rtp_to(&phones[0]).into_iter();
        let times: Vec<u64> = packets.map(|it| it.0).filter(|at| *at > begins).collect();
        let longest = times.windows(2).map(|pair| pair[1] - pair[0]).max();
        assert!(longest.is_some_and(|gap| gap <= 20), "{longest:?}");
        apart(&mut lab, &phones);
        talk(&mut lab, &mut phones, 400);
        phones.iter().for_each(|phone| lab.assert_one_stream(phone));
    }
}

#[test]
fn e25_stopped_it_is_silent_and_both_are_heard_within_60_ms() {
    for bridged in [false, true] {
        let (mut lab, mut phones) = talking(["PCMA", "PCMU"]);
        play(&mut lab, &phones, "tone/660");
        talk(&mut lab, &mut phones, 1_000);
        stop(&mut lab, &phones);
        if bridged {
            apart(&mut lab, &phones);
        }
        let stopped = lab.now_ms;
        talk(&mut lab, &mut phones, 600);
        for (hears, says) in [(0, 1), (1, 0)] {
            let back = comes_after(&lab, &phones[hears], TONES[says], stopped);
            assert!(back <= 60, "{hears} hears {says} after {back} ms");
            let rest = lab.voice_to(&phones[hears], stopped + 60, stopped + 600);
            assert!(decibels(&rest, CLIP) < -50.0, "{hears} still hears it");
            assert!(level(&rest, TONES[says]) > 0.99);
        }
        phones.iter().for_each(|phone| lab.assert_one_stream(phone));
    }
}

#[test]
fn e25_the_recording_has_it_where_the_caller_heard_the_agent() {
    let (mut lab, mut phones) = talking(["PCMA"; 2]);
    lab.record(&phones[0], 5);
    talk(&mut lab, &mut phones, 500);
    play(&mut lab, &phones, "tone/660");
    talk(&mut lab, &mut phones, 1_000);
    lab.command(Command::MaskRecord {
        port: phones[0].port,
        recording: crate::lab::whole(5),
        masked: true,
    });
    talk(&mut lab, &mut phones, 500);
    stop(&mut lab, &phones);
    apart(&mut lab, &phones);
    talk(&mut lab, &mut phones, 500);
    let (left, right) = sides(&lab.stop_record(&phones[0], 5));
    let clip = &right[4_800..15_200];
    assert!(decibels(clip, CLIP).abs() < 0.5 && level(clip, CLIP) > 0.99);
    assert!(
        level(&right[..3_200], TONES[1]) > 0.99,
        "the agent before it"
    );
    assert!(
        level(&right[16_800..19_200], TONES[1]) > 0.99,
        "and after it"
    );
    assert!(
        level(&left[4_800..11_000], TONES[0]) > 0.99,
        "the caller meanwhile"
    );
    // S22: the caller's side of a masked recording is silent, clip or not.
    assert!(left[12_800..15_200].iter().all(|sample| *sample == 0));
}

#[test]
fn e25_in_a_talk_of_three_the_house_hears_each_other_and_the_caller_the_clip_alone() {
    let (mut lab, pair) = talking(["PCMA"; 2]);
    let colleague = Phone::new(3, "PCMU", TONES[2]);
    lab.open(&colleague);
    let [caller, agent] = pair;
    let mut phones = [caller, agent, colleague];
    // He comes in while it plays: it goes on.
    play(&mut lab, &phones[..2], "tone/660");
    talk(&mut lab, &mut phones[..2], 400);
    lab.command(Command::Mix {
        room: RoomId(1),
        ports: phones.iter().map(|phone| phone.port).collect(),
    });
    talk(&mut lab, &mut phones, 1_500);
    let heard = phones.each_ref().map(|it| lab.voice_to(it, 1_400, 2_400));
    assert!(level(&heard[0], CLIP) > 0.99);
    for (at, other) in [(1, 2), (2, 1)] {
        assert!((decibels(&heard[at], CLIP) + 12.0).abs() < 0.5);
        assert!(decibels(&heard[at], TONES[0]).abs() < 0.5);
        assert!(decibels(&heard[at], TONES[other]).abs() < 0.5);
        assert!(decibels(&heard[at], TONES[at]) < -40.0, "never himself");
    }
}

#[test]
fn e25_a_missing_sound_is_told_and_is_done_at_once() {
    let (mut lab, mut phones) = talking(["PCMA"; 2]);
    play(&mut lab, &phones, "nobody/has/it");
    talk(&mut lab, &mut phones, 400);
    let port = phones[0].port;
    let told = |news: News| lab.news.contains(&news);
    assert!(told(News::SoundMissing {
        port,
        sound: SoundName::new("nobody/has/it"),
    }));
    assert!(told(News::PlaybackDone {
        port,
        playback: PlaybackId(9),
    }));
    assert!(comes_after(&lab, &phones[0], TONES[1], 500) <= 100);
}
