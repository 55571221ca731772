//! The worker: one media thread's ports, fed by commands, packets and time.
//!
//! Everything due is found without looking at every port: a list of those that play, record or send keys is walked every
//! 20 ms, a heap holds the rest's next report or time-out. A port that only relays costs nothing between its packets.
//! Each port's turn runs behind `catch_unwind`: a defect of ours ends that port alone (S3).

use core::cmp::Reverse;
use core::net::SocketAddr;
use core::time::Duration;
use std::collections::{BTreeMap, BinaryHeap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::playback::Playback;
use crate::port::{Port, Scratch};
use crate::recorder::Recorder;
use crate::{Command, News, Outbox, PlaybackId, PortId, RecordingId, SoundLibrary, Source};

/// The tick that all ports share.
const TICK: Duration = Duration::from_millis(20);
/// A worker that was away for longer does not make up for it in a burst.
const CATCH_UP_MAX: Duration = Duration::from_millis(100);

/// What a worker is told at start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerConfig {
    /// Seeds SSRCs, first sequence numbers and timestamps (RFC 3550 §5.1).
    pub seed: u64,
    /// Most ports at once.
    pub ports_max: usize,
    /// Silence after which [`News::Silent`] is told.
    pub rtp_timeout: Duration,
    /// Packet budget of a port (S17), in packets a second.
    pub packets_per_second_max: u32,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self {
            seed: 0,
            ports_max: 4_096,
            rtp_timeout: Duration::from_secs(30),
            packets_per_second_max: 200,
        }
    }
}

/// One media thread's state.
pub struct Worker {
    config: WorkerConfig,
    ports: BTreeMap<PortId, Box<Port>>,
    library: Arc<SoundLibrary>,
    ticking: Vec<PortId>,
    /// Where a tick goes on that found the outbox full.
    cursor: usize,
    next_tick: Option<Duration>,
    wakes: BinaryHeap<Reverse<(Duration, PortId)>>,
    scratch: Box<Scratch>,
}

impl Worker {
    /// A worker without ports. Memory for its lists is taken here, for `ports_max` ports.
    #[must_use]
    pub fn new(config: WorkerConfig) -> Self {
        Self {
            ticking: Vec::with_capacity(config.ports_max),
            wakes: BinaryHeap::with_capacity(2 * config.ports_max),
            config,
            ports: BTreeMap::new(),
            library: Arc::default(),
            cursor: 0,
            next_tick: None,
            scratch: Box::new(Scratch::new()),
        }
    }

    /// Does what call control wants.
    pub fn handle_command(&mut self, now: Duration, command: Command, out: &mut Outbox) {
        match command {
            Command::Open { port, .. } => self.open(now, port, out),
            Command::Negotiate { port, stream } => {
                self.with(now, port, out, |port, _| port.negotiate(now, stream))
            }
            Command::Play {
                port,
                playback,
                sources,
                repeat,
                start_at,
            } => {
                self.play(now, port, playback, &sources, repeat, start_at, out);
            }
            Command::StopPlay { port, playback } => self.with(now, port, out, |port, _| {
                port.playback.take_if(|it| it.id == playback);
            }),
            Command::Bridge { a, b } => self.bridge(now, a, b, out),
            Command::Unbridge { a, b } => {
                if self.ports.get(&a).is_some_and(|port| port.peer == Some(b)) {
                    self.unbridge(a);
                }
            }
            Command::SendDigits { port, digits } => {
                self.with(now, port, out, |port, _| port.key_sender.push(&digits))
            }
            Command::Record { port, recording } => self.with(now, port, out, |port, _| {
                port.recorders.push(Recorder::new(now, recording));
            }),
            Command::StopRecord { port, recording } => {
                self.with(now, port, out, |port, out| {
                    stop_record(now, port, recording, out)
                });
            }
            Command::Close { port } => {
                self.with(now, port, out, |port, out| port.close(now, out));
                self.forget(port);
            }
            Command::Sounds(library) => self.library = library,
        }
    }

    /// Takes a datagram from the RTP socket of a port.
    pub fn handle_rtp(
        &mut self,
        now: Duration,
        port: PortId,
        from: SocketAddr,
        datagram: &[u8],
        out: &mut Outbox,
    ) {
        let heard = self.guard(now, port, out, |worker, out| {
            worker.scratch.decoded = false;
            let it = worker.ports.get_mut(&port)?;
            let heard = it.handle_rtp(now, from, datagram, &mut worker.scratch, out)?;
            Some((it.peer?, heard))
        });
        if let Some((peer, heard)) = heard.flatten() {
            self.guard(now, peer, out, |worker, out| {
                if let Some(it) = worker.ports.get_mut(&peer) {
                    it.handle_relayed(now, port, heard, &mut worker.scratch, out);
                }
            });
        }
        self.tick_if_needed(now, port);
    }

    /// Takes a datagram from the RTCP socket of a port.
    pub fn handle_rtcp(
        &mut self,
        now: Duration,
        port: PortId,
        from: SocketAddr,
        datagram: &[u8],
        out: &mut Outbox,
    ) {
        self.guard(now, port, out, |worker, _| {
            if let Some(it) = worker.ports.get_mut(&port) {
                it.handle_rtcp(now, from, datagram);
            }
        });
    }

    /// Does what is due: the tick of 20 ms, then reports and time-outs. Stops when the outbox is full: drain it and call again
    /// while [`Worker::poll_timeout`] is past.
    pub fn handle_timeout(&mut self, now: Duration, out: &mut Outbox) {
        if let Some(due) = self.next_tick.filter(|due| *due <= now)
            && self.tick(now, out)
        {
            let next = due + TICK;
            let next = if now.saturating_sub(next) > CATCH_UP_MAX {
                on_grid(now)
            } else {
                next
            };
            self.next_tick = Some(next).filter(|_| !self.ticking.is_empty());
        }
        while let Some(Reverse((at, port))) = self
            .wakes
            .peek()
            .copied()
            .filter(|Reverse((at, _))| *at <= now)
            && out.has_room()
        {
            self.wakes.pop();
            // An entry is stale if the port is gone or was renegotiated since: that left an entry of its own.
            if self.ports.get(&port).is_some_and(|it| it.wake == Some(at)) {
                self.with(now, port, out, |port, out| port.handle_wake(now, out));
            }
        }
    }

    /// When [`Worker::handle_timeout`] wants to be called; it may be past if the outbox was full.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        let wake = self.wakes.peek().map(|Reverse((at, _))| *at);
        self.next_tick.into_iter().chain(wake).min()
    }

    /// Ports that are open.
    #[must_use]
    pub fn ports(&self) -> usize {
        self.ports.len()
    }

    fn open(&mut self, now: Duration, port: PortId, out: &mut Outbox) {
        let reason = if self.ports.len() >= self.config.ports_max {
            "no port is free on this media thread"
        } else if self.ports.contains_key(&port) {
            "this port is open already"
        } else {
            self.ports
                .insert(port, Box::new(Port::new(now, port, &self.config)));
            return;
        };
        out.tell(News::OpenFailed {
            port,
            reason: reason.to_owned(),
        });
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one command")]
    fn play(
        &mut self,
        now: Duration,
        port: PortId,
        id: PlaybackId,
        sources: &[Source],
        repeat: bool,
        start_at: Duration,
        out: &mut Outbox,
    ) {
        let library = Arc::clone(&self.library);
        self.with(now, port, out, |it, out| {
            let missing = |sound| out.tell(News::SoundMissing { port, sound });
            it.playback = Some(Playback::new(
                id, sources, repeat, start_at, &library, missing,
            ));
        });
    }

    fn bridge(&mut self, now: Duration, a: PortId, b: PortId, out: &mut Outbox) {
        if a == b || !self.ports.contains_key(&a) || !self.ports.contains_key(&b) {
            return;
        }
        self.unbridge(a);
        self.unbridge(b);
        for (port, peer) in [(a, b), (b, a)] {
            self.with(now, port, out, |port, _| {
                // R12: what plays is cut, so that both hear each other at once.
                port.playback = None;
                port.peer = Some(peer);
            });
        }
    }

    fn unbridge(&mut self, port: PortId) {
        let peer = self.ports.get_mut(&port).and_then(|port| port.peer.take());
        if let Some(peer) = peer.and_then(|peer| self.ports.get_mut(&peer)) {
            peer.peer = None;
        }
    }

    /// Runs a port's turn, then sees to its timers.
    fn with(
        &mut self,
        now: Duration,
        port: PortId,
        out: &mut Outbox,
        turn: impl FnOnce(&mut Port, &mut Outbox),
    ) {
        self.guard(now, port, out, |worker, out| {
            if let Some(it) = worker.ports.get_mut(&port) {
                turn(it, out);
            }
        });
        self.tick_if_needed(now, port);
        let Some(it) = self.ports.get_mut(&port) else {
            return;
        };
        let wake = it.wake_at();
        if it.wake != wake
            && let Some(at) = wake
        {
            self.wakes.push(Reverse((at, port)));
        }
        it.wake = wake;
    }

    /// S3: a panic in a port's turn ends that port, and nothing else.
    fn guard<T>(
        &mut self,
        now: Duration,
        port: PortId,
        out: &mut Outbox,
        turn: impl FnOnce(&mut Self, &mut Outbox) -> T,
    ) -> Option<T> {
        let result = catch_unwind(AssertUnwindSafe(|| turn(self, out)));
        if result.is_err() {
            self.bury(now, port, out);
        }
        result.ok()
    }

    /// Takes a broken port out. Its recordings are closed where they are: what it still held is not to be trusted.
    fn bury(&mut self, now: Duration, port: PortId, out: &mut Outbox) {
        let recorders = self
            .ports
            .get_mut(&port)
            .map(|port| core::mem::take(&mut port.recorders))
            .unwrap_or_default();
        for mut recorder in recorders {
            let finished = catch_unwind(AssertUnwindSafe(|| recorder.finish(now, out)));
            let frames = finished.unwrap_or_else(|_| recorder.written());
            out.tell(News::RecordingEnded {
                recording: recorder.id,
                frames,
            });
        }
        self.forget(port);
        out.tell(News::PortPanicked { port });
    }

    fn forget(&mut self, port: PortId) {
        self.unbridge(port);
        self.ports.remove(&port);
        if let Some(at) = self.ticking.iter().position(|it| *it == port) {
            self.ticking.remove(at);
            self.cursor -= usize::from(at < self.cursor);
        }
    }

    fn tick_if_needed(&mut self, now: Duration, port: PortId) {
        if let Some(it) = self.ports.get_mut(&port)
            && !it.ticking
            && it.needs_tick()
        {
            it.ticking = true;
            self.ticking.push(port);
            self.next_tick.get_or_insert(on_grid(now));
        }
    }

    /// Ticks the ports of the list; false if the outbox filled up before the end.
    fn tick(&mut self, now: Duration, out: &mut Outbox) -> bool {
        while let Some(port) = self.ticking.get(self.cursor).copied() {
            if !out.has_room() {
                return false;
            }
            self.cursor += 1;
            self.guard(now, port, out, |worker, out| {
                if let Some(it) = worker.ports.get_mut(&port) {
                    it.handle_tick(now, &mut worker.scratch, out);
                }
            });
        }
        self.cursor = 0;
        let ports = &mut self.ports;
        self.ticking.retain(|port| {
            let Some(it) = ports.get_mut(port) else {
                return false;
            };
            it.ticking = it.needs_tick();
            it.ticking
        });
        true
    }
}

fn stop_record(now: Duration, port: &mut Port, recording: RecordingId, out: &mut Outbox) {
    let Some(at) = port.recorders.iter().position(|it| it.id == recording) else {
        return;
    };
    let frames = port.recorders.remove(at).finish(now, out);
    out.tell(News::RecordingEnded { recording, frames });
}

/// The next point of the grid that all workers share.
fn on_grid(now: Duration) -> Duration {
    let past = now.as_nanos() % TICK.as_nanos();
    let to_go = TICK.as_nanos() - past;
    if past == 0 {
        now
    } else {
        now + Duration::from_nanos(to_go as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Channel, Stream};

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
                recording: RecordingId(7),
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
            recording: RecordingId(7),
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
}
