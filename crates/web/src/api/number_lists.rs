//! Number lists (A7, F5, F6): which numbers are barred, let through or come first, why and until when, and how often that decided a call. For
//! supervisors and admins.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse};
use model::number_list::Place;
use model::{Bar, ListKind, NumberEntry, NumberEntryId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{NewNumberEntry, NumberEntryFilter, StoreError};
use ticket::Actor;
use utoipa::{IntoParams, ToSchema};

use super::list::{self, List};
use super::version;
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};

/// An entry of a number list.
#[derive(Debug, Serialize, ToSchema)]
pub struct NumberEntryBody {
    /// Its id.
    #[schema(value_type = String)]
    pub id: NumberEntryId,
    /// `black`, `white` or `vip`.
    #[schema(value_type = String)]
    pub list: ListKind,
    /// A number in E.164 form where it has one, what they begin with (`+8610*`), or the first and the last of a range (`+8613800000000..+8613800009999`).
    pub numbers: String,
    /// Where: `queue:NAME`, `number:NUMBER`; everywhere if empty.
    #[schema(value_type = Vec<String>)]
    pub scope: Vec<Place>,
    /// Of the black list: `reject`, `busy`, `script:NAME`, `voicemail:MAILBOX` or `log`.
    #[schema(value_type = Option<String>)]
    pub action: Option<Bar>,
    /// Of VIPs: 1 to 9; 0 elsewhere.
    pub vip_level: u8,
    /// Why; who talks with the caller sees it.
    pub reason: String,
    /// Login of who entered it, or changed it last.
    pub owner: String,
    /// An appeal, and what became of it.
    pub note: Option<String>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Until when; `null` = until somebody takes it back.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Calls that it has decided.
    pub hits: u64,
    /// The last of them.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_hit_at: Option<Timestamp>,
    /// For `If-Match`.
    pub version: u64,
}

/// What is to stand about some numbers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberEntryWanted {
    /// `black`, `white` or `vip`.
    #[schema(value_type = String)]
    pub list: ListKind,
    /// A number in any spelling, what they begin with (`010*`), or the first and the last of a range (`13800000000..13800009999`).
    pub numbers: String,
    /// Where: `queue:NAME`, `number:NUMBER`, at most 50; everywhere if empty.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub scope: Vec<Place>,
    /// Of the black list, and of no other: `reject`, `busy`, `script:NAME`, `voicemail:MAILBOX` or `log`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub action: Option<Bar>,
    /// Of VIPs, and of nobody else: 1 to 9.
    #[serde(default)]
    pub vip_level: u8,
    /// Why, at most 500 characters; who talks with the caller sees it.
    pub reason: String,
    /// An appeal, and what became of it.
    #[serde(default)]
    pub note: Option<String>,
    /// Until when; absent = until somebody takes it back.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NumberEntryQuery {
    /// Of this list: `black`, `white` or `vip`.
    #[serde(rename = "filter[list]")]
    #[param(value_type = Option<String>)]
    list: Option<ListKind>,
    /// That fit this number, in any spelling.
    #[serde(rename = "filter[number]")]
    number: Option<String>,
    /// The last id of the page before.
    #[param(value_type = Option<String>)]
    after: Option<u64>,
    /// Rows, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// Entries of number lists, the last entered first; ended ones too.
#[utoipa::path(get, operation_id = "list_number_entries", path = "/v1/number-lists", tag = "calls", params(NumberEntryQuery),
    responses((status = 200, description = "Entries.", body = List<NumberEntryBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<NumberEntryQuery>,
) -> Result<Json<List<NumberEntryBody>>, Problem> {
    authorise(&who, Action::ListNumbers, None)?;
    let page = list::page_request(query.after, query.limit)?;
    let filter = NumberEntryFilter {
        list: query.list,
        number: query.number,
    };
    let found = app.database().number_entries(&filter, page).await?;
    Ok(Json(List {
        items: found.items.into_iter().map(Into::into).collect(),
        next: found.next.map(|id| id.to_string()),
    }))
}

/// Enters numbers on a list. Calls meet it within two seconds.
#[utoipa::path(post, operation_id = "add_number_entry", path = "/v1/number-lists", tag = "calls", request_body = NumberEntryWanted,
    responses(
        (status = 201, description = "The entry.", body = NumberEntryBody, headers(("ETag" = String, description = "The version, for `If-Match`."))),
        (status = 409, description = "An entry is for the same numbers in the same places.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be, or names what the house does not have.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn add(
    State(app): State<App>,
    who: Principal,
    Body(wanted): Body<NumberEntryWanted>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::ListNumbers, None)?;
    let (new, names, by) = (wanted.by(&who), app.names(), Actor::Agent(who.agent));
    let added = app.database().add_number_entry(new, &names, by, now());
    let added = added.await.map_err(mistake)?;
    Ok((StatusCode::CREATED, shown(added)?))
}

/// One entry.
#[utoipa::path(get, operation_id = "get_number_entry", path = "/v1/number-lists/{id}", tag = "calls", params(("id" = String, Path)),
    responses(
        (status = 200, description = "The entry.", body = NumberEntryBody, headers(("ETag" = String, description = "The version, for `If-Match`."))),
        (status = 404, description = "No such entry.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<NumberEntryId>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::ListNumbers, None)?;
    shown(known(&app, id).await?)
}

/// Puts an entry in place of what stood; since when it stands and its hits stay.
#[utoipa::path(put, operation_id = "change_number_entry", path = "/v1/number-lists/{id}", tag = "calls",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "The `ETag` that was read.")),
    request_body = NumberEntryWanted,
    responses(
        (status = 200, description = "The entry as it stands now.", body = NumberEntryBody, headers(("ETag" = String, description = "The version."))),
        (status = 404, description = "No such entry.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "Another entry is for the same numbers in the same places.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "It changed meanwhile; `current` is how it stands.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be, or names what the house does not have.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn change(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<NumberEntryId>,
    headers: HeaderMap,
    Body(wanted): Body<NumberEntryWanted>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::ListNumbers, None)?;
    let Some(version) = version::matched(&headers)? else {
        return Err(conflict(known(&app, id).await?));
    };
    let (new, names, by) = (wanted.by(&who), app.names(), Actor::Agent(who.agent));
    let changed = app
        .database()
        .change_number_entry(id, version, new, &names, by, now());
    match changed.await {
        Ok(entry) => shown(entry),
        Err(StoreError::Conflict { .. }) => Err(conflict(known(&app, id).await?)),
        Err(other) => Err(mistake(other)),
    }
}

/// Takes an entry back.
#[utoipa::path(delete, operation_id = "remove_number_entry", path = "/v1/number-lists/{id}", tag = "calls", params(("id" = String, Path)),
    responses(
        (status = 204, description = "Calls are treated as if it had not been."),
        (status = 404, description = "No such entry.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn delete(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<NumberEntryId>,
) -> Result<StatusCode, Problem> {
    authorise(&who, Action::ListNumbers, None)?;
    let by = Actor::Agent(who.agent);
    let done = app.database().remove_number_entry(id, by, now()).await;
    done.map_err(mistake)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn known(app: &App, id: NumberEntryId) -> Result<NumberEntry, Problem> {
    let found = app.database().number_entry(id).await?;
    found.ok_or_else(|| Problem::new(Code::NoSuchNumberEntry))
}

fn shown(entry: NumberEntry) -> Result<impl IntoResponse, Problem> {
    let etag = version::etag(entry.version)?;
    let headers = AppendHeaders([(header::ETAG, etag)]);
    Ok((headers, Json(NumberEntryBody::from(entry))))
}

fn conflict(current: NumberEntry) -> Problem {
    let version = current.version;
    version::conflict(&NumberEntryBody::from(current), version)
}

/// What the asker can mend.
fn mistake(error: StoreError) -> Problem {
    if let StoreError::NotFound(_) = &error {
        return Problem::new(Code::NoSuchNumberEntry);
    }
    let StoreError::NumberList(fault) = &error else {
        return error.into();
    };
    let code = if matches!(fault, model::NumberListFault::Same(_)) {
        Code::NumbersListed
    } else {
        Code::InvalidBody
    };
    Problem::new(code).detail(fault.to_string())
}

impl NumberEntryWanted {
    fn by(self, who: &Principal) -> NewNumberEntry {
        NewNumberEntry {
            list: self.list,
            numbers: self.numbers,
            scope: self.scope,
            bar: self.action,
            vip_level: self.vip_level,
            reason: self.reason,
            owner: who.login.clone(),
            note: self.note,
            until: self.until,
        }
    }
}

impl From<NumberEntry> for NumberEntryBody {
    fn from(entry: NumberEntry) -> Self {
        Self {
            id: entry.id,
            list: entry.list,
            numbers: entry.numbers.to_string(),
            scope: entry.scope.places().cloned().collect(),
            action: entry.bar,
            vip_level: entry.vip_level,
            reason: entry.reason,
            owner: entry.owner,
            note: entry.note,
            since: entry.since,
            until: entry.until,
            hits: entry.hits,
            last_hit_at: entry.last_hit_at,
            version: entry.version,
        }
    }
}
