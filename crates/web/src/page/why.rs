//! Why a call went where it went, to be read by people: `/why/{call}`, each decision and whatever else became of the wait in a
//! sentence, in order (R1, R19). Who may read what is the API's to say; the page needs no script.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Redirect, Response};
use model::{CallId, Timestamp};

use super::template::{Values, render};
use super::{PageQuery, locale, text};
use crate::api::why::{WhyBody, told};
use crate::app::App;
use crate::auth::Principal;
use crate::extract::InPath;
use crate::locale::Locale;
use crate::problem::Problem;

const PAGE: &str = include_str!("../../ui/why.html");
/// Where the page has its sentences: text that no value can bring in, for a template escapes all of them.
const ROWS: &str = "{{rows}}";
const ROW: &str =
    "    <li class=\"{{kind}}\"><time datetime=\"{{at}}\">{{shown}}</time> {{sentence}}</li>\n";

pub(super) async fn page(
    State(app): State<App>,
    headers: HeaderMap,
    InPath(call): InPath<CallId>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let Some(who) = Principal::of(&app, &headers).await? else {
        return Ok(Redirect::to("/").into_response());
    };
    let chosen = query.lang.as_deref().and_then(Locale::from_tag);
    let locale = locale(chosen, &headers, Some(&who));
    let why = told(&app, &who, call, locale, None).await?;
    Ok(Html(rendered(&why, locale)).into_response())
}

fn rendered(why: &WhyBody, locale: Locale) -> String {
    let mut values = Values::new();
    values.set("lang", locale.tag());
    values.set("call", why.call.to_string());
    for (key, text) in text::all(locale) {
        values.set(format!("t.{key}"), text);
    }
    let rows = rows(why, locale);
    if rows.is_empty() {
        values.set("nothing", text::get("why.nothing", locale));
    }
    let (head, tail) = PAGE.split_once(ROWS).unwrap_or((PAGE, ""));
    render(head, &values) + &rows + &render(tail, &values)
}

fn rows(why: &WhyBody, locale: Locale) -> String {
    let decisions = why.decisions.iter();
    let decisions = decisions.map(|row| (row.at, row.sentence.as_str(), "decided"));
    let events = why.events.iter();
    let events = events.map(|row| (row.at, row.sentence.as_str(), "happened"));
    let mut past: Vec<_> = decisions.chain(events).collect();
    past.sort_by_key(|(at, ..)| *at);
    let now = why.now.iter();
    let now = now.map(|row| (row.at, row.sentence.as_str(), "now"));
    let all = past.into_iter().chain(now);
    all.map(|(at, sentence, kind)| {
        let mut values = Values::new();
        values.set("at", at.to_string());
        values.set("shown", shown(at, kind, locale));
        values.set("kind", kind);
        values.set("sentence", sentence);
        render(ROW, &values)
    })
    .collect()
}

/// `2026-11-22 02:10:07 UTC`: people of several places read it.
fn shown(at: Timestamp, kind: &str, locale: Locale) -> String {
    if kind == "now" {
        return text::get("why.now", locale).to_owned();
    }
    let told = at.to_string();
    let second = told.split('.').next().unwrap_or_default();
    format!("{} UTC", second.replace('T', " "))
}
