//! What a request carries, read strictly: unknown fields are refused (API conventions), and whatever cannot be read is a
//! problem with a code.

use axum::Json;
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
        let Json(body) = Json::<T>::from_request(request, app)
            .await
            .map_err(|rejection| {
                // 422 for what the type refuses, 415, 413, and 400 for what is no JSON.
                let code = Code::of_status(rejection.status()).unwrap_or(Code::MalformedBody);
                Problem::new(code).detail(rejection.body_text())
            })?;
        Ok(Self(body))
    }
}

/// What stands in the path.
#[derive(Debug)]
pub struct InPath<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
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
