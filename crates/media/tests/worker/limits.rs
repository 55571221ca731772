//! S7, S17, S18 and the time-outs: what strangers and broken phones may do, and what nothing may cost.

use std::time::Duration;

use media::{Channel, Command, News, Outbox, PortId, WorkerConfig};
use proptest::prelude::*;
use rtp::rtcp;

use crate::lab::{Lab, Phone, level, time, whole};

fn call() -> (Lab, Phone, Phone) {
    let mut lab = Lab::new();
    let (caller, agent) = (Phone::new(1, "PCMA", 440), Phone::new(2, "PCMA", 880));
    lab.open(&caller);
    lab.open(&agent);
    lab.bridge(&caller, &agent);
    (lab, caller, agent)
}

#[test]
fn advisory_11_payload_types_that_were_not_negotiated() {
    let (mut lab, mut caller, agent) = call();
    lab.talk(&mut [&mut caller], 20);
    for payload_type in 0..=127_u8 {
        let packet = caller.packet(
            payload_type,
            caller.ssrc,
            caller.sequence,
            caller.timestamp,
            &[0xd5; 160],
        );
        lab.arrive(caller.port, caller.from, &packet);
        lab.wait(20);
    }
    let types: Vec<u8> = lab
        .rtp_to(&agent)
        .iter()
        .map(|it| it.1.payload_type)
        .collect();
    assert_eq!(
        types,
        [8, 8, 101],
        "the codec and the key, which came once each"
    );
    let refused = lab.close(&caller).refused;
    assert_eq!(refused.payload_type, 128 - 2);
}

#[test]
fn advisory_18_packets_without_payload_or_sense_are_counted() {
    let (mut lab, mut caller, agent) = call();
    lab.talk(&mut [&mut caller], 20);
    let empty = caller.packet(8, caller.ssrc, 5, 5, &[]);
    for datagram in [
        &empty[..],
        &[],
        &[0x80],
        &[0; 12],
        &[0xff; 1_400],
        b"OPTIONS sip:x SIP/2.0\r\n\r\n",
    ] {
        lab.arrive(caller.port, caller.from, datagram);
    }
    assert_eq!(lab.rtp_to(&agent).len(), 1);
    let refused = lab.close(&caller).refused;
    assert_eq!(refused.malformed + refused.rtcp, 6);
}

#[test]
fn g7_a_burst_of_ssrcs_from_the_peer_is_over_when_it_is_over() {
    let (mut lab, mut caller, agent) = call();
    lab.talk(&mut [&mut caller], 500);
    for n in 0..5_000_u32 {
        let packet = caller.packet(8, n.wrapping_mul(0x9e37_79b9), n as u16, n, &[0x55; 160]);
        lab.arrive(caller.port, caller.from, &packet);
    }
    let before = lab.rtp_to(&agent).len();
    assert_eq!(before, 25, "nothing of the burst is heard");
    lab.talk(&mut [&mut caller], 1_000);
    assert!(
        lab.rtp_to(&agent).len() >= before + 49,
        "{}",
        lab.rtp_to(&agent).len()
    );
    assert!(level(&lab.voice_to(&agent, 520, 1_500), 440) > 0.99);
    assert!(lab.close(&caller).refused.budget > 4_000);
}

#[test]
fn a_flood_of_strangers_does_not_use_up_the_callers_budget() {
    let (mut lab, mut caller, agent) = call();
    lab.talk(&mut [&mut caller], 20);
    let stranger = "203.0.113.66:4000".parse().unwrap();
    for _ in 0..50 {
        for n in 0..100 {
            let packet = caller.packet(8, 1, n, 0, &[0x55; 160]);
            lab.arrive(caller.port, stranger, &packet);
        }
        lab.talk(&mut [&mut caller], 20);
    }
    assert_eq!(lab.rtp_to(&agent).len(), 51);
}

#[test]
fn silence_is_told_once_and_never_on_hold() {
    let (mut lab, mut caller, _) = call();
    let silent = |lab: &Lab, port: PortId| {
        lab.news
            .iter()
            .filter(|news| **news == News::Silent { port })
            .count()
    };
    lab.talk(&mut [&mut caller], 1_000);
    lab.wait(29_000);
    assert_eq!(
        (silent(&lab, caller.port), silent(&lab, PortId(2))),
        (0, 1),
        "the agent never said a word"
    );
    lab.wait(1_500);
    assert_eq!(silent(&lab, caller.port), 1);
    lab.wait(120_000);
    assert_eq!(silent(&lab, caller.port), 1);
    lab.talk(&mut [&mut caller], 1_000);
    lab.wait(31_000);
    assert_eq!(silent(&lab, caller.port), 2, "a new silence is a new one");
    for (sending, receiving) in [(false, true), (true, false), (false, false)] {
        (caller.stream.sending, caller.stream.receiving) = (sending, receiving);
        lab.negotiate(&caller);
        lab.wait(100_000);
        assert_eq!(silent(&lab, caller.port), 2, "{sending} {receiving}");
    }
    (caller.stream.sending, caller.stream.receiving) = (true, true);
    lab.negotiate(&caller);
    lab.wait(29_000);
    assert_eq!(
        silent(&lab, caller.port),
        2,
        "a resumed call has its full time"
    );
    lab.wait(2_000);
    assert_eq!(silent(&lab, caller.port), 3);
}

#[test]
fn a_short_time_out_is_kept_to_the_tick() {
    let mut lab = Lab::with(WorkerConfig {
        rtp_timeout: Duration::from_secs(1),
        ..WorkerConfig::default()
    });
    let mut caller = Phone::new(1, "PCMA", 440);
    lab.open(&caller);
    lab.talk(&mut [&mut caller], 3_000);
    assert!(!lab.news.contains(&News::Silent { port: caller.port }));
    lab.wait(1_000);
    assert!(lab.news.contains(&News::Silent { port: caller.port }));
    lab.talk(&mut [&mut caller], 100);
    lab.news.clear();
    lab.wait(1_000);
    assert!(
        lab.news.contains(&News::Silent { port: caller.port }),
        "also after the first silence"
    );
}

#[test]
fn rtcp_reports_what_was_sent_and_heard() {
    let (mut lab, mut caller, mut agent) = call();
    lab.talk(&mut [&mut caller, &mut agent], 20_000);
    let reports: Vec<_> = lab
        .sent
        .iter()
        .filter(|it| it.port == caller.port && it.channel == Channel::Rtcp)
        .collect();
    assert!(
        (2..=6).contains(&reports.len()),
        "every five seconds or so: {}",
        reports.len()
    );
    assert!(
        reports
            .iter()
            .all(|report| report.to == caller.stream.remote_rtcp)
    );
    let rtp = lab.rtp_to(&caller);
    let mut packets = rtcp::Compound::parse(&reports.last().unwrap().bytes)
        .unwrap()
        .packets();
    let Some(rtcp::Packet::SenderReport { ssrc, info, blocks }) = packets.next() else {
        panic!("no sender report")
    };
    assert_eq!(ssrc, rtp[0].1.ssrc);
    assert!(u64::from(info.packets) <= rtp.len() as u64 && info.octets == 160 * info.packets);
    let block = blocks.iter().next().unwrap();
    assert_eq!(
        (block.ssrc, block.cumulative_lost, block.jitter),
        (caller.ssrc, 0, 0)
    );
    assert_eq!(packets.next(), Some(rtcp::Packet::SourceDescription));
}

#[test]
fn s17_bye_and_strangers_by_rtcp_change_nothing() {
    let (mut lab, mut caller, agent) = call();
    lab.talk(&mut [&mut caller], 200);
    let report = rtcp::Report {
        ssrc: caller.ssrc,
        sender: Some(rtcp::SenderInfo::default()),
        block: None,
        cname: "x",
        bye: true,
    };
    let mut bytes = [0; 200];
    let length = report.write(&mut bytes).unwrap();
    for from in ["198.51.100.1:4001", "203.0.113.66:4001"] {
        lab.worker.handle_rtcp(
            time(lab.now_ms),
            caller.port,
            from.parse().unwrap(),
            &bytes[..length],
            &mut lab.out,
        );
    }
    lab.worker.handle_rtcp(
        time(lab.now_ms),
        caller.port,
        caller.from,
        &bytes[..10],
        &mut lab.out,
    );
    // Muxed on the RTP port (RFC 5761): understood as well.
    lab.arrive(caller.port, caller.from, &bytes[..length]);
    lab.talk(&mut [&mut caller], 200);
    assert_eq!(lab.rtp_to(&agent).len(), 20);
    let statistics = lab.close(&caller);
    assert_eq!(statistics.refused.rtcp, 2, "the stranger and the short one");
}

#[test]
fn closing_says_goodbye_and_gives_the_figures() {
    let (mut lab, mut caller, mut agent) = call();
    lab.talk(&mut [&mut caller, &mut agent], 200);
    let _lost = caller.voice();
    lab.talk(&mut [&mut caller, &mut agent], 200);
    let statistics = lab.close(&caller);
    assert_eq!(
        (
            statistics.packets_sent,
            statistics.packets_received,
            statistics.lost
        ),
        (20, 20, 1)
    );
    assert_eq!(
        (statistics.octets_sent, statistics.octets_received),
        (3_200, 3_200)
    );
    let last = lab.sent.iter().rfind(|it| it.port == caller.port).unwrap();
    assert!(
        rtcp::Compound::parse(&last.bytes)
            .unwrap()
            .packets()
            .any(|packet| packet == rtcp::Packet::Bye)
    );
    assert_eq!(lab.worker.ports(), 1);
    lab.talk(&mut [&mut caller], 100);
    lab.command(Command::Close { port: caller.port });
}

#[test]
fn ports_are_bounded_and_ids_are_not_taken_twice() {
    let mut lab = Lab::with(WorkerConfig {
        ports_max: 3,
        ..WorkerConfig::default()
    });
    for port in [1, 2, 2, 3, 4] {
        lab.command(Command::Open {
            port: PortId(port),
            local: "192.0.2.10:20000".parse().unwrap(),
        });
    }
    let failed: Vec<PortId> = lab
        .news
        .iter()
        .filter_map(|news| {
            if let News::OpenFailed { port, .. } = news {
                Some(*port)
            } else {
                None
            }
        })
        .collect();
    assert_eq!(failed, [PortId(2), PortId(4)]);
    assert_eq!(lab.worker.ports(), 3);
}

#[test]
fn a_full_outbox_delays_and_loses_nothing() {
    let mut lab = Lab::new();
    lab.out = Outbox::new(64);
    let phones: Vec<Phone> = (1..=60).map(|port| Phone::new(port, "PCMA", 440)).collect();
    for phone in &phones {
        lab.open(phone);
        lab.play(phone, 1, "short", false);
    }
    // A shell that drains only between two calls.
    let mut calls = 0;
    while lab
        .worker
        .poll_timeout()
        .is_some_and(|due| due <= time(lab.now_ms))
    {
        lab.worker.handle_timeout(time(lab.now_ms), &mut lab.out);
        lab.drain();
        calls += 1;
    }
    assert!(calls > 1);
    assert!(phones.iter().all(|phone| lab.rtp_to(phone).len() == 1));
    lab.wait(300);
    assert!(phones.iter().all(|phone| lab.rtp_to(phone).len() == 7));
    assert_eq!(lab.out.dropped(), 0);
}

#[test]
fn nothing_grows_on_the_packet_path() {
    let (mut lab, mut caller, mut agent) = call();
    lab.record(&caller, 1);
    let third = Phone::new(3, "PCMU", 0);
    lab.open(&third);
    lab.play(&third, 1, "tone/440", true);
    let before = lab.out.capacities();
    for _ in 0..1_000 {
        for phone in [&mut caller, &mut agent] {
            let packet = phone.voice();
            lab.worker.handle_rtp(
                time(lab.now_ms),
                phone.port,
                phone.from,
                &packet,
                &mut lab.out,
            );
        }
        lab.now_ms += 20;
        lab.worker.handle_timeout(time(lab.now_ms), &mut lab.out);
        lab.out.clear_datagrams();
        lab.out.drain_news().for_each(drop);
        lab.out.drain_chunks().for_each(drop);
    }
    assert_eq!(lab.out.capacities(), before);
    assert_eq!(lab.out.dropped(), 0);
}

#[test]
fn a_port_that_only_relays_does_not_wake_the_worker() {
    let (mut lab, mut caller, mut agent) = call();
    lab.talk(&mut [&mut caller, &mut agent], 1_000);
    let mut wakes = 0;
    let end_ms = lab.now_ms + 60_000;
    while let Some(due) = lab.worker.poll_timeout().filter(|due| *due < time(end_ms)) {
        lab.worker.handle_timeout(due, &mut lab.out);
        lab.drain();
        wakes += 1;
    }
    assert!(
        wakes < 40,
        "two ports, a report every five seconds: {wakes}"
    );
}

#[test]
fn commands_to_what_is_not_there_are_ignored() {
    let mut lab = Lab::new();
    let nobody = Phone::new(9, "PCMA", 440);
    lab.negotiate(&nobody);
    lab.play(&nobody, 1, "short", true);
    lab.bridge(&nobody, &nobody);
    lab.record(&nobody, 1);
    lab.command(Command::StopRecord {
        port: nobody.port,
        recording: whole(1),
    });
    lab.command(Command::SendDigits {
        port: nobody.port,
        digits: "1".into(),
    });
    lab.command(Command::Unbridge {
        a: nobody.port,
        b: PortId(8),
    });
    lab.command(Command::Close { port: nobody.port });
    lab.wait(1_000);
    assert!(lab.news.is_empty() && lab.sent.is_empty() && lab.worker.poll_timeout().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever arrives from the peer itself, the call goes on and the next voice is heard.
    #[test]
    fn no_datagrams_harm(datagrams in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..60), 0_u8..4), 1..120)) {
        let (mut lab, mut caller, mut agent) = call();
        lab.record(&caller, 1);
        lab.talk(&mut [&mut caller, &mut agent], 100);
        for (mut bytes, kind) in datagrams {
            if bytes.len() > 12 && kind > 0 {
                (bytes[0], bytes[1]) = (0x80, [0, 8, 101, 200][usize::from(kind)]);
            }
            lab.arrive(caller.port, caller.from, &bytes);
            lab.worker.handle_rtcp(time(lab.now_ms), caller.port, caller.from, &bytes, &mut lab.out);
            lab.wait(7);
        }
        let after = lab.now_ms + 1_000;
        lab.wait(1_000);
        lab.talk(&mut [&mut caller, &mut agent], 500);
        let panicked = lab.news.contains(&News::PortPanicked { port: caller.port });
        prop_assert!(!panicked);
        prop_assert!(level(&lab.voice_to(&agent, after, u64::MAX), 440) > 0.99);
        let length = lab.now_ms;
        prop_assert_eq!(lab.stop_record(&caller, 1).len() as u64, 16 * length);
    }
}
