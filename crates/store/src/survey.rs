//! Surveys (满意度调查, J4), as the facts tell them: counts and scores, by form, queue, agent and who wanted it.
//!
//! Written with the facts' own transaction, so each survey counts once. What is read is bounded by how many forms, queues, agents and
//! scores there are, and not by how many callers answered.

use std::str::FromStr;

use model::fact::{SurveyAsked, SurveyDone, SurveyPush};
use model::{AgentId, Fact, QueueName, Timestamp};
use sqlx::FromRow;

use crate::Database;
use crate::column::{big, count, json_of};
use crate::database::{Connection, Statement};
use crate::directory::reach::Whose;
use crate::error::{Result, StoreError};

/// Most groups in an answer.
const ROWS_MAX: i64 = 100_000;

/// How surveys came out, and the scores of their answers, as [`Row`]s.
const COUNTS: &str = "SELECT s.form, s.queue, s.agent_id, s.push, s.outcome AS word, 0 AS score, CAST(NULL AS BIGINT) AS lowest, CAST(NULL AS BIGINT) AS highest,
       COUNT(*) AS many
     FROM survey s";
const SCORES: &str = "SELECT s.form, s.queue, s.agent_id, s.push, a.question AS word, a.score, MIN(a.lowest) AS lowest, MAX(a.highest) AS highest,
       COUNT(*) AS many
     FROM survey s JOIN survey_answer a ON a.call_id = s.call_id AND a.part = s.part";

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

/// Which surveys of a period; `None` asks for all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyFilter {
    /// Not before.
    pub from: Timestamp,
    /// Before.
    pub to: Timestamp,
    /// Of this form.
    pub form: Option<String>,
    /// Of this queue's callers.
    pub queue: Option<QueueName>,
    /// Of these agents' callers.
    pub whose: Whose,
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
    /// The lowest and the highest score that the question had; `None` where nobody knows.
    pub scale: Option<(u8, u8)>,
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
        let mut query = grouped(COUNTS, filter, "s.outcome");
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
        let mut query = grouped(SCORES, filter, "a.question, a.score");
        let rows: Vec<Row> = query.build_query_as().fetch_all(self.readers()).await?;
        let scores = rows.into_iter().map(|row| {
            Ok(ScoreCount {
                question: row.word.clone(),
                score: small(row.score),
                scale: row.lowest.map(small).zip(row.highest.map(small)),
                count: count(row.many),
                group: row.group()?,
            })
        });
        scores.collect()
    }
}

/// What is counted, of these surveys, and what it is counted by besides the group; bounded by how many groups there are.
fn grouped(what: &'static str, filter: &SurveyFilter, by: &'static str) -> Statement {
    let mut query = Statement::new(what);
    narrow(&mut query, filter);
    query
        .push(" GROUP BY s.form, s.queue, s.agent_id, s.push, ")
        .push(by)
        .push(" ORDER BY 1, 2 NULLS FIRST, 3 NULLS FIRST, 4, 5, 6 LIMIT ")
        .push_bind(ROWS_MAX);
    query
}

fn narrow(query: &mut Statement, filter: &SurveyFilter) {
    query.push(" WHERE s.at >= ").push_bind(filter.from.as_ms());
    query.push(" AND s.at < ").push_bind(filter.to.as_ms());
    if let Some(form) = &filter.form {
        query.push(" AND s.form = ").push_bind(form.clone());
    }
    if let Some(queue) = &filter.queue {
        let queue = queue.as_str().to_owned();
        query.push(" AND s.queue = ").push_bind(queue);
    }
    filter.whose.narrow(query, "s.agent_id");
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
    lowest: Option<i64>,
    highest: Option<i64>,
    many: i64,
}

fn small(score: i64) -> u8 {
    u8::try_from(score).unwrap_or(u8::MAX)
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
pub(crate) async fn note(conn: &mut Connection, at: Timestamp, fact: &Fact) -> Result<()> {
    if let Fact::SurveyAsked(asked) = fact {
        return put(conn, at, asked, SurveyOutcome::Asked).await;
    }
    if let Fact::SurveyMissed(missed) = fact {
        return put(conn, at, missed, SurveyOutcome::Missed).await;
    }
    let (Fact::SurveyDone(done) | Fact::SurveyAnswered(done)) = fact else {
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
        let scale = done.scales.get(question);
        sqlx::query(
            "INSERT INTO survey_answer (call_id, part, question, score, lowest, highest) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (call_id, part, question) DO NOTHING",
        )
        .bind(call)
        .bind(part)
        .bind(question)
        .bind(i64::from(*score))
        .bind(scale.map(|(low, _)| i64::from(*low)))
        .bind(scale.map(|(_, high)| i64::from(*high)))
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

async fn put(
    conn: &mut Connection,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::migrate;
    use crate::places;

    /// How the database would answer.
    async fn plan(what: &str, by: &'static str, agent: Option<AgentId>) -> String {
        let empty = places::file();
        let mut conn = empty.connect().await;
        let now = Timestamp::from_ms(1);
        migrate(&mut conn, empty.place(), now).await.unwrap();
        let filter = SurveyFilter {
            from: Timestamp::from_ms(1),
            to: Timestamp::from_ms(2),
            form: None,
            queue: None,
            whose: agent.map_or(Whose::Everybody, Whose::One),
        };
        let explained = format!("EXPLAIN QUERY PLAN {what}");
        let mut query = grouped(explained.leak(), &filter, by);
        let steps: Vec<(i64, i64, i64, String)> =
            query.build_query_as().fetch_all(&mut conn).await.unwrap();
        let steps = steps.into_iter().map(|(.., step)| step);
        steps.collect::<Vec<_>>().join("\n")
    }

    #[tokio::test]
    async fn j4_figures_of_a_period_are_found_by_an_index_and_an_agents_by_his() {
        for (what, by) in [(COUNTS, "s.outcome"), (SCORES, "a.question, a.score")] {
            let all = plan(what, by, None).await;
            assert!(
                all.contains("SEARCH s USING INDEX survey_at (at>? AND at<?)"),
                "{all}"
            );
            let own = plan(what, by, Some(AgentId::new(7))).await;
            let index = "SEARCH s USING INDEX survey_agent_at (agent_id=? AND at>? AND at<?)";
            assert!(own.contains(index), "{own}");
            assert!(
                !all.contains("SCAN") && !own.contains("SCAN"),
                "{all}\n{own}"
            );
        }
    }
}
