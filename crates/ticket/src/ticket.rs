//! The ticket itself and what may be done to it without leaving its state.
//!
//! Each rule takes `now` and the actor, checks its guard, changes the ticket and gives the entry for the timeline; a
//! refusal changes nothing. `version` rises with each change that a person could overwrite by accident, so a recording
//! that is linked while an agent types does not cost him his text.

use std::collections::BTreeMap;

use model::fact::TicketField;
use model::{AgentId, CallId, CustomerId, E164, QueueName, TicketId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::entry::{Actor, Change, Entry, Event};
use crate::number::Number;
use crate::priority::Priority;
use crate::state::State;

/// Longest subject, in characters.
pub const SUBJECT_CHARS_MAX: usize = 200;
/// Longest body, in characters.
pub const BODY_CHARS_MAX: usize = 20_000;

/// A work order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// What people read out and type.
    pub number: Number,
    /// Where it stands.
    pub state: State,
    /// How pressing it is.
    pub priority: Priority,
    /// Of what kind it is, as the house calls it.
    #[serde(default)]
    pub ticket_type: Option<String>,
    /// What it is about, as the house calls it.
    #[serde(default)]
    pub category: Option<String>,
    /// One line.
    pub subject: String,
    /// What the matter is.
    pub body: String,
    /// What was found out, by name.
    #[serde(default)]
    pub fields: BTreeMap<String, TicketField>,
    /// Whether only supervisors see it: it is about how an agent has served (J3).
    #[serde(default)]
    pub for_leads: bool,
    /// Whom to call back.
    pub contact: Contact,
    /// The customer, once known.
    pub customer: Option<CustomerId>,
    /// The queue of the call that it came from.
    pub queue: Option<QueueName>,
    /// The call that it came from.
    pub source_call: Option<CallId>,
    /// The agent who took the matter.
    pub created_by: Option<AgentId>,
    /// When it is to be done.
    #[serde(default)]
    pub due_at: Option<Timestamp>,
    /// When it was submitted.
    pub created_at: Timestamp,
    /// When anything about it last changed.
    pub updated_at: Timestamp,
    /// For optimistic locking.
    pub version: u64,
}

/// Whom to call back. A withheld number is no number (P10).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// His name, as the network or the directory told it.
    pub name: Option<String>,
    /// His number as received.
    pub number: Option<String>,
    /// The number in international form, when it could be read as one.
    pub e164: Option<E164>,
}

/// New values of core fields (T5); `None` leaves a field alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// One line.
    #[serde(default)]
    pub subject: Option<String>,
    /// What the matter is.
    #[serde(default)]
    pub body: Option<String>,
}

/// Why a rule refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// T1: neither a customer nor a number to call back.
    #[error("a ticket needs a customer or a contact number")]
    NoContact,
    /// A subject is mandatory.
    #[error("a ticket needs a subject")]
    NoSubject,
    /// A text is longer than allowed.
    #[error("{field} is longer than {max_chars} characters")]
    TooLong {
        /// Which field.
        field: &'static str,
        /// Its bound.
        max_chars: usize,
    },
    /// T5: only until somebody accepted it.
    #[error("a ticket that is {0} is not corrected any more")]
    NotCorrectable(State),
}

impl Ticket {
    /// T5 `correct`: new values of core fields, while nobody has accepted the ticket. `None` when nothing changes.
    pub fn correct(
        &mut self,
        now: Timestamp,
        actor: Actor,
        correction: Correction,
    ) -> Result<Option<Entry>, Refused> {
        if !matches!(self.state, State::New | State::Dispatched) {
            return Err(Refused::NotCorrectable(self.state));
        }
        let subject = correction.subject.unwrap_or_else(|| self.subject.clone());
        let body = correction.body.unwrap_or_else(|| self.body.clone());
        check_texts(&subject, &body)?;
        let event = Event::Correct {
            subject: replace(&mut self.subject, subject),
            body: replace(&mut self.body, body),
        };
        if matches!(
            event,
            Event::Correct {
                subject: None,
                body: None
            }
        ) {
            return Ok(None);
        }
        self.version += 1;
        Ok(Some(self.entry(now, actor, event)))
    }

    /// Puts a recording of a linked call into the timeline.
    pub fn link_recording(&mut self, now: Timestamp, call: CallId, path: &str) -> Entry {
        let event = Event::RecordingLinked {
            call,
            path: path.to_owned(),
        };
        self.entry(now, Actor::System, event)
    }

    /// An entry that leaves the state as it is.
    fn entry(&mut self, now: Timestamp, actor: Actor, event: Event) -> Entry {
        self.updated_at = self.updated_at.max(now);
        Entry {
            at: now,
            actor,
            from: Some(self.state),
            to: self.state,
            event,
        }
    }
}

/// The bounds that submit and correct share.
pub(crate) fn check_texts(subject: &str, body: &str) -> Result<(), Refused> {
    if subject.trim().is_empty() {
        return Err(Refused::NoSubject);
    }
    for (field, text, max_chars) in [
        ("subject", subject, SUBJECT_CHARS_MAX),
        ("body", body, BODY_CHARS_MAX),
    ] {
        if text.chars().nth(max_chars).is_some() {
            return Err(Refused::TooLong { field, max_chars });
        }
    }
    Ok(())
}

fn replace(field: &mut String, after: String) -> Option<Change> {
    if *field == after {
        return None;
    }
    let before = std::mem::replace(field, after.clone());
    Some(Change { before, after })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Day;

    fn ticket(state: State) -> Ticket {
        Ticket {
            id: TicketId::new(1),
            number: Number::new(Day::of(Timestamp::from_ms(0), 0), 1),
            state,
            priority: Priority::NORMAL,
            ticket_type: None,
            category: None,
            subject: "old".into(),
            body: String::new(),
            fields: BTreeMap::new(),
            for_leads: false,
            contact: Contact::default(),
            customer: None,
            queue: None,
            source_call: None,
            created_by: None,
            due_at: None,
            created_at: Timestamp::from_ms(0),
            updated_at: Timestamp::from_ms(0),
            version: 4,
        }
    }

    fn to(subject: Option<&str>, body: Option<&str>) -> Correction {
        Correction {
            subject: subject.map(str::to_owned),
            body: body.map(str::to_owned),
        }
    }

    const AGENT: Actor = Actor::Agent(AgentId::new(7));

    #[test]
    fn t5_a_correction_keeps_before_and_after_and_raises_the_version() {
        let mut ticket = ticket(State::New);
        let now = Timestamp::from_ms(9);
        let entry = ticket
            .correct(now, AGENT, to(Some("new"), None))
            .unwrap()
            .unwrap();
        let change = Change {
            before: "old".into(),
            after: "new".into(),
        };
        assert_eq!(
            entry.event,
            Event::Correct {
                subject: Some(change),
                body: None
            }
        );
        assert_eq!((ticket.version, ticket.updated_at), (5, now));
        assert_eq!(
            ticket.correct(now, AGENT, to(Some("new"), Some(""))),
            Ok(None),
            "nothing changes"
        );
        assert_eq!(ticket.version, 5);
    }

    #[test]
    fn t5_ends_with_acceptance() {
        for state in State::all() {
            let allowed = matches!(state, State::New | State::Dispatched);
            let tried = ticket(state).correct(Timestamp::from_ms(1), AGENT, to(None, Some("more")));
            assert_eq!(tried.is_ok(), allowed, "{state}");
        }
    }

    #[test]
    fn texts_have_bounds_and_a_refusal_changes_nothing() {
        let long = "测".repeat(SUBJECT_CHARS_MAX + 1);
        for (correction, why) in [
            (to(Some(" "), None), Refused::NoSubject),
            (
                to(Some(&long), Some("x")),
                Refused::TooLong {
                    field: "subject",
                    max_chars: SUBJECT_CHARS_MAX,
                },
            ),
            (
                to(None, Some(&"x".repeat(BODY_CHARS_MAX + 1))),
                Refused::TooLong {
                    field: "body",
                    max_chars: BODY_CHARS_MAX,
                },
            ),
        ] {
            let mut touched = ticket(State::New);
            assert_eq!(
                touched.correct(Timestamp::from_ms(1), AGENT, correction),
                Err(why)
            );
            assert_eq!(touched, ticket(State::New));
        }
        let just = "测".repeat(SUBJECT_CHARS_MAX);
        let fits = ticket(State::New).correct(Timestamp::from_ms(1), AGENT, to(Some(&just), None));
        assert!(fits.is_ok_and(|entry| entry.is_some()));
    }

    #[test]
    fn a_linked_recording_leaves_the_version_alone() {
        let mut ticket = ticket(State::Closed);
        let entry = ticket.link_recording(Timestamp::from_ms(3), CallId::new(2), "a/2-1.wav");
        assert_eq!(
            (ticket.version, entry.from, entry.to),
            (4, Some(State::Closed), State::Closed)
        );
    }
}
