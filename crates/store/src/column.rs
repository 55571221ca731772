//! How our words stand in columns: ids and counts as BIGINT, times as epoch ms, bytes as base64, JSON as text.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Result, StoreError};

/// An id or a count: 63 bits by construction.
pub(crate) fn big(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The way back; what is negative was never written by us.
pub(crate) fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// Bytes as text.
pub(crate) fn text_of(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Bytes of a fixed length from text.
pub(crate) fn bytes_of<const N: usize>(what: &'static str, text: &str) -> Result<[u8; N]> {
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|error| StoreError::damaged(what, error))?;
    let length = bytes.len();
    bytes
        .try_into()
        .map_err(|_| StoreError::damaged(what, format!("{length} bytes instead of {N}")))
}

/// A value as JSON text.
pub(crate) fn json_of(what: &'static str, value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::damaged(what, error))
}

/// A value as JSON.
pub(crate) fn json_value(what: &'static str, value: &impl Serialize) -> Result<serde_json::Value> {
    serde_json::to_value(value).map_err(|error| StoreError::damaged(what, error))
}

/// A value from JSON text.
pub(crate) fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| StoreError::damaged(what, error))
}

/// At most `chars` characters of a text.
pub(crate) fn cut(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}
