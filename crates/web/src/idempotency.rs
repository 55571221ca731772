//! `Idempotency-Key` on every `POST` (J3): a request that comes again with its key and its body is not done again, and gets the
//! same answer for a day; while it is being done 409, and 422 for the key with another body.
//!
//! One layer around all handlers, outside of the one that writes problems, so that what is kept is what was sent. What was begun is done
//! to its end, whether its client still listens or not. An answer by which nothing was decided (401, 403, 412, 428, 429, a queue that was
//! full, a store that turned it away before anything was begun) is not kept, and frees its key. Of any other from 500 up nobody knows what was done: its key says so. Signing in is exempt: nobody is known there yet, and what is sent holds a password. Streams are no `POST`.

mod running;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{Request, State};
use axum::http::response::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use store::{Claim, Kept, KeyedRequest, deed};

use crate::app::{App, BODY_MAX};
use crate::auth::Principal;
use crate::auth::principal::now;
use crate::problem::{Code, Problem, Undone};

pub(crate) use running::Running;

/// The header (draft-ietf-httpapi-idempotency-key-header).
pub(crate) const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that the answer was kept from before.
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
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

/// Of an answer that shows a secret: the body that is kept in place of its own.
#[derive(Clone, Debug)]
pub(crate) struct KeptAs(pub(crate) String);

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
    let who = Principal::behind(app, request.extensions(), request.headers()).await?;
    let Some(who) = who.filter(|who| who.may_change(request.headers()).is_ok()) else {
        // The handler says what is missing.
        return Ok(next.run(request).await);
    };
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_MAX).await;
    let body = body.map_err(|_| Problem::new(Code::BodyTooLarge))?;
    let target = parts.uri.path_and_query().map_or("", |it| it.as_str());
    let version = parts.headers.get(header::IF_MATCH);
    let version = version.map_or(&[][..], HeaderValue::as_bytes);
    // With other roles or scopes it is another request: no answer comes again to who has not the right to it.
    let rights = who.rights();
    let keyed = KeyedRequest::new(
        format!("agent {}", who.agent),
        key,
        app.events().run().to_owned(),
        [
            parts.method.as_str().as_bytes(),
            target.as_bytes(),
            version,
            rights.as_bytes(),
            &body,
        ],
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
    let _doing = app.running().begin(&keyed)?;
    match app.database().claim_key(keyed.clone(), now()).await? {
        Claim::Mine => Ok(done(&app, keyed, request, next).await),
        Claim::Answered(answer) => Ok(replayed(answer)),
        // What is being done here was told above.
        Claim::InFlight | Claim::Unknown => Err(Code::OutcomeUnknown.into()),
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
    let (parts, body) = deed::watched(next.run(request)).await.into_parts();
    if is_undone(&parts) {
        tell(app.database().free_key(keyed).await);
        return Response::from_parts(parts, body);
    }
    let is_small = body
        .size_hint()
        .exact()
        .is_some_and(|bytes| bytes <= BODY_MAX as u64);
    if parts.status.is_server_error() || !is_small {
        // The claim stands, and says from here on that nobody knows.
        return Response::from_parts(parts, body);
    }
    let body = match to_bytes(body, BODY_MAX).await {
        Ok(body) => body,
        Err(error) => return Problem::internal(&error).answer(&HeaderMap::new()),
    };
    if let Some(answer) = answer(&parts, &body) {
        tell(app.database().keep_answer(keyed, answer).await);
    }
    Response::from_parts(parts, Body::from(body))
}

fn tell(noted: Result<(), store::StoreError>) {
    if let Err(error) = noted {
        tracing::error!(%error, "the answer of a keyed request is not kept: it cannot come again");
    }
}

/// Whether it is known that nothing was decided and nothing done: the same may be tried under the same key.
fn is_undone(parts: &Parts) -> bool {
    let is_passing = matches!(
        parts.status,
        StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::PRECONDITION_FAILED
            | StatusCode::PRECONDITION_REQUIRED
            | StatusCode::TOO_MANY_REQUESTS
    );
    is_passing || parts.extensions.get::<Undone>().is_some()
}

/// What is kept of an answer; `None` for one that is no text.
fn answer(parts: &Parts, body: &[u8]) -> Option<Kept> {
    let body = match parts.extensions.get::<KeptAs>() {
        Some(KeptAs(body)) => body.clone(),
        None => std::str::from_utf8(body).ok()?.to_owned(),
    };
    let matter = KEPT.iter().filter_map(|name| {
        let value = parts.headers.get(name)?.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    Some(Kept {
        status: parts.status.as_u16(),
        headers: matter.collect(),
        body,
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

#[cfg(test)]
mod tests {
    use store::StoreError;

    use super::*;

    #[tokio::test]
    async fn j3_a_store_that_turned_a_request_away_frees_its_key_unless_something_was_begun() {
        let is_freed = |error| {
            let (parts, _) = Problem::from(error).answer(&HeaderMap::new()).into_parts();
            is_undone(&parts)
        };
        let away = || StoreError::Away("it does not answer".to_owned());
        deed::watched(async {
            assert!(is_freed(StoreError::Busy) && is_freed(away()) && is_freed(StoreError::Closed));
            assert!(!is_freed(StoreError::Lost("it panicked".to_owned())));
            deed::begin();
            assert!(
                !is_freed(StoreError::Busy) && !is_freed(away()) && !is_freed(StoreError::Closed)
            );
        })
        .await;
    }
}
