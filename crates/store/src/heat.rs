//! Heat of scripts (E23): what became of visits, by the hour; a projection of facts.
//!
//! A call counts once it has ended: its visits are read from its timeline then, in the transaction that notes its last fact,
//! so that none is lost or counted twice whatever a crash cuts. An hour is that in which a node was entered.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use futures_util::StreamExt as _;
use model::{CallId, Histogram, NodeHeat, ScriptName, Timestamp, Visit, Visits, Way, WayHeat};
use sqlx::FromRow;

use crate::Database;
use crate::column::{big, count, from_json, json_of};
use crate::database::{Connection, Statement};
use crate::error::{Result, StoreError};

/// An hour, in ms.
const HOUR_MS: i64 = 3_600_000;
/// Rows are kept for so many days.
pub const KEPT_DAYS: i64 = 400;
const KEPT_MS: i64 = KEPT_DAYS * 24 * HOUR_MS;
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
        let of = Of {
            script,
            hours: hour_of(time.start)..time.end.as_ms(),
            version,
        };
        // What is read at one time is of one moment.
        let mut moment = self.readers().begin().await?;
        let mut nodes: BTreeMap<String, NodeHeat> = BTreeMap::new();
        for (node, kind) in of.kinds(&mut moment).await? {
            nodes.entry(node).or_default().kind = kind;
        }
        let mut times = of.times(&mut moment).await?;
        for sum in of.sums(&mut moment).await? {
            let way = Way::of(&sum.way);
            let way = way.ok_or_else(|| StoreError::damaged("script heat", &sum.way))?;
            let times = times.remove(&(sum.node.clone(), sum.way.clone()));
            let node = nodes.entry(sum.node.clone()).or_default();
            node.ways.insert(way, sum.heat(times.into_iter().flatten()));
        }
        Ok(nodes)
    }
}

/// Whose rows are added up. The database does it: a year of hours would be too much to hold.
struct Of<'a> {
    script: &'a ScriptName,
    hours: Range<i64>,
    version: Option<u32>,
}

impl Of<'_> {
    fn query(&self, select: &'static str) -> Statement {
        let mut query = Statement::new(select);
        query
            .push(" WHERE script = ")
            .push_bind(self.script.as_str().to_owned());
        query
            .push(" AND hour >= ")
            .push_bind(self.hours.start)
            .push(" AND hour < ")
            .push_bind(self.hours.end);
        if let Some(version) = self.version {
            query.push(" AND version = ").push_bind(i64::from(version));
        }
        query
    }

    /// The kinds of nodes; of a node that was of several, the last one comes last.
    async fn kinds(&self, conn: &mut Connection) -> Result<Vec<(String, String)>> {
        let mut query = self.query("SELECT node, kind FROM script_heat");
        query.push(" GROUP BY node, kind ORDER BY MAX(hour), MAX(version)");
        Ok(query.build_query_as().fetch_all(conn).await?)
    }

    async fn sums(&self, conn: &mut Connection) -> Result<Vec<Sum>> {
        let mut query = self.query(
            "SELECT node, way, CAST(SUM(visits) AS BIGINT) AS visits, CAST(SUM(to_person) AS BIGINT) AS to_person,
               CAST(SUM(timeouts) AS BIGINT) AS timeouts, CAST(SUM(wrong_keys) AS BIGINT) AS wrong_keys,
               CAST(SUM(ms) AS BIGINT) AS ms FROM script_heat",
        );
        query.push(" GROUP BY node, way");
        Ok(query.build_query_as().fetch_all(conn).await?)
    }

    /// How long stays were, by node and way: buckets with their counts. One row after the other is added up.
    async fn times(&self, conn: &mut Connection) -> Result<Times> {
        let mut query = self.query("SELECT node, way, times FROM script_heat");
        let mut rows = query
            .build_query_as::<(String, String, String)>()
            .fetch(conn);
        let mut times = Times::new();
        while let Some(row) = rows.next().await {
            let (node, way, buckets) = row?;
            let buckets: Vec<(u32, u64)> = from_json("times", &buckets)?;
            let of = times.entry((node, way)).or_default();
            for (bucket, stays) in buckets {
                *of.entry(bucket).or_default() += stays;
            }
        }
        Ok(times)
    }
}

/// Buckets of histograms, by node and way.
type Times = BTreeMap<(String, String), BTreeMap<u32, u64>>;

/// A row's key: script, hour, version, node, way.
type Key = (ScriptName, i64, u32, String, Way);

/// The calls have ended: their visits count.
pub(crate) async fn add(conn: &mut Connection, ended: &BTreeSet<CallId>) -> Result<()> {
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
async fn visits(conn: &mut Connection, call: CallId) -> Result<Vec<Visit>> {
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
async fn put(conn: &mut Connection, key: &Key, kind: &str, more: WayHeat) -> Result<bool> {
    let (script, hour, version, node, way) = key;
    let way = way.word();
    let known: Option<Row> = sqlx::query_as(
        "SELECT node, way, visits, to_person, timeouts, wrong_keys, ms, times FROM script_heat
         WHERE script = $1 AND hour = $2 AND version = $3 AND node = $4 AND way = $5",
    )
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

async fn forget_before(conn: &mut Connection, script: &ScriptName, hour: i64) -> Result<()> {
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

#[derive(FromRow)]
struct Sum {
    node: String,
    way: String,
    visits: i64,
    to_person: i64,
    timeouts: i64,
    wrong_keys: i64,
    ms: i64,
}

impl Sum {
    fn heat(&self, times: impl IntoIterator<Item = (u32, u64)>) -> WayHeat {
        WayHeat {
            visits: count(self.visits),
            to_person: count(self.to_person),
            timeouts: count(self.timeouts),
            wrong_keys: count(self.wrong_keys),
            times: Histogram::of(times, count(self.ms)),
        }
    }
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    sum: Sum,
    times: String,
}

impl Row {
    fn heat(&self) -> Result<WayHeat> {
        let times: Vec<(u32, u64)> = from_json("times", &self.times)?;
        Ok(self.sum.heat(times))
    }
}
