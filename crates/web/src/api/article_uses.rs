//! Articles and tickets: one made of a ticket without its caller (E7), and tickets that name what solved them.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse};
use knowledge::article::{BODY_CHARS_MAX, TITLE_CHARS_MAX};
use knowledge::{Content, Known, Language, Replaced, Text, Visibility};
use model::{ArticleId, Masking, TicketId};
use store::{ArticleRecord, StoreError, Usefulness};
use ticket::Ticket;

use super::article_body::{ArticleBody, ArticleMade, ArticleOfTicket, UsedInBody};
use super::articles::{by, mistake, readable};
use super::list::{List, PageQuery};
use super::{tickets, version};
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};
use crate::sight::Sight;

/// Begins an article of a ticket: its subject, its words and its solution without what says whose matter it was. What was taken out is
/// told once, to be looked at.
#[utoipa::path(post, operation_id = "add_article_of_ticket", path = "/v1/articles/from-ticket", tag = "knowledge", request_body = ArticleOfTicket,
    responses(
        (status = 201, description = "The draft, and what was taken out.", body = ArticleMade, headers(("ETag" = String, description = "The version."))),
        (status = 403, description = "The ticket is sensitive.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No such ticket.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn make(
    State(app): State<App>,
    who: Principal,
    Body(wanted): Body<ArticleOfTicket>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::WriteArticles, None)?;
    authorise(&who, Action::SeeTickets, Some(who.agent))?;
    let ticket = tickets::known(&app, &who, wanted.ticket).await?;
    // A13: what few may read does not become what all read.
    if ticket.handling.is_sensitive() || ticket.matter.for_leads {
        return Err(Code::SensitiveTicket.into());
    }
    let database = app.database();
    let solved = database.solution_of_ticket(ticket.id).await?;
    let known = database.known_of_ticket(ticket.id).await?;
    let (content, replaced) = told(&ticket, solved.as_deref(), &known, wanted.language);
    let begun = database.add_article(content, Some(ticket.id), by(&who), now());
    let article = begun.await.map_err(mistake)?;
    let etag = version::etag(article.version)?;
    let usefulness = Usefulness::default();
    let record = ArticleRecord {
        article,
        usefulness,
    };
    let body =
        ArticleBody::of(record, by(&who)).ok_or_else(|| Problem::new(Code::NoSuchArticle))?;
    let sight = Sight::of(&app, &who);
    let numbers = Masking::of(known.numbers.iter().map(String::as_str));
    let made = ArticleMade {
        article: body,
        replaced: replaced
            .into_iter()
            .map(|one| Replaced {
                text: sight.text(one.text, &numbers),
                ..one
            })
            .map(Into::into)
            .collect(),
    };
    let headers = AppendHeaders([(header::ETAG, etag)]);
    Ok((StatusCode::CREATED, headers, Json(made)))
}

/// The words of an article that is made of a ticket, and what is not in them.
fn told(
    ticket: &Ticket,
    solution: Option<&str>,
    known: &Known,
    language: Language,
) -> (Content, Vec<Replaced>) {
    let mut body = ticket.matter.body.trim().to_owned();
    if body.is_empty() {
        body.clone_from(&ticket.matter.subject);
    }
    if let Some(solution) = solution {
        let heading = match language {
            Language::Chinese => "解决办法：",
            Language::English => "Solution:",
        };
        body = format!("{body}\n\n{heading}\n{solution}");
    }
    // Both at once, so that what was taken out is told once.
    let whole = format!("{}\n{body}", ticket.matter.subject.replace('\n', " "));
    let (clean, replaced) = known.anonymised(&whole, language);
    let (title, body) = clean.split_once('\n').unwrap_or((&clean, &clean));
    let text = Text {
        title: title.trim().chars().take(TITLE_CHARS_MAX).collect(),
        body: body.chars().take(BODY_CHARS_MAX).collect(),
    };
    let content = Content {
        texts: [(language, text)].into(),
        visibility: Visibility::Internal,
        category: ticket.matter.category.clone(),
        clip: None,
    };
    (content, replaced)
}

/// A ticket names the article that solved it.
#[utoipa::path(put, operation_id = "use_article", path = "/v1/tickets/{id}/articles/{article}", tag = "knowledge",
    params(("id" = String, Path), ("article" = String, Path)),
    responses(
        (status = 204, description = "It is named."),
        (status = 404, description = "No such ticket, or no such article that is live.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "A ticket names at most 20 articles.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn name(
    State(app): State<App>,
    who: Principal,
    InPath((ticket, article)): InPath<(TicketId, ArticleId)>,
) -> Result<StatusCode, Problem> {
    authorise(&who, Action::WorkOnTickets, Some(who.agent))?;
    tickets::known(&app, &who, ticket).await?;
    let named = app.database().use_article(article, ticket, by(&who), now());
    match named.await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(StoreError::Taken(_)) => {
            let detail = "a ticket names at most 20 articles";
            Err(Problem::new(Code::InvalidBody).detail(detail))
        }
        Err(error) => Err(mistake(error)),
    }
}

/// A ticket names an article no longer.
#[utoipa::path(delete, operation_id = "unuse_article", path = "/v1/tickets/{id}/articles/{article}", tag = "knowledge",
    params(("id" = String, Path), ("article" = String, Path)),
    responses(
        (status = 204, description = "It is not named any more."),
        (status = 404, description = "No such ticket, or it does not name that article.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn unname(
    State(app): State<App>,
    who: Principal,
    InPath((ticket, article)): InPath<(TicketId, ArticleId)>,
) -> Result<StatusCode, Problem> {
    authorise(&who, Action::WorkOnTickets, Some(who.agent))?;
    tickets::known(&app, &who, ticket).await?;
    let done = app
        .database()
        .unuse_article(article, ticket, by(&who), now());
    done.await.map_err(mistake)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The articles that a ticket names, the first named first.
#[utoipa::path(get, operation_id = "list_articles_of_ticket", path = "/v1/tickets/{id}/articles", tag = "knowledge", params(("id" = String, Path)),
    responses(
        (status = 200, description = "Articles, at most 20.", body = List<UsedInBody>),
        (status = 404, description = "No such ticket.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn of_ticket(
    State(app): State<App>,
    who: Principal,
    InPath(ticket): InPath<TicketId>,
) -> Result<Json<List<UsedInBody>>, Problem> {
    authorise(&who, Action::SeeTickets, Some(who.agent))?;
    tickets::known(&app, &who, ticket).await?;
    let named = app.database().articles_of_ticket(ticket).await?;
    Ok(Json(List {
        items: named.into_iter().map(Into::into).collect(),
        next: None,
    }))
}

/// The tickets that name an article, the newest first; those that the asker may not read are left out.
#[utoipa::path(get, operation_id = "list_tickets_of_article", path = "/v1/articles/{id}/tickets", tag = "knowledge",
    params(("id" = String, Path), PageQuery),
    responses(
        (status = 200, description = "Tickets, the newest first.", body = List<UsedInBody>),
        (status = 404, description = "No such article, or none that the asker may read.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn of_article(
    State(app): State<App>,
    who: Principal,
    InPath(article): InPath<ArticleId>,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<List<UsedInBody>>, Problem> {
    authorise(&who, Action::SeeArticles, None)?;
    authorise(&who, Action::SeeTickets, Some(who.agent))?;
    readable(&app, &who, article).await?;
    let page = app
        .database()
        .tickets_of_article(article, query.request()?)
        .await?;
    let reader = tickets::readable_by(&app, &who).await?;
    let mut items = Vec::new();
    for used in page.items {
        let found = app.database().ticket(used.ticket).await?;
        let is_his = |it: &Ticket| reader.as_ref().is_none_or(|reader| reader.may_read(it));
        if found.as_ref().is_some_and(is_his) {
            items.push(used.into());
        }
    }
    Ok(Json(List {
        items,
        next: page.next.map(|next| next.to_string()),
    }))
}
