//! Lists by key set: a page and what to ask for next. No totals: counting millions of rows is slow and tells little.

use serde::Serialize;
use store::PageRequest;
use utoipa::ToSchema;

use crate::problem::{Code, Problem};

/// Most rows of a page.
pub const LIMIT_MAX: u32 = 200;
/// Rows of a page when nobody says how many.
const LIMIT: u32 = 50;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// The rows.
    pub items: Vec<T>,
    /// What to ask for as `after` to get the next page; `null` at the end.
    pub next: Option<String>,
}

/// Reads `after` and `limit`; a limit outside of 1 to 200 is refused rather than bent.
pub(super) fn page_request(after: Option<u64>, limit: Option<u32>) -> Result<PageRequest, Problem> {
    let limit = limit.unwrap_or(LIMIT);
    if (1..=LIMIT_MAX).contains(&limit) {
        Ok(PageRequest { after, limit })
    } else {
        let detail = format!("limit is {limit}: expected 1 to {LIMIT_MAX}");
        Err(Problem::new(Code::MalformedParameter).detail(detail))
    }
}

/// A page out of rows that are in memory, ordered by `id`: one row more than `limit` tells of a next page.
pub(super) fn cut<T>(rows: Vec<T>, limit: u32, id: impl Fn(&T) -> u64) -> List<T> {
    cut_by(rows, limit, |row| id(row).to_string())
}

/// The same of rows that have a text as their key.
pub(super) fn cut_by<T>(mut rows: Vec<T>, limit: u32, key: impl Fn(&T) -> String) -> List<T> {
    let limit = limit as usize;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(key);
    List { items: rows, next }
}
