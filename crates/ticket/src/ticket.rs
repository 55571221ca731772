//! The ticket itself (工单): what it is about, how it is worked on, and the one way in which it changes.
//!
//! Each change takes `now` and who orders it, checks its guard, changes the ticket and gives the entry for the timeline; a refusal
//! changes nothing. `version` rises with each change that a person could overwrite by accident, so a recording that is linked
//! while an agent types does not cost him his text.

use model::{CallId, TicketId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::duplicate::Relation;
use crate::entry::{Actor, Entry, Event};
use crate::handling::{By, Changes, Handling, House, Order, Refused, Side, Weight};
use crate::matter::{Matter, Revised};
use crate::number::Number;
use crate::priority::Priority;
use crate::state::State;

/// A work order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// What people read out and type.
    pub number: Number,
    /// What it is about.
    pub matter: Matter,
    /// How it is worked on.
    pub handling: Handling,
    /// The call that it came from.
    pub source_call: Option<CallId>,
    /// When it was submitted.
    pub created_at: Timestamp,
    /// When anything about it last changed.
    pub updated_at: Timestamp,
    /// For optimistic locking.
    pub version: u64,
}

/// With what a ticket comes into being, beside what it is about.
#[derive(Clone, Debug)]
pub struct Birth<'a> {
    /// Its id.
    pub id: TicketId,
    /// Its number.
    pub number: Number,
    /// What the house knows and wants of tickets of its type.
    pub house: House<'a>,
    /// When.
    pub at: Timestamp,
    /// Who enters it.
    pub actor: Actor,
    /// The call that it came from.
    pub call: Option<CallId>,
    /// How pressing it is.
    pub weight: Weight,
    /// By when it is to be done, where somebody has said so (A8).
    pub due_at: Option<Timestamp>,
    /// T2: from a stranger, whom somebody has to verify until then.
    pub unverified_until: Option<Timestamp>,
}

impl Ticket {
    /// T1, T2: begins, with the first entry of its timeline.
    pub fn begin(matter: Matter, birth: Birth<'_>) -> Result<(Self, Entry), Refused> {
        matter.check()?;
        let Birth { house, at, .. } = birth;
        let mut handling = match birth.unverified_until {
            Some(until) => Handling::quarantined(birth.actor.agent(), birth.weight, until),
            None => Handling::submitted(birth.actor.agent(), birth.weight, &house, at),
        };
        handling.deadline.at = birth.due_at;
        let entry = Entry {
            at,
            actor: birth.actor,
            from: None,
            to: handling.state,
            event: Event::Submit {
                call: birth.call,
                matter: Box::new(matter.clone()),
            },
            changes: Changes::between(&Handling::default(), &handling),
        };
        let ticket = Self {
            id: birth.id,
            number: birth.number,
            matter,
            handling,
            source_call: birth.call,
            created_at: at,
            updated_at: at,
            version: 1,
        };
        Ok((ticket, entry))
    }

    /// Where it stands.
    pub const fn state(&self) -> State {
        self.handling.state
    }

    /// How pressing it is, with what it took over.
    pub fn priority(&self) -> Priority {
        self.handling.priority()
    }

    /// Does what is ordered, or tells why not. `None` where an order would change nothing. The house is that of the type which the
    /// ticket has then.
    pub fn take(
        &mut self,
        order: Order,
        by: &By,
        house: &House<'_>,
        now: Timestamp,
    ) -> Result<Option<Entry>, Refused> {
        let correction = order.correction();
        let revises: fn(Revised) -> Event = if matches!(order, Order::Reclassify { .. }) {
            Event::Reclassify
        } else if matches!(order, Order::Fill { .. }) {
            Event::Fill
        } else {
            Event::Correct
        };
        let mut handling = self.handling.clone();
        let mut entry = handling.take(order, by, house, now)?;
        if let Some(correction) = correction {
            let revised = self.matter.revise(correction)?;
            if revised.is_empty() {
                return Ok(None);
            }
            entry.event = revises(revised);
        }
        self.handling = handling;
        self.note(&entry);
        Ok(Some(entry))
    }

    /// T26: ends, and `other` goes on for both; each with the house of its type. Gives an entry for each.
    pub fn merge_into(
        &mut self,
        house: House<'_>,
        other: (&mut Self, House<'_>),
        by: &By,
        now: Timestamp,
    ) -> Result<(Entry, Entry), Refused> {
        self.pair(house, other, |one, other| one.merge_into(other, by, now))
    }

    /// T27: both go on by themselves again.
    pub fn part_from(
        &mut self,
        house: House<'_>,
        other: (&mut Self, House<'_>),
        by: &By,
        now: Timestamp,
    ) -> Result<(Entry, Entry), Refused> {
        self.pair(house, other, |one, other| one.part_from(other, by, now))
    }

    fn pair(
        &mut self,
        house: House<'_>,
        (other, others): (&mut Self, House<'_>),
        join: impl FnOnce(Side<'_>, Side<'_>) -> Result<(Entry, Entry), Refused>,
    ) -> Result<(Entry, Entry), Refused> {
        let one = Side {
            id: self.id,
            handling: &mut self.handling,
            house,
        };
        let two = Side {
            id: other.id,
            handling: &mut other.handling,
            house: others,
        };
        let (first, second) = join(one, two)?;
        self.note(&first);
        other.note(&second);
        Ok((first, second))
    }

    /// What comes by itself until `now`.
    pub fn wake(&mut self, house: &House<'_>, now: Timestamp) -> Vec<Entry> {
        let entries = self.handling.wake(house, now);
        for entry in &entries {
            self.note(entry);
        }
        entries
    }

    /// Puts a recording of a linked call into the timeline.
    pub fn link_recording(&mut self, now: Timestamp, call: CallId, path: &str) -> Entry {
        let entry = Entry {
            at: now,
            actor: Actor::System,
            from: Some(self.state()),
            to: self.state(),
            event: Event::RecordingLinked {
                call,
                path: path.to_owned(),
            },
            changes: Changes::default(),
        };
        self.note(&entry);
        entry
    }

    /// D6, D7: puts what it is to others into the timeline. `actor`: who says so.
    pub fn relate(
        &mut self,
        now: Timestamp,
        actor: Actor,
        (relation, tickets): (Relation, Vec<TicketId>),
        reason: &str,
    ) -> Entry {
        let entry = Entry {
            at: now,
            actor,
            from: Some(self.state()),
            to: self.state(),
            event: Event::Related {
                tickets,
                relation,
                reason: reason.to_owned(),
            },
            changes: Changes::default(),
        };
        self.note(&entry);
        entry
    }

    /// M6: the ticket into which it went is closed; puts that into the timeline.
    pub fn survivor_closed(&mut self, now: Timestamp, survivor: TicketId) -> Entry {
        let entry = Entry {
            at: now,
            actor: Actor::System,
            from: Some(self.state()),
            to: self.state(),
            event: Event::SurvivorClosed { ticket: survivor },
            changes: Changes::default(),
        };
        self.note(&entry);
        entry
    }

    /// The ticket of a timeline (property d); `None` where that does not begin with a birth.
    pub fn replay(id: TicketId, number: Number, entries: &[Entry]) -> Option<Self> {
        let (first, rest) = entries.split_first()?;
        let Event::Submit { call, matter } = &first.event else {
            return None;
        };
        let mut ticket = Self {
            id,
            number,
            matter: Matter::clone(matter),
            handling: Handling::default(),
            source_call: *call,
            created_at: first.at,
            updated_at: first.at,
            version: 1,
        };
        ticket.handling.apply(first);
        for entry in rest {
            ticket.handling.apply(entry);
            if let Some(revised) = entry.event.revised() {
                ticket.matter.apply(revised);
            }
            ticket.note(entry);
        }
        Some(ticket)
    }

    /// What an entry does to when it changed, and to its version.
    fn note(&mut self, entry: &Entry) {
        self.updated_at = self.updated_at.max(entry.at);
        self.version += u64::from(entry.event.raises_version());
    }
}

#[cfg(test)]
mod tests;
