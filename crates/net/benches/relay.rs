//! What a packet costs through a media thread, beside a bare relay that knows nothing of RTP: the ratio counts (F6, F9).
//!
//! `cargo bench -p net --bench relay`. `one_packet` is the way of a single packet from phone to phone, wake-up of the
//! relaying thread included; `a_burst` is what waits at one socket after a late turn, so that batches come into play.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs
)]

use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use divan::Bencher;
use media::{Command, News, PortId, Stream};
use net::{Clock, MediaConfig, MediaThreads};

const BURST: usize = 64;

fn main() {
    divan::main();
}

/// A packet of 20 ms G.711.
fn packet(sequence: u16) -> [u8; 172] {
    let mut packet = [0x55; 172];
    packet[..2].copy_from_slice(&[0x80, 0]);
    packet[2..4].copy_from_slice(&sequence.to_be_bytes());
    packet[4..8].copy_from_slice(&(u32::from(sequence) * 160).to_be_bytes());
    packet[8..12].copy_from_slice(&7_u32.to_be_bytes());
    packet
}

struct Way {
    from: UdpSocket,
    through: SocketAddr,
    to: UdpSocket,
    sequence: u16,
    _media: Option<MediaThreads>,
}

impl Way {
    fn send(&mut self, packets: usize) {
        for _ in 0..packets {
            self.from
                .send_to(&packet(self.sequence), self.through)
                .unwrap();
            self.sequence = self.sequence.wrapping_add(1);
        }
        let mut buffer = [0; 2_048];
        for _ in 0..packets {
            self.to.recv_from(&mut buffer).expect("a packet was lost");
        }
    }
}

fn phone() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    socket
}

/// Through two bridged ports of a media thread.
fn bridged() -> Way {
    let (from, to) = (phone(), phone());
    let mut config = MediaConfig::new(Clock::start());
    config.worker.packets_per_second_max = u32::MAX;
    let (tell, news) = mpsc::channel();
    let (chunks, _) = mpsc::sync_channel(1);
    let media = MediaThreads::start(config, move |news| drop(tell.send(news)), chunks).unwrap();
    let (a, b) = (PortId(0), PortId(1));
    let through = open(&media, &news, a, &from);
    open(&media, &news, b, &to);
    media.command(Command::Bridge { a, b });
    let mut way = Way {
        from,
        through,
        to,
        sequence: 0,
        _media: Some(media),
    };
    let mut buffer = [0; 2_048];
    way.to
        .set_read_timeout(Some(Duration::from_millis(50)))
        .unwrap();
    // Until the source is settled and the bridge stands.
    loop {
        way.from
            .send_to(&packet(way.sequence), way.through)
            .unwrap();
        way.sequence += 1;
        if way.to.recv_from(&mut buffer).is_ok() {
            break;
        }
    }
    while way.to.recv_from(&mut buffer).is_ok() {}
    way.to
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    way
}

fn open(
    media: &MediaThreads,
    news: &mpsc::Receiver<News>,
    port: PortId,
    phone: &UdpSocket,
) -> SocketAddr {
    let remote = phone.local_addr().unwrap();
    for attempt in 0..1_000 {
        let local = SocketAddr::from(([127, 0, 0, 1], 20_000 + 2 * attempt));
        let before = media.counters().opened.get();
        media.command(Command::Open { port, local });
        while media.counters().opened.get() == before {
            if news.try_recv().is_ok() {
                break; // Taken.
            }
            thread::yield_now();
        }
        if media.counters().opened.get() > before {
            let stream = Stream {
                remote,
                remote_rtcp: remote,
                signalling: None,
                codec: audio::codec::CODECS
                    .iter()
                    .find(|codec| codec.name == "PCMU")
                    .unwrap(),
                payload_type: 0,
                telephone_event: None,
                sending: true,
                receiving: true,
            };
            media.command(Command::Negotiate { port, stream });
            return local;
        }
    }
    unreachable!("no free port")
}

/// Through a thread that receives and sends, and nothing else.
fn bare() -> Way {
    let (from, to, relay) = (phone(), phone(), UdpSocket::bind("127.0.0.1:0").unwrap());
    let through = relay.local_addr().unwrap();
    let target = to.local_addr().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 2_048];
        while let Ok((len, _)) = relay.recv_from(&mut buffer) {
            let _ = relay.send_to(&buffer[..len], target);
        }
    });
    Way {
        from,
        through,
        to,
        sequence: 0,
        _media: None,
    }
}

#[divan::bench(args = ["bridged", "bare"])]
fn one_packet(bencher: Bencher<'_, '_>, way: &str) {
    run(bencher, way, 1);
}

#[divan::bench(args = ["bridged", "bare"])]
fn a_burst(bencher: Bencher<'_, '_>, way: &str) {
    run(bencher, way, BURST);
}

fn run(bencher: Bencher<'_, '_>, way: &str, packets: usize) {
    let mut way = if way == "bare" { bare() } else { bridged() };
    bencher
        .counter(divan::counter::ItemsCount::new(packets))
        .bench_local(|| way.send(packets));
}
