//! What a webhook was told, and what came of it: a live log, kept for a week; each message can be sent once more.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::{DeliveryId, WebhookId};
use serde::{Deserialize, Serialize};
use store::DeliveryFilter;
use utoipa::{IntoParams, ToSchema};

use super::list::{List, PageQuery};
use super::webhook_body::{DeliveryBody, DeliveryDetail, Queued};
use super::webhooks::{known, mistake};
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// In this state.
    #[serde(rename = "filter[state]")]
    state: Option<Standing>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It waits to be sent.
    Pending,
    /// It was taken.
    Delivered,
    /// It is not sent any more.
    GivenUp,
}

impl Standing {
    const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::GivenUp => "given_up",
        }
    }
}

/// What a webhook was told, the newest first.
#[utoipa::path(get, operation_id = "list_deliveries", path = "/v1/webhooks/{id}/deliveries", tag = "webhooks",
    params(("id" = String, Path), DeliveryQuery),
    responses(
        (status = 200, description = "Messages of the last seven days.", body = List<DeliveryBody>),
        (status = 404, description = "No such webhook.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<WebhookId>,
    InQuery(query): InQuery<DeliveryQuery>,
) -> Result<Json<List<DeliveryBody>>, Problem> {
    authorise(&who, Action::ManageWebhooks, None)?;
    known(&app, id).await?;
    let page = PageQuery::of(query.after, query.limit).request()?;
    let filter = DeliveryFilter {
        webhook: id,
        state: query.state.map(|state| state.name().to_owned()),
    };
    let found = app.database().deliveries(&filter, page).await?;
    Ok(Json(List {
        items: found.items.into_iter().map(DeliveryBody::from).collect(),
        next: found.next.map(|next| next.to_string()),
    }))
}

/// One message with its body.
#[utoipa::path(get, operation_id = "get_delivery", path = "/v1/webhooks/{id}/deliveries/{delivery}", tag = "webhooks",
    params(("id" = String, Path), ("delivery" = String, Path)),
    responses(
        (status = 200, description = "The message.", body = DeliveryDetail),
        (status = 404, description = "No such message, or none any more.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath((id, delivery)): InPath<(WebhookId, DeliveryId)>,
) -> Result<Json<DeliveryDetail>, Problem> {
    authorise(&who, Action::ManageWebhooks, None)?;
    let found = app.database().delivery(id, delivery).await?;
    let found = found.ok_or_else(|| Problem::new(Code::NoSuchDelivery))?;
    Ok(Json(found.into()))
}

/// Sends a message once more under its id, as if it had never been sent.
#[utoipa::path(post, operation_id = "resend_delivery", path = "/v1/webhooks/{id}/deliveries/{delivery}/resend", tag = "webhooks",
    params(("id" = String, Path), ("delivery" = String, Path)),
    responses(
        (status = 202, description = "It is sent within a second or two.", body = Queued),
        (status = 404, description = "No such message, or none any more.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn resend(
    State(app): State<App>,
    who: Principal,
    InPath((id, delivery)): InPath<(WebhookId, DeliveryId)>,
) -> Result<(StatusCode, Json<Queued>), Problem> {
    authorise(&who, Action::ManageWebhooks, None)?;
    let queued = app.database().send_again(id, delivery, now()).await;
    queued.map_err(mistake)?;
    let deliveries = vec![delivery];
    Ok((StatusCode::ACCEPTED, Json(Queued { deliveries })))
}
