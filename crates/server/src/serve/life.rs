//! The house's life: signals, reload, and the way down (S6).

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use engine::{Command, Input};
use media::{SoundLibrary, SoundName};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::house::House;
use crate::{Failure, banner};

/// How long the way down waits for the tables.
const CATCH_UP_MAX: Duration = Duration::from_secs(5);

impl House {
    /// Tells a newcomer what to dial.
    pub(super) fn greet(&self, demo_agents: &[&str]) {
        banner::print(
            &self.settings,
            &self.sip,
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
        if let Err(error) = self.commands.send(Command::Drain).await {
            tracing::warn!(%error, "the engine does not drain");
        }
        tokio::select! {
            _ = self.drained.recv() => tracing::info!("all calls have ended"),
            () = tokio::time::sleep(self.settings.shutdown.drain()) => tracing::warn!("calls are cut: the time to end is over"),
            _ = terminate.recv() => tracing::warn!("calls are cut: a second signal came"),
            _ = interrupt.recv() => tracing::warn!("calls are cut: a second signal came"),
        }
        self.down().await;
        Ok(())
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
                let sounds = loaded
                    .sounds
                    .into_iter()
                    .map(|(name, sound)| (SoundName::new(&name), Arc::new(sound)))
                    .collect();
                self.media
                    .command(media::Command::Sounds(Arc::new(SoundLibrary(sounds))));
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
        let _loop_may_be_gone = self.stop_engine.send(());
        let (engine, media, recorder, announcer) =
            (self.engine, self.media, self.recorder, self.announcer);
        let joined = tokio::task::spawn_blocking(move || {
            if engine.join().is_err() {
                tracing::error!("the engine's thread panicked");
            }
            // The last handle: closes every port and gives out the last recorded sound.
            drop(media);
            recorder.close();
            let _told = announcer.join();
        });
        if joined.await.is_err() {
            tracing::error!("the way down broke off");
        }
        // The tables may lag behind the log; what they lack they get at the next start.
        let reached = *self.fan_out.reached().borrow();
        let caught_up = async {
            while self
                .database
                .applied_seq()
                .await
                .is_ok_and(|applied| applied < reached)
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let _late = tokio::time::timeout(CATCH_UP_MAX, caught_up).await;
        self.desk.abort();
        let _aborted = self.desk.await;
        let fan_out = self.fan_out;
        if tokio::task::spawn_blocking(move || fan_out.join())
            .await
            .is_err()
        {
            tracing::error!("the fan-out thread cannot be joined");
        }
        self.database.close().await;
    }
}

fn signal_of(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind)
        .context("signals cannot be heard")
        .map_err(Failure::System)
}
