//! Webhooks as the API shows and takes them. A secret is shown in the answer that makes it, and never again.

use axum::Extension;
use model::{DeliveryId, Timestamp, WebhookId};
use serde::{Deserialize, Serialize};
use store::{Delivery, NewWebhook, Webhook};
use utoipa::ToSchema;
use webhook::{Format, MASKED, Topic, Topics};

use crate::app::App;
use crate::idempotency::KeptAs;
use crate::problem::{Code, Problem};

/// Most topics of a webhook.
const TOPICS_MAX: usize = 100;
/// Longest URL, in bytes.
const URL_BYTES_MAX: usize = 2_000;

/// A webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookBody {
    /// Its id.
    #[schema(value_type = String)]
    pub id: WebhookId,
    /// Where it is told. With `zammad` the last part of the path, which is the token, reads `***`.
    pub url: String,
    /// What: `*`, a family such as `call.*`, or names of facts.
    #[schema(value_type = Vec<String>)]
    pub topics: Topics,
    /// How: `native`, `zammad`.
    pub format: &'static str,
    /// Whether it is told anything.
    pub enabled: bool,
    /// `410`: the receiver answered that it is gone for good; `null` unless that disabled the webhook.
    pub disabled_because: Option<String>,
    /// Until when messages are signed by the former secret too.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub former_secret_until: Option<Timestamp>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// For `If-Match`.
    pub version: u64,
}

/// A webhook with its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookSecretBody {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: WebhookBody,
    /// By what messages are signed (Standard Webhooks): shown here and never again.
    pub secret: String,
}

/// A webhook as it is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookWanted {
    /// As it was shown: as it stands. Else `https://` at a public address, or a host of `outgoing.private_hosts` of the settings, where `http://` will do.
    pub url: String,
    /// What is told: `*`, a family such as `call.*`, or names of facts. Absent: everything. `zammad` chooses by itself.
    #[serde(default)]
    pub topics: Option<Vec<String>>,
    /// `native` (absent), `zammad`.
    #[serde(default)]
    pub format: Option<String>,
    /// Absent: yes.
    #[serde(default)]
    pub enabled: Option<bool>,
}

impl WebhookWanted {
    /// Checked, in place of a webhook or of none; what is wrong with it is told in English.
    pub(super) fn checked(
        self,
        app: &App,
        before: Option<&Webhook>,
    ) -> Result<NewWebhook, Problem> {
        let wrong = |why: String| Problem::new(Code::InvalidBody).detail(why);
        if self.url.len() > URL_BYTES_MAX {
            return Err(wrong(format!("url: at most {URL_BYTES_MAX} bytes")));
        }
        let format = self.format.as_deref().unwrap_or("native").parse::<Format>();
        let format = format.map_err(|why| wrong(format!("format: {why}")))?;
        let url = unmasked(self.url, format, before).map_err(wrong)?;
        app.may_be_told(&url)
            .map_err(|why| wrong(format!("url: {why}")))?;
        let texts = self.topics.unwrap_or_else(|| vec!["*".to_owned()]);
        if texts.is_empty() || texts.len() > TOPICS_MAX {
            return Err(wrong(format!("topics: 1 to {TOPICS_MAX}, or none for all")));
        }
        let topics = texts.into_iter().map(Topic::try_from);
        let topics = topics.collect::<Result<_, _>>().map(Topics);
        let topics = topics.map_err(|why| wrong(format!("topics: {why}")))?;
        if format.chooses() && topics.0.iter().any(|topic| topic.to_string() != "*") {
            let why = format!(
                "topics: the format {} chooses by itself what it tells: leave them out",
                format.name()
            );
            return Err(wrong(why));
        }
        Ok(NewWebhook {
            url,
            topics,
            format,
            is_enabled: self.enabled.unwrap_or(true),
        })
    }
}

/// The URL that is meant by one as it was shown. In another format it would be shown whole, and is not taken for the one that stands.
fn unmasked(url: String, format: Format, before: Option<&Webhook>) -> Result<String, String> {
    let before = before.map(|webhook| &webhook.wanted);
    let shown = |it: &&NewWebhook| it.format == format && it.format.shown(&it.url) == url;
    if let Some(before) = before.filter(shown) {
        return Ok(before.url.clone());
    }
    if url.ends_with(MASKED) {
        return Err(format!(
            "url: {MASKED} stands for a part that is not shown: write that part"
        ));
    }
    Ok(url)
}

/// A message to a webhook, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryBody {
    /// Its id; its receiver sees it as `webhook-id: msg_ID`, however often it is sent.
    #[schema(value_type = String)]
    pub id: DeliveryId,
    /// The number of its fact; `0` for a trial.
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String)]
    pub seq: u64,
    /// What it tells: the fact's name, or `newCall`, `answer`, `hangup`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `pending`, `delivered`, `given_up`.
    pub state: String,
    /// Why it is not sent any more: `exhausted` (as often as may be), `late` (it tells nothing any more), `not_opened` (the call
    /// was not taken), `reformatted` (the webhook was given another format meanwhile), `disabled`.
    pub given_up: Option<String>,
    /// When it was made, or sent again by hand.
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
    /// When it is sent next; `null` unless it is pending.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<Timestamp>,
    /// How often it was sent.
    pub sent: u64,
    /// The last time.
    pub last: Option<TryBody>,
}

/// One time that a message was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct TryBody {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// How long the answer took, in ms.
    pub took_ms: u64,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Why there was none: `timeout`, `unreachable`, `redirect`, or what is wrong with the URL.
    pub failure: Option<String>,
    /// Its first 500 characters.
    pub answer: Option<String>,
}

/// A delivery with what is sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryDetail {
    /// The delivery.
    #[serde(flatten)]
    pub delivery: DeliveryBody,
    /// The body, as its receiver gets it.
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
}

/// Messages that wait.
#[derive(Debug, Serialize, ToSchema)]
pub struct Queued {
    /// Their deliveries.
    #[schema(value_type = Vec<String>)]
    pub deliveries: Vec<DeliveryId>,
}

fn as_text<S: serde::Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

impl WebhookSecretBody {
    /// With its secret, of which the answer that makes it is the only one.
    pub(super) fn shown(webhook: Webhook) -> Self {
        let secret = webhook.secret.expose().clone();
        Self {
            webhook: webhook.into(),
            secret,
        }
    }

    /// The answer as it is kept for who asks again (J3): without the secret.
    pub(super) fn kept(&self) -> Result<Extension<KeptAs>, Problem> {
        let body = serde_json::to_string(&self.webhook);
        let body = body.map_err(|error| Problem::internal(&error))?;
        Ok(Extension(KeptAs(body)))
    }
}

impl From<Webhook> for WebhookBody {
    fn from(webhook: Webhook) -> Self {
        let wanted = webhook.wanted;
        Self {
            id: webhook.id,
            url: wanted.format.shown(&wanted.url),
            topics: wanted.topics,
            format: wanted.format.name(),
            enabled: wanted.is_enabled,
            disabled_because: webhook.disabled_because,
            former_secret_until: webhook.former.map(|(_, until)| until),
            created_at: webhook.created_at,
            updated_at: webhook.updated_at,
            version: webhook.version,
        }
    }
}

impl From<Delivery> for DeliveryBody {
    fn from(delivery: Delivery) -> Self {
        let next_at = (delivery.state == "pending").then_some(delivery.due_at);
        Self {
            id: delivery.id,
            seq: delivery.seq,
            kind: delivery.kind,
            state: delivery.state,
            given_up: delivery.given_up,
            made_at: delivery.made_at,
            next_at,
            sent: delivery.sent,
            last: delivery.tried.map(|tried| TryBody {
                at: tried.at,
                took_ms: tried.took_ms,
                status: tried.status,
                failure: tried.failure,
                answer: tried.answer,
            }),
        }
    }
}

impl From<Delivery> for DeliveryDetail {
    fn from(delivery: Delivery) -> Self {
        let body = serde_json::from_str(&delivery.body).unwrap_or_default();
        Self {
            delivery: delivery.into(),
            body,
        }
    }
}
