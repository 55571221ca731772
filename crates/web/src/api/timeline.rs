//! The timeline of a customer (F10), and notes of people about him.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::{AgentId, CallId, CustomerId, TicketId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{CustomerNote, Moment, MomentKey, TimelineReader, Whose};
use utoipa::{IntoParams, ToSchema};

use super::customer_body::numbers_of;
use super::customers::{known, mistake};
use super::list::{self, List};
use super::tickets::readable_by;
use crate::app::App;
use crate::auth::permission::whose;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};
use crate::sight::Sight;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TimelineQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// Rows, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// Something that happened between a customer and the house.
#[derive(Debug, Serialize, ToSchema)]
pub struct MomentBody {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub what: MomentKind,
}

/// What happened.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MomentKind {
    /// A note of a person.
    Note {
        /// Its id.
        id: String,
        /// Who wrote it.
        #[schema(value_type = String)]
        agent: AgentId,
        /// Its text.
        body: String,
    },
    /// He left a message.
    Message {
        /// In which call.
        #[schema(value_type = String)]
        call: CallId,
        /// In which box.
        mailbox: String,
    },
    /// He was asked how he was served.
    Survey {
        /// After which call.
        #[schema(value_type = String)]
        call: CallId,
        /// With which form.
        form: String,
        /// `complete`, `partial`, `unanswered`, …
        outcome: String,
        /// Who had served him.
        #[schema(value_type = Option<String>)]
        agent: Option<AgentId>,
    },
    /// A ticket was made.
    Ticket {
        /// Which.
        #[schema(value_type = String)]
        ticket: TicketId,
        /// Its readable number.
        number: String,
        /// Its subject.
        subject: String,
        /// Its state.
        state: String,
    },
    /// He was called back about a ticket, or it was tried (回访).
    Visit {
        /// Which; the one that his own went into, if it did.
        #[schema(value_type = String)]
        ticket: TicketId,
        /// Its readable number.
        number: String,
        /// `visit_ok`: content; `visit_retry`: not reached; `visit_bad`: not content.
        event: &'static str,
        /// Who called; `null`: he said it of himself.
        #[schema(value_type = Option<String>)]
        agent: Option<AgentId>,
        /// How content he was, 1 to 5, if he said.
        satisfaction: Option<u8>,
        /// What came of it in words.
        words: Option<String>,
    },
    /// A call.
    Call {
        /// Which.
        #[schema(value_type = String)]
        call: CallId,
        /// `in`, `out`, …
        direction: &'static str,
        /// `answered`, `abandoned`, …; `null` while it lives.
        result: Option<&'static str>,
        /// The last queue.
        queue: Option<String>,
        /// The last agent who took it.
        #[schema(value_type = Option<String>)]
        agent: Option<AgentId>,
        /// How long they talked.
        talk_ms: u64,
    },
}

/// A note to be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteWanted {
    /// 1 to 4,000 characters.
    pub body: String,
}

/// Newest first, with what happened to those who were merged into him. Surveys: an agent sees those of his own service.
#[utoipa::path(get, operation_id = "get_customer_timeline", path = "/v1/customers/{id}/timeline", tag = "customers",
    params(("id" = String, Path), TimelineQuery),
    responses(
        (status = 200, description = "Calls, tickets, return visits, surveys, messages and notes.", body = List<MomentBody>),
        (status = 404, description = "No such customer.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<CustomerId>,
    InQuery(query): InQuery<TimelineQuery>,
) -> Result<Json<List<MomentBody>>, Problem> {
    authorise(&who, Action::SeeCustomers, None)?;
    let after = query.after.map(|after| after.parse::<MomentKey>());
    let after = after.transpose().map_err(|_| {
        Problem::new(Code::MalformedParameter).detail("after: expected `next` of the page before")
    })?;
    let page = list::page_request(None, query.limit)?;
    let numbers = numbers_of(&known(&app, id).await?);
    let sight = Sight::of(&app, &who);
    let reader = TimelineReader {
        tickets_of: readable_by(&app, &who).await?,
        surveys_of: whose(&who, Action::SeeSurveys, None).unwrap_or(Whose::One(who.agent)),
    };
    let found = app
        .database()
        .customer_timeline(id, reader, after, page.limit)
        .await?;
    Ok(Json(List {
        items: found
            .items
            .into_iter()
            .map(|(key, moment)| MomentBody::of(key, moment, |text| sight.text(text, &numbers)))
            .collect(),
        next: found.next.map(|next| next.to_string()),
    }))
}

/// Writes a note about a customer.
#[utoipa::path(post, operation_id = "add_customer_note", path = "/v1/customers/{id}/notes", tag = "customers",
    params(("id" = String, Path)), request_body = NoteWanted,
    responses(
        (status = 201, description = "The note.", body = MomentBody),
        (status = 404, description = "No such customer.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "He was merged.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The text is empty or too long.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn note(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<CustomerId>,
    Body(wanted): Body<NoteWanted>,
) -> Result<(StatusCode, Json<MomentBody>), Problem> {
    authorise(&who, Action::ChangeCustomers, None)?;
    let written = app
        .database()
        .add_customer_note(id, &wanted.body, who.agent, now())
        .await;
    let CustomerNote {
        id,
        customer,
        at,
        agent,
        body,
    } = written.map_err(mistake)?;
    let about = known(&app, customer).await?;
    let body = Sight::of(&app, &who).text(body, &numbers_of(&about));
    let id = id.to_string();
    let what = MomentKind::Note { id, agent, body };
    Ok((StatusCode::CREATED, Json(MomentBody { at, what })))
}

impl MomentBody {
    /// `text`: what somebody wrote, as it is told.
    fn of(key: MomentKey, moment: Moment, text: impl Fn(String) -> String) -> Self {
        let what = match moment {
            Moment::Note { agent, body } => MomentKind::Note {
                id: key.id().to_string(),
                agent,
                body: text(body),
            },
            Moment::Message { call, mailbox } => MomentKind::Message {
                call,
                mailbox: mailbox.to_string(),
            },
            Moment::Survey {
                call,
                form,
                outcome,
                agent,
            } => MomentKind::Survey {
                call,
                form,
                outcome,
                agent,
            },
            Moment::Ticket {
                ticket,
                number,
                subject,
                state,
            } => MomentKind::Ticket {
                ticket,
                number,
                subject: text(subject),
                state,
            },
            Moment::Visit {
                ticket,
                number,
                event,
                agent,
                satisfaction,
                words,
            } => MomentKind::Visit {
                ticket,
                number,
                event,
                agent,
                satisfaction,
                words: words.map(text),
            },
            Moment::Call(cdr) => MomentKind::Call {
                call: cdr.call,
                direction: cdr.direction.name(),
                result: cdr.result.map(model::fact::CallResult::name),
                queue: cdr.queue.map(|queue| queue.to_string()),
                agent: cdr.agent,
                talk_ms: cdr.talk_ms,
            },
        };
        Self { at: key.at(), what }
    }
}
