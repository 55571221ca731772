//! The kinds of clocks (R6), a row each.

use serde::{Deserialize, Serialize};

/// What is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// From submission to the first acceptance or public reply.
    Response,
    /// From submission to the solution.
    Resolve,
    /// From dispatch to a group to acceptance, transfer or solution: what groups owe each other (OLA).
    Stage,
    /// From one public reply to the next.
    Update,
    /// From the solution to the return visit that succeeded.
    Visit,
}

struct Row {
    kind: ClockKind,
    name: &'static str,
    chinese: &'static str,
    /// Whether it stands still while a ticket is pending. Who waits for a first answer, or for news, waits on.
    pauses: bool,
}

const fn row(kind: ClockKind, name: &'static str, chinese: &'static str, pauses: bool) -> Row {
    Row {
        kind,
        name,
        chinese,
        pauses,
    }
}

/// In the order of [`ClockKind`].
static KINDS: [Row; 5] = [
    row(ClockKind::Response, "response", "响应时限", false),
    row(ClockKind::Resolve, "resolve", "处理时限", true),
    row(ClockKind::Stage, "stage", "环节时限", true),
    row(ClockKind::Update, "update", "反馈时限", false),
    row(ClockKind::Visit, "visit", "回访时限", false),
];

impl ClockKind {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().map(|row| row.kind)
    }

    /// The word in APIs and tables.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The word on a Chinese page.
    pub fn chinese(self) -> &'static str {
        self.row().chinese
    }

    /// R7: whether it stands still while the ticket is pending.
    pub fn pauses(self) -> bool {
        self.row().pauses
    }

    fn row(self) -> &'static Row {
        static FIRST: &Row = &KINDS[0];
        KINDS.get(self as usize).unwrap_or(FIRST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_finds_its_own_row_and_its_word_in_json() {
        for kind in ClockKind::all() {
            assert_eq!(kind.row().kind, kind);
            let json = serde_json::to_string(&kind).unwrap();
            assert_eq!(json, format!("\"{}\"", kind.name()));
        }
    }
}
