//! The return visit (回访) that has to succeed before a ticket is closed (T21 to T24).

use model::Timestamp;

use super::part::Handling;
use super::transition::Role;
use super::{Around, Refused, text};
use crate::clock::ClockKind;
use crate::entry::Actor;
use crate::state::State;

impl Handling {
    /// T21: reached, and content.
    pub(super) fn visit_succeeds(
        &mut self,
        satisfaction: Option<u8>,
        around: &Around<'_>,
    ) -> Result<(), Refused> {
        self.visits_now(around)?;
        if satisfaction.is_some_and(|score| !(1..=5).contains(&score)) {
            return Err(Refused::NotAScore);
        }
        self.visits.satisfaction = satisfaction;
        self.close(around);
        Ok(())
    }

    /// T22: not reached; when next is said. After so many attempts a lead decides.
    pub(super) fn visit_again(
        &mut self,
        next_at: Timestamp,
        around: &Around<'_>,
    ) -> Result<(), Refused> {
        self.visits_now(around)?;
        if next_at <= around.now {
            return Err(Refused::BadMoment);
        }
        if self.is_tried_enough(around) && !self.is(Role::Lead, around) {
            return Err(Refused::LeadDecides);
        }
        self.visits.next = Some(next_at);
        Ok(())
    }

    /// T23: not content: who solved it goes on, or anybody if he is not here any more.
    pub(super) fn visit_fails(
        &mut self,
        comment: &str,
        around: &Around<'_>,
    ) -> Result<(), Refused> {
        text(comment)?;
        if around.by.actor != Actor::Customer {
            self.visits_now(around)?;
        }
        self.work_again(around);
        Ok(())
    }

    /// T24: nobody objects, where nobody is to be asked; where somebody is, a lead may give up after so many attempts.
    pub(super) fn confirm(&mut self, around: &Around<'_>) -> Result<(), Refused> {
        let is_lead = around.by.actor.agent().is_some();
        let is_given_up = is_lead && self.is_tried_enough(around);
        if self.visits.next.is_some() && !is_given_up {
            return Err(Refused::NeedsVisit);
        }
        self.close(around);
        Ok(())
    }

    /// T23, T25: it is not over. The time that it lay solved does not count (R8).
    pub(super) fn work_again(&mut self, around: &Around<'_>) {
        self.counts.reopens = self.counts.reopens.saturating_add(1);
        self.visits.next = None;
        self.visits.attempts = 0;
        self.stop(ClockKind::Visit, around);
        (self.times.resolved, self.times.closed, self.times.ends) = (None, None, None);
        if let Some(clock) = self.clocks.get_mut(&ClockKind::Resolve) {
            clock.resume(around.house.hours.calendar, around.now);
        }
        let group = self.place.group.clone().unwrap_or_default();
        let former = self.people.resolver.or(self.place.assignee);
        let here = former.filter(|one| {
            let member = around.house.member(&group, *one);
            member.is_some_and(|member| !member.is_absent)
        });
        self.place.assignee = here;
        self.state = if here.is_some() {
            State::InProgress
        } else {
            State::New
        };
    }

    pub(super) fn close(&mut self, around: &Around<'_>) {
        self.state = State::Closed;
        self.times.closed = Some(around.now);
        self.times.ends = None;
        self.visits.next = None;
        self.stop(ClockKind::Visit, around);
    }

    /// One more attempt, by somebody who may.
    fn visits_now(&mut self, around: &Around<'_>) -> Result<(), Refused> {
        if self.visits.next.is_none() {
            return Err(Refused::NeedsNoVisit);
        }
        let visitor = around.by.actor.agent();
        let by_another = around.house.policy.visit_by_another;
        if by_another && visitor.is_some() && visitor == self.people.resolver {
            return Err(Refused::SomebodyElse);
        }
        self.visits.attempts = self.visits.attempts.saturating_add(1);
        Ok(())
    }

    fn is_tried_enough(&self, around: &Around<'_>) -> bool {
        self.visits.attempts >= around.house.policy.visits_max
    }
}
