//! URIs, RFC 3261 §19.1 and RFC 3966.
use bytes::Bytes;

/// A URI with its parts, backed by its text.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Uri {
    text: Bytes,
}

impl Uri {
    /// Reads a whole URI.
    pub fn parse(text: Bytes) -> Option<Self> {
        Some(Self { text })
    }
    /// The text as received.
    pub fn as_bytes(&self) -> &[u8] {
        &self.text
    }
}
