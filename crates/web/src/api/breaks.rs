//! Why an agent may be not ready, and what he took of it today (C2). A budget is shown, not enforced; the engine counts.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use engine::{Answer, BreakReport, Question};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{AgentRef, InPath};
use crate::problem::Problem;

/// The reasons, and what an agent took of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct BreaksBody {
    /// In the house's order; none: any word is a reason, and nothing is counted.
    pub items: Vec<BreakBody>,
}

/// A reason to be not ready.
#[derive(Debug, Serialize, ToSchema)]
pub struct BreakBody {
    /// Its word, as asked for with `not_ready`.
    pub name: String,
    /// Its name by language.
    pub title: BTreeMap<String, String>,
    /// How long it may take a day, in s; `null`: no bound.
    pub budget_s: Option<u64>,
    /// How long he took it today, in s, the break that runs included.
    pub used_s: u64,
    /// How much of that is beyond the budget, in s.
    pub overrun_s: u64,
}

impl From<BreakReport> for BreakBody {
    fn from(report: BreakReport) -> Self {
        let budget_s = report.budget_s.unwrap_or(u64::MAX);
        Self {
            name: report.name,
            title: report.title,
            budget_s: report.budget_s,
            used_s: report.used_s,
            overrun_s: report.used_s.saturating_sub(budget_s),
        }
    }
}

/// The reasons to be not ready, with what an agent took of each today.
#[utoipa::path(get, operation_id = "get_agent_breaks", path = "/v1/agents/{id}/breaks", tag = "agents", params(("id" = String, Path, description = "An id, or `me`.")),
    responses((status = 200, description = "In the house's order.", body = BreaksBody)))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath(agent): InPath<AgentRef>,
) -> Result<Json<BreaksBody>, Problem> {
    let agent = agent.resolve(&who);
    authorise(&who, Action::SeeAgents, Some(agent))?;
    let Answer::Breaks(reports) = app.questions().ask(Question::Breaks(agent)).await? else {
        return Err(Problem::internal(&"the engine answered another question"));
    };
    let items = reports.into_iter().map(BreakBody::from).collect();
    Ok(Json(BreaksBody { items }))
}
