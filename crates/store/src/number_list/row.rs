//! A row of `number_list`, and how numbers and places stand in it.

use model::number_list::Scope;
use model::{NumberEntry, NumberEntryId, Numbers, Timestamp};
use sqlx::FromRow;

use crate::column::count;
use crate::error::{Result, StoreError};

const EXACT: &str = "exact";
const PREFIX: &str = "prefix";
const RANGE: &str = "range";

/// Numbers as columns.
pub(super) struct Keys<'n> {
    pub(super) kind: &'static str,
    pub(super) first: &'n str,
    pub(super) last: &'n str,
}

/// How they stand in the row.
pub(super) fn keys(numbers: &Numbers) -> Keys<'_> {
    let (kind, first, last) = match numbers {
        Numbers::One(number) => (EXACT, number, number),
        Numbers::Begin(prefix) => (PREFIX, prefix, prefix),
        Numbers::Range(first, last) => (RANGE, first, last),
    };
    Keys { kind, first, last }
}

/// The places as JSON, in their order.
pub(super) fn scope_text(scope: &Scope) -> Result<String> {
    serde_json::to_string(scope).map_err(|error| StoreError::damaged("number list entry", error))
}

#[derive(FromRow)]
pub(super) struct Row {
    id: i64,
    list: String,
    match_kind: String,
    first_key: String,
    last_key: String,
    scope: String,
    action: Option<String>,
    vip_level: i64,
    reason: String,
    owner: String,
    note: Option<String>,
    since: i64,
    until: Option<i64>,
    hits: i64,
    last_hit_at: Option<i64>,
    version: i64,
}

impl Row {
    pub(super) fn read(self) -> Result<NumberEntry> {
        let damaged = |why: String| StoreError::damaged("number list entry", why);
        let numbers = match self.match_kind.as_str() {
            EXACT => Numbers::One(self.first_key),
            PREFIX => Numbers::Begin(self.first_key),
            RANGE => Numbers::Range(self.first_key, self.last_key),
            other => return Err(damaged(format!("`{other}` is no kind of match"))),
        };
        let scope: Scope =
            serde_json::from_str(&self.scope).map_err(|error| damaged(error.to_string()))?;
        let bar = self.action.map(|action| action.parse()).transpose();
        Ok(NumberEntry {
            id: NumberEntryId::new(count(self.id)),
            list: self
                .list
                .parse()
                .map_err(|fault: model::NumberListFault| damaged(fault.to_string()))?,
            numbers,
            scope,
            bar: bar.map_err(|fault: model::NumberListFault| damaged(fault.to_string()))?,
            vip_level: u8::try_from(self.vip_level).unwrap_or(0),
            reason: self.reason,
            owner: self.owner,
            note: self.note,
            since: Timestamp::from_ms(self.since),
            until: self.until.map(Timestamp::from_ms),
            hits: count(self.hits),
            last_hit_at: self.last_hit_at.map(Timestamp::from_ms),
            version: count(self.version),
        })
    }
}
