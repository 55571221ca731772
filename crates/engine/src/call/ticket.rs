//! Tickets that a call's scripts file (E15): the fact is the promise; the desk makes it true.

use model::fact::TicketAsked;
use model::{CustomerId, Fact, ScriptName};

use super::Call;
use super::identity::Identity;
use crate::context::Context;

impl Call {
    /// A script files a ticket.
    pub(super) fn file_ticket(
        &mut self,
        context: &mut Context,
        script: &ScriptName,
        filing: ivr::Filing,
    ) {
        self.tickets = filing.part;
        context.fact(Fact::TicketAsked(Box::new(TicketAsked {
            call: self.id,
            part: filing.part,
            script: script.clone(),
            node: filing.node,
            caller: self.caller.clone(),
            called: self.called.clone(),
            language: self.language.clone(),
            customer: self.sole_customer(),
            queue: self.surveyed_queue(),
            content: filing.content,
        })));
    }

    /// The customer, if the directory knows exactly one: among several nobody is chosen.
    fn sole_customer(&self) -> Option<CustomerId> {
        let Identity::Known(profile) = &self.profile else {
            return None;
        };
        if self.is_asked_anew() {
            return None;
        }
        profile.sole().map(|only| only.customer)
    }
}
