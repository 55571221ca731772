//! Webhooks (J5): other systems that are told facts, as data of the store. For admins: whoever may make one has all facts sent
//! to where he likes.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse};
use model::{Timestamp, WebhookId};
use store::{StoreError, Webhook};
use ticket::Actor;

use super::list::List;
use super::version;
use super::webhook_body::{Queued, WebhookBody, WebhookSecretBody, WebhookWanted};
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InPath};
use crate::problem::{Code, Problem, ProblemDocument};

/// How long a secret holds beside the one that replaces it.
const FORMER_LASTS: Duration = Duration::from_secs(24 * 60 * 60);

/// Webhooks, the oldest first.
#[utoipa::path(get, operation_id = "list_webhooks", path = "/v1/webhooks", tag = "webhooks",
    responses((status = 200, description = "All of them: at most 16.", body = List<WebhookBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
) -> Result<Json<List<WebhookBody>>, Problem> {
    authorise(&who, Action::ManageWebhooks, None)?;
    let webhooks = app.database().webhooks().await?;
    Ok(Json(List {
        items: webhooks.into_iter().map(WebhookBody::from).collect(),
        next: None,
    }))
}

/// Makes a webhook. It is told what happens from here on.
///
/// Each message is a `POST` with the fact as JSON, as `GET /v1/events` shows it to supervisors: `{"seq", "at", "type", "data"}`. Its headers are
/// those of Standard Webhooks 1.0.0: `webhook-id` (the same however often it is sent), `webhook-timestamp` and `webhook-signature`. A status of
/// 2xx takes it; 410 disables the webhook; all else, or none within 10 s, and it is sent again after 5 s, 30 s, 2 min, 10 min, 1 h, 6 h and 24 h.
/// Messages of one call, ticket or agent come in their order.
#[utoipa::path(post, operation_id = "make_webhook", path = "/v1/webhooks", tag = "webhooks", request_body = WebhookWanted,
    responses(
        (status = 201, description = "The webhook with its secret, which is not shown again.", body = WebhookSecretBody, headers(("ETag" = String, description = "The version, for `If-Match`."))),
        (status = 422, description = "The URL may not be told, or there are 16 already.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn make(
    State(app): State<App>,
    who: Principal,
    Body(wanted): Body<WebhookWanted>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::ManageWebhooks, None)?;
    let new = wanted.checked(&app, None)?;
    let last = app.events().last_seq();
    let made = app
        .database()
        .add_webhook(new, last, Actor::Agent(who.agent), now());
    let made = made.await.map_err(mistake)?;
    let etag = version::etag(made.version)?;
    let body = WebhookSecretBody::shown(made);
    Ok((
        StatusCode::CREATED,
        AppendHeaders([(header::ETAG, etag)]),
        body.kept()?,
        Json(body),
    ))
}

/// One webhook.
#[utoipa::path(get, operation_id = "get_webhook", path = "/v1/webhooks/{id}", tag = "webhooks", params(("id" = String, Path)),
    responses(
        (status = 200, description = "The webhook.", body = WebhookBody, headers(("ETag" = String, description = "The version, for `If-Match`."))),
        (status = 404, description = "No such webhook.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<WebhookId>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::ManageWebhooks, None)?;
    shown(known(&app, id).await?)
}

/// Changes a webhook. One that is enabled again is told what happens from here on; of one that is disabled, what waits is given up.
#[utoipa::path(put, operation_id = "change_webhook", path = "/v1/webhooks/{id}", tag = "webhooks",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "The `ETag` that was read.")),
    request_body = WebhookWanted,
    responses(
        (status = 200, description = "The webhook as it stands now.", body = WebhookBody, headers(("ETag" = String, description = "The version."))),
        (status = 404, description = "No such webhook.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "It changed meanwhile; `current` is how it stands.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The URL may not be told.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn change(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<WebhookId>,
    headers: HeaderMap,
    Body(wanted): Body<WebhookWanted>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::ManageWebhooks, None)?;
    let before = known(&app, id).await?;
    let wanted = wanted.checked(&app, Some(&before))?;
    let Some(version) = version::matched(&headers)? else {
        return Err(conflict(before));
    };
    let last = app.events().last_seq();
    let by = Actor::Agent(who.agent);
    let changed = app
        .database()
        .change_webhook(id, version, wanted, last, by, now());
    match changed.await {
        Ok(webhook) => shown(webhook),
        Err(StoreError::Conflict { .. }) => Err(conflict(known(&app, id).await?)),
        Err(other) => Err(mistake(other)),
    }
}

/// Removes a webhook with all that was told it.
#[utoipa::path(delete, operation_id = "remove_webhook", path = "/v1/webhooks/{id}", tag = "webhooks", params(("id" = String, Path)),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "No such webhook.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn remove(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<WebhookId>,
) -> Result<StatusCode, Problem> {
    authorise(&who, Action::ManageWebhooks, None)?;
    let removed = app
        .database()
        .remove_webhook(id, Actor::Agent(who.agent), now());
    removed.await.map_err(mistake)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a webhook another secret. For 24 hours messages bear a signature by each of both.
#[utoipa::path(post, operation_id = "renew_webhook_secret", path = "/v1/webhooks/{id}/secret", tag = "webhooks", params(("id" = String, Path)),
    responses(
        (status = 200, description = "The webhook with its secret, which is not shown again.", body = WebhookSecretBody),
        (status = 404, description = "No such webhook.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn renew_secret(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<WebhookId>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::ManageWebhooks, None)?;
    let now = now();
    let lasts_ms = i64::try_from(FORMER_LASTS.as_millis()).unwrap_or(i64::MAX);
    let until = Timestamp::from_ms(now.as_ms().saturating_add(lasts_ms));
    let by = Actor::Agent(who.agent);
    let renewed = app.database().renew_webhook_secret(id, until, by, now);
    let body = WebhookSecretBody::shown(renewed.await.map_err(mistake)?);
    Ok((body.kept()?, Json(body)))
}

/// Sends a trial: `webhook.test`, or with `zammad` a call that rings and is given up. Its deliveries tell what came of it. One that is
/// disabled gets it too.
#[utoipa::path(post, operation_id = "test_webhook", path = "/v1/webhooks/{id}/test", tag = "webhooks", params(("id" = String, Path)),
    responses(
        (status = 202, description = "It is sent within a second or two.", body = Queued),
        (status = 404, description = "No such webhook.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn test(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<WebhookId>,
) -> Result<(StatusCode, Json<Queued>), Problem> {
    authorise(&who, Action::ManageWebhooks, None)?;
    let now = now();
    let messages = known(&app, id).await?.wanted.format.trial(id, now);
    let queued = app.database().try_webhook(id, messages, now).await;
    let deliveries = queued.map_err(mistake)?;
    Ok((StatusCode::ACCEPTED, Json(Queued { deliveries })))
}

/// The webhook, if it is there.
pub(super) async fn known(app: &App, id: WebhookId) -> Result<Webhook, Problem> {
    let found = app.database().webhook(id).await?;
    found.ok_or_else(|| Problem::new(Code::NoSuchWebhook))
}

/// What the asker can mend.
pub(super) fn mistake(error: StoreError) -> Problem {
    if let StoreError::Setting(why) = &error {
        return Problem::new(Code::InvalidBody).detail(why.clone());
    }
    if let StoreError::NotFound(what) = &error {
        let is_delivery = *what == "delivery";
        let code = if is_delivery {
            Code::NoSuchDelivery
        } else {
            Code::NoSuchWebhook
        };
        return Problem::new(code);
    }
    error.into()
}

fn shown(webhook: Webhook) -> Result<impl IntoResponse, Problem> {
    let etag = version::etag(webhook.version)?;
    let body = Json(WebhookBody::from(webhook));
    Ok((AppendHeaders([(header::ETAG, etag)]), body))
}

fn conflict(current: Webhook) -> Problem {
    let version = current.version;
    version::conflict(&WebhookBody::from(current), version)
}
