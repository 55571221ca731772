//! The ten states of a ticket and their words, in one table.
//!
//! Everything else that people call a state (printed, late, urged, archived) is a field, a clock or an event. Which event
//! leads from which state to which is the business of the event's rule, not of this file.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a ticket stands.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A stranger's ticket, not verified; invisible to dispatch (隔离).
    Quarantined,
    /// Submitted, nobody named (待派).
    #[default]
    New,
    /// Group or person named, not accepted (待接单).
    Dispatched,
    /// Exactly one assignee has accepted (处理中).
    InProgress,
    /// Waits for a named reason, with a wake-up time (挂起).
    Pending,
    /// A solution is proposed, approvals are outstanding (待审核).
    InReview,
    /// Done for the handler; visit or confirmation outstanding (处理完毕).
    Resolved,
    /// Final for business (结案).
    Closed,
    /// Points to the ticket that survived (已合并).
    Merged,
    /// Entered in error or spam (作废).
    Void,
}

/// What the table tells of a state.
struct Row {
    state: State,
    name: &'static str,
    chinese: &'static str,
    is_open: bool,
}

const fn row(state: State, name: &'static str, chinese: &'static str, is_open: bool) -> Row {
    Row {
        state,
        name,
        chinese,
        is_open,
    }
}

/// In the order of the enum, so that a state finds its row by its place.
static STATES: [Row; 10] = [
    row(State::Quarantined, "quarantined", "隔离", true),
    row(State::New, "new", "待派", true),
    row(State::Dispatched, "dispatched", "待接单", true),
    row(State::InProgress, "in_progress", "处理中", true),
    row(State::Pending, "pending", "挂起", true),
    row(State::InReview, "in_review", "待审核", true),
    row(State::Resolved, "resolved", "处理完毕", true),
    row(State::Closed, "closed", "结案", false),
    row(State::Merged, "merged", "已合并", false),
    row(State::Void, "void", "作废", false),
];

impl State {
    /// All ten, in the order of a ticket's life.
    pub fn all() -> impl Iterator<Item = Self> {
        STATES.iter().map(|row| row.state)
    }

    /// The word in APIs and tables.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The word on a Chinese page.
    pub fn chinese(self) -> &'static str {
        self.row().chinese
    }

    /// Whether work or a confirmation is outstanding.
    pub fn is_open(self) -> bool {
        self.row().is_open
    }

    fn row(self) -> &'static Row {
        static FIRST: &Row = &STATES[0];
        STATES.get(self as usize).unwrap_or(FIRST)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no ticket state")]
pub struct UnknownState(String);

impl FromStr for State {
    type Err = UnknownState;
    fn from_str(word: &str) -> Result<Self, UnknownState> {
        STATES
            .iter()
            .find(|row| row.name == word)
            .map(|row| row.state)
            .ok_or_else(|| UnknownState(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_finds_its_own_row_and_its_word_in_json() {
        for (place, state) in State::all().enumerate() {
            assert_eq!(STATES[place].state, state);
            assert_eq!(state.row().state, state);
            assert_eq!(state.name().parse::<State>().unwrap(), state);
            let json = serde_json::to_string(&state).unwrap();
            assert_eq!(json, format!("\"{}\"", state.name()));
        }
        assert!("open".parse::<State>().is_err());
    }

    #[test]
    fn closed_merged_and_void_are_not_open() {
        let ended: Vec<_> = State::all().filter(|state| !state.is_open()).collect();
        assert_eq!(ended, [State::Closed, State::Merged, State::Void]);
    }
}
