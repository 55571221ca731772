//! Barred callers (黑名单, A7): numbers whose calls are turned away, with who said so, why and until when.
//!
//! A number is barred under its key, so that no other spelling gets around it, and a withheld number never is (A9): it is
//! nobody's. Hits are counted from facts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::ScriptName;
use crate::time::Timestamp;

/// Most characters of a reason or a note.
pub const BARRED_TEXT_MAX: usize = 500;

/// What a barred caller meets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Bar {
    /// His call is declined.
    Reject,
    /// He hears that the line is engaged.
    Busy,
    /// A script has him: it tells him something, or lets him wait at the end of a queue.
    Script(ScriptName),
}

/// A text that names no bar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no action: expected `reject`, `busy` or `script:NAME`")]
pub struct NoBar(pub String);

impl FromStr for Bar {
    type Err = NoBar;

    fn from_str(text: &str) -> Result<Self, NoBar> {
        match text {
            "reject" => Ok(Self::Reject),
            "busy" => Ok(Self::Busy),
            _ => text
                .strip_prefix("script:")
                .filter(|name| !name.is_empty())
                .map(|name| Self::Script(name.into()))
                .ok_or_else(|| NoBar(text.to_owned())),
        }
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reject => f.write_str("reject"),
            Self::Busy => f.write_str("busy"),
            Self::Script(name) => write!(f, "script:{name}"),
        }
    }
}

impl TryFrom<String> for Bar {
    type Error = NoBar;

    fn try_from(text: String) -> Result<Self, NoBar> {
        text.parse()
    }
}

impl From<Bar> for String {
    fn from(bar: Bar) -> Self {
        bar.to_string()
    }
}

/// A barred caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarredCaller {
    /// The key of his number.
    pub number: String,
    /// What he meets.
    pub bar: Bar,
    /// Why.
    pub reason: String,
    /// Login of who barred him.
    pub owner: String,
    /// What was said about it since: an appeal, what became of it.
    pub note: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// Until when; `None` = until somebody takes it back.
    pub until: Option<Timestamp>,
    /// Calls that it has turned away.
    pub hits: u64,
    /// The last of them.
    pub last_hit_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_reads_as_it_is_written() {
        for text in ["reject", "busy", "script:nuisance"] {
            let bar: Bar = text.parse().unwrap();
            assert_eq!(bar.to_string(), text);
            let json = serde_json::to_string(&bar).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<Bar>(&json).unwrap(), bar);
        }
        for text in ["", "script:", "Reject", "hang up"] {
            assert!(text.parse::<Bar>().is_err(), "{text:?}");
        }
    }
}
