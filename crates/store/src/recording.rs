//! Recordings: a thread that writes what media threads hear, one stereo WAV for each recording.
//!
//! Caller left, agent right, 8 kHz. A file is named by ids and the date only, never by what a caller sent, and it is a
//! valid WAV at every second of its life: header and data are made durable each second (S5). Sound comes through a bounded queue
//! that never makes a media thread wait: what finds it full becomes silence of the same length and is counted. A disk
//! that fails costs the recording, never the call. [`recover`] puts right at start what a crash cut.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use model::{CallId, Timestamp};

pub use repair::{FoundRecording, recover};
use take::Desk;

mod repair;
mod take;

/// Chunks that may wait for the disk: 100 s of one recording, 3.3 MB.
const QUEUE: usize = 1_024;
/// Interleaved samples of a chunk: 100 ms.
const CHUNK_SAMPLES: usize = 1_600;
/// How often the thread looks at its clock when no sound comes.
const TICK: Duration = Duration::from_millis(100);

/// What became of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordingReport {
    /// It stands on disk: all of it, or what there was before `fault`.
    Ready {
        /// The number under which the sound came.
        id: u64,
        /// The call.
        call: CallId,
        /// Path below the recordings folder.
        path: String,
        /// When it began.
        started_at: Timestamp,
        /// Its length.
        duration_ms: u64,
        /// Its size.
        bytes: u64,
        /// Why it is shorter than the call, if it is.
        fault: Option<String>,
    },
    /// Nothing of it stands on disk.
    Failed {
        /// The number under which the sound came.
        id: u64,
        /// The call.
        call: CallId,
        /// Why.
        fault: String,
    },
}

/// What the recorder counted since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordingCounters {
    /// Chunks that found the queue full; silence stands in their place.
    pub dropped_chunks: u64,
    /// Recordings that the disk spoilt.
    pub faults: u64,
}

#[derive(Debug, Default)]
struct Counters {
    dropped_chunks: AtomicU64,
    faults: AtomicU64,
}

/// What goes through the queue; by value, so that a media thread does not allocate.
#[expect(clippy::large_enum_variant, reason = "almost all of them are chunks")]
enum Message {
    Begin {
        id: u64,
        call: CallId,
        part: u32,
        at: Timestamp,
    },
    Chunk {
        id: u64,
        /// Frames that were lost before this chunk.
        lost: u64,
        samples: [i16; CHUNK_SAMPLES],
        len: usize,
        last: bool,
    },
    Close,
}

/// The thread that writes recordings.
#[derive(Debug)]
pub struct RecordingWriter {
    queue: SyncSender<Message>,
    counters: Arc<Counters>,
    thread: JoinHandle<()>,
}

impl RecordingWriter {
    /// Starts the thread; `root` is the recordings folder. Reports come in the order in which recordings end, and stop when
    /// the writer is closed.
    pub fn start(root: &Path) -> std::io::Result<(Self, Receiver<RecordingReport>)> {
        std::fs::create_dir_all(root)?;
        let (queue, messages) = sync_channel(QUEUE);
        let (reports, reported) = mpsc::channel();
        let counters = Arc::<Counters>::default();
        let faults = Arc::clone(&counters);
        let mut desk = Desk::new(root.to_owned(), move |report, spoilt| {
            faults
                .faults
                .fetch_add(u64::from(spoilt), Ordering::Relaxed);
            // Nobody may want to hear of it; the file stands all the same.
            let _ = reports.send(report);
        });
        let thread = std::thread::Builder::new()
            .name("recording".to_owned())
            .spawn(move || {
                write(&messages, &mut desk);
                desk.close();
            })?;
        let writer = Self {
            queue,
            counters,
            thread,
        };
        Ok((writer, reported))
    }

    /// A way in, one for each thread that brings sound.
    pub fn sink(&self) -> RecordingSink {
        RecordingSink {
            queue: self.queue.clone(),
            counters: Arc::clone(&self.counters),
            lost: BTreeMap::new(),
        }
    }

    /// What was counted.
    pub fn counters(&self) -> RecordingCounters {
        RecordingCounters {
            dropped_chunks: self.counters.dropped_chunks.load(Ordering::Relaxed),
            faults: self.counters.faults.load(Ordering::Relaxed),
        }
    }

    /// Writes what is queued, ends all recordings and waits for the disk; sinks that live on are refused.
    pub fn close(self) {
        // An error means that the thread is gone already.
        let _ = self.queue.send(Message::Close);
        if self.thread.join().is_err() {
            tracing::error!("the recording thread panicked");
        }
    }
}

/// The thread's life: until it is told to close or nobody is left who could bring sound.
fn write(messages: &Receiver<Message>, desk: &mut Desk) {
    let mut next_tick = Instant::now();
    loop {
        match messages.recv_timeout(TICK) {
            Ok(Message::Begin { id, call, part, at }) => {
                desk.begin(Instant::now(), id, call, part, at);
            }
            Ok(Message::Chunk {
                id,
                lost,
                samples,
                len,
                last,
            }) => {
                let samples = samples.get(..len).unwrap_or_default();
                desk.chunk(Instant::now(), id, lost, samples, last);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Ok(Message::Close) | Err(RecvTimeoutError::Disconnected) => return,
        }
        let now = Instant::now();
        if now >= next_tick {
            desk.tick(now);
            next_tick = now + TICK;
        }
    }
}

/// A way in for sound. Never waits.
#[derive(Debug)]
pub struct RecordingSink {
    queue: SyncSender<Message>,
    counters: Arc<Counters>,
    /// What found the queue full and must still be told, by recording.
    lost: BTreeMap<u64, Lost>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Lost {
    frames: u64,
    /// Its end was lost, too.
    last: bool,
}

impl Clone for RecordingSink {
    /// What one sink has lost it tells itself.
    fn clone(&self) -> Self {
        Self {
            queue: self.queue.clone(),
            counters: Arc::clone(&self.counters),
            lost: BTreeMap::new(),
        }
    }
}

impl RecordingSink {
    /// Announces a recording before its first chunk; `part` is 1 for the first of a call, `at` gives the folder. False
    /// if the queue is full: the sound that follows is counted and thrown away.
    pub fn begin(&mut self, id: u64, call: CallId, part: u32, at: Timestamp) -> bool {
        self.tell_lost_ends();
        let begin = Message::Begin { id, call, part, at };
        self.queue.try_send(begin).is_ok()
    }

    /// Interleaved stereo at 8 kHz, left first; `last` ends the recording.
    pub fn write(&mut self, id: u64, interleaved: &[i16], last: bool) {
        self.tell_lost_ends();
        let mut chunks = interleaved.chunks(CHUNK_SAMPLES).peekable();
        if chunks.peek().is_none() && last {
            self.send(id, &[], true);
        }
        while let Some(chunk) = chunks.next() {
            self.send(id, chunk, last && chunks.peek().is_none());
        }
    }

    fn send(&mut self, id: u64, chunk: &[i16], last: bool) {
        let lost = self.lost.get(&id).copied().unwrap_or_default();
        let mut samples = [0; CHUNK_SAMPLES];
        for (place, sample) in samples.iter_mut().zip(chunk) {
            *place = *sample;
        }
        let message = Message::Chunk {
            id,
            lost: lost.frames,
            samples,
            len: chunk.len().min(CHUNK_SAMPLES),
            last,
        };
        if self.queue.try_send(message).is_ok() {
            self.lost.remove(&id);
            return;
        }
        let dropped = u64::from(!chunk.is_empty());
        self.counters
            .dropped_chunks
            .fetch_add(dropped, Ordering::Relaxed);
        let lost = self.lost.entry(id).or_default();
        lost.frames += chunk.len() as u64 / 2;
        lost.last |= last;
    }

    /// An end that found the queue full is told with the next sound, whichever it is.
    fn tell_lost_ends(&mut self) {
        while let Some(id) = self
            .lost
            .iter()
            .find_map(|(id, lost)| lost.last.then_some(*id))
        {
            self.send(id, &[], true);
            if self.lost.contains_key(&id) {
                return;
            }
        }
    }
}

/// Path of a recording below the folder: `YYYY/MM/DD/CALL-PART.wav` (UTC), ids only (S5).
pub fn path_of(call: CallId, part: u32, at: Timestamp) -> String {
    // RFC 3339 begins with the date.
    let text = at.to_string();
    let date = text.get(..10).unwrap_or("1970-01-01").replace('-', "/");
    format!("{date}/{call}-{part}.wav")
}

#[cfg(test)]
use hound::WavReader;
#[cfg(test)]
mod tests;
