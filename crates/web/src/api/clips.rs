//! Clips (语音片段, E25): what an agent plays to his caller instead of saying it himself, and playing it.
//!
//! The agent who talks with the caller plays and stops, and supervisors do in his name. What becomes of it comes as events:
//! `clip.began`, `clip.played`.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use engine::{ClipChoice, Command, TalkOrder};
use model::{CallId, Clip, ClipName, QueueName};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::list::{self, List, PageQuery};
use super::talk::talker;
use crate::app::App;
use crate::auth::{Action, Principal, authorise};
use crate::clips::ClipShelf;
use crate::extract::{Body, InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};

/// Longest name, and longest tag of a language.
const NAME_CHARS_MAX: usize = 64;

/// A clip.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClipBody {
    /// What agents say and key.
    pub number: u32,
    /// Its name in `clips.toml`.
    #[schema(value_type = String)]
    pub name: ClipName,
    /// Its title by language: `zh-CN` and `en`.
    pub title: BTreeMap<String, String>,
    /// It is offered in talks of these queues alone; empty: in all talks.
    #[schema(value_type = Vec<String>)]
    pub queues: Vec<QueueName>,
    /// In which languages it can be heard, and how long it lasts in each, in ms; `null`: it has no sound yet.
    pub languages: BTreeMap<String, Option<u64>>,
    /// In which of them callers hear it in whose own it cannot be heard; `null`: in none.
    pub otherwise: Option<String>,
}

/// Which clips.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ClipQuery {
    /// Those that are offered in this talk.
    #[param(value_type = Option<String>)]
    call: Option<CallId>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// What is to be played.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedClip {
    /// Which clip: its number, or its name.
    pub clip: NamedClip,
    /// In which of its languages; without it in the caller's, else in that of the house.
    #[serde(default)]
    pub language: Option<String>,
}

/// A clip by its number or its name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum NamedClip {
    /// Its number: `12`.
    Number(u32),
    /// Its name: `"opening_hours"`.
    Name(String),
}

/// The clips of the house, or those that are offered in a talk, by number.
#[utoipa::path(get, operation_id = "list_clips", path = "/v1/clips", tag = "calls", params(ClipQuery),
    responses(
        (status = 200, description = "Clips by number.", body = List<ClipBody>),
        (status = 404, description = "No such call, or it has ended.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "No agent talks in the call.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<ClipQuery>,
) -> Result<Json<List<ClipBody>>, Problem> {
    authorise(&who, Action::SeeQueues, None)?;
    let queue = match query.call {
        Some(call) => {
            talker(&app, &who, call)?;
            Some(app.view().call(call).and_then(|live| live.talk_queue))
        }
        None => None,
    };
    let shelf = app.clips();
    let offered = shelf.clips.iter().filter(|(_, clip)| match &queue {
        Some(queue) => clip.is_offered_in(queue.as_ref()),
        None => true,
    });
    let rows = offered.map(|(name, clip)| ClipBody::of(name, clip, &shelf));
    let page = PageQuery::of(query.after, query.limit);
    Ok(Json(list::page(rows.collect(), &page, |row| row.number)?))
}

/// Plays a clip to the caller of a talk, in place of one that plays. He hears it alone; the agent hears it 12 dB lower, and the
/// caller beside it.
#[utoipa::path(post, operation_id = "play_clip", path = "/v1/calls/{id}/clip", tag = "calls", params(("id" = String, Path)),
    request_body = WantedClip,
    responses(
        (status = 204, description = "It plays; `clip.began` and `clip.played` tell of it."),
        (status = 404, description = "No such call, or it has ended; no such clip.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "No agent talks in the call, or the caller does not hear him; the clip is not offered in this talk, or has no such language or no sound yet.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn play(
    State(app): State<App>,
    who: Principal,
    InPath(call): InPath<CallId>,
    Body(wanted): Body<WantedClip>,
) -> Result<StatusCode, Problem> {
    let agent = talker(&app, &who, call)?;
    let language = wanted.language.map(named).transpose()?;
    let clip = match wanted.clip {
        NamedClip::Number(number) => ClipChoice::Number(number),
        NamedClip::Name(name) => ClipChoice::Name(ClipName::new(named(name)?)),
    };
    let silent = silent(&app.clips(), &clip, language.as_deref())?;
    let order = TalkOrder::Clip {
        clip,
        language,
        silent,
    };
    let command = Command::Talk { call, agent, order };
    app.commands().send(command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Stops the clip that plays to the caller of a talk; where none plays, nothing happens.
#[utoipa::path(delete, operation_id = "stop_clip", path = "/v1/calls/{id}/clip", tag = "calls", params(("id" = String, Path)),
    responses(
        (status = 204, description = "None plays."),
        (status = 404, description = "No such call, or it has ended.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "No agent talks in the call.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn stop(
    State(app): State<App>,
    who: Principal,
    InPath(call): InPath<CallId>,
) -> Result<StatusCode, Problem> {
    let agent = talker(&app, &who, call)?;
    let order = TalkOrder::StopClip;
    let command = Command::Talk { call, agent, order };
    app.commands().send(command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The languages in which a clip has no sound yet. Nobody is put into silence for the length of nothing: it is refused where that is
/// so in the language that is wanted, or in all. What the engine alone knows (the caller's language, the talk) it tells itself.
fn silent(
    shelf: &ClipShelf,
    choice: &ClipChoice,
    language: Option<&str>,
) -> Result<BTreeSet<String>, Problem> {
    let found = shelf.clips.iter().find(|(name, clip)| match choice {
        ClipChoice::Number(number) => clip.number == *number,
        ClipChoice::Name(wanted) => *name == wanted,
    });
    let (name, clip) = found.ok_or(Code::NoClip)?;
    let silent = shelf.silent(name, clip);
    let is_heard = match language {
        Some(language) => !silent.contains(language),
        None => silent.len() < clip.languages.len(),
    };
    match is_heard {
        true => Ok(silent),
        false => Err(Code::ClipSilent.into()),
    }
}

fn named(text: String) -> Result<String, Problem> {
    let length = text.chars().count();
    if (1..=NAME_CHARS_MAX).contains(&length) && !text.chars().any(char::is_control) {
        Ok(text)
    } else {
        let detail = "a name has 1 to 64 printable characters";
        Err(Problem::new(Code::InvalidBody).detail(detail))
    }
}

impl ClipBody {
    fn of(name: &ClipName, clip: &Clip, shelf: &ClipShelf) -> Self {
        let languages = clip.languages.iter();
        // Nobody's language is empty.
        let otherwise = clip.language_for("", &shelf.language, &shelf.silent(name, clip));
        Self {
            otherwise: otherwise.map(str::to_owned),
            number: clip.number,
            name: name.clone(),
            title: clip.title.clone(),
            queues: clip.queues.iter().cloned().collect(),
            languages: languages
                .map(|language| (language.clone(), shelf.length_ms(name, language)))
                .collect(),
        }
    }
}
