//! What a ticket came from: it gives one ticket, however often it is read.

use model::CallId;
use model::fact::{TicketAsked, Voicemail};

/// Where tickets of calls come from.
pub(super) const CHANNEL: &str = "phone";
/// Where tickets of messages come from.
const MESSAGES: &str = "voicemail";
/// Where tickets come from that scripts file.
const SCRIPTS: &str = "ivr";

/// A channel, and what of it.
pub(super) struct Origin {
    pub(super) channel: &'static str,
    pub(super) reference: String,
}

impl Origin {
    pub(super) fn of_call(call: CallId) -> Self {
        Self {
            channel: CHANNEL,
            reference: call.to_string(),
        }
    }

    pub(super) fn of_script(call: CallId, part: u32) -> Self {
        Self {
            channel: SCRIPTS,
            reference: format!("{call}-{part}"),
        }
    }

    pub(super) fn of_asked(asked: &TicketAsked) -> Self {
        Self::of_script(asked.call, asked.part)
    }

    pub(super) fn of_message(voicemail: &Voicemail) -> Self {
        Self {
            channel: MESSAGES,
            reference: voicemail.message.to_string(),
        }
    }
}
