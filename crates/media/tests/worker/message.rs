//! Messages: one party alone, ended by a key that is not heard in it, or by a pause; heard again out of memory.

use std::time::Duration;

use audio::tone::Tone;
use media::{Command, News, PlaybackId, Source};

use crate::lab::{Lab, Phone, level, sides, whole};

const MESSAGE: u64 = 3;

fn lab(codec: &'static str) -> (Lab, Phone) {
    let mut lab = Lab::new();
    let caller = Phone::new(1, codec, 440);
    lab.open(&caller);
    (lab, caller)
}

fn begin(lab: &mut Lab, caller: &Phone) {
    lab.command(Command::RecordMessage {
        port: caller.port,
        recording: whole(MESSAGE),
        pause: Duration::from_secs(2),
        max: Duration::from_secs(10),
    });
}

fn told(lab: &Lab, caller: &Phone, heard: bool) -> usize {
    let (port, recording) = (caller.port, whole(MESSAGE));
    let wanted = if heard {
        News::MessageHeard { port, recording }
    } else {
        News::MessagePaused { port, recording }
    };
    lab.news.iter().filter(|news| **news == wanted).count()
}

#[test]
fn g1_a_message_holds_the_caller_and_nothing_that_he_hears() {
    let (mut lab, mut caller) = lab("PCMA");
    begin(&mut lab, &caller);
    lab.play(&caller, 1, "tone/660", false);
    lab.talk(&mut [&mut caller], 3_000);
    let (left, right) = sides(&lab.stop_record(&caller, MESSAGE));
    assert_eq!(left.len(), 24_000);
    assert!(level(&left[..23_800], 440) > 0.99);
    assert!(right.iter().all(|sample| *sample == 0));
    assert_eq!(
        (told(&lab, &caller, true), told(&lab, &caller, false)),
        (1, 0)
    );
}

#[test]
fn g1_a_pause_is_told_once_whether_packets_come_or_not() {
    for sends in [true, false] {
        let (mut lab, mut caller) = lab("PCMU");
        begin(&mut lab, &caller);
        lab.talk(&mut [&mut caller], 1_000);
        if sends {
            caller.tone = Tone::new(440.0, 8_000, 0);
            lab.talk(&mut [&mut caller], 1_900);
        } else {
            lab.wait(1_900);
        }
        assert_eq!(told(&lab, &caller, false), 0, "packets {sends}");
        lab.wait(3_000);
        assert_eq!(told(&lab, &caller, false), 1, "packets {sends}");
        assert_eq!(told(&lab, &caller, true), 1, "packets {sends}");
    }
}

#[test]
fn g1_who_says_nothing_is_never_heard() {
    let (mut lab, caller) = lab("PCMA");
    begin(&mut lab, &caller);
    lab.wait(2_100);
    assert_eq!(
        (told(&lab, &caller, true), told(&lab, &caller, false)),
        (0, 1)
    );
}

#[test]
fn g1_its_speaker_hears_it_again() {
    let (mut lab, mut caller) = lab("PCMA");
    begin(&mut lab, &caller);
    lab.talk(&mut [&mut caller], 2_000);
    lab.stop_record(&caller, MESSAGE);
    let play = |playback, recording| Command::Play {
        port: caller.port,
        playback: PlaybackId(playback),
        sources: vec![Source::Message(recording)],
        repeat: false,
        start_at: Duration::ZERO,
    };
    let from_ms = lab.now_ms;
    lab.command(play(1, whole(MESSAGE)));
    lab.wait(2_500);
    let again = lab.voice_to(&caller, from_ms, from_ms + 2_500);
    assert!((15_800..=16_200).contains(&again.len()), "{}", again.len());
    assert!(level(&again[..15_600], 440) > 0.98);
    lab.command(play(2, whole(9)));
    lab.wait(100);
    assert!(
        lab.news
            .iter()
            .any(|news| matches!(news, News::SoundMissing { .. })),
        "another message is not played in its place"
    );
}

#[test]
fn s8_no_more_is_kept_in_memory_than_was_asked_for() {
    let (mut lab, mut caller) = lab("PCMA");
    begin(&mut lab, &caller);
    lab.talk(&mut [&mut caller], 12_000);
    assert_eq!(
        lab.stop_record(&caller, MESSAGE).len() / 2,
        96_000,
        "the file has it all"
    );
    let from_ms = lab.now_ms;
    lab.command(Command::Play {
        port: caller.port,
        playback: PlaybackId(1),
        sources: vec![Source::Message(whole(MESSAGE))],
        repeat: false,
        start_at: Duration::ZERO,
    });
    lab.wait(12_500);
    let again = lab.voice_to(&caller, from_ms, from_ms + 12_500);
    assert_eq!(again.len(), 80_000);
}

#[test]
fn g1_a_key_by_packets_is_not_heard_in_it() {
    let (mut lab, mut caller) = lab("PCMA");
    begin(&mut lab, &caller);
    lab.talk(&mut [&mut caller], 2_000);
    // What some phones let through of the key's tone before its first packet.
    caller.tone = Tone::new(1_477.0, 8_000, 8_000);
    lab.talk(&mut [&mut caller], 60);
    caller.press(&mut lab, 11);
    lab.wait(200);
    let (left, _) = sides(&lab.stop_record(&caller, MESSAGE));
    assert!(level(&left[..15_000], 440) > 0.99);
    let key = audio::goertzel::energy(&left[15_000..], 8_000, 1_477.0);
    assert!(key < 1e6, "{key}");
}
