//! Canned replies (C18): found, written, and filled in for a ticket, a call, a customer.
//!
//! No variable gives a telephone number or an address, so that what is masked elsewhere stays so here.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse};
use knowledge::reply::Template;
use knowledge::{Language, Reply, ReplyFault, Shelf, Variable};
use model::{AgentId, ReplyId};
use store::{ReplyFilter, ReplyReader, StoreError};

use super::list::{self, List};
use super::reply_body::{
    RenderQuery, RenderedBody, ReplyBody, ReplyQuery, ReplyWanted, ShelfKind, VariableBody,
    WordingWanted,
};
use super::reply_values;
use super::version;
use crate::app::App;
use crate::auth::permission::reaches_all;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};
use crate::sight::Sight;

/// What may stand in texts between braces.
#[utoipa::path(get, operation_id = "list_reply_variables", path = "/v1/replies/variables", tag = "knowledge",
    responses((status = 200, description = "Variables.", body = List<VariableBody>)))]
pub(crate) async fn variables(who: Principal) -> Result<Json<List<VariableBody>>, Problem> {
    authorise(&who, Action::UseReplies, None)?;
    let items = Variable::ALL.iter().map(|variable| {
        let (chinese, english) = variable.label();
        VariableBody {
            name: variable.word(),
            label: [("zh-CN", chinese), ("en", english)].into(),
        }
    });
    Ok(Json(List {
        items: items.collect(),
        next: None,
    }))
}

/// Replies that the asker may use, the last made first.
#[utoipa::path(get, operation_id = "list_replies", path = "/v1/replies", tag = "knowledge", params(ReplyQuery),
    responses((status = 200, description = "Replies, the last made first.", body = List<ReplyBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<ReplyQuery>,
) -> Result<Json<List<ReplyBody>>, Problem> {
    authorise(&who, Action::UseReplies, None)?;
    let page = list::page_request(query.after, query.limit)?;
    let shelf = match (query.shelf, query.group) {
        (None | Some(ShelfKind::Group), Some(group)) => Some(Shelf::Group(group)),
        (Some(ShelfKind::Personal), None) => Some(Shelf::Personal(who.agent)),
        (Some(ShelfKind::House), None) => Some(Shelf::House),
        (None, None) => None,
        (Some(_), _) => {
            let detail =
                "`filter[group]` names the group of `filter[shelf]=group`, and of no other";
            return Err(Problem::new(Code::MalformedParameter).detail(detail));
        }
    };
    let filter = ReplyFilter {
        shelf,
        category: query.category,
        text: query.text,
    };
    let reader = reader(&app, &who).await?;
    let found = app.database().replies(&filter, &reader, page).await?;
    Ok(Json(List {
        items: found.items.into_iter().map(Into::into).collect(),
        next: found.next.map(|next| next.to_string()),
    }))
}

/// Puts a reply on a shelf: one's own, that of a group that one leads, or, for supervisors, that of the house.
#[utoipa::path(post, operation_id = "add_reply", path = "/v1/replies", tag = "knowledge", request_body = ReplyWanted,
    responses(
        (status = 201, description = "The reply.", body = ReplyBody, headers(("ETag" = String, description = "The version."))),
        (status = 403, description = "That shelf is somebody else's.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be: `detail` tells language, line and column.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn add(
    State(app): State<App>,
    who: Principal,
    Body(wanted): Body<ReplyWanted>,
) -> Result<impl IntoResponse, Problem> {
    let shelf = match (wanted.shelf, wanted.group) {
        (ShelfKind::Personal, None) => Shelf::Personal(who.agent),
        (ShelfKind::Group, Some(group)) => Shelf::Group(group),
        (ShelfKind::House, None) => Shelf::House,
        (ShelfKind::Group, None) | (ShelfKind::Personal | ShelfKind::House, Some(_)) => {
            let detail = "`group` names the group of the shelf `group`, and of no other";
            return Err(Problem::new(Code::InvalidBody).detail(detail));
        }
    };
    may_write(&app, &who, &shelf).await?;
    if let Shelf::Group(name) = &shelf
        && !app.ticket_rules().groups.contains_key(name)
    {
        return Err(Code::NoSuchGroup.into());
    }
    let wording = WordingWanted {
        name: wanted.name,
        texts: wanted.texts,
        category: wanted.category,
    };
    let added = app
        .database()
        .add_reply(shelf, wording.into(), who.agent, now());
    let added = added.await.map_err(mistake)?;
    Ok((StatusCode::CREATED, answer(added)?))
}

/// One reply; `ETag` is its version.
#[utoipa::path(get, operation_id = "get_reply", path = "/v1/replies/{id}", tag = "knowledge", params(("id" = String, Path)),
    responses(
        (status = 200, description = "The reply.", body = ReplyBody, headers(("ETag" = String, description = "The version, for `If-Match`."))),
        (status = 404, description = "No such reply, or none for the asker.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<ReplyId>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::UseReplies, None)?;
    answer(readable(&app, &who, id).await?)
}

/// Says a reply otherwise: all that it says.
#[utoipa::path(put, operation_id = "change_reply", path = "/v1/replies/{id}", tag = "knowledge",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "The `ETag` that was read.")),
    request_body = WordingWanted,
    responses(
        (status = 200, description = "The reply as it stands.", body = ReplyBody, headers(("ETag" = String, description = "The version."))),
        (status = 403, description = "That shelf is somebody else's.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No such reply, or none for the asker.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "It changed meanwhile; `current` is how it stands.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be: `detail` tells language, line and column.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn change(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<ReplyId>,
    headers: HeaderMap,
    Body(wanted): Body<WordingWanted>,
) -> Result<impl IntoResponse, Problem> {
    let version = writable(&app, &who, id, &headers).await?;
    let changed = app.database();
    let changed = changed.change_reply(id, version, wanted.into(), who.agent, now());
    match changed.await {
        Ok(reply) => answer(reply),
        Err(StoreError::Conflict { .. }) => Err(conflict(readable(&app, &who, id).await?)),
        Err(error) => Err(mistake(error)),
    }
}

/// Takes a reply off its shelf.
#[utoipa::path(delete, operation_id = "remove_reply", path = "/v1/replies/{id}", tag = "knowledge",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "The `ETag` that was read.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 403, description = "That shelf is somebody else's.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No such reply, or none for the asker.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "It changed meanwhile; `current` is how it stands.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn remove(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<ReplyId>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let version = writable(&app, &who, id, &headers).await?;
    let removed = app.database();
    match removed.remove_reply(id, version, who.agent, now()).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(StoreError::Conflict { .. }) => Err(conflict(readable(&app, &who, id).await?)),
        Err(error) => Err(mistake(error)),
    }
}

/// Fills a reply in for a ticket, a call or a customer, as far as the asker may see them, and counts that it was used.
#[utoipa::path(post, operation_id = "render_reply", path = "/v1/replies/{id}/render", tag = "knowledge",
    params(("id" = String, Path), RenderQuery),
    responses(
        (status = 200, description = "The text.", body = RenderedBody),
        (status = 404, description = "No such reply, ticket, call or customer.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn render(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<ReplyId>,
    InQuery(query): InQuery<RenderQuery>,
) -> Result<Json<RenderedBody>, Problem> {
    authorise(&who, Action::UseReplies, None)?;
    let reply = readable(&app, &who, id).await?;
    let about = reply_values::about(&app, &who, &query).await?;
    let spoken = [query.language, about.language(), who.locale.map(Into::into)];
    let spoken: Vec<Language> = spoken.into_iter().flatten().collect();
    let (language, text) = reply.wording.text_in(&spoken).ok_or(Code::NoSuchReply)?;
    let template = Template::read(language, text).map_err(|slip| Problem::internal(&slip))?;
    let filled = template.fill(&about.values(&app, &who, language, now()));
    app.database()
        .count_reply(id, now())
        .await
        .map_err(mistake)?;
    Ok(Json(RenderedBody {
        language,
        text: Sight::of(&app, &who).text(filled.text, &about.numbers()),
        missing: filled.missing.into_iter().map(Variable::word).collect(),
    }))
}

/// Whose replies somebody reads.
async fn reader(app: &App, who: &Principal) -> Result<ReplyReader, Problem> {
    let groups = match reaches_all(who, Action::ManageReplies) {
        true => None,
        false => Some(groups_of(app, who.agent, false).await?),
    };
    Ok(ReplyReader {
        agent: who.agent,
        groups,
    })
}

/// The groups of an agent, or those that he leads.
async fn groups_of(app: &App, agent: AgentId, leads: bool) -> Result<BTreeSet<String>, Problem> {
    let all = app.database().groups_of(agent).await?.into_iter();
    let his = all.filter(|one| one.leads || !leads);
    Ok(his.map(|one| one.group).collect())
}

async fn may_write(app: &App, who: &Principal, shelf: &Shelf) -> Result<(), Problem> {
    authorise(who, Action::WriteReplies, None)?;
    let may = match shelf {
        Shelf::Personal(agent) => *agent == who.agent,
        Shelf::Group(name) => {
            reaches_all(who, Action::ManageReplies)
                || groups_of(app, who.agent, true).await?.contains(name)
        }
        Shelf::House => reaches_all(who, Action::ManageReplies),
    };
    if may {
        Ok(())
    } else {
        Err(Code::Forbidden.into())
    }
}

/// The version by which somebody changes a reply that he may change.
async fn writable(
    app: &App,
    who: &Principal,
    id: ReplyId,
    headers: &HeaderMap,
) -> Result<u64, Problem> {
    authorise(who, Action::WriteReplies, None)?;
    let reply = readable(app, who, id).await?;
    may_write(app, who, &reply.shelf).await?;
    version::matched(headers)?.ok_or_else(|| conflict(reply))
}

/// A reply that is there for who asks.
async fn readable(app: &App, who: &Principal, id: ReplyId) -> Result<Reply, Problem> {
    let found = app.database().reply(id).await?;
    let reader = reader(app, who).await?;
    let found = found.filter(|reply| reader.may_read(&reply.shelf));
    found.ok_or_else(|| Problem::new(Code::NoSuchReply))
}

fn answer(reply: Reply) -> Result<impl IntoResponse, Problem> {
    let etag = version::etag(reply.version)?;
    Ok((
        AppendHeaders([(header::ETAG, etag)]),
        Json(ReplyBody::from(reply)),
    ))
}

fn conflict(current: Reply) -> Problem {
    let version = current.version;
    version::conflict(&ReplyBody::from(current), version)
}

/// What the asker can mend.
fn mistake(error: StoreError) -> Problem {
    if let StoreError::NotFound(_) = &error {
        return Problem::new(Code::NoSuchReply);
    }
    let StoreError::Reply(fault) = &error else {
        return error.into();
    };
    let detail = match fault {
        // Whoever writes a text reads its slips in his language.
        ReplyFault::Slip(slip) => format!("{slip} / {}", slip.zh()),
        ReplyFault::Name
        | ReplyFault::NoText
        | ReplyFault::Text(_)
        | ReplyFault::Category
        | ReplyFault::Full(_) => fault.to_string(),
    };
    Problem::new(Code::InvalidBody).detail(detail)
}
