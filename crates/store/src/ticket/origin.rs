//! What a ticket came from: it gives one ticket, however often it is read.

use model::CallId;
use model::fact::{TicketAsked, Voicemail};

/// Where tickets of calls come from.
pub(super) const CHANNEL: &str = "call";
/// Where tickets of messages come from.
const MESSAGES: &str = "voicemail";
/// Where tickets come from that scripts file.
const SCRIPTS: &str = "script";
/// Where tickets come from that people and machines enter.
const API: &str = "api";

/// A channel, and what of it.
pub(super) struct Origin {
    pub(super) channel: &'static str,
    /// `None`: it is no other's repetition.
    pub(super) reference: Option<String>,
}

impl Origin {
    pub(super) fn of_call(call: CallId) -> Self {
        Self {
            channel: CHANNEL,
            reference: Some(call.to_string()),
        }
    }

    pub(super) fn of_script(call: CallId, part: u32) -> Self {
        Self {
            channel: SCRIPTS,
            reference: Some(format!("{call}-{part}")),
        }
    }

    pub(super) fn of_asked(asked: &TicketAsked) -> Self {
        Self::of_script(asked.call, asked.part)
    }

    pub(super) fn of_message(voicemail: &Voicemail) -> Self {
        Self {
            channel: MESSAGES,
            reference: Some(voicemail.message.to_string()),
        }
    }

    /// B6: what another system calls it, so that its repetition is the same ticket.
    pub(super) fn of_api(reference: Option<String>) -> Self {
        Self {
            channel: API,
            reference,
        }
    }
}
