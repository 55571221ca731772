//! A service that talks with a port (E24): both hear each other, a prompt comes first, a bridge ends it, and a recording has both.

use audio::codec::MU_LAW;
use audio::tone::Tone;
use media::{Command, Duplex, PlaybackId, Talker};

use crate::lab::{Lab, Phone, level, sides};

fn converse(lab: &mut Lab, caller: &Phone) -> Duplex {
    let duplex = Duplex::new(PlaybackId(7));
    lab.command(Command::Converse {
        port: caller.port,
        talker: Talker::new(duplex.clone()),
    });
    duplex
}

fn says(duplex: &Duplex, ms: usize) {
    let mut samples = vec![0; ms * 8];
    Tone::new(1_000.0, 8_000, 8_000).fill(&mut samples);
    let mut bytes = vec![0; samples.len()];
    (MU_LAW.encode)(&samples, &mut bytes);
    assert_eq!(duplex.say(&bytes), bytes.len());
}

fn hears(duplex: &Duplex) -> Vec<i16> {
    let mut bytes = vec![0; 10_000];
    let len = duplex.fetch(&mut bytes);
    let mut samples = vec![0; len];
    (MU_LAW.decode)(&bytes[..len], &mut samples);
    samples
}

#[test]
fn e24_the_service_and_the_caller_hear_each_other_and_the_recording_both() {
    for codec in ["PCMA", "PCMU"] {
        let (mut lab, mut caller) = (Lab::new(), Phone::new(1, codec, 440));
        lab.open(&caller);
        lab.record(&caller, 3);
        let duplex = converse(&mut lab, &caller);
        lab.talk(&mut [&mut caller], 400);
        says(&duplex, 600);
        lab.talk(&mut [&mut caller], 600);
        let heard = hears(&duplex);
        assert_eq!(heard.len(), 8_000, "{codec}");
        assert!(level(&heard, 440) > 0.99, "{codec}");
        assert!(
            level(&lab.voice_to(&caller, 420, 980), 1_000) > 0.99,
            "{codec}"
        );
        let before = lab.voice_to(&caller, 0, 400);
        assert!(before.len() >= 3_000, "silence is sent");
        assert!(level(&before, 1_000) < 0.1);
        lab.assert_one_stream(&caller);
        let (left, right) = sides(&lab.stop_record(&caller, 3));
        assert!(level(&left[..7_800], 440) > 0.99, "{codec}");
        assert!(level(&right[3_400..7_800], 1_000) > 0.99, "{codec}");
    }
}

#[test]
fn e24_a_prompt_comes_first_and_what_the_service_says_waits() {
    let (mut lab, caller) = (Lab::new(), Phone::new(1, "PCMA", 440));
    lab.open(&caller);
    let duplex = converse(&mut lab, &caller);
    says(&duplex, 400);
    lab.play(&caller, 1, "tone/660", true);
    lab.wait(300);
    assert_eq!(duplex.spoken(), 0);
    lab.command(Command::StopPlay {
        port: caller.port,
        playback: PlaybackId(1),
    });
    lab.wait(300);
    assert!(level(&lab.voice_to(&caller, 20, 280), 660) > 0.99);
    assert!(level(&lab.voice_to(&caller, 320, 580), 1_000) > 0.99);
}

#[test]
fn e24_whatever_ends_it_is_seen_by_the_service() {
    let begin = || {
        let (mut lab, caller, other) = (
            Lab::new(),
            Phone::new(1, "PCMA", 440),
            Phone::new(2, "PCMA", 880),
        );
        lab.open(&caller);
        lab.open(&other);
        let duplex = converse(&mut lab, &caller);
        assert!(!duplex.is_over());
        (lab, caller, other, duplex)
    };
    let (mut lab, caller, _, duplex) = begin();
    let (port, another) = (caller.port, Duplex::new(PlaybackId(8)));
    lab.command(Command::EndConversation {
        port,
        duplex: another,
    });
    assert!(!duplex.is_over(), "another one's end");
    lab.command(Command::EndConversation {
        port,
        duplex: duplex.clone(),
    });
    assert!(duplex.is_over());
    let (mut lab, caller, _, duplex) = begin();
    lab.close(&caller);
    assert!(duplex.is_over(), "R12: the port is gone");
    let (mut lab, caller, other, duplex) = begin();
    lab.bridge(&caller, &other);
    assert!(duplex.is_over(), "R12: he hears somebody");
    let (mut lab, caller, _, duplex) = begin();
    let next = converse(&mut lab, &caller);
    assert!(duplex.is_over() && !next.is_over());
}

#[test]
fn e24_a_conversation_with_a_port_that_is_gone_is_over() {
    let (mut lab, caller) = (Lab::new(), Phone::new(1, "PCMA", 440));
    let never_open = converse(&mut lab, &caller);
    assert!(never_open.is_over());
    lab.open(&caller);
    lab.close(&caller);
    assert!(converse(&mut lab, &caller).is_over());
}
