//! The pages: the agent's desk, the supervisor's board, calendars and the story of one call (`why`), a few HTML files, style sheets and scripts,
//! all our own and all in the binary.
//!
//! It works without JavaScript as far as signing in and out and showing the state go; the script adds the live part on the
//! same API that everybody uses. Invariant: whatever comes from callers or people reaches the page through `template`, which
//! escapes everything it puts in (S19, advisory 39), and the script sets text, never markup.

mod board;
mod calendars;
mod template;
mod text;
mod why;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{AppendHeaders, Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use model::fact::{Pop, PopCustomer};
use serde::Deserialize;

use crate::api::agent_body::StateBody;
use crate::api::session::{Credentials, sign_in, sign_out};
use crate::app::App;
use crate::auth::principal::cookie;
use crate::auth::{Principal, Via, origin, secret};
use crate::connection::Peer;
use crate::desktop::shown;
use crate::locale::Locale;
use crate::problem::{Code, Problem};
use crate::sight::Sight;
use crate::view::CurrentPop;
use template::Values;

/// The page's own paths, for the labels of figures.
pub(crate) const PATHS: [&str; 16] = [
    "/",
    "/why/{call}",
    "/board",
    "/calendars",
    "/assets/calendars.css",
    "/assets/calendars.js",
    "/assets/board.css",
    "/assets/board.js",
    "/assets/common.js",
    "/assets/clips.js",
    "/assets/pages.js",
    "/sign-in",
    "/sign-out",
    "/assets/app.css",
    "/assets/app.js",
    "/assets/icon.svg",
];

const INDEX: &str = include_str!("../ui/index.html");
const STYLE: &str = include_str!("../ui/app.css");
const SCRIPT: &str = include_str!("../ui/app.js");
const COMMON: &str = include_str!("../ui/common.js");
const CLIPS: &str = include_str!("../ui/clips.js");
const PAGES: &str = include_str!("../ui/pages.js");
const ICON: &str = include_str!("../ui/icon.svg");
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
/// The cookie that keeps a chosen language.
const LANGUAGE_COOKIE: &str = "trunkline_lang";

/// The routes of the page.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/", get(index))
        .route("/why/{call}", get(why::page))
        .route("/sign-in", post(sign_in_by_form))
        .route("/sign-out", post(sign_out_by_form))
        .route("/assets/app.css", get(|| asset(CSS, STYLE)))
        .route("/assets/app.js", get(|| asset(JAVASCRIPT, SCRIPT)))
        .route("/assets/common.js", get(|| asset(JAVASCRIPT, COMMON)))
        .route("/assets/clips.js", get(|| asset(JAVASCRIPT, CLIPS)))
        .route("/assets/pages.js", get(|| asset(JAVASCRIPT, PAGES)))
        .merge(board::routes())
        .merge(calendars::routes())
        .route("/assets/icon.svg", get(|| asset("image/svg+xml", ICON)))
}

/// A file of ours; asked for again each time, answered from memory.
async fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text)
}

/// What the page's address may carry.
#[derive(Debug, Default, Deserialize)]
struct PageQuery {
    lang: Option<String>,
}

async fn index(
    State(app): State<App>,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let chosen = query.lang.as_deref().and_then(Locale::from_tag);
    let who = Principal::of(&app, &headers).await?;
    let locale = locale(chosen, &headers, who.as_ref());
    let page = Html(rendered(&app, who.as_ref(), locale, None));
    Ok(keeping(chosen, page))
}

/// A page, and the language that was just chosen, so that it is kept.
fn keeping(chosen: Option<Locale>, page: Html<String>) -> Response {
    let Some(chosen) = chosen else {
        return page.into_response();
    };
    let kept = format!(
        "{LANGUAGE_COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Strict",
        chosen.tag()
    );
    (AppendHeaders([(header::SET_COOKIE, kept)]), page).into_response()
}

/// The language of the page: what was just chosen, was chosen before, stands in the agent's record, or the browser asks for.
fn locale(chosen: Option<Locale>, headers: &HeaderMap, who: Option<&Principal>) -> Locale {
    let kept = || cookie(headers, LANGUAGE_COOKIE).and_then(Locale::from_tag);
    chosen
        .or_else(kept)
        .or_else(|| who.and_then(|who| who.locale))
        .or_else(|| Locale::accepted(headers))
        .unwrap_or_default()
}

/// A form of the page as it is posted: the same syntax as a query.
fn form<T: serde::de::DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    let malformed = || Problem::new(Code::MalformedBody);
    let text = std::str::from_utf8(body).map_err(|_| malformed())?;
    let uri: Uri = format!("/?{text}").parse().map_err(|_| malformed())?;
    Query::try_from_uri(&uri)
        .map(|Query(form)| form)
        .map_err(|_| malformed())
}

async fn sign_in_by_form(
    State(app): State<App>,
    ConnectInfo(Peer { remote: source, .. }): ConnectInfo<Peer>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let credentials: Credentials = form(&body)?;
    match sign_in(&app, source, &headers, &credentials).await {
        Ok((_, cookie)) => {
            let cookie = AppendHeaders([(header::SET_COOKIE, cookie)]);
            Ok((cookie, Redirect::to("/")).into_response())
        }
        Err(problem) if problem.code().status().is_client_error() => {
            let locale = locale(None, &headers, None);
            let page = rendered(&app, None, locale, Some(problem.code().title(locale)));
            Ok((problem.code().status(), Html(page)).into_response())
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Deserialize)]
struct SignOut {
    csrf: String,
}

async fn sign_out_by_form(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let Some(who) = Principal::of(&app, &headers).await? else {
        return Ok(Redirect::to("/").into_response());
    };
    let shown: SignOut = form(&body)?;
    let Via::Session { csrf, .. } = &who.via else {
        return Err(Problem::new(Code::Forbidden));
    };
    if !origin::is_own(&headers) {
        return Err(Problem::new(Code::ForeignOrigin));
    }
    if !secret::is_same(&shown.csrf, csrf.expose()) {
        return Err(Problem::new(Code::CsrfToken));
    }
    let cookie: HeaderValue = sign_out(&app, &who).await?;
    let cookie = AppendHeaders([(header::SET_COOKIE, cookie)]);
    Ok((StatusCode::SEE_OTHER, cookie, [(header::LOCATION, "/")]).into_response())
}

/// The page for somebody, or the sign-in form for nobody.
fn rendered(app: &App, who: Option<&Principal>, locale: Locale, error: Option<&str>) -> String {
    let mut values = spoken(locale);
    values.set("view", if who.is_some() { "desk" } else { "sign-in" });
    values.set("error", error.unwrap_or_default());
    if let Some(who) = who {
        put_person(&mut values, who);
        put_desk(&mut values, app, who, locale);
    }
    template::render(INDEX, &values)
}

/// The texts of a language.
fn spoken(locale: Locale) -> Values {
    let mut values = Values::new();
    values.set("lang", locale.tag());
    values.set("texts", text::as_json(locale));
    for (key, text) in text::all(locale) {
        values.set(format!("t.{key}"), text);
    }
    values
}

/// Who reads a page.
fn put_person(values: &mut Values, who: &Principal) {
    if let Via::Session { csrf, .. } = &who.via {
        values.set("csrf", csrf.expose().as_str());
    }
    values.set("agent", who.agent.to_string());
    values.set("name", who.name.as_str());
    values.set("login", who.login.as_str());
    values.set("lead", if board::is_for(who) { "yes" } else { "no" });
}

fn put_desk(values: &mut Values, app: &App, who: &Principal, locale: Locale) {
    let line = app.view().agent(who.agent).line;
    let state = StateBody::of(line.as_ref());
    values.set("state", state.state);
    values.set("state_text", text::of_state(state.state, locale));
    values.set("state_reason", state.reason.unwrap_or_default());
    values.set("device", if state.registered { "on" } else { "off" });
    let pages = app.view().pop_pages();
    let parents = pages.parents.iter().map(ToString::to_string);
    values.set("parents", parents.collect::<Vec<_>>().join(" "));
    if let Some(pop) = line.and_then(|line| line.pop) {
        let shown = shown(&pop.pop, &pop.offer, Sight::of(app, who), &pages);
        put_pop(values, &pop, shown.pop, locale);
    }
}

/// The headline of the pop, for those without JavaScript; the script draws the whole card.
fn put_pop(values: &mut Values, current: &CurrentPop, pop: Pop, locale: Locale) {
    let stage = current.stage.name();
    let name = match &pop.customer {
        PopCustomer::Known(profile) => profile.candidates.first().map(|found| found.name.clone()),
        PopCustomer::Pending | PopCustomer::Withheld => None,
    };
    let number = pop.caller.number;
    // P10: a withheld number says so.
    let withheld = || text::get("withheld", locale).to_owned();
    let headline = name.or(pop.caller.display).or_else(|| number.clone());
    values.set("pop_stage", stage);
    values.set("pop_stage_text", text::of_stage(stage, locale));
    values.set("pop_name", headline.unwrap_or_else(withheld));
    values.set("pop_number", number.unwrap_or_else(withheld));
    values.set("pop_called", pop.called);
    let queue = current.offer.queue.as_ref();
    let spoken = pop.queue_name.get(locale.tag()).cloned();
    values.set(
        "pop_queue",
        spoken
            .or_else(|| queue.map(ToString::to_string))
            .unwrap_or_default(),
    );
}
