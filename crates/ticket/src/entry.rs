//! An entry of a ticket's timeline: who did what when, from which state to which, and all that it changed.
//!
//! Entries are only ever added. Played from the first on they are the ticket (property d). The names of the events are those of
//! the rules and those that integrators see in `ticket.changed`.

use model::{AgentId, CallId, TicketId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::clock::{Breach, ClockKind};
use crate::duplicate::Relation;
use crate::handling::{Changes, Order, Visited};
use crate::matter::{Matter, Revised};
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
    /// The parts of its handling that are not as they were.
    #[serde(default, skip_serializing_if = "Changes::is_empty")]
    pub changes: Changes,
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

/// What happened to a ticket. In JSON: `{"type": "recording_linked", "data": {…}}`; an order as it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum Event {
    /// T1, T2: it began.
    Submit {
        /// The call that it came from.
        #[serde(default)]
        call: Option<CallId>,
        /// What it was about.
        #[serde(default)]
        matter: Box<Matter>,
    },
    /// T5: corrected before anybody accepted it.
    Correct(Revised),
    /// T30: of another type or category.
    Reclassify(Revised),
    /// A4: fields were filled in.
    Fill(Revised),
    /// A recording of a linked call is complete.
    RecordingLinked {
        /// The call.
        call: CallId,
        /// Path below the recordings folder.
        path: String,
    },
    /// R11: so much of a promise's time is used that somebody should know.
    Warned {
        /// Which promise.
        clock: ClockKind,
    },
    /// R5, R14: a promise is broken.
    Breached {
        /// Which promise.
        clock: ClockKind,
        /// When it was due, and when that was seen.
        #[serde(flatten)]
        breach: Breach,
    },
    /// A8: the moment has passed that was set by hand.
    Overdue,
    /// R10: the hours by which its promises run are others.
    HoursChanged {
        /// Since when.
        at: Timestamp,
    },
    /// D6, D7: it belongs to others, or does not, whatever they have in common.
    Related {
        /// Which others; of many those that were filed last.
        tickets: Vec<TicketId>,
        /// Whether they belong together.
        relation: Relation,
        /// How that is known; empty where a rule found it.
        #[serde(default)]
        reason: String,
    },
    /// M6: the ticket into which it went is closed: who reported this one is to be told.
    SurvivorClosed {
        /// The ticket that went on for it.
        ticket: TicketId,
    },
    /// An order of the table.
    #[serde(untagged)]
    Ordered(Order),
}

impl Event {
    /// The event's name in APIs and tables.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Submit { .. } => "submit",
            Self::Correct(_) => "correct",
            Self::Reclassify(_) => "reclassify",
            Self::Fill(_) => "fill",
            Self::RecordingLinked { .. } => "recording_linked",
            Self::Warned { .. } => "warned",
            Self::Breached { .. } => "breached",
            Self::Overdue => "overdue",
            Self::HoursChanged { .. } => "hours_changed",
            Self::Related { .. } => "related",
            Self::SurvivorClosed { .. } => "survivor_closed",
            Self::Ordered(order) => order.name(),
        }
    }

    /// T21 to T23: a return visit, reached or not.
    pub fn visit(&self) -> Option<Visited> {
        if let Self::Ordered(order) = self {
            order.visit()
        } else {
            None
        }
    }

    /// What somebody wrote with it; what was revised stands in the ticket.
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Ordered(order) => order.words(),
            Self::Related { reason, .. } => (!reason.is_empty()).then_some(reason),
            Self::Submit { .. }
            | Self::Correct(_)
            | Self::Reclassify(_)
            | Self::Fill(_)
            | Self::RecordingLinked { .. }
            | Self::Warned { .. }
            | Self::Breached { .. }
            | Self::Overdue
            | Self::HoursChanged { .. }
            | Self::SurvivorClosed { .. } => None,
        }
    }

    /// Whether somebody who read the ticket before it would overwrite something: then its version rises.
    pub const fn raises_version(&self) -> bool {
        match self {
            Self::Submit { .. }
            | Self::Correct(_)
            | Self::Reclassify(_)
            | Self::Fill(_)
            | Self::Ordered(_) => true,
            Self::RecordingLinked { .. }
            | Self::Warned { .. }
            | Self::Breached { .. }
            | Self::Overdue
            | Self::HoursChanged { .. }
            | Self::Related { .. }
            | Self::SurvivorClosed { .. } => false,
        }
    }

    /// What of the matter it revised.
    pub const fn revised(&self) -> Option<&Revised> {
        match self {
            Self::Correct(revised) | Self::Reclassify(revised) | Self::Fill(revised) => {
                Some(revised)
            }
            Self::Submit { .. }
            | Self::RecordingLinked { .. }
            | Self::Warned { .. }
            | Self::Breached { .. }
            | Self::Overdue
            | Self::HoursChanged { .. }
            | Self::Related { .. }
            | Self::SurvivorClosed { .. }
            | Self::Ordered(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matter::Change;

    #[test]
    fn the_name_is_the_one_in_json_and_the_entry_comes_back() {
        let revised = || Revised {
            body: Some(Change {
                before: String::new(),
                after: "x".into(),
            }),
            ..Revised::default()
        };
        let breach = Breach {
            at: Timestamp::from_ms(5),
            noticed_at: Timestamp::from_ms(6),
            retargeted: false,
        };
        let clock = ClockKind::Resolve;
        let events = [
            Event::Submit {
                call: Some(CallId::new(1)),
                matter: Box::default(),
            },
            Event::Correct(revised()),
            Event::Reclassify(revised()),
            Event::Fill(revised()),
            Event::RecordingLinked {
                call: CallId::new(1),
                path: "2026/11/18/1-1.wav".into(),
            },
            Event::Warned { clock },
            Event::Breached { clock, breach },
            Event::Overdue,
            Event::HoursChanged {
                at: Timestamp::from_ms(5),
            },
            Event::Related {
                tickets: vec![TicketId::new(3)],
                relation: Relation::Different,
                reason: "another shop".into(),
            },
            Event::Ordered(Order::Claim),
            Event::Ordered(Order::Append { text: "y".into() }),
        ];
        for event in events {
            let entry = Entry {
                at: Timestamp::from_ms(5),
                actor: Actor::Agent(AgentId::new(7)),
                from: None,
                to: State::New,
                event,
                changes: Changes::default(),
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
