//! A masked number shown whole, once, for a reason (F7): of a customer, a call or a ticket. Each time is a row of the audit log, written before the
//! number is told.

use axum::Json;
use axum::extract::State;
use model::fact::Direction;
use model::{CallId, CustomerId, TicketId, masking};
use serde::{Deserialize, Serialize};
use store::SeenOf;
use utoipa::ToSchema;

use super::customers::by;
use super::{calls, customers, tickets};
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InPath};
use crate::problem::{Code, Problem, ProblemDocument};

/// Most characters of a reason.
const REASON_CHARS_MAX: usize = 200;

/// Why a number is to be seen whole.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnmaskWanted {
    /// 1 to 200 characters; it stands in the audit log.
    pub reason: String,
}

/// Numbers, whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnmaskedBody {
    /// In the order in which they stand.
    pub numbers: Vec<UnmaskedNumber>,
}

/// A number, whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnmaskedNumber {
    /// As it is told elsewhere: `138****1234`.
    pub masked: String,
    /// The number: in international form, if it has one.
    pub number: String,
}

/// The numbers of a customer.
#[utoipa::path(post, operation_id = "unmask_customer", path = "/v1/customers/{id}/unmask", tag = "customers",
    params(("id" = String, Path)), request_body = UnmaskWanted,
    responses(
        (status = 200, description = "His numbers.", body = UnmaskedBody),
        (status = 404, description = "No such customer.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "A reason is missing or too long.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn customer(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<CustomerId>,
    Body(wanted): Body<UnmaskWanted>,
) -> Result<Json<UnmaskedBody>, Problem> {
    authorise(&who, Action::Unmask, None)?;
    authorise(&who, Action::SeeCustomers, None)?;
    let record = customers::known(&app, id).await?;
    note(&app, &who, SeenOf::Customer(id.get()), wanted).await?;
    Ok(whole(record.phones.into_iter().map(|phone| phone.number)))
}

/// The numbers of a call: who called, and whom an agent called in it.
#[utoipa::path(post, operation_id = "unmask_call", path = "/v1/calls/{id}/unmask", tag = "calls",
    params(("id" = String, Path)), request_body = UnmaskWanted,
    responses(
        (status = 200, description = "Its numbers; none where they were withheld.", body = UnmaskedBody),
        (status = 404, description = "No such call.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "A reason is missing or too long.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn call(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<CallId>,
    Body(wanted): Body<UnmaskWanted>,
) -> Result<Json<UnmaskedBody>, Problem> {
    authorise(&who, Action::Unmask, None)?;
    let owner = calls::owner_of(&app, &who, id).await?;
    let (record, live) = (app.database().call(id).await?, app.view().call(id));
    let (caller, called, dialled, direction) = match (record, live) {
        (Some(cdr), _) => (cdr.caller, cdr.called, cdr.dialled, cdr.direction),
        (None, Some(live)) => (live.caller, live.called, live.dialled, live.direction),
        (None, None) => return Err(Problem::new(Code::NoSuchCall)),
    };
    authorise(&who, Action::SeeCalls, owner)?;
    note(&app, &who, SeenOf::Call(id.get()), wanted).await?;
    let outside = match direction {
        Direction::In => [caller.number, None],
        Direction::Out => [Some(called), None],
        Direction::Internal => [None, None],
        Direction::Callback => [caller.number, Some(called)],
    };
    Ok(whole(outside.into_iter().flatten().chain(dialled)))
}

/// The number of whom to call back for a ticket.
#[utoipa::path(post, operation_id = "unmask_ticket", path = "/v1/tickets/{id}/unmask", tag = "tickets",
    params(("id" = String, Path)), request_body = UnmaskWanted,
    responses(
        (status = 200, description = "His number, if the ticket has one.", body = UnmaskedBody),
        (status = 404, description = "No such ticket.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "A reason is missing or too long.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn ticket(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<TicketId>,
    Body(wanted): Body<UnmaskWanted>,
) -> Result<Json<UnmaskedBody>, Problem> {
    authorise(&who, Action::Unmask, None)?;
    authorise(&who, Action::SeeTickets, Some(who.agent))?;
    let ticket = tickets::known(&app, &who, id).await?;
    note(&app, &who, SeenOf::Ticket(id.get()), wanted).await?;
    let contact = ticket.matter.contact;
    let number = contact.e164.map(String::from).or(contact.number);
    Ok(whole(number))
}

/// Nobody sees it unseen, and nobody without a reason.
async fn note(
    app: &App,
    who: &Principal,
    what: SeenOf,
    wanted: UnmaskWanted,
) -> Result<(), Problem> {
    let reason = wanted.reason.trim();
    let is_reason = (1..=REASON_CHARS_MAX).contains(&reason.chars().count())
        && !reason.chars().any(char::is_control);
    if !is_reason {
        let detail = "a reason has 1 to 200 characters";
        return Err(Problem::new(Code::InvalidBody).detail(detail));
    }
    let noted = app.database();
    let noted = noted.note_unmasked(what, reason.to_owned(), by(who), now());
    Ok(noted.await?)
}

/// Each once, in their order.
fn whole(numbers: impl IntoIterator<Item = String>) -> Json<UnmaskedBody> {
    let mut told: Vec<UnmaskedNumber> = Vec::new();
    for number in numbers {
        if told.iter().all(|one| one.number != number) {
            let masked = masking::masked(&number);
            told.push(UnmaskedNumber { masked, number });
        }
    }
    Json(UnmaskedBody { numbers: told })
}
