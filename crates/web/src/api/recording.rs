//! Hearing a recording: `audio/wav` with single byte ranges (RFC 9110 §14), for the agent who took the call and for those who
//! may hear all.
//!
//! Invariant: a path comes from the store alone, holds no step but plain names, and after resolving links lies below the
//! recordings folder (advisory 26). Each hearing is logged with who heard what.

use std::io::SeekFrom;
use std::ops::RangeInclusive;
use std::path::{Component, Path, PathBuf};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{CallId, RecordingId};
use serde::Deserialize;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use utoipa::IntoParams;

use super::calls::owner;
use crate::app::App;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};

/// Bytes read at once: a second of stereo sound is 32 KiB.
const CHUNK: usize = 64 * 1024;

/// Which recording of a call.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RecordingQuery {
    /// 1, 2, …; the first when absent.
    part: Option<u32>,
}

/// A recording of a call: stereo, caller left, agent right.
#[utoipa::path(get, operation_id = "get_recording", path = "/v1/calls/{id}/recording", tag = "calls", params(("id" = String, Path), RecordingQuery),
    responses(
        (status = 200, description = "The whole recording.", body = Vec<u8>, content_type = "audio/wav"),
        (status = 206, description = "The range that was asked for.", body = Vec<u8>, content_type = "audio/wav"),
        (status = 404, description = "No such call, or it has no recording.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 416, description = "The range lies outside.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn hear(
    State(app): State<App>,
    who: Principal,
    InPath(call): InPath<CallId>,
    InQuery(query): InQuery<RecordingQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let record = app.database().call(call).await?;
    let record = record.ok_or(Code::NoSuchCall)?;
    authorise(
        &who,
        Action::HearRecording,
        owner(&who, Some(&record), None),
    )?;
    let part = query.part.unwrap_or(RecordingId::WHOLE);
    tracing::info!(agent = %who.agent, %call, part, "a recording is heard");
    answer(&app, RecordingId { call, part }, &headers).await
}

/// A recording, for somebody who may hear it.
pub(super) async fn answer(
    app: &App,
    id: RecordingId,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let recordings = app.database().recordings(id.call).await?;
    let recording = recordings
        .into_iter()
        .find(|recording| recording.part == id.part)
        .ok_or(Code::NoRecording)?;
    let path = below(app.recordings_dir(), &recording.path).await?;
    send(&path, headers).await
}

/// The file of a stored path, if it lies below `root`.
async fn below(root: &Path, stored: &str) -> Result<PathBuf, Problem> {
    let stored = Path::new(stored);
    let is_plain = |step: Component<'_>| matches!(step, Component::Normal(_));
    if !stored.components().all(is_plain) {
        return Err(Problem::internal(&"a recording's path leads elsewhere"));
    }
    let missing = |_| Problem::new(Code::NoRecording);
    let root = tokio::fs::canonicalize(root).await.map_err(missing)?;
    let path = tokio::fs::canonicalize(root.join(stored)).await;
    let path = path.map_err(missing)?;
    if path.starts_with(&root) {
        Ok(path)
    } else {
        Err(Problem::internal(&"a recording's path leads elsewhere"))
    }
}

async fn send(path: &Path, headers: &HeaderMap) -> Result<Response, Problem> {
    let failed = |error: std::io::Error| Problem::internal(&error);
    let mut file = File::open(path).await.map_err(failed)?;
    let size = file.metadata().await.map_err(failed)?.len();
    let Some(range) = wanted_range(headers, size) else {
        let whole = body(file, size);
        let headers = [
            (header::CONTENT_TYPE, "audio/wav".to_owned()),
            (header::CONTENT_LENGTH, size.to_string()),
            (header::ACCEPT_RANGES, "bytes".to_owned()),
        ];
        return Ok((headers, whole).into_response());
    };
    let Some(range) = range else {
        let mut refused = Problem::new(Code::RangeNotSatisfiable).into_response();
        let told = header::HeaderValue::from_str(&format!("bytes */{size}"));
        if let Ok(told) = told {
            refused.headers_mut().insert(header::CONTENT_RANGE, told);
        }
        return Ok(refused);
    };
    let (first, last) = (*range.start(), *range.end());
    file.seek(SeekFrom::Start(first)).await.map_err(failed)?;
    let length = last - first + 1;
    let headers = [
        (header::CONTENT_TYPE, "audio/wav".to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (
            header::CONTENT_RANGE,
            format!("bytes {first}-{last}/{size}"),
        ),
    ];
    Ok((StatusCode::PARTIAL_CONTENT, headers, body(file, length)).into_response())
}

/// The range of a request: `None` for the whole (also when the header is not understood, RFC 9110 §14.2), `Some(None)` when it
/// cannot be satisfied.
fn wanted_range(headers: &HeaderMap, size: u64) -> Option<Option<RangeInclusive<u64>>> {
    let told = headers.get(header::RANGE)?.to_str().ok()?;
    let spec = told.strip_prefix("bytes=")?;
    // Several ranges at once: a server may answer with the whole.
    let (first, last) = spec.split_once('-').filter(|_| !spec.contains(','))?;
    let end = size.checked_sub(1);
    let range = match (first.trim(), last.trim()) {
        ("", suffix) => {
            let length: u64 = suffix.parse().ok()?;
            let reaches = length > 0;
            end.filter(|_| reaches)
                .map(|end| size.saturating_sub(length)..=end)
        }
        (first, "") => {
            let first: u64 = first.parse().ok()?;
            end.map(|end| first..=end)
        }
        (first, last) => {
            let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
            if last < first {
                return None;
            }
            end.map(|end| first..=last.min(end))
        }
    };
    Some(range.filter(|range| !range.is_empty()))
}

/// Exactly `length` bytes of a file from where it stands; a file that ends before breaks the answer off.
fn body(mut file: File, length: u64) -> Body {
    Body::from_stream(async_stream::stream! {
        let mut left = length;
        while left > 0 {
            let most = usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK));
            let read = next_chunk(&mut file, most).await;
            left = read.as_ref().map_or(0, |chunk| left - chunk.len() as u64);
            yield read;
        }
    })
}

/// The next bytes of a file, at least one.
async fn next_chunk(file: &mut File, most: usize) -> std::io::Result<Bytes> {
    let mut chunk = vec![0; most];
    let read = file.read(&mut chunk).await?;
    if read == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    chunk.truncate(read);
    Ok(chunk.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_by_rfc_9110() {
        for (told, size, expected) in [
            ("bytes=0-9", 100, Some(Some(0..=9))),
            ("bytes=90-", 100, Some(Some(90..=99))),
            ("bytes=90-500", 100, Some(Some(90..=99))),
            ("bytes=-10", 100, Some(Some(90..=99))),
            ("bytes=-500", 100, Some(Some(0..=99))),
            ("bytes=100-", 100, Some(None)),
            ("bytes=-0", 100, Some(None)),
            ("bytes=0-", 0, Some(None)),
            ("bytes=9-0", 100, None),
            ("bytes=0-1,3-4", 100, None),
            ("lines=0-1", 100, None),
            ("bytes=x-y", 100, None),
            ("bytes=99999999999999999999-", 100, None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, told.parse().unwrap());
            assert_eq!(wanted_range(&headers, size), expected, "{told} of {size}");
        }
        assert_eq!(wanted_range(&HeaderMap::new(), 100), None);
    }

    #[tokio::test]
    async fn advisory_26_no_stored_path_leads_out_of_the_folder() {
        let folder = std::env::temp_dir().join(format!("trunkline-below-{}", std::process::id()));
        let root = folder.join("recordings");
        std::fs::create_dir_all(root.join("2026")).unwrap();
        std::fs::write(root.join("2026/1-1.wav"), b"RIFF").unwrap();
        std::fs::write(folder.join("secret.wav"), b"RIFF").unwrap();
        std::os::unix::fs::symlink(folder.join("secret.wav"), root.join("link.wav")).unwrap();
        assert!(below(&root, "2026/1-1.wav").await.is_ok());
        for (path, code) in [
            ("../secret.wav", Code::Internal),
            ("2026/../../secret.wav", Code::Internal),
            ("/etc/passwd", Code::Internal),
            ("link.wav", Code::Internal),
            ("2026/none.wav", Code::NoRecording),
        ] {
            let refused = below(&root, path).await.unwrap_err();
            assert_eq!(refused.code(), code, "{path}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
