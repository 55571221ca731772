//! Scripts and their versions (E20): what leads callers now, what led them before, what changed, and the way back.

use axum::Json;
use axum::extract::State;
use model::{ScriptName, Timestamp};
use serde::{Deserialize, Serialize};
use store::{PageRequest, ScriptVersion, StoreError};
use utoipa::{IntoParams, ToSchema};

use super::list::{List, PageQuery};
use crate::app::App;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};
use crate::scripts::{NoAnswer, NotRolledBack};

/// A script that leads callers.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScriptBody {
    /// Its name.
    pub name: String,
    /// The version that new calls take; 0 = it could not be kept.
    pub version: u32,
}

/// A version of a script.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionBody {
    /// 1, 2, 3 … within the script.
    pub version: u32,
    /// Since when callers were led by it.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Login of who brought an older text back; `null` = it was found in the file.
    pub by: Option<String>,
    /// The version whose text it brought back.
    pub restores: Option<u32>,
    /// Bytes of its text.
    pub size: u64,
}

/// The text of a version.
#[derive(Debug, Serialize, ToSchema)]
pub struct TextBody {
    /// The version.
    pub version: u32,
    /// As it stood in the file.
    pub text: String,
}

/// Which versions to compare.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DiffQuery {
    /// The older one.
    pub from: u32,
    /// The newer one.
    pub to: u32,
}

/// What changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiffBody {
    /// The older version.
    pub from: u32,
    /// The newer one.
    pub to: u32,
    /// A unified diff; empty where nothing changed.
    pub diff: String,
}

/// Which text is wanted back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RollBackWanted {
    /// The version whose text is to lead callers again.
    pub to: u32,
    /// The version that you saw as the newest: whoever was faster is not overwritten.
    pub seen: u32,
}

/// The scripts that lead callers, by name.
#[utoipa::path(get, operation_id = "list_scripts", path = "/v1/scripts", tag = "scripts",
    responses((status = 200, description = "Scripts.", body = List<ScriptBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
) -> Result<Json<List<ScriptBody>>, Problem> {
    authorise(&who, Action::SeeScripts, None)?;
    let scripts = app.scripts().current().into_iter();
    let items = scripts.map(|(name, version)| ScriptBody {
        name: name.to_string(),
        version,
    });
    Ok(Json(List {
        items: items.collect(),
        next: None,
    }))
}

/// The versions of a script, the newest first. The last 200 are kept.
#[utoipa::path(get, operation_id = "list_script_versions", path = "/v1/scripts/{script}/versions", tag = "scripts",
    params(("script" = String, Path, description = "The script's name."), PageQuery),
    responses(
        (status = 200, description = "Versions.", body = List<VersionBody>),
        (status = 404, description = "No such script.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn versions(
    State(app): State<App>,
    who: Principal,
    InPath(script): InPath<String>,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<List<VersionBody>>, Problem> {
    authorise(&who, Action::SeeScripts, None)?;
    let page: PageRequest = query.request()?;
    let script = ScriptName::from(script.as_str());
    let found = app.database().script_versions(&script, page).await?;
    if found.items.is_empty() && page.after.is_none() {
        return Err(Problem::new(Code::NoSuchScript));
    }
    Ok(Json(List {
        items: found.items.into_iter().map(VersionBody::from).collect(),
        next: found.next.map(|number| number.to_string()),
    }))
}

/// The text of a version.
#[utoipa::path(get, operation_id = "read_script_version", path = "/v1/scripts/{script}/versions/{version}", tag = "scripts",
    params(("script" = String, Path, description = "The script's name."), ("version" = u32, Path, description = "Its version.")),
    responses(
        (status = 200, description = "The text.", body = TextBody),
        (status = 404, description = "No such version.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn text(
    State(app): State<App>,
    who: Principal,
    InPath((script, version)): InPath<(String, u32)>,
) -> Result<Json<TextBody>, Problem> {
    authorise(&who, Action::SeeScripts, None)?;
    let script = ScriptName::from(script.as_str());
    let text = app.database().script_text(&script, version).await;
    let text = text.map_err(missing)?;
    Ok(Json(TextBody { version, text }))
}

/// What changed from one version to another.
#[utoipa::path(get, operation_id = "compare_script_versions", path = "/v1/scripts/{script}/diff", tag = "scripts",
    params(("script" = String, Path, description = "The script's name."), DiffQuery),
    responses(
        (status = 200, description = "The changes.", body = DiffBody),
        (status = 404, description = "No such version.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn diff(
    State(app): State<App>,
    who: Principal,
    InPath(script): InPath<String>,
    InQuery(DiffQuery { from, to }): InQuery<DiffQuery>,
) -> Result<Json<DiffBody>, Problem> {
    authorise(&who, Action::SeeScripts, None)?;
    let script = ScriptName::from(script.as_str());
    let diff = app.database().script_diff(&script, from, to).await;
    let diff = diff.map_err(missing)?;
    Ok(Json(DiffBody { from, to, diff }))
}

/// Brings the text of an older version back, into the script's file and to new calls; calls that are up end as they began. The
/// text is proved first, among the queues, calendars and scripts of today.
#[utoipa::path(post, operation_id = "roll_back_script", path = "/v1/scripts/{script}/rollback", tag = "scripts",
    params(("script" = String, Path, description = "The script's name.")), request_body = RollBackWanted,
    responses(
        (status = 200, description = "The version that leads callers now.", body = ScriptBody),
        (status = 404, description = "No such version.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The script was changed meanwhile.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The text is not good any more; `detail` says why.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn roll_back(
    State(app): State<App>,
    who: Principal,
    InPath(script): InPath<String>,
    Body(wanted): Body<RollBackWanted>,
) -> Result<Json<ScriptBody>, Problem> {
    authorise(&who, Action::ChangeScripts, None)?;
    let name = ScriptName::from(script.as_str());
    let scripts = app.scripts();
    let done = scripts.roll_back(name, wanted.to, wanted.seen, who.login.clone());
    let done = done.await.map_err(|none| match none {
        NoAnswer::Busy => Problem::new(Code::Busy).retry_after_s(5).undone(),
        NoAnswer::Silence => Problem::new(Code::Busy),
    })?;
    let version = done.map_err(|why| match why {
        NotRolledBack::NoVersion => Problem::new(Code::NoSuchScript),
        NotRolledBack::Changed(how) => Problem::new(Code::ScriptChanged).detail(how),
        NotRolledBack::Refused(findings) => Problem::new(Code::ScriptRefused).detail(findings),
        NotRolledBack::Failed(why) => Problem::internal(&why),
    })?;
    Ok(Json(ScriptBody {
        name: script,
        version,
    }))
}

fn missing(error: StoreError) -> Problem {
    if let StoreError::NotFound(_) = error {
        return Problem::new(Code::NoSuchScript);
    }
    error.into()
}

impl From<ScriptVersion> for VersionBody {
    fn from(version: ScriptVersion) -> Self {
        Self {
            version: version.number,
            since: version.since,
            by: version.by,
            restores: version.restores,
            size: version.size,
        }
    }
}
