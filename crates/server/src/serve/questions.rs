//! What is asked and answered beside the loops: the engine's questions to the directory, and who works here.

use std::sync::Arc;
use std::time::Duration;

use engine::{Input, Reply, Request};
use net::Clock;
use store::Database;
use tokio::sync::{Semaphore, mpsc};

use super::look_ups::LookUps;
use super::services::Services;
use crate::barred::BarredList;
use crate::people::Roster;

/// Questions that are asked at once.
const AT_ONCE: usize = 16;
/// A directory slower than this is no help to the agent any more.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often the store is asked whether people changed.
const ROSTER_EVERY: Duration = Duration::from_secs(2);

/// Tells the engine within two seconds whom the store has gained or lost, and who is barred.
pub(super) async fn keep_roster(mut roster: Roster, mut barred: BarredList) {
    loop {
        if let Err(error) = barred.refresh().await {
            tracing::warn!(%error, "callers may have been barred: the store or the engine does not answer");
        }
        tokio::time::sleep(ROSTER_EVERY).await;
        if let Err(error) = roster.refresh().await {
            tracing::warn!(%error, "people may have changed: the store or the engine does not answer");
        }
    }
}

/// The engine's questions, some at once, each with an end (invariant 7).
pub(super) async fn answer(
    mut questions: mpsc::Receiver<Request>,
    database: Database,
    services: Services,
    look_ups: LookUps,
    inputs: mpsc::Sender<Input>,
    clock: Clock,
) {
    let at_once = Arc::new(Semaphore::new(AT_ONCE));
    while let Some(question) = questions.recv().await {
        let (call, caller) = match question {
            Request::Profile { call, caller } => (call, caller),
            // A directory that stalls does not hold up what has a budget (B15).
            Request::Route(question) => {
                services.ask(*question, &inputs, clock);
                continue;
            }
            // E11: the caller hears it when this one stalls.
            Request::LookUp { call, ask } => {
                look_ups.ask(call, *ask, &inputs);
                continue;
            }
        };
        let Ok(permit) = at_once.clone().acquire_owned().await else {
            return;
        };
        let (database, inputs) = (database.clone(), inputs.clone());
        tokio::spawn(async move {
            let asked =
                tokio::time::timeout(PATIENCE, database.profile(&caller, clock.now().into())).await;
            let profile = match asked {
                Ok(Ok(profile)) => Some(Box::new(profile)),
                Ok(Err(error)) => {
                    tracing::warn!(%call, %error, "the caller cannot be looked up");
                    None
                }
                Err(_) => {
                    tracing::warn!(%call, "the directory took too long");
                    None
                }
            };
            let _engine_may_be_gone = inputs
                .send(Input::Reply(Reply::Profile { call, profile }))
                .await;
            drop(permit);
        });
    }
}
