//! An agent declines on his page (R6, C10): he is asked why once a day, so that a habit is seen and nobody has to type each time.
//!
//! Whom a day has asked is kept by agent until the day's end as the budgets of reasons have it; a restart asks once more. A
//! phone that declines by itself (486, 603) asks nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use model::AgentId;

use super::Engine;
use crate::breaks::Reasons;
use crate::call::CallEvent;
use crate::command::CommandError;
use crate::one_line::one_line;

/// Longest reason, in characters.
const REASON_MAX: usize = 100;

/// Who said why he declined, and on which day he last did.
#[derive(Debug, Default)]
pub(crate) struct Declines {
    said: BTreeMap<AgentId, Duration>,
}

impl Declines {
    fn has_said(&self, now: Duration, agent: AgentId, reasons: &Reasons) -> bool {
        self.said.get(&agent) == Some(&reasons.day_of(now))
    }

    fn says(&mut self, now: Duration, agent: AgentId, reasons: &Reasons) {
        self.said.insert(agent, reasons.day_of(now));
    }

    /// The agent is gone.
    pub(crate) fn forget(&mut self, agent: AgentId) {
        self.said.remove(&agent);
    }
}

impl Engine {
    pub(super) fn decline(
        &mut self,
        agent: AgentId,
        reason: Option<String>,
    ) -> Result<(), CommandError> {
        self.known_agent(agent)?;
        let context = &mut self.context;
        let offer = context.offers.values().find(|offer| offer.agent == agent);
        let Some((offer, call)) = offer.map(|offer| (offer.id, offer.call)) else {
            return Err(CommandError::NotAllowed("nobody rings for him".to_owned()));
        };
        let reason = said(reason)?;
        let (now, reasons) = (context.now, context.config.reasons.clone());
        if reason.is_none() && !context.declines.has_said(now, agent, &reasons) {
            return Err(CommandError::ReasonNeeded);
        }
        let says = reason.is_some();
        context.refused = None;
        self.turn(call, CallEvent::AgentDeclines { offer, reason });
        self.context.refused.take().map_or(Ok(()), Err)?;
        if says {
            self.context.declines.says(now, agent, &reasons);
        }
        Ok(())
    }
}

/// A reason as it was typed; blanks are none.
fn said(reason: Option<String>) -> Result<Option<String>, CommandError> {
    let typed = reason.filter(|reason| !reason.trim().is_empty());
    typed
        .map(|reason| one_line("reason", &reason, REASON_MAX))
        .transpose()
}
