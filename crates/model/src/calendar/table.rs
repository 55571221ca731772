//! The table `[calendar.NAME]` as an admin writes it and as a journal keeps it: plain data, nothing proven.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Closure;
use super::day::Why;

/// The table `[calendar.NAME]` as an admin writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarConfig {
    /// Its name, the NAME of its table.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// An IANA name: `Asia/Shanghai`.
    pub zone: String,
    /// Whose public holidays hold: `CN` (E9). Days that differ and events stand above them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holidays: Option<String>,
    /// The periods of a make-up working day (调休); without it those of the first weekday that has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub makeup: Option<Vec<String>>,
    /// Days that differ.
    #[serde(default)]
    pub exception: Vec<ExceptionConfig>,
    /// Times that differ, written or imported. A day's exception stands above them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub event: Vec<EventConfig>,
    /// What closes it out of turn (E9). Nobody writes it into a file: it has an end of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closure: Option<Closure>,
    /// All other keys: `mon`, `tue`, … or a range such as `mon-fri`, each with its periods `"09:00-12:00"`.
    #[serde(flatten)]
    pub days: BTreeMap<String, Vec<String>>,
}

/// One `[[calendar.NAME.exception]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExceptionConfig {
    /// `2026-10-10`.
    pub date: String,
    /// The day's periods; none makes it a holiday.
    pub hours: Vec<String>,
    /// What people call the day.
    #[serde(default)]
    pub name: Option<String>,
}

/// One `[[calendar.NAME.event]]`: closed, or open, from one wall-clock time to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventConfig {
    /// `2026-12-24T12:00`, in the calendar's zone.
    pub from: String,
    /// The first minute after it.
    pub to: String,
    /// Whether it opens instead of closing. A whole day of it is a make-up working day.
    #[serde(default)]
    pub open: bool,
    /// What people call it.
    #[serde(default)]
    pub name: Option<String>,
}

/// Why a table is no calendar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {}", message.en)]
pub struct CalendarError {
    /// The key within the calendar, indices from 0: `zone`, `mon-fri[1]`, `exception[0].hours[1]`.
    pub key: String,
    /// What is wrong and what was expected.
    pub message: Why,
}
