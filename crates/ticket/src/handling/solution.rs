//! The solution: proposed and approved by others, or done (T17 to T20).

use super::part::{Approval, Handling};
use super::{Around, Refused, VisitPolicy, text};
use crate::clock::ClockKind;
use crate::state::State;

impl Handling {
    /// T17: a solution that others have to approve; of a sensitive ticket by more of them.
    pub(super) fn propose(&mut self, solution: &str, around: &Around<'_>) -> Result<(), Refused> {
        text(solution)?;
        self.is_done(around)?;
        let steps = self.steps(around);
        if steps.is_empty() {
            return Err(Refused::NeedsNoApproval);
        }
        let approval = Approval {
            proposer: around.by.actor.agent(),
            steps,
            agreed: Vec::new(),
        };
        if !approval.can_be_given() {
            return Err(Refused::NobodyThere);
        }
        self.approval = approval;
        self.state = State::InReview;
        Ok(())
    }

    /// T18: one more agrees; with the last it is solved.
    pub(super) fn approve(&mut self, around: &Around<'_>) -> Result<(), Refused> {
        let Some(agent) = around.by.actor.agent() else {
            return Err(Refused::SomebodyElse);
        };
        self.approval.agreed.push(agent);
        if !self.approval.steps.is_empty() {
            self.approval.steps.remove(0);
        }
        if self.approval.steps.is_empty() {
            self.solved(around);
        }
        Ok(())
    }

    /// T19: not like that.
    pub(super) fn reject(&mut self, reason: &str, _: &Around<'_>) -> Result<(), Refused> {
        text(reason)?;
        self.approval = Approval::default();
        self.state = State::InProgress;
        Ok(())
    }

    /// T20: done, where nobody has to approve.
    pub(super) fn resolve(&mut self, solution: &str, around: &Around<'_>) -> Result<(), Refused> {
        text(solution)?;
        self.is_done(around)?;
        if !self.steps(around).is_empty() {
            return Err(Refused::NeedsApproval);
        }
        self.solved(around);
        Ok(())
    }

    /// Who has to approve.
    fn steps(&self, around: &Around<'_>) -> Vec<std::collections::BTreeSet<model::AgentId>> {
        let policy = around.house.policy;
        let mut steps = policy.approval.clone();
        if self.is_sensitive() {
            steps.extend(policy.sensitive_approval.iter().cloned());
        }
        steps
    }

    /// Nothing that a solution needs is missing.
    fn is_done(&self, around: &Around<'_>) -> Result<(), Refused> {
        let house = around.house;
        if !house.missing.is_empty() {
            return Err(Refused::Missing(house.missing.to_vec()));
        }
        if house.open_tasks > 0 {
            return Err(Refused::OpenTasks);
        }
        Ok(())
    }

    fn solved(&mut self, around: &Around<'_>) {
        let house = around.house;
        self.state = State::Resolved;
        self.times.resolved = Some(around.now);
        self.people.resolver = self.place.assignee;
        for kind in [
            ClockKind::Response,
            ClockKind::Resolve,
            ClockKind::Stage,
            ClockKind::Update,
        ] {
            self.stop(kind, around);
        }
        let is_asked = match house.policy.visit {
            VisitPolicy::None => false,
            VisitPolicy::Always => true,
            VisitPolicy::Sample(percent) => house.lot < percent,
        };
        if is_asked {
            self.ask_all(around);
            self.promise(ClockKind::Visit, around);
        } else {
            let after = house.policy.closes_after;
            self.times.ends =
                after.and_then(|after| house.hours.calendar.business_after(around.now, after));
        }
    }
}
