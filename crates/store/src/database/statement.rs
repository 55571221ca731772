//! A query that is put together from pieces. Its parameters are written `$1`, `$2`, … as their values are bound, which both
//! databases read; a value never stands in the text, and a piece of text never comes from outside.

use std::fmt::Write as _;

use sqlx::query::{Query, QueryAs};
use sqlx::{AssertSqlSafe, FromRow, IntoArguments};

use super::Driver;

/// A text under construction, with the values that were bound so far.
#[derive(Debug)]
pub(crate) struct Statement {
    text: String,
    values: Vec<Bound>,
}

/// What a column may hold (`BIGINT` or `TEXT`).
#[derive(Debug)]
pub(crate) enum Bound {
    Big(i64),
    Text(String),
}

impl Statement {
    /// Begins with a text without parameters.
    pub(crate) fn new(text: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            values: Vec::new(),
        }
    }

    /// Begins with a text that names these values itself, as `$1`, `$2`, …
    pub(crate) fn with(text: &'static str, values: Vec<Bound>) -> Self {
        let text = text.to_owned();
        Self { text, values }
    }

    /// Goes on with a text without parameters.
    pub(crate) fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Goes on with a parameter.
    pub(crate) fn push_bind(&mut self, value: impl Into<Bound>) -> &mut Self {
        self.values.push(value.into());
        // Writing into a String cannot fail.
        let _ = write!(self.text, "${}", self.values.len());
        self
    }

    /// Goes on with ` IN (…)` of these values; of none it holds for nothing.
    pub(crate) fn push_among<V: Into<Bound>>(
        &mut self,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        self.push(" IN (NULL");
        for value in values {
            self.push(", ").push_bind(value);
        }
        self.push(")")
    }

    /// Goes on with names, a comma between two.
    pub(crate) fn push_list(&mut self, names: &[&'static str]) -> &mut Self {
        self.text.push_str(&names.join(", "));
        self
    }

    /// The same behind a word, such as `EXPLAIN `.
    #[cfg(test)]
    pub(crate) fn behind(mut self, word: &'static str) -> Self {
        self.text.insert_str(0, word);
        self
    }

    /// Goes on with the sums of columns, a comma between two; as they are, where PostgreSQL would make them NUMERIC.
    pub(crate) fn push_sums(&mut self, columns: &[&'static str]) -> &mut Self {
        for (index, column) in columns.iter().enumerate() {
            self.push(if index == 0 {
                "CAST(SUM("
            } else {
                ", CAST(SUM("
            });
            self.push(column).push(") AS BIGINT)");
        }
        self
    }

    /// What changes rows; what was built stays here no longer.
    pub(crate) fn build_query<'q>(
        &mut self,
    ) -> Query<'q, Driver, <Driver as sqlx::Database>::Arguments>
    where
        <Driver as sqlx::Database>::Arguments: IntoArguments<Driver>,
    {
        let text = std::mem::take(&mut self.text);
        let query = sqlx::query(AssertSqlSafe(text));
        let values = self.values.drain(..);
        values.fold(query, |query, value| match value {
            Bound::Big(number) => query.bind(number),
            Bound::Text(text) => query.bind(text),
        })
    }

    /// What asks for rows; what was built stays here no longer.
    pub(crate) fn build_query_as<'q, T>(
        &mut self,
    ) -> QueryAs<'q, Driver, T, <Driver as sqlx::Database>::Arguments>
    where
        T: for<'r> FromRow<'r, <Driver as sqlx::Database>::Row>,
        <Driver as sqlx::Database>::Arguments: IntoArguments<Driver>,
    {
        let text = std::mem::take(&mut self.text);
        let query = sqlx::query_as(AssertSqlSafe(text));
        let values = self.values.drain(..);
        values.fold(query, |query, value| match value {
            Bound::Big(number) => query.bind(number),
            Bound::Text(text) => query.bind(text),
        })
    }
}

impl From<i64> for Bound {
    fn from(number: i64) -> Self {
        Self::Big(number)
    }
}

impl From<String> for Bound {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Bound {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_as_they_come() {
        let mut query = Statement::new("SELECT a FROM t WHERE b = ");
        query.push_bind(7).push(" AND c = ").push_bind("x");
        assert_eq!(query.text, "SELECT a FROM t WHERE b = $1 AND c = $2");
    }
}
