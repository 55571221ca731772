//! Who writes the checkpoint: reads the fact log at his own pace and writes down what he knows, now and then and at the end.
//!
//! He delays nobody and nobody depends on him: a checkpoint that cannot be written costs the next start time, and nothing else.

use std::time::Duration;

use tokio::sync::watch;

use super::checkpoint::{Known, Sources};

/// A checkpoint is never behind by much more: what a start reads behind it takes a tenth of a second (F14).
const BEHIND_MAX: u64 = 20_000;
/// In quiet hours it is written so often, if anything happened.
const PERIOD: Duration = Duration::from_secs(60);

/// See the file's head.
#[derive(Debug)]
pub(crate) struct Keeper {
    /// What is known.
    pub(crate) known: Known,
    /// Where it stands.
    pub(crate) sources: Sources,
    /// How far the log goes.
    pub(crate) reached: watch::Receiver<u64>,
}

impl Keeper {
    /// Runs until the log's writer is gone, and writes once more.
    pub(crate) async fn run(self) {
        let Self {
            mut known,
            sources,
            mut reached,
        } = self;
        let mut written = known.seq();
        loop {
            let is_behind = |last: &u64| *last >= written + BEHIND_MAX;
            let waited = tokio::time::timeout(PERIOD, reached.wait_for(is_behind)).await;
            let is_over = matches!(waited, Ok(Err(_)));
            drop(waited);
            let last_seq = *reached.borrow();
            if last_seq != written {
                let sources = sources.clone();
                let step = move || {
                    write_on(&mut known, &sources, last_seq);
                    known
                };
                known = match tokio::task::spawn_blocking(step).await {
                    Ok(known) => known,
                    Err(error) => {
                        tracing::error!(%error, "the checkpoint is written no more");
                        return;
                    }
                };
                written = last_seq;
            }
            if is_over {
                return;
            }
        }
    }
}

fn write_on(known: &mut Known, sources: &Sources, last_seq: u64) {
    if let Err(error) = known.read_on(&sources.reader, last_seq) {
        tracing::error!(%error, "the fact log cannot be read for the checkpoint");
        return;
    }
    match known.write(sources) {
        Ok(()) => tracing::debug!(seq = known.seq(), "checkpoint"),
        Err(error) => tracing::error!("the checkpoint cannot be written: {error:#}"),
    }
}
