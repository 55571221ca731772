//! How the last canary of scripts stands (M6): what went badly on either side, and why it was taken back.

use axum::Json;
use axum::extract::State;
use model::canary::{Measure, Trial};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{Action, Principal, authorise};
use crate::problem::{Code, Problem, ProblemDocument};

/// A canary of scripts.
#[derive(Debug, Serialize, ToSchema)]
pub struct CanaryBody {
    /// What is tried.
    pub scripts: Vec<CanaryScriptBody>,
    /// The share of callers who meet it, 0 to 1.
    pub on: f64,
    /// By which share bad calls may be more frequent than on the former version.
    pub max_worse: f64,
    /// What went badly, by measure.
    pub measures: Vec<CanaryMeasureBody>,
    /// By which measure it was taken back; `null` = it was not.
    pub ended_by: Option<&'static str>,
    /// The last of the calls that decided that, the oldest first.
    pub deciding_calls: Vec<String>,
}

/// A script of a canary.
#[derive(Debug, Serialize, ToSchema)]
pub struct CanaryScriptBody {
    /// Its name.
    pub name: String,
    /// The version that leads the others.
    pub former: u32,
    /// The version that is tried.
    pub version: u32,
}

/// What went badly, by one measure.
#[derive(Debug, Serialize, ToSchema)]
pub struct CanaryMeasureBody {
    /// `hung_up`: at a node that is no end; `lost`: tries used up, or one node again and again; `error`: a look-up brought nothing
    /// that could be used.
    pub measure: &'static str,
    /// Callers to whom it happened on the canary.
    pub canary: u32,
    /// And on the former version.
    pub former: u32,
}

/// How the last canary stands, from its first call that went badly on.
#[utoipa::path(get, operation_id = "read_canary", path = "/v1/canary", tag = "scripts",
    responses(
        (status = 200, description = "The canary.", body = CanaryBody),
        (status = 404, description = "No call has gone badly in a canary.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
) -> Result<Json<CanaryBody>, Problem> {
    authorise(&who, Action::SeeScripts, None)?;
    let trial = app.database().canary().await?;
    let trial = trial.ok_or_else(|| Problem::new(Code::NoSuchScript))?;
    Ok(Json(CanaryBody::from(trial)))
}

impl From<Trial> for CanaryBody {
    fn from(trial: Trial) -> Self {
        let share = |ppm: u32| f64::from(ppm) / 1e6;
        let measures = Measure::ALL.into_iter().map(|measure| {
            let standing = trial.standings.get(&measure);
            CanaryMeasureBody {
                measure: measure.name(),
                canary: standing.map_or(0, |it| it.canary_bad),
                former: standing.map_or(0, |it| it.former_bad),
            }
        });
        let measures = measures.collect();
        let (ended_by, calls) = match trial.ended {
            Some(end) => (Some(end.measure.name()), end.calls),
            None => (None, Vec::new()),
        };
        let scripts = trial.canary.scripts.into_iter();
        Self {
            on: share(trial.canary.on_ppm),
            max_worse: share(trial.canary.worse_ppm),
            scripts: scripts
                .map(|(name, pair)| CanaryScriptBody {
                    name: name.to_string(),
                    former: pair.former,
                    version: pair.version,
                })
                .collect(),
            measures,
            ended_by,
            deciding_calls: calls.iter().map(ToString::to_string).collect(),
        }
    }
}
