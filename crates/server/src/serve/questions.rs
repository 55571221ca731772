//! What is asked and answered beside the loops: the engine's questions to the directory, and who works here.

use std::sync::Arc;
use std::time::Duration;

use engine::{Input, Reply, Request};
use net::Clock;
use store::Database;
use tokio::sync::{Semaphore, mpsc};

use super::bots::Bots;
use super::look_ups::LookUps;
use super::services::Services;
use crate::number_lists::ListKeeper;
use crate::people::Roster;

/// Questions that are asked at once.
const AT_ONCE: usize = 16;
/// Questions that may wait for their turn (S8).
const WAITING_MAX: usize = 1_024;
/// A directory slower than this is no help to the agent any more.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often the store is asked whether people changed.
const ROSTER_EVERY: Duration = Duration::from_secs(2);

/// Tells the engine within two seconds whom the store has gained or lost, and what number lists say.
pub(super) async fn keep_roster(mut roster: Roster, mut lists: ListKeeper) {
    loop {
        if let Err(error) = lists.refresh().await {
            tracing::warn!(%error, "number lists may have changed: the store or the engine does not answer");
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
    mut bots: Bots,
    inputs: mpsc::Sender<Input>,
    clock: Clock,
) {
    let at_once = Arc::new(Semaphore::new(AT_ONCE));
    let waiting = Arc::new(Semaphore::new(WAITING_MAX));
    while let Some(question) = questions.recv().await {
        let (call, caller, typed) = match question {
            Request::Profile {
                call,
                caller,
                typed,
            } => (call, caller, typed),
            // A directory that stalls does not hold up what has a budget (B15).
            Request::Route(question) => {
                services.ask(*question, &inputs, clock);
                continue;
            }
            // E11: the caller hears it when this one stalls.
            // E24: as long as it lasts, nobody waits for it.
            Request::Converse { call, ask, duplex } => {
                bots.converse(call, *ask, duplex, &inputs);
                continue;
            }
            Request::PassKey { call, ask, key } => {
                bots.pass(call, ask, key);
                continue;
            }
            Request::LookUp { call, ask } => {
                look_ups.ask(call, *ask, &inputs);
                continue;
            }
        };
        // Who stands in line for the directory holds up nobody else's question.
        let Ok(place) = waiting.clone().try_acquire_owned() else {
            tracing::warn!(%call, "the directory stalls: a caller stays unknown");
            let reply = Reply::Profile {
                call,
                typed,
                profile: None,
            };
            let _engine_may_be_gone = inputs.send(Input::Reply(reply)).await;
            continue;
        };
        let (database, inputs) = (database.clone(), inputs.clone());
        let at_once = at_once.clone();
        tokio::spawn(async move {
            let asking = async {
                let permit = at_once.acquire_owned().await;
                let now = clock.now().into();
                let profile = database.profile_by(&caller, typed.as_ref(), now).await;
                drop(permit);
                profile
            };
            let asked = tokio::time::timeout(PATIENCE, asking).await;
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
            let reply = Reply::Profile {
                call,
                typed,
                profile,
            };
            let _engine_may_be_gone = inputs.send(Input::Reply(reply)).await;
            drop(place);
        });
    }
}
