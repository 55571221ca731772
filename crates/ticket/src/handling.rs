//! How a ticket is worked on (处理过程): who has it, what it waits for, which promises run, who has to agree.
//!
//! One way in: [`Handling::take`] looks an order up in the table of [`transition`], checks who gives it and the rule's guard, and
//! gives the [`Entry`] of what happened with all that it changed. [`Handling::apply`] repeats it without asking anybody, so that a
//! ticket's timeline played from its first entry on is the ticket (property d). A refusal changes nothing. Ids, the moment, people
//! and policies are arguments.

mod ending;
mod hours;
mod house;
mod merging;
mod order;
mod part;
mod receiver;
mod refused;
mod solution;
mod transition;
mod verdict;
mod visit;
mod waiting;
mod wake;
mod weight;

use std::collections::BTreeSet;

use crate::entry::{Actor, Entry, Event};
use crate::matter::BODY_CHARS_MAX;
use model::{AgentId, Timestamp};

pub use hours::{HoursVersion, PromiseHours};
pub use house::{Group, House, Member, Policy, VisitPolicy};
pub use merging::Side;
pub use order::{Order, Receiver, Visited};
pub use part::{
    Absorbed, Approval, Changes, Counts, Deadline, Extension, Handling, MergedInto, Merging, Pause,
    PauseReason, People, Place, Times, Verdict, Verdicts, Visit, Visits,
};
pub use refused::Refused;
pub use transition::{BIRTHS, IN_FLIGHT, Role, TRANSITIONS, Transition};
pub use weight::{Level, Matrix, Weight};

/// Who gives an order, and what he may do by his rights; what he is to the ticket is found out here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// What his rights make him: agent, dispatcher, visitor, supervisor.
    pub rights: BTreeSet<Role>,
}

impl From<Actor> for By {
    /// Somebody without rights of his own.
    fn from(actor: Actor) -> Self {
        Self {
            actor,
            rights: BTreeSet::new(),
        }
    }
}

impl By {
    /// Who works at the command line of the machine: he may what a supervisor may who leads every group, and has no name here.
    pub fn operator() -> Self {
        let rights = [
            Role::Dispatcher,
            Role::Supervisor,
            Role::Lead,
            Role::Trusted,
        ];
        Self {
            actor: Actor::System,
            rights: rights.into(),
        }
    }

    /// A rule or a timer of the house.
    pub fn system() -> Self {
        Self {
            actor: Actor::System,
            rights: BTreeSet::new(),
        }
    }
}

/// What a rule looks at beside the ticket.
pub(crate) struct Around<'a> {
    by: &'a By,
    house: &'a House<'a>,
    now: Timestamp,
}

impl Handling {
    /// Does what is ordered, or tells why not.
    pub fn take(
        &mut self,
        order: Order,
        by: &By,
        house: &House<'_>,
        now: Timestamp,
    ) -> Result<Entry, Refused> {
        self.step(order, by, house, now, Self::follow)
    }

    /// One step: whether the table and the roles allow it, what it does, and what that changed.
    fn step(
        &mut self,
        order: Order,
        by: &By,
        house: &House<'_>,
        now: Timestamp,
        follow: impl FnOnce(&mut Self, &Order, &Around<'_>) -> Result<(), Refused>,
    ) -> Result<Entry, Refused> {
        let around = Around { by, house, now };
        let row = order.transition();
        if !row.from.contains(&self.state) {
            return Err(Refused::NotAllowed {
                order: row.name,
                state: self.state,
            });
        }
        let roles = self.roles(&around);
        if !row.who.iter().any(|role| roles.contains(role)) {
            return Err(Refused::NotYours { order: row.name });
        }
        let mut after = self.clone();
        follow(&mut after, &order, &around)?;
        let entry = Entry {
            at: now,
            actor: by.actor,
            from: Some(self.state),
            to: after.state,
            changes: Changes::between(self, &after),
            event: Event::Ordered(order),
        };
        *self = after;
        Ok(entry)
    }

    /// Repeats what happened.
    pub fn apply(&mut self, entry: &Entry) {
        self.state = entry.to;
        entry.changes.apply(self);
    }

    /// What somebody is to this ticket.
    fn roles(&self, around: &Around<'_>) -> BTreeSet<Role> {
        let mut roles = around.by.rights.clone();
        let agent = match around.by.actor {
            Actor::Agent(agent) => agent,
            Actor::System => {
                roles.insert(Role::System);
                return roles;
            }
            Actor::Customer => return [Role::Customer].into(),
        };
        let house = around.house;
        let is = |one: Option<AgentId>| one == Some(agent);
        let group = self.place.group.as_deref();
        for (role, holds) in [
            (Role::Creator, is(self.people.creator)),
            (Role::Owner, is(self.people.owner)),
            (Role::Assignee, is(self.place.assignee)),
            (Role::Handler, house.may_handle(group, agent)),
            (Role::Lead, house.leads(group, agent)),
            (Role::Reviewer, self.approval.reviewers().contains(&agent)),
            (Role::Responsible, self.is_responsible(house, agent)),
        ] {
            if holds {
                roles.insert(role);
            }
        }
        roles
    }

    /// Whether he who orders is that to this ticket.
    fn is(&self, role: Role, around: &Around<'_>) -> bool {
        self.roles(around).contains(&role)
    }

    fn follow(&mut self, order: &Order, around: &Around<'_>) -> Result<(), Refused> {
        match order {
            Order::Release { reason } => {
                text(reason)?;
                self.release(around)
            }
            Order::DirectAnswer { answer } => self.answer_at_once(answer, around),
            // What it is about is not of its handling, but for what hangs on its type.
            Order::Fill { .. } => Ok(()),
            Order::Correct(_) | Order::Reclassify { .. } => {
                self.reclassify(around);
                Ok(())
            }
            Order::SetDue { due_at } => self.set_due(*due_at, around),
            Order::SetSensitive { on, reason } => self.set_sensitive(*on, reason, around),
            Order::Dispatch { rule: Some(_), .. } if around.by.actor != Actor::System => {
                Err(Refused::SomebodyElse)
            }
            Order::Dispatch { to, .. } => self.dispatch(to, around),
            Order::Claim => self.claim(around),
            Order::Return { reason } => self.hand_back(reason, around),
            Order::Transfer { to, note } => self.transfer(to, note, around),
            Order::Escalate => self.escalate(around),
            Order::Append { text } => self.append(text, around),
            Order::Urge { text } => {
                bounded(text)?;
                self.urge(around)
            }
            Order::Pend { reason, resume_at } => self.pend(*reason, *resume_at, around),
            Order::Resume => self.resume(around),
            Order::StageReply { text, public } => self.reply(text, *public, around),
            Order::RequestExtension { ms, reason } => self.ask_for_time(*ms, reason, around),
            Order::GrantExtension => self.grant_time(around),
            Order::RefuseExtension { reason } => self.refuse_time(reason),
            Order::Propose { solution } => self.propose(solution, around),
            Order::Approve => self.approve(around),
            Order::Reject { reason } => self.reject(reason, around),
            Order::Resolve { solution } => self.resolve(solution, around),
            Order::VisitOk {
                reporter,
                satisfaction,
            } => self.visit_succeeds(*reporter, *satisfaction, around),
            Order::VisitRetry {
                reporter,
                result,
                next_at,
            } => {
                bounded(result)?;
                self.visit_again(*reporter, *next_at, around)
            }
            Order::VisitBad { reporter, comment } => self.visit_fails(*reporter, comment, around),
            Order::Confirm => self.confirm(around),
            Order::Reopen { reason } => {
                bounded(reason)?;
                self.reopen(around)
            }
            Order::Void { reason, .. } => self.void(reason, around),
            Order::Merge { .. }
            | Order::Absorb { .. }
            | Order::Unmerge
            | Order::GiveBack { .. } => Err(Refused::AsAPair),
            Order::Rule { verdict } => self.rule(verdict, around),
            Order::Appeal { reason } => self.appeal(reason, around),
            Order::Weigh { impact, urgency } => self.weigh(*impact, *urgency, around),
            Order::SetPriority { priority, reason } => self.set_priority(*priority, reason, around),
            Order::Track { on } => self.track(*on, around),
        }
    }
}

/// A text that is there and not too long.
fn text(text: &str) -> Result<(), Refused> {
    if text.trim().is_empty() {
        return Err(Refused::NoText);
    }
    bounded(text)
}

/// A text that is not too long.
fn bounded(text: &str) -> Result<(), Refused> {
    match text.chars().nth(BODY_CHARS_MAX) {
        Some(_) => Err(Refused::TextTooLong),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
