//! Stereo recordings: left from the port, right towards it, one file from start to stop.

use media::{Command, News};

use crate::lab::{Lab, Phone, level, sides, whole};

fn call() -> (Lab, Phone, Phone) {
    let mut lab = Lab::new();
    let (caller, agent) = (Phone::new(1, "PCMA", 440), Phone::new(2, "PCMU", 880));
    lab.open(&caller);
    lab.open(&agent);
    (lab, caller, agent)
}

#[test]
fn caller_left_agent_right_ten_seconds() {
    let (mut lab, mut caller, mut agent) = call();
    lab.bridge(&caller, &agent);
    lab.record(&caller, 1);
    lab.talk(&mut [&mut caller, &mut agent], 10_000);
    let (left, right) = sides(&lab.stop_record(&caller, 1));
    assert_eq!((left.len(), right.len()), (80_000, 80_000));
    assert!(level(&left, 440) > 0.99 && level(&right, 880) > 0.99);
    assert!(level(&left, 880) < 0.001 && level(&right, 440) < 0.001);
    assert!(lab.news.contains(&News::RecordingEnded {
        recording: whole(1),
        frames: 80_000
    }));
}

#[test]
fn chunks_come_while_it_lasts_and_the_last_is_marked() {
    let (mut lab, mut caller, mut agent) = call();
    lab.bridge(&caller, &agent);
    lab.record(&agent, 5);
    lab.talk(&mut [&mut caller, &mut agent], 1_000);
    let so_far = lab.recordings[&whole(5)].len() / 2;
    assert!(
        (5_600..=6_400).contains(&so_far),
        "at most 300 ms are held back: {so_far}"
    );
    lab.wait(50);
    let whole = lab.stop_record(&agent, 5);
    assert_eq!(whole.len() / 2, 8_400);
    let (left, right) = sides(&whole);
    assert!(
        level(&left[..8_000], 880) > 0.99 && level(&right[..8_000], 440) > 0.99,
        "left is from the port that is recorded"
    );
    assert!(left[8_000..].iter().all(|sample| *sample == 0));
}

#[test]
fn one_file_through_prompt_music_bridge_hold_and_after() {
    let (mut lab, mut caller, mut agent) = call();
    lab.record(&caller, 1);
    lab.play(&caller, 1, "tone/660", false);
    lab.talk(&mut [&mut caller], 1_000);
    lab.play(&caller, 2, "tone/1000", true);
    lab.talk(&mut [&mut caller], 1_000);
    lab.bridge(&caller, &agent);
    lab.talk(&mut [&mut caller, &mut agent], 1_000);
    lab.command(Command::Unbridge {
        a: caller.port,
        b: agent.port,
    });
    lab.talk(&mut [&mut caller, &mut agent], 1_000);
    lab.play(&caller, 3, "tone/660", false);
    lab.talk(&mut [&mut agent], 1_000);
    let (left, right) = sides(&lab.stop_record(&caller, 1));
    assert_eq!(left.len(), 40_000);
    for (second, hz) in [(0, 660), (1, 1_000), (2, 880), (4, 660)] {
        let part = &right[second * 8_000 + 400..(second + 1) * 8_000 - 400];
        assert!(
            level(part, hz) > 0.98,
            "second {second} of the right side is not {hz} Hz"
        );
    }
    assert!(right[24_400..31_600].iter().all(|sample| *sample == 0));
    assert!(level(&left[..32_000], 440) > 0.99);
    assert!(left[32_400..].iter().all(|sample| *sample == 0));
}

#[test]
fn loss_reordering_and_jitter_leave_length_and_place_alone() {
    let (mut lab, mut caller, agent) = call();
    lab.bridge(&caller, &agent);
    lab.record(&caller, 1);
    // Packet n is sent at 20 n ms and comes up to 80 ms late; every tenth never comes.
    let mut arrivals: Vec<(u64, u64, Vec<u8>)> = (0..495_u64)
        .map(|n| (20 * n + n.wrapping_mul(7_919) % 80, n, caller.voice()))
        .filter(|(_, n, _)| n % 10 != 5)
        .collect();
    arrivals.sort();
    let start_ms = lab.now_ms;
    for (at, _, packet) in arrivals {
        lab.wait(start_ms + at - lab.now_ms);
        lab.arrive(caller.port, caller.from, &packet);
    }
    lab.wait(start_ms + 10_000 - lab.now_ms);
    let (left, _) = sides(&lab.stop_record(&caller, 1));
    assert_eq!(left.len(), 80_000);
    let silent = left
        .chunks(160)
        .filter(|frame| frame.iter().all(|sample| *sample == 0))
        .count();
    assert!(
        (53..=57).contains(&silent),
        "{silent} silent frames of 49 lost ones and 5 at the end"
    );
    // Between two losses the tone is whole: nothing was cut or doubled.
    let hole = left
        .chunks(160)
        .position(|frame| frame.iter().all(|sample| *sample == 0))
        .unwrap();
    let whole = &left[(hole + 1) * 160..(hole + 9) * 160];
    assert!(level(whole, 440) > 0.99);
}

#[test]
fn a_burst_after_a_stall_is_laid_where_it_belongs() {
    let (mut lab, mut caller, _) = call();
    lab.record(&caller, 1);
    lab.talk(&mut [&mut caller], 1_000);
    let stalled: Vec<Vec<u8>> = (0..9).map(|_| caller.voice()).collect();
    lab.wait(180);
    for packet in stalled {
        lab.arrive(caller.port, caller.from, &packet);
    }
    lab.talk(&mut [&mut caller], 820);
    let (left, _) = sides(&lab.stop_record(&caller, 1));
    assert_eq!(left.len(), 16_000);
    assert!(level(&left, 440) > 0.99, "no hole, no seam");
}

#[test]
fn clocks_that_drift_do_not_pull_the_sides_apart() {
    let (mut lab, mut caller, _) = call();
    lab.record(&caller, 1);
    // The caller's clock is 1 % fast: 10.1 s of sound in 10 s, sent as it comes.
    for n in 0..505_u64 {
        caller.talk(&mut lab);
        lab.wait(if n % 100 == 99 { 0 } else { 20 });
    }
    lab.wait(10_000 - lab.now_ms);
    let (left, _) = sides(&lab.stop_record(&caller, 1));
    assert_eq!(left.len(), 80_000);
    let last = left.iter().rposition(|sample| *sample != 0).unwrap();
    assert!(last >= 79_000, "the end is at the end: {last}");
}

#[test]
fn a_new_stream_and_a_jump_are_laid_at_their_arrival() {
    let (mut lab, mut caller, _) = call();
    lab.record(&caller, 1);
    lab.talk(&mut [&mut caller], 500);
    lab.wait(500);
    (caller.ssrc, caller.timestamp, caller.sequence) = (5, 123_456, 9);
    lab.talk(&mut [&mut caller], 500);
    caller.timestamp = caller.timestamp.wrapping_add(1_000_000_000);
    lab.talk(&mut [&mut caller], 500);
    let (left, _) = sides(&lab.stop_record(&caller, 1));
    assert_eq!(left.len(), 16_000);
    for part in [0..3_900, 8_100..11_900, 12_100..15_900] {
        assert!(level(&left[part.clone()], 440) > 0.98, "{part:?}");
    }
    assert!(left[4_000..8_000].iter().all(|sample| *sample == 0));
}

#[test]
fn two_recordings_of_one_port_and_the_end_of_the_port() {
    let (mut lab, mut caller, _) = call();
    lab.record(&caller, 1);
    lab.talk(&mut [&mut caller], 500);
    lab.record(&caller, 2);
    lab.talk(&mut [&mut caller], 500);
    lab.close(&caller);
    assert_eq!(lab.recordings[&whole(1)].len(), 16_000);
    assert_eq!(lab.recordings[&whole(2)].len(), 8_000);
    assert_eq!(lab.ended, [whole(1), whole(2)]);
    assert!(matches!(lab.news.last(), Some(News::Closed { .. })));
}
