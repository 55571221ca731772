//! Headers of every answer that keep browsers strict (S19): nothing but our own files, no frames but the pages of other systems that the
//! configuration names (G7), no guessing of types, no referrer for others, nothing kept in caches unless an answer says otherwise.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::App;
use crate::desktop::{Origin, PopPages};

/// No inline script or style, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     media-src 'self'; form-action 'self'; base-uri 'none'";

const STRICT: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Adds them.
pub(super) async fn strict(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in STRICT {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let pages = app.view().pop_pages();
    if pages.parents.is_empty() {
        // It cannot name anybody; the policy can.
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    if let Ok(policy) = HeaderValue::from_str(&policy(&pages)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// What may be framed, and whose pages may hold ours.
fn policy(pages: &PopPages) -> String {
    let mut policy = POLICY.to_owned();
    for (name, origins) in [
        ("frame-src", &pages.framed()),
        ("frame-ancestors", &pages.parents),
    ] {
        // Writing into a text does not fail.
        let _ = write!(policy, "; {name} {}", sources(origins));
    }
    policy
}

fn sources(origins: &BTreeSet<Origin>) -> String {
    match origins.is_empty() {
        true => "'none'".to_owned(),
        false => {
            let origins = origins.iter().map(ToString::to_string);
            origins.collect::<Vec<_>>().join(" ")
        }
    }
}
