//! Optimistic locking of a document: `ETag` is its version, and `If-Match` names the one that was read.

use axum::http::{HeaderMap, HeaderValue, header};
use serde::Serialize;

use crate::problem::{Code, Problem};

/// The version of `If-Match` (RFC 9110 §13.1.1): `None` when it names no version of ours, and so matches none.
pub(super) fn matched(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let told = headers.get(header::IF_MATCH).ok_or(Code::VersionNeeded)?;
    let quoted = told.to_str().unwrap_or_default();
    let version = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    Ok(version.and_then(|version| version.parse().ok()))
}

/// As `ETag` says it.
pub(super) fn etag(version: u64) -> Result<HeaderValue, Problem> {
    HeaderValue::from_str(&quoted(version)).map_err(|error| Problem::internal(&error))
}

/// 412 with the document as it stands, so that nobody loses his text.
pub(super) fn conflict(current: &impl Serialize, version: u64) -> Problem {
    match serde_json::to_value(current) {
        Ok(document) => Problem::new(Code::VersionConflict).current(document, quoted(version)),
        Err(error) => Problem::internal(&error),
    }
}

fn quoted(version: u64) -> String {
    format!("\"{version}\"")
}
