//! The media threads: who lives where, commands down, news and recorded sound up.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use media::{Command, News, RecordingChunk, WorkerConfig};

use crate::{Clock, MediaCounters};

/// What the media threads are told at their start.
#[derive(Clone, Debug)]
pub struct MediaConfig {
    /// How many threads; at least 1.
    pub threads: usize,
    /// For each worker; its seed is varied by thread.
    pub worker: WorkerConfig,
    /// The clock of the shell.
    pub clock: Clock,
    /// Commands that wait for one thread; one more is refused.
    pub commands_max: usize,
    /// Datagrams that one turn may produce.
    pub outbox_datagrams_max: usize,
    /// Receive buffer of each socket, in bytes.
    pub receive_buffer_bytes: usize,
}

/// The threads that own all RTP sockets.
#[derive(Debug)]
pub struct MediaThreads {
    counters: Arc<MediaCounters>,
}

impl MediaThreads {
    /// Starts the threads.
    ///
    /// # Errors
    /// When a thread or its poll cannot be made.
    pub fn start(
        config: MediaConfig,
        news: impl Fn(News) + Send + Clone + 'static,
        chunks: SyncSender<RecordingChunk>,
    ) -> io::Result<Self> {
        let _ = (config, chunks);
        let _ = news;
        todo!()
    }

    /// Gives a command to the thread of its port, without blocking.
    pub fn command(&self, command: Command) {
        let _ = command;
        todo!()
    }

    /// How long ago the slowest thread ended a turn.
    #[must_use]
    pub fn stalled_for(&self) -> Duration {
        todo!()
    }

    /// What the threads count.
    #[must_use]
    pub fn counters(&self) -> &Arc<MediaCounters> {
        &self.counters
    }

    /// Ends the threads and waits for them; ports close without news.
    pub fn shutdown(self) {
        todo!()
    }
}
