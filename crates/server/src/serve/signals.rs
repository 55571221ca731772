//! What the operator says by signals: end (`SIGTERM`, `SIGINT`) or read the files again (`SIGHUP`).

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::Failure;

/// What was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// End.
    End,
    /// Read the files again.
    Reload,
}

/// The signals that are heard.
#[derive(Debug)]
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Hears from now on.
    pub(super) fn hear() -> Result<Self, Failure> {
        Ok(Self {
            terminate: signal_of(SignalKind::terminate())?,
            interrupt: signal_of(SignalKind::interrupt())?,
            hang_up: signal_of(SignalKind::hangup())?,
        })
    }

    /// The next word.
    pub(super) async fn next(&mut self) -> Said {
        tokio::select! {
            _ = self.terminate.recv() => Said::End,
            _ = self.interrupt.recv() => Said::End,
            _ = self.hang_up.recv() => Said::Reload,
        }
    }

    /// The next word to end; one to reload is passed over, since whoever goes down reads nothing any more.
    pub(super) async fn end(&mut self) {
        while self.next().await == Said::Reload {}
    }
}

fn signal_of(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind)
        .context("signals cannot be heard")
        .map_err(Failure::System)
}
