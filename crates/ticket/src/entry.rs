//! An entry of a ticket's timeline: who did what when, and from which state to which.
//!
//! Entries are only ever added. The names of the events are those of the rules T1.. and those that integrators see in
//! `ticket.changed`.

use model::{AgentId, CallId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::state::State;

/// One line of the timeline; its number within the ticket is given where it is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// The state before; `None` for the entry that made the ticket.
    pub from: Option<State>,
    /// The state after.
    pub to: State,
    /// What.
    pub event: Event,
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Actor {
    /// A person who works here.
    Agent(AgentId),
    /// A rule, a timer or the engine.
    System,
    /// Whose matter it is, by telephone or by another service.
    Customer,
}

impl Actor {
    /// The person who works here.
    pub const fn agent(self) -> Option<AgentId> {
        match self {
            Self::Agent(agent) => Some(agent),
            Self::System | Self::Customer => None,
        }
    }
}

/// What happened to a ticket. In JSON: `{"type": "recording_linked", "data": {…}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum Event {
    /// T1: the draft became a ticket.
    Submit {
        /// The call that it came from.
        call: CallId,
    },
    /// T5: fields were corrected before anybody accepted the ticket.
    Correct {
        /// Subject before and after, if it changed.
        subject: Option<Change>,
        /// Body before and after, if it changed.
        body: Option<Change>,
    },
    /// A recording of a linked call is complete.
    RecordingLinked {
        /// The call.
        call: CallId,
        /// Path below the recordings folder.
        path: String,
    },
}

/// A field before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What it was.
    pub before: String,
    /// What it is.
    pub after: String,
}

impl Event {
    /// The event's name in APIs and tables.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Submit { .. } => "submit",
            Self::Correct { .. } => "correct",
            Self::RecordingLinked { .. } => "recording_linked",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_one_in_json_and_the_entry_comes_back() {
        let events = [
            Event::Submit {
                call: CallId::new(1),
            },
            Event::Correct {
                subject: None,
                body: Some(Change {
                    before: String::new(),
                    after: "x".into(),
                }),
            },
            Event::RecordingLinked {
                call: CallId::new(1),
                path: "2026/11/18/1-1.wav".into(),
            },
        ];
        for event in events {
            let entry = Entry {
                at: Timestamp::from_ms(5),
                actor: Actor::Agent(AgentId::new(7)),
                from: None,
                to: State::New,
                event,
            };
            let json = serde_json::to_string(&entry).unwrap();
            assert!(
                json.contains(&format!("\"type\":\"{}\"", entry.event.name())),
                "{json}"
            );
            assert_eq!(serde_json::from_str::<Entry>(&json).unwrap(), entry);
        }
    }
}
