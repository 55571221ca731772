//! Two legs that hear each other.

use std::time::Duration;

use media::{Command, News, PlaybackId, Source};

use crate::lab::{Lab, Phone, level};

fn pair(a: &str, b: &str) -> (Lab, Phone, Phone) {
    let mut lab = Lab::new();
    let (a, b) = (Phone::new(1, a, 440), Phone::new(2, b, 880));
    lab.open(&a);
    lab.open(&b);
    (lab, a, b)
}

#[test]
fn the_same_codec_is_passed_on_byte_for_byte() {
    let (mut lab, mut a, b) = pair("PCMA", "PCMA");
    lab.bridge(&a, &b);
    for _ in 0..10 {
        let packet = a.voice();
        lab.arrive(a.port, a.from, &packet);
        assert_eq!(lab.sent.last().unwrap().bytes[12..], packet[12..]);
        assert_eq!(lab.sent.last().unwrap().to, b.from);
        lab.wait(20);
    }
    assert_eq!(lab.rtp_to(&b).len(), 10);
    assert!(lab.rtp_to(&a).is_empty(), "nobody hears himself");
    assert!(lab.rtp_to(&b)[0].1.marker && !lab.rtp_to(&b)[1].1.marker);
    lab.assert_one_stream(&b);
}

#[test]
fn each_side_hears_the_other_in_its_own_codec() {
    for (codec_a, codec_b) in [("PCMA", "PCMA"), ("PCMA", "PCMU"), ("PCMU", "PCMA")] {
        let (mut lab, mut a, mut b) = pair(codec_a, codec_b);
        lab.bridge(&a, &b);
        lab.talk(&mut [&mut a, &mut b], 1_000);
        assert!(
            level(&lab.voice_to(&a, 0, 1_000), 880) > 0.99,
            "{codec_a} {codec_b}"
        );
        assert!(
            level(&lab.voice_to(&b, 0, 1_000), 440) > 0.99,
            "{codec_a} {codec_b}"
        );
        assert_eq!(lab.voice_to(&a, 0, 1_000).len(), 8_000);
    }
}

#[test]
fn r12_an_answer_cuts_the_prompt_at_once() {
    let (mut lab, mut a, mut b) = pair("PCMA", "PCMU");
    lab.play(&a, 1, "tone/660", true);
    lab.wait(500);
    lab.bridge(&a, &b);
    lab.talk(&mut [&mut a, &mut b], 1_000);
    assert!(level(&lab.voice_to(&a, 0, 500), 660) > 0.99);
    assert!(
        level(&lab.voice_to(&a, 501, 1_500), 880) > 0.99,
        "nothing of the prompt is left"
    );
    assert!(level(&lab.voice_to(&b, 500, 1_500), 440) > 0.99);
    lab.assert_one_stream(&a);
    assert!(
        !lab.news
            .iter()
            .any(|news| matches!(news, News::PlaybackDone { .. }))
    );
}

#[test]
fn one_stream_through_prompt_music_bridge_keys_and_pauses() {
    let (mut lab, mut a, mut b) = pair("PCMA", "PCMU");
    lab.play(&a, 1, "short", false);
    lab.wait(400);
    lab.play(&a, 2, "tone/660", true);
    lab.wait(310);
    lab.bridge(&a, &b);
    lab.talk(&mut [&mut a, &mut b], 200);
    lab.command(Command::SendDigits {
        port: a.port,
        digits: "12".into(),
    });
    lab.talk(&mut [&mut a, &mut b], 800);
    b.ssrc = 99;
    (b.sequence, b.timestamp) = (4_000, 4_000_000);
    lab.talk(&mut [&mut a, &mut b], 400);
    lab.command(Command::Unbridge {
        a: b.port,
        b: a.port,
    });
    lab.talk(&mut [&mut a, &mut b], 100);
    let sources = vec![
        Source::Tone { hz: 500, ms: 60 },
        Source::Silence { ms: 300 },
        Source::Tone { hz: 500, ms: 60 },
    ];
    lab.command(Command::Play {
        port: a.port,
        playback: PlaybackId(3),
        sources,
        repeat: false,
        start_at: Duration::ZERO,
    });
    lab.wait(1_000);
    // What was left out while keys were sent and an SSRC changed shows in no gap of numbers.
    lab.assert_one_stream(&a);
    // Timestamps keep to the clock over the whole.
    let packets = lab.rtp_to(&a);
    let (first, last) = (&packets[0], &packets[packets.len() - 1]);
    let passed = i64::from(last.1.timestamp.wrapping_sub(first.1.timestamp));
    assert!(
        (passed - 8 * (last.0 - first.0) as i64).abs() <= 8 * 100,
        "{passed} in {} ms",
        last.0 - first.0
    );
}

#[test]
fn loss_and_order_of_the_sender_are_passed_on() {
    let (mut lab, mut a, b) = pair("PCMA", "PCMA");
    lab.bridge(&a, &b);
    let packets: Vec<Vec<u8>> = (0..8).map(|_| a.voice()).collect();
    for index in [0, 1, 3, 2, 6, 7] {
        lab.arrive(a.port, a.from, &packets[index]);
        lab.wait(20);
    }
    let sent = lab.rtp_to(&b);
    let first = sent[0].1;
    let relative: Vec<(u16, u32)> = sent
        .iter()
        .map(|(_, header, _)| {
            (
                header.sequence.wrapping_sub(first.sequence),
                header.timestamp.wrapping_sub(first.timestamp),
            )
        })
        .collect();
    assert_eq!(
        relative,
        [0, 1, 3, 2, 6, 7].map(|n| (n, 160 * u32::from(n)))
    );
}

#[test]
fn a_restarted_sender_is_followed() {
    let (mut lab, mut a, mut b) = pair("PCMA", "PCMA");
    lab.bridge(&a, &b);
    lab.talk(&mut [&mut a, &mut b], 200);
    // The same SSRC, other numbers: only the packet that announces the jump is not believed.
    (a.sequence, a.timestamp) = (30_000, 5);
    lab.talk(&mut [&mut a, &mut b], 200);
    // Silence suppression: time passes in the timestamps.
    a.timestamp += 8_000;
    lab.wait(1_000);
    lab.talk(&mut [&mut a, &mut b], 200);
    assert_eq!(lab.rtp_to(&b).len(), 29);
    lab.assert_one_stream(&b);
    let packets = lab.rtp_to(&b);
    let gap = packets[19]
        .1
        .timestamp
        .wrapping_sub(packets[18].1.timestamp);
    assert_eq!(gap, 8_000 + 160);
}

#[test]
fn keys_pass_with_the_other_legs_number() {
    let (mut lab, mut a, mut b) = pair("PCMA", "PCMU");
    b.stream.telephone_event = Some(96);
    lab.negotiate(&b);
    lab.bridge(&a, &b);
    lab.talk(&mut [&mut a], 100);
    a.press(&mut lab, 5);
    lab.talk(&mut [&mut a], 100);
    let keys: Vec<_> = lab
        .rtp_to(&b)
        .into_iter()
        .filter(|(_, header, _)| header.payload_type == 96)
        .collect();
    assert_eq!(keys.len(), 7);
    assert!(
        keys.windows(2)
            .all(|pair| pair[0].1.timestamp == pair[1].1.timestamp)
    );
    assert_eq!(keys.last().unwrap().2, [5, 0x80 | 10, 3, 0x20]);
    assert!(lab.news.contains(&News::Digit {
        port: a.port,
        digit: '5',
        duration_ms: 100,
        way: media::DigitWay::Event,
    }));
    lab.assert_one_stream(&b);
}

#[test]
fn keys_of_an_ssrc_of_their_own_do_not_disturb_the_voice() {
    let (mut lab, mut a, mut b) = pair("PCMA", "PCMA");
    lab.bridge(&a, &b);
    lab.talk(&mut [&mut a, &mut b], 200);
    for n in 1..=8_u16 {
        let end = if n > 5 { 0x80 } else { 0 };
        let packet = a.packet(
            101,
            0x0102_0304,
            500 + n,
            77_777,
            &[9, end | 10, (n >> 8) as u8, 200],
        );
        lab.arrive(a.port, a.from, &packet);
        lab.talk(&mut [&mut a, &mut b], 20);
    }
    lab.talk(&mut [&mut a, &mut b], 200);
    lab.assert_one_stream(&b);
    let packets = lab.rtp_to(&b);
    let keys: Vec<u32> = packets
        .iter()
        .filter(|it| it.1.payload_type == 101)
        .map(|it| it.1.timestamp)
        .collect();
    assert_eq!(keys.len(), 8);
    assert!(keys.iter().all(|timestamp| *timestamp == keys[0]));
    assert!(level(&lab.voice_to(&b, 0, 10_000), 440) > 0.99);
}

#[test]
fn a_long_press_keeps_its_timestamp() {
    let (mut lab, mut a, b) = pair("PCMA", "PCMA");
    lab.bridge(&a, &b);
    lab.talk(&mut [&mut a], 100);
    let timestamp = a.timestamp;
    for n in 1..=150_u16 {
        let [high, low] = (160 * n).to_be_bytes();
        a.key(
            &mut lab,
            timestamp,
            [1, if n == 150 { 0x80 } else { 0 } | 10, high, low],
        );
        lab.wait(20);
    }
    a.timestamp = a.timestamp.wrapping_add(160 * 150);
    lab.talk(&mut [&mut a], 100);
    let keys: Vec<u32> = lab
        .rtp_to(&b)
        .iter()
        .filter(|it| it.1.payload_type == 101)
        .map(|it| it.1.timestamp)
        .collect();
    assert!(keys.len() == 150 && keys.iter().all(|timestamp| *timestamp == keys[0]));
    lab.assert_one_stream(&b);
    assert!(lab.news.contains(&News::Digit {
        port: a.port,
        digit: '1',
        duration_ms: 3_000,
        way: media::DigitWay::Event,
    }));
}

#[test]
fn a_leg_without_keys_or_on_hold_gets_none() {
    let (mut lab, mut a, mut b) = pair("PCMA", "PCMA");
    b.stream.telephone_event = None;
    lab.negotiate(&b);
    lab.bridge(&a, &b);
    a.press(&mut lab, 1);
    assert!(lab.rtp_to(&b).is_empty());
    b.stream.sending = false;
    lab.negotiate(&b);
    lab.talk(&mut [&mut a, &mut b], 200);
    assert!(lab.rtp_to(&b).is_empty());
    assert_eq!(lab.rtp_to(&a).len(), 10, "the held side may still be heard");
}

#[test]
fn a_prompt_to_one_side_is_heard_instead_of_the_other() {
    let (mut lab, mut a, mut b) = pair("PCMA", "PCMA");
    lab.bridge(&a, &b);
    lab.talk(&mut [&mut a, &mut b], 200);
    lab.play(&a, 1, "tone/1000", false);
    lab.talk(&mut [&mut a, &mut b], 400);
    lab.command(Command::StopPlay {
        port: a.port,
        playback: PlaybackId(1),
    });
    lab.talk(&mut [&mut a, &mut b], 400);
    assert!(level(&lab.voice_to(&a, 220, 600), 1_000) > 0.95);
    assert!(level(&lab.voice_to(&a, 620, 1_000), 880) > 0.99);
    assert!(
        level(&lab.voice_to(&b, 0, 1_000), 440) > 0.99,
        "the other side notices nothing"
    );
    lab.assert_one_stream(&a);
}

#[test]
fn bridges_end_and_change_partners() {
    let (mut lab, mut a, mut b) = pair("PCMA", "PCMA");
    let mut c = Phone::new(3, "PCMU", 1_200);
    lab.open(&c);
    lab.bridge(&a, &b);
    lab.talk(&mut [&mut a, &mut b, &mut c], 200);
    // A transfer: b leaves by being bridged away from.
    lab.bridge(&c, &a);
    lab.talk(&mut [&mut a, &mut b, &mut c], 200);
    assert_eq!(lab.rtp_to(&b).len(), 10, "nothing after the transfer");
    assert!(level(&lab.voice_to(&a, 200, 400), 1_200) > 0.99);
    lab.command(Command::Unbridge {
        a: b.port,
        b: a.port,
    });
    lab.talk(&mut [&mut a, &mut b, &mut c], 200);
    assert!(
        level(&lab.voice_to(&a, 400, 600), 1_200) > 0.99,
        "they are not bridged to each other: ignored"
    );
    lab.close(&c);
    let before = lab.rtp_to(&a).len();
    lab.talk(&mut [&mut a, &mut b], 200);
    assert_eq!(lab.rtp_to(&a).len(), before);
    lab.command(Command::Bridge {
        a: a.port,
        b: c.port,
    });
    lab.command(Command::Bridge {
        a: a.port,
        b: a.port,
    });
    lab.talk(&mut [&mut a, &mut b], 200);
    assert_eq!(
        lab.rtp_to(&a).len(),
        before,
        "no bridge with what is gone, none with oneself"
    );
}
