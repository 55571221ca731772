//! `GET /v1/events`: facts and screen pops as Server-Sent Events.
//!
//! `id` is the fact's number, `event` its name, `data` its JSON. A client resumes by `Last-Event-ID` (browsers do so by
//! themselves) or `?after=`; numbers that are not kept any more give 410, and the client loads the state again, as do pages of
//! agents that were loaded from a former run of the process. A heartbeat is
//! an id without data: browsers note the number and raise no event.

use std::convert::Infallible;
use std::time::Instant;

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

/// How often in a row the store may fail to tell whether a listener may still listen.
const UNTOLD_MAX: u32 = 3;

/// From where, and what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// The last number that the client has; `Last-Event-ID` goes before it. From now on when both are absent.
    #[param(value_type = Option<String>)]
    after: Option<u64>,
    /// The `run` of the state that the number belongs to (`/v1/agents/me/session`). 410 when the process has begun anew since,
    /// even if no event came in between.
    run: Option<String>,
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
/// their own `agent.*` facts and their tickets' `ticket.*`. Supervisors and admins get all facts under their own names, but
/// for `acd.told`, the journal for replays: numbers rise, and may leave some out.
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
    if query.run.is_some_and(|run| run != app.events().run()) {
        return Err(CannotListen::Gone.into());
    }
    let mut subscription = app.events().subscribe(viewer, after)?;
    subscription.prepare().await?;
    let right = Right {
        app,
        headers,
        scope: query.scope,
        viewer,
        untold: 0,
    };
    let mut response = Sse::new(frames(right, subscription)).into_response();
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

/// The stream. It ends when the listener was cut off, may not listen any more or the process ends; the client comes back.
fn frames(
    mut right: Right,
    mut subscription: Subscription,
) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    async_stream::stream! {
        // Proxies and clients see at once that the stream lives.
        yield Ok(Event::default().comment("trunkline"));
        let check_every = right.app.events().check_every();
        let mut check_at = Instant::now() + check_every;
        while let Some(said) = subscription.next().await {
            if Instant::now() >= check_at {
                if !right.still_holds().await {
                    break;
                }
                check_at = Instant::now() + check_every;
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

/// By what a stream was begun, to look again whether that still holds.
struct Right {
    app: App,
    headers: HeaderMap,
    scope: Option<Scope>,
    viewer: Viewer,
    /// Looks in a row at which the store could not tell.
    untold: u32,
}

impl Right {
    /// Whether the same request would begin the same stream: the session has not ended, no role was taken away. A store
    /// that cannot tell is trusted for a while, not for ever.
    async fn still_holds(&mut self) -> bool {
        match Principal::of(&self.app, &self.headers).await {
            Ok(who) => {
                self.untold = 0;
                let now = who.map(|who| viewer(&who, self.scope));
                matches!(now, Some(Ok(viewer)) if viewer == self.viewer)
            }
            Err(_) => {
                self.untold += 1;
                self.untold < UNTOLD_MAX
            }
        }
    }
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
