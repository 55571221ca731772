//! The house's life: signals, reload, and the way down (S6).

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use engine::{Command, Input};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::house::House;
use crate::{Failure, banner};

/// How long calls that are cut may take to be told so.
const FAREWELL_MAX: Duration = Duration::from_secs(1);

impl House {
    /// Tells a newcomer what to dial.
    pub(super) fn greet(&self, demo_agents: &[&str]) {
        banner::print(
            &self.settings,
            &self.switchboard.listeners,
            self.http,
            &self.hotlines,
            demo_agents,
        );
    }

    /// Until the end: signals, then the way down.
    pub(super) async fn live(mut self) -> Result<(), Failure> {
        let mut terminate = signal_of(SignalKind::terminate())?;
        let mut interrupt = signal_of(SignalKind::interrupt())?;
        let mut hang_up = signal_of(SignalKind::hangup())?;
        let mut version = 1;
        loop {
            tokio::select! {
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                _ = hang_up.recv() => {
                    version += 1;
                    self.reload(version).await;
                }
            }
        }
        tracing::info!("new calls are refused; calls that are up may end");
        if let Err(error) = self.switchboard.commands.send(Command::Drain).await {
            tracing::warn!(%error, "the engine does not drain");
        }
        let cut = tokio::select! {
            _ = self.switchboard.drained.recv() => None,
            () = tokio::time::sleep(self.settings.shutdown.drain()) => Some("the time to end is over"),
            _ = terminate.recv() => Some("a second signal came"),
            _ = interrupt.recv() => Some("a second signal came"),
        };
        match cut {
            None => tracing::info!("all calls have ended"),
            Some(why) => self.cut_calls(why).await,
        }
        self.down().await;
        Ok(())
    }

    /// Every phone is told that its call is over, and every call gets its record.
    async fn cut_calls(&mut self, why: &str) {
        tracing::warn!("calls are cut: {why}");
        if let Err(error) = self.switchboard.commands.send(Command::EndCalls).await {
            tracing::warn!(%error, "the engine does not end its calls");
        }
        let _late = tokio::time::timeout(FAREWELL_MAX, self.switchboard.drained.recv()).await;
    }

    /// SIGHUP: the files are read again; a mistake leaves everything as it was.
    async fn reload(&self, version: u64) {
        let agents = match self.database.agents().await {
            Ok(agents) => agents.into_iter().map(|agent| agent.login).collect(),
            Err(error) => {
                tracing::error!(%error, "not reloaded: the agents cannot be read");
                return;
            }
        };
        match self.source.load(version, Some(agents)) {
            Ok(loaded) => {
                self.voice.learn(loaded.sounds);
                if self
                    .inputs
                    .send(Input::Configured(Arc::new(loaded.engine)))
                    .await
                    .is_ok()
                {
                    tracing::info!(
                        version,
                        "the configuration was read again; listeners and folders keep theirs until a restart"
                    );
                }
            }
            Err(findings) => {
                for finding in findings {
                    tracing::error!("not reloaded: {finding}");
                }
            }
        }
    }

    /// From the outside in: nothing new comes, what was told is written, then the store closes.
    async fn down(self) {
        self.close_web.send_replace(true);
        if self.web.await.is_err() {
            tracing::error!("the web server panicked");
        }
        for helper in self.helpers {
            helper.abort();
            let _aborted = helper.await;
        }
        let (switchboard, voice) = (self.switchboard, self.voice);
        let stopped = tokio::task::spawn_blocking(move || {
            switchboard.stop();
            voice.stop();
        });
        if stopped.await.is_err() {
            tracing::error!("the way down broke off");
        }
        self.ledger.close().await;
    }
}

fn signal_of(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind)
        .context("signals cannot be heard")
        .map_err(Failure::System)
}
