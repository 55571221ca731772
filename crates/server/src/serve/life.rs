//! The house's life: signals, reload, and the way down (S6).
//!
//! It ends in one of three ways: every call has ended, calls were cut (a second signal, or `shutdown.drain_s` is over), or a
//! part without which it is no switchboard has died. Whatever hangs on the way down, a full disk or a stuck thread, the
//! process ends: in time, with exit code 3 where something was left undone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use engine::{Command, Input};
use ivr::told;
use model::ScriptName;
use store::Restored;
use tokio::time::Instant;
use web::{NotRolledBack, RollBack};

use super::house::House;
use super::signals::{Said, Signals};
use super::speaking::Speaking;
use crate::canary::Ground;
use crate::config::Loaded;
use crate::scripts::{self, NotBack};
use crate::{Failure, banner};

/// How long calls that are cut may take to be told so.
const FAREWELL_MAX: Duration = Duration::from_secs(1);
/// How long the way down may take.
const DOWN_MAX: Duration = Duration::from_secs(15);
/// How long it may still take after one more signal.
const HASTE_MAX: Duration = Duration::from_secs(2);

/// The former configuration holds on; the log says why.
struct NotRead;

/// How the calls came to their end.
enum Drained {
    /// By themselves.
    Ended,
    /// They are to be cut.
    Cut(&'static str),
    /// This part has died.
    Dead(&'static str),
}

impl House {
    /// Tells a newcomer what to dial.
    pub(super) fn greet(&self, demo_agents: &[&str]) {
        banner::print(
            &self.settings,
            &self.switchboard.listeners,
            self.pages.address,
            &self.hotlines,
            demo_agents,
        );
    }

    /// Until the end: signals, then the way down. `System` if a part has died or the way down was not walked to its end.
    pub(super) async fn live(mut self) -> Result<(), Failure> {
        let mut signals = Signals::hear()?;
        let dead = self.serve_until_told(&mut signals).await;
        self.draining.store(true, Ordering::Relaxed);
        match self.switchboard.commands.send(Command::Drain).await {
            Ok(()) => tracing::info!("new calls are refused; calls that are up may end"),
            Err(error) => tracing::warn!(%error, "the engine does not drain"),
        }
        let drained = match dead {
            Some(part) => Drained::Dead(part),
            None => self.drain(&mut signals).await,
        };
        let dead = match drained {
            Drained::Ended => {
                tracing::info!("all calls have ended");
                None
            }
            Drained::Cut(why) => {
                self.cut_calls(why).await;
                None
            }
            Drained::Dead(part) => {
                tracing::error!(
                    part,
                    "a part has died: the process ends and wants to be started anew"
                );
                self.cut_calls("a part has died").await;
                Some(part)
            }
        };
        down_in_time(self.down(), &mut signals, DOWN_MAX).await?;
        match dead {
            None => Ok(()),
            Some(part) => Err(Failure::System(anyhow::anyhow!("{part} has died"))),
        }
    }

    /// Until a signal to end, or until the part dies that it gives.
    async fn serve_until_told(&mut self, signals: &mut Signals) -> Option<&'static str> {
        let mut version = 1;
        loop {
            tokio::select! {
                part = self.vitals.ended() => return Some(part),
                said = signals.next() => match said {
                    Said::End => return None,
                    Said::Reload => {
                        version += 1;
                        let _told_in_the_log = self.reload(version, None).await;
                    }
                },
                Some(order) = self.rolls_back.recv() => {
                    version += 1;
                    self.roll_back(version, order).await;
                },
            }
        }
    }

    /// New calls are refused already; those that are up get their time.
    async fn drain(&mut self, signals: &mut Signals) -> Drained {
        tokio::select! {
            part = self.vitals.ended() => Drained::Dead(part),
            drained = self.switchboard.drained.recv() => match drained {
                Some(()) => Drained::Ended,
                // Its sender is the engine's loop.
                None => Drained::Dead("the engine"),
            },
            () = tokio::time::sleep(self.settings.shutdown.drain()) => Drained::Cut("the time to end is over"),
            () = signals.end() => Drained::Cut("a second signal came"),
        }
    }

    /// Every phone is told that its call is over, and every call gets its record.
    async fn cut_calls(&mut self, why: &str) {
        tracing::warn!("calls are cut: {why}");
        if let Err(error) = self.switchboard.commands.send(Command::EndCalls).await {
            tracing::warn!(%error, "the engine does not end its calls");
        }
        let _late = tokio::time::timeout(FAREWELL_MAX, self.switchboard.drained.recv()).await;
    }

    /// E20: an older text goes into its script's file, and the files are read again.
    async fn roll_back(&mut self, version: u64, order: RollBack) {
        let RollBack {
            script,
            to,
            seen,
            by,
            answer,
        } = order;
        let done = self.bring_back(&script, to, seen).await;
        let done = match done {
            Err(why) => Err(why.into()),
            Ok(()) => {
                tracing::info!(%script, to, by, "an older text of a script was brought back");
                let restored = Restored {
                    script: script.clone(),
                    number: to,
                    by,
                };
                let read = self.reload(version, Some(restored)).await;
                let number = self.versions.borrow().get(&script).copied();
                match number.filter(|_| read.is_ok()) {
                    Some(number) => Ok(number),
                    None => Err(NotRolledBack::Failed(
                        "the text is in its file and was not read: see the log".to_owned(),
                    )),
                }
            }
        };
        let _asker_may_be_gone = answer.send(done);
    }

    async fn bring_back(&self, script: &ScriptName, to: u32, seen: u32) -> Result<(), NotBack> {
        let newest = scripts::newest(&self.database, script).await?;
        if newest != seen {
            return Err(NotBack::Changed(told!(
                "{newest} is the newest version",
                "最新版本是 {newest}"
            )));
        }
        let agents = self.database.agents().await;
        let agents = agents.map_err(|error| NotBack::Failed(error.to_string()))?;
        let agents = agents.into_iter().map(|agent| agent.login).collect();
        scripts::bring_back(&self.source, &self.database, Some(agents), script, to).await
    }

    /// SIGHUP: the files are read again; a mistake leaves everything as it was.
    async fn reload(&mut self, version: u64, restored: Option<Restored>) -> Result<(), NotRead> {
        let agents: BTreeSet<String> = match self.database.agents().await {
            Ok(agents) => agents.into_iter().map(|agent| agent.login).collect(),
            Err(error) => {
                tracing::error!(%error, "not reloaded: the agents cannot be read");
                return Err(NotRead);
            }
        };
        let mut loaded = match self.source.load(version, Some(agents.clone())) {
            Ok(loaded) => loaded,
            Err(findings) => {
                for finding in findings {
                    tracing::error!("not reloaded: {finding}");
                }
                return Err(NotRead);
            }
        };
        let versions = self.lay(&mut loaded, agents, restored).await?;
        self.versions.send_replace(versions);
        self.renew_certificates(&loaded);
        self.speaking.stop().await;
        let listeners = self.shelf.listeners(&self.voice.media);
        self.speaking = Speaking::start(loaded.sounds, loaded.speech, listeners, version);
        self.shelf.put(&loaded.engine);
        // D30: before a queue that is new asks.
        self.targets.send_replace(loaded.externals);
        let former = self.outgoing.borrow().clone();
        loaded.outgoing.keep_of(&former);
        self.outgoing.send_replace(Arc::new(loaded.outgoing));
        self.tickets.send_replace(loaded.tickets);
        self.database.set_bounds(loaded.bounds.clone());
        self.ledger.hub.view().set_bounds(loaded.bounds);
        self.ledger.hub.view().set_pop_pages(loaded.pages);
        let configured = Input::Configured(Arc::new(loaded.engine));
        // Its receiver is the engine's loop, which has died then.
        self.inputs.send(configured).await.map_err(|_| NotRead)?;
        tracing::info!(
            version,
            "the configuration was read again; listeners and folders keep theirs until a restart"
        );
        Ok(())
    }

    /// M6, E20: what is tried is laid first, and texts are kept as versions only once they lead callers.
    async fn lay(
        &self,
        loaded: &mut Loaded,
        agents: BTreeSet<String>,
        restored: Option<Restored>,
    ) -> Result<BTreeMap<ScriptName, u32>, NotRead> {
        scripts::number(&self.database, loaded).await;
        let trials = self.database.canaries().await;
        let ground = Ground {
            source: &self.source,
            database: &self.database,
            agents,
            trials: trials
                .map_err(|error| tracing::error!(%error, "canaries cannot be read"))
                .ok(),
        };
        if let Err(findings) = ground.lay(loaded).await {
            for finding in findings {
                tracing::error!("not reloaded, since what is tried cannot be laid: {finding}");
            }
            return Err(NotRead);
        }
        let now = self.clock.now().into();
        match scripts::keep(&self.database, loaded, restored, now).await {
            Ok(versions) => Ok(versions),
            Err(error) if loaded.engine.canary.is_some() => {
                tracing::error!(%error, "not reloaded: the versions of a canary are not kept");
                Err(NotRead)
            }
            Err(error) => Ok(scripts::unkept(loaded, &error)),
        }
    }

    /// Connections that are up keep theirs; files that cannot be used leave the former ones in place.
    fn renew_certificates(&self, loaded: &Loaded) {
        for finding in loaded.warnings.iter().chain(&loaded.expired) {
            tracing::warn!("{finding}");
        }
        if let Err(error) = self.switchboard.control.reload_tls(&loaded.tls) {
            tracing::error!(%error, "the certificates stay as they were");
        }
        // One that has ended is worse than the one that is in place.
        let fresh = loaded.https.as_ref().filter(|_| loaded.expired.is_none());
        if let (Some(https), Some(fresh)) = (&self.https, fresh)
            && let Err(error) = https.reload(&fresh.chain, &fresh.key)
        {
            tracing::error!(%error, "the pages keep their certificate");
        }
    }

    /// From the outside in: nothing new comes, what was told is written, then the store closes.
    /// Whether everything that was told is written.
    async fn down(mut self) -> bool {
        self.pages.close.send_replace(true);
        match self.pages.serving.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the web server failed"),
            Err(error) => tracing::error!(%error, "the web server panicked"),
        }
        self.speaking.stop().await;
        for helper in self.helpers {
            helper.abort();
            let _aborted = helper.await;
        }
        let (switchboard, voice) = (self.switchboard, self.voice);
        let stopped = tokio::task::spawn_blocking(move || {
            let keeper = switchboard.stop();
            voice.stop();
            keeper
        });
        match stopped.await {
            Ok(keeper) => {
                let _panicked_at_worst = keeper.await;
            }
            Err(_) => tracing::error!("the way down broke off"),
        }
        self.ledger.close().await
    }
}

/// Walks the way down, but not for ever: what hangs is left behind and told. One more signal makes haste.
async fn down_in_time(
    down: impl Future<Output = bool>,
    signals: &mut Signals,
    longest: Duration,
) -> Result<(), Failure> {
    let mut down = std::pin::pin!(down);
    let mut deadline = Instant::now() + longest;
    loop {
        tokio::select! {
            is_whole = &mut down => return match is_whole {
                true => Ok(()),
                false => Err(Failure::System(anyhow::anyhow!("facts are lost: the log did not take them"))),
            },
            () = tokio::time::sleep_until(deadline) => {
                tracing::error!("the way down hangs: the process ends without waiting for what is not written");
                return Err(Failure::System(anyhow::anyhow!("the way down hung")));
            }
            () = signals.end() => {
                tracing::warn!("one more signal: the way down is hurried");
                deadline = deadline.min(Instant::now() + HASTE_MAX);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn s6_a_way_down_that_hangs_ends_as_a_failure_of_the_system() {
        let mut signals = Signals::hear().unwrap();
        let started = Instant::now();
        let hung = down_in_time(
            std::future::pending(),
            &mut signals,
            Duration::from_millis(30),
        );
        assert!(matches!(hung.await, Err(Failure::System(_))));
        assert!(started.elapsed() < Duration::from_secs(1));
        let walked = down_in_time(std::future::ready(true), &mut signals, DOWN_MAX);
        assert!(walked.await.is_ok());
        let lossy = down_in_time(std::future::ready(false), &mut signals, DOWN_MAX);
        assert!(matches!(lossy.await, Err(Failure::System(_))));
    }
}
