//! Media threads end to end: phones are plain UDP sockets, packets are built by hand.

use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use media::{
    CallId, Command, Duplex, News, PlaybackId, PortId, RecordingChunk, RecordingId, Source, Stream,
    Talker,
};
use net::{Clock, MediaConfig, MediaThreads};

use crate::support::{DEADLINE, until};

const A: PortId = PortId(2);
const B: PortId = PortId(4);
const RTP_HEADER_BYTES: usize = 12;

/// Media threads with what comes up from them.
struct Media {
    threads: MediaThreads,
    news: Receiver<News>,
    chunks: Receiver<RecordingChunk>,
}

impl Media {
    fn start(configure: impl FnOnce(&mut MediaConfig)) -> Self {
        Self::start_with(configure, 1_000, |_news| {})
    }

    /// `meanwhile` runs on the media thread with each news, before it is told.
    fn start_with(
        configure: impl FnOnce(&mut MediaConfig),
        chunks_max: usize,
        meanwhile: impl Fn(&News) + Send + Sync + Clone + 'static,
    ) -> Self {
        let mut config = MediaConfig::new(Clock::start());
        configure(&mut config);
        let (tell, news) = mpsc::channel();
        let (chunk, chunks) = mpsc::sync_channel(chunks_max);
        let on_news = move |news| {
            meanwhile(&news);
            let _ = tell.send(news);
        };
        Self {
            threads: MediaThreads::start(config, on_news, chunk).unwrap(),
            news,
            chunks,
        }
    }

    fn open(&self, port: PortId, phone: &Phone) -> SocketAddr {
        let local = free_pair();
        self.threads.command(Command::Open { port, local });
        let stream = phone.stream();
        self.threads.command(Command::Negotiate { port, stream });
        local
    }

    fn play(&self, port: PortId) {
        self.threads.command(Command::Play {
            port,
            playback: PlaybackId(port.0),
            sources: vec![Source::Tone { hz: 440, ms: 500 }],
            repeat: true,
            start_at: Duration::ZERO,
        });
    }

    /// The first news that is asked for; others are passed over.
    fn news(&self, wanted: impl Fn(&News) -> bool) -> News {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let news = self.news.recv_timeout(left).expect("no such news in time");
            if wanted(&news) {
                return news;
            }
        }
    }

    fn closed(&self, of: PortId) {
        self.news(|news| matches!(news, News::Closed { port, .. } if *port == of));
    }
}

/// A phone's media: RTP and RTCP.
struct Phone {
    rtp: UdpSocket,
    rtcp: UdpSocket,
}

impl Phone {
    fn new() -> Self {
        let bind = || {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.set_read_timeout(Some(DEADLINE)).unwrap();
            socket
        };
        Self {
            rtp: bind(),
            rtcp: bind(),
        }
    }

    fn stream(&self) -> Stream {
        Stream {
            remote: self.rtp.local_addr().unwrap(),
            remote_rtcp: self.rtcp.local_addr().unwrap(),
            signalling: Some(Ipv4Addr::LOCALHOST.into()),
            codec: audio::codec::CODECS
                .iter()
                .find(|codec| codec.name == "PCMU")
                .unwrap(),
            payload_type: 0,
            telephone_event: Some(101),
            sending: true,
            receiving: true,
        }
    }

    fn says(&self, to: SocketAddr, sequence: u16, payload: &[u8]) {
        let mut packet = vec![0x80, 0];
        packet.extend_from_slice(&sequence.to_be_bytes());
        packet.extend_from_slice(&(u32::from(sequence) * 160).to_be_bytes());
        packet.extend_from_slice(&0xCAFE_u32.to_be_bytes());
        packet.extend_from_slice(payload);
        self.rtp.send_to(&packet, to).unwrap();
    }

    /// The next packet's source and payload.
    fn hears(&self) -> (SocketAddr, Vec<u8>) {
        let mut buffer = [0; 2_000];
        let (len, from) = self.rtp.recv_from(&mut buffer).expect("nothing heard");
        assert_eq!(buffer[0] >> 6, 2, "RTP version");
        (from, buffer[RTP_HEADER_BYTES..len].to_vec())
    }

    /// Says a payload until the other phone hears that one.
    fn is_heard_by(
        &self,
        to: SocketAddr,
        other: &Phone,
        sequence: &mut u16,
        payload: [u8; 160],
    ) -> SocketAddr {
        let deadline = Instant::now() + DEADLINE;
        other
            .rtp
            .set_read_timeout(Some(Duration::from_millis(20)))
            .unwrap();
        let mut buffer = [0; 2_000];
        loop {
            assert!(Instant::now() < deadline, "not heard");
            self.says(to, *sequence, &payload);
            *sequence += 1;
            if let Ok((len, from)) = other.rtp.recv_from(&mut buffer)
                && buffer[RTP_HEADER_BYTES..len] == payload
            {
                return from;
            }
        }
    }
}

/// An even port with a free neighbour; no two tests get the same.
fn free_pair() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Processes that test at the same time begin at different places.
    let start = u16::try_from(std::process::id() % 1_000).unwrap() * 20;
    for _ in 0..10_000 {
        let step = NEXT.fetch_add(2, Ordering::Relaxed);
        let port = 12_000 + (start + step) % 20_000;
        let pair = [port, port + 1].map(|port| UdpSocket::bind((Ipv4Addr::LOCALHOST, port)));
        if pair.iter().all(Result::is_ok) {
            return (Ipv4Addr::LOCALHOST, port).into();
        }
    }
    panic!("no free pair of ports");
}

fn is_free(address: SocketAddr) -> bool {
    let neighbour = SocketAddr::new(address.ip(), address.port() + 1);
    UdpSocket::bind(address).is_ok() && UdpSocket::bind(neighbour).is_ok()
}

#[test]
fn two_phones_hear_each_other_through_a_bridge() {
    let media = Media::start(|config| config.threads = 2);
    let (one, two) = (Phone::new(), Phone::new());
    let (at_one, at_two) = (media.open(A, &one), media.open(B, &two));
    media.threads.command(Command::Bridge { a: A, b: B });
    let (mut from_one, mut from_two) = (100, 7_000);
    for round in 0..20_u8 {
        let from = one.is_heard_by(at_one, &two, &mut from_one, [round; 160]);
        assert_eq!(from, at_two, "from the port that two's SDP knows");
        let from = two.is_heard_by(at_two, &one, &mut from_two, [round | 0x80; 160]);
        assert_eq!(from, at_one);
    }
    let counters = media.threads.counters();
    until("all are counted", || {
        counters.datagrams_in.get() >= 40 && counters.datagrams_out.get() >= 40
    });
    assert_eq!(counters.turn_panics.get(), 0);
}

#[test]
fn a_tone_is_heard_every_20_ms_and_reported_by_rtcp() {
    let media = Media::start(|_| {});
    let phone = Phone::new();
    let local = media.open(A, &phone);
    media.play(A);
    let started = Instant::now();
    for _ in 0..50 {
        let (from, payload) = phone.hears();
        assert_eq!((from, payload.len()), (local, 160));
    }
    let took = started.elapsed();
    assert!(
        took > Duration::from_millis(900),
        "faster than sound: {took:?}"
    );
    let mut report = [0; 2_000];
    let (len, from) = phone.rtcp.recv_from(&mut report).expect("no report");
    assert_eq!(from, SocketAddr::new(local.ip(), local.port() + 1));
    // RFC 3550 §6.4.1: version 2, a sender report first.
    assert!(len >= 28 && report[0] >> 6 == 2 && report[1] == 200);
}

#[test]
fn a_port_that_is_taken_is_told_and_its_other_half_given_back() {
    let media = Media::start(|_| {});
    let local = free_pair();
    let rtcp = SocketAddr::new(local.ip(), local.port() + 1);
    let squatter = UdpSocket::bind(rtcp).unwrap();
    media.threads.command(Command::Open { port: A, local });
    let failed = media.news(|_| true);
    let News::OpenFailed { port: A, reason } = failed else {
        panic!("{failed:?}");
    };
    assert!(reason.contains(&rtcp.to_string()), "{reason}");
    assert_eq!(media.threads.counters().open_failed.get(), 1);
    drop(squatter);
    assert!(is_free(local));
    media.threads.command(Command::Open { port: A, local });
    media.threads.command(Command::Close { port: A });
    media.closed(A);
}

#[test]
fn a_closed_ports_address_can_be_opened_at_once() {
    let media = Media::start(|_| {});
    let local = free_pair();
    for number in 0..50 {
        let port = PortId(number);
        media.threads.command(Command::Open { port, local });
        media.threads.command(Command::Close { port });
    }
    for number in 0..50 {
        let closed = media.news(|_| true);
        let News::Closed { port, .. } = closed else {
            panic!("{closed:?}");
        };
        assert_eq!(port, PortId(number));
    }
    assert!(is_free(local));
}

#[test]
fn a_port_id_that_is_in_use_is_refused_and_the_first_lives_on() {
    let media = Media::start(|_| {});
    let phone = Phone::new();
    media.open(A, &phone);
    media.threads.command(Command::Open {
        port: A,
        local: free_pair(),
    });
    media.news(|news| matches!(news, News::OpenFailed { port, .. } if *port == A));
    media.play(A);
    phone.hears();
}

/// A thread that stands still in the news of the odd port until the gate is dropped.
fn gated(configure: impl FnOnce(&mut MediaConfig), chunks_max: usize) -> (Media, mpsc::Sender<()>) {
    let (open_gate, gate) = mpsc::channel::<()>();
    let gate = Arc::new(Mutex::new(gate));
    let wait = move |news: &News| {
        let on_the_thread = std::thread::current().name() == Some("media-0");
        if on_the_thread && matches!(news, News::OpenFailed { .. }) {
            let _ = gate.lock().unwrap().recv();
        }
    };
    (Media::start_with(configure, chunks_max, wait), open_gate)
}

fn odd() -> SocketAddr {
    "127.0.0.1:30001".parse().unwrap()
}

#[test]
fn a_late_thread_reads_and_writes_in_batches_and_keeps_the_order() {
    // More than one turn reads from one socket.
    const BURST: u8 = 200;
    let (media, gate) = gated(|config| config.worker.packets_per_second_max = 1_000_000, 1);
    let (one, two) = (Phone::new(), Phone::new());
    let (at_one, _) = (media.open(A, &one), media.open(B, &two));
    media.threads.command(Command::Bridge { a: A, b: B });
    let mut sequence = 1;
    one.is_heard_by(at_one, &two, &mut sequence, [0xFF; 160]);
    two.rtp
        .set_read_timeout(Some(Duration::from_millis(100)))
        .unwrap();
    while two.rtp.recv_from(&mut [0; 2_000]).is_ok() {}

    let counters = media.threads.counters();
    media.threads.command(Command::Open {
        port: PortId(6),
        local: odd(),
    });
    until("the thread is late", || counters.open_failed.get() == 1);
    let batches = || (counters.batches_in.get(), counters.batches_out.get());
    let before = batches();
    for number in 0..BURST {
        one.says(at_one, sequence, &[number; 160]);
        sequence += 1;
    }
    drop(gate);
    two.rtp.set_read_timeout(Some(DEADLINE)).unwrap();
    for number in 0..BURST {
        assert_eq!(two.hears().1, [number; 160]);
    }
    let (read, written) = batches();
    let full = u64::from(BURST).div_ceil(32);
    let reports = 4;
    assert!(read - before.0 <= full + reports, "{read} {before:?}");
    assert!(written - before.1 <= full + reports, "{written} {before:?}");
}

#[test]
fn s8_a_full_command_queue_refuses_and_an_open_is_told() {
    let (media, gate) = gated(|config| config.commands_max = 3, 1);
    media.threads.command(Command::Open {
        port: A,
        local: odd(),
    });
    let counters = media.threads.counters();
    until("the thread is at the gate", || {
        counters.open_failed.get() == 1
    });
    for _ in 0..3 {
        media.threads.command(Command::Close { port: B });
    }
    assert_eq!(counters.commands_refused.get(), 0);
    let (lost, under_way) = (Duplex::new(PlaybackId(1)), Duplex::new(PlaybackId(2)));
    media.threads.command(Command::Converse {
        port: B,
        talker: Talker::new(lost.clone()),
    });
    assert!(lost.is_over(), "E24: the service is not to wait for it");
    media.threads.command(Command::EndConversation {
        port: B,
        duplex: under_way.clone(),
    });
    assert!(under_way.is_over(), "E24: nor for the port");
    media.threads.command(Command::Open {
        port: B,
        local: odd(),
    });
    assert_eq!(counters.commands_refused.get(), 3);
    let refused = media.news(|_| true);
    assert!(
        matches!(refused, News::OpenFailed { port: B, .. }),
        "{refused:?}"
    );
    until("the stall shows", || {
        media.threads.stalled_for() > Duration::from_millis(1_200)
    });
    drop(gate);
    let first = media.news(|_| true);
    assert!(
        matches!(first, News::OpenFailed { port: A, .. }),
        "{first:?}"
    );
    until("the thread is well again", || {
        media.threads.stalled_for() < Duration::from_millis(1_100)
    });
}

#[test]
fn s3_a_panic_on_the_thread_loses_a_turn_and_not_the_thread() {
    let panics = |news: &News| assert!(!matches!(news, News::OpenFailed { .. }), "planted");
    let media = Media::start_with(|_| {}, 1, panics);
    let phone = Phone::new();
    media.open(B, &phone);
    media.threads.command(Command::Open {
        port: A,
        local: odd(),
    });
    let counters = media.threads.counters();
    until("the panic is counted", || counters.turn_panics.get() == 1);
    media.play(B);
    phone.hears();
    media.threads.command(Command::Close { port: B });
    media.closed(B);
}

#[test]
fn a_bridge_between_threads_is_refused_and_counted() {
    let media = Media::start(|config| config.threads = 2);
    assert_eq!(media.threads.threads(), 2);
    let (even, odd) = (PortId(2), PortId(3));
    media.threads.command(Command::Bridge { a: even, b: odd });
    assert_eq!(media.threads.counters().commands_misrouted.get(), 1);
    media.threads.command(Command::Bridge {
        a: even,
        b: PortId(4),
    });
    assert_eq!(media.threads.counters().commands_misrouted.get(), 1);
}

#[test]
fn s8_a_stalled_disk_loses_sound_of_the_recording_and_none_of_the_call() {
    let media = Media::start_with(|_| {}, 1, |_| {});
    let (one, two) = (Phone::new(), Phone::new());
    let (at_one, _) = (media.open(A, &one), media.open(B, &two));
    media.threads.command(Command::Bridge { a: A, b: B });
    let recording = RecordingId::whole(CallId::new(1));
    media
        .threads
        .command(Command::Record { port: A, recording });
    let counters = media.threads.counters();
    let mut sequence = 1;
    let deadline = Instant::now() + DEADLINE;
    while counters.chunks_lost.get() < 3 {
        assert!(Instant::now() < deadline, "nothing lost");
        one.is_heard_by(at_one, &two, &mut sequence, [0x55; 160]);
    }
    media
        .threads
        .command(Command::StopRecord { port: A, recording });
    let ended = media.news(|news| matches!(news, News::RecordingEnded { .. }));
    let News::RecordingEnded { frames, .. } = ended else {
        panic!("{ended:?}")
    };
    assert!(frames > 3 * 800);
    // The disk works again: the oldest sound and the end are there.
    let first = media.chunks.recv_timeout(DEADLINE).unwrap();
    assert!(!first.last && first.recording == recording);
    let last = media.chunks.recv_timeout(DEADLINE).unwrap();
    assert!(last.last && last.recording == recording);
}

#[test]
fn shutdown_closes_every_port_with_its_news() {
    let media = Media::start(|config| config.threads = 3);
    let ports: BTreeSet<PortId> = (10..20).map(PortId).collect();
    let locals: Vec<SocketAddr> = ports
        .iter()
        .map(|port| media.open(*port, &Phone::new()))
        .collect();
    let Media { threads, news, .. } = media;
    threads.shutdown();
    let mut closed = BTreeSet::new();
    for news in news.try_iter() {
        if let News::Closed { port, .. } = news {
            closed.insert(port);
        }
    }
    assert_eq!(closed, ports);
    assert!(locals.into_iter().all(is_free));
}

#[test]
fn s7_datagrams_that_are_too_long_are_dropped_and_counted() {
    let media = Media::start(|_| {});
    let phone = Phone::new();
    let local = media.open(A, &phone);
    let counters = media.threads.counters();
    until("the port is open", || counters.opened.get() == 1);
    match phone.rtp.send_to(&[0x80; 10_000], local) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => return,
        Err(error) => panic!("{error}"),
    }
    until("it is counted", || counters.in_too_long.get() == 1);
    assert_eq!(counters.datagrams_in.get(), 0);
}
