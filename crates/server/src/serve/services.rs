//! The services of the house that queues ask for their decisions (B15): each question to the one that its queue names, so many
//! at once, each with an end.

use std::collections::BTreeMap;
use std::sync::Arc;

use connectors::{HttpClient, Target};
use engine::{Input, Reply, RouteQuestion, RouteReply};
use model::QueueName;
use net::Clock;
use tokio::sync::{Semaphore, mpsc, watch};

/// Questions that are under way at once; those beyond fail, and their queues decide by themselves.
const AT_ONCE: usize = 256;

/// Whom each queue asks.
pub(super) type Targets = BTreeMap<QueueName, Target>;

/// See the file's head.
pub(super) struct Services {
    client: HttpClient,
    targets: watch::Receiver<Targets>,
    at_once: Arc<Semaphore>,
}

impl Services {
    pub(super) fn new(client: HttpClient, targets: watch::Receiver<Targets>) -> Self {
        Self {
            client,
            targets,
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Asks; the answer goes to the engine. Nothing comes after the question's budget, which the engine keeps itself.
    pub(super) fn ask(&self, question: RouteQuestion, inputs: &mpsc::Sender<Input>, clock: Clock) {
        let target = self.targets.borrow().get(&question.queue).cloned();
        let permit = self.at_once.clone().try_acquire_owned();
        let (client, inputs) = (self.client.clone(), inputs.clone());
        tokio::spawn(async move {
            let failed = |cause: &str| Some(RouteReply::Failed(cause.to_owned()));
            let reply = match (target, permit) {
                (Some(target), Ok(_permit)) => {
                    let at_s = clock.now().as_secs();
                    connectors::route::ask(&client, &target, &question, at_s).await
                }
                (None, _) => failed("no_target"),
                (_, Err(_)) => failed("busy"),
            };
            let (call, id) = (question.call, question.id);
            tracing::debug!(%call, queue = %question.queue, ?reply, "an external decision");
            if let Some(reply) = reply {
                let reply = Reply::Route { call, id, reply };
                let _engine_may_be_gone = inputs.send(Input::Reply(reply)).await;
            }
        });
    }
}
