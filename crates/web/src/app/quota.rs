//! Requests under `/v1` are counted against the bucket of who makes them; each answer tells how that stands (2.5).
//!
//! Who asks is found out here, once, for the layers and the handler behind. A request that shows nobody passes: what nobody may do is
//! refused behind, and tries to sign in are counted by their source.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use super::App;
use crate::auth::Principal;
use crate::auth::principal::Known;
use crate::auth::quota::Standing;
use crate::problem::{Code, Problem};

pub(crate) const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
pub(crate) const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
pub(crate) const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// The layer.
pub(super) async fn counted(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/v1/") {
        return next.run(request).await;
    }
    // A store that cannot tell is the handler's matter.
    let Ok(who) = Principal::of(&app, request.headers()).await else {
        return next.run(request).await;
    };
    let standing = who
        .as_ref()
        .map(|who| app.quotas().take(who, Instant::now()));
    request.extensions_mut().insert(Known(who));
    let Some(standing) = standing else {
        return next.run(request).await;
    };
    let mut response = match refused(standing) {
        Some(problem) => problem.answer(request.headers()),
        None => next.run(request).await,
    };
    write(response.headers_mut(), standing);
    response
}

/// The answer to who has used up his bucket.
pub(crate) fn refused(standing: Standing) -> Option<Problem> {
    let wait_s = standing.retry_after_s?;
    metrics::counter!("trunkline_api_requests_limited_total").increment(1);
    let detail = format!("{} requests in a minute", standing.limit);
    Some(
        Problem::new(Code::TooManyRequests)
            .detail(detail)
            .retry_after_s(wait_s),
    )
}

fn write(headers: &mut HeaderMap, standing: Standing) {
    headers.insert(LIMIT, HeaderValue::from(standing.limit));
    headers.insert(REMAINING, HeaderValue::from(standing.remaining));
    headers.insert(RESET, HeaderValue::from(standing.reset_s));
}
