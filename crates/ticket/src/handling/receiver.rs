//! Who gets a ticket: dispatch, claim, return, transfer, escalation (T6 to T10). There is always one receiver (C4).

use super::order::Receiver;
use super::part::{Handling, Place};
use super::{Around, Refused, text};
use crate::clock::ClockKind;
use crate::entry::Actor;
use crate::state::State;

/// So many returns bring a ticket to the lead of the group that sent it.
const RETURNS_MAX: u16 = 3;

impl Handling {
    /// T6: to a group, or to a person of it.
    pub(super) fn dispatch(&mut self, to: &Receiver, around: &Around<'_>) -> Result<(), Refused> {
        let house = around.house;
        if !house.groups.contains_key(&to.group) {
            return Err(Refused::NoSuchGroup);
        }
        let named = match to.person {
            None => None,
            Some(person) => {
                let stands = house.stands_for(&to.group, person);
                Some(stands.ok_or(Refused::NobodyThere)?)
            }
        };
        let senders = [self.place.group.take(), self.place.former.take()];
        let mut senders = senders.into_iter().flatten();
        self.place = Place {
            group: Some(to.group.clone()),
            named,
            assignee: None,
            former: senders.find(|group| *group != to.group),
        };
        self.state = State::Dispatched;
        self.promise(ClockKind::Stage, around);
        Ok(())
    }

    /// T7: one person takes it on.
    pub(super) fn claim(&mut self, around: &Around<'_>) -> Result<(), Refused> {
        let Actor::Agent(agent) = around.by.actor else {
            return Err(Refused::SomebodyElse);
        };
        let house = around.house;
        let mut groups = house.groups.iter();
        let group = match &self.place.group {
            Some(group) => Some(group.clone()),
            None => groups
                .find(|(_, group)| group.members.contains_key(&agent))
                .map(|(name, _)| name.clone()),
        };
        let group = group.ok_or(Refused::NoSuchGroup)?;
        let member = house.member(&group, agent).ok_or(Refused::NobodyThere)?;
        if member.takes > 0 && member.has >= member.takes {
            return Err(Refused::Full);
        }
        self.place.group = Some(group);
        self.place.named = None;
        self.place.assignee = Some(agent);
        self.state = State::InProgress;
        self.times.accepted.get_or_insert(around.now);
        self.stop(ClockKind::Stage, around);
        if house.policy.accept_is_response {
            self.respond(around);
        }
        Ok(())
    }

    /// T8: not ours. The third time the lead of the group that sent it has to find out whose it is.
    pub(super) fn hand_back(&mut self, reason: &str, around: &Around<'_>) -> Result<(), Refused> {
        text(reason)?;
        self.counts.returns = self.counts.returns.saturating_add(1);
        self.stop(ClockKind::Stage, around);
        let sender = self.place.former.take();
        let lead = sender
            .as_deref()
            .and_then(|group| around.house.lead_of(group));
        if self.counts.returns >= RETURNS_MAX && lead.is_some() {
            self.place = Place {
                group: sender,
                named: lead,
                ..Place::default()
            };
            self.promise(ClockKind::Stage, around);
            return Ok(());
        }
        self.place = Place {
            former: sender,
            ..Place::default()
        };
        self.state = State::New;
        Ok(())
    }

    /// T9: to somebody else, with a note. What was promised to the customer goes on (R12).
    pub(super) fn transfer(
        &mut self,
        to: &Receiver,
        note: &str,
        around: &Around<'_>,
    ) -> Result<(), Refused> {
        text(note)?;
        if to.person.is_some() && to.person == self.place.assignee {
            return Err(Refused::SomebodyElse);
        }
        if self.is_sensitive() {
            let own = self.place.group.as_deref().unwrap_or_default();
            if !around.house.is_one_tree(own, &to.group) {
                return Err(Refused::Sensitive);
            }
        }
        self.go_on(around);
        self.dispatch(to, around)
    }

    /// T10: to the next tier. Who had it goes on watching.
    pub(super) fn escalate(&mut self, around: &Around<'_>) -> Result<(), Refused> {
        let groups = around.house.groups;
        let own = self
            .place
            .group
            .as_ref()
            .and_then(|group| groups.get(group));
        let own = own.ok_or(Refused::NoHigherTier)?;
        let next = own.escalates_to.as_ref().ok_or(Refused::NoHigherTier)?;
        let higher = groups.get(next).filter(|next| next.tier > own.tier);
        if higher.is_none() {
            return Err(Refused::NoHigherTier);
        }
        let stay = [self.people.owner, self.place.assignee];
        self.people.watchers.extend(stay.into_iter().flatten());
        let to = Receiver {
            group: next.clone(),
            person: None,
        };
        self.dispatch(&to, around)
    }
}
