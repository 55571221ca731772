//! What the agent's screen shows as his phone rings (P4): built from what the call carries, asking nobody.

use std::time::Duration;

use model::fact::{Direction, Pop, PopCustomer};
use model::transfer::{Colleague, HandedOn};
use model::{Profile, QueueName, Ties};

use super::Call;
use super::identity::Identity;
use crate::context::Context;

impl Call {
    /// `queue` is the one that offers.
    pub(super) fn pop(
        &self,
        context: &Context,
        queue: Option<&QueueName>,
        waited: Duration,
    ) -> Pop {
        let customer = match &self.profile {
            // G6, P3: what his number says is not told in place of what he has keyed in.
            _ if self.is_asked_anew() => PopCustomer::Pending,
            _ if self.caller.is_withheld() && self.said.is_none() => PopCustomer::Withheld,
            Identity::Pending | Identity::Unknown => PopCustomer::Pending,
            // Whom he knows and whom he must not meet is for the decision; a screen has no use for it.
            Identity::Known(profile) => PopCustomer::Known(Box::new(Profile {
                ties: Ties::default(),
                ..Profile::clone(profile)
            })),
        };
        Pop {
            direction: match self.direction {
                Direction::Callback => Direction::Callback.name(),
                Direction::In | Direction::Out | Direction::Internal => Direction::In.name(),
            }
            .to_owned(),
            caller: self.caller.clone(),
            called: self.called.clone(),
            queue_name: queue
                .and_then(|queue| context.config.queues.get(queue))
                .map(|queue| queue.title.clone())
                .unwrap_or_default(),
            waited_s: waited.as_secs(),
            language: self.language.clone(),
            path: self.path.clone(),
            answers: self.answers.clone(),
            suggestion: self.suggestion().to_owned(),
            handed_on: self.handed_on(context),
            wrap_up: queue
                .and_then(|queue| context.config.queues.get(queue))
                .map(|queue| &queue.rules)
                .filter(|rules| !rules.wrap_up.is_zero())
                .map(|rules| rules.wrap_up_mode.name().to_owned()),
            survey: queue.is_some_and(|queue| self.may_be_asked(queue)),
            flags: self.listed.flags(),
            customer,
        }
    }

    /// P6: who hands the call on or asks, and what he wrote.
    fn handed_on(&self, context: &Context) -> Option<HandedOn> {
        let (by, consult, back, note) = match (&self.transfer, self.talking()) {
            (Some(transfer), _) => (
                transfer.from(),
                false,
                transfer.is_back(),
                transfer.note.clone(),
            ),
            (None, Some(talking)) => {
                let consult = talking.consult.as_ref()?;
                (talking.agent(), true, false, consult.note.clone())
            }
            (None, None) => return None,
        };
        let agent = context.directory.get(by);
        Some(HandedOn {
            by: Colleague {
                agent: by,
                login: agent.map(|agent| agent.login.clone()).unwrap_or_default(),
                name: agent.map(|agent| agent.name.clone()).unwrap_or_default(),
            },
            consult,
            back,
            note,
        })
    }
}
