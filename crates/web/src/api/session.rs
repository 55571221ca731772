//! Signing in and out. A wrong password and an unknown login get the same answer after the same time (advisory 17); tries are
//! counted per account and source whatever their outcome (G9).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse};
use model::{AgentId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{AgentRecord, IssuedSession, Role, Secret};
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::principal::{COOKIE, now};
use crate::auth::{Principal, Via, origin};
use crate::connection::Peer;
use crate::extract::Body;
use crate::problem::{Code, Problem, ProblemDocument};

/// How long a session lasts: a long shift.
pub const SESSION_LASTS: Duration = Duration::from_secs(12 * 60 * 60);
/// How long a sign-in waits for its turn to have the password checked.
const CHECK_WAIT_MAX: Duration = Duration::from_secs(5);
/// Longest password that is looked at.
const PASSWORD_BYTES_MAX: usize = 1_024;

/// Who wants in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The user name: `1001`.
    pub login: String,
    /// The password.
    pub password: String,
}

/// A session as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionBody {
    /// Who is signed in.
    #[schema(value_type = String)]
    pub agent: AgentId,
    /// His user name.
    pub login: String,
    /// His name.
    pub name: String,
    /// The language of his pages: `zh-CN`, `en`; `null` when it is neither.
    pub locale: Option<&'static str>,
    /// What he may do: `agent`, `supervisor`, `admin`.
    #[schema(value_type = Vec<String>)]
    pub roles: Vec<Role>,
    /// What requests that change something show in `X-CSRF-Token`; `null` for a bearer token, which needs none.
    pub csrf: Option<String>,
    /// When the session ends; `null` for a bearer token.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
}

impl SessionBody {
    /// Of whoever asks.
    pub fn of(who: &Principal) -> Self {
        let (csrf, expires_at) = match &who.via {
            Via::Session {
                csrf, expires_at, ..
            } => (Some(csrf.expose().clone()), Some(*expires_at)),
            Via::Token { .. } => (None, None),
        };
        Self {
            agent: who.agent,
            login: who.login.clone(),
            name: who.name.clone(),
            locale: who.locale.map(crate::locale::Locale::tag),
            roles: who.roles.iter().copied().collect(),
            csrf,
            expires_at,
        }
    }
}

/// Who is signed in.
#[utoipa::path(get, operation_id = "get_session", path = "/v1/session", tag = "session",
    responses(
        (status = 200, description = "The session.", body = SessionBody),
        (status = 401, description = "Nobody is signed in.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(who: Principal) -> Json<SessionBody> {
    Json(SessionBody::of(&who))
}

/// Signs in: the answer sets the session's cookie and tells the CSRF token.
#[utoipa::path(post, operation_id = "begin_session", path = "/v1/session", tag = "session", security(()), request_body = Credentials,
    responses(
        (status = 200, description = "Signed in.", body = SessionBody),
        (status = 401, description = "Login or password is wrong.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 429, description = "Too many tries; `Retry-After` tells the seconds.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn begin(
    State(app): State<App>,
    ConnectInfo(Peer { remote: source, .. }): ConnectInfo<Peer>,
    headers: HeaderMap,
    Body(credentials): Body<Credentials>,
) -> Result<impl IntoResponse, Problem> {
    let (who, cookie) = sign_in(&app, source, &headers, &credentials).await?;
    Ok((
        AppendHeaders([(header::SET_COOKIE, cookie)]),
        Json(SessionBody::of(&who)),
    ))
}

/// Signs out.
#[utoipa::path(delete, operation_id = "end_session", path = "/v1/session", tag = "session",
    responses((status = 204, description = "Signed out.")))]
pub(crate) async fn end(
    State(app): State<App>,
    who: Principal,
) -> Result<impl IntoResponse, Problem> {
    let cookie = sign_out(&app, &who).await?;
    Ok((
        StatusCode::NO_CONTENT,
        AppendHeaders([(header::SET_COOKIE, cookie)]),
    ))
}

/// Signs somebody in: who he is, and the cookie to set.
pub(crate) async fn sign_in(
    app: &App,
    source: SocketAddr,
    headers: &HeaderMap,
    credentials: &Credentials,
) -> Result<(Principal, HeaderValue), Problem> {
    // A foreign page must not sign its visitor in under its own name.
    if !origin::is_own(headers) {
        return Err(Problem::new(Code::ForeignOrigin));
    }
    app.tries()
        .count(Instant::now(), &credentials.login, source.ip())
        .map_err(|wait| Problem::new(Code::TooManyTries).retry_after_s(wait.as_secs() + 1))?;
    let Some(agent) = checked(app, credentials).await? else {
        // S22: the log does not tell the account either; people type passwords into the wrong field.
        tracing::info!(source = %source.ip(), "a sign-in was refused");
        return Err(Problem::new(Code::WrongCredentials));
    };
    let issued = app
        .database()
        .create_session(agent.id, now(), SESSION_LASTS)
        .await?;
    tracing::info!(agent = %agent.id, source = %source.ip(), "signed in");
    let cookie = cookie(app, issued.token.expose(), SESSION_LASTS)?;
    Ok((principal(app, agent, issued).await?, cookie))
}

/// Ends the session that somebody came by; gives the cookie that takes the old one's place.
pub(crate) async fn sign_out(app: &App, who: &Principal) -> Result<HeaderValue, Problem> {
    if let Via::Session { token, .. } = &who.via {
        app.database().delete_session(token.expose()).await?;
    }
    cookie(app, "", Duration::ZERO)
}

/// The agent of these credentials. Checking takes a core for tens of ms: a few at once, the others wait their turn.
async fn checked(app: &App, credentials: &Credentials) -> Result<Option<AgentRecord>, Problem> {
    let turn = tokio::time::timeout(CHECK_WAIT_MAX, app.password_checks().acquire()).await;
    let Ok(Ok(_turn)) = turn else {
        return Err(Problem::new(Code::Busy).retry_after_s(5));
    };
    // One that is too long is wrong in any case, and is checked as long as any other.
    let password = match credentials.password.as_str() {
        long if long.len() > PASSWORD_BYTES_MAX => "",
        password => password,
    };
    Ok(app.database().sign_in(&credentials.login, password).await?)
}

async fn principal(
    app: &App,
    agent: AgentRecord,
    issued: IssuedSession,
) -> Result<Principal, Problem> {
    let via = Via::Session {
        token: issued.token,
        csrf: issued.csrf,
        expires_at: issued.expires_at,
    };
    Principal::new(app, agent, via).await
}

/// The session's cookie: for our own pages only, unseen by scripts.
fn cookie(app: &App, token: &str, lasts: Duration) -> Result<HeaderValue, Problem> {
    let secure = if app.is_https() { "; Secure" } else { "" };
    let seconds = lasts.as_secs();
    let text = Secret::new(format!(
        "{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    ));
    let mut value =
        HeaderValue::from_str(text.expose()).map_err(|error| Problem::internal(&error))?;
    value.set_sensitive(true);
    Ok(value)
}
