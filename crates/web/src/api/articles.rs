//! Articles of the knowledge base (E7, E8): found, written, and led from draft to publication by the table of steps.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse};
use knowledge::{ArticleFault, By, Content, Language, Status, Visibility};
use model::ArticleId;
use serde::Deserialize;
use store::{ArticleFilter, ArticleRecord, StoreError, Usefulness};
use utoipa::IntoParams;

use super::article_body::{
    ArticleBody, ArticleVersion, ArticleWanted, ListedArticle, StepWanted, VoteWanted,
};
use super::list::{self, List};
use super::version;
use crate::app::App;
use crate::auth::permission::reaches_all;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{AgentRef, Body, InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};

/// Which articles.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ArticleQuery {
    /// `published` (the default); `draft`, `review`, `withdrawn` and `discarded` show the newest version to its writers and to who reviews.
    #[serde(rename = "filter[status]")]
    #[param(value_type = Option<String>)]
    status: Option<Status>,
    /// A title in characters, pinyin or initials.
    #[serde(rename = "filter[text]")]
    text: Option<String>,
    /// About this category.
    #[serde(rename = "filter[category]")]
    category: Option<String>,
    /// `public`, `internal` or `private`.
    #[serde(rename = "filter[visibility]")]
    #[param(value_type = Option<String>)]
    visibility: Option<Visibility>,
    /// With a text in this language: `zh-CN` or `en`.
    #[serde(rename = "filter[language]")]
    #[param(value_type = Option<String>)]
    language: Option<Language>,
    /// With this clip.
    #[serde(rename = "filter[clip]")]
    clip: Option<u32>,
    /// On which this agent wrote: an id, or `me`.
    #[serde(rename = "filter[writer]")]
    #[param(value_type = Option<String>)]
    writer: Option<AgentRef>,
    /// The last id of the page before.
    #[param(value_type = Option<String>)]
    after: Option<u64>,
    /// Rows, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// Articles, the last begun first, as far as the asker may read them.
#[utoipa::path(get, operation_id = "list_articles", path = "/v1/articles", tag = "knowledge", params(ArticleQuery),
    responses((status = 200, description = "Articles, the last begun first.", body = List<ListedArticle>)))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<ArticleQuery>,
) -> Result<Json<List<ListedArticle>>, Problem> {
    authorise(&who, Action::SeeArticles, None)?;
    let page = list::page_request(query.after, query.limit)?;
    let filter = ArticleFilter {
        status: query.status.unwrap_or(Status::Published),
        text: query.text,
        category: query.category,
        visibility: query.visibility,
        language: query.language,
        clip: query.clip,
        writer: query.writer.map(|agent| agent.resolve(&who)),
    };
    let found = app.database().articles(&filter, by(&who), page).await?;
    Ok(Json(List {
        items: found.items.into_iter().map(Into::into).collect(),
        next: found.next.map(|next| next.to_string()),
    }))
}

/// Begins an article, as a draft.
#[utoipa::path(post, operation_id = "add_article", path = "/v1/articles", tag = "knowledge", request_body = ArticleWanted,
    responses(
        (status = 201, description = "The draft.", body = ArticleBody, headers(("ETag" = String, description = "The version."))),
        (status = 404, description = "There is no such clip.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn add(
    State(app): State<App>,
    who: Principal,
    Body(wanted): Body<ArticleWanted>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::WriteArticles, None)?;
    let content = checked(&app, wanted)?;
    let begun = app.database().add_article(content, None, by(&who), now());
    let begun = begun.await.map_err(mistake)?;
    let usefulness = Usefulness::default();
    let record = ArticleRecord {
        article: begun,
        usefulness,
    };
    Ok((StatusCode::CREATED, answer(record, by(&who))?))
}

/// One article; `ETag` is its version.
#[utoipa::path(get, operation_id = "get_article", path = "/v1/articles/{id}", tag = "knowledge", params(("id" = String, Path)),
    responses(
        (status = 200, description = "The article.", body = ArticleBody, headers(("ETag" = String, description = "The version, for `If-Match`."))),
        (status = 404, description = "No such article, or none that the asker may read.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<ArticleId>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::SeeArticles, None)?;
    answer(known(&app, id).await?, by(&who))
}

/// Its versions, the newest first, at most 200, as far as the asker may read them.
#[utoipa::path(get, operation_id = "list_article_versions", path = "/v1/articles/{id}/versions", tag = "knowledge", params(("id" = String, Path)),
    responses(
        (status = 200, description = "Versions, the newest first.", body = List<ArticleVersion>),
        (status = 404, description = "No such article, or none that the asker may read.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn versions(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<ArticleId>,
) -> Result<Json<List<ArticleVersion>>, Problem> {
    authorise(&who, Action::SeeArticles, None)?;
    let article = readable(&app, &who, id).await?.article;
    let versions = app.database().article_versions(id).await?.into_iter();
    let his = versions.filter(|it| article.may_read(it, by(&who)));
    Ok(Json(List {
        items: his.map(Into::into).collect(),
        next: None,
    }))
}

/// Writes on the draft: all that it says. Whoever does is one of its writers, and does not review it.
#[utoipa::path(put, operation_id = "write_article", path = "/v1/articles/{id}", tag = "knowledge",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "The `ETag` that was read.")),
    request_body = ArticleWanted,
    responses(
        (status = 200, description = "The article as it stands.", body = ArticleBody, headers(("ETag" = String, description = "The version."))),
        (status = 403, description = "It is somebody else's draft.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No such article, or no such clip.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "Its newest version is no draft, or it cannot become private.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "It changed meanwhile; `current` is how it stands.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn write(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<ArticleId>,
    headers: HeaderMap,
    Body(wanted): Body<ArticleWanted>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::WriteArticles, None)?;
    readable(&app, &who, id).await?;
    let Some(version) = version::matched(&headers)? else {
        return Err(conflict(&app, &who, id).await);
    };
    let content = checked(&app, wanted)?;
    let written = app.database();
    let written = written.write_article(id, version, content, by(&who), now());
    match written.await {
        Ok(_) => answer(known(&app, id).await?, by(&who)),
        Err(StoreError::Conflict { .. }) => Err(conflict(&app, &who, id).await),
        Err(error) => Err(mistake(error)),
    }
}

/// Takes a step: `submit` a draft for review, `recall` it, `return` it to its writers, `publish` it, `revise` what is live, `withdraw`
/// that, `discard` a draft.
#[utoipa::path(post, operation_id = "step_article", path = "/v1/articles/{id}/steps", tag = "knowledge",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "The `ETag` that was read.")),
    request_body = StepWanted,
    responses(
        (status = 200, description = "The article as it stands.", body = ArticleBody, headers(("ETag" = String, description = "The version."))),
        (status = 403, description = "The step is somebody else's.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No such article.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "It is no step from where the version stands; its writers do not review it; it is private; or it still names the customer of its ticket.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "It changed meanwhile; `current` is how it stands.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The step needs a note.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn step(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<ArticleId>,
    headers: HeaderMap,
    Body(wanted): Body<StepWanted>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::WriteArticles, None)?;
    readable(&app, &who, id).await?;
    let Some(version) = version::matched(&headers)? else {
        return Err(conflict(&app, &who, id).await);
    };
    let step = (wanted.step, wanted.note);
    let taken = app.database();
    let taken = taken.step_article(id, version, step, by(&who), now());
    match taken.await {
        Ok(_) => answer(known(&app, id).await?, by(&who)),
        Err(StoreError::Conflict { .. }) => Err(conflict(&app, &who, id).await),
        Err(error) => Err(mistake(error)),
    }
}

/// Says whether an article was of use; each agent's last word counts.
#[utoipa::path(put, operation_id = "vote_article", path = "/v1/articles/{id}/vote", tag = "knowledge", params(("id" = String, Path)),
    request_body = VoteWanted,
    responses(
        (status = 204, description = "It counts."),
        (status = 404, description = "No such article, or none that the asker may read.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn vote(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<ArticleId>,
    Body(wanted): Body<VoteWanted>,
) -> Result<StatusCode, Problem> {
    authorise(&who, Action::SeeArticles, None)?;
    readable(&app, &who, id).await?;
    let database = app.database();
    let voted = database.vote_article(id, who.agent, wanted.useful, now());
    voted.await.map_err(mistake)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who asks, and whether he reviews.
pub(super) fn by(who: &Principal) -> By {
    By {
        agent: who.agent,
        reviews: reaches_all(who, Action::ReviewArticles),
    }
}

/// What it is to say, of a category and with a clip that the house has.
fn checked(app: &App, wanted: ArticleWanted) -> Result<Content, Problem> {
    let content = Content::from(wanted);
    content.check().map_err(|fault| mistake(fault.into()))?;
    let catalogue = &app.ticket_rules().catalogue;
    if let Some(category) = &content.category
        && catalogue.all().next().is_some()
        && catalogue.get(category).is_none()
    {
        let detail =
            format!("there is no category `{category}`: `/v1/tickets/categories` lists them");
        return Err(Problem::new(Code::InvalidBody).detail(detail));
    }
    if let Some(number) = content.clip
        && !app.clips().clips.values().any(|clip| clip.number == number)
    {
        return Err(Code::NoClip.into());
    }
    Ok(content)
}

async fn known(app: &App, id: ArticleId) -> Result<ArticleRecord, Problem> {
    let found = app.database().article(id).await?;
    found.ok_or_else(|| Problem::new(Code::NoSuchArticle))
}

/// One that is there for who asks.
pub(super) async fn readable(
    app: &App,
    who: &Principal,
    id: ArticleId,
) -> Result<ArticleRecord, Problem> {
    let found = known(app, id).await?;
    let article = &found.article;
    let live = article.live();
    let is_his = |version| article.may_read(version, by(who));
    if is_his(&article.newest) || live.is_some_and(is_his) {
        return Ok(found);
    }
    // Whether it is there is not for everybody to know.
    Err(Code::NoSuchArticle.into())
}

/// The article as who asks may read it.
pub(super) fn answer(record: ArticleRecord, by: By) -> Result<impl IntoResponse, Problem> {
    let etag = version::etag(record.article.version)?;
    let body = ArticleBody::of(record, by).ok_or_else(|| Problem::new(Code::NoSuchArticle))?;
    Ok((AppendHeaders([(header::ETAG, etag)]), Json(body)))
}

async fn conflict(app: &App, who: &Principal, id: ArticleId) -> Problem {
    let found = match known(app, id).await {
        Ok(found) => found,
        Err(problem) => return problem,
    };
    let version = found.article.version;
    match ArticleBody::of(found, by(who)) {
        Some(body) => version::conflict(&body, version),
        None => Code::NoSuchArticle.into(),
    }
}

/// What the asker can mend.
pub(super) fn mistake(error: StoreError) -> Problem {
    if let StoreError::NotFound(_) = &error {
        return Problem::new(Code::NoSuchArticle);
    }
    let StoreError::Article(fault) = &error else {
        return error.into();
    };
    let code = match fault {
        ArticleFault::NoSuchWord(_)
        | ArticleFault::NoText
        | ArticleFault::BadText { .. }
        | ArticleFault::Category
        | ArticleFault::Note(_) => Code::InvalidBody,
        ArticleFault::NotAllowed { .. } | ArticleFault::NoDraft(_) => Code::ArticleNotAllowed,
        ArticleFault::FourEyes => Code::ArticleFourEyes,
        ArticleFault::NotYours => Code::ArticleNotYours,
        ArticleFault::Private | ArticleFault::NotPrivate => Code::ArticlePrivate,
        ArticleFault::Personal(_) => Code::ArticlePersonal,
        ArticleFault::Sensitive => Code::SensitiveTicket,
    };
    Problem::new(code).detail(fault.to_string())
}
