//! All media threads: which port lives where, commands down, news and recorded sound up.
//!
//! **A port lives on thread `port % threads`.** Two ports that are ever bridged must live on the same thread, so whoever
//! gives out port ids gives both legs of a call the same residue ([`MediaThreads::threads`] tells the divisor). No packet
//! ever crosses threads. The queue of commands is bounded (S8); overflow rule: a command too many is refused, counted and
//! logged, and a refused *open* comes back as news, for a call would wait for it.

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{self, JoinHandle};

use media::{Command, News, PortId, RecordingChunk, WorkerConfig};
use mio::{Poll, Waker};
use tracing::{debug, error};

use crate::media_thread::{Ends, MediaThread};
use crate::{Clock, MediaCounters};

/// What the media threads are told at their start.
#[derive(Clone, Debug)]
pub struct MediaConfig {
    /// How many threads; 0 counts as 1.
    pub threads: usize,
    /// For each worker; its seed is varied by thread.
    pub worker: WorkerConfig,
    /// The clock of the shell.
    pub clock: Clock,
    /// Commands that wait for one thread; one more is refused.
    pub commands_max: usize,
    /// Datagrams that a worker may produce between two sends; each takes about 1.5 KiB of memory.
    pub outbox_datagrams_max: usize,
    /// Receive buffer of each socket, in bytes.
    pub receive_buffer_bytes: usize,
}

impl MediaConfig {
    /// The defaults with that clock: one thread, and buffers for two seconds of G.711 a socket.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            threads: 1,
            worker: WorkerConfig::default(),
            clock,
            commands_max: 16_384,
            outbox_datagrams_max: 1_024,
            receive_buffer_bytes: 128 << 10,
        }
    }
}

/// The threads that own all RTP sockets; dropping them ends them as [`MediaThreads::shutdown`] does.
pub struct MediaThreads {
    threads: Vec<Thread>,
    clock: Clock,
    /// For an open that no thread could take.
    news: Box<dyn Fn(News) + Send + Sync>,
    counters: Arc<MediaCounters>,
}

#[derive(Debug)]
struct Thread {
    /// Dropped to end the thread.
    commands: Option<SyncSender<Command>>,
    waker: Arc<Waker>,
    heartbeat_ms: Arc<AtomicU64>,
    handle: Option<JoinHandle<()>>,
}

impl MediaThreads {
    /// Starts the threads. `news` is called on them and must not block; `chunks` is the bounded way to the disk.
    ///
    /// # Errors
    /// The system has no thread or no poller left; the threads started until then are ended.
    pub fn start(
        config: MediaConfig,
        news: impl Fn(News) + Send + Sync + Clone + 'static,
        chunks: SyncSender<RecordingChunk>,
    ) -> io::Result<Self> {
        let mut all = Self {
            threads: Vec::new(),
            clock: config.clock,
            news: Box::new(news.clone()),
            counters: Arc::new(MediaCounters::default()),
        };
        for index in 0..config.threads.max(1) {
            let (commands, waiting) = mpsc::sync_channel(config.commands_max.max(1));
            let heartbeat_ms = Arc::new(AtomicU64::new(all.now_ms()));
            let ends = Ends {
                commands: waiting,
                news: news.clone(),
                chunks: chunks.clone(),
                heartbeat_ms: Arc::clone(&heartbeat_ms),
                counters: Arc::clone(&all.counters),
            };
            let (waker, handle) = spawn(index, &config, ends)?;
            all.threads.push(Thread {
                commands: Some(commands),
                waker,
                heartbeat_ms,
                handle: Some(handle),
            });
        }
        Ok(all)
    }

    /// How many threads there are: ports with the same remainder live together.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.threads.len()
    }

    /// Gives a command to the thread of its port, without blocking. What cannot be given is counted and logged.
    pub fn command(&self, command: Command) {
        match home(&command) {
            Home::One(port) => self.give(self.thread_of(port), command),
            Home::Two(a, b) if self.thread_of(a) == self.thread_of(b) => {
                self.give(self.thread_of(a), command);
            }
            Home::Two(a, b) => {
                self.counters.commands_misrouted.increment();
                error!(?a, ?b, "a bridge between two media threads is not possible");
            }
            Home::Several(first, others)
                if others.iter().all(|port| self.is_home(first, *port)) =>
            {
                self.give(self.thread_of(first), command);
            }
            Home::Several(first, others) => {
                self.counters.commands_misrouted.increment();
                error!(
                    ?first,
                    ?others,
                    "a room on several media threads is not possible"
                );
            }
            Home::All => {
                for thread in 0..self.threads.len() {
                    self.give(thread, command.clone());
                }
            }
        }
    }

    fn is_home(&self, one: PortId, other: PortId) -> bool {
        self.thread_of(one) == self.thread_of(other)
    }

    /// How long ago the slowest thread ended a turn: about a second when idle; more than a few seconds means that media
    /// stand still (S6: health is asked of the loop, not of the process).
    #[must_use]
    pub fn stalled_for(&self) -> Duration {
        let beats = self.threads.iter().map(|thread| &thread.heartbeat_ms);
        let oldest_ms = beats.map(|beat| beat.load(Ordering::Relaxed)).min();
        let now_ms = self.now_ms();
        Duration::from_millis(now_ms.saturating_sub(oldest_ms.unwrap_or(now_ms)))
    }

    /// What the threads count.
    #[must_use]
    pub fn counters(&self) -> &Arc<MediaCounters> {
        &self.counters
    }

    /// Carries out the commands given so far, closes all ports with their news and last chunks, ends the threads and
    /// waits for them.
    pub fn shutdown(self) {
        drop(self);
    }

    fn thread_of(&self, port: PortId) -> usize {
        let threads = u64::try_from(self.threads.len()).unwrap_or(1).max(1);
        usize::try_from(port.0 % threads).unwrap_or_default()
    }

    fn give(&self, thread: usize, command: Command) {
        let Some(thread) = self.threads.get(thread) else {
            return;
        };
        let Some(commands) = &thread.commands else {
            return;
        };
        match commands.try_send(command) {
            Ok(()) => wake(&thread.waker),
            Err(mpsc::TrySendError::Full(command) | mpsc::TrySendError::Disconnected(command)) => {
                self.refuse(command);
            }
        }
    }

    fn refuse(&self, command: Command) {
        self.counters.commands_refused.increment();
        // S22: not the command itself, which may hold a caller's digits.
        error!(ports = ?home(&command), "a media thread does not take commands");
        if let Command::Open { port, .. } = command {
            let reason = "the media thread is overloaded".to_owned();
            (self.news)(News::OpenFailed { port, reason });
        } else if let Command::EndConversation { duplex, .. } = command {
            // The port keeps its end; the service is not to wait for that.
            duplex.end();
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.clock.now().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Drop for MediaThreads {
    fn drop(&mut self) {
        for thread in &mut self.threads {
            thread.commands = None;
            wake(&thread.waker);
        }
        for thread in &mut self.threads {
            let ended = thread.handle.take().map(JoinHandle::join);
            if let Some(Err(_panic)) = ended {
                error!("a media thread ended by a panic");
            }
        }
        debug!("media threads ended");
    }
}

/// Which threads a command concerns.
#[derive(Clone, Copy, Debug)]
enum Home<'a> {
    /// That of a port.
    One(PortId),
    /// That of both ports.
    Two(PortId, PortId),
    /// That of all these ports.
    Several(PortId, &'a [PortId]),
    /// Each.
    All,
}

fn home(command: &Command) -> Home<'_> {
    match command {
        Command::Open { port, .. }
        | Command::Negotiate { port, .. }
        | Command::Play { port, .. }
        | Command::PlayClip { port, .. }
        | Command::StopPlay { port, .. }
        | Command::SendDigits { port, .. }
        | Command::ListenTones { port, .. }
        | Command::Record { port, .. }
        | Command::RecordMessage { port, .. }
        | Command::MaskRecord { port, .. }
        | Command::StopRecord { port, .. }
        | Command::Converse { port, .. }
        | Command::EndConversation { port, .. }
        | Command::Close { port } => Home::One(*port),
        Command::Bridge { a, b } | Command::Unbridge { a, b } => Home::Two(*a, *b),
        Command::Mix { ports, .. } => match ports.split_first() {
            Some((first, others)) => Home::Several(*first, others),
            // Nobody says where the room was.
            None => Home::All,
        },
        Command::Sounds { .. } => Home::All,
    }
}

fn wake(waker: &Waker) {
    if let Err(error) = waker.wake() {
        error!(%error, "a media thread cannot be woken");
    }
}

/// Starts one thread and waits until it stands.
fn spawn<N: Fn(News) + Send + 'static>(
    index: usize,
    config: &MediaConfig,
    ends: Ends<N>,
) -> io::Result<(Arc<Waker>, JoinHandle<()>)> {
    let poll = Poll::new()?;
    let waker = Arc::new(MediaThread::<N>::waker(&poll)?);
    let worker = WorkerConfig {
        seed: seed_of(config.worker.seed, index),
        ..config.worker.clone()
    };
    let config = config.clone();
    let (standing, stands): (SyncSender<io::Result<()>>, Receiver<_>) = mpsc::sync_channel(1);
    let handle = thread::Builder::new()
        .name(format!("media-{index}"))
        .spawn(
            move || match MediaThread::new(&config, worker, poll, ends) {
                Ok(thread) => {
                    let _ = standing.send(Ok(()));
                    thread.run();
                }
                Err(error) => {
                    let _ = standing.send(Err(error));
                }
            },
        )?;
    let stood = stands.recv();
    stood.map_err(|_gone| io::Error::other("a media thread died at its start"))??;
    Ok((waker, handle))
}

/// Threads draw different numbers: SplitMix64's increment, so that seeds of one base lie far apart.
fn seed_of(base: u64, index: usize) -> u64 {
    let step = u64::try_from(index).unwrap_or_default();
    base.wrapping_add(step.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}
