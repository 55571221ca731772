//! Prompts, music, tones on the wire.

use std::time::Duration;

use media::{Command, News, PlaybackId, SoundName, Source};

use crate::lab::{Lab, Phone, level};

fn called() -> (Lab, Phone) {
    let (mut lab, phone) = (Lab::new(), Phone::new(1, "PCMA", 440));
    lab.open(&phone);
    (lab, phone)
}

fn play(lab: &mut Lab, phone: &Phone, sources: Vec<Source>, repeat: bool, start_at_ms: u64) {
    let start_at = Duration::from_millis(start_at_ms);
    lab.command(Command::Play {
        port: phone.port,
        playback: PlaybackId(1),
        sources,
        repeat,
        start_at,
    });
}

#[test]
fn a_prompt_plays_at_its_pace_and_tells_its_end() {
    let (mut lab, phone) = called();
    lab.play(&phone, 1, "short", false);
    lab.wait(100);
    assert!(lab.news.is_empty());
    lab.wait(200);
    // 1,000 samples are 6.25 frames.
    assert_eq!(
        lab.news,
        [News::PlaybackDone {
            port: phone.port,
            playback: PlaybackId(1)
        }]
    );
    let packets = lab.rtp_to(&phone);
    assert_eq!(
        packets.iter().map(|packet| packet.0).collect::<Vec<_>>(),
        [0, 20, 40, 60, 80, 100, 120]
    );
    assert!(
        packets
            .iter()
            .all(|packet| packet.1.payload_type == 8 && packet.2.len() == 160)
    );
    assert!(packets[0].1.marker && packets[1..].iter().all(|packet| !packet.1.marker));
    lab.assert_one_stream(&phone);
}

#[test]
fn a_pause_sends_nothing_and_shows_in_the_timestamps() {
    let (mut lab, phone) = called();
    play(
        &mut lab,
        &phone,
        vec![
            Source::Tone { hz: 500, ms: 40 },
            Source::Silence { ms: 400 },
            Source::Tone { hz: 500, ms: 40 },
        ],
        false,
        0,
    );
    lab.wait(1_000);
    let packets = lab.rtp_to(&phone);
    assert_eq!(
        packets.iter().map(|packet| packet.0).collect::<Vec<_>>(),
        [0, 20, 440, 460]
    );
    assert_eq!(
        packets[2].1.timestamp.wrapping_sub(packets[0].1.timestamp),
        8 * 440
    );
    assert!(packets[2].1.marker);
}

#[test]
fn music_goes_on_where_it_was_left() {
    let (mut lab, phone) = called();
    let sources = || {
        ["tone/440", "tone/660"]
            .map(|name| Source::Sound(SoundName::new(name)))
            .to_vec()
    };
    play(&mut lab, &phone, sources(), true, 9_500);
    lab.wait(1_000);
    assert!(level(&lab.voice_to(&phone, 0, 500), 440) > 0.99);
    assert!(level(&lab.voice_to(&phone, 500, 1_000), 660) > 0.99);
    lab.command(Command::StopPlay {
        port: phone.port,
        playback: PlaybackId(9),
    });
    lab.wait(100);
    assert_eq!(lab.rtp_to(&phone).len(), 56, "another playback was meant");
    lab.command(Command::StopPlay {
        port: phone.port,
        playback: PlaybackId(1),
    });
    lab.wait(1_000);
    assert_eq!(lab.rtp_to(&phone).len(), 56);
    assert!(lab.news.is_empty(), "a stopped playback tells no end");
}

#[test]
fn a_missing_sound_is_told_and_the_rest_plays() {
    let (mut lab, phone) = called();
    play(
        &mut lab,
        &phone,
        vec![
            Source::Sound(SoundName::new("no/such")),
            Source::Tone { hz: 500, ms: 20 },
        ],
        false,
        0,
    );
    lab.wait(100);
    let done = News::PlaybackDone {
        port: phone.port,
        playback: PlaybackId(1),
    };
    assert_eq!(
        lab.news,
        [
            News::SoundMissing {
                port: phone.port,
                sound: SoundName::new("no/such")
            },
            done
        ]
    );
    assert_eq!(lab.rtp_to(&phone).len(), 1);
}

#[test]
fn on_hold_time_passes_and_nothing_is_sent() {
    let (mut lab, mut phone) = called();
    phone.stream.sending = false;
    lab.negotiate(&phone);
    lab.play(&phone, 1, "short", false);
    lab.wait(500);
    assert!(lab.rtp_to(&phone).is_empty());
    assert_eq!(
        lab.news,
        [News::PlaybackDone {
            port: phone.port,
            playback: PlaybackId(1)
        }]
    );
}

#[test]
fn a_playback_waits_for_the_stream() {
    let (mut lab, phone) = (Lab::new(), Phone::new(1, "PCMU", 440));
    lab.command(Command::Open {
        port: phone.port,
        local: phone.from,
    });
    lab.play(&phone, 1, "short", false);
    lab.wait(500);
    assert!(lab.news.is_empty() && lab.sent.is_empty());
    lab.negotiate(&phone);
    lab.wait(500);
    assert_eq!(lab.rtp_to(&phone).len(), 7);
}

#[test]
fn a_late_thread_catches_up_a_little_and_never_bursts() {
    let (mut lab, phone) = called();
    lab.play(&phone, 1, "tone/440", false);
    lab.wait(200);
    let before = lab.rtp_to(&phone).len();
    // The thread is away for a second.
    lab.now_ms += 1_000;
    lab.wait(0);
    let burst = lab.rtp_to(&phone).len() - before;
    assert!((1..=6).contains(&burst), "{burst}");
    lab.wait(400);
    lab.assert_one_stream(&phone);
    // Two calls late by 60 ms: the three frames are made up.
    let before = lab.rtp_to(&phone).len();
    lab.now_ms += 60;
    lab.wait(0);
    assert_eq!(lab.rtp_to(&phone).len() - before, 3);
    lab.assert_one_stream(&phone);
}

#[test]
fn playing_is_deterministic() {
    let run = || {
        let (mut lab, phone) = called();
        lab.play(&phone, 1, "short", false);
        lab.wait(20_000);
        lab.sent
            .into_iter()
            .map(|sent| (sent.at_ms, sent.bytes))
            .collect::<Vec<_>>()
    };
    assert_eq!(run(), run());
}
