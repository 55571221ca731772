//! What tables a database holds, and their columns: the one question that each answers in its own words.

use sqlx::AssertSqlSafe;

use super::{Connection, postgres, sqlite};
use crate::error::{Result, StoreError};

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: ColumnKind,
}

/// What a column holds (decision 14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    Number,
    Text,
}

/// How a database tells of itself.
pub(super) struct Catalogue {
    /// How many tables there are.
    pub(super) tables: &'static str,
    /// Name and type of each column of table `$1`, in order.
    pub(super) columns: &'static str,
    /// Statements, one a row, after which keys go on behind the rows that a table (`$1`) has.
    pub(super) keys: Option<&'static str>,
}

impl Catalogue {
    /// That of the database at the other end.
    fn of(conn: &Connection) -> &'static Self {
        match conn.backend_name() {
            "PostgreSQL" => &postgres::CATALOGUE,
            _ => &sqlite::CATALOGUE,
        }
    }
}

impl Column {
    /// As it stands in a statement.
    pub(crate) fn quoted(&self) -> String {
        format!("\"{}\"", self.name)
    }
}

/// Whether nothing was ever made in it.
pub(crate) async fn is_empty(conn: &mut Connection) -> Result<bool> {
    let text = Catalogue::of(conn).tables;
    let (tables,): (i64,) = sqlx::query_as(text).fetch_one(conn).await?;
    Ok(tables == 0)
}

/// The columns of a table, in order.
pub(crate) async fn columns(conn: &mut Connection, table: &str) -> Result<Vec<Column>> {
    let text = Catalogue::of(conn).columns;
    let rows: Vec<(String, String)> = sqlx::query_as(text).bind(table).fetch_all(conn).await?;
    let column = |(name, kind): (String, String)| {
        let kind = match kind.to_ascii_lowercase().as_str() {
            "bigint" | "integer" => ColumnKind::Number,
            "text" => ColumnKind::Text,
            other => {
                let why = format!("{table}.{name} is of the kind `{other}`");
                return Err(StoreError::damaged("table", why));
            }
        };
        Ok(Column { name, kind })
    };
    rows.into_iter().map(column).collect()
}

/// After rows were put into a table with the keys that they had elsewhere: new ones go on behind them.
pub(crate) async fn go_on_behind(conn: &mut Connection, table: &str) -> Result<()> {
    let Some(text) = Catalogue::of(conn).keys else {
        return Ok(());
    };
    let rows: Vec<(String,)> = sqlx::query_as(text)
        .bind(table)
        .fetch_all(&mut *conn)
        .await?;
    for (statement,) in rows {
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}
