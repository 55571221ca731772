//! Named queries (命名查询, E12): what scripts may ask of databases of the business.
//!
//! Read-only in two ways: the connection cannot write, and the text is one that begins with `SELECT` or `WITH`. Parameters
//! are bound, never written into the text. A database is reached when it is first asked, so one that is away is an answer
//! (`Answer::NoAnswer`) and no reason not to start.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use ivr::{Answer, Number, SqlQuestion, Type, Value};
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqlitePoolOptions, SqliteRow};
use sqlx::{Column as _, Row as _, Sqlite, SqlitePool, TypeInfo as _, ValueRef as _};

mod text;

pub use text::{QueryText, QueryTextError};

/// Connections to one database; more questions wait, within their own time.
const CONNECTIONS: u32 = 4;
/// How long a question waits where another process has the file locked.
const LOCK_WAIT: Duration = Duration::from_millis(250);
/// How many steps of SQLite's machine pass between two looks at the clock.
const STEPS: i32 = 1_000;
/// SQLite's code for a query that was ended.
const INTERRUPTED: &str = "9";
/// A connection that nobody used for so long is given back.
const IDLE: Duration = Duration::from_secs(60);

/// One query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedQuery {
    /// The database by its name.
    pub database: String,
    /// Its text with its parameters.
    pub text: QueryText,
    /// Its columns.
    pub columns: BTreeMap<String, Type>,
}

/// Databases of the business and what may be asked of them. Cheap to clone.
#[derive(Clone, Default)]
pub struct NamedQueries {
    databases: BTreeMap<String, Arc<LazyDatabase>>,
    queries: BTreeMap<String, NamedQuery>,
}

/// A database that is opened when it is first asked.
struct LazyDatabase {
    file: PathBuf,
    pool: OnceLock<SqlitePool>,
}

impl LazyDatabase {
    /// Within a runtime alone.
    fn pool(&self) -> &SqlitePool {
        self.pool.get_or_init(|| {
            let options = SqliteConnectOptions::new()
                .filename(&self.file)
                .read_only(true)
                .create_if_missing(false)
                .busy_timeout(LOCK_WAIT)
                .pragma("query_only", "ON");
            SqlitePoolOptions::new()
                .max_connections(CONNECTIONS)
                .min_connections(0)
                .idle_timeout(IDLE)
                .connect_lazy_with(options)
        })
    }
}

impl NamedQueries {
    /// `databases` are files of SQLite by name; nothing is opened yet.
    pub fn new(
        databases: impl IntoIterator<Item = (String, PathBuf)>,
        queries: BTreeMap<String, NamedQuery>,
    ) -> Self {
        let lazy = |file| LazyDatabase {
            file,
            pool: OnceLock::new(),
        };
        let databases = databases.into_iter();
        Self {
            databases: databases
                .map(|(name, file)| (name, Arc::new(lazy(file))))
                .collect(),
            queries,
        }
    }

    /// Asks, for as long as the question says. What went wrong is told in words for the log, without a value.
    pub async fn ask(&self, question: &SqlQuestion) -> Answer {
        let asked = tokio::time::timeout(question.timeout, self.first_row(question));
        match asked.await {
            Ok(answer) => answer,
            Err(_) => Answer::NoAnswer("timeout".to_owned()),
        }
    }

    async fn first_row(&self, question: &SqlQuestion) -> Answer {
        let query = self.queries.get(&question.query);
        let Some((query, database)) =
            query.and_then(|query| Some((query, self.databases.get(&query.database)?)))
        else {
            return Answer::Bad(format!("no query `{}`", question.query));
        };
        let mut bound = sqlx::query(sqlx::AssertSqlSafe(query.text.numbered()));
        for parameter in query.text.parameters() {
            bound = match question.args.get(parameter) {
                Some(Value::Text(text)) => bound.bind(text.clone()),
                Some(Value::Truth(truth)) => bound.bind(*truth),
                Some(Value::Number(number)) => match number.as_whole() {
                    Some(whole) => bound.bind(whole),
                    None => bound.bind(number.to_string().parse::<f64>().unwrap_or_default()),
                },
                None => return Answer::Bad(format!("no parameter `{parameter}`")),
            };
        }
        match fetch(database.pool(), bound, question.timeout).await {
            Ok(Some(row)) => taken(&row, query, &question.columns).unwrap_or_else(Answer::Bad),
            Ok(None) => Answer::Missing,
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(INTERRUPTED) => {
                Answer::NoAnswer("timeout".to_owned())
            }
            // Its words may hold what the caller has keyed in.
            Err(sqlx::Error::Database(error)) => {
                let code = error.code();
                Answer::Bad(format!(
                    "error {} of the database",
                    code.as_deref().unwrap_or("?")
                ))
            }
            Err(sqlx::Error::PoolTimedOut) => Answer::NoAnswer("no connection in time".to_owned()),
            Err(_) => Answer::NoAnswer("no connection".to_owned()),
        }
    }
}

/// The first row. A query that goes on after its time is ended where it runs: nobody would ever read what it finds.
async fn fetch(
    pool: &SqlitePool,
    bound: sqlx::query::Query<'_, Sqlite, SqliteArguments>,
    timeout: Duration,
) -> Result<Option<SqliteRow>, sqlx::Error> {
    let ends = Instant::now() + timeout;
    let mut conn = pool.acquire().await?;
    conn.lock_handle()
        .await?
        .set_progress_handler(STEPS, move || Instant::now() < ends);
    bound.fetch_optional(&mut *conn).await
}

impl fmt::Debug for NamedQueries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NamedQueries")
            .field("queries", &self.queries)
            .finish_non_exhaustive()
    }
}

/// What is wanted of a row, all of it or nothing.
fn taken(
    row: &SqliteRow,
    query: &NamedQuery,
    columns: &BTreeMap<String, String>,
) -> Result<Answer, String> {
    let values = columns.iter().map(|(variable, column)| {
        let kind = query.columns.get(column).copied().unwrap_or(Type::Text);
        let found = row.columns().iter().find(|one| one.name() == column);
        let at = found.ok_or_else(|| format!("no column `{column}`"))?;
        let value = value(row, at.ordinal(), kind);
        let value = value.ok_or_else(|| format!("no {kind} in the column `{column}`"))?;
        Ok((variable.clone(), value))
    });
    Ok(Answer::Found(values.collect::<Result<_, String>>()?))
}

/// A column's value as the script wants it; SQLite's columns hold values of any type.
fn value(row: &SqliteRow, at: usize, kind: Type) -> Option<Value> {
    let raw = row.try_get_raw(at).ok()?;
    if raw.is_null() {
        return None;
    }
    let stored = raw.type_info().name().to_owned();
    let written = match stored.as_str() {
        "TEXT" | "DATE" | "TIME" | "DATETIME" => row.try_get::<String, _>(at).ok()?,
        "INTEGER" | "BOOLEAN" => row.try_get::<i64, _>(at).ok()?.to_string(),
        "REAL" | "NUMERIC" => figure(row.try_get::<f64, _>(at).ok()?)?,
        _ => return None,
    };
    match kind {
        Type::Text => Some(Value::Text(written)),
        Type::Number => Number::parse(&written).map(Value::Number),
        Type::Truth => match written.as_str() {
            "1" => Some(Value::Truth(true)),
            "0" => Some(Value::Truth(false)),
            _ => None,
        },
    }
}

/// A figure with two decimals, if it is one.
fn figure(value: f64) -> Option<String> {
    let text = format!("{value:.2}");
    let rounded: f64 = text.parse().ok()?;
    (value.is_finite() && (rounded - value).abs() < 1e-9 * value.abs().max(1.0)).then_some(text)
}

#[cfg(test)]
mod tests;
