//! Request methods. Case matters (RFC 3261 §7.1): `invite` is an unknown method.

use super::lexer::is_token;

/// A method of RFC 3261 or one of its extensions.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Method {
    /// RFC 3261 §13.
    Invite,
    /// RFC 3261 §13.
    Ack,
    /// RFC 3261 §15.
    Bye,
    /// RFC 3261 §9.
    Cancel,
    /// RFC 3261 §11.
    Options,
    /// RFC 3261 §10.
    Register,
    /// RFC 6086 and its predecessor.
    Info,
    /// RFC 3262.
    Prack,
    /// RFC 3311.
    Update,
    /// RFC 6665.
    Subscribe,
    /// RFC 6665.
    Notify,
    /// RFC 3515.
    Refer,
    /// RFC 3428.
    Message,
    /// RFC 3903.
    Publish,
    /// Any other token.
    Other(Box<str>),
}

const NAMES: [(&str, Method); 14] = [
    ("INVITE", Method::Invite),
    ("ACK", Method::Ack),
    ("BYE", Method::Bye),
    ("CANCEL", Method::Cancel),
    ("OPTIONS", Method::Options),
    ("REGISTER", Method::Register),
    ("INFO", Method::Info),
    ("PRACK", Method::Prack),
    ("UPDATE", Method::Update),
    ("SUBSCRIBE", Method::Subscribe),
    ("NOTIFY", Method::Notify),
    ("REFER", Method::Refer),
    ("MESSAGE", Method::Message),
    ("PUBLISH", Method::Publish),
];

impl Method {
    /// Reads a whole token; `None` when it is not one.
    pub fn parse(token: &[u8]) -> Option<Self> {
        let known = NAMES.iter().find(|(name, _)| name.as_bytes() == token);
        if let Some((_, method)) = known {
            return Some(method.clone());
        }
        let text = core::str::from_utf8(token).ok()?;
        let is_one = !text.is_empty() && token.iter().copied().all(is_token);
        is_one.then(|| Method::Other(text.into()))
    }

    /// The token on the wire.
    pub fn as_str(&self) -> &str {
        if let Method::Other(name) = self {
            return name;
        }
        self.label()
    }

    /// The name for counters: unknown methods share one, so that a peer cannot fill a table with names.
    pub fn label(&self) -> &'static str {
        let row = NAMES.iter().find(|(_, method)| method == self);
        row.map_or("other", |(name, _)| name)
    }
}
