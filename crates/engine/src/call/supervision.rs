//! What a supervisor does with a waiting caller: another place (D2), out of the line, into another queue, or to one agent
//! (强派, D25).
//!
//! Each deed is a fact with who did it and why; what comes of it is told like anything else that happens in a line. What
//! cannot be done is refused and changes nothing.

use std::time::Duration;

use model::fact::{QueueExit, Supervised};
use model::{AgentId, Fact, QueueName};

use super::line::Wait;
use super::{Call, Phase};
use crate::command::{CommandError, LineOrder, LineRefusal};
use crate::context::Context;
use crate::one_line::{REASON_MAX, one_line};

/// The highest priority, as in scripts (D1).
const PRIORITY_MAX: u8 = 9;
/// The longest head start, as in scripts.
const HEAD_START_MAX: Duration = Duration::from_secs(86_400);

impl Call {
    pub(super) fn supervise(
        &mut self,
        context: &mut Context,
        by: AgentId,
        order: LineOrder,
        reason: String,
    ) -> Result<(), CommandError> {
        let reason = one_line("reason", &reason, REASON_MAX)?;
        let queue = self.stands_in(context).ok_or(LineRefusal::NotWaiting)?;
        let deed = match order {
            LineOrder::Place {
                priority,
                head_start,
            } => self.place(context, priority, head_start)?,
            LineOrder::Withdraw => Supervised::Withdrawn,
            LineOrder::Move { to } => may_move(context, &queue, to)?,
            LineOrder::Assign { to } => self.may_assign(context, &to)?,
        };
        context.fact(Fact::QueueSupervised {
            call: self.id,
            queue,
            deed: deed.clone(),
            by,
            reason: reason.clone(),
        });
        let ends = deed == Supervised::Withdrawn;
        self.carry_out(context, deed);
        if ends {
            self.end_promise(context, by, reason);
        }
        Ok(())
    }

    /// His home queue, while he waits.
    fn stands_in(&self, context: &Context) -> Option<QueueName> {
        matches!(self.phase, Phase::Queued(_))
            .then(|| context.acd.home(self.id).cloned())
            .flatten()
    }

    fn place(
        &self,
        context: &mut Context,
        priority: Option<u8>,
        head_start: Option<Duration>,
    ) -> Result<Supervised, CommandError> {
        if priority.is_none() && head_start.is_none() {
            return invalid("another place needs a priority or a head start");
        }
        if priority.is_some_and(|priority| priority > PRIORITY_MAX)
            || head_start.is_some_and(|ahead| ahead > HEAD_START_MAX)
        {
            return invalid("a priority is 0 to 9, a head start at most a day");
        }
        let from = context.acd.position(self.id).unwrap_or(u32::MAX);
        context.tell_acd(acd::Input::Prioritised {
            call: self.id,
            priority,
            head_start,
        });
        let to = context.acd.position(self.id).unwrap_or(u32::MAX);
        Ok(Supervised::Placed { from, to })
    }

    fn may_assign(&self, context: &Context, login: &str) -> Result<Supervised, CommandError> {
        let Some(agent) = context.directory.by_login(login).map(|agent| agent.id) else {
            return invalid(&format!("no agent `{login}`"));
        };
        if context.acd.keeps_apart(self.id, agent) {
            return Err(LineRefusal::KeptApart.into());
        }
        match context.acd.cannot_ring(agent) {
            None => Ok(Supervised::Assigned { agent }),
            Some(_) => Err(LineRefusal::AgentNotReady.into()),
        }
    }

    fn carry_out(&mut self, context: &mut Context, deed: Supervised) {
        let call = self.id;
        let leaves = |cause| acd::Input::Left { call, cause };
        match deed {
            Supervised::Placed { .. } => {}
            Supervised::Withdrawn => context.tell_acd(leaves(QueueExit::Withdrawn)),
            Supervised::Moved { to } => {
                // What he has waited here ends here; his score goes along (R74).
                context.tell_acd(leaves(QueueExit::Moved));
                self.join_queue(context, Wait::of(to.into()));
            }
            Supervised::Assigned { agent } => {
                context.tell_acd(acd::Input::Assigned { call, agent });
            }
        }
    }
}

fn may_move(
    context: &Context,
    from: &QueueName,
    to: QueueName,
) -> Result<Supervised, CommandError> {
    if !context.config.queues.contains_key(&to) {
        return invalid(&format!("no queue `{to}`"));
    }
    if to == *from {
        return Err(LineRefusal::WaitsThere.into());
    }
    if !context.acd.admits(context.now, &to) {
        return Err(LineRefusal::TakesNobody.into());
    }
    Ok(Supervised::Moved { to })
}

fn invalid<T>(told: &str) -> Result<T, CommandError> {
    Err(CommandError::Invalid(told.to_owned()))
}
