//! What phones may subscribe to, RFC 6665: message waiting (RFC 3842) and the state of a colleague's calls (RFC 4235).
//!
//! The owner of the calls tells the state, the endpoint keeps the last one and writes the NOTIFY; who may watch whom is
//! decided when the SUBSCRIBE comes (S14).

pub(crate) mod body;
pub(crate) mod table;

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
    /// Over; the next word about the user leaves it out.
    Terminated,
}

impl DialogState {
    fn token(self) -> &'static str {
        match self {
            DialogState::Trying => "trying",
            DialogState::Early => "early",
            DialogState::Confirmed => "confirmed",
            DialogState::Terminated => "terminated",
        }
    }
}

/// How many messages wait, RFC 3842.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MessageSummary {
    /// Not heard yet.
    pub new: u32,
    /// Heard.
    pub old: u32,
}

/// An event package.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Package {
    /// RFC 4235.
    Dialog,
    /// RFC 3842.
    MessageSummary,
}

impl Package {
    const ALL: [Package; 2] = [Package::Dialog, Package::MessageSummary];

    /// Finds the package of an Event header; event types are compared byte for byte (RFC 6665 §8.2.1).
    pub(crate) fn find(token: &[u8]) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|package| package.token().as_bytes() == token)
    }

    /// The token of the Event header.
    pub(crate) fn token(self) -> &'static str {
        match self {
            Package::Dialog => "dialog",
            Package::MessageSummary => "message-summary",
        }
    }

    /// Content-Type of its NOTIFY bodies.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Package::Dialog => "application/dialog-info+xml",
            Package::MessageSummary => "application/simple-message-summary",
        }
    }
}
