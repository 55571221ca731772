//! The heat of a script (E23): for each node how many callers came, how they left, after how long, and where they hung up.
//!
//! Calls that have ended count, by whole hours. What callers keyed in is not there: keys that led on are exits, all others
//! are only counted.

use std::collections::BTreeMap;
use std::ops::Range;

use axum::Json;
use axum::extract::State;
use model::{NodeHeat, ScriptName, Timestamp, Way};
use serde::{Deserialize, Serialize};
use store::PageRequest;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};

/// Without `from`: a week.
const WEEK_MS: i64 = 7 * 24 * 3_600_000;

/// Visits are kept for so long: a longer span would only cost.
const SPAN_MAX_MS: u64 = store::heat::KEPT_DAYS.unsigned_abs() * 24 * 3_600_000;

/// Which calls.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HeatQuery {
    /// From which moment on, to the whole hour, 400 days before `to` at most; without it a week before `to`.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Before which moment; now without it.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
    /// Of this version alone; of all without it.
    pub version: Option<u32>,
}

/// What became of a script's callers.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeatBody {
    /// The script.
    pub script: String,
    /// The version; `null` = all of them.
    pub version: Option<u32>,
    /// From which moment on.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Before which moment.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// The nodes that somebody came to, by name.
    pub nodes: Vec<NodeHeatBody>,
}

/// What became of those who came to a node.
#[derive(Debug, Serialize, ToSchema)]
pub struct NodeHeatBody {
    /// Its name.
    pub node: String,
    /// Its kind: `menu`, `queue`, …
    pub kind: String,
    /// How often somebody came.
    pub entered: u64,
    /// How often by each exit, the most frequent first.
    pub exits: Vec<ExitHeatBody>,
    /// How often an agent, or somebody outside, took the caller here.
    pub answered: u64,
    /// How often the caller hung up here.
    pub hung_up: u64,
    /// How often the call ended here otherwise: by the script, a deadline, an operator.
    pub ended: u64,
    /// How often the call broke off here.
    pub lost: u64,
    /// How often another script had him when his part here was over.
    pub handed_on: u64,
    /// `hung_up` of `entered`, 0 to 1.
    pub hung_up_share: f64,
    /// How often a key led straight to people.
    pub to_person: u64,
    /// Tries that failed by silence.
    pub timeouts: u64,
    /// Tries that failed by a key that does not fit.
    pub wrong_keys: u64,
    /// Half of the stays were no longer, in ms.
    pub median_ms: u64,
    /// Nine of ten were no longer, in ms.
    pub p90_ms: u64,
}

/// How often a node was left by an exit.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExitHeatBody {
    /// Its word: a key, `failure`, `next`, `found`, …
    pub exit: String,
    /// How often.
    pub count: u64,
    /// Of all who came, 0 to 1.
    pub share: f64,
}

/// Where the callers of a script went, and where they hung up.
#[utoipa::path(get, operation_id = "read_script_heat", path = "/v1/scripts/{script}/heat", tag = "scripts",
    params(("script" = String, Path, description = "The script's name."), HeatQuery),
    responses(
        (status = 200, description = "The nodes with their figures.", body = HeatBody),
        (status = 404, description = "No such script.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath(script): InPath<String>,
    InQuery(query): InQuery<HeatQuery>,
) -> Result<Json<HeatBody>, Problem> {
    authorise(&who, Action::SeeScripts, None)?;
    let name = ScriptName::from(script.as_str());
    let to = query.to.unwrap_or_else(now);
    let week_ago = Timestamp::from_ms(to.as_ms().saturating_sub(WEEK_MS));
    let time = query.from.unwrap_or(week_ago)..to;
    if time.is_empty() {
        return Err(Problem::new(Code::InvalidBody).detail("`to` comes after `from`"));
    }
    if time.end.ms_since(time.start) > SPAN_MAX_MS {
        let days = store::heat::KEPT_DAYS;
        let detail =
            format!("from `from` to `to` are {days} days at most: visits are kept for so long");
        return Err(Problem::new(Code::InvalidBody).detail(&detail));
    }
    let heat = app
        .database()
        .script_heat(&name, time.clone(), query.version)
        .await?;
    if heat.is_empty() && !is_known(&app, &name).await? {
        return Err(Problem::new(Code::NoSuchScript));
    }
    Ok(Json(HeatBody::new(&name, query.version, time, heat)))
}

async fn is_known(app: &App, script: &ScriptName) -> Result<bool, Problem> {
    let one = PageRequest {
        after: None,
        limit: 1,
    };
    let versions = app.database().script_versions(script, one).await?;
    Ok(!versions.items.is_empty() || app.scripts().current().contains_key(script))
}

impl HeatBody {
    /// The figures of a script's nodes.
    pub fn new(
        script: &ScriptName,
        version: Option<u32>,
        time: Range<Timestamp>,
        heat: BTreeMap<String, NodeHeat>,
    ) -> Self {
        let nodes = heat.into_iter();
        Self {
            script: script.to_string(),
            version,
            from: time.start,
            to: time.end,
            nodes: nodes
                .map(|(node, heat)| NodeHeatBody::new(node, heat))
                .collect(),
        }
    }
}

impl NodeHeatBody {
    fn new(node: String, heat: NodeHeat) -> Self {
        let all = heat.all();
        let exits = heat.ways.iter().filter_map(|(way, heat)| match way {
            Way::Exit(exit) => Some(ExitHeatBody {
                exit: exit.clone(),
                count: heat.visits,
                share: heat.visits as f64 / all.visits.max(1) as f64,
            }),
            Way::Answered | Way::HungUp | Way::Ended | Way::Lost | Way::HandedOn => None,
        });
        let mut exits: Vec<_> = exits.collect();
        exits.sort_by_key(|exit| std::cmp::Reverse(exit.count));
        Self {
            node,
            entered: all.visits,
            exits,
            answered: heat.visits(&Way::Answered),
            hung_up: heat.visits(&Way::HungUp),
            ended: heat.visits(&Way::Ended),
            lost: heat.visits(&Way::Lost),
            handed_on: heat.visits(&Way::HandedOn),
            hung_up_share: heat.hung_up_share().unwrap_or(0.0),
            to_person: all.to_person,
            timeouts: all.timeouts,
            wrong_keys: all.wrong_keys,
            median_ms: all.times.percentile(0.5).unwrap_or(0),
            p90_ms: all.times.percentile(0.9).unwrap_or(0),
            kind: heat.kind,
        }
    }
}
