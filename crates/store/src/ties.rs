//! Which agents know a caller, and whom he must not meet: read for each call from what is stored (R57, R64-R67).
//!
//! Talks are the segments of the last calls of the number, each agent's own (R14); which of them count is the queue's rule
//! and not asked here. Everything is bounded where it is read: a number that is called all day costs no more than another.

use std::collections::{BTreeMap, BTreeSet};

use model::ties::{APART_MAX, TALKS_MAX, Talk};
use model::{AgentId, Cdr, CustomerId, Membership, QueueName, Ties, Timestamp};

use crate::column::{big, count, from_json};
use crate::database::Connection;
use crate::directory::customer::Owner;
use crate::error::Result;

/// In so many last calls of the number talks are looked for.
const CALLS_MAX: i64 = 50;
/// A shorter talk counts under no rule of a queue.
pub(crate) const TALK_MIN_MS: u64 = 5_000;

/// Of a number, with the customers who have it, best first.
pub(crate) async fn of(
    conn: &mut Connection,
    key: &str,
    owners: &[Owner],
    now: Timestamp,
) -> Result<Ties> {
    let apart = apart(conn, key, now).await?;
    // R64: behind a switchboard the same number is another person each time.
    if owners.iter().any(|owner| owner.is_shared) {
        return Ok(Ties {
            apart,
            ..Ties::default()
        });
    }
    let talks = talks(conn, key).await?;
    // F3: who may be the caller brings nobody.
    let certain = owners.iter().filter(|owner| owner.candidate.is_certain());
    let looked_after: Vec<AgentId> = certain.filter_map(|owner| owner.agent).collect();
    let known = looked_after.iter().copied();
    let gone = gone(conn, known.chain(talks.iter().map(|talk| talk.agent))).await?;
    let is_here = |agent: &AgentId| !gone.contains_key(agent);
    // Of two customers' owners the one who is here: the other is nobody's any more.
    let owner = looked_after.iter().copied().find(is_here);
    Ok(Ties {
        owner: owner.or(looked_after.first().copied()),
        talks,
        apart,
        gone,
    })
}

/// The last talks, newest first.
async fn talks(conn: &mut Connection, key: &str) -> Result<Vec<Talk>> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT record FROM call_record
         WHERE peer_key = $1 AND agent_id IS NOT NULL AND ended_at IS NOT NULL ORDER BY id DESC LIMIT $2",
    )
    .bind(key)
    .bind(CALLS_MAX)
    .fetch_all(conn)
    .await?;
    let mut talks = Vec::new();
    for (record,) in rows {
        let cdr: Cdr = from_json("call record", &record)?;
        let segments = cdr.segments.into_iter().rev();
        let long = segments.filter(|segment| segment.talk_ms >= TALK_MIN_MS);
        talks.extend(long.map(|segment| Talk {
            agent: segment.agent,
            queue: segment.queue,
            since: segment.connected_at,
            talk_ms: segment.talk_ms,
        }));
        if talks.len() >= TALKS_MAX {
            break;
        }
    }
    talks.truncate(TALKS_MAX);
    Ok(talks)
}

/// R67: those who have left the house, with the first of the queues that they served. One of whom nothing is left has no team.
pub(crate) async fn gone(
    conn: &mut Connection,
    agents: impl Iterator<Item = AgentId>,
) -> Result<BTreeMap<AgentId, QueueName>> {
    let mut gone = BTreeMap::new();
    for agent in agents.collect::<BTreeSet<_>>() {
        let row: Option<(String, i64)> =
            sqlx::query_as("SELECT queues, is_active FROM agent WHERE id = $1")
                .bind(big(agent.get()))
                .fetch_optional(&mut *conn)
                .await?;
        let Some((queues, 0)) = row else { continue };
        let queues: Vec<Membership> = from_json("queues", &queues)?;
        if let Some(first) = queues.into_iter().next() {
            gone.insert(agent, first.queue);
        }
    }
    Ok(gone)
}

/// R66: by any number that is certainly of this customer and of nobody else.
pub(crate) async fn apart_of(
    conn: &mut Connection,
    customer: CustomerId,
    now: Timestamp,
) -> Result<BTreeSet<AgentId>> {
    let rows: Vec<(i64,)> = sqlx::query_as(
        "SELECT DISTINCT k.agent_id FROM customer_number n JOIN conflict k ON k.number_key = n.number_key
         WHERE n.customer_id = $1 AND n.confidence = 'known' AND n.is_shared = 0 AND (k.until IS NULL OR k.until > $2)
         ORDER BY k.agent_id LIMIT $3",
    )
    .bind(big(customer.get()))
    .bind(now.as_ms())
    .bind(APART_MAX as i64)
    .fetch_all(conn)
    .await?;
    let agents = rows.into_iter();
    Ok(agents.map(|(agent,)| AgentId::new(count(agent))).collect())
}

/// R66: by this number, or by another one that is certainly of the same customer.
async fn apart(conn: &mut Connection, key: &str, now: Timestamp) -> Result<BTreeSet<AgentId>> {
    let rows: Vec<(i64,)> = sqlx::query_as(
        "SELECT DISTINCT agent_id FROM conflict WHERE (until IS NULL OR until > $2) AND (number_key = $1 OR number_key IN
           (SELECT other.number_key FROM customer_number mine
            JOIN customer_number other ON other.customer_id = mine.customer_id
            WHERE mine.number_key = $1 AND mine.confidence = 'known' AND mine.is_shared = 0
              AND other.confidence = 'known' AND other.is_shared = 0))
         ORDER BY agent_id LIMIT $3",
    )
    .bind(key)
    .bind(now.as_ms())
    .bind(APART_MAX as i64)
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(agent,)| AgentId::new(count(agent)))
        .collect())
}
