//! Messages in mailboxes (留言, G2, G4): what callers have left, heard, marked and removed by those whose mailbox it is.
//!
//! Invariant: a message is told to nobody who may not hear its box; its sound goes the way of all recordings.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use model::fact::VoicemailHeard;
use model::{AgentId, CallId, Fact, Mailbox, MailboxName, QueueName, RecordingId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{LeftMessage, StoreError, Whose};
use utoipa::ToSchema;

use super::list::{List, PageQuery};
use super::recording;
use crate::app::App;
use crate::auth::permission::whose;
use crate::auth::principal::now;
use crate::auth::{Action, Principal};
use crate::extract::{Body, InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};
use crate::sight::{Shown, Sight, numbers_of};

/// A mailbox that one may hear.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailboxBody {
    /// As `voicemail.toml` calls it.
    pub name: String,
    /// Its name by language.
    #[schema(value_type = Object)]
    pub names: std::collections::BTreeMap<String, String>,
    /// How many messages it holds.
    pub messages: u64,
    /// How many of them nobody has heard.
    pub new: u64,
    /// How many it takes.
    pub max_messages: u32,
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageBody {
    /// Its id: the call and the part of its recordings.
    #[schema(value_type = String)]
    pub id: RecordingId,
    /// The mailbox.
    pub mailbox: String,
    /// The call in which it was left.
    #[schema(value_type = String)]
    pub call: CallId,
    /// The caller's number; `null`: withheld.
    pub number: Option<Shown>,
    /// His name, as the network told it.
    pub caller_name: Option<String>,
    /// The number that he dialled.
    pub called: String,
    /// His language.
    pub language: String,
    /// When he left it.
    #[schema(value_type = String, format = DateTime)]
    pub left_at: Timestamp,
    /// How long it is; until its recording is complete, as far as the call knows.
    pub duration_ms: u64,
    /// Whether its sound can be heard.
    pub is_ready: bool,
    /// Who heard it first since it was new; `null`: nobody.
    #[schema(value_type = Option<String>)]
    pub heard_by: Option<AgentId>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub heard_at: Option<Timestamp>,
}

/// Whether a message counts as heard.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageMark {
    /// `false`: it is new again.
    pub heard: bool,
}

/// The mailboxes that one may hear.
#[utoipa::path(get, operation_id = "list_mailboxes", path = "/v1/voicemail", tag = "calls",
    responses((status = 200, description = "Mailboxes.", body = List<MailboxBody>)))]
pub(crate) async fn boxes(
    State(app): State<App>,
    who: Principal,
) -> Result<Json<List<MailboxBody>>, Problem> {
    let mut items = Vec::new();
    let ears = Ears::of(&app, &who, Action::HearRecording).await?;
    for (name, mailbox) in app.mailboxes().iter() {
        if !ears.hear(mailbox) {
            continue;
        }
        let (messages, new) = app.database().count_messages(name).await?;
        items.push(MailboxBody {
            name: name.to_string(),
            names: mailbox.names.clone(),
            messages,
            new,
            max_messages: mailbox.messages_max,
        });
    }
    Ok(Json(List { items, next: None }))
}

/// The messages of a mailbox, newest first.
#[utoipa::path(get, operation_id = "list_messages", path = "/v1/voicemail/{box}", tag = "calls",
    params(("box" = String, Path), PageQuery),
    responses(
        (status = 200, description = "Messages.", body = List<MessageBody>),
        (status = 404, description = "No such mailbox.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InPath(mailbox): InPath<String>,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<List<MessageBody>>, Problem> {
    let mailbox = authorised(&app, &who, &mailbox).await?;
    let found = app.database().messages(&mailbox, query.request()?).await?;
    let sight = Sight::of(&app, &who);
    Ok(Json(List {
        items: found
            .items
            .into_iter()
            .map(|message| MessageBody::of(message, sight))
            .collect(),
        next: found.next.map(|place| place.to_string()),
    }))
}

/// A message.
#[utoipa::path(get, operation_id = "get_message", path = "/v1/voicemail/{box}/{id}", tag = "calls",
    params(("box" = String, Path), ("id" = String, Path)),
    responses(
        (status = 200, description = "The message.", body = MessageBody),
        (status = 404, description = "No such message.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath((mailbox, id)): InPath<(String, RecordingId)>,
) -> Result<Json<MessageBody>, Problem> {
    let message = message(&app, &who, &mailbox, id).await?;
    Ok(Json(MessageBody::of(message, Sight::of(&app, &who))))
}

/// Marks a message as heard, or as new again.
#[utoipa::path(post, operation_id = "mark_message", path = "/v1/voicemail/{box}/{id}", tag = "calls",
    params(("box" = String, Path), ("id" = String, Path)), request_body = MessageMark,
    responses(
        (status = 200, description = "The message.", body = MessageBody),
        (status = 404, description = "No such message.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn mark(
    State(app): State<App>,
    who: Principal,
    InPath((mailbox, id)): InPath<(String, RecordingId)>,
    Body(mark): Body<MessageMark>,
) -> Result<Json<MessageBody>, Problem> {
    message(&app, &who, &mailbox, id).await?;
    let marked = app.database();
    let marked = marked.mark_message(id, who.agent, mark.heard, now()).await;
    let (message, has_changed) = marked.map_err(mistake)?;
    if has_changed {
        app.tell(Fact::VoicemailHeard(VoicemailHeard {
            message: id,
            mailbox: message.voicemail.mailbox.clone(),
            by: who.agent,
            heard: mark.heard,
        }));
    }
    Ok(Json(MessageBody::of(message, Sight::of(&app, &who))))
}

/// Takes a message out of its mailbox. Its recording stays with the call.
#[utoipa::path(delete, operation_id = "remove_message", path = "/v1/voicemail/{box}/{id}", tag = "calls",
    params(("box" = String, Path), ("id" = String, Path)),
    responses(
        (status = 204, description = "It is out of the box."),
        (status = 403, description = "For supervisors and admins.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No such message.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn remove(
    State(app): State<App>,
    who: Principal,
    InPath((mailbox, id)): InPath<(String, RecordingId)>,
) -> Result<StatusCode, Problem> {
    let ears = Ears::of(&app, &who, Action::RemoveMessage).await?;
    message(&app, &who, &mailbox, id).await?;
    if !app
        .mailboxes()
        .get(mailbox.as_str())
        .is_some_and(|it| ears.hear(it))
    {
        return Err(Problem::new(Code::Forbidden));
    }
    let removed = app.database().remove_message(id, who.agent, now()).await;
    removed.map_err(mistake)?;
    tracing::info!(agent = %who.agent, mailbox, message = %id, "a message is removed from its box");
    Ok(StatusCode::NO_CONTENT)
}

/// The sound of a message, as that of a recording.
#[utoipa::path(get, operation_id = "hear_message", path = "/v1/voicemail/{box}/{id}/audio", tag = "calls",
    params(("box" = String, Path), ("id" = String, Path)),
    responses(
        (status = 200, description = "The whole message.", body = Vec<u8>, content_type = "audio/wav"),
        (status = 206, description = "The range that was asked for.", body = Vec<u8>, content_type = "audio/wav"),
        (status = 404, description = "No such message, or its recording is not complete yet.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 416, description = "The range lies outside.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn hear(
    State(app): State<App>,
    who: Principal,
    InPath((mailbox, id)): InPath<(String, RecordingId)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    message(&app, &who, &mailbox, id).await?;
    tracing::info!(agent = %who.agent, mailbox, message = %id, "a message is heard");
    recording::answer(&app, id, &headers).await
}

/// A message of a box that one may hear.
async fn message(
    app: &App,
    who: &Principal,
    mailbox: &str,
    id: RecordingId,
) -> Result<LeftMessage, Problem> {
    let mailbox = authorised(app, who, mailbox).await?;
    let found = app.database().message(id).await?;
    let found = found.filter(|message| message.voicemail.mailbox == mailbox);
    found.ok_or_else(|| Problem::new(Code::NoMessage))
}

/// A box that is there and that one may hear.
async fn authorised(app: &App, who: &Principal, name: &str) -> Result<MailboxName, Problem> {
    let mailboxes = app.mailboxes();
    let (name, mailbox) = mailboxes.get_key_value(name).ok_or(Code::NoMailbox)?;
    if Ears::of(app, who, Action::HearRecording)
        .await?
        .hear(mailbox)
    {
        Ok(name.clone())
    } else {
        Err(Problem::new(Code::Forbidden))
    }
}

/// Whose boxes somebody may open (G2): those that he hears, or people within his reach do; who may hear every recording opens every box.
enum Ears {
    All,
    /// Login and queues of each.
    Of(Vec<(String, Vec<QueueName>)>),
}

impl Ears {
    async fn of(app: &App, who: &Principal, action: Action) -> Result<Self, Problem> {
        let people = match whose(who, action, None)? {
            Whose::Everybody => return Ok(Self::All),
            Whose::One(agent) => app.database().agent(agent).await?.into_iter().collect(),
            Whose::Circle(circle) => {
                let mut all = app.database().agents().await?;
                all.retain(|agent| circle.people.contains(&agent.id));
                all
            }
        };
        let ears = people.into_iter().map(|agent| {
            let queues = agent.queues.into_iter().map(|one| one.queue);
            (agent.login, queues.collect())
        });
        Ok(Self::Of(ears.collect()))
    }

    fn hear(&self, mailbox: &Mailbox) -> bool {
        match self {
            Self::All => true,
            Self::Of(people) => {
                let mut people = people.iter();
                people.any(|(login, queues)| mailbox.is_heard_by(login, queues))
            }
        }
    }
}

/// What the asker can mend.
fn mistake(error: StoreError) -> Problem {
    if let StoreError::NotFound(_) = &error {
        return Problem::new(Code::NoMessage);
    }
    error.into()
}

impl MessageBody {
    fn of(message: LeftMessage, sight: Sight) -> Self {
        let LeftMessage {
            voicemail,
            left_at,
            duration_ms,
            heard,
            ..
        } = message;
        let known = numbers_of(&voicemail.caller);
        let (number, name) = (voicemail.caller.number, voicemail.caller.display);
        Self {
            id: voicemail.message,
            mailbox: voicemail.mailbox.to_string(),
            call: voicemail.message.call,
            number: number.map(|number| sight.number(number)),
            caller_name: name.map(|name| sight.text(name, &known)),
            called: voicemail.called,
            language: voicemail.language,
            left_at,
            is_ready: duration_ms.is_some(),
            duration_ms: duration_ms.unwrap_or(voicemail.length_ms),
            heard_by: heard.map(|(by, _)| by),
            heard_at: heard.map(|(_, at)| at),
        }
    }
}
