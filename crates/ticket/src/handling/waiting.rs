//! What happens while a ticket is open: additions, urging, waiting, stage replies, more time (T11 to T16), and who follows it (T31).

use std::time::Duration;

use model::Timestamp;

use super::part::{Handling, Pause, PauseReason};
use super::transition::Role;
use super::weight::Level;
use super::{Around, Refused, text};
use crate::clock::ClockKind;
use crate::entry::Actor;
use crate::state::State;

/// The same person does not urge twice within it.
const URGE_AGAIN_MS: u64 = 10 * 60 * 1_000;
/// So many urges raise the urgency.
const URGES_RAISE: u16 = 2;

impl Handling {
    /// T11: something to add. What the customer was asked for brings a waiting ticket on.
    pub(super) fn append(&mut self, added: &str, around: &Around<'_>) -> Result<(), Refused> {
        text(added)?;
        let waits_for_him = self.pause.reason == Some(PauseReason::Customer);
        if waits_for_him && around.by.actor == Actor::Customer {
            self.go_on(around);
        }
        Ok(())
    }

    /// T12: it is wanted soon. The second time raises the urgency.
    pub(super) fn urge(&mut self, around: &Around<'_>) -> Result<(), Refused> {
        let who = around.by.actor.agent();
        let recent = |at: Timestamp| around.now.ms_since(at) < URGE_AGAIN_MS;
        self.counts.urged.retain(|(_, at)| recent(*at));
        if self.counts.urged.iter().any(|(one, _)| *one == who) {
            return Err(Refused::UrgedAlready);
        }
        self.counts.urged.push((who, around.now));
        self.counts.urges = self.counts.urges.saturating_add(1);
        if self.counts.urges == URGES_RAISE {
            self.weight.urgency = match self.weight.urgency {
                Level::High | Level::Middle => Level::High,
                Level::Low => Level::Middle,
            };
            if !self.weight.locked {
                let matrix = &around.house.policy.matrix;
                let priority = matrix.priority(self.weight.impact, self.weight.urgency);
                // Urging makes nothing less pressing than it was.
                self.prioritise(priority.min(self.weight.priority), around);
            }
        }
        Ok(())
    }

    /// T13: it waits, for a reason and not for ever.
    pub(super) fn pend(
        &mut self,
        reason: PauseReason,
        resume_at: Timestamp,
        around: &Around<'_>,
    ) -> Result<(), Refused> {
        let policy = around.house.policy;
        let longest = u64::try_from(policy.pause_max.as_millis()).unwrap_or(u64::MAX);
        if resume_at <= around.now || resume_at.ms_since(around.now) > longest {
            return Err(Refused::BadMoment);
        }
        if self.counts.pauses >= policy.pauses_max && !self.is(Role::Lead, around) {
            return Err(Refused::LeadDecides);
        }
        self.counts.pauses = self.counts.pauses.saturating_add(1);
        self.state = State::Pending;
        self.pause = Pause {
            reason: Some(reason),
            resume_at: Some(resume_at),
        };
        if policy.pauses_for.contains(&reason) {
            for clock in self.clocks.values_mut() {
                clock.pause(around.house.hours.calendar, around.now);
            }
        }
        Ok(())
    }

    /// T14: it goes on; by itself not before its time.
    pub(super) fn resume(&mut self, around: &Around<'_>) -> Result<(), Refused> {
        let is_early = self.pause.resume_at.is_some_and(|at| around.now < at);
        if around.by.actor == Actor::System && is_early {
            return Err(Refused::BadMoment);
        }
        self.go_on(around);
        Ok(())
    }

    /// T15: how far it is. Who is told publicly has had an answer, and waits for the next.
    pub(super) fn reply(
        &mut self,
        told: &str,
        public: bool,
        around: &Around<'_>,
    ) -> Result<(), Refused> {
        text(told)?;
        if public {
            self.counts.public_replies = self.counts.public_replies.saturating_add(1);
            self.respond(around);
            self.promise(ClockKind::Update, around);
        }
        Ok(())
    }

    /// T16: more time is asked for.
    pub(super) fn ask_for_time(
        &mut self,
        ms: u64,
        reason: &str,
        around: &Around<'_>,
    ) -> Result<(), Refused> {
        text(reason)?;
        let Some(agent) = around.by.actor.agent() else {
            return Err(Refused::SomebodyElse);
        };
        if self.extension.asked.is_some() || ms == 0 {
            return Err(Refused::NoSuchRequest);
        }
        if Duration::from_millis(ms) > around.house.policy.extension_max {
            return Err(Refused::TooMuchTime);
        }
        self.extension.asked = Some((agent, ms));
        Ok(())
    }

    /// T16: given, by another; the second time by a supervisor.
    pub(super) fn grant_time(&mut self, around: &Around<'_>) -> Result<(), Refused> {
        let asked = self.extension.asked.take();
        let (agent, ms) = asked.ok_or(Refused::NoSuchRequest)?;
        if around.by.actor.agent() == Some(agent) {
            return Err(Refused::SomebodyElse);
        }
        if self.extension.given > 0 && !around.by.rights.contains(&Role::Supervisor) {
            return Err(Refused::SupervisorDecides);
        }
        self.extension.given = self.extension.given.saturating_add(1);
        if let Some(clock) = self.clocks.get_mut(&ClockKind::Resolve) {
            clock.extend(
                Duration::from_millis(ms),
                around.house.hours.calendar,
                around.now,
            );
        }
        Ok(())
    }

    /// T16: not given.
    pub(super) fn refuse_time(&mut self, reason: &str) -> Result<(), Refused> {
        text(reason)?;
        let asked = self.extension.asked.take();
        asked.map(drop).ok_or(Refused::NoSuchRequest)
    }

    /// T31.
    pub(super) fn track(&mut self, on: bool, around: &Around<'_>) -> Result<(), Refused> {
        let Some(agent) = around.by.actor.agent() else {
            return Err(Refused::SomebodyElse);
        };
        if on {
            self.people.watchers.insert(agent);
        } else {
            self.people.watchers.remove(&agent);
        }
        Ok(())
    }

    /// Waits no more.
    pub(super) fn go_on(&mut self, around: &Around<'_>) {
        if self.state == State::Pending {
            self.state = State::InProgress;
            self.pause = Pause::default();
            for clock in self.clocks.values_mut() {
                if clock.stopped_at().is_none() {
                    clock.resume(around.house.hours.calendar, around.now);
                }
            }
        }
    }

    /// The customer has had an answer.
    pub(super) fn respond(&mut self, around: &Around<'_>) {
        self.times.first_response.get_or_insert(around.now);
        self.stop(ClockKind::Response, around);
    }
}
