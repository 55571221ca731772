//! The rows of a table in a file of no database: gzip, one JSON array in a line, in the order of the columns.

use std::io::{BufRead as _, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use futures_util::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Row as _};

use super::seal::{self, Seal};
use super::{BackupError, TABLES, TableNote};
use crate::database::{Column, ColumnKind, Connection, columns};

/// Values that one statement may bind: SQLite takes 32,766.
const VALUES_MAX: usize = 16_000;
/// Rows of one statement.
const ROWS_MAX: usize = 500;

/// A value of a column.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Cell {
    Number(i64),
    Text(String),
    Nothing(()),
}

/// The file of a table.
fn name_of(table: &str) -> String {
    format!("{TABLES}/{table}.jsonl.gz")
}

/// Writes all rows of a table.
pub(super) async fn write(
    conn: &mut Connection,
    table: &str,
    seal: &mut Seal,
) -> Result<TableNote, BackupError> {
    let columns = columns(conn, table).await?;
    let names: Vec<_> = columns.iter().map(Column::quoted).collect();
    let text = format!("SELECT {} FROM {table}", names.join(", "));
    let name = name_of(table);
    let file = seal.file(&name)?;
    let mut out = GzEncoder::new(file, Compression::fast());
    let unwritten = |error: std::io::Error| unreadable(&name, error);
    let mut rows = 0;
    let mut found = sqlx::query(AssertSqlSafe(text)).fetch(conn);
    while let Some(row) = found.try_next().await? {
        let cells = columns.iter().enumerate();
        let cells = cells.map(|(place, column)| cell(&row, place, column.kind));
        let cells = cells.collect::<sqlx::Result<Vec<Cell>>>()?;
        serde_json::to_writer(&mut out, &cells).map_err(|error| unreadable(&name, error))?;
        out.write_all(b"\n").map_err(unwritten)?;
        rows += 1;
    }
    out.finish().map_err(unwritten)?.finish()?;
    Ok(TableNote {
        name: table.to_owned(),
        columns: columns.into_iter().map(|column| column.name).collect(),
        rows,
    })
}

fn cell(row: &sqlx::any::AnyRow, place: usize, kind: ColumnKind) -> sqlx::Result<Cell> {
    let cell = match kind {
        ColumnKind::Number => row.try_get::<Option<i64>, _>(place)?.map(Cell::Number),
        ColumnKind::Text => row.try_get::<Option<String>, _>(place)?.map(Cell::Text),
    };
    Ok(cell.unwrap_or(Cell::Nothing(())))
}

/// Puts the rows of a file in place of those that a table has.
pub(super) async fn read(
    conn: &mut Connection,
    note: &TableNote,
    folder: &Path,
) -> Result<(), BackupError> {
    let name = name_of(&note.name);
    let columns = columns(conn, &note.name).await?;
    let kinds = in_order_of(note, &columns)
        .ok_or_else(|| unreadable(&name, "its columns are not those of the table"))?;
    let statement = format!("DELETE FROM {}", note.name);
    sqlx::query(AssertSqlSafe(statement))
        .execute(&mut *conn)
        .await?;
    let file = MultiGzDecoder::new(seal::open(folder, &name)?);
    let batch_max = ROWS_MAX.min(VALUES_MAX / kinds.len().max(1));
    let (mut batch, mut rows) = (Vec::with_capacity(batch_max), 0);
    for line in std::io::BufReader::new(file).lines() {
        let line = line.map_err(|error| unreadable(&name, error))?;
        rows += 1;
        let cells: Vec<Cell> = serde_json::from_str(&line)
            .map_err(|error| unreadable(&name, format!("row {rows}: {error}")))?;
        if cells.len() != kinds.len() {
            return Err(unreadable(
                &name,
                format!("row {rows} has {} values", cells.len()),
            ));
        }
        batch.push(cells);
        if batch.len() == batch_max {
            put(conn, note, &kinds, &mut batch, &name).await?;
        }
    }
    put(conn, note, &kinds, &mut batch, &name).await?;
    match rows == note.rows {
        true => Ok(()),
        false => Err(unreadable(
            &name,
            format!("{rows} rows in place of {}", note.rows),
        )),
    }
}

/// The kinds of the values of a row; `None` where file and table have other columns.
fn in_order_of(note: &TableNote, columns: &[Column]) -> Option<Vec<ColumnKind>> {
    let kind = |name: &String| columns.iter().find(|it| it.name == *name).map(|it| it.kind);
    let kinds: Option<Vec<_>> = note.columns.iter().map(kind).collect();
    kinds.filter(|kinds| kinds.len() == columns.len())
}

/// One statement for many rows.
async fn put(
    conn: &mut Connection,
    note: &TableNote,
    kinds: &[ColumnKind],
    batch: &mut Vec<Vec<Cell>>,
    file: &str,
) -> Result<(), BackupError> {
    if batch.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = note
        .columns
        .iter()
        .map(|name| format!("\"{name}\""))
        .collect();
    let row = |at: usize| {
        let marks = (0..kinds.len()).map(|place| format!("${}", at * kinds.len() + place + 1));
        format!("({})", marks.collect::<Vec<_>>().join(", "))
    };
    let rows: Vec<_> = (0..batch.len()).map(row).collect();
    let text = format!(
        "INSERT INTO {} ({}) VALUES {}",
        note.name,
        names.join(", "),
        rows.join(", ")
    );
    let mut statement = sqlx::query(AssertSqlSafe(text));
    for (cell, kind) in batch.drain(..).flatten().zip(kinds.iter().cycle()) {
        statement = match (cell, kind) {
            (Cell::Number(number), ColumnKind::Number) => statement.bind(number),
            (Cell::Text(text), ColumnKind::Text) => statement.bind(text),
            (Cell::Nothing(()), ColumnKind::Number) => statement.bind(None::<i64>),
            (Cell::Nothing(()), ColumnKind::Text) => statement.bind(None::<String>),
            (Cell::Number(_) | Cell::Text(_), ColumnKind::Number | ColumnKind::Text) => {
                return Err(unreadable(file, "a value is not of its column's kind"));
            }
        };
    }
    statement.execute(conn).await?;
    Ok(())
}

fn unreadable(file: &str, why: impl ToString) -> BackupError {
    BackupError::Unreadable {
        file: file.to_owned(),
        why: why.to_string(),
    }
}
