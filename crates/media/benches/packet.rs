//! What one packet costs in a worker, sockets aside: `cargo bench -p media`.
//!
//! Each figure is per packet (or per port and tick) with so many calls open, visited in turn, so that memory is as cold as
//! on a busy thread. The allocation columns must stay empty: nothing on the packet path allocates.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher, black_box};
use media::{
    CallId, Command, Outbox, PlaybackId, PortId, RecordingId, RoomId, SoundLibrary, SoundName,
    Source, Stream, Worker, WorkerConfig,
};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const CALLS: [u64; 3] = [1, 100, 1_000];
const TICK: Duration = Duration::from_millis(20);

fn main() {
    divan::main();
}

/// Calls of two ports each, 2n and 2n+1, and a packet that visits them in turn.
struct Bench {
    worker: Worker,
    out: Outbox,
    now: Duration,
    calls: u64,
    turn: u64,
    packet: [u8; 172],
}

impl Bench {
    fn new(calls: u64, codecs: [&str; 2]) -> Self {
        let ports_max = usize::try_from(2 * calls).unwrap_or(usize::MAX);
        let config = WorkerConfig {
            ports_max,
            packets_per_second_max: 100_000,
            ..WorkerConfig::default()
        };
        let mut packet = [0xd5; 172];
        packet[..12].copy_from_slice(&[0x80, 8, 0, 0, 0, 0, 0, 0, 0xca, 0x11, 0, 0]);
        let now = Duration::from_secs(1_700_000_000);
        let mut bench = Self {
            worker: Worker::new(config),
            out: Outbox::new(4 * ports_max),
            now,
            calls,
            turn: 0,
            packet,
        };
        let samples = audio::tone::Tone::samples(440.0, 8_000, 8_000, 80_000);
        let music = Arc::new(audio::Sound {
            rate_hz: 8_000,
            samples,
        });
        bench.command(Command::Sounds {
            generation: 1,
            library: Arc::new(SoundLibrary([(SoundName::new("music"), music)].into())),
        });
        for port in 0..2 * calls {
            bench.open(
                PortId(port),
                if port % 2 == 0 { codecs[0] } else { codecs[1] },
            );
        }
        bench
    }

    fn command(&mut self, command: Command) {
        self.worker.handle_command(self.now, command, &mut self.out);
        self.drain();
    }

    fn open(&mut self, port: PortId, codec: &str) {
        let Some(codec) = audio::codec::by_name(codec, 8_000) else {
            return;
        };
        let remote = remote(port);
        let stream = Stream {
            remote,
            remote_rtcp: remote,
            signalling: None,
            codec,
            payload_type: codec.payload_type,
            telephone_event: Some(101),
            sending: true,
            receiving: true,
        };
        self.command(Command::Open {
            port,
            local: remote,
        });
        self.command(Command::Negotiate { port, stream });
    }

    fn bridged(mut self) -> Self {
        (0..self.calls).for_each(|call| {
            self.command(Command::Bridge {
                a: PortId(2 * call),
                b: PortId(2 * call + 1),
            })
        });
        self
    }

    fn recorded(mut self) -> Self {
        (0..self.calls).for_each(|call| {
            self.command(Command::Record {
                port: PortId(2 * call),
                recording: RecordingId::whole(CallId::new(call)),
            })
        });
        self
    }

    /// The next packet of the next caller.
    fn packet(&mut self) {
        self.turn += 1;
        let (port, round) = (
            PortId(2 * (self.turn % self.calls)),
            (self.turn / self.calls) as u32,
        );
        self.packet[2..4].copy_from_slice(&(round as u16).to_be_bytes());
        self.packet[4..8].copy_from_slice(&(160 * round).to_be_bytes());
        if self.turn.is_multiple_of(self.calls) {
            self.now += TICK;
        }
        self.worker.handle_rtp(
            self.now,
            port,
            remote(port),
            black_box(&self.packet),
            &mut self.out,
        );
        self.drain();
    }

    /// A packet of each of so many ports.
    fn speak(&mut self, members: u64) {
        self.turn += 1;
        let round = self.turn as u32;
        self.packet[2..4].copy_from_slice(&(round as u16).to_be_bytes());
        self.packet[4..8].copy_from_slice(&(160 * round).to_be_bytes());
        for port in (0..members).map(PortId) {
            let (now, from) = (self.now, remote(port));
            let packet = self.packet;
            self.worker
                .handle_rtp(now, port, from, black_box(&packet), &mut self.out);
        }
        self.drain();
    }

    fn tick(&mut self) {
        self.now += TICK;
        while self
            .worker
            .poll_timeout()
            .is_some_and(|due| due <= self.now)
        {
            self.worker.handle_timeout(self.now, &mut self.out);
            self.drain();
        }
    }

    fn drain(&mut self) {
        black_box(self.out.datagrams());
        self.out.clear_datagrams();
        self.out.drain_news().for_each(drop);
        self.out.drain_chunks().for_each(|chunk| {
            black_box(chunk);
        });
    }
}

fn remote(port: PortId) -> SocketAddr {
    SocketAddr::from(([198, 51, (port.0 >> 8) as u8, port.0 as u8], 4_000))
}

/// F6: a bridged packet, same codec, nobody records.
#[divan::bench(args = CALLS)]
fn relay(bencher: Bencher<'_, '_>, calls: u64) {
    let mut bench = Bench::new(calls, ["PCMA", "PCMA"]).bridged();
    bencher
        .counter(ItemsCount::new(1_u32))
        .bench_local(|| bench.packet());
}

/// F7: the same with a stereo recording, its share of the ticks included.
#[divan::bench(args = CALLS)]
fn relay_recorded(bencher: Bencher<'_, '_>, calls: u64) {
    let mut bench = Bench::new(calls, ["PCMA", "PCMA"]).bridged().recorded();
    bencher.counter(ItemsCount::new(2 * calls)).bench_local(|| {
        (0..2 * calls).for_each(|_| bench.packet());
        bench.now -= TICK;
        bench.tick();
    });
}

/// A bridged packet from one codec to the other.
#[divan::bench(args = CALLS)]
fn transcode(bencher: Bencher<'_, '_>, calls: u64) {
    let mut bench = Bench::new(calls, ["PCMA", "PCMU"]).bridged();
    bencher
        .counter(ItemsCount::new(1_u32))
        .bench_local(|| bench.packet());
}

/// Music on hold: a tick per waiting port.
#[divan::bench(args = CALLS)]
fn playback_tick(bencher: Bencher<'_, '_>, calls: u64) {
    let mut bench = Bench::new(calls, ["PCMA", "PCMA"]);
    for call in 0..calls {
        let sources = vec![Source::Sound(SoundName::new("music"))];
        let (port, playback) = (PortId(2 * call), PlaybackId(call));
        bench.command(Command::Play {
            port,
            playback,
            sources,
            repeat: true,
            start_at: Duration::ZERO,
        });
    }
    bencher
        .counter(ItemsCount::new(calls))
        .bench_local(|| bench.tick());
}

/// A packet of a voice in which keys are listened for: noise, so that every filter runs.
#[divan::bench(args = CALLS)]
fn listen(bencher: Bencher<'_, '_>, calls: u64) {
    let mut bench = Bench::new(calls, ["PCMA", "PCMA"]);
    let mut seed = 1_u32;
    for byte in &mut bench.packet[12..] {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (seed >> 24) as u8;
    }
    for port in (0..2 * calls).map(PortId) {
        bench.command(Command::ListenTones { port, on: true });
    }
    bencher
        .counter(ItemsCount::new(1_u32))
        .bench_local(|| bench.packet());
}

/// A packet of a stranger on a locked port.
#[divan::bench(args = CALLS)]
fn stranger(bencher: Bencher<'_, '_>, calls: u64) {
    let mut bench = Bench::new(calls, ["PCMA", "PCMA"]).bridged();
    (0..calls).for_each(|_| bench.packet());
    let from = SocketAddr::from(([203, 0, 113, 66], 4_000));
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| {
        bench.turn += 1;
        let port = PortId(2 * (bench.turn % calls));
        bench.worker.handle_rtp(
            bench.now,
            port,
            from,
            black_box(&bench.packet),
            &mut bench.out,
        );
    });
}

/// A room: all members speak, each hears the others; one tick of the whole room, packets excluded.
#[divan::bench(args = [3, 10, 40])]
fn room_tick(bencher: Bencher<'_, '_>, members: u64) {
    let mut bench = Bench::new(members.div_ceil(2), ["PCMA", "PCMA"]);
    bench.command(Command::Mix {
        room: RoomId(1),
        ports: (0..members).map(PortId).collect(),
    });
    let bench = RefCell::new(bench);
    bencher
        .with_inputs(|| bench.borrow_mut().speak(members))
        .bench_local_values(|()| bench.borrow_mut().tick());
}
