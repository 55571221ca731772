//! The recordings that are being written: each a file that is made durable every second and reported when it ends.
//!
//! One that its speaker may take back is reported when somebody keeps it. Time is an argument, so that a test can let hours pass. One that nobody feeds any more (its media thread died) is
//! ended after a while, so that no file stays open for ever.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use audio::{RATE_HZ, StereoWriter, WavError};
use model::{RecordingId, Timestamp};

use super::{Begin, RecordingReport, path_of, repair};
use crate::private;

/// S5: the longest time for which sound may stand in a file without a header that tells of it.
const FLUSH_EVERY: Duration = Duration::from_secs(1);
/// The same in frames, for sound that comes faster than it was heard.
const FLUSH_FRAMES: u64 = RATE_HZ as u64;
/// A recording without sound for so long has lost its port.
const IDLE_MAX: Duration = Duration::from_secs(30);
/// Ended recordings that wait for a word whether they are kept; beyond it the oldest is.
const HELD_MAX: usize = 1_024;

type Tell = Box<dyn FnMut(RecordingReport, bool) + Send>;

/// All recordings that are being written.
pub(super) struct Desk {
    root: PathBuf,
    takes: BTreeMap<RecordingId, Take>,
    /// What ended and is held back, with its file and whether the disk spoilt it.
    held: BTreeMap<RecordingId, (PathBuf, RecordingReport, bool)>,
    /// Takes a report, and whether the disk spoilt the recording.
    tell: Tell,
}

/// One recording.
struct Take {
    path: String,
    held: bool,
    started_at: Timestamp,
    sound: Sound,
    frames: u64,
    flushed_frames: u64,
    flush_at: Instant,
    fed_at: Instant,
}

/// The file, by its two handles.
struct Sound {
    wav: StereoWriter<BufWriter<File>>,
    file: File,
}

impl Desk {
    pub(super) fn new(
        root: PathBuf,
        tell: impl FnMut(RecordingReport, bool) + Send + 'static,
    ) -> Self {
        Self {
            root,
            takes: BTreeMap::new(),
            held: BTreeMap::new(),
            tell: Box::new(tell),
        }
    }

    /// Opens the file of a recording.
    pub(super) fn begin(&mut self, now: Instant, begin: &Begin) {
        let Begin { id, at, held } = *begin;
        let path = path_of(id, at);
        match Sound::create(&self.root.join(&path)) {
            Ok(sound) => {
                let take = Take {
                    path,
                    held,
                    started_at: at,
                    sound,
                    frames: 0,
                    flushed_frames: 0,
                    flush_at: now + FLUSH_EVERY,
                    fed_at: now,
                };
                self.takes.insert(id, take);
            }
            Err(error) => {
                tracing::error!(recording = %id, path, %error, "recording cannot be written");
                let fault = error.to_string();
                (self.tell)(RecordingReport::Failed { id, fault }, true);
            }
        }
    }

    /// Appends sound.
    pub(super) fn chunk(&mut self, now: Instant, id: RecordingId, interleaved: &[i16], last: bool) {
        // One that failed or ended is not there any more: its sound has nowhere to go.
        let Some(take) = self.takes.get_mut(&id) else {
            return;
        };
        take.fed_at = now;
        let mut written = take.write(interleaved);
        if written.is_ok() && take.frames >= take.flushed_frames + FLUSH_FRAMES {
            written = take.flush(now);
        }
        if let Err(error) = written {
            self.end(id, Some(error.to_string()));
        } else if last {
            self.end(id, None);
        }
    }

    /// Keeps a recording that was held back, or removes its file.
    pub(super) fn settle(&mut self, id: RecordingId, kept: bool) {
        if let Some(take) = self.takes.get_mut(&id).filter(|_| kept) {
            take.held = false;
        } else if let Some(take) = self.takes.remove(&id) {
            let path = self.root.join(&take.path);
            drop(take);
            remove(&path);
        } else if let Some((path, report, spoilt)) = self.held.remove(&id) {
            if kept {
                (self.tell)(report, spoilt);
            } else {
                remove(&path);
            }
        }
    }

    /// Flushes what is due and ends what nobody feeds.
    pub(super) fn tick(&mut self, now: Instant) {
        let mut ended = Vec::new();
        for (id, take) in &mut self.takes {
            if now.saturating_duration_since(take.fed_at) >= IDLE_MAX {
                ended.push((*id, "no sound came any more".to_owned()));
            } else if now >= take.flush_at
                && let Err(error) = take.flush(now)
            {
                ended.push((*id, error.to_string()));
            }
        }
        for (id, fault) in ended {
            self.end(id, Some(fault));
        }
    }

    /// Ends all.
    pub(super) fn close(&mut self) {
        while let Some(id) = self.takes.keys().next().copied() {
            self.end(id, None);
        }
        while let Some((_, (_, report, spoilt))) = self.held.pop_first() {
            (self.tell)(report, spoilt);
        }
    }

    /// Closes the file and tells what stands on disk.
    fn end(&mut self, id: RecordingId, fault: Option<String>) {
        let Some(take) = self.takes.remove(&id) else {
            return;
        };
        let path = self.root.join(&take.path);
        let closed = take.sound.close();
        let fault = fault.or_else(|| closed.err().map(|error| error.to_string()));
        // The file itself says how long it is, above all after a fault.
        let file = repair::repair(&path);
        if let Some(fault) = &fault {
            tracing::error!(recording = %id, path = take.path, fault, "recording ended early");
        }
        let spoilt = fault.is_some();
        let report = match file {
            // A header alone is no recording: the disk took no sound.
            Ok(found) if found.duration_ms > 0 || fault.is_none() => RecordingReport::Ready {
                id,
                path: take.path,
                started_at: take.started_at,
                duration_ms: found.duration_ms,
                bytes: found.bytes,
                fault,
            },
            Ok(_) => RecordingReport::Failed {
                id,
                fault: fault.unwrap_or_default(),
            },
            Err(error) => RecordingReport::Failed {
                id,
                fault: fault.unwrap_or_else(|| error.to_string()),
            },
        };
        // Of one that failed its speaker learns at once: there is nothing to take back.
        if !take.held || matches!(report, RecordingReport::Failed { .. }) {
            return (self.tell)(report, spoilt);
        }
        self.held.insert(id, (path, report, spoilt));
        if self.held.len() > HELD_MAX
            && let Some((_, (_, report, spoilt))) = self.held.pop_first()
        {
            (self.tell)(report, spoilt);
        }
    }
}

/// What nobody keeps is no recording.
fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        tracing::error!(path = %path.display(), %error, "a recording that was taken back is still there");
    }
}

impl Take {
    fn write(&mut self, interleaved: &[i16]) -> Result<(), WavError> {
        self.sound.wav.write(interleaved)?;
        self.frames += interleaved.len() as u64 / 2;
        Ok(())
    }

    /// S5: header and data on disk.
    fn flush(&mut self, now: Instant) -> Result<(), WavError> {
        self.flush_at = now + FLUSH_EVERY;
        if self.frames == self.flushed_frames {
            return Ok(());
        }
        self.sound.wav.flush()?;
        self.sound.file.sync_data().map_err(disk)?;
        self.flushed_frames = self.frames;
        Ok(())
    }
}

impl Sound {
    /// A file that was not there before: a recording is never written over.
    fn create(path: &Path) -> Result<Self, WavError> {
        if let Some(folder) = path.parent() {
            private::make_folder(folder).map_err(disk)?;
        }
        let mut options = private::file();
        let file = options.write(true).create_new(true).open(path);
        let file = file.map_err(disk)?;
        let second = file.try_clone().map_err(disk)?;
        let mut wav = StereoWriter::new(BufWriter::new(file), RATE_HZ)?;
        wav.flush()?;
        Ok(Self { wav, file: second })
    }

    fn close(self) -> Result<(), WavError> {
        self.wav.finalize()?;
        self.file.sync_data().map_err(disk)
    }
}

fn disk(error: std::io::Error) -> WavError {
    WavError::Wav(error.into())
}
