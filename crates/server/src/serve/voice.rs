//! What is heard and recorded: media threads, the sounds they play, and the writer of recordings.

use std::sync::Arc;
use std::thread::JoinHandle;

use anyhow::Context as _;
use engine::Input;
use net::{Clock, MediaThreads};
use store::RecordingWriter;
use tokio::sync::mpsc;

use super::start;
use crate::config::settings::Settings;
use crate::fan_out::Facts;
use crate::recordings;

/// The voice.
pub(super) struct Voice {
    pub(super) media: Arc<MediaThreads>,
    pub(super) recorder: RecordingWriter,
    carrier: JoinHandle<()>,
    announcer: JoinHandle<()>,
}

impl Voice {
    /// Starts the threads.
    pub(super) fn start(
        settings: &Settings,
        clock: Clock,
        inputs: &mpsc::Sender<Input>,
        facts: Facts,
    ) -> anyhow::Result<Self> {
        let folder = &settings.recordings.dir;
        let (recorder, reports) = RecordingWriter::start(folder)
            .with_context(|| format!("recordings cannot be written to {}", folder.display()))?;
        let announcer = recordings::announce(reports, facts, clock, inputs.clone())?;
        let (chunks, carrier) = recordings::carry(recorder.sink())?;
        let media = start::media(settings, clock, inputs, chunks)?;
        Ok(Self {
            media,
            recorder,
            carrier,
            announcer,
        })
    }

    /// Ends the threads; everybody else's handles must be gone.
    pub(super) fn stop(self) {
        // The last handle: closes every port and gives out the last recorded sound.
        drop(self.media);
        // What still waits for the disk is handed over before the writer closes: no recording loses its tail.
        join("recording-in", self.carrier);
        self.recorder.close();
        join("recording-out", self.announcer);
    }
}

fn join(name: &str, thread: JoinHandle<()>) {
    if thread.join().is_err() {
        tracing::error!(thread = name, "a thread panicked");
    }
}
