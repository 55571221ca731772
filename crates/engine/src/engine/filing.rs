//! What agents want while they file a call (C5): to be done, more time, a category.
//!
//! The ACD's word on whether it may be is told to the asker; what it refuses changes nothing.

use acd::WrapUpRefusal;
use model::{AgentId, Fact};

use super::Engine;
use crate::command::CommandError;
use crate::one_line::one_line;

/// Longest category.
const CATEGORY_MAX: usize = 64;

impl Engine {
    pub(super) fn end_wrap_up(&mut self, agent: AgentId) -> Result<(), CommandError> {
        self.known_agent(agent)?;
        self.context.acd.may_end_wrap_up(agent).map_err(refused)?;
        self.context.tell_acd(acd::Input::WrapUpEnded(agent));
        Ok(())
    }

    /// C5: *ready* is no way around a wrap-up that the agent may not end. As the next state, in place of another that he had
    /// asked for, it may be asked for at any time.
    pub(super) fn may_be_ready(&self, agent: AgentId) -> Result<(), CommandError> {
        match self.context.acd.may_end_wrap_up(agent) {
            Err(why @ (WrapUpRefusal::Fixed | WrapUpRefusal::NoCategory))
                if self.context.acd.wants_ready(agent) =>
            {
                Err(refused(why))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    pub(super) fn more_wrap_up(&mut self, agent: AgentId) -> Result<(), CommandError> {
        self.known_agent(agent)?;
        let now = self.context.now;
        self.context.acd.more_wrap_up(now, agent).map_err(refused)?;
        self.context.tell_acd(acd::Input::WrapUpAsked(agent));
        Ok(())
    }

    pub(super) fn categorise(
        &mut self,
        agent: AgentId,
        category: &str,
    ) -> Result<(), CommandError> {
        self.known_agent(agent)?;
        let category = one_line("category", category, CATEGORY_MAX)?;
        let call = self.context.acd.filed_call(agent);
        let call = call.ok_or_else(|| refused(WrapUpRefusal::NothingToFile))?;
        self.context.fact(Fact::CallCategorised {
            call,
            agent,
            category,
        });
        self.context
            .tell_acd(acd::Input::Categorised { agent, call });
        Ok(())
    }
}

fn refused(why: WrapUpRefusal) -> CommandError {
    CommandError::NotAllowed(why.to_string())
}
