//! What phones may subscribe to, RFC 6665: message waiting (RFC 3842) and the state of a colleague's calls (RFC 4235).
//!
//! The owner of the calls tells the state, the endpoint keeps the last one and writes the NOTIFY; who may watch whom is
//! decided when the SUBSCRIBE comes (S14).

/// One call of a user as watchers see it, RFC 4235 §4.1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DialogInfo {
    /// Unique among the user's calls.
    pub id: String,
    /// The user called (`initiator`), else he was called (`recipient`).
    pub is_initiator: bool,
    /// How far it is.
    pub state: DialogState,
    /// The other party, where it may be told.
    pub remote: Option<crate::event::Identity>,
}

/// States of RFC 4235 §3.7.1 that a watcher can tell apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DialogState {
    /// Dialled, nothing heard yet.
    Trying,
    /// It rings.
    Early,
    /// They talk.
    Confirmed,
    /// Over; told once.
    Terminated,
}

/// How many messages wait, RFC 3842.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MessageSummary {
    /// Not heard yet.
    pub new: u32,
    /// Heard.
    pub old: u32,
}
