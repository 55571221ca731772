//! The supervisor's board: queues as they stand, who waits in them, and what can be done for him (D25). Its figures come from the API
//! that everybody uses; the page brings the frame and the texts.

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

pub(super) const BOARD: &str = include_str!("../../ui/board.html");
pub(super) const SCRIPT: &str = include_str!("../../ui/board.js");
const STYLE: &str = include_str!("../../ui/board.css");

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/board", get(board))
        .route("/assets/board.css", get(|| asset(CSS, STYLE)))
        .route("/assets/board.js", get(|| asset(JAVASCRIPT, SCRIPT)))
}

/// Whether the board is of use to somebody: it follows all facts, and deals with callers.
pub(super) fn is_for(who: &Principal) -> bool {
    reaches_all(who, Action::FollowAll) && reaches_all(who, Action::SuperviseLine)
}

/// Whoever may not use it finds himself at the desk, or at its sign-in form.
async fn board(
    State(app): State<App>,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let who = Principal::of(&app, &headers).await?;
    let Some(who) = who.filter(is_for) else {
        return Ok(Redirect::to("/").into_response());
    };
    let chosen = query.lang.as_deref().and_then(Locale::from_tag);
    let mut values = spoken(locale(chosen, &headers, Some(&who)));
    put_person(&mut values, &who);
    let page = Html(template::render(BOARD, &values));
    Ok(keeping(chosen, page))
}
