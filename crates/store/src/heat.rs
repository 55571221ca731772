//! Heat of scripts (E23): what became of visits, by the hour; a projection of facts.
//!
//! A call counts once it has ended: its visits are read from its timeline then, in the transaction that notes its last fact,
//! so that none is lost or counted twice whatever a crash cuts. An hour is that in which a node was entered.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use model::{CallId, Histogram, NodeHeat, ScriptName, Timestamp, Visit, Visits, Way, WayHeat};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

use crate::Database;
use crate::column::{big, count, from_json, json_of};
use crate::error::{Result, StoreError};

/// An hour, in ms.
const HOUR_MS: i64 = 3_600_000;
/// Rows are kept for so long.
const KEPT_MS: i64 = 400 * 24 * HOUR_MS;
/// Most facts of a call that are read.
const FACTS_MAX: i64 = 10_000;

impl Database {
    /// What became of the visits of a script by its nodes, in the hours that touch `time`, of one version or of all.
    pub async fn script_heat(
        &self,
        script: &ScriptName,
        time: Range<Timestamp>,
        version: Option<u32>,
    ) -> Result<BTreeMap<String, NodeHeat>> {
        let mut query = QueryBuilder::<Sqlite>::new(format!("{COLUMNS} WHERE script = "));
        query.push_bind(script.as_str());
        query
            .push(" AND hour >= ")
            .push_bind(hour_of(time.start))
            .push(" AND hour < ")
            .push_bind(time.end.as_ms());
        if let Some(version) = version {
            query.push(" AND version = ").push_bind(i64::from(version));
        }
        query.push(" ORDER BY hour, version");
        let rows: Vec<Row> = query.build_query_as().fetch_all(self.readers()).await?;
        let mut nodes: BTreeMap<String, NodeHeat> = BTreeMap::new();
        for row in rows {
            let node = nodes.entry(row.node.clone()).or_default();
            node.kind.clone_from(&row.kind);
            let way = Way::of(&row.way);
            let way = way.ok_or_else(|| StoreError::damaged("script heat", &row.way))?;
            node.ways.entry(way).or_default().add_all(&row.heat()?);
        }
        Ok(nodes)
    }
}

/// A row's key: script, hour, version, node, way.
type Key = (ScriptName, i64, u32, String, Way);

/// The calls have ended: their visits count.
pub(crate) async fn add(conn: &mut SqliteConnection, ended: &BTreeSet<CallId>) -> Result<()> {
    let mut more: BTreeMap<Key, (String, WayHeat)> = BTreeMap::new();
    for call in ended {
        for visit in visits(conn, *call).await? {
            let key = (
                visit.script.clone(),
                hour_of(visit.at),
                visit.version,
                visit.node.clone(),
                visit.way.clone(),
            );
            let (kind, heat) = more.entry(key).or_default();
            kind.clone_from(&visit.kind);
            heat.add(&visit);
        }
    }
    for (key, (kind, heat)) in more {
        let is_known = put(conn, &key, &kind, heat).await?;
        if !is_known {
            forget_before(conn, &key.0, key.1.saturating_sub(KEPT_MS)).await?;
        }
    }
    Ok(())
}

/// The visits of a call that has ended; most calls' facts say nothing of a script, and those are not read.
async fn visits(conn: &mut SqliteConnection, call: CallId) -> Result<Vec<Visit>> {
    let rows: Vec<(i64, String, String)> = sqlx::query_as(
        "SELECT at, kind, fact FROM call_event WHERE call_id = $1 AND kind IN ('call.arrived', 'ivr.entered',
           'ivr.gave_up', 'queue.joined', 'offer.made', 'dial.started', 'call.connected', 'dial.answered', 'call.ended')
         ORDER BY seq LIMIT $2",
    )
    .bind(big(call.get()))
    .bind(FACTS_MAX)
    .fetch_all(conn)
    .await?;
    let mut visits = Visits::default();
    if rows.iter().any(|(_, kind, _)| kind == "ivr.entered") {
        for (at, _, fact) in rows {
            visits.apply(Timestamp::from_ms(at), &from_json("fact", &fact)?);
        }
    }
    Ok(visits.into_done())
}

/// Adds to a row; whether it was there.
async fn put(conn: &mut SqliteConnection, key: &Key, kind: &str, more: WayHeat) -> Result<bool> {
    let (script, hour, version, node, way) = key;
    let way = way.word();
    let known: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "{COLUMNS} WHERE script = $1 AND hour = $2 AND version = $3 AND node = $4 AND way = $5"
    )))
    .bind(script.as_str())
    .bind(hour)
    .bind(i64::from(*version))
    .bind(node)
    .bind(&way)
    .fetch_optional(&mut *conn)
    .await?;
    let is_known = known.is_some();
    let mut heat = known.map_or_else(|| Ok(WayHeat::default()), |row| row.heat())?;
    heat.add_all(&more);
    let times: Vec<(u32, u64)> = heat.times.filled().collect();
    sqlx::query(
        "INSERT INTO script_heat (script, hour, version, node, way, kind, visits, to_person, timeouts, wrong_keys, ms, times)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (script, hour, version, node, way) DO UPDATE SET kind = excluded.kind, visits = excluded.visits,
           to_person = excluded.to_person, timeouts = excluded.timeouts, wrong_keys = excluded.wrong_keys,
           ms = excluded.ms, times = excluded.times",
    )
    .bind(script.as_str())
    .bind(hour)
    .bind(i64::from(*version))
    .bind(node)
    .bind(way)
    .bind(kind)
    .bind(big(heat.visits))
    .bind(big(heat.to_person))
    .bind(big(heat.timeouts))
    .bind(big(heat.wrong_keys))
    .bind(big(heat.times.sum()))
    .bind(json_of("times", &times)?)
    .execute(conn)
    .await?;
    Ok(is_known)
}

async fn forget_before(conn: &mut SqliteConnection, script: &ScriptName, hour: i64) -> Result<()> {
    sqlx::query("DELETE FROM script_heat WHERE script = $1 AND hour < $2")
        .bind(script.as_str())
        .bind(hour)
        .execute(conn)
        .await?;
    Ok(())
}

fn hour_of(at: Timestamp) -> i64 {
    at.as_ms().div_euclid(HOUR_MS).saturating_mul(HOUR_MS)
}

const COLUMNS: &str =
    "SELECT node, way, kind, visits, to_person, timeouts, wrong_keys, ms, times FROM script_heat";

#[derive(FromRow)]
struct Row {
    node: String,
    way: String,
    kind: String,
    visits: i64,
    to_person: i64,
    timeouts: i64,
    wrong_keys: i64,
    ms: i64,
    times: String,
}

impl Row {
    fn heat(&self) -> Result<WayHeat> {
        let times: Vec<(u32, u64)> = from_json("times", &self.times)?;
        Ok(WayHeat {
            visits: count(self.visits),
            to_person: count(self.to_person),
            timeouts: count(self.timeouts),
            wrong_keys: count(self.wrong_keys),
            times: Histogram::of(times, count(self.ms)),
        })
    }
}
