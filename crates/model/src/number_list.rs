//! Number lists (号码名单; A7, F5, F6): numbers whose calls the house treats in a way of their own, with who said so, why and until when.
//!
//! Three lists: `black` bars, `white` lets through what a wider entry bars, `vip` gives the level by which a caller comes first. An entry is
//! for one number, for all that begin so, or for those from one to another; it holds everywhere or for some queues and dialled numbers.
//! Numbers are compared by their keys, so that no other spelling gets around them, and a withheld number is on no list (A9): it is
//! nobody's. Hits are counted from facts.
//!
//! Of several entries that fit a call the most exact decides: the one that holds the fewest numbers as long as the caller's; of those the one
//! with a scope; of those white before vip before black; of those the oldest ([`Rank`]).

mod fault;
mod numbers;
mod scope;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{MailboxName, NumberEntryId, ScriptName};
use crate::time::Timestamp;

pub use fault::NumberListFault;
pub use numbers::{Numbers, ordinal};
pub use scope::{HouseNames, Place, Scope};

/// Most characters of a reason or a note.
pub const LIST_TEXT_MAX: usize = 500;
/// Most characters of a remark on a screen.
pub const REMARK_CHARS_MAX: usize = 120;

/// Which list, in the order in which one of them comes before another.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ListKind {
    /// Passes what a wider entry bars (白名单).
    White,
    /// Passes too, and has a level (贵宾).
    Vip,
    /// Is barred (黑名单); the one list of earlier releases.
    #[default]
    Black,
}

impl ListKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::White, Self::Vip, Self::Black];

    /// Its word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::White => "white",
            Self::Vip => "vip",
            Self::Black => "black",
        }
    }
}

impl FromStr for ListKind {
    type Err = NumberListFault;

    fn from_str(text: &str) -> Result<Self, NumberListFault> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == text);
        found.ok_or_else(|| NumberListFault::List(text.to_owned()))
    }
}

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
    /// He may leave a message.
    Voicemail(MailboxName),
    /// Nothing: it is told, and whoever talks with him sees the remark.
    Log,
}

impl FromStr for Bar {
    type Err = NumberListFault;

    fn from_str(text: &str) -> Result<Self, NumberListFault> {
        let named = text.split_once(':').filter(|(_, name)| !name.is_empty());
        match (text, named) {
            ("reject", _) => Ok(Self::Reject),
            ("busy", _) => Ok(Self::Busy),
            ("log", _) => Ok(Self::Log),
            (_, Some(("script", name))) => Ok(Self::Script(name.into())),
            (_, Some(("voicemail", name))) => Ok(Self::Voicemail(name.into())),
            (_, Some(_) | None) => Err(NumberListFault::Action(text.to_owned())),
        }
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reject => f.write_str("reject"),
            Self::Busy => f.write_str("busy"),
            Self::Script(name) => write!(f, "script:{name}"),
            Self::Voicemail(name) => write!(f, "voicemail:{name}"),
            Self::Log => f.write_str("log"),
        }
    }
}

impl TryFrom<String> for Bar {
    type Error = NumberListFault;

    fn try_from(text: String) -> Result<Self, NumberListFault> {
        text.parse()
    }
}

impl From<Bar> for String {
    fn from(bar: Bar) -> Self {
        bar.to_string()
    }
}

/// What stands on a list about some numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberEntry {
    /// Its id.
    pub id: NumberEntryId,
    /// On which list.
    pub list: ListKind,
    /// Which numbers.
    pub numbers: Numbers,
    /// Where it holds.
    pub scope: Scope,
    /// What they meet; of the black list alone.
    pub bar: Option<Bar>,
    /// Their level, 1 to 9; of the VIPs' list alone, 0 of others.
    pub vip_level: u8,
    /// Why; who talks with them sees it as the remark.
    pub reason: String,
    /// Login of who entered it.
    pub owner: String,
    /// What was said about it since: an appeal, what became of it.
    pub note: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// Until when; `None` = until somebody takes it back.
    pub until: Option<Timestamp>,
    /// Calls that it has decided.
    pub hits: u64,
    /// The last of them.
    pub last_hit_at: Option<Timestamp>,
    /// For optimistic locking.
    pub version: u64,
}

impl NumberEntry {
    /// Whether it holds at this time.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// Its place among those that fit the same caller; `None` if it does not fit him.
    pub fn rank(&self, key: &str) -> Option<Rank> {
        let holds = self.numbers.holds(key)?;
        Some(Rank {
            holds,
            everywhere: self.scope.is_everywhere(),
            list: self.list,
            id: self.id,
        })
    }
}

/// The order of entries that fit one caller: the least decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// How many numbers as long as the caller's it holds.
    pub holds: u64,
    /// Whether it has no scope.
    pub everywhere: bool,
    /// White before vip before black.
    pub list: ListKind,
    /// The oldest.
    pub id: NumberEntryId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_reads_as_it_is_written() {
        let words = [
            "reject",
            "busy",
            "log",
            "script:nuisance",
            "voicemail:night",
        ];
        for text in words {
            let bar: Bar = text.parse().unwrap();
            assert_eq!(bar.to_string(), text);
            let json = serde_json::to_string(&bar).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<Bar>(&json).unwrap(), bar);
        }
        for text in ["", "script:", "voicemail:", "Reject", "hang up", "log:x"] {
            assert!(text.parse::<Bar>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn f6_the_most_exact_entry_comes_first_and_equal_ones_have_an_order() {
        let entry = |id, list, numbers: &str, scope: &[&str]| NumberEntry {
            id: NumberEntryId::new(id),
            list,
            numbers: Numbers::stored(numbers).unwrap(),
            scope: scope.iter().map(|place| place.parse().unwrap()).collect(),
            bar: None,
            vip_level: 0,
            reason: String::new(),
            owner: String::new(),
            note: None,
            since: Timestamp::from_ms(0),
            until: None,
            hits: 0,
            last_hit_at: None,
            version: 1,
        };
        use ListKind::{Black, Vip, White};
        // In the order in which they decide.
        let entries = [
            entry(12, White, "+8613800001111", &["queue:sales"]),
            entry(11, Black, "+8613800001111", &["number:4000"]),
            entry(10, White, "+8613800001111", &[]),
            entry(9, Vip, "+8613800001111", &[]),
            entry(8, Black, "+8613800001111", &[]),
            entry(7, Black, "+8613800001110..+8613800001119", &[]),
            entry(6, Black, "+86138000011*", &[]),
            entry(5, Black, "+8613800001000..+8613800001999", &[]),
            entry(3, Black, "+8613800001*", &[]),
            entry(4, Black, "+86138000*", &[]),
            entry(2, White, "+86*", &[]),
            entry(1, Black, "*", &[]),
        ];
        let ranks = entries.iter().map(|it| it.rank("+8613800001111").unwrap());
        // A range and a prefix of as many numbers: the older one.
        let mut ranks: Vec<Rank> = ranks.collect();
        ranks.swap(7, 8);
        assert!(ranks.is_sorted(), "{ranks:?}");
    }
}
