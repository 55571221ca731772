//! Two customers who are one, and the way back (F9).

use axum::Json;
use axum::extract::State;
use model::CustomerId;
use serde::{Deserialize, Serialize};
use store::Merged;
use utoipa::ToSchema;

use super::customer_body::CustomerBody;
use super::customers::{by, mistake};
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InPath};
use crate::problem::{Problem, ProblemDocument};
use crate::sight::Sight;

/// Into whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeWanted {
    /// The customer who stands for both.
    #[schema(value_type = String)]
    pub into: CustomerId,
}

/// Both, as they stand.
#[derive(Debug, Serialize, ToSchema)]
pub struct MergedBody {
    /// Who was merged; `merged_into` names who stands for him.
    pub merged: CustomerBody,
    /// Who stands for both; after an undo, for himself.
    pub stands: CustomerBody,
}

/// Merges a customer into another one, who takes over his numbers and contacts. His calls, tickets and notes are found with the other
/// one. It can be undone for 7 days.
#[utoipa::path(post, operation_id = "merge_customer", path = "/v1/customers/{id}/merge", tag = "customers",
    params(("id" = String, Path, description = "Who is merged.")), request_body = MergeWanted,
    responses(
        (status = 200, description = "Both, as they stand.", body = MergedBody),
        (status = 404, description = "No such customer.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "One of them was merged before.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "Nobody is merged into himself, and together they have at most 50 numbers and 50 contacts.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn merge(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<CustomerId>,
    Body(wanted): Body<MergeWanted>,
) -> Result<Json<MergedBody>, Problem> {
    authorise(&who, Action::MergeCustomers, None)?;
    let database = app.database();
    let done = database
        .merge_customers(id, wanted.into, by(&who), now())
        .await;
    Ok(Json(MergedBody::of(
        done.map_err(mistake)?,
        Sight::of(&app, &who),
    )))
}

/// Takes the merge of a customer back: he is as he was, and the other one has what he had beside.
#[utoipa::path(post, operation_id = "unmerge_customer", path = "/v1/customers/{id}/unmerge", tag = "customers",
    params(("id" = String, Path, description = "Who was merged.")),
    responses(
        (status = 200, description = "Both, as they stand.", body = MergedBody),
        (status = 404, description = "No such customer.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "He was not merged in the last 7 days, or the other one was merged since: that goes first.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn unmerge(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<CustomerId>,
) -> Result<Json<MergedBody>, Problem> {
    authorise(&who, Action::MergeCustomers, None)?;
    let done = app.database().unmerge_customer(id, by(&who), now()).await;
    Ok(Json(MergedBody::of(
        done.map_err(mistake)?,
        Sight::of(&app, &who),
    )))
}

impl MergedBody {
    fn of(merged: Merged, sight: Sight) -> Self {
        Self {
            merged: CustomerBody::of(merged.merged, sight),
            stands: CustomerBody::of(merged.stands, sight),
        }
    }
}
