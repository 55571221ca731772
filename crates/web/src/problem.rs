//! Errors as people and programs get them: `application/problem+json` (RFC 9457) with a stable `code` and a title in the
//! reader's language.
//!
//! Invariant: no answer of the API with a status of 400 or more has another body; `localised` runs around all of them and knows the
//! request's `Accept-Language`. Texts from a request are never repeated in a title; `detail` is for programmers and is
//! JSON, never HTML (advisory 30).

mod code;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

pub use code::Code;

use crate::commands::CommandFailure;
use crate::locale::Locale;

/// The media type of RFC 9457.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What went wrong with a request.
#[derive(Clone, Debug)]
pub struct Problem {
    code: Code,
    detail: Option<String>,
    retry_after_s: Option<u64>,
    current: Option<Box<serde_json::Value>>,
    report: Option<Box<serde_json::Value>>,
    etag: Option<String>,
    duplicates: Option<Box<serde_json::Value>>,
    is_undone: bool,
}

/// Marks an answer: its request was turned away before anything of it was done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Undone;

/// A problem as it is written (RFC 9457 §3.1, with our extension members).
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// A URN that ends in the code.
    #[serde(rename = "type")]
    kind: String,
    /// What went wrong, in the reader's language.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// The stable code that programs compare.
    code: &'static str,
    /// What exactly, for programmers, in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// With `version_conflict`: the document as it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    current: Option<Box<serde_json::Value>>,
    /// With `ticket.duplicate`: the first page of what is there, as `POST /v1/tickets/duplicates` gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    duplicates: Option<Box<serde_json::Value>>,
    /// With `list_refused`: what is wrong, row by row.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    report: Option<Box<serde_json::Value>>,
}

impl Problem {
    /// A problem that needs no more words.
    pub const fn new(code: Code) -> Self {
        Self {
            code,
            detail: None,
            retry_after_s: None,
            current: None,
            report: None,
            etag: None,
            duplicates: None,
            is_undone: false,
        }
    }

    /// Turned away before anything was done: the same may be asked again under its key (J3).
    #[must_use]
    pub(crate) const fn undone(self) -> Self {
        self.undone_if(true)
    }

    /// The same where that is known.
    #[must_use]
    pub(crate) const fn undone_if(mut self, is_known: bool) -> Self {
        self.is_undone = is_known;
        self
    }

    /// With what exactly is wrong.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With the seconds after which another try makes sense.
    #[must_use]
    pub const fn retry_after_s(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// With the document as it stands and its version (412).
    #[must_use]
    pub fn current(mut self, document: serde_json::Value, etag: String) -> Self {
        self.current = Some(Box::new(document));
        self.etag = Some(etag);
        self
    }

    /// With the tickets that are there already (409, D6).
    #[must_use]
    pub(crate) fn duplicates(mut self, list: serde_json::Value) -> Self {
        self.duplicates = Some(Box::new(list));
        self
    }

    /// With what is wrong, row by row.
    #[must_use]
    pub(crate) fn report(mut self, report: serde_json::Value) -> Self {
        self.report = Some(Box::new(report));
        self
    }

    /// A failure of ours: logged whole, told without its inside.
    pub fn internal(error: &(dyn std::fmt::Display + Send + Sync)) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(Code::Internal)
    }

    /// Its code.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The answer in the language that a request accepts, for layers around `localised`.
    pub(crate) fn answer(&self, request: &HeaderMap) -> Response {
        self.written(Locale::accepted(request).unwrap_or(Locale::English))
    }

    fn written(&self, locale: Locale) -> Response {
        let row = self.code.row();
        let document = ProblemDocument {
            kind: format!("urn:trunkline:problem:{}", row.word),
            title: row.title(locale),
            status: row.status.as_u16(),
            code: row.word,
            detail: self.detail.clone(),
            current: self.current.clone(),
            duplicates: self.duplicates.clone(),
            report: self.report.clone(),
        };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = row.status;
        self.write_headers(response.headers_mut(), locale);
        if self.is_undone {
            response.extensions_mut().insert(Undone);
        }
        response
    }

    fn write_headers(&self, headers: &mut HeaderMap, locale: Locale) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(locale.tag()),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(etag) = self
            .etag
            .as_deref()
            .and_then(|etag| HeaderValue::from_str(etag).ok())
        {
            headers.insert(header::ETAG, etag);
        }
        if self.code.row().status == StatusCode::UNAUTHORIZED {
            // RFC 9110 §11.6.1 demands a challenge; pages sign in by a form, programs by a token.
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"trunkline\""),
            );
        }
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl From<CommandFailure> for Problem {
    fn from(failure: CommandFailure) -> Self {
        use engine::{ClipRefusal, CommandError, LineRefusal};
        match failure {
            CommandFailure::Refused(CommandError::UnknownAgent(_)) => Self::new(Code::NoSuchAgent),
            CommandFailure::Refused(CommandError::UnknownCall(_)) => Self::new(Code::NoSuchCall),
            CommandFailure::Refused(CommandError::UnknownCalendar(_)) => {
                Self::new(Code::NoSuchCalendar)
            }
            CommandFailure::Refused(CommandError::ReasonNeeded) => Self::new(Code::ReasonNeeded),
            CommandFailure::Refused(CommandError::UnknownCallback(_)) => {
                Self::new(Code::NoSuchCallback)
            }
            CommandFailure::Refused(CommandError::NotAllowed(why)) => {
                Self::new(Code::StateForbids).detail(why)
            }
            CommandFailure::Refused(CommandError::Invalid(why)) => {
                Self::new(Code::InvalidBody).detail(why)
            }
            CommandFailure::Refused(CommandError::Line(why)) => Self::new(match why {
                LineRefusal::NotWaiting => Code::NotWaiting,
                LineRefusal::WaitsThere => Code::WaitsThere,
                LineRefusal::TakesNobody => Code::QueueTakesNobody,
                LineRefusal::AgentNotReady => Code::AgentNotReady,
                LineRefusal::KeptApart => Code::KeptApart,
                LineRefusal::CalledBack => Code::CalledBack,
            }),
            CommandFailure::Refused(CommandError::Clip(why)) => Self::new(match why {
                ClipRefusal::Unknown => Code::NoClip,
                ClipRefusal::NotOffered => Code::ClipNotOffered,
                ClipRefusal::NoLanguage => Code::NoClipLanguage,
                ClipRefusal::Held => Code::ClipWhileHeld,
                ClipRefusal::Consulting => Code::ClipWhileConsulting,
            }),
            CommandFailure::Busy => Self::new(Code::Busy).retry_after_s(1).undone(),
            CommandFailure::Unanswered => Self::new(Code::EngineSilent).retry_after_s(5),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.written(Locale::English);
        response.extensions_mut().insert(self);
        response
    }
}

/// The layer around all handlers: writes problems in the reader's language, and turns bare errors of the framework into problems.
pub(crate) async fn localised(request: Request, next: Next) -> Response {
    let locale = Locale::accepted(request.headers()).unwrap_or(Locale::English);
    let response = next.run(request).await;
    let status = response.status();
    let problem = match response.extensions().get::<Problem>() {
        Some(problem) => problem.clone(),
        None if status.is_client_error() || status.is_server_error() => {
            match Code::of_status(status) {
                Some(code) => Problem::new(code),
                None => return response,
            }
        }
        None => return response,
    };
    let mut written = problem.written(locale);
    for kept in [header::ALLOW, header::SET_COOKIE, header::CONTENT_RANGE] {
        if let Some(value) = response.headers().get(&kept) {
            written.headers_mut().insert(kept, value.clone());
        }
    }
    written
}
