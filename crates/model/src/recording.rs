//! Which recording: the call, and which of its parts.
//!
//! Part 1 is the whole call (F1), the others are what its caller has left by himself: a message (留言), an answer in his own
//! words. It reads as `CALL-PART`, which names the file, too (S5).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::id::CallId;

/// A recording of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordingId {
    /// The call.
    pub call: CallId,
    /// 1, 2, …
    pub part: u32,
}

/// A text that names no recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a recording is named CALL-PART")]
pub struct NoRecordingId;

impl RecordingId {
    /// The part that is the whole call.
    pub const WHOLE: u32 = 1;

    /// The whole call.
    pub const fn whole(call: CallId) -> Self {
        Self {
            call,
            part: Self::WHOLE,
        }
    }
}

impl fmt::Display for RecordingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.call, self.part)
    }
}

impl FromStr for RecordingId {
    type Err = NoRecordingId;

    fn from_str(text: &str) -> Result<Self, NoRecordingId> {
        let is_number =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let (call, part) = text.split_once('-').ok_or(NoRecordingId)?;
        if !is_number(call) || !is_number(part) {
            return Err(NoRecordingId);
        }
        Ok(Self {
            call: call.parse().map_err(|_| NoRecordingId)?,
            part: part.parse().map_err(|_| NoRecordingId)?,
        })
    }
}

impl Serialize for RecordingId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RecordingId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_as_it_is_written_and_nothing_else_does() {
        let id = RecordingId {
            call: CallId::new(9_007_199_254_740_993),
            part: 2,
        };
        assert_eq!(id.to_string(), "9007199254740993-2");
        assert_eq!(id.to_string().parse(), Ok(id));
        for text in [
            "",
            "7",
            "7-",
            "-2",
            "7-2-3",
            "+7-2",
            "7-+2",
            "7- 2",
            "7-4294967296",
        ] {
            assert_eq!(text.parse::<RecordingId>(), Err(NoRecordingId), "{text}");
        }
    }
}
