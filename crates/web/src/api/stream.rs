//! `GET /v1/events`: facts and screen pops as Server-Sent Events.
//!
//! `id` is the fact's number, `event` its name, `data` its JSON. A client resumes by `Last-Event-ID` (browsers do so by
//! themselves) or `?after=`; numbers that are not kept any more give 410, and the client loads the state again. A heartbeat is
//! an id without data: browsers note the number and raise no event.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::auth::permission::reaches_all;
use crate::auth::{Action, Principal, authorise};
use crate::desktop::Viewer;
use crate::events::{CannotListen, Said, Subscription};
use crate::extract::InQuery;
use crate::problem::{Code, Problem, ProblemDocument};

/// How often it is looked whether the session still holds.
const CHECK_EVERY: Duration = Duration::from_secs(60);

/// From where, and what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// The last number that the client has; `Last-Event-ID` goes before it. From now on when both are absent.
    #[param(value_type = Option<String>)]
    after: Option<u64>,
    /// `mine`: what concerns me as an agent; `all`: every fact. Without it as much as the role allows.
    scope: Option<Scope>,
}

/// What to follow.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// What concerns me as an agent: pops, my own `agent.*` facts, my tickets.
    Mine,
    /// Every fact.
    All,
}

/// Facts and screen pops as they happen.
///
/// Agents get `pop.offer`, `pop.connected`, `pop.updated`, `pop.cancelled` and `pop.ended` in place of the facts behind them,
/// their own `agent.*` facts and their tickets' `ticket.*`. Supervisors and admins get all facts under their own names.
#[utoipa::path(get, operation_id = "follow_events", path = "/v1/events", tag = "events",
    params(EventsQuery, ("Last-Event-ID" = Option<String>, Header, description = "The last number that the client has.")),
    responses(
        (status = 200, description = "A stream that does not end by itself.", body = String, content_type = "text/event-stream"),
        (status = 410, description = "The events after that number are gone: load the state again.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn events(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let viewer = viewer(&who, query.scope)?;
    let after = last_event_id(&headers)?.or(query.after);
    let mut subscription = app.events().subscribe(viewer, after)?;
    subscription.prepare().await?;
    let mut response = Sse::new(frames(app, headers, subscription)).into_response();
    // Proxies that gather answers would hold events back.
    let headers = response.headers_mut();
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn viewer(who: &Principal, scope: Option<Scope>) -> Result<Viewer, Problem> {
    let all = match scope {
        Some(Scope::Mine) => false,
        Some(Scope::All) => true,
        None => reaches_all(who, Action::FollowAll),
    };
    if all {
        authorise(who, Action::FollowAll, None)?;
        return Ok(Viewer::Observer);
    }
    authorise(who, Action::FollowAgent, Some(who.agent))?;
    Ok(Viewer::Agent(who.agent))
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(told) = headers.get("last-event-id") else {
        return Ok(None);
    };
    let number = told.to_str().ok().and_then(|told| told.parse().ok());
    match number {
        Some(number) => Ok(Some(number)),
        None => Err(Problem::new(Code::MalformedParameter).detail("Last-Event-ID is no number")),
    }
}

/// The stream. It ends when the listener was cut off, his session has ended or the process ends; the client comes back.
fn frames(
    app: App,
    headers: HeaderMap,
    mut subscription: Subscription,
) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    async_stream::stream! {
        // Proxies and clients see at once that the stream lives.
        yield Ok(Event::default().comment("trunkline"));
        let mut check_at = Instant::now() + CHECK_EVERY;
        while let Some(said) = subscription.next().await {
            if Instant::now() >= check_at {
                if !still_signed_in(&app, &headers).await {
                    break;
                }
                check_at = Instant::now() + CHECK_EVERY;
            }
            yield Ok(match said {
                Said::Frame(frame) => {
                    Event::default().id(frame.id.to_string()).event(frame.event).data(frame.data)
                }
                Said::Heartbeat(seq) => Event::default().id(seq.to_string()).comment("heartbeat"),
            });
        }
    }
}

/// Whether who began the stream may still come in. While the store cannot tell, the stream goes on.
async fn still_signed_in(app: &App, headers: &HeaderMap) -> bool {
    Principal::of(app, headers)
        .await
        .map_or(true, |who| who.is_some())
}

impl From<CannotListen> for Problem {
    fn from(why: CannotListen) -> Self {
        match why {
            CannotListen::Gone => Self::new(Code::EventsGone),
            CannotListen::TooMany => Self::new(Code::TooManyStreams).retry_after_s(30),
            CannotListen::Closing => Self::new(Code::Closing).retry_after_s(5),
        }
    }
}
