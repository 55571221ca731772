use model::{CallId, Timestamp};
use std::path::Path;
use std::sync::mpsc::Receiver;

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

/// The thread that writes recordings.
#[derive(Debug)]
pub struct RecordingWriter {}
impl RecordingWriter {
    /// Starts the thread; `root` is the recordings folder.
    pub fn start(root: &Path) -> std::io::Result<(Self, Receiver<RecordingReport>)> {
        let _ = root;
        todo!()
    }
    /// A way in, one for each thread that brings sound.
    pub fn sink(&self) -> RecordingSink {
        todo!()
    }
    /// What was counted.
    pub fn counters(&self) -> RecordingCounters {
        todo!()
    }
    /// Ends all recordings and waits for the disk; sinks that live on are refused.
    pub fn close(self) {
        todo!()
    }
}

/// A way in for sound. Never waits.
#[derive(Debug)]
pub struct RecordingSink {}
impl Clone for RecordingSink {
    fn clone(&self) -> Self {
        todo!()
    }
}
impl RecordingSink {
    /// Announces a recording, before its first chunk; `part` is 1 for the first of a call. Gives its path. False if the queue is full.
    pub fn begin(&mut self, id: u64, call: CallId, part: u32, at: Timestamp) -> bool {
        let _ = (id, call, part, at);
        todo!()
    }
    /// Interleaved stereo at 8 kHz; `last` ends the recording.
    pub fn write(&mut self, id: u64, interleaved: &[i16], last: bool) {
        let _ = (id, interleaved, last);
        todo!()
    }
}

/// Path of a recording below the folder: `YYYY/MM/DD/CALL-PART.wav` (UTC), ids only (S5).
pub fn path_of(call: CallId, part: u32, at: Timestamp) -> String {
    let _ = (call, part, at);
    todo!()
}

/// A recording that was found at start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRecording {
    /// The call, from its name.
    pub call: CallId,
    /// Path below the recordings folder.
    pub path: String,
    /// When it began, as far as the file tells.
    pub started_at: Timestamp,
    /// Its length.
    pub duration_ms: u64,
    /// Its size.
    pub bytes: u64,
    /// Whether its header had to be put right.
    pub repaired: bool,
}

/// Puts right the headers of files that a crash cut (S5), in the two newest day folders; gives all files found there.
pub fn recover(root: &Path) -> std::io::Result<Vec<FoundRecording>> {
    let _ = root;
    todo!()
}
