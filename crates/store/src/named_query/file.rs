//! A question to a file of SQLite: opened to be read alone, and a query that runs too long is ended where it runs.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteRow};
use sqlx::{AssertSqlSafe, Column as _, Row as _, SqlitePool, TypeInfo as _, ValueRef as _};

use super::{Bound, CONNECTIONS, Cells, IDLE, figure};

/// SQLite's code for a query that was ended.
pub(super) const ENDED: &str = "9";
/// How long a question waits where another process has the file locked.
const LOCK_WAIT: Duration = Duration::from_millis(250);
/// How many steps of SQLite's machine pass between two looks at the clock.
const STEPS: i32 = 1_000;

/// The file, opened when it is first asked.
pub(super) struct LazyFile {
    file: PathBuf,
    pool: OnceLock<SqlitePool>,
}

impl LazyFile {
    pub(super) const fn new(file: PathBuf) -> Self {
        let pool = OnceLock::new();
        Self { file, pool }
    }

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

    /// The first row. A query that goes on after its time is ended: nobody would ever read what it finds.
    pub(super) async fn first_row(
        &self,
        text: String,
        bound: Vec<Bound>,
        timeout: Duration,
    ) -> sqlx::Result<Option<Cells>> {
        let ends = Instant::now() + timeout;
        let mut conn = self.pool().acquire().await?;
        conn.lock_handle()
            .await?
            .set_progress_handler(STEPS, move || Instant::now() < ends);
        let query = sqlx::query(AssertSqlSafe(text));
        let query = bound.into_iter().fold(query, |query, value| match value {
            Bound::Text(text) => query.bind(text),
            Bound::Truth(truth) => query.bind(truth),
            Bound::Whole(whole) => query.bind(whole),
            Bound::Real(real) => query.bind(real),
        });
        let row = query.fetch_optional(&mut *conn).await?;
        Ok(row.as_ref().map(cells))
    }
}

fn cells(row: &SqliteRow) -> Cells {
    let mut cells = Cells::new();
    for column in row.columns() {
        let written = written(row, column.ordinal());
        cells.entry(column.name().to_owned()).or_insert(written);
    }
    cells
}

/// What stands in a column; SQLite's columns hold values of any type.
fn written(row: &SqliteRow, at: usize) -> Option<String> {
    let raw = row.try_get_raw(at).ok()?;
    if raw.is_null() {
        return None;
    }
    let stored = raw.type_info().name().to_owned();
    match stored.as_str() {
        "TEXT" | "DATE" | "TIME" | "DATETIME" => row.try_get::<String, _>(at).ok(),
        "INTEGER" | "BOOLEAN" => Some(row.try_get::<i64, _>(at).ok()?.to_string()),
        "REAL" | "NUMERIC" => figure(row.try_get::<f64, _>(at).ok()?),
        _ => None,
    }
}
