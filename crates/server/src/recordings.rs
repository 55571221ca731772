//! From the media threads to the disk: recorded sound goes to the writer, what the writer finished becomes a fact.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use engine::Input;
use media::RecordingChunk;
use model::{Fact, RecordingId, Timestamp};
use net::Clock;
use store::{RecordingReport, RecordingSink};
use tokio::sync::mpsc;

use crate::fan_out::Facts;

/// Chunks of 100 ms that wait for the disk: at 200 recorded calls, more than two seconds.
const CHUNKS_MAX: usize = 4_096;

/// The queue that the media threads fill, and the thread that empties it into the writer. The thread waits for a slow disk,
/// so that this queue is the one place where sound may be lost; it ends when the last media thread is gone and all is
/// handed over, and is to be joined before the writer is closed.
pub(crate) fn carry(
    sink: RecordingSink,
) -> std::io::Result<(SyncSender<RecordingChunk>, JoinHandle<()>)> {
    let (chunks, filled) = sync_channel::<RecordingChunk>(CHUNKS_MAX);
    let thread = std::thread::Builder::new()
        .name("recording-in".into())
        .spawn(move || hand_over(&filled, &sink))?;
    Ok((chunks, thread))
}

fn hand_over(filled: &Receiver<RecordingChunk>, sink: &RecordingSink) {
    for chunk in filled {
        if !sink.write(chunk.recording, chunk.interleaved(), chunk.last) {
            tracing::error!("the recordings' writer is gone: calls are not recorded any more");
            return;
        }
    }
}

/// Tells `recording.ready` for each file that is complete, until the writer is closed; and the engine, when the disk takes nothing of
/// what a caller says by himself: he is told while he is still there.
pub(crate) fn announce(
    reports: Receiver<RecordingReport>,
    facts: Facts,
    clock: Clock,
    inputs: mpsc::Sender<Input>,
) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name("recording-out".into())
        .spawn(move || {
            for report in reports {
                match report {
                    RecordingReport::Ready {
                        id,
                        path,
                        started_at,
                        duration_ms,
                        bytes,
                        fault,
                    } => {
                        let call = id.call;
                        if let Some(fault) = fault {
                            tracing::error!(%call, fault, "a recording is shorter than its call");
                        }
                        facts.tell(
                            Timestamp::from(clock.now()),
                            Fact::RecordingReady {
                                call,
                                path,
                                started_at,
                                duration_ms,
                                bytes,
                            },
                        );
                    }
                    RecordingReport::Failed { id, fault } => {
                        tracing::error!(call = %id.call, part = id.part, fault, "a call was not recorded");
                        if id.part != RecordingId::WHOLE {
                            let _engine_may_be_gone = inputs.blocking_send(Input::RecordingFailed(id));
                        }
                    }
                }
            }
        })
}
