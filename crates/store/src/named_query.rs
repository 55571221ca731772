//! Named queries (命名查询, E12): what scripts may ask of databases of the business, be they files of SQLite or servers of PostgreSQL.
//!
//! Read-only in two ways: the connection cannot write, and the text is one that begins with `SELECT` or `WITH`. Parameters
//! are bound, never written into the text. A database is reached when it is first asked, so one that is away is an answer
//! (`Answer::NoAnswer`) and no reason not to start.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ivr::{Answer, Number, SqlQuestion, Type, Value};

use crate::database::{Address, Place};
use file::LazyFile;
use server::LazyServer;

mod file;
mod server;
mod text;

/// Connections to one database; more questions wait, within their own time.
const CONNECTIONS: u32 = 4;
/// A connection that nobody used for so long is given back.
const IDLE: Duration = Duration::from_secs(60);

pub use text::{QueryText, QueryTextError};

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
enum LazyDatabase {
    File(LazyFile),
    Server(LazyServer),
}

/// A value for a parameter.
enum Bound {
    Text(String),
    Truth(bool),
    Whole(i64),
    Real(f64),
}

/// A row: what is written in its columns; `None`: nothing that a script could hold.
type Cells = BTreeMap<String, Option<String>>;

/// Why there is no row. What the database said may hold what the caller has keyed in: its code alone is told.
fn no_row(error: &sqlx::Error, ended: &str) -> Answer {
    if let sqlx::Error::Database(error) = error {
        let code = error.code();
        return match code.as_deref() {
            Some(code) if code == ended => Answer::NoAnswer("timeout".to_owned()),
            code => Answer::Bad(format!("error {} of the database", code.unwrap_or("?"))),
        };
    }
    if matches!(error, sqlx::Error::PoolTimedOut) {
        return Answer::NoAnswer("no connection in time".to_owned());
    }
    Answer::NoAnswer("no connection".to_owned())
}

impl NamedQueries {
    /// `databases` by name; nothing is opened yet.
    pub fn new(
        databases: impl IntoIterator<Item = (String, Address)>,
        queries: BTreeMap<String, NamedQuery>,
    ) -> Self {
        let lazy = |address: Address| match address.place() {
            Place::File(file) => LazyDatabase::File(LazyFile::new(file.clone())),
            Place::Server => LazyDatabase::Server(LazyServer::new(address)),
        };
        let databases = databases.into_iter();
        Self {
            databases: databases
                .map(|(name, address)| (name, Arc::new(lazy(address))))
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
        let bound = match bound(query, question) {
            Ok(bound) => bound,
            Err(why) => return Answer::Bad(why),
        };
        let text = query.text.numbered();
        let cells = match database.as_ref() {
            LazyDatabase::File(file) => file
                .first_row(text, bound, question.timeout)
                .await
                .map_err(|error| no_row(&error, file::ENDED)),
            LazyDatabase::Server(server) => server
                .first_row(text, bound, question.timeout)
                .await
                .map_err(|error| no_row(&error, server::ENDED)),
        };
        match cells {
            Ok(Some(cells)) => taken(&cells, query, &question.columns).unwrap_or_else(Answer::Bad),
            Ok(None) => Answer::Missing,
            Err(answer) => answer,
        }
    }
}

impl fmt::Debug for NamedQueries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NamedQueries")
            .field("queries", &self.queries)
            .finish_non_exhaustive()
    }
}

/// The values of the text's parameters, in their order.
fn bound(query: &NamedQuery, question: &SqlQuestion) -> Result<Vec<Bound>, String> {
    let values = query.text.parameters().map(|parameter| {
        let value = question.args.get(parameter);
        match value.ok_or_else(|| format!("no parameter `{parameter}`"))? {
            Value::Text(text) => Ok(Bound::Text(text.clone())),
            Value::Truth(truth) => Ok(Bound::Truth(*truth)),
            Value::Number(number) => Ok(number.as_whole().map_or_else(
                || Bound::Real(number.to_string().parse().unwrap_or_default()),
                Bound::Whole,
            )),
        }
    });
    values.collect()
}

/// What is wanted of a row, all of it or nothing.
fn taken(
    cells: &Cells,
    query: &NamedQuery,
    columns: &BTreeMap<String, String>,
) -> Result<Answer, String> {
    let values = columns.iter().map(|(variable, column)| {
        let kind = query.columns.get(column).copied().unwrap_or(Type::Text);
        let written = cells.get(column);
        let written = written.ok_or_else(|| format!("no column `{column}`"))?;
        let value = written.as_deref().and_then(|written| value(written, kind));
        let value = value.ok_or_else(|| format!("no {kind} in the column `{column}`"))?;
        Ok((variable.clone(), value))
    });
    Ok(Answer::Found(values.collect::<Result<_, String>>()?))
}

/// What is written, as the script wants it.
fn value(written: &str, kind: Type) -> Option<Value> {
    match kind {
        Type::Text => Some(Value::Text(written.to_owned())),
        Type::Number => Number::parse(written).map(Value::Number),
        Type::Truth => match written {
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
