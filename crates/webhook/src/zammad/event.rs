//! The three events of Zammad's generic CTI as they are written: numbers as digits without `+`, so that nothing is guessed of them.

use serde::Serialize;

/// What happened to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    #[serde(flatten)]
    pub(super) what: What,
    /// Who calls: digits, or `anonymous`.
    pub(super) from: String,
    /// Who is called.
    pub(super) to: String,
    /// `in`, `out`.
    pub(super) direction: &'static str,
    /// At most 250 characters.
    pub(super) call_id: String,
    /// Names of the agents who take part.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) user: Vec<String>,
}

/// Which event, with what it alone tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(
    tag = "event",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub(super) enum What {
    /// It rings.
    NewCall {
        #[serde(skip_serializing_if = "Option::is_none")]
        queue: Option<String>,
    },
    /// An agent talks.
    Answer { answering_number: String },
    /// It is over.
    Hangup {
        cause: Cause,
        #[serde(skip_serializing_if = "Option::is_none")]
        answering_number: Option<String>,
    },
}

/// Why it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Cause {
    NormalClearing,
    Busy,
    Cancel,
    NoAnswer,
    Congestion,
    NotFound,
    Forwarded,
}

/// The event that begins an id.
const NEW_CALL: &str = "newCall";

/// Whether a message of this kind opens its thread; messages without a thread open none.
pub fn opens_thread(kind: &str) -> bool {
    kind == NEW_CALL
}

impl Event {
    /// The event's name.
    pub(super) const fn name(&self) -> &'static str {
        match self.what {
            What::NewCall { .. } => NEW_CALL,
            What::Answer { .. } => "answer",
            What::Hangup { .. } => "hangup",
        }
    }

    /// Whether it begins its id.
    pub(super) fn opens(&self) -> bool {
        opens_thread(self.name())
    }
}

/// A number without what is no digit; a name without a digit stays.
pub(super) fn digits(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() {
        number.to_owned()
    } else {
        digits
    }
}
