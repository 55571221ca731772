//! The PIN of a ticket (查询密码, X11): what its caller keys in to hear by telephone how it stands, where it is sensitive.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use model::TicketId;
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

use super::tickets::known;
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::InPath;
use crate::idempotency::KeptAs;
use crate::problem::{Code, Problem, ProblemDocument};

/// A PIN that was just drawn.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketPinBody {
    /// Six digits, to be told to the caller. They are not shown again.
    pub pin: String,
}

/// Draws a PIN for a ticket, in place of the one that it has. By it alone a script tells a caller how a sensitive ticket stands.
#[utoipa::path(post, operation_id = "draw_ticket_pin", path = "/v1/tickets/{id}/pin", tag = "tickets", params(("id" = String, Path)),
    responses(
        (status = 201, description = "The PIN, which is not shown again: who asks again by the same `Idempotency-Key` gets it empty.", body = TicketPinBody),
        (status = 404, description = "No such ticket.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn draw(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<TicketId>,
) -> Result<(StatusCode, Extension<KeptAs>, Json<TicketPinBody>), Problem> {
    authorise(&who, Action::WorkOnTickets, Some(who.agent))?;
    known(&app, &who, id).await?;
    let drawn = app.database().draw_ticket_pin(id, who.agent, now()).await;
    let pin = drawn.map_err(mistake)?.expose().clone();
    // S22: an answer that is kept for who asks again (J3) holds no secret.
    let kept = TicketPinBody { pin: String::new() };
    let kept = serde_json::to_string(&kept).map_err(|error| Problem::internal(&error))?;
    let body = Json(TicketPinBody { pin });
    Ok((StatusCode::CREATED, Extension(KeptAs(kept)), body))
}

/// Takes a ticket's PIN away: nobody hears by telephone how it stands, if it is sensitive.
#[utoipa::path(delete, operation_id = "remove_ticket_pin", path = "/v1/tickets/{id}/pin", tag = "tickets", params(("id" = String, Path)),
    responses(
        (status = 204, description = "It has none."),
        (status = 404, description = "No such ticket, or it had none.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn remove(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<TicketId>,
) -> Result<StatusCode, Problem> {
    authorise(&who, Action::WorkOnTickets, Some(who.agent))?;
    known(&app, &who, id).await?;
    let gone = app.database().remove_ticket_pin(id, who.agent, now()).await;
    gone.map_err(mistake)?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the asker can mend.
fn mistake(error: StoreError) -> Problem {
    if let StoreError::NotFound(what) = &error {
        let is_pin = *what == "ticket pin";
        return Problem::new(if is_pin {
            Code::NoTicketPin
        } else {
            Code::NoSuchTicket
        });
    }
    error.into()
}
