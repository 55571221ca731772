//! The return visit (回访) that has to succeed before a ticket is closed (T21 to T24).

use model::{TicketId, Timestamp};

use super::part::{Handling, Visit};
use super::transition::Role;
use super::{Around, Refused, text};
use crate::clock::ClockKind;
use crate::entry::Actor;
use crate::state::State;

impl Handling {
    /// T21: reached, and content. M6: it is closed when every reporter was.
    pub(super) fn visit_succeeds(
        &mut self,
        reporter: Option<TicketId>,
        satisfaction: Option<u8>,
        around: &Around<'_>,
    ) -> Result<(), Refused> {
        let visit = self.visits_now(reporter, around)?;
        if satisfaction.is_some_and(|score| !(1..=5).contains(&score)) {
            return Err(Refused::NotAScore);
        }
        (visit.satisfaction, visit.next) = (satisfaction, None);
        if self.visits.next().is_none() {
            self.close(around);
        }
        Ok(())
    }

    /// T22: not reached; when next is said. After so many attempts a lead decides.
    pub(super) fn visit_again(
        &mut self,
        reporter: Option<TicketId>,
        next_at: Timestamp,
        around: &Around<'_>,
    ) -> Result<(), Refused> {
        let is_lead = self.is(Role::Lead, around);
        let visit = self.visits_now(reporter, around)?;
        if next_at <= around.now {
            return Err(Refused::BadMoment);
        }
        if is_tried_enough(visit, around) && !is_lead {
            return Err(Refused::LeadDecides);
        }
        visit.next = Some(next_at);
        Ok(())
    }

    /// T23: not content: who solved it goes on, or anybody if he is not here any more.
    pub(super) fn visit_fails(
        &mut self,
        reporter: Option<TicketId>,
        comment: &str,
        around: &Around<'_>,
    ) -> Result<(), Refused> {
        text(comment)?;
        if around.by.actor != Actor::Customer {
            self.visits_now(reporter, around)?;
        }
        self.work_again(around);
        Ok(())
    }

    /// T24: nobody objects, where nobody is to be asked; where somebody is, a lead may give up after so many attempts.
    pub(super) fn confirm(&mut self, around: &Around<'_>) -> Result<(), Refused> {
        let is_lead = around.by.actor.agent().is_some();
        let is_enough = |visit: &Visit| visit.next.is_none() || is_tried_enough(visit, around);
        let is_given_up = is_lead && self.visits.all().all(is_enough);
        if self.visits.next().is_some() && !is_given_up {
            return Err(Refused::NeedsVisit);
        }
        self.close(around);
        Ok(())
    }

    /// T23, T25: it is not over. The time that it lay solved does not count (R8).
    pub(super) fn work_again(&mut self, around: &Around<'_>) {
        self.counts.reopens = self.counts.reopens.saturating_add(1);
        (self.visits.own.next, self.visits.own.attempts) = (None, 0);
        self.visits.others.clear();
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
        let others = self.visits.others.values_mut();
        others
            .chain([&mut self.visits.own])
            .for_each(|visit| visit.next = None);
        self.stop(ClockKind::Visit, around);
    }

    /// M6: everybody is asked who reported the matter, from now on.
    pub(super) fn ask_all(&mut self, around: &Around<'_>) {
        self.visits.own.next = Some(around.now);
        self.visits.others.clear();
        self.ask_others(around);
    }

    /// M6: what is solved takes over another, or gives it back: its reporter is to be called too, or no more.
    pub(super) fn reporters_changed(&mut self, around: &Around<'_>) {
        if self.state != State::Resolved || self.visits.next().is_none() {
            return;
        }
        self.visits
            .others
            .retain(|ticket, _| around.house.reporters.contains(ticket));
        self.ask_others(around);
        if self.visits.next().is_none() {
            // All that were left are content.
            self.times.ends = Some(around.now);
        }
    }

    fn ask_others(&mut self, around: &Around<'_>) {
        for ticket in around.house.reporters {
            self.visits.others.entry(*ticket).or_insert(Visit {
                next: Some(around.now),
                ..Visit::default()
            });
        }
    }

    /// One more attempt to reach a reporter, by somebody who may.
    fn visits_now(
        &mut self,
        reporter: Option<TicketId>,
        around: &Around<'_>,
    ) -> Result<&mut Visit, Refused> {
        let visit = match reporter {
            None => Some(&mut self.visits.own),
            Some(ticket) => self.visits.others.get_mut(&ticket),
        };
        let visit = visit.filter(|visit| visit.next.is_some());
        let visit = visit.ok_or(Refused::NeedsNoVisit)?;
        let visitor = around.by.actor.agent();
        let by_another = around.house.policy.visit_by_another;
        if by_another && visitor.is_some() && visitor == self.people.resolver {
            return Err(Refused::SomebodyElse);
        }
        visit.attempts = visit.attempts.saturating_add(1);
        Ok(visit)
    }
}

fn is_tried_enough(visit: &Visit, around: &Around<'_>) -> bool {
    visit.attempts >= around.house.policy.visits_max
}
