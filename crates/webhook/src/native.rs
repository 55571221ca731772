//! Our own format: each fact as the event stream shows it, `{"seq", "at", "type", "data"}`.

use model::{FactRecord, Timestamp, WebhookId};
use serde::Serialize;

use crate::message::{Lane, Message};

/// The `type` of a trial, which no fact has.
pub const TEST_TYPE: &str = "webhook.test";

/// The message of a fact.
pub(crate) fn of_fact(record: &FactRecord) -> Option<Message> {
    Some(Message {
        seq: record.seq,
        kind: record.fact.name(),
        lane: Lane::of(&record.fact),
        thread: None,
        expires_at: None,
        body: serde_json::to_string(record).ok()?,
    })
}

/// A message that tells nothing but that it comes.
pub(crate) fn trial(webhook: WebhookId, at: Timestamp) -> Option<Message> {
    let body = Trial {
        seq: 0,
        at,
        kind: TEST_TYPE,
        data: TrialData { webhook },
    };
    Some(Message {
        seq: 0,
        kind: TEST_TYPE,
        lane: Lane::Alone,
        thread: None,
        expires_at: None,
        body: serde_json::to_string(&body).ok()?,
    })
}

#[derive(Serialize)]
struct Trial {
    seq: u64,
    at: Timestamp,
    #[serde(rename = "type")]
    kind: &'static str,
    data: TrialData,
}

#[derive(Serialize)]
struct TrialData {
    webhook: WebhookId,
}
