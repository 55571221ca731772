//! Bearer tokens of programs (J1), as data of the store. For admins: a token acts for an agent.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use model::{AgentId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{ApiToken, NewApiToken, Scopes, StoreError};
use ticket::Actor;
use utoipa::ToSchema;

use super::list::List;
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, Via, authorise};
use crate::extract::{Body, InPath};
use crate::idempotency::KeptAs;
use crate::problem::{Code, Problem, ProblemDocument};

/// A bearer token, without the token.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenBody {
    /// Its name, unique.
    pub name: String,
    /// For whom it acts.
    #[schema(value_type = String)]
    pub agent: AgentId,
    /// What it may do of what he may; `*` is all of it.
    pub scopes: Vec<&'static str>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it ends; `null` for never.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute; `null` for never.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Timestamp>,
}

/// A token that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenSecretBody {
    /// What is known of it.
    #[serde(flatten)]
    pub token: TokenBody,
    /// What the program shows: `Authorization: Bearer …`. It is not shown again.
    pub secret: String,
}

/// A token as somebody wants it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenWanted {
    /// What it is for: unique, 1 to 80 characters.
    pub name: String,
    /// What it may do: words of scopes (`tickets:read`), or `*` for all that its agent may.
    pub scopes: Vec<String>,
    /// For whom it acts; absent: for who asks.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub agent: Option<AgentId>,
    /// When it ends; absent: never.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
}

/// Bearer tokens by name, without their secrets.
#[utoipa::path(get, operation_id = "list_tokens", path = "/v1/tokens", tag = "tokens",
    responses((status = 200, description = "All of them: at most 200.", body = List<TokenBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
) -> Result<Json<List<TokenBody>>, Problem> {
    authorise(&who, Action::ManageTokens, None)?;
    let tokens = app.database().api_tokens().await?;
    Ok(Json(List {
        items: tokens.into_iter().map(TokenBody::from).collect(),
        next: None,
    }))
}

/// Makes a bearer token. It may do what its agent may at that time and what its scopes hold, and nothing else.
///
/// A token that makes a token gives no more than it has.
#[utoipa::path(post, operation_id = "make_token", path = "/v1/tokens", tag = "tokens", request_body = TokenWanted,
    responses(
        (status = 201, description = "The token with its secret, which is not shown again.", body = TokenSecretBody),
        (status = 403, description = "Not for this role, or more than the asking token has.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No such agent.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "Another token has this name.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "A scope is unknown, the name or the end are not as they should be, or there are 200 already.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn make(
    State(app): State<App>,
    who: Principal,
    Body(wanted): Body<TokenWanted>,
) -> Result<(StatusCode, Extension<KeptAs>, Json<TokenSecretBody>), Problem> {
    authorise(&who, Action::ManageTokens, None)?;
    let new = wanted.checked(&who)?;
    let agent = app.database().agent(new.agent).await?;
    agent.filter(|it| it.is_active).ok_or(Code::NoSuchAgent)?;
    let made = app
        .database()
        .create_api_token(new, Actor::Agent(who.agent), now());
    let (secret, token) = made.await.map_err(mistake)?;
    let token = TokenBody::from(token);
    // The answer as it is kept for who asks again (J3): without the secret.
    let kept = serde_json::to_string(&token).map_err(|error| Problem::internal(&error))?;
    let body = TokenSecretBody {
        token,
        secret: secret.expose().clone(),
    };
    Ok((StatusCode::CREATED, Extension(KeptAs(kept)), Json(body)))
}

/// Takes a bearer token back. It opens nothing from here on; streams that it holds end within a minute.
#[utoipa::path(delete, operation_id = "revoke_token", path = "/v1/tokens/{name}", tag = "tokens", params(("name" = String, Path)),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "No such token.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn revoke(
    State(app): State<App>,
    who: Principal,
    InPath(name): InPath<String>,
) -> Result<StatusCode, Problem> {
    authorise(&who, Action::ManageTokens, None)?;
    let by = Actor::Agent(who.agent);
    let gone = app.database().delete_api_token(&name, by, now());
    gone.await.map_err(mistake)?;
    Ok(StatusCode::NO_CONTENT)
}

impl TokenWanted {
    fn checked(self, who: &Principal) -> Result<NewApiToken, Problem> {
        let scopes = Scopes::of(self.scopes.iter().map(String::as_str));
        let scopes = scopes
            .map_err(|error| Problem::new(Code::InvalidBody).detail(format!("scopes: {error}")))?;
        if let Via::Token { scopes: own, .. } = &who.via
            && !own.cover(&scopes)
        {
            let detail = format!("the asking token has {own}, and gives no more than that");
            return Err(Problem::new(Code::TokenScope).detail(detail));
        }
        Ok(NewApiToken {
            name: self.name,
            agent: self.agent.unwrap_or(who.agent),
            scopes,
            expires_at: self.expires_at,
        })
    }
}

/// What the asker can mend.
fn mistake(error: StoreError) -> Problem {
    if let StoreError::Setting(why) = &error {
        return Problem::new(Code::InvalidBody).detail(why.clone());
    }
    if let StoreError::NotFound(_) = &error {
        return Problem::new(Code::NoSuchToken);
    }
    if let StoreError::Taken(_) = &error {
        return Problem::new(Code::TokenNameTaken);
    }
    error.into()
}

impl From<ApiToken> for TokenBody {
    fn from(token: ApiToken) -> Self {
        Self {
            scopes: token.scopes.words(),
            name: token.name,
            agent: token.agent,
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
        }
    }
}
