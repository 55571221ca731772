//! How a text of the rules of tickets is read that does not stand yet, as the server lends it. Those that stand are
//! [`store::TicketDesk`]'s.

use ticket::Rules;

/// A text of `tickets.toml`, read among everything that it names without being laid; may read files.
pub type ReadRules = dyn Fn(String) -> ReadText + Send + Sync;

/// What came of reading a text.
#[derive(Debug)]
pub struct ReadText {
    /// What it says; `None` where it is wrong.
    pub rules: Option<Rules>,
    /// What is wrong with it, and what somebody should look at.
    pub findings: Vec<Finding>,
}

/// Something that was found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// Whether the text is refused for it.
    pub is_error: bool,
    /// Chinese and English.
    pub message: (String, String),
    /// What to write instead, in both.
    pub help: Option<(String, String)>,
}
