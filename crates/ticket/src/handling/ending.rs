//! How a ticket begins, and ends without a solution of its handler: released, answered at once, void, and opened again (T3, T4, T25, T28).

use model::AgentId;

use super::part::{Handling, People, Times};
use super::transition::Role;
use super::weight::Weight;
use super::{Around, By, House, Refused, text};
use crate::clock::ClockKind;
use crate::entry::Actor;
use crate::state::State;

use model::Timestamp;

impl Handling {
    /// T1: submitted by an agent, or by the house.
    pub fn submitted(
        creator: Option<AgentId>,
        weight: Weight,
        house: &House<'_>,
        now: Timestamp,
    ) -> Self {
        let mut handling = Self {
            state: State::New,
            weight,
            people: People {
                creator,
                owner: creator,
                ..People::default()
            },
            hours: house.hours.version,
            ..Self::default()
        };
        let by = &By::system();
        handling.begin(&Around { by, house, now });
        handling
    }

    /// T2: from a stranger. No clock runs, and nobody is asked to do it; unverified it ends by itself.
    pub fn quarantined(creator: Option<AgentId>, weight: Weight, until: Timestamp) -> Self {
        Self {
            state: State::Quarantined,
            weight,
            people: People {
                creator,
                owner: creator,
                ..People::default()
            },
            times: Times {
                ends: Some(until),
                ..Times::default()
            },
            ..Self::default()
        }
    }

    /// T3: taken for real. Its promises begin now.
    pub(super) fn release(&mut self, around: &Around<'_>) -> Result<(), Refused> {
        self.state = State::New;
        self.times.ends = None;
        // Nothing ran while it waited.
        self.hours = around.house.hours.version;
        self.begin(around);
        Ok(())
    }

    /// T4: answered at once, which is a solution at the first contact.
    pub(super) fn answer_at_once(
        &mut self,
        answer: &str,
        around: &Around<'_>,
    ) -> Result<(), Refused> {
        text(answer)?;
        if !around.house.policy.direct_answer {
            return Err(Refused::NotOfThisType);
        }
        self.respond(around);
        self.stop(ClockKind::Resolve, around);
        self.stop(ClockKind::Update, around);
        self.times.resolved = Some(around.now);
        self.people.resolver = around.by.actor.agent();
        self.people.answered_at_once = true;
        self.close(around);
        Ok(())
    }

    /// T25: not over, and not too long ago.
    pub(super) fn reopen(&mut self, around: &Around<'_>) -> Result<(), Refused> {
        let within = around.house.policy.reopen_within.as_millis();
        let closed = self.times.closed.unwrap_or(around.now);
        if u128::from(around.now.ms_since(closed)) > within {
            return Err(Refused::TooLate);
        }
        self.work_again(around);
        Ok(())
    }

    /// T28: entered in error. Nothing that was promised counts; what a customer was told already only a supervisor takes back.
    pub(super) fn void(&mut self, reason: &str, around: &Around<'_>) -> Result<(), Refused> {
        text(reason)?;
        let is_supervisor = around.by.rights.contains(&Role::Supervisor);
        if self.counts.public_replies > 0 && !is_supervisor {
            return Err(Refused::SupervisorDecides);
        }
        let is_correctable = matches!(self.state, State::New | State::Dispatched);
        let is_house = around.by.actor == Actor::System;
        if is_house && self.state != State::Quarantined {
            return Err(Refused::LeadDecides);
        }
        if !is_correctable && !is_supervisor && !is_house && !self.is(Role::Lead, around) {
            return Err(Refused::LeadDecides);
        }
        self.clocks.clear();
        self.place.assignee = None;
        self.place.named = None;
        self.times.ends = None;
        self.state = State::Void;
        self.times.closed = Some(around.now);
        Ok(())
    }

    fn begin(&mut self, around: &Around<'_>) {
        self.times.submitted = Some(around.now);
        self.promise(ClockKind::Response, around);
        self.promise(ClockKind::Resolve, around);
    }
}
