//! One media thread: sockets and worker in one loop, without a lock or a queue between packet and packet (invariant 6).
//!
//! A turn: wait for packets, commands or the worker's next tick; carry out commands; read what came, in batches and
//! bounded for each socket, so that a flood at one port costs the others little; let the worker tick; send. Nothing on the
//! packet path allocates. The worker isolates a panic to its port (S3); should one escape all the same, the turn is lost,
//! counted and logged, and the thread goes on.

mod chunks;
mod sending;
mod sockets;

use core::ops::ControlFlow;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError};

use media::{Channel, Command, News, Outbox, PortId, RecordingChunk, Worker, WorkerConfig};
use mio::{Events, Poll, Token, Waker};
use tracing::{debug, error};

use crate::datagram_batch::{BATCH, ReceiveBatch, Received};
use crate::{Clock, MediaConfig, MediaCounters};
use chunks::Chunks;
use sending::Sending;
use sockets::{Readable, Sockets};

/// The waker's token: no slot is that high.
const WAKE: Token = Token(usize::MAX);
/// Sockets that one wait can tell of; the others are told by the next.
const EVENTS_MAX: usize = 1_024;
/// A thread with nothing to do still shows that it lives (S6).
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Commands carried out in one turn.
const COMMANDS_A_TURN: usize = 256;
/// Batches read from one socket in one turn.
const BATCHES_A_TURN: usize = 4;
/// Ticks of the worker in one turn, when it stops with a full outbox and wants to go on.
const TICKS_A_TURN: usize = 64;
/// What one datagram may make the worker send: itself to the other side, and a report.
const DATAGRAMS_FOR_ONE: usize = 2;
/// Pause after what should not happen, so that a lasting fault does not spin.
const FAULT_PAUSE: Duration = Duration::from_millis(10);
/// How often a waiting last chunk is tried again.
const CHUNK_RETRY: Duration = Duration::from_millis(100);

/// What a thread is made of, besides its configuration.
pub(crate) struct Ends<N> {
    /// Commands down; the thread ends when all senders are gone and the waker was woken.
    pub(crate) commands: Receiver<Command>,
    /// News up.
    pub(crate) news: N,
    /// Recorded sound up.
    pub(crate) chunks: SyncSender<RecordingChunk>,
    /// Time of the last turn, in ms.
    pub(crate) heartbeat_ms: Arc<AtomicU64>,
    /// What is counted.
    pub(crate) counters: Arc<MediaCounters>,
}

/// One media thread, before and while it runs.
pub(crate) struct MediaThread<N> {
    clock: Clock,
    worker: Worker,
    outbox: Outbox,
    outbox_datagrams_max: usize,
    outbox_dropped: u64,
    poll: Poll,
    events: Events,
    sockets: Sockets,
    received: ReceiveBatch,
    sending: Sending,
    chunks: Chunks,
    commands: Receiver<Command>,
    commands_left: bool,
    news: N,
    heartbeat_ms: Arc<AtomicU64>,
    counters: Arc<MediaCounters>,
}

impl<N: Fn(News)> MediaThread<N> {
    /// Makes the poll and its waker; to be called on the thread itself, for batches do not move between threads.
    pub(crate) fn new(
        config: &MediaConfig,
        worker: WorkerConfig,
        poll: Poll,
        ends: Ends<N>,
    ) -> io::Result<Self> {
        let registry = poll.registry().try_clone()?;
        // Room for one batch at least: see `read_socket`.
        let datagrams_max = config
            .outbox_datagrams_max
            .max(2 * BATCH * DATAGRAMS_FOR_ONE);
        Ok(Self {
            clock: config.clock,
            worker: Worker::new(worker),
            outbox: Outbox::new(datagrams_max),
            outbox_datagrams_max: datagrams_max,
            outbox_dropped: 0,
            poll,
            events: Events::with_capacity(EVENTS_MAX),
            sockets: Sockets::new(registry, config.receive_buffer_bytes),
            received: ReceiveBatch::new(),
            sending: Sending::new(datagrams_max),
            chunks: Chunks::new(ends.chunks, Arc::clone(&ends.counters)),
            commands: ends.commands,
            commands_left: false,
            news: ends.news,
            heartbeat_ms: ends.heartbeat_ms,
            counters: ends.counters,
        })
    }

    /// The waker of a thread's poll.
    pub(crate) fn waker(poll: &Poll) -> io::Result<Waker> {
        Waker::new(poll.registry(), WAKE)
    }

    /// Turns until the commands end.
    pub(crate) fn run(mut self) {
        loop {
            match catch_unwind(AssertUnwindSafe(|| self.turn())) {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => break,
                Err(_panic) => {
                    self.counters.turn_panics.increment();
                    error!("a media thread's turn panicked; the thread goes on");
                    std::thread::sleep(FAULT_PAUSE);
                }
            }
        }
        if catch_unwind(AssertUnwindSafe(|| self.close_all())).is_err() {
            self.counters.turn_panics.increment();
            error!("a media thread panicked while it ended");
        }
    }

    fn turn(&mut self) -> ControlFlow<()> {
        self.wait();
        let commands = self.take_commands();
        self.read_sockets();
        self.tick();
        self.flush();
        self.chunks.retry();
        let now_ms = u64::try_from(self.clock.now().as_millis()).unwrap_or(u64::MAX);
        self.heartbeat_ms.store(now_ms, Ordering::Relaxed);
        commands
    }

    fn wait(&mut self) {
        let timeout = self.patience();
        if let Err(error) = self.poll.poll(&mut self.events, Some(timeout)) {
            if error.kind() != io::ErrorKind::Interrupted {
                error!(%error, "a media thread cannot wait for its sockets");
                std::thread::sleep(FAULT_PAUSE);
            }
            return;
        }
        for event in &self.events {
            if event.token() != WAKE {
                self.sockets.mark_readable(event.token());
            }
        }
    }

    /// How long there is nothing to do.
    fn patience(&self) -> Duration {
        if self.commands_left || self.sockets.readable_len() > 0 {
            return Duration::ZERO;
        }
        let heartbeat = if self.chunks.is_waiting() {
            CHUNK_RETRY
        } else {
            HEARTBEAT
        };
        let tick = self.worker.poll_timeout();
        tick.map_or(heartbeat, |at| self.clock.until(at).min(heartbeat))
    }

    fn take_commands(&mut self) -> ControlFlow<()> {
        self.commands_left = true;
        for _ in 0..COMMANDS_A_TURN {
            match self.commands.try_recv() {
                Ok(command) => self.carry_out(command),
                Err(TryRecvError::Empty) => {
                    self.commands_left = false;
                    return ControlFlow::Continue(());
                }
                Err(TryRecvError::Disconnected) => return ControlFlow::Break(()),
            }
        }
        ControlFlow::Continue(())
    }

    /// Sends what the command brought before the next one: a port that is closed says its last word, and the next may be
    /// opened on the same address.
    fn carry_out(&mut self, command: Command) {
        self.counters.commands.increment();
        if let Command::Open { port, local } = command {
            if let Err(error) = self.sockets.open(port, local) {
                self.counters.open_failed.increment();
                debug!(?port, %local, %error, "port not opened");
                let reason = error.to_string();
                return (self.news)(News::OpenFailed { port, reason });
            }
            self.counters.opened.increment();
            debug!(?port, %local, "port opened");
        }
        let now = self.clock.now();
        self.worker.handle_command(now, command, &mut self.outbox);
        self.flush();
    }

    fn read_sockets(&mut self) {
        // Those that are listed again in this round wait for the next one.
        for _ in 0..self.sockets.readable_len() {
            let Some(readable) = self.sockets.next_readable() else {
                return;
            };
            if self.read_socket(readable).is_continue() {
                self.sockets.mark_readable(readable.token);
            }
        }
    }

    /// Reads one socket; `Continue` if it may hold more.
    fn read_socket(&mut self, readable: Readable) -> ControlFlow<()> {
        for _ in 0..BATCHES_A_TURN {
            // Only datagrams leave in mid-turn: no port closes here, so the descriptor stays valid.
            let room = self.outbox_datagrams_max - self.outbox.datagrams().len();
            if room < BATCH * DATAGRAMS_FOR_ONE {
                self.send();
            }
            match self.received.receive(readable.descriptor, readable.is_ipv6) {
                Ok(len) => {
                    self.counters.batches_in.increment();
                    self.handle_batch(readable.port, readable.channel);
                    if len < BATCH {
                        return ControlFlow::Break(());
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return ControlFlow::Break(());
                }
                // An error that the network left at the socket; reading took it away, and the next packet tells again.
                Err(error) => {
                    debug!(port = ?readable.port, %error, "RTP socket");
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn handle_batch(&mut self, port: PortId, channel: Channel) {
        let now = self.clock.now();
        let mut taken = 0;
        for received in self.received.received() {
            let Received::Datagram(from, bytes) = received else {
                self.counters.in_too_long.increment();
                continue;
            };
            taken += 1;
            match channel {
                Channel::Rtp => self
                    .worker
                    .handle_rtp(now, port, from, bytes, &mut self.outbox),
                Channel::Rtcp => {
                    self.worker
                        .handle_rtcp(now, port, from, bytes, &mut self.outbox);
                }
            }
        }
        self.counters.datagrams_in.add(taken);
    }

    fn tick(&mut self) {
        for _ in 0..TICKS_A_TURN {
            let now = self.clock.now();
            if self.worker.poll_timeout().is_none_or(|at| at > now) {
                return;
            }
            self.worker.handle_timeout(now, &mut self.outbox);
            // News and chunks too: a worker whose outbox is full of any of them waits.
            self.flush();
        }
    }

    /// Everything out: datagrams first, for news may close their sockets.
    fn flush(&mut self) {
        self.send();
        for chunk in self.outbox.drain_chunks() {
            self.chunks.send(chunk);
        }
        for news in self.outbox.drain_news() {
            if let Some(port) = ended_port(&news) {
                self.sockets.close(port);
            }
            (self.news)(news);
        }
    }

    fn send(&mut self) {
        if !self.outbox.datagrams().is_empty() {
            self.sending
                .send(self.outbox.datagrams(), &self.sockets, &self.counters);
            self.outbox.clear_datagrams();
        }
        let dropped = self.outbox.dropped();
        self.counters
            .out_overflow
            .add(dropped.saturating_sub(self.outbox_dropped));
        self.outbox_dropped = dropped;
    }

    /// The end of the process: each port says its last word, each recording its last chunk.
    fn close_all(&mut self) {
        for port in self.sockets.ports() {
            let now = self.clock.now();
            self.worker
                .handle_command(now, Command::Close { port }, &mut self.outbox);
            self.flush();
        }
        self.chunks.retry();
    }
}

/// The port whose sockets are to be closed.
fn ended_port(news: &News) -> Option<PortId> {
    match news {
        News::OpenFailed { port, .. } | News::Closed { port, .. } | News::PortPanicked { port } => {
            Some(*port)
        }
        News::Digit { .. }
        | News::PlaybackDone { .. }
        | News::SoundMissing { .. }
        | News::Silent { .. }
        | News::Locked { .. }
        | News::MessageHeard { .. }
        | News::MessagePaused { .. }
        | News::RecordingEnded { .. } => None,
    }
}
