//! What has to be done now and then as long as the server answers: figures are tidied, sessions that ended are removed,
//! what was there before words were looked for is gone through.
//!
//! Figures gather in memory until they are tidied; without this they would only be when somebody reads `/metrics`, and
//! grow with each request in a house where nobody does. Nothing here is urgent: what fails is tried again the next time.

use std::convert::Infallible;
use std::time::Duration;

use store::Database;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::auth::principal::now;
use crate::metrics::MetricsHandle;

/// How often figures are tidied.
pub(crate) const UPKEEP_EVERY: Duration = Duration::from_secs(5);
/// How often sessions and bearer tokens that have ended are removed.
pub(crate) const PURGE_EVERY: Duration = Duration::from_secs(60 * 60);
/// Things in one step of going through what words are found in.
const INDEX_STEP: u32 = 50;
/// Between two steps of going through what words are found in.
const INDEX_PAUSE: Duration = Duration::from_millis(20);
/// Until it is tried again.
const INDEX_AGAIN: Duration = Duration::from_secs(60);

/// Keeps house until it is dropped.
pub(crate) async fn keep(metrics: MetricsHandle, database: Database) -> Infallible {
    let tidy = every(UPKEEP_EVERY, || {
        metrics.upkeep();
        std::future::ready(())
    });
    let purge = every(PURGE_EVERY, || purge(&database));
    let (never, _, ()) = tokio::join!(tidy, purge, index(&database));
    never
}

/// Goes through what was there before words were looked for, until all is done; the writer has time for others between the steps.
async fn index(database: &Database) {
    loop {
        let pause = match database.index_step(INDEX_STEP).await {
            Ok(true) => INDEX_PAUSE,
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(%error, "what is to be found by its words cannot be gone through");
                INDEX_AGAIN
            }
        };
        sleep(pause).await;
    }
}

async fn purge(database: &Database) {
    match database.purge_sessions(now()).await {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "sessions that had ended are removed"),
        Err(error) => tracing::warn!(%error, "sessions that have ended cannot be removed"),
    }
}

/// Does it at once and then each `period`, for ever; a turn that came late is not made up for.
async fn every<F: Future<Output = ()>>(
    period: Duration,
    mut chore: impl FnMut() -> F,
) -> Infallible {
    let mut turns = interval(period);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        chore().await;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_chore_is_done_at_once_and_each_period_and_not_twice_when_it_was_slow() {
        let done = Cell::new(0);
        let chore = every(UPKEEP_EVERY, || {
            done.set(done.get() + 1);
            std::future::ready(())
        });
        assert!(timeout(Duration::from_secs(21), chore).await.is_err());
        assert_eq!(done.get(), 5, "at 0, 5, 10, 15 and 20 s");
        done.set(0);
        let slow = every(UPKEEP_EVERY, || {
            done.set(done.get() + 1);
            sleep(3 * UPKEEP_EVERY)
        });
        assert!(timeout(7 * UPKEEP_EVERY, slow).await.is_err());
        assert_eq!(done.get(), 3);
    }
}
