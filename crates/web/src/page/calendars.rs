//! The page of calendars: how they stand, their days, and closing one out of turn (E8, E9). Its data come from the API that everybody
//! uses; everybody may look, and supervisors and admins have the buttons.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;

use super::{CSS, JAVASCRIPT, PageQuery, asset, keeping, locale, put_person, spoken, template};
use crate::app::App;
use crate::auth::permission::reaches_all;
use crate::auth::{Action, Principal};
use crate::locale::Locale;
use crate::problem::Problem;

pub(super) const CALENDARS: &str = include_str!("../../ui/calendars.html");
pub(super) const SCRIPT: &str = include_str!("../../ui/calendars.js");
const STYLE: &str = include_str!("../../ui/calendars.css");

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/calendars", get(calendars))
        .route("/assets/calendars.css", get(|| asset(CSS, STYLE)))
        .route("/assets/calendars.js", get(|| asset(JAVASCRIPT, SCRIPT)))
}

/// Whoever is a stranger finds himself at the sign-in form.
async fn calendars(
    State(app): State<App>,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let Some(who) = Principal::of(&app, &headers).await? else {
        return Ok(Redirect::to("/").into_response());
    };
    let chosen = query.lang.as_deref().and_then(Locale::from_tag);
    let mut values = spoken(locale(chosen, &headers, Some(&who)));
    put_person(&mut values, &who);
    let may_close = reaches_all(&who, Action::CloseCalendars);
    values.set("lead", if may_close { "yes" } else { "no" });
    let page = Html(template::render(CALENDARS, &values));
    Ok(keeping(chosen, page))
}
