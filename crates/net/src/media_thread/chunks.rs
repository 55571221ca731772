//! Recorded sound on its way to the disk, S8: audio never waits for it.
//!
//! Overflow rule: when the channel is full, because the disk is slower than the calls, a chunk is lost and counted, so that
//! the recording has a gap and the call none. Only a recording's last chunk waits for room, for without it nobody would
//! finish the file; of these a bounded number.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};

use media::RecordingChunk;
use tracing::warn;

use crate::MediaCounters;

/// Last chunks that wait at one time.
const WAITING_MAX: usize = 1_024;

/// One thread's end of the channel.
pub(crate) struct Chunks {
    channel: SyncSender<RecordingChunk>,
    waiting: VecDeque<RecordingChunk>,
    losing: bool,
    counters: Arc<MediaCounters>,
}

impl Chunks {
    /// Sends into that channel.
    pub(crate) fn new(channel: SyncSender<RecordingChunk>, counters: Arc<MediaCounters>) -> Self {
        Self {
            channel,
            waiting: VecDeque::new(),
            losing: false,
            counters,
        }
    }

    /// Hands on a chunk, or loses it.
    pub(crate) fn send(&mut self, chunk: RecordingChunk) {
        match self.channel.try_send(chunk) {
            Ok(()) => self.losing = false,
            Err(TrySendError::Full(chunk)) if chunk.last && self.waiting.len() < WAITING_MAX => {
                self.waiting.push_back(chunk);
            }
            Err(TrySendError::Full(chunk) | TrySendError::Disconnected(chunk)) => self.lose(&chunk),
        }
    }

    /// Tries the waiting ones again.
    pub(crate) fn retry(&mut self) {
        while let Some(chunk) = self.waiting.pop_front() {
            match self.channel.try_send(chunk) {
                Ok(()) => {}
                Err(TrySendError::Full(chunk)) => return self.waiting.push_front(chunk),
                Err(TrySendError::Disconnected(chunk)) => self.lose(&chunk),
            }
        }
    }

    /// Some wait for room.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Logs the first loss of a row: one word to wake someone, not one a chunk.
    fn lose(&mut self, chunk: &RecordingChunk) {
        self.counters.chunks_lost.increment();
        if !core::mem::replace(&mut self.losing, true) {
            warn!(recording = ?chunk.recording, "recorded sound is lost: the disk is slower than the calls");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::{CHUNK_FRAMES, CallId, RecordingId};
    use std::sync::mpsc::sync_channel;

    fn chunk(recording: u64, last: bool) -> RecordingChunk {
        RecordingChunk {
            recording: RecordingId::whole(CallId::new(recording)),
            samples: [0; 2 * CHUNK_FRAMES],
            frames: 1,
            last,
        }
    }

    #[test]
    fn s8_a_stalled_disk_loses_chunks_but_never_the_end_of_a_recording() {
        let counters = Arc::new(MediaCounters::default());
        let (sender, receiver) = sync_channel(2);
        let mut chunks = Chunks::new(sender, Arc::clone(&counters));
        for _ in 0..5 {
            chunks.send(chunk(1, false));
        }
        chunks.send(chunk(1, true));
        assert_eq!(counters.chunks_lost.get(), 3);
        assert!(chunks.is_waiting());
        chunks.retry();
        assert!(chunks.is_waiting(), "still no room");
        let taken: Vec<bool> = receiver.try_iter().map(|chunk| chunk.last).collect();
        assert_eq!(taken, [false, false]);
        chunks.retry();
        assert!(!chunks.is_waiting());
        assert!(receiver.try_recv().unwrap().last);
        assert_eq!(counters.chunks_lost.get(), 3);
    }

    #[test]
    fn without_a_disk_everything_is_counted_as_lost() {
        let counters = Arc::new(MediaCounters::default());
        let (sender, receiver) = sync_channel(2);
        let mut chunks = Chunks::new(sender, Arc::clone(&counters));
        drop(receiver);
        chunks.send(chunk(1, false));
        chunks.send(chunk(1, true));
        assert_eq!(counters.chunks_lost.get(), 2);
        assert!(!chunks.is_waiting());
    }
}
