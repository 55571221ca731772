//! One try to tell a webhook something.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use connectors::{Failure, HttpClient, Secret, Target};
use model::{DeliveryId, Timestamp, WebhookId};
use net::Clock;
use store::{Database, Tried, Webhook};
use webhook::Outcome;

use crate::config::outgoing::Outgoing;

/// How long an answer is waited for (J5).
const PATIENCE: Duration = Duration::from_secs(10);
/// RFC 9110 §15.5.11: the receiver is gone, and for good.
const GONE: u16 = 410;

/// What is sent, and by what.
pub(super) struct Sending {
    pub(super) webhook: Webhook,
    pub(super) id: DeliveryId,
    pub(super) database: Database,
    pub(super) client: HttpClient,
    pub(super) outgoing: Arc<Outgoing>,
    pub(super) clock: Clock,
}

/// What came of it.
pub(super) struct Sent {
    pub(super) webhook: WebhookId,
    pub(super) id: DeliveryId,
    pub(super) outcome: Outcome,
    /// `None`: there was nothing to send.
    pub(super) tried: Option<Tried>,
}

impl Sending {
    pub(super) async fn run(self) -> Sent {
        let (webhook, id) = (self.webhook.id, self.id);
        let began = self.clock.now();
        let (outcome, tried) = match self.database.delivery_body(id).await {
            Ok(Some(body)) => {
                let (outcome, mut tried) = self.tell(body, began.into()).await;
                let took = self.clock.now().saturating_sub(began);
                tried.took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
                (outcome, Some(tried))
            }
            // It was given up meanwhile, with its webhook.
            Ok(None) => (Outcome::Taken, None),
            Err(error) => {
                tracing::error!(%error, %webhook, delivery = %id, "a message cannot be read");
                (Outcome::Failed, None)
            }
        };
        Sent {
            webhook,
            id,
            outcome,
            tried,
        }
    }

    async fn tell(&self, body: String, at: Timestamp) -> (Outcome, Tried) {
        let mut tried = Tried {
            at,
            took_ms: 0,
            status: None,
            failure: None,
            answer: None,
        };
        let target = match target(&self.webhook, &self.outgoing.private_hosts, at) {
            Ok(target) => target,
            Err(error) => {
                tried.failure = Some(error.to_string());
                return (Outcome::Failed, tried);
            }
        };
        let id = format!("msg_{}", self.id);
        let at_s = at.as_ms().unsigned_abs() / 1_000;
        let told = self
            .client
            .tell(&target, &id, at_s, body.into_bytes(), PATIENCE);
        let outcome = match told.await {
            Ok(reply) => {
                tried.status = Some(reply.status);
                tried.answer = Some(printable(&reply.body));
                match reply.status {
                    200..=299 => Outcome::Taken,
                    GONE => Outcome::Gone,
                    _ => Outcome::Failed,
                }
            }
            Err(failure) => {
                tried.failure = Some(failure.name().to_owned());
                match failure {
                    Failure::Timeout
                    | Failure::Unreachable
                    | Failure::Redirect
                    | Failure::TooLarge
                    | Failure::BadHeader
                    | Failure::Refused => Outcome::Failed,
                }
            }
        };
        (outcome, tried)
    }
}

/// Where a webhook is reached, if it may be (S20), and by what its messages are signed then.
fn target(
    webhook: &Webhook,
    private_hosts: &BTreeSet<String>,
    now: Timestamp,
) -> Result<Target, connectors::TargetError> {
    let secret = Secret::new(webhook.secret.expose());
    let former = webhook.former.as_ref().filter(|(_, until)| *until > now);
    let former = former.map(|(secret, _)| Secret::new(secret.expose()));
    let target = Target::new(&webhook.wanted.url, private_hosts, Some(secret))?;
    Ok(target.signed_also(former))
}

/// As a person may read it: no control characters but line breaks.
fn printable(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    text.chars()
        .filter(|letter| !letter.is_control() || *letter == '\n')
        .collect()
}
