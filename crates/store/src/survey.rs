//! Surveys (满意度调查, J4), as the facts tell them: counts and scores, by form, queue, agent and who wanted it.
//!
//! Written with the facts' own transaction, so each survey counts once. What is read is bounded by how many forms, queues, agents and
//! scores there are, and not by how many callers answered.

use std::str::FromStr;

use model::fact::{SurveyAsked, SurveyDone, SurveyPush};
use model::{AgentId, Fact, QueueName, Timestamp};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

use crate::Database;
use crate::column::{big, count, json_of};
use crate::error::{Result, StoreError};

/// Most groups in an answer.
const ROWS_MAX: i64 = 100_000;

/// What became of a survey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SurveyOutcome {
    /// He came to it, and nothing more is known: he is there, or the process ended meanwhile.
    Asked,
    /// He answered something and came to the end.
    Complete,
    /// He answered something and then hung up, or fell silent.
    Partial,
    /// He answered nothing.
    Unanswered,
    /// He was to be asked and hung up first.
    Missed,
}

/// Which surveys; `None` asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SurveyFilter {
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Of this form.
    pub form: Option<String>,
    /// Of this queue's callers.
    pub queue: Option<QueueName>,
    /// Of this agent's callers.
    pub agent: Option<AgentId>,
}

/// Whose surveys are counted together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SurveyGroup {
    /// The form.
    pub form: String,
    /// The queue.
    pub queue: Option<QueueName>,
    /// The agent.
    pub agent: Option<AgentId>,
    /// Who wanted it.
    pub push: SurveyPush,
}

/// How many surveys of a group came out so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyCount {
    /// Whose.
    pub group: SurveyGroup,
    /// How.
    pub outcome: SurveyOutcome,
    /// How many.
    pub count: u64,
}

/// How many callers of a group gave a question a score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreCount {
    /// Whose.
    pub group: SurveyGroup,
    /// The question.
    pub question: String,
    /// The score.
    pub score: u8,
    /// How many.
    pub count: u64,
}

impl SurveyOutcome {
    const ALL: [Self; 5] = [
        Self::Asked,
        Self::Complete,
        Self::Partial,
        Self::Unanswered,
        Self::Missed,
    ];

    /// Its word in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Unanswered => "unanswered",
            Self::Missed => "missed",
        }
    }

    fn of(done: &SurveyDone) -> Self {
        match (done.answers.is_empty(), done.complete) {
            (true, _) => Self::Unanswered,
            (false, true) => Self::Complete,
            (false, false) => Self::Partial,
        }
    }
}

impl FromStr for SurveyOutcome {
    type Err = StoreError;

    fn from_str(word: &str) -> Result<Self> {
        let mut all = Self::ALL.into_iter();
        let found = all.find(|outcome| outcome.name() == word);
        found.ok_or_else(|| StoreError::damaged("outcome", word.to_owned()))
    }
}

impl Database {
    /// How surveys came out.
    pub async fn survey_counts(&self, filter: &SurveyFilter) -> Result<Vec<SurveyCount>> {
        let mut query = QueryBuilder::new(
            "SELECT s.form, s.queue, s.agent_id, s.push, s.outcome AS word, 0 AS score, COUNT(*) AS many FROM survey s",
        );
        narrow(&mut query, filter);
        query
            .push(" GROUP BY s.form, s.queue, s.agent_id, s.push, s.outcome ORDER BY 1, 2, 3, 4, 5 LIMIT ")
            .push_bind(ROWS_MAX);
        let rows: Vec<Row> = query.build_query_as().fetch_all(self.readers()).await?;
        let counts = rows.into_iter().map(|row| {
            Ok(SurveyCount {
                outcome: row.word.parse()?,
                count: count(row.many),
                group: row.group()?,
            })
        });
        counts.collect()
    }

    /// The scores of their answers.
    pub async fn survey_scores(&self, filter: &SurveyFilter) -> Result<Vec<ScoreCount>> {
        let mut query = QueryBuilder::new(
            "SELECT s.form, s.queue, s.agent_id, s.push, a.question AS word, a.score, COUNT(*) AS many
             FROM survey s JOIN survey_answer a ON a.call_id = s.call_id AND a.part = s.part",
        );
        narrow(&mut query, filter);
        query
            .push(" GROUP BY s.form, s.queue, s.agent_id, s.push, a.question, a.score ORDER BY 1, 2, 3, 4, 5, 6 LIMIT ")
            .push_bind(ROWS_MAX);
        let rows: Vec<Row> = query.build_query_as().fetch_all(self.readers()).await?;
        let scores = rows.into_iter().map(|row| {
            Ok(ScoreCount {
                question: row.word.clone(),
                score: u8::try_from(row.score).unwrap_or(u8::MAX),
                count: count(row.many),
                group: row.group()?,
            })
        });
        scores.collect()
    }
}

fn narrow(query: &mut QueryBuilder<Sqlite>, filter: &SurveyFilter) {
    query.push(" WHERE 1 = 1");
    if let Some(from) = filter.from {
        query.push(" AND s.at >= ").push_bind(from.as_ms());
    }
    if let Some(to) = filter.to {
        query.push(" AND s.at < ").push_bind(to.as_ms());
    }
    if let Some(form) = &filter.form {
        query.push(" AND s.form = ").push_bind(form.clone());
    }
    if let Some(queue) = &filter.queue {
        let queue = queue.as_str().to_owned();
        query.push(" AND s.queue = ").push_bind(queue);
    }
    if let Some(agent) = filter.agent {
        query.push(" AND s.agent_id = ").push_bind(big(agent.get()));
    }
}

#[derive(FromRow)]
struct Row {
    form: String,
    queue: Option<String>,
    agent_id: Option<i64>,
    push: String,
    /// The outcome, or the question.
    word: String,
    score: i64,
    many: i64,
}

impl Row {
    fn group(self) -> Result<SurveyGroup> {
        let mut all = SurveyPush::ALL.into_iter();
        let push = all.find(|push| push.name() == self.push);
        Ok(SurveyGroup {
            form: self.form,
            queue: self.queue.as_deref().map(QueueName::from),
            agent: self.agent_id.map(|id| AgentId::new(count(id))),
            push: push.ok_or_else(|| StoreError::damaged("push", self.push))?,
        })
    }
}

/// A survey began, was answered or missed.
pub(crate) async fn note(conn: &mut SqliteConnection, at: Timestamp, fact: &Fact) -> Result<()> {
    if let Fact::SurveyAsked(asked) = fact {
        return put(conn, at, asked, SurveyOutcome::Asked).await;
    }
    if let Fact::SurveyMissed(missed) = fact {
        return put(conn, at, missed, SurveyOutcome::Missed).await;
    }
    let Fact::SurveyDone(done) = fact else {
        return Ok(());
    };
    let (call, part) = (big(done.asked.call.get()), i64::from(done.asked.part));
    put(conn, at, &done.asked, SurveyOutcome::Asked).await?;
    sqlx::query("UPDATE survey SET outcome = $3, data = $4 WHERE call_id = $1 AND part = $2")
        .bind(call)
        .bind(part)
        .bind(SurveyOutcome::of(done).name())
        .bind(json_of("survey", done)?)
        .execute(&mut *conn)
        .await?;
    for (question, score) in &done.answers {
        sqlx::query(
            "INSERT INTO survey_answer (call_id, part, question, score) VALUES ($1, $2, $3, $4)
             ON CONFLICT (call_id, part, question) DO NOTHING",
        )
        .bind(call)
        .bind(part)
        .bind(question)
        .bind(i64::from(*score))
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

async fn put(
    conn: &mut SqliteConnection,
    at: Timestamp,
    asked: &SurveyAsked,
    outcome: SurveyOutcome,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO survey (call_id, part, form, push, queue, agent_id, outcome, at, data)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (call_id, part) DO NOTHING",
    )
    .bind(big(asked.call.get()))
    .bind(i64::from(asked.part))
    .bind(&asked.form)
    .bind(asked.push.name())
    .bind(asked.queue.as_ref().map(QueueName::as_str))
    .bind(asked.agent.map(|agent| big(agent.get())))
    .bind(outcome.name())
    .bind(at.as_ms())
    .bind(json_of("survey", asked)?)
    .execute(conn)
    .await?;
    Ok(())
}
