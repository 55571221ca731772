//! The person behind a request, taken from its cookie or bearer token.
//!
//! Extracting a `Principal` is the only way in: a handler that names none is open to everybody. A request that changes
//! something by cookie is refused here when it comes from another site or lacks the CSRF token.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method, header};
use model::{AgentId, Timestamp};
use store::{AgentRecord, Circle, Role, Scope, Scopes, Secret};

use super::{origin, secret};
use crate::app::App;
use crate::locale::Locale;
use crate::problem::{Code, Problem};

/// The name of the session's cookie.
pub const COOKIE: &str = "trunkline_session";
/// The header that shows the CSRF token.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// Who asks.
#[derive(Clone, Debug)]
pub struct Principal {
    /// His id; for a bearer token the agent for whom it acts.
    pub agent: AgentId,
    /// What he may do.
    pub roles: BTreeSet<Role>,
    /// His user name.
    pub login: String,
    /// His name.
    pub name: String,
    /// His language, when it is one of ours.
    pub locale: Option<Locale>,
    /// Whom and what his rights reach (J1); `None`: the whole house.
    pub circle: Option<Arc<Circle>>,
    /// How he came in.
    pub via: Via,
}

/// How someone came in.
#[derive(Clone, Debug)]
pub enum Via {
    /// By the cookie of a session.
    Session {
        /// The session's token, to end it.
        token: Secret<String>,
        /// What a request that changes something must show.
        csrf: Secret<String>,
        /// When it ends.
        expires_at: Timestamp,
    },
    /// By a bearer token.
    Token {
        /// Its name.
        name: String,
        /// What it may do of what its agent may.
        scopes: Scopes,
    },
}

/// The time of the wall, as sessions and tickets keep it.
pub fn now() -> Timestamp {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .into()
}

impl Principal {
    /// From an agent's record.
    pub async fn new(app: &App, agent: AgentRecord, via: Via) -> Result<Self, Problem> {
        // Who gives rights would give himself what he lacks.
        let circle = match agent.roles.contains(&Role::Admin) {
            true => None,
            false => {
                let rules = app.tickets().rules();
                app.database().circle(&agent, &rules).await?
            }
        };
        Ok(Self {
            circle: circle.map(Arc::new),
            agent: agent.id,
            roles: agent.roles,
            login: agent.login,
            locale: Locale::from_tag(&agent.locale),
            name: agent.name,
            via,
        })
    }

    /// Who shows these headers; `None` when they show nobody who may come in.
    pub async fn of(app: &App, headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let (agent, via) = match bearer(headers) {
            Some(token) => match by_token(app, token).await? {
                Some(found) => found,
                None => return Ok(None),
            },
            None => match session(app, headers).await? {
                Some(found) => found,
                None => return Ok(None),
            },
        };
        let record = app.database().agent(agent).await?;
        match record.filter(|record| record.is_active) {
            Some(record) => Ok(Some(Self::new(app, record, via).await?)),
            None => Ok(None),
        }
    }

    /// The same, where a layer may have found it out.
    pub(crate) async fn behind(
        app: &App,
        extensions: &Extensions,
        headers: &HeaderMap,
    ) -> Result<Option<Self>, Problem> {
        match extensions.get::<Known>() {
            Some(Known(found)) => Ok(found.clone()),
            None => Self::of(app, headers).await,
        }
    }

    /// Whether this scope is among those that he came in by; a session has them all.
    pub fn holds(&self, scope: Scope) -> bool {
        match &self.via {
            Via::Session { .. } => true,
            Via::Token { scopes, .. } => scopes.hold(scope),
        }
    }

    /// By what he is judged, in words: with other roles, groups within reach, or scopes the same request is another one.
    pub(crate) fn rights(&self) -> String {
        let mut roles = format!("{:?}", self.roles);
        if let Some(circle) = &self.circle {
            let groups: Vec<&str> = circle.groups.iter().map(String::as_str).collect();
            roles = format!("{roles} within {}", groups.join(","));
        }
        match &self.via {
            Via::Session { .. } => roles,
            Via::Token { scopes, .. } => format!("{roles} {scopes}"),
        }
    }

    /// Whether the request may change something: by cookie only from a page of ours that knows the CSRF token (S19).
    pub(crate) fn may_change(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let Via::Session { csrf, .. } = &self.via else {
            return Ok(());
        };
        if !origin::is_own(headers) {
            return Err(Problem::new(Code::ForeignOrigin));
        }
        let shown = headers
            .get(CSRF_HEADER)
            .and_then(|shown| shown.to_str().ok())
            .unwrap_or_default();
        if secret::is_same(shown, csrf.expose()) {
            Ok(())
        } else {
            Err(Problem::new(Code::CsrfToken))
        }
    }
}

impl FromRequestParts<App> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let found = Self::behind(app, &parts.extensions, &parts.headers).await?;
        let principal = found.ok_or(Code::SignInNeeded)?;
        let is_safe = parts.method == Method::GET || parts.method == Method::HEAD;
        if !is_safe {
            principal.may_change(&parts.headers)?;
        }
        Ok(principal)
    }
}

/// Who a request comes from, found out by a layer on its way to the handler.
#[derive(Clone, Debug)]
pub(crate) struct Known(pub(crate) Option<Principal>);

/// By a token; that it is in use is written down beside the request, which does not wait for it.
async fn by_token(app: &App, token: &str) -> Result<Option<(AgentId, Via)>, Problem> {
    let at = now();
    let Some(found) = app.database().api_token(token, at).await? else {
        return Ok(None);
    };
    if found.is_to_be_noted(at) && app.token_use().begins(&found.name, at) {
        let (database, name) = (app.database().clone(), found.name.clone());
        tokio::spawn(async move {
            if let Err(error) = database.note_token_use(&name, at).await {
                tracing::debug!(%error, "that a token is in use is not written down this time");
            }
        });
    }
    let (name, scopes) = (found.name, found.scopes);
    Ok(Some((found.agent, Via::Token { name, scopes })))
}

async fn session(app: &App, headers: &HeaderMap) -> Result<Option<(AgentId, Via)>, Problem> {
    let Some(token) = cookie(headers, COOKIE) else {
        return Ok(None);
    };
    let found = app.database().session(token, now()).await?;
    Ok(found.map(|session| {
        let via = Via::Session {
            token: Secret::new(token.to_owned()),
            csrf: session.csrf,
            expires_at: session.expires_at,
        };
        (session.agent, via)
    }))
}

/// RFC 6750 §2.1.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A cookie of the request (RFC 6265 §5.4).
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(
            header::COOKIE,
            "x_trunkline_session=a; b=c".parse().unwrap(),
        );
        assert_eq!(cookie(&headers, COOKIE), None);
        headers.append(header::COOKIE, "d=e;trunkline_session=t=1".parse().unwrap());
        assert_eq!(cookie(&headers, COOKIE), Some("t=1"));
    }

    #[test]
    fn a_bearer_token_is_read_whatever_the_schemes_case() {
        let mut headers = HeaderMap::new();
        for (value, token) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc", Some("abc")),
            ("Basic abc", None),
            ("Bearer", None),
        ] {
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            assert_eq!(bearer(&headers), token, "{value}");
        }
    }
}
