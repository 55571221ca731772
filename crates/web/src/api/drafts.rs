//! The draft of a call (存盘, B3): what its agent writes while he talks is kept here, so that neither his page nor the server loses it. It goes
//! with the call to the next agent (P6), and becomes the ticket when the call ends; where none can be made of it, it stays with its agent.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse};
use model::fact::TicketField;
use model::{CallId, CustomerId, QueueName, Timestamp};
use serde::{Deserialize, Serialize};
use store::StoreError;
use ticket::{Draft, Matter, Written};
use utoipa::ToSchema;

use super::ticket_body::{self, ContactBody, numbers_of};
use super::ticket_orders::{failed, has_form, restore_fields};
use super::version;
use crate::app::App;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InPath};
use crate::problem::{Code, Problem, ProblemDocument};
use crate::sight::{self, Sight};

/// What an agent writes in his draft, all of it: what is left out is empty from there on.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DraftText {
    /// One line of at most 200 characters; blank: one is made of queue and keys.
    pub subject: String,
    /// What the matter is, at most 20,000 characters.
    pub body: String,
    /// Of what kind it is.
    pub ticket_type: Option<String>,
    /// What it is about.
    pub category: Option<String>,
    /// What was found out, by name: `{"order": {"text": "007"}}`. What a submission needs may be missing (A4).
    #[schema(value_type = Object)]
    pub fields: BTreeMap<String, TicketField>,
}

/// A draft, with all that stands in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WrittenDraftBody {
    /// The call that it comes from.
    #[schema(value_type = String)]
    pub call: CallId,
    /// When the call was offered.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// The queue that offered the call.
    #[schema(value_type = Option<String>)]
    pub queue: Option<QueueName>,
    /// As the agent wrote it; without it one is made of queue and keys.
    pub subject: Option<String>,
    /// What the matter is.
    pub body: String,
    /// Of what kind it is.
    pub ticket_type: Option<String>,
    /// What it is about.
    pub category: Option<String>,
    /// What was found out, by name.
    #[schema(value_type = Object)]
    pub fields: BTreeMap<String, TicketField>,
    /// Who calls.
    pub contact: ContactBody,
    /// The customer, once known.
    #[schema(value_type = Option<String>)]
    pub customer: Option<CustomerId>,
}

/// Your draft of a call.
#[utoipa::path(get, operation_id = "read_draft", path = "/v1/calls/{id}/draft", tag = "tickets", params(("id" = String, Path)),
    responses(
        (status = 200, description = "As it stands.", body = WrittenDraftBody, headers(("ETag" = String, description = "The version."))),
        (status = 404, description = "You have none of that call, or it is a ticket by now: `/v1/tickets?filter[call]=`.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath(call): InPath<CallId>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::WorkOnTickets, Some(who.agent))?;
    told(yours(&app, &who, call).await?, Sight::of(&app, &who))
}

/// Writes on your draft of a call: all that it says. A page may do so every few seconds; what the directory finds out meanwhile changes no version.
#[utoipa::path(put, operation_id = "write_draft", path = "/v1/calls/{id}/draft", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "The `ETag` that was read.")),
    request_body = DraftText,
    responses(
        (status = 200, description = "As it stands now.", body = WrittenDraftBody, headers(("ETag" = String, description = "The version."))),
        (status = 404, description = "You have none of that call, or it is a ticket by now.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "It changed meanwhile, on another page of yours perhaps; `current` is how it stands.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "Something is too long or of another form, or the house has no such type or category.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn write(
    State(app): State<App>,
    who: Principal,
    InPath(call): InPath<CallId>,
    headers: HeaderMap,
    Body(mut text): Body<DraftText>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::WorkOnTickets, Some(who.agent))?;
    let sight = Sight::of(&app, &who);
    let stands = yours(&app, &who, call).await?;
    let Some(version) = version::matched(&headers)? else {
        return Err(conflict(stands, sight));
    };
    if sight == Sight::Masked {
        restore(&mut text, &stands)?;
    }
    let text = Written {
        subject: text.subject,
        body: text.body,
        ticket_type: text.ticket_type,
        category: text.category,
        fields: text.fields,
    };
    let rules = app.tickets().rules();
    let named = Matter {
        ticket_type: text.ticket_type.clone(),
        category: text.category.clone(),
        ..Matter::default()
    };
    rules.knows(&named).map_err(|why| failed(why.into()))?;
    let kind = text.ticket_type.as_deref().unwrap_or_default();
    has_form(rules.kind(kind), &text.fields)?;
    let written = app.database().write_draft((call, who.agent), version, text);
    match written.await {
        Ok(draft) => told(draft, sight),
        Err(StoreError::Conflict { .. }) => Err(conflict(yours(&app, &who, call).await?, sight)),
        Err(StoreError::NotFound(_)) => Err(Code::NoSuchDraft.into()),
        Err(other) => Err(failed(other)),
    }
}

async fn yours(app: &App, who: &Principal, call: CallId) -> Result<Draft, Problem> {
    let found = app.database().draft(call, who.agent).await?;
    found.ok_or_else(|| Code::NoSuchDraft.into())
}

fn told(draft: Draft, sight: Sight) -> Result<impl IntoResponse + use<>, Problem> {
    let etag = version::etag(draft.version)?;
    let body = Json(WrittenDraftBody::of(draft, sight));
    Ok((AppendHeaders([(header::ETAG, etag)]), body))
}

fn conflict(current: Draft, sight: Sight) -> Problem {
    let version = current.version;
    version::conflict(&WrittenDraftBody::of(current, sight), version)
}

impl WrittenDraftBody {
    fn of(draft: Draft, sight: Sight) -> Self {
        let known = numbers_of(&draft.contact);
        let text = |text: String| sight.text(text, &known);
        let fields = draft.fields.into_iter();
        Self {
            call: draft.call,
            opened_at: draft.opened_at,
            queue: draft.queue,
            subject: draft.subject.map(text),
            body: text(draft.body),
            ticket_type: draft.ticket_type,
            category: draft.category,
            fields: fields
                .map(|(name, field)| (name, ticket_body::told(field, text)))
                .collect(),
            contact: ContactBody::of(draft.contact, sight, &known),
            customer: draft.customer,
        }
    }
}

/// F7: what somebody sends back as he was told it, masked, stays as it stands.
fn restore(text: &mut DraftText, stands: &Draft) -> Result<(), Problem> {
    let known = numbers_of(&stands.contact);
    let subject = stands.subject.as_deref().unwrap_or_default();
    sight::restore(&mut text.subject, subject, &known)?;
    sight::restore(&mut text.body, &stands.body, &known)?;
    restore_fields(text.fields.iter_mut(), &stands.fields, &known)
}
