//! Lists by key set: a page and what to ask for next. No totals: counting millions of rows is slow and tells little.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use store::PageRequest;
use utoipa::{IntoParams, ToSchema};

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

/// Which page of a list that has no filter.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// Rows, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

impl PageQuery {
    /// Of a list that has a filter beside it.
    pub(super) const fn of(after: Option<String>, limit: Option<u32>) -> Self {
        Self { after, limit }
    }

    /// How many rows are asked for.
    pub(super) const fn limit(&self) -> Option<u32> {
        self.limit
    }

    /// As the store is asked, of rows that have an id as their key.
    pub(super) fn request(&self) -> Result<PageRequest, Problem> {
        page_request(self.key()?, self.limit)
    }

    /// The same of rows that have another key: after which, and how many.
    pub(super) fn request_by<K: FromStr>(&self) -> Result<(Option<K>, u32), Problem> {
        let request = page_request(None, self.limit)?;
        Ok((self.key()?, request.limit))
    }

    /// The key after which the page begins.
    fn key<K: FromStr>(&self) -> Result<Option<K>, Problem> {
        let Some(after) = &self.after else {
            return Ok(None);
        };
        let key = after.parse().map_err(|_| {
            let detail = format!("after is {after:?}: expected `next` of the page before");
            Problem::new(Code::MalformedParameter).detail(detail)
        })?;
        Ok(Some(key))
    }
}

/// A page out of rows that are in memory, in the order of their keys.
pub(super) fn page<T, K: Ord + Display + FromStr>(
    mut rows: Vec<T>,
    query: &PageQuery,
    key: impl Fn(&T) -> K,
) -> Result<List<T>, Problem> {
    let request = page_request(None, query.limit)?;
    rows.sort_by_cached_key(&key);
    if let Some(after) = query.key::<K>()? {
        rows.retain(|row| key(row) > after);
    }
    Ok(cut(rows, request.limit, key))
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

/// A page out of rows that stand in its order: one row more than `limit` tells of a next page.
pub(super) fn cut<T, K: Display>(mut rows: Vec<T>, limit: u32, key: impl Fn(&T) -> K) -> List<T> {
    let limit = limit as usize;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more);
    let next = last.map(|row| key(row).to_string());
    List { items: rows, next }
}
