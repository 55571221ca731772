//! Idempotency keys (幂等键, J3): a request that comes again is not done again, over restarts too.
//!
//! A key is claimed before its request is done and kept with the answer for a day. Of one that was claimed by a process that is gone
//! before it answered nobody knows what it has done: that is said, and not guessed.

use model::{DAY_MS, Timestamp};
use sha2::{Digest, Sha256};
use sqlx::FromRow;

use crate::Database;
use crate::column::{count, from_json, json_of, text_of};
use crate::database::Connection;
use crate::error::Result;
use crate::retention::RetentionKind;

/// How long a key is kept, in ms.
const LASTS_MS: i64 = RetentionKind::Keys.row().days as i64 * DAY_MS;
/// Most keys of one principal.
const KEYS_MAX: i64 = 20_000;

/// A request with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyedRequest {
    /// Who asks: keys of others are others.
    pub principal: String,
    /// The key.
    pub key: String,
    /// The process that would answer.
    pub run: String,
    sha256: String,
}

impl KeyedRequest {
    /// A request of these parts: all that makes it the same when it comes again.
    pub fn new<const N: usize>(
        principal: String,
        key: String,
        run: String,
        parts: [&[u8]; N],
    ) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            // Lengths keep parts apart.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self {
            principal,
            key,
            run,
            sha256: text_of(&hash.finalize()),
        }
    }
}

/// An answer that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The status.
    pub status: u16,
    /// Names and values of those headers that matter.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// What a key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Not used: do the request, then keep its answer or free the key.
    Mine,
    /// The same request was answered so.
    Answered(Kept),
    /// The same request was begun by this process, and is not answered.
    InFlight,
    /// The same request was begun by a process that is gone.
    Unknown,
    /// It came with another request.
    Reused,
    /// The principal has too many.
    TooMany,
}

impl Database {
    /// Claims a key for a request.
    pub async fn claim_key(&self, request: KeyedRequest, now: Timestamp) -> Result<Claim> {
        let since = now.as_ms().saturating_sub(LASTS_MS);
        self.write(move |conn| {
            Box::pin(async move {
                if let Some(row) = kept(conn, &request, since).await? {
                    return row.claim(&request);
                }
                let (all,): (i64,) = sqlx::query_as(
                    "SELECT COUNT(*) FROM (SELECT 1 FROM idempotency WHERE principal = $1 LIMIT $2) AS few",
                )
                .bind(&request.principal)
                .bind(KEYS_MAX)
                .fetch_one(&mut *conn)
                .await?;
                if all >= KEYS_MAX {
                    return Ok(Claim::TooMany);
                }
                // One that is too old is as good as none.
                sqlx::query(
                    "INSERT INTO idempotency (principal, key, request_sha256, run, created_at) VALUES ($1, $2, $3, $4, $5)
                     ON CONFLICT (principal, key) DO UPDATE SET request_sha256 = excluded.request_sha256, run = excluded.run,
                     status = NULL, headers = NULL, body = NULL, created_at = excluded.created_at",
                )
                .bind(request.principal)
                .bind(request.key)
                .bind(request.sha256)
                .bind(request.run)
                .bind(now.as_ms())
                .execute(conn)
                .await?;
                Ok(Claim::Mine)
            })
        })
        .await
    }

    /// Keeps the answer of a request whose key was claimed.
    pub async fn keep_answer(&self, request: KeyedRequest, answer: Kept) -> Result<()> {
        let headers = json_of("answer", &answer.headers)?;
        self.write(move |conn| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE idempotency SET status = $3, headers = $4, body = $5 WHERE principal = $1 AND key = $2",
                )
                .bind(request.principal)
                .bind(request.key)
                .bind(i64::from(answer.status))
                .bind(headers)
                .bind(answer.body)
                .execute(conn)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Frees a key whose request was not done.
    pub async fn free_key(&self, request: KeyedRequest) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                sqlx::query(
                    "DELETE FROM idempotency WHERE principal = $1 AND key = $2 AND status IS NULL",
                )
                .bind(request.principal)
                .bind(request.key)
                .execute(conn)
                .await?;
                Ok(())
            })
        })
        .await
    }
}

async fn kept(conn: &mut Connection, request: &KeyedRequest, since: i64) -> Result<Option<Row>> {
    let row = sqlx::query_as(
        "SELECT request_sha256, run, status, headers, body FROM idempotency
         WHERE principal = $1 AND key = $2 AND created_at > $3",
    )
    .bind(&request.principal)
    .bind(&request.key)
    .bind(since)
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

#[derive(FromRow)]
struct Row {
    request_sha256: String,
    run: String,
    status: Option<i64>,
    headers: Option<String>,
    body: Option<String>,
}

impl Row {
    fn claim(self, request: &KeyedRequest) -> Result<Claim> {
        if self.request_sha256 != request.sha256 {
            return Ok(Claim::Reused);
        }
        let Some(status) = self.status else {
            let is_here = self.run == request.run;
            return Ok(if is_here {
                Claim::InFlight
            } else {
                Claim::Unknown
            });
        };
        Ok(Claim::Answered(Kept {
            status: u16::try_from(count(status)).unwrap_or_default(),
            headers: from_json("answer", self.headers.as_deref().unwrap_or("[]"))?,
            body: self.body.unwrap_or_default(),
        }))
    }
}
