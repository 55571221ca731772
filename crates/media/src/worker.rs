//! The worker: one media thread's ports, fed by commands, packets and time.
//!
//! Everything due is found without looking at every port: a list of those that play, record or send keys is walked every
//! 20 ms, a heap holds the rest's next report or time-out. A port that only relays costs nothing between its packets.
//! Each port's turn runs behind `catch_unwind`: a defect of ours ends that port alone (S3).

mod libraries;
mod room;
mod turn;

use core::cmp::Reverse;
use core::net::SocketAddr;
use core::time::Duration;
use std::collections::{BTreeMap, BinaryHeap};

use crate::message::Message;
use crate::playback::{Library, Playback};
use crate::port::{Port, Scratch};
use crate::recorder::Recorder;
use crate::{Command, News, Outbox, PlaybackId, PortId, RecordingId, Source};
use libraries::Libraries;
use room::Rooms;
pub(crate) use turn::TICK;
use turn::on_grid;

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
    libraries: Libraries,
    rooms: Rooms,
    /// The rooms have had their turn in the tick that is under way.
    mixed: bool,
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
            libraries: Libraries::default(),
            rooms: Rooms::new(),
            mixed: false,
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
            Command::PlayClip {
                port,
                playback,
                sound,
            } => {
                let sources = [Source::Sound(sound)];
                self.play(now, port, playback, &sources, false, Duration::ZERO, out);
                self.with(now, port, out, |port, _| {
                    if let Some(playback) = &mut port.playback {
                        playback.overheard = true;
                    }
                });
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
            Command::Mix { room, ports } => self.seat(now, room, &ports, out),
            Command::SendDigits { port, digits } => {
                self.with(now, port, out, |port, _| port.key_sender.push(&digits))
            }
            Command::ListenTones { port, on } => {
                self.with(now, port, out, |port, _| port.listen(on))
            }
            Command::Record { port, recording } => self.with(now, port, out, |port, _| {
                port.recorders.push(Recorder::new(now, recording, None));
            }),
            Command::RecordMessage {
                port,
                recording,
                pause,
                max,
            } => self.with(now, port, out, |it, _| {
                let message = Message::new(now, port, pause, max);
                it.said = None;
                it.recorders
                    .push(Recorder::new(now, recording, Some(message)));
            }),
            Command::MaskRecord {
                port,
                recording,
                masked,
            } => self.with(now, port, out, |port, _| {
                let recorder = port
                    .recorders
                    .iter_mut()
                    .find(|recorder| recorder.id == recording);
                if let Some(recorder) = recorder {
                    recorder.mask(masked);
                }
            }),
            Command::StopRecord { port, recording } => {
                self.with(now, port, out, |port, out| {
                    stop_record(now, port, recording, out)
                });
            }
            Command::Converse { port, talker } => {
                self.with(now, port, out, |port, _| port.talker = Some(talker));
            }
            Command::EndConversation { port, duplex } => self.with(now, port, out, |port, _| {
                port.talker.take_if(|it| it.is_of(&duplex));
            }),
            Command::Close { port } => {
                self.with(now, port, out, |port, out| port.close(now, out));
                self.forget(port);
            }
            Command::Sounds {
                generation,
                library,
            } => {
                let ports = self.ports.values().map(|port| port.generation);
                self.libraries.replace(generation, library, ports);
            }
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
        self.settle(now, port);
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
            let generation = self.libraries.generation();
            let it = Port::new(now, port, generation, &self.config);
            self.ports.insert(port, Box::new(it));
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
        let Some(generation) = self.ports.get(&port).map(|port| port.generation) else {
            return;
        };
        let sounds = self.libraries.of(generation);
        self.with(now, port, out, |it, out| {
            let missing = |sound| out.tell(News::SoundMissing { port, sound });
            let library = Library {
                sounds: &sounds,
                message: it.said.as_ref(),
            };
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
        self.stand_up(a);
        self.stand_up(b);
        for (port, peer) in [(a, b), (b, a)] {
            self.with(now, port, out, |port, _| {
                // R12: what plays is cut, so that both hear each other at once.
                (port.playback, port.talker) = (None, None);
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
}

fn stop_record(now: Duration, port: &mut Port, recording: RecordingId, out: &mut Outbox) {
    let Some(at) = port.recorders.iter().position(|it| it.id == recording) else {
        return;
    };
    let mut recorder = port.recorders.remove(at);
    let frames = recorder.finish(now, out);
    if let Some(message) = recorder.into_message() {
        port.said = Some((recording, message.into_sound()));
    }
    out.tell(News::RecordingEnded { recording, frames });
}

#[cfg(test)]
mod tests;
