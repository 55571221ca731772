//! What somebody is told on his page (通知, J8): his own alone, unread and read, and of which kinds he wants to be told.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::{CustomerId, NotificationId, ReminderId, TicketId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Notification, ReadMark};
use ticket::notice::NoticeKind;
use utoipa::{IntoParams, ToSchema};

use super::list::{self, List};
use super::ticket_body::numbers_of;
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};
use crate::sight::Sight;

/// Most numbers that are marked at once.
const MARKED_MAX: usize = 200;

/// Something that the asker was told.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationBody {
    /// Its number among his.
    #[schema(value_type = String)]
    pub id: NotificationId,
    /// `assigned`, `warned`, `breached`, `urged`, `mentioned`, …
    #[schema(value_type = String)]
    pub kind: NoticeKind,
    /// What it says, by language: `zh-CN` and `en`. Of a sensitive ticket it names the number alone.
    #[schema(value_type = BTreeMap<String, String>)]
    pub title: BTreeMap<&'static str, String>,
    /// Of which ticket.
    #[schema(value_type = Option<String>)]
    pub ticket: Option<TicketId>,
    /// Of which entry of its timeline.
    pub entry: Option<u64>,
    /// Of which customer.
    #[schema(value_type = Option<String>)]
    pub customer: Option<CustomerId>,
    /// Which reminder it was.
    #[schema(value_type = Option<String>)]
    pub reminder: Option<ReminderId>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// When he read it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub read_at: Option<Timestamp>,
}

/// Which of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NotificationQuery {
    /// Those alone that he has not read.
    #[serde(rename = "filter[unread]", default)]
    unread: bool,
    /// The last id of the page before.
    #[param(value_type = Option<String>)]
    after: Option<u64>,
    /// Rows, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// What was read: one of both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadWanted {
    /// All up to this id.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub up_to: Option<NotificationId>,
    /// These ids, at most 200.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    pub ids: Option<BTreeSet<NotificationId>>,
}

/// Of which kinds somebody is not told.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotificationChoice {
    /// Kinds of which he does not want to be told.
    #[schema(value_type = Vec<String>)]
    pub off: BTreeSet<NoticeKind>,
}

/// What the asker was told within 30 days, the newest first.
#[utoipa::path(get, operation_id = "list_notifications", path = "/v1/notifications", tag = "tickets", params(NotificationQuery),
    responses((status = 200, description = "His notifications, the newest first.", body = List<NotificationBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<NotificationQuery>,
) -> Result<Json<List<NotificationBody>>, Problem> {
    authorise(&who, Action::FollowAgent, Some(who.agent))?;
    let page = list::page_request(query.after, query.limit)?;
    let found = app.database();
    let found = found
        .notifications(who.agent, query.unread, page, now())
        .await?;
    let sight = Sight::of(&app, &who);
    let mut items = Vec::with_capacity(found.items.len());
    for one in found.items {
        items.push(body(&app, one, sight).await?);
    }
    Ok(Json(List {
        items,
        next: found.next.map(|next| next.to_string()),
    }))
}

/// Marks what the asker was told as read.
#[utoipa::path(post, operation_id = "read_notifications", path = "/v1/notifications/read", tag = "tickets", request_body = ReadWanted,
    responses(
        (status = 204, description = "It is marked; what was read before stays as it was."),
        (status = 422, description = "The body is not as it should be.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    Body(wanted): Body<ReadWanted>,
) -> Result<StatusCode, Problem> {
    authorise(&who, Action::FollowAgent, Some(who.agent))?;
    let wrong = |detail: &str| Problem::new(Code::InvalidBody).detail(detail);
    let mark = match (wanted.up_to, wanted.ids) {
        (Some(up_to), None) => ReadMark::UpTo(up_to),
        (None, Some(ids)) if ids.len() <= MARKED_MAX => ReadMark::These(ids),
        (None, Some(_)) => return Err(wrong("at most 200 ids at once")),
        (Some(_), Some(_)) | (None, None) => return Err(wrong("one of `up_to` and `ids`")),
    };
    app.database()
        .read_notifications(who.agent, mark, now())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Of which kinds the asker does not want to be told.
#[utoipa::path(get, operation_id = "get_notification_choice", path = "/v1/notifications/choice", tag = "tickets",
    responses((status = 200, description = "His choice.", body = NotificationChoice)))]
pub(crate) async fn choice(
    State(app): State<App>,
    who: Principal,
) -> Result<Json<NotificationChoice>, Problem> {
    authorise(&who, Action::FollowAgent, Some(who.agent))?;
    let off = app.database().notifications_off(who.agent).await?;
    Ok(Json(NotificationChoice { off }))
}

/// From here on the asker is not told of these kinds, and of all others he is.
#[utoipa::path(put, operation_id = "put_notification_choice", path = "/v1/notifications/choice", tag = "tickets", request_body = NotificationChoice,
    responses(
        (status = 200, description = "His choice.", body = NotificationChoice),
        (status = 422, description = "A kind is none.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn choose(
    State(app): State<App>,
    who: Principal,
    Body(wanted): Body<NotificationChoice>,
) -> Result<Json<NotificationChoice>, Problem> {
    authorise(&who, Action::FollowAgent, Some(who.agent))?;
    let database = app.database();
    database
        .set_notifications_off(who.agent, wanted.off.clone())
        .await?;
    Ok(Json(wanted))
}

async fn body(app: &App, one: Notification, sight: Sight) -> Result<NotificationBody, Problem> {
    let ticket = match one.ticket {
        Some(ticket) => app.database().ticket(ticket).await?,
        None => None,
    };
    let known = ticket
        .as_ref()
        .map(|ticket| numbers_of(&ticket.matter.contact));
    let known = known.unwrap_or_default();
    let about = match (&ticket, one.words) {
        (_, Some(words)) => sight.text(words, &known),
        // A13: what it says is read by opening it.
        (Some(ticket), None) if ticket.handling.is_sensitive() => ticket.number.to_string(),
        (Some(ticket), None) => {
            let subject = sight.text(ticket.matter.subject.clone(), &known);
            format!("{} {subject}", ticket.number)
        }
        (None, None) => String::new(),
    };
    Ok(NotificationBody {
        id: one.id,
        kind: one.kind,
        title: one.kind.title(&about),
        ticket: one.ticket,
        entry: one.entry,
        customer: one.customer,
        reminder: one.reminder,
        at: one.at,
        read_at: one.read_at,
    })
}
