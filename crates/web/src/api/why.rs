//! Why a call went where it went: each decision of a call in one sentence, and why a live caller is not served now (R1, R19).
//!
//! Read from the why-records that stand in the facts; a waiting caller's from the engine, asked in this moment. Whoever may
//! see all calls sees whole records; an agent sees what was found of himself.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use engine::{Answer, Question};
use model::decision::Unserved;
use model::{AgentId, CallId, Decision, Fact, FactRecord, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::calls::owner_of;
use crate::app::App;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{InPath, InQuery};
use crate::locale::Locale;
use crate::problem::{Code, Problem, ProblemDocument};
use sentence::Teller;

mod event;
mod sentence;

/// Of whom, and in which language.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhyQuery {
    /// Why it did not go to this agent: a login, an id, or `me`.
    agent: Option<String>,
    /// `zh` or `en`; else as `Accept-Language` says.
    lang: Option<String>,
}

/// Why.
#[derive(Debug, Serialize, ToSchema)]
pub struct WhyBody {
    /// The call.
    #[schema(value_type = String)]
    pub call: CallId,
    /// Each decision that offered it to somebody, in order.
    pub decisions: Vec<DecisionBody>,
    /// What else became of him as he waited: a supervisor's deeds, and how he left a queue without an agent. Empty for whoever
    /// sees only what was found of himself.
    pub events: Vec<EventBody>,
    /// While the caller waits: what a decision would find now, one for each of his queues.
    pub now: Vec<DecisionBody>,
}

/// One decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionBody {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// In a sentence.
    pub sentence: String,
    /// The caller's score, in ms: what he had waited and what he got ahead. `null` where there is no record.
    pub score_ms: Option<u64>,
    /// The record: chosen, candidates with keys, reasons, seed, configuration version. `null` for whoever sees only what
    /// was found of himself.
    #[schema(value_type = Option<Object>)]
    pub record: Option<Decision>,
}

/// What became of a waiting caller beside decisions.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventBody {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// In a sentence.
    pub sentence: String,
    /// Of one who left before anybody was offered him: the agents of his home queue as he came and as he left, and what he
    /// waited for.
    #[schema(value_type = Option<Object>)]
    pub unserved: Option<Box<Unserved>>,
}

/// Why a call went where it went. An agent sees the decisions in which he was weighed, and what was found of him.
#[utoipa::path(get, operation_id = "get_call_why", path = "/v1/calls/{id}/why", tag = "calls", params(("id" = String, Path), WhyQuery),
    responses(
        (status = 200, description = "Each decision in a sentence.", body = WhyBody),
        (status = 404, description = "No such call or agent.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The engine is busy.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    headers: HeaderMap,
    InPath(call): InPath<CallId>,
    InQuery(query): InQuery<WhyQuery>,
) -> Result<Json<WhyBody>, Problem> {
    let locale = locale(&query, &headers)?;
    let agent = query.agent.as_deref();
    told(&app, &who, call, locale, agent).await.map(Json)
}

/// The same for a page, in its language.
pub(crate) async fn told(
    app: &App,
    who: &Principal,
    call: CallId,
    locale: Locale,
    agent: Option<&str>,
) -> Result<WhyBody, Problem> {
    let owner = owner_of(app, who, call).await?;
    let all = authorise(who, Action::SeeDecisions, owner).is_ok();
    let names = names(app).await?;
    let of = match agent {
        Some(agent) => Some(meant(who, &names, agent)?),
        None => (!all).then_some(who.agent),
    };
    authorise(who, Action::SeeCalls, of.or(owner))?;
    let facts = app.database().timeline(call).await?;
    let Answer::Why { at, records } = app.questions().ask(Question::Why(call)).await? else {
        return Err(Problem::internal(&"the engine answered another question"));
    };
    if facts.is_empty() && records.is_empty() {
        return Err(Problem::new(Code::NoSuchCall));
    }
    let teller = Teller { locale, names };
    let told = |at, record: Decision| {
        // Who sees his own alone sees the decisions in which he was weighed.
        let concerns = all || record.verdict(of.unwrap_or(who.agent)).is_some();
        concerns.then(|| DecisionBody {
            at,
            sentence: of.map_or_else(|| teller.decision(&record), |of| teller.agent(&record, of)),
            score_ms: all.then(|| record.score_ms()),
            record: all.then_some(record),
        })
    };
    let events = facts.iter().filter(|_| of.is_none());
    let events = events.filter_map(|fact| teller.event(fact)).collect();
    let decisions = decisions(facts).into_iter();
    Ok(WhyBody {
        call,
        events,
        decisions: decisions
            .filter_map(|(at, record)| told(at, record))
            .collect(),
        now: records
            .into_iter()
            .filter_map(|record| told(at, record))
            .collect(),
    })
}

fn locale(query: &WhyQuery, headers: &HeaderMap) -> Result<Locale, Problem> {
    let Some(tag) = &query.lang else {
        return Ok(Locale::accepted(headers).unwrap_or(Locale::English));
    };
    Locale::from_tag(tag).ok_or_else(|| {
        let detail = format!("lang is {tag:?}: expected zh or en");
        Problem::new(Code::MalformedParameter).detail(detail)
    })
}

/// Login and name of each agent.
async fn names(app: &App) -> Result<BTreeMap<AgentId, (String, String)>, Problem> {
    let agents = app.database().agents().await?;
    let named = agents.into_iter();
    Ok(named
        .map(|agent| (agent.id, (agent.login, agent.name)))
        .collect())
}

fn meant(
    who: &Principal,
    names: &BTreeMap<AgentId, (String, String)>,
    given: &str,
) -> Result<AgentId, Problem> {
    if given == "me" {
        return Ok(who.agent);
    }
    let by_login = names.iter().find(|(_, (login, _))| login == given);
    let by_id = || given.parse().ok().filter(|id| names.contains_key(id));
    let found = by_login.map(|(id, _)| *id).or_else(by_id);
    found.ok_or_else(|| Problem::new(Code::NoSuchAgent))
}

/// The decisions of a call: one that lets several phones ring stands in as many facts.
fn decisions(facts: Vec<FactRecord>) -> Vec<(Timestamp, Decision)> {
    let mut decisions: Vec<(Timestamp, Decision)> = Vec::new();
    for record in facts {
        let Fact::OfferMade { decision, .. } = record.fact else {
            continue;
        };
        if decisions.last().is_none_or(|(_, last)| *last != *decision) {
            decisions.push((record.at, *decision));
        }
    }
    decisions
}
