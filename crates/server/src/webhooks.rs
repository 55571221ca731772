//! The loop of webhooks (J5): reads the fact log at its own pace, makes messages of facts, sends them, and writes down what came
//! of it.
//!
//! It delays nobody: a receiver that does not answer holds up its own messages, and of these so many are kept; what is beyond
//! waits in the fact log. How far facts were made messages is noted in the transaction that writes these down, so that a process
//! that is killed goes on where it was, and tells again only what it does not know the answer to.

mod feed;
mod sending;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use connectors::{HttpClient, Target};
use model::{DeliveryId, Timestamp, WebhookId};
use net::Clock;
use store::{Database, DeliveryState, FactReader, Settled, StoreError, Webhook};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use webhook::{Courier, GivenUp, Step, Verdict};

use crate::config::outgoing::Outgoing;
use sending::{Sending, Sent};

/// How often it is looked whether somebody changed a webhook, in this process or another.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long a database that fails is left alone.
const RETRY_AFTER: Duration = Duration::from_millis(500);
/// Messages of one webhook that may wait; while more do, facts wait in the log.
const HELD_MAX: usize = 10_000;
/// Whether a URL may be told anything, by the hosts that the settings name; why not, in English.
pub(crate) fn judge(outgoing: watch::Receiver<Arc<Outgoing>>) -> web::Judge {
    Box::new(move |url| {
        let hosts = &outgoing.borrow().private_hosts;
        let target = Target::new(url, hosts, None);
        target.map(|_| ()).map_err(|error| error.to_string())
    })
}

/// What the loop works with.
pub(crate) struct Desk {
    /// The database.
    pub database: Database,
    /// The fact log.
    pub reader: FactReader,
    /// How far it goes.
    pub reached: watch::Receiver<u64>,
    /// The way out.
    pub client: HttpClient,
    /// Which hosts within the house may be told.
    pub outgoing: watch::Receiver<Arc<Outgoing>>,
    /// The time.
    pub clock: Clock,
    /// Spreads tries.
    pub seed: u64,
}

/// A webhook with its messages.
struct Post {
    webhook: Webhook,
    courier: Courier,
    /// What the store keeps may be more than the courier has: a write that perhaps was committed was not answered.
    is_behind: bool,
}

/// See the file's head.
pub(crate) struct Webhooks {
    desk: Desk,
    posts: BTreeMap<WebhookId, Post>,
    sending: JoinSet<Sent>,
    /// What the database has not taken yet.
    unsettled: Vec<Settled>,
    /// Whose receivers answered 410, which the database has not taken yet.
    gone: BTreeSet<WebhookId>,
}

impl Webhooks {
    /// A loop that knows nothing yet.
    pub(crate) fn new(desk: Desk) -> Self {
        Self {
            desk,
            posts: BTreeMap::new(),
            sending: JoinSet::new(),
            unsettled: Vec::new(),
            gone: BTreeSet::new(),
        }
    }

    /// Runs until the log's writer is gone.
    pub(crate) async fn run(mut self) {
        let mut look_at = Instant::now();
        loop {
            if Instant::now() >= look_at {
                let looked = self.look().await;
                look_at = Instant::now() + LOOK_EVERY;
                rest_after(looked, "webhooks cannot be read").await;
            }
            let fed = self.feed().await;
            let has_more = *fed.as_ref().unwrap_or(&false);
            rest_after(fed, "facts cannot be made messages of webhooks").await;
            self.step();
            self.write_down().await;
            if has_more && self.sending.is_empty() {
                continue;
            }
            let Some(sent) = self.wait(look_at, has_more).await else {
                return;
            };
            let settled = self.settle(sent).await;
            rest_after(settled, "a webhook cannot be disabled").await;
            // Before anything is read: what the store does not know yet it would hand out as waiting.
            self.write_down().await;
        }
    }

    /// Until something was sent, facts came, a message is due, or it is time to look; `None` when the log's writer is gone.
    async fn wait(&mut self, look_at: Instant, has_more: bool) -> Option<Vec<Sent>> {
        let until = if has_more {
            Instant::now()
        } else {
            self.due_at(look_at)
        };
        let mut sent = Vec::new();
        tokio::select! {
            Some(done) = self.sending.join_next() => sent.extend(done.ok()),
            changed = self.desk.reached.changed() => changed.ok()?,
            () = tokio::time::sleep_until(until) => {}
        }
        while let Some(done) = self.sending.try_join_next() {
            sent.extend(done.ok());
        }
        Some(sent)
    }

    fn due_at(&self, look_at: Instant) -> Instant {
        let now = self.now();
        let timeouts = self
            .posts
            .values()
            .filter_map(|post| post.courier.poll_timeout());
        let due = timeouts.map(|at| Instant::now() + Duration::from_millis(at.ms_since(now)));
        due.fold(look_at, Instant::min)
    }

    fn now(&self) -> Timestamp {
        self.desk.clock.now().into()
    }

    /// Takes up what was changed: webhooks that are new, gone or other, messages that are to be sent again.
    async fn look(&mut self) -> Result<(), StoreError> {
        let webhooks = self.desk.database.webhooks().await?;
        let there: BTreeSet<WebhookId> = webhooks.iter().map(|webhook| webhook.id).collect();
        self.posts.retain(|id, _| there.contains(id));
        self.gone.retain(|id| there.contains(id));
        for webhook in webhooks {
            let known = self.posts.get(&webhook.id).filter(|post| !post.is_behind);
            if known.map(|post| post.webhook.changes) != Some(webhook.changes) {
                self.take_up(webhook).await?;
            }
        }
        Ok(())
    }

    async fn take_up(&mut self, webhook: Webhook) -> Result<(), StoreError> {
        let waiting = self.desk.database.waiting_deliveries(webhook.id).await?;
        let seed = self.desk.seed;
        let post = self.posts.entry(webhook.id).or_insert_with(|| Post {
            webhook: webhook.clone(),
            courier: Courier::new(seed),
            is_behind: false,
        });
        let is_other_format = webhook.wanted.format != post.webhook.wanted.format;
        if !webhook.wanted.is_enabled || is_other_format {
            // The store has given them up; a trial is sent all the same.
            post.courier.empty();
        }
        // Of these the store does not know what came of them, should it have refused to hear it.
        let unsettled: BTreeSet<DeliveryId> = self.unsettled.iter().map(|it| it.id).collect();
        for message in waiting {
            if !unsettled.contains(&message.id) {
                post.courier.take(message);
            }
        }
        post.is_behind = false;
        // Whoever changed it has the last word; a receiver that is gone says so again.
        self.gone.remove(&webhook.id);
        // What this loop has fed since is further than what was read.
        let told_seq = post.webhook.told_seq.max(webhook.told_seq);
        post.webhook = Webhook {
            told_seq,
            ..webhook
        };
        Ok(())
    }

    /// Gives every courier what it asks for.
    fn step(&mut self) {
        let now = self.now();
        let mut due = Vec::new();
        for (webhook, post) in &mut self.posts {
            while let Some(step) = post.courier.poll(now) {
                match step {
                    Step::Send(id) => due.push((*webhook, id)),
                    Step::GiveUp(id, why) => self.unsettled.push(Settled {
                        id,
                        tried: None,
                        state: DeliveryState::GivenUp(why),
                    }),
                }
            }
        }
        for (webhook, id) in due {
            self.send(webhook, id);
        }
    }

    /// What the database does not take is kept until the next time.
    async fn write_down(&mut self) {
        if self.unsettled.is_empty() {
            return;
        }
        let settled = self.unsettled.clone();
        let written = self.desk.database.settle_deliveries(settled).await;
        if written.is_ok() {
            self.unsettled.clear();
        }
        rest_after(written, "what came of webhooks cannot be written down").await;
    }

    fn send(&mut self, webhook: WebhookId, id: DeliveryId) {
        let Some(post) = self.posts.get(&webhook) else {
            return;
        };
        let sending = Sending {
            webhook: post.webhook.clone(),
            id,
            database: self.desk.database.clone(),
            client: self.desk.client.clone(),
            outgoing: self.desk.outgoing.borrow().clone(),
            clock: self.desk.clock,
        };
        self.sending.spawn(sending.run());
    }

    /// What came of sending, for the couriers and for the store.
    async fn settle(&mut self, sent: Vec<Sent>) -> Result<(), StoreError> {
        let now = self.now();
        for sent in sent {
            let Some(post) = self.posts.get_mut(&sent.webhook) else {
                continue;
            };
            let state = match post.courier.handle_outcome(now, sent.id, sent.outcome) {
                Verdict::Delivered => DeliveryState::Delivered,
                Verdict::Again(at) => DeliveryState::Pending(at),
                Verdict::GivenUp(why) => DeliveryState::GivenUp(why),
                Verdict::Disable => {
                    let webhook = sent.webhook;
                    tracing::warn!(%webhook, "a webhook answered 410: it is told nothing any more");
                    self.gone.insert(webhook);
                    DeliveryState::GivenUp(GivenUp::Disabled)
                }
            };
            self.unsettled.push(Settled {
                id: sent.id,
                tried: sent.tried,
                state,
            });
        }
        for webhook in self.gone.clone() {
            if let Some(post) = self.posts.get_mut(&webhook) {
                post.courier.empty();
                post.webhook.wanted.is_enabled = false;
            }
            let database = &self.desk.database;
            database.disable_webhook(webhook, "410", now).await?;
            self.gone.remove(&webhook);
        }
        Ok(())
    }
}

/// A database that fails is said so and left alone for a while.
async fn rest_after<T>(done: Result<T, impl std::fmt::Display>, what: &str) {
    if let Err(error) = done {
        tracing::error!(%error, "{what}");
        tokio::time::sleep(RETRY_AFTER).await;
    }
}
