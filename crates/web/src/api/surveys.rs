//! Surveys (满意度调查, J4): how many were asked and answered, and what they said, with how far that can be trusted.
//!
//! What an agent pushed is counted apart: he chose the call. Callers who were to be asked and hung up first are told beside, and never
//! in the response rate.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use model::confidence::{self, Estimate, MEAN_FORMULA, SHARE_FORMULA};
use model::fact::SurveyPush;
use model::{AgentId, DAY_MS, QueueName, Timestamp};
use serde::{Deserialize, Serialize};
use store::{ScoreCount, SurveyCount, SurveyFilter, SurveyGroup, SurveyOutcome};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::auth::permission::whose;
use crate::auth::principal::now;
use crate::auth::{Action, Principal};
use crate::extract::{AgentRef, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};

/// Without `from`: so long.
const USUAL_MS: i64 = 90 * DAY_MS;
/// The longest period: what it costs to count is bounded.
const LONGEST_MS: i64 = 400 * DAY_MS;

/// Which surveys.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SurveyQuery {
    /// Asked at this moment or later; without it 90 days before `to`.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Asked before this moment; now without it. 400 days after `from` at most.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    /// Of this form.
    #[serde(rename = "filter[form]")]
    form: Option<String>,
    /// Of this queue's callers.
    #[serde(rename = "filter[queue]")]
    queue: Option<String>,
    /// Of this agent's callers: an id, or `me`.
    #[serde(rename = "filter[agent]")]
    #[param(value_type = Option<String>)]
    agent: Option<AgentRef>,
}

/// All forms.
#[derive(Debug, Serialize, ToSchema)]
pub struct SurveyList {
    /// From which moment on.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Before which moment.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// How the intervals of response rates are computed.
    pub rate_formula: &'static str,
    /// How those of means are.
    pub mean_formula: &'static str,
    /// Each form that anybody came to, by name.
    pub items: Vec<SurveyBody>,
}

/// A form with its figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct SurveyBody {
    /// The form.
    pub form: String,
    /// Of all callers.
    #[serde(flatten)]
    pub all: SurveySplit,
    /// The same, by the queue of the talk.
    pub queues: Vec<QueueSurvey>,
    /// The same, by the agent who talked with the caller last.
    pub agents: Vec<AgentSurvey>,
}

/// Figures of a queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueSurvey {
    /// The queue.
    #[schema(value_type = String)]
    pub queue: QueueName,
    /// Its figures.
    #[serde(flatten)]
    pub figures: SurveySplit,
}

/// Figures of an agent.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentSurvey {
    /// The agent.
    #[schema(value_type = String)]
    pub agent: AgentId,
    /// His figures.
    #[serde(flatten)]
    pub figures: SurveySplit,
}

/// What nobody chose, and what an agent chose.
#[derive(Debug, Serialize, ToSchema)]
pub struct SurveySplit {
    /// By the queue's percentage, and by scripts.
    pub figures: SurveyFigures,
    /// Pushed by an agent.
    pub pushed_by_agent: SurveyFigures,
}

/// Figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct SurveyFigures {
    /// Callers who came to the form.
    pub asked: u64,
    /// Of them: those who answered one question at least.
    pub answered: u64,
    /// Of them: those who came to the end.
    pub complete: u64,
    /// Callers who were to be asked and hung up first; none of `asked`.
    pub caller_left_first: u64,
    /// `answered / asked`; `null` if nobody was asked.
    pub response_rate: Option<Figure>,
    /// Each question that somebody answered.
    pub questions: Vec<QuestionFigures>,
}

/// What callers said to a question.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionFigures {
    /// The question.
    pub question: String,
    /// How many answered it.
    pub answers: u64,
    /// The mean of their scores.
    pub mean: Figure,
    /// How many gave each score.
    pub distribution: BTreeMap<u8, u64>,
}

/// A figure with its 95 % confidence interval.
#[derive(Debug, Serialize, ToSchema)]
pub struct Figure {
    /// The figure.
    pub value: f64,
    /// The lower bound; `null` where the sample is too small.
    pub low: Option<f64>,
    /// The upper bound.
    pub high: Option<f64>,
}

/// Forms with their figures. An agent sees those of his own callers.
#[utoipa::path(get, operation_id = "list_surveys", path = "/v1/surveys", tag = "calls", params(SurveyQuery),
    responses(
        (status = 200, description = "Forms.", body = SurveyList),
        (status = 422, description = "`to` is not after `from`, or more than 400 days after it.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<SurveyQuery>,
) -> Result<Json<SurveyList>, Problem> {
    let asked = query.agent.map(|agent| agent.resolve(&who));
    let whose = whose(&who, Action::SeeSurveys, asked)?;
    let (from, to) = period(query.from, query.to)?;
    let filter = SurveyFilter {
        from,
        to,
        form: query.form,
        queue: query.queue.map(QueueName::new),
        whose,
    };
    let counts = app.database().survey_counts(&filter).await?;
    let scores = app.database().survey_scores(&filter).await?;
    Ok(Json(SurveyList {
        from,
        to,
        rate_formula: SHARE_FORMULA,
        mean_formula: MEAN_FORMULA,
        items: bodies(&counts, &scores),
    }))
}

/// The period that is asked for, if it is one that is answered.
fn period(
    from: Option<Timestamp>,
    to: Option<Timestamp>,
) -> Result<(Timestamp, Timestamp), Problem> {
    let to = to.unwrap_or_else(now);
    let usual = || Timestamp::from_ms(to.as_ms().saturating_sub(USUAL_MS));
    let from = from.unwrap_or_else(usual);
    let wrong = |why: &str| Err(Problem::new(Code::InvalidBody).detail(why));
    if from >= to {
        return wrong("`to` comes after `from`");
    }
    if to.as_ms().saturating_sub(from.as_ms()) > LONGEST_MS {
        return wrong("a period of 400 days at most");
    }
    Ok((from, to))
}

fn bodies(counts: &[SurveyCount], scores: &[ScoreCount]) -> Vec<SurveyBody> {
    let mut forms: BTreeMap<&str, Tallies<'_>> = BTreeMap::new();
    for one in counts {
        let form = forms.entry(one.group.form.as_str()).or_default();
        form.each(&one.group, |tally| tally.came_out(one.outcome, one.count));
    }
    for one in scores {
        let form = forms.entry(one.group.form.as_str()).or_default();
        form.each(&one.group, |tally| tally.scored(one));
    }
    let forms = forms.into_iter();
    forms.map(|(form, tallies)| tallies.body(form)).collect()
}

/// The sums of one form.
#[derive(Default)]
struct Tallies<'c> {
    all: Split<'c>,
    queues: BTreeMap<QueueName, Split<'c>>,
    agents: BTreeMap<AgentId, Split<'c>>,
}

#[derive(Default)]
struct Split<'c> {
    unchosen: Tally<'c>,
    by_agent: Tally<'c>,
}

#[derive(Default)]
struct Tally<'c> {
    asked: u64,
    answered: u64,
    complete: u64,
    left: u64,
    questions: BTreeMap<&'c str, Scores>,
}

/// What was answered to a question.
#[derive(Default)]
struct Scores {
    distribution: BTreeMap<u8, u64>,
    /// The lowest and the highest score that it has had.
    scale: Option<(u8, u8)>,
}

impl<'c> Tallies<'c> {
    fn each(&mut self, group: &SurveyGroup, add: impl Fn(&mut Tally<'c>)) {
        add(self.all.of(group.push));
        if let Some(queue) = &group.queue {
            add(self.queues.entry(queue.clone()).or_default().of(group.push));
        }
        if let Some(agent) = group.agent {
            add(self.agents.entry(agent).or_default().of(group.push));
        }
    }

    fn body(self, form: &str) -> SurveyBody {
        let queues = self.queues.into_iter().map(|(queue, split)| QueueSurvey {
            queue,
            figures: split.body(),
        });
        let agents = self.agents.into_iter().map(|(agent, split)| AgentSurvey {
            agent,
            figures: split.body(),
        });
        SurveyBody {
            form: form.to_owned(),
            all: self.all.body(),
            queues: queues.collect(),
            agents: agents.collect(),
        }
    }
}

impl<'c> Split<'c> {
    const fn of(&mut self, push: SurveyPush) -> &mut Tally<'c> {
        match push {
            SurveyPush::Policy | SurveyPush::Script => &mut self.unchosen,
            SurveyPush::Agent => &mut self.by_agent,
        }
    }

    fn body(self) -> SurveySplit {
        SurveySplit {
            figures: self.unchosen.body(),
            pushed_by_agent: self.by_agent.body(),
        }
    }
}

impl<'c> Tally<'c> {
    const fn came_out(&mut self, outcome: SurveyOutcome, count: u64) {
        match outcome {
            SurveyOutcome::Missed => self.left += count,
            SurveyOutcome::Asked | SurveyOutcome::Unanswered => self.asked += count,
            SurveyOutcome::Partial => {
                self.asked += count;
                self.answered += count;
            }
            SurveyOutcome::Complete => {
                self.asked += count;
                self.answered += count;
                self.complete += count;
            }
        }
    }

    fn scored(&mut self, one: &'c ScoreCount) {
        let scores = self.questions.entry(one.question.as_str()).or_default();
        *scores.distribution.entry(one.score).or_default() += one.count;
        scores.scale = match (scores.scale, one.scale) {
            (Some(known), Some(scale)) => Some((known.0.min(scale.0), known.1.max(scale.1))),
            (known, scale) => known.or(scale),
        };
    }

    fn body(self) -> SurveyFigures {
        let questions = self.questions.into_iter();
        let questions = questions.filter_map(|(question, scores)| scores.figures(question));
        SurveyFigures {
            asked: self.asked,
            answered: self.answered,
            complete: self.complete,
            caller_left_first: self.left,
            response_rate: confidence::share(self.answered, self.asked).map(Figure::from),
            questions: questions.collect(),
        }
    }
}

impl Scores {
    fn figures(self, question: &str) -> Option<QuestionFigures> {
        let values = self.distribution.iter();
        let values = values.map(|(score, times)| (f64::from(*score), *times));
        let scale = self.scale.map(|(low, high)| (low.into(), high.into()));
        Some(QuestionFigures {
            question: question.to_owned(),
            answers: self.distribution.values().sum(),
            mean: confidence::mean(values, scale)?.into(),
            distribution: self.distribution,
        })
    }
}

impl From<Estimate> for Figure {
    fn from(estimate: Estimate) -> Self {
        Self {
            value: estimate.value,
            low: estimate.interval.map(|(low, _)| low),
            high: estimate.interval.map(|(_, high)| high),
        }
    }
}
