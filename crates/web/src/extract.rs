//! What a request carries, read strictly: unknown fields are refused (API conventions), and whatever cannot be read is a
//! problem with a code. U+0000 is in no text of ours: PostgreSQL keeps none, and a house must be able to go there.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use model::AgentId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, de};

use crate::app::App;
use crate::auth::Principal;
use crate::problem::{Code, Problem};

/// A JSON body. The type itself refuses unknown fields.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        // 422 for what the type refuses, 415, 413, and 400 for what is no JSON.
        let problem = |status, text| {
            let code = Code::of_status(status).unwrap_or(Code::MalformedBody);
            Problem::new(code).detail(text)
        };
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), app).await;
        let bytes = bytes.map_err(|why| problem(why.status(), why.body_text()))?;
        if has_nul(&bytes) {
            return Err(Problem::new(Code::MalformedBody).detail(NO_NUL));
        }
        let request = Request::from_parts(parts, bytes.into());
        let Json(body) = Json::<T>::from_request(request, app)
            .await
            .map_err(|why| problem(why.status(), why.body_text()))?;
        Ok(Self(body))
    }
}

const NO_NUL: &str = "a text holds U+0000";

/// Whether a text of a JSON document holds U+0000, which it can only say by `\u0000`: behind an even number of backslashes.
fn has_nul(json: &[u8]) -> bool {
    let mut is_escape = false;
    json.windows(6).any(|window| {
        let begins = !is_escape && window.starts_with(b"\\");
        is_escape = begins;
        begins && window.ends_with(b"u0000")
    })
}

/// The same of a path or a query.
fn without_nul(parts: &Parts) -> Result<(), Problem> {
    let asked = parts
        .uri
        .path_and_query()
        .map_or("", |asked| asked.as_str());
    match asked.contains("%00") {
        true => Err(Problem::new(Code::MalformedParameter).detail(NO_NUL)),
        false => Ok(()),
    }
}

/// What stands in the path.
#[derive(Debug)]
pub struct InPath<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        without_nul(parts)?;
        let Path(value) = Path::<T>::from_request_parts(parts, app)
            .await
            .map_err(|why| Problem::new(Code::MalformedParameter).detail(why.body_text()))?;
        Ok(Self(value))
    }
}

/// What stands behind the question mark. The type itself refuses unknown names.
#[derive(Debug)]
pub struct InQuery<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for InQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        without_nul(parts)?;
        let Query(value) = Query::<T>::from_request_parts(parts, app)
            .await
            .map_err(|why| Problem::new(Code::MalformedParameter).detail(why.body_text()))?;
        Ok(Self(value))
    }
}

/// An agent in a path or filter: his id, or `me`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentRef {
    /// Whoever asks.
    Me,
    /// This one.
    Id(AgentId),
}

impl AgentRef {
    /// The id.
    pub const fn resolve(self, who: &Principal) -> AgentId {
        match self {
            Self::Me => who.agent,
            Self::Id(agent) => agent,
        }
    }
}

impl<'de> Deserialize<'de> for AgentRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "me" => Ok(Self::Me),
            id => id.parse().map(Self::Id).map_err(de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::has_nul;

    #[test]
    fn a_nul_is_found_and_a_backslash_before_its_letters_is_none() {
        for (json, expected) in [
            (r#"{"a":"x\u0000y"}"#, true),
            (r#"{"a":"\\\u0000"}"#, true),
            (r#"{"a":"\\u0000"}"#, false),
            (r#"{"a":"\u0001"}"#, false),
            (r#""\u0000""#, true),
            ("{}", false),
        ] {
            assert_eq!(has_nul(json.as_bytes()), expected, "{json}");
        }
    }
}
