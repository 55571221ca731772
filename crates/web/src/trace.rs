//! Messages of calls as the server keeps them for a while: what the ladder of a call is made of besides its facts. This room
//! knows them as texts; whoever gives them has masked their secrets (S22).

use std::future::Future;
use std::pin::Pin;

use model::Timestamp;

/// Gives the messages that have one of these Call-IDs; `None` when they cannot be had now. Must not block.
pub type ReadMessages = Box<dyn Fn(Vec<String>) -> Reading + Send + Sync>;
/// What a reader is at.
pub type Reading = Pin<Box<dyn Future<Output = Option<Kept>> + Send>>;

/// What is still kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// No message since then is missing.
    pub whole_since: Timestamp,
    /// In the order in which they came and went.
    pub messages: Vec<TracedMessage>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracedMessage {
    /// When.
    pub at: Timestamp,
    /// Which way.
    pub way: Way,
    /// `udp`, `tcp`, `tls`, `ws`, `wss`.
    pub transport: String,
    /// Our address.
    pub local: String,
    /// The peer's.
    pub remote: String,
    /// Its Call-ID.
    pub sip_call_id: String,
    /// All of it, masked and without control characters, lines ended by LF.
    pub text: String,
}

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To us.
    In,
    /// From us.
    Out,
}

impl Way {
    /// The word in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}
