//! What only the inside can show: planted panics, sizes.

use super::*;
use crate::{CallId, Channel, Stream};

fn now(ms: u64) -> Duration {
    Duration::from_millis(1_700_000_000_000 + ms)
}

fn remote(port: u64) -> SocketAddr {
    SocketAddr::from(([198, 51, 100, port as u8], 4_000))
}

fn packet(sequence: u8) -> Vec<u8> {
    let mut bytes = vec![0xd5; 172];
    bytes[..12].copy_from_slice(&[0x80, 8, 0, sequence, 0, 0, sequence, 0, 1, 2, 3, 4]);
    bytes
}

/// Ports 1 and 2 bridged and recorded, port 3 with music.
fn call() -> (Worker, Outbox) {
    let (mut worker, mut out) = (Worker::new(WorkerConfig::default()), Outbox::new(64));
    let codec = &audio::codec::CODECS[0];
    for port in 1..=3 {
        let stream = Stream {
            remote: remote(port),
            remote_rtcp: remote(port),
            signalling: None,
            codec,
            payload_type: 8,
            telephone_event: None,
            sending: true,
            receiving: true,
        };
        let port = PortId(port);
        worker.handle_command(
            now(0),
            Command::Open {
                port,
                local: stream.remote,
            },
            &mut out,
        );
        worker.handle_command(now(0), Command::Negotiate { port, stream }, &mut out);
    }
    let (a, b) = (PortId(1), PortId(2));
    worker.handle_command(now(0), Command::Bridge { a, b }, &mut out);
    worker.handle_command(
        now(0),
        Command::Record {
            port: a,
            recording: RecordingId::whole(CallId::new(7)),
        },
        &mut out,
    );
    let sources = vec![Source::Tone {
        hz: 440,
        ms: 60_000,
    }];
    let play = Command::Play {
        port: PortId(3),
        playback: PlaybackId(1),
        sources,
        repeat: true,
        start_at: Duration::ZERO,
    };
    worker.handle_command(now(0), play, &mut out);
    (worker, out)
}

/// A second of life: how many packets ports 2 (relayed) and 3 (music) were sent.
fn live(worker: &mut Worker, out: &mut Outbox, from_ms: u64) -> (usize, usize) {
    let mut sent = (0, 0);
    for n in 0..50 {
        let at = now(from_ms + 20 * n);
        worker.handle_rtp(
            at,
            PortId(1),
            remote(1),
            &packet((from_ms / 20 + n) as u8),
            out,
        );
        worker.handle_timeout(at, out);
        let rtp = |port| {
            move |it: &&crate::Datagram| it.port == PortId(port) && it.channel == Channel::Rtp
        };
        sent.0 += out.datagrams().iter().filter(rtp(2)).count();
        sent.1 += out.datagrams().iter().filter(rtp(3)).count();
        out.clear_datagrams();
    }
    sent
}

fn plant(worker: &mut Worker, port: u64) {
    worker.ports.get_mut(&PortId(port)).unwrap().panics = true;
}

#[test]
fn g14_a_panic_on_a_packet_ends_that_port_alone() {
    let (mut worker, mut out) = call();
    assert_eq!(live(&mut worker, &mut out, 0), (50, 50));
    out.drain_news().for_each(drop);
    plant(&mut worker, 1);
    assert_eq!(
        live(&mut worker, &mut out, 1_000),
        (0, 50),
        "the music misses no beat"
    );
    let news: Vec<News> = out.drain_news().collect();
    let ended = News::RecordingEnded {
        recording: RecordingId::whole(CallId::new(7)),
        frames: 8_000,
    };
    assert_eq!(news, [ended, News::PortPanicked { port: PortId(1) }]);
    let chunks: Vec<_> = out.drain_chunks().collect();
    assert_eq!(
        chunks
            .iter()
            .map(|chunk| u32::from(chunk.frames))
            .sum::<u32>(),
        8_000,
        "the recording is whole"
    );
    assert!(chunks.last().unwrap().last);
    assert_eq!(worker.ports.get(&PortId(2)).unwrap().peer, None);
}

#[test]
fn g14_a_panic_on_the_tick_ends_that_port_alone() {
    let (mut worker, mut out) = call();
    plant(&mut worker, 3);
    assert_eq!(live(&mut worker, &mut out, 0), (50, 0));
    assert!(
        out.drain_news()
            .any(|news| news == News::PortPanicked { port: PortId(3) })
    );
    assert_eq!(worker.ports(), 2);
    assert_eq!(worker.ticking, [PortId(1)]);
}

#[test]
fn f8_a_port_is_small() {
    assert!(size_of::<Port>() <= 2_048, "{}", size_of::<Port>());
    assert!(size_of::<News>() <= 256, "{}", size_of::<News>());
}
