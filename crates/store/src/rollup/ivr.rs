//! Sums of scripts' nodes (I6), added up by the database out of what became of visits by the hour ([`crate::heat`]).

use std::collections::BTreeMap;

use model::Way;
use report::IvrSums;
use sqlx::FromRow;

use super::read::{SUMS_MAX, SumsOf, Window};
use crate::Database;
use crate::error::{Result, StoreError};

/// By the beginning of an interval, in ms, the script and the node; with the kind of the node.
pub type OfNodes = BTreeMap<(i64, String, String), (String, IvrSums)>;

/// What became of those who left a node in one way.
#[derive(FromRow)]
struct Row {
    span: i64,
    script: String,
    node: String,
    way: String,
    kind: String,
    visits: i64,
    to_person: i64,
    timeouts: i64,
    wrong_keys: i64,
    ms: i64,
}

impl Row {
    fn sums(&self) -> Result<IvrSums> {
        let mut sums = IvrSums {
            entered: self.visits,
            to_person: self.to_person,
            timeouts: self.timeouts,
            wrong_keys: self.wrong_keys,
            stay_ms: self.ms,
            ..IvrSums::default()
        };
        let way =
            Way::of(&self.way).ok_or_else(|| StoreError::damaged("script heat", &self.way))?;
        let of = match way {
            Way::Exit(_) => &mut sums.left,
            Way::Answered => &mut sums.answered,
            Way::HungUp => &mut sums.hung_up,
            Way::Ended => &mut sums.ended,
            Way::Lost => &mut sums.lost,
            Way::HandedOn => &mut sums.handed_on,
        };
        *of = self.visits;
        Ok(sums)
    }
}

impl Database {
    /// The sums of scripts' nodes, as of one moment; of more than 100,000 the rest is missing.
    pub async fn ivr_sums(&self, windows: &[Window], of: &SumsOf) -> Result<OfNodes> {
        let mut moment = self.readers().begin().await?;
        let mut sums = OfNodes::new();
        for window in windows {
            if sums.len() > SUMS_MAX {
                break;
            }
            let mut query = window.select(
                " AS span, script, node, way, MAX(kind) AS kind, CAST(SUM(visits) AS BIGINT) AS visits,
                   CAST(SUM(to_person) AS BIGINT) AS to_person, CAST(SUM(timeouts) AS BIGINT) AS timeouts,
                   CAST(SUM(wrong_keys) AS BIGINT) AS wrong_keys, CAST(SUM(ms) AS BIGINT) AS ms
                 FROM (SELECT hour AS bucket_at, script, node, way, kind, visits, to_person, timeouts, wrong_keys, ms
                   FROM script_heat) AS heat",
            );
            window.within(&mut query);
            if let Some(script) = &of.script {
                query.push(" AND script = ").push_bind(script.as_str());
            }
            query.push(" GROUP BY 1, script, node, way LIMIT ");
            query.push_bind(super::read::limit());
            let rows: Vec<Row> = query.build_query_as().fetch_all(&mut *moment).await?;
            for row in rows {
                let more = row.sums()?;
                let key = (window.beginning(row.span), row.script, row.node);
                let (kind, of) = sums.entry(key).or_default();
                *kind = row.kind;
                of.add(&more);
            }
        }
        Ok(sums)
    }
}
