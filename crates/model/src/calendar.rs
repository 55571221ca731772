//! Business calendars: weekly periods in a time zone, and days that differ. (Skeleton.)

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::time::Timestamp;

/// The TOML table of a calendar.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct CalendarConfig {
    /// An IANA name.
    pub zone: String,
    /// Days that differ.
    #[serde(default)]
    pub exception: Vec<ExceptionConfig>,
    /// `mon`, `mon-fri`, …: hours.
    #[serde(flatten)]
    pub days: BTreeMap<String, Vec<String>>,
}
/// A day that differs.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ExceptionConfig {
    /// `2026-10-10`.
    pub date: String,
    /// Its hours; none is a holiday.
    pub hours: Vec<String>,
    /// What it is called.
    #[serde(default)]
    pub name: Option<String>,
}
/// Why a table is no calendar; names the key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {message}")]
pub struct CalendarError {
    /// Path of the key within the calendar.
    pub key: String,
    /// What is wrong.
    pub message: String,
}
/// A calendar.
#[derive(Clone, Debug)]
pub struct Calendar;
/// What a calendar says of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarState {
    /// Within hours.
    Open,
    /// Outside hours.
    Closed,
    /// A holiday.
    Holiday,
}
impl Calendar {
    /// From its parts.
    pub fn new(config: &CalendarConfig) -> Result<Self, Vec<CalendarError>> { let _ = config; todo!() }
    /// What holds at a moment.
    pub fn state_at(&self, at: Timestamp) -> CalendarState { let _ = at; todo!() }
    /// When it changes next, and to what.
    pub fn next_change(&self, at: Timestamp) -> Option<(Timestamp, CalendarState)> { let _ = at; todo!() }
}
