//! How the last canary of scripts stands (M6): what went badly on either side, and why it was taken back.

use axum::Json;
use axum::extract::State;
use model::canary::{Measure, Trial, TrialState, Trials};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{Action, Principal, authorise};
use crate::problem::Problem;

/// The last canary of scripts.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct CanaryBody {
    /// `none`: nothing was ever tried; `running`: it is tried; `taken_back`: it was worse, and all callers meet the former versions;
    /// `stopped`: its texts lead everybody, or are gone from the files.
    pub state: &'static str,
    /// What is tried, or was.
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
    /// that could be used, or a bot failed.
    pub measure: &'static str,
    /// Callers to whom it happened on the canary.
    pub canary: u32,
    /// And on the former version.
    pub former: u32,
}

/// How the last canary stands.
#[utoipa::path(get, operation_id = "read_canary", path = "/v1/canary", tag = "scripts",
    responses((status = 200, description = "The canary; `none` where there was none.", body = CanaryBody)))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
) -> Result<Json<CanaryBody>, Problem> {
    authorise(&who, Action::SeeScripts, None)?;
    let trials = app.database().canaries().await?;
    Ok(Json(CanaryBody::of(&trials)))
}

impl CanaryBody {
    /// The last of these canaries.
    pub fn of(trials: &Trials) -> Self {
        let state = match trials.state() {
            None => "none",
            Some(TrialState::Running) => "running",
            Some(TrialState::TakenBack) => "taken_back",
            Some(TrialState::Stopped) => "stopped",
        };
        let body = trials.last().map(Self::of_trial).unwrap_or_default();
        Self { state, ..body }
    }

    fn of_trial(trial: &Trial) -> Self {
        let share = |ppm: u32| f64::from(ppm) / 1e6;
        let measures = Measure::ALL.into_iter().map(|measure| {
            let standing = trial.standings.get(&measure);
            CanaryMeasureBody {
                measure: measure.name(),
                canary: standing.map_or(0, |it| it.canary_bad),
                former: standing.map_or(0, |it| it.former_bad),
            }
        });
        let end = trial.ended.as_ref();
        let scripts = trial.canary.scripts.iter();
        Self {
            state: "",
            on: share(trial.canary.on_ppm),
            max_worse: share(trial.canary.worse_ppm),
            scripts: scripts
                .map(|(name, pair)| CanaryScriptBody {
                    name: name.to_string(),
                    former: pair.former,
                    version: pair.version,
                })
                .collect(),
            measures: measures.collect(),
            ended_by: end.map(|end| end.measure.name()),
            deciding_calls: end.map_or_else(Vec::new, |end| {
                end.calls.iter().map(ToString::to_string).collect()
            }),
        }
    }
}
