//! `Idempotency-Key` on every `POST` (J3): a request that comes again with its key and its body is not done again, and gets the
//! same answer for a day; while it is being done 409, and 422 for the key with another body.
//!
//! One layer around all handlers, outside of the one that writes problems, so that what is kept is what was sent. What was begun is done
//! to its end, whether its client still listens or not. An answer by which nothing was decided (401, 403, 429, ours from 500 up) is not
//! kept, and frees its key. Signing in is exempt: nobody is known there yet, and what is sent holds a password. Streams are no `POST`.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use store::{Claim, Kept, KeyedRequest};

use crate::app::{App, BODY_MAX};
use crate::auth::Principal;
use crate::auth::principal::now;
use crate::problem::{Code, Problem};

/// The header (draft-ietf-httpapi-idempotency-key-header).
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that the answer was kept from before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Longest key.
const KEY_CHARS_MAX: usize = 255;
/// Where nobody is known yet.
pub(crate) const EXEMPT: &str = "/v1/session";
/// Headers that belong to an answer.
const KEPT: [HeaderName; 5] = [
    header::CONTENT_TYPE,
    header::CONTENT_LANGUAGE,
    header::ETAG,
    header::LOCATION,
    header::RETRY_AFTER,
];

/// The layer.
pub(crate) async fn kept(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_keyed = request.method() == Method::POST && request.uri().path() != EXEMPT;
    let Some(key) = request.headers().get(KEY).filter(|_| is_keyed).cloned() else {
        return next.run(request).await;
    };
    let headers = request.headers().clone();
    match answered(&app, &key, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.answer(&headers),
    }
}

async fn answered(
    app: &App,
    key: &HeaderValue,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let key = readable(key)?;
    let Some(who) = Principal::of(app, request.headers()).await? else {
        // The handler says what is missing.
        return Ok(next.run(request).await);
    };
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_MAX).await;
    let body = body.map_err(|_| Problem::new(Code::BodyTooLarge))?;
    let target = parts.uri.path_and_query().map_or("", |it| it.as_str());
    let keyed = KeyedRequest::new(
        format!("agent {}", who.agent),
        key,
        app.events().run().to_owned(),
        [parts.method.as_str().as_bytes(), target.as_bytes(), &body],
    );
    let request = Request::from_parts(parts, Body::from(body));
    let doing = tokio::spawn(claimed(app.clone(), keyed, request, next));
    doing.await.map_err(|error| Problem::internal(&error))?
}

/// In a task of its own: a client that hangs up leaves neither a claim without a deed nor half a deed.
async fn claimed(
    app: App,
    keyed: KeyedRequest,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    match app.database().claim_key(keyed.clone(), now()).await? {
        Claim::Mine => Ok(done(&app, keyed, request, next).await),
        Claim::Answered(answer) => Ok(replayed(answer)),
        Claim::InFlight => Err(Problem::new(Code::KeyInFlight).retry_after_s(1)),
        Claim::Unknown => Err(Code::OutcomeUnknown.into()),
        Claim::Reused => Err(Code::KeyReused.into()),
        Claim::TooMany => Err(Problem::new(Code::TooManyKeys).retry_after_s(3_600)),
    }
}

/// RFC 8941 §3.3.3 lets a key stand in quotes; they are no part of it.
fn readable(key: &HeaderValue) -> Result<String, Problem> {
    let text = key.to_str().unwrap_or_default();
    let bare = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let key = bare.unwrap_or(text);
    if (1..=KEY_CHARS_MAX).contains(&key.len()) {
        return Ok(key.to_owned());
    }
    let detail = format!("Idempotency-Key: expected 1 to {KEY_CHARS_MAX} printable characters");
    Err(Problem::new(Code::MalformedParameter).detail(detail))
}

async fn done(app: &App, keyed: KeyedRequest, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, BODY_MAX).await.ok();
    let answer = body
        .as_ref()
        .and_then(|body| answer(parts.status, &parts.headers, body));
    let noted = match answer {
        Some(answer) => app.database().keep_answer(keyed, answer).await,
        None if is_decided(parts.status) => Ok(()),
        None => app.database().free_key(keyed).await,
    };
    if let Err(error) = noted {
        tracing::error!(%error, "the answer of a keyed request is not kept: it cannot come again");
    }
    Response::from_parts(parts, Body::from(body.unwrap_or_default()))
}

/// Whether the request was judged: the same again would be answered the same.
fn is_decided(status: StatusCode) -> bool {
    let is_passing = matches!(
        status,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS
    );
    !status.is_server_error() && !is_passing
}

/// What is kept of an answer, if anything is.
fn answer(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> Option<Kept> {
    let body = std::str::from_utf8(body).ok()?;
    let matter = KEPT.iter().filter_map(|name| {
        let value = headers.get(name)?.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    is_decided(status).then(|| Kept {
        status: status.as_u16(),
        headers: matter.collect(),
        body: body.to_owned(),
    })
}

fn replayed(answer: Kept) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse()) {
            response.headers_mut().insert(name, value);
        }
    }
    let headers = response.headers_mut();
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
