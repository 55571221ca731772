//! `GET /v1/events`: facts and screen pops as Server-Sent Events.
//!
//! `id` is the fact's number, `event` its name, `data` its JSON. A client resumes by `Last-Event-ID` (browsers do so by
//! themselves) or `?after=`; numbers that are not kept any more give 410, and the client loads the state again, as do pages of
//! agents that were loaded from a former run of the process. A heartbeat is
//! an id without data: browsers note the number and raise no event. `GET /v1/ws` (`socket`) tells the same.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use serde::Deserialize;
use store::Whose;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::auth::permission::whose;
use crate::auth::{Action, Principal, authorise};
use crate::desktop::Viewer;
use crate::events::{CannotListen, Said, Subscription};
use crate::extract::InQuery;
use crate::problem::{Code, Problem, ProblemDocument};
use crate::sight::Sight;

/// How often in a row the store may fail to tell whether a listener may still listen.
const UNTOLD_MAX: u32 = 3;

/// From where, and what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// The last number that the client has, at most 24 hours ago; `Last-Event-ID` goes before it. From now on when both are absent.
    #[param(value_type = Option<String>)]
    after: Option<u64>,
    /// The `run` of the state that the number belongs to (`/v1/agents/me/session`). 410 when the process has begun anew since,
    /// even if no event came in between.
    run: Option<String>,
    /// `mine`: what concerns me as an agent; `all`: every fact within my reach. Without it as much as the role allows.
    scope: Option<Scope>,
}

/// What to follow.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    /// What concerns me as an agent: pops, my own `agent.*` facts, my tickets.
    Mine,
    /// Every fact within my reach.
    All,
}

/// Facts and screen pops as they happen.
///
/// Agents get `pop.offer`, `pop.connected`, `pop.updated`, `pop.cancelled` and `pop.ended` in place of the facts behind them,
/// their own `agent.*` facts, their tickets' `ticket.*` and what they are told (`notification.created`). Supervisors and admins get all facts under their own names, but
/// for `acd.told`, the journal for replays, and what others are told; who reaches a part of the house alone (`/v1/agents/{id}/reach`) those that concern its people. Numbers
/// rise, and may leave some out.
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
    let following = Following::begin(app, &who, query, headers).await?;
    let mut response = Sse::new(frames(following)).into_response();
    // Proxies that gather answers would hold events back.
    let headers = response.headers_mut();
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn viewer(who: &Principal, scope: Option<Scope>, sight: Sight) -> Result<Viewer, Problem> {
    let all = match scope {
        Some(Scope::Mine) => false,
        Some(Scope::All) => true,
        None => authorise(who, Action::FollowAll, Some(who.agent)).is_ok(),
    };
    if all {
        return Ok(match whose(who, Action::FollowAll, None)? {
            Whose::Everybody => Viewer::Observer(who.agent),
            Whose::Circle(circle) => Viewer::Team(who.agent, Arc::new(circle)),
            Whose::One(agent) => Viewer::Agent(agent, sight),
        });
    }
    authorise(who, Action::FollowAgent, Some(who.agent))?;
    Ok(Viewer::Agent(who.agent, sight))
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
fn frames(mut following: Following) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    async_stream::stream! {
        // Proxies and clients see at once that the stream lives.
        yield Ok(Event::default().comment("trunkline"));
        while let Ok(said) = following.next().await {
            yield Ok(match said {
                Said::Frame(frame) => {
                    Event::default().id(frame.id.to_string()).event(frame.event).data(frame.data)
                }
                Said::Heartbeat(seq) => Event::default().id(seq.to_string()).comment("heartbeat"),
            });
        }
    }
}

/// Somebody who follows: what he is told, while he may be.
pub(super) struct Following {
    right: Right,
    subscription: Subscription,
    /// What is told next, once it is known that he may still hear it.
    said: Option<Said>,
    check_at: Instant,
}

/// Why nothing more is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The listener fell behind; he may come back with the last number that he has.
    CutOff,
    /// He may not listen any more, or the process ends.
    Refused(Code),
}

impl Following {
    /// From where the query says; `Last-Event-ID` goes before its `after`.
    pub(super) async fn begin(
        app: App,
        who: &Principal,
        query: EventsQuery,
        headers: HeaderMap,
    ) -> Result<Self, Problem> {
        let viewer = viewer(who, query.scope, Sight::of(&app, who))?;
        let after = last_event_id(&headers)?.or(query.after);
        if query.run.is_some_and(|run| run != app.events().run()) {
            return Err(CannotListen::Gone.into());
        }
        let mut subscription = app.events().subscribe(viewer.clone(), after)?;
        subscription.prepare().await?;
        Ok(Self {
            check_at: Instant::now() + app.events().check_every(),
            right: Right {
                app,
                headers,
                scope: query.scope,
                viewer,
                untold: 0,
            },
            subscription,
            said: None,
        })
    }

    /// What comes next. Nothing is lost when it is dropped and asked for again.
    pub(super) async fn next(&mut self) -> Result<Said, Ended> {
        if self.said.is_none() {
            self.said = self.subscription.next().await;
        }
        if self.said.is_some() && Instant::now() >= self.check_at {
            self.right.still_holds().await?;
            self.check_at = Instant::now() + self.right.app.events().check_every();
        }
        self.said.take().ok_or_else(|| {
            if self.right.app.events().is_closing() {
                Ended::Refused(Code::Closing)
            } else {
                Ended::CutOff
            }
        })
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
    async fn still_holds(&mut self) -> Result<(), Ended> {
        match Principal::of(&self.app, &self.headers).await {
            Ok(who) => {
                self.untold = 0;
                let who = who.ok_or(Ended::Refused(Code::SignInNeeded))?;
                let now = viewer(&who, self.scope, Sight::of(&self.app, &who));
                match (now.map_err(|why| Ended::Refused(why.code()))?, &self.viewer) {
                    (now, before) if now == *before => Ok(()),
                    // Other people are within his reach: he comes back, and is told of them.
                    (Viewer::Team(..), Viewer::Team(..)) => Err(Ended::CutOff),
                    // What he is told of numbers is another rule.
                    (Viewer::Agent(..), Viewer::Agent(..)) => Err(Ended::CutOff),
                    (Viewer::Team(..) | Viewer::Agent(..) | Viewer::Observer(_), _) => {
                        Err(Ended::Refused(Code::Forbidden))
                    }
                }
            }
            Err(problem) => {
                self.untold += 1;
                let is_trusted = self.untold < UNTOLD_MAX;
                is_trusted
                    .then_some(())
                    .ok_or(Ended::Refused(problem.code()))
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
