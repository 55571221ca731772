//! Looks back for words, the newest first (J7): one window of ids after another, each wider than the one before, by what that has found, so
//! that of a common word the first has enough and of a rare one the last has little; and no longer than somebody waits.

use std::time::{Duration, Instant};

use super::{Row, SearchRequest};
use crate::column::{big, count};
use crate::database::{Connection, Shelf, Statement, Words};
use crate::error::Result;

/// So long is looked; what was found until then is told, and where it goes on.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// The first window, for each phrase.
const FIRST: Duration = Duration::from_secs(14 * 24 * 3_600);
/// The first windows of so many phrases and more are alike.
const PHRASES_APART: usize = 4;
/// After a window that has found nothing the next one is so many times as wide.
const WIDER: u64 = 4;
/// Wider by no more, whatever was found.
const WIDEST: u64 = 16;
/// The newest documents, which are read without an index where one character is asked for.
const PLAIN: i64 = 4_000;
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
    /// Where documents are read without an index, down to there.
    plain: Option<u64>,
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
            .fetch_one(&mut *conn)
            .await?;
        let newest = newest.0.map_or(0, count) + 1;
        let before = after.map_or(newest, |after| after.min(newest));
        let phrases = request.question.phrases().len().clamp(1, PHRASES_APART);
        let plain = match Words::of(conn, Shelf::All).plainly {
            Some(_) if request.question.is_one_character() => Some(nth_before(conn, before).await?),
            Some(_) | None => None,
        };
        Ok(Self {
            floor: model::id::least_of(request.since.into()),
            before,
            width: model::id::width_of(FIRST).saturating_mul(phrases as u64),
            until,
            plain,
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
            let low = self.low();
            let found = self.window(request, low, at_once, conn).await?;
            match found.last() {
                Some(last) if found.len() == at_once => self.before = count(last.id),
                Some(_) | None => {
                    let missing = wanted.saturating_sub(rows.len());
                    self.before = low;
                    self.widen(found.len(), missing);
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

    /// The least id of the next window.
    fn low(&self) -> u64 {
        let low = self.before.saturating_sub(self.width);
        self.plain.unwrap_or(low).max(self.floor)
    }

    /// The next window, after one that has found so many: a quarter wider than it takes for what is missing, if it goes on so.
    fn widen(&mut self, found: usize, missing: usize) {
        if self.plain.take().is_some() {
            return;
        }
        let times = match found {
            0 => WIDER,
            found => (missing as u64).saturating_mul(5) / (found as u64).saturating_mul(4),
        };
        self.width = self.width.saturating_mul(times.clamp(2, WIDEST));
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
        let plainly = words.plainly.filter(|_| self.plain.is_some());
        let (has, asked) = plainly.unwrap_or((words.has, words.asked));
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
            .push(has)
            .push_bind(request.question.rendered(words))
            .push(asked);
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

/// The id of the last of those that are read without an index; 0 where there are fewer.
async fn nth_before(conn: &mut Connection, before: u64) -> Result<u64> {
    let nth: Option<(i64,)> = sqlx::query_as(
        "SELECT id FROM search_document WHERE id < $1 ORDER BY id DESC LIMIT 1 OFFSET $2",
    )
    .bind(big(before))
    .bind(PLAIN - 1)
    .fetch_optional(conn)
    .await?;
    Ok(nth.map_or(0, |(id,)| count(id)))
}

impl Match {
    fn row(self) -> Option<Row> {
        let kind = self.kind.filter(|_| self.may == 1)?;
        Some(Row { id: self.id, kind })
    }
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::*;
    use crate::database::Database;
    use crate::places;
    use crate::search::{Question, SearchKind};

    /// J7: what stands behind the documents that are read one by one is found by the index, and nothing is found twice.
    #[tokio::test]
    async fn j7_a_single_character_is_found_behind_the_newest_documents_too() {
        const DOCUMENTS: i64 = 2 * PLAIN + 10;
        for empty in places::both().await {
            let database = Database::open_at(&empty.address, "CN").await.unwrap();
            let mut conn = empty.connect().await;
            let words = Words::of(&conn, Shelf::All);
            let mut turn = sqlx::Connection::begin(&mut conn).await.unwrap();
            let bearing: Vec<i64> = vec![0, 1, PLAIN + 9, PLAIN + 10, DOCUMENTS - 1];
            let all: Vec<i64> = (0..DOCUMENTS).collect();
            let at = |place: i64| Timestamp::from_ms(1_790_000_000_000 + place * 1_000);
            let id = |place| big(model::id::least_of(at(place).into()));
            for places in all.chunks(500) {
                let mut documents =
                    Statement::new("INSERT INTO search_document (id, kind) VALUES ");
                let mut query = Statement::new(words.put);
                for (index, place) in places.iter().enumerate() {
                    let begin = if index == 0 { "(" } else { ", (" };
                    let word = if bearing.contains(place) {
                        "机场"
                    } else {
                        "宽带"
                    };
                    documents.push(begin).push_bind(id(*place));
                    documents.push(", 'customer_note')");
                    query.push(begin).push_bind(id(*place));
                    query.push(words.put_words);
                    query.push_bind((words.document)(&[word.to_owned()]));
                    query.push(words.put_end);
                }
                documents.build_query().execute(&mut *turn).await.unwrap();
                query.build_query().execute(&mut *turn).await.unwrap();
            }
            turn.commit().await.unwrap();
            let request = SearchRequest {
                question: Question::parse("机").unwrap(),
                kinds: SearchKind::ALL.to_vec(),
                since: Timestamp::from_ms(0),
                readable_by: None,
            };
            let mut conn = database.readers().acquire().await.unwrap();
            let look = Look::begin(&request, None, PATIENCE, &mut conn)
                .await
                .unwrap();
            assert_eq!(look.plain.is_some(), words.plainly.is_some());
            let seen = look.go(&request, 100, &mut conn).await.unwrap();
            let ids: Vec<i64> = seen.rows.iter().map(|row| row.id).collect();
            let expected: Vec<i64> = bearing.iter().rev().map(|place| id(*place)).collect();
            assert_eq!((ids, seen.stopped_at), (expected, None));
        }
    }
}
