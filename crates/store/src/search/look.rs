//! Looks back for words, the newest first (J7): one window of ids after another, each twice as wide as the one before, so that of a common
//! word the first has enough and of a rare one the last has little; and no longer than somebody waits.

use std::time::{Duration, Instant};

use super::{Row, SearchRequest};
use crate::column::{big, count};
use crate::database::{Connection, Shelf, Statement, Words};
use crate::error::Result;

/// So long is looked; what was found until then is told, and where it goes on.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// The first window.
const FIRST: Duration = Duration::from_secs(14 * 24 * 3_600);
/// At least so many of those that have the words are looked at together: some of them the reader may not read.
const AT_ONCE_MIN: usize = 200;

/// A look that stands before an id.
#[derive(Debug)]
pub(super) struct Look {
    /// Ids below it are not looked at.
    floor: u64,
    /// Ids from it on were.
    before: u64,
    width: u64,
    until: Instant,
}

/// What a look found.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) rows: Vec<Row>,
    /// Where time was up: ids from it on were looked at.
    pub(super) stopped_at: Option<u64>,
}

/// One that has the words.
#[derive(sqlx::FromRow)]
struct Match {
    id: i64,
    kind: Option<String>,
    may: i64,
}

impl Look {
    /// From before an id on, or from the newest on, back to the least id of the request.
    pub(super) async fn begin(
        request: &SearchRequest,
        after: Option<u64>,
        patience: Duration,
        conn: &mut Connection,
    ) -> Result<Self> {
        let until = Instant::now() + patience;
        let newest: (Option<i64>,) = sqlx::query_as("SELECT MAX(id) FROM search_document")
            .fetch_one(conn)
            .await?;
        let newest = newest.0.map_or(0, count) + 1;
        Ok(Self {
            floor: model::id::least_of(request.since.into()),
            before: after.map_or(newest, |after| after.min(newest)),
            width: model::id::width_of(FIRST),
            until,
        })
    }

    /// Looks until so many were found, or there are no more, or time is up.
    pub(super) async fn go(
        mut self,
        request: &SearchRequest,
        wanted: usize,
        conn: &mut Connection,
    ) -> Result<Seen> {
        let at_once = wanted.max(AT_ONCE_MIN);
        let mut rows = Vec::new();
        while self.before > self.floor {
            let low = self.before.saturating_sub(self.width).max(self.floor);
            let found = self.window(request, low, at_once, conn).await?;
            match found.last() {
                Some(last) if found.len() == at_once => self.before = count(last.id),
                Some(_) | None => {
                    self.before = low;
                    self.width = self.width.saturating_mul(2);
                }
            }
            rows.extend(found.into_iter().filter_map(Match::row));
            if rows.len() >= wanted {
                break;
            }
            if Instant::now() >= self.until && self.before > self.floor {
                let stopped_at = Some(self.before);
                return Ok(Seen { rows, stopped_at });
            }
        }
        rows.truncate(wanted);
        Ok(Seen {
            rows,
            stopped_at: None,
        })
    }

    /// The newest of a window that have the words, and whether they are what is asked for.
    async fn window(
        &self,
        request: &SearchRequest,
        low: u64,
        most: usize,
        conn: &mut Connection,
    ) -> Result<Vec<Match>> {
        let words = Words::of(conn, Shelf::All);
        let mut query = Statement::new("SELECT m.id, d.kind, CASE WHEN d.id IS NOT NULL");
        if let [kind] = request.kinds.as_slice() {
            query.push(" AND d.kind = ").push_bind(kind.name());
        }
        if let Some(reader) = &request.readable_by {
            query.push(" AND (d.kind <> 'ticket' OR (t.id IS NOT NULL");
            reader.narrow(&mut query);
            query.push("))");
        }
        query
            .push(" THEN 1 ELSE 0 END AS may FROM (SELECT ")
            .push(words.id)
            .push(" AS id")
            .push(words.from)
            .push(words.has)
            .push_bind(request.question.rendered(words))
            .push(words.asked);
        for (compared, id) in [(" >= ", low), (" < ", self.before)] {
            query
                .push(" AND ")
                .push(words.id)
                .push(compared)
                .push_bind(big(id));
        }
        query
            .push(" ORDER BY ")
            .push(words.id)
            .push(" DESC LIMIT ")
            .push_bind(most as i64)
            .push(") m LEFT JOIN search_document d ON d.id = m.id");
        if request.readable_by.is_some() {
            query.push(" LEFT JOIN ticket t ON t.id = m.id AND d.kind = 'ticket'");
        }
        query.push(" ORDER BY m.id DESC");
        Ok(query.build_query_as().fetch_all(conn).await?)
    }
}

impl Match {
    fn row(self) -> Option<Row> {
        let kind = self.kind.filter(|_| self.may == 1)?;
        Some(Row { id: self.id, kind })
    }
}
