//! Recordings: a thread that writes what media threads hear, one stereo WAV for each recording.
//!
//! Caller left, agent right, 8 kHz. A file is named by ids and the date only, never by what a caller sent, and it is a
//! valid WAV at every second of its life: header and data are made durable each second (S5). Announcements and sound come by
//! two bounded queues (S8): an announcement never waits and stays in line while the disk stalls, so that a stall costs no
//! whole recording; sound waits for room, for which its sender must not be a media thread. A disk that fails costs the
//! recording, never the call. [`recover`] puts right at start what a crash cut.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use model::{RecordingId, Timestamp};

use crate::private;

pub(crate) use repair::id_of_path;
pub use repair::{FoundRecording, recover};
use take::Desk;

mod repair;
mod take;

/// Chunks that may wait for the disk: 100 s of one recording, 3.3 MB.
const QUEUE: usize = 1_024;
/// Announced recordings that may wait for the disk: more than there can be calls; 512 KB.
const ANNOUNCED: usize = 16_384;
/// Interleaved samples of a chunk: 100 ms.
const CHUNK_SAMPLES: usize = 1_600;
/// How often the thread looks at its clock when no sound comes.
const TICK: Duration = Duration::from_millis(100);

/// What became of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordingReport {
    /// It stands on disk: all of it, or what there was before `fault`.
    Ready {
        /// Which.
        id: RecordingId,
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
        /// Which.
        id: RecordingId,
        /// Why.
        fault: String,
    },
}

/// What the recorder counted since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordingCounters {
    /// Recordings that the disk spoilt.
    pub faults: u64,
}

#[derive(Debug, Default)]
struct Counters {
    faults: AtomicU64,
}

/// A recording that will come.
struct Begin {
    id: RecordingId,
    at: Timestamp,
    /// Whether it is told only when somebody keeps it.
    held: bool,
}

/// What comes before its sound, or beside it.
enum Word {
    Begin(Begin),
    /// Somebody keeps a recording that was held back, or nobody does.
    Settle {
        id: RecordingId,
        kept: bool,
    },
}

/// What goes through the queue; by value, so that a media thread does not allocate.
#[expect(clippy::large_enum_variant, reason = "almost all of them are chunks")]
enum Message {
    Chunk {
        id: RecordingId,
        samples: [i16; CHUNK_SAMPLES],
        len: usize,
        last: bool,
    },
    Close,
}

/// The thread that writes recordings.
#[derive(Debug)]
pub struct RecordingWriter {
    announced: SyncSender<Word>,
    queue: SyncSender<Message>,
    counters: Arc<Counters>,
    thread: JoinHandle<()>,
}

impl RecordingWriter {
    /// Starts the thread; `root` is the recordings folder. Reports come in the order in which recordings end, and stop when
    /// the writer is closed.
    pub fn start(root: &Path) -> std::io::Result<(Self, Receiver<RecordingReport>)> {
        private::make_folder(root)?;
        let (announced, words) = sync_channel(ANNOUNCED);
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
                write(&words, &messages, &mut desk);
                desk.close();
            })?;
        let writer = Self {
            announced,
            queue,
            counters,
            thread,
        };
        Ok((writer, reported))
    }

    /// A way in, one for each thread that brings sound.
    pub fn sink(&self) -> RecordingSink {
        RecordingSink {
            announced: self.announced.clone(),
            queue: self.queue.clone(),
        }
    }

    /// What was counted.
    pub fn counters(&self) -> RecordingCounters {
        RecordingCounters {
            faults: self.counters.faults.load(Ordering::Relaxed),
        }
    }

    /// Writes what is queued, ends all recordings and waits for the disk; sinks that live on are refused. Whoever still
    /// brings sound is to be ended first.
    pub fn close(self) {
        // An error means that the thread is gone already.
        let _ = self.queue.send(Message::Close);
        if self.thread.join().is_err() {
            tracing::error!("the recording thread panicked");
        }
    }
}

/// The thread's life: until it is told to close or nobody is left who could bring sound.
fn write(words: &Receiver<Word>, messages: &Receiver<Message>, desk: &mut Desk) {
    let mut next_tick = Instant::now();
    loop {
        let message = messages.recv_timeout(TICK);
        // A recording is announced before its first chunk is sent: whatever chunk this is, its announcement is here.
        for word in words.try_iter() {
            match word {
                Word::Begin(begin) => desk.begin(Instant::now(), &begin),
                Word::Settle { id, kept } => desk.settle(id, kept),
            }
        }
        match message {
            Ok(Message::Chunk {
                id,
                samples,
                len,
                last,
            }) => {
                let samples = samples.get(..len).unwrap_or_default();
                desk.chunk(Instant::now(), id, samples, last);
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

/// A way in for sound.
#[derive(Clone, Debug)]
pub struct RecordingSink {
    announced: SyncSender<Word>,
    queue: SyncSender<Message>,
}

impl RecordingSink {
    /// Announces a recording before its first chunk is sent; `at` gives the folder. Never waits. False if 16,384
    /// announcements wait for the disk or the writer is gone: the sound that follows is thrown away.
    pub fn begin(&self, id: RecordingId, at: Timestamp) -> bool {
        let held = false;
        let begin = Word::Begin(Begin { id, at, held });
        self.announced.try_send(begin).is_ok()
    }

    /// The same of one that its speaker may take back: it is reported when [`settle`](Self::settle) keeps it, and by the
    /// writer's end at the latest.
    pub fn begin_held(&self, id: RecordingId, at: Timestamp) -> bool {
        let held = true;
        let begin = Word::Begin(Begin { id, at, held });
        self.announced.try_send(begin).is_ok()
    }

    /// Keeps a recording that was held back, or removes its file: before its last chunk or after it. Never waits; false as
    /// for [`begin`](Self::begin), and then it is kept.
    pub fn settle(&self, id: RecordingId, kept: bool) -> bool {
        self.announced.try_send(Word::Settle { id, kept }).is_ok()
    }

    /// Interleaved stereo at 8 kHz, left first; `last` ends the recording. Waits while the disk is slower than the sound:
    /// never to be called by a thread that a call waits for. False if the writer is gone.
    pub fn write(&self, id: RecordingId, interleaved: &[i16], last: bool) -> bool {
        let mut chunks = interleaved.chunks(CHUNK_SAMPLES).peekable();
        if chunks.peek().is_none() && last {
            return self.send(id, &[], true);
        }
        while let Some(chunk) = chunks.next() {
            if !self.send(id, chunk, last && chunks.peek().is_none()) {
                return false;
            }
        }
        true
    }

    fn send(&self, id: RecordingId, chunk: &[i16], last: bool) -> bool {
        let mut samples = [0; CHUNK_SAMPLES];
        for (place, sample) in samples.iter_mut().zip(chunk) {
            *place = *sample;
        }
        let message = Message::Chunk {
            id,
            samples,
            len: chunk.len().min(CHUNK_SAMPLES),
            last,
        };
        self.queue.send(message).is_ok()
    }
}

/// Path of a recording below the folder: `YYYY/MM/DD/CALL-PART.wav` (UTC), ids only (S5).
pub fn path_of(id: RecordingId, at: Timestamp) -> String {
    // RFC 3339 begins with the date.
    let text = at.to_string();
    let date = text.get(..10).unwrap_or("1970-01-01").replace('-', "/");
    format!("{date}/{id}.wav")
}

#[cfg(test)]
use hound::WavReader;
#[cfg(test)]
mod tests;
