//! Asking a colleague while the caller waits: consult, alternate, three-way, completion (R15).
//!
//! The colleague is rung for the very call, so that his screen shows all that is known of it (P6); the caller stays where he
//! is. Whoever of the three hangs up, nobody is left with nobody: when the agent goes the caller is with the colleague (or
//! the colleague's phone rings for him), when the colleague goes the agent is with the caller again.

use model::fact::ClipEnd;
use model::transfer::{
    ConsultEnd, NotReached, Transfer as Told, TransferKind, TransferTo, TransferWay,
};
use model::{Fact, Offer};
use sip::SessionId;

use super::script::DIRECT_RING;
use super::talk::Talking;
use super::transfer::{Goal, Transfer};
use super::{Call, Phase};
use crate::command::{CommandError, TransferTarget};
use crate::context::Context;
use crate::leg::Leg;

/// Whom the agent hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum With {
    /// The caller; the colleague waits.
    Caller,
    /// The colleague; the caller waits.
    Consulted,
    /// Both, and they each other.
    All,
}

/// A consult.
#[derive(Debug)]
pub(crate) struct Consult {
    to: TransferTo,
    pub(super) note: Option<String>,
    pub(super) with: With,
    /// The colleague, once he has answered.
    answered: Option<(Offer, Leg)>,
}

impl Consult {
    pub(super) fn answered(&mut self, offer: Offer, leg: Leg) {
        self.answered = Some((offer, leg));
    }

    /// The colleague's offer and leg, once he has answered.
    pub(super) const fn up(&self) -> Option<&(Offer, Leg)> {
        self.answered.as_ref()
    }

    pub(super) fn leg_mut(&mut self) -> Option<&mut Leg> {
        self.answered.as_mut().map(|(_, leg)| leg)
    }

    pub(super) fn is_with(&self, session: SessionId) -> bool {
        self.up().is_some_and(|(_, leg)| leg.session == session)
    }
}

impl Call {
    /// The caller is held and the colleague is rung.
    pub(super) fn consult(
        &mut self,
        context: &mut Context,
        to: &TransferTarget,
        note: Option<String>,
    ) -> Result<(), CommandError> {
        let (to, goal) = self.goal(context, to)?;
        let Goal::Agent(agent) = goal else {
            let why = "only an agent can be asked: transfer to this place instead";
            return Err(CommandError::NotAllowed(why.to_owned()));
        };
        let Phase::Talking(talking) = &mut self.phase else {
            return Err(no_talk());
        };
        talking.desk_hold = false;
        let from = talking.agent();
        talking.consult = Some(Box::new(Consult {
            to: to.clone(),
            note,
            with: With::Consulted,
            answered: None,
        }));
        context.fact(Fact::ConsultStarted {
            call: self.id,
            from,
            to,
        });
        self.arrange(context);
        context.tell_acd(acd::Input::Consulted {
            call: self.id,
            agent,
            ring_timeout: DIRECT_RING,
        });
        Ok(())
    }

    /// The agent turns to the other one.
    pub(super) fn alternate(&mut self, context: &mut Context) -> Result<(), CommandError> {
        let consult = self.consult_up()?;
        consult.with = match consult.with {
            With::Caller | With::All => With::Consulted,
            With::Consulted => With::Caller,
        };
        self.arrange(context);
        Ok(())
    }

    /// All three hear each other.
    pub(super) fn join(&mut self, context: &mut Context) -> Result<(), CommandError> {
        let consult = self.consult_up()?;
        if consult.with == With::All {
            let why = "they hear each other already";
            return Err(CommandError::NotAllowed(why.to_owned()));
        }
        consult.with = With::All;
        let consulted = consult.up().map(|(offer, _)| offer.agent);
        if let Phase::Talking(talking) = &self.phase {
            let agents = [Some(talking.agent()), consulted];
            context.fact(Fact::CallJoined {
                call: self.id,
                agents: agents.into_iter().flatten().collect(),
            });
        }
        self.arrange(context);
        Ok(())
    }

    /// The agent is with the caller alone again.
    pub(super) fn drop_consult(&mut self, context: &mut Context) -> Result<(), CommandError> {
        if !matches!(&self.phase, Phase::Talking(talking) if talking.consult.is_some()) {
            return Err(no_consult());
        }
        self.end_consult(context, ConsultEnd::Dropped);
        Ok(())
    }

    /// The colleague's phone is over.
    pub(super) fn consulted_gone(&mut self, context: &mut Context) {
        self.end_consult(context, ConsultEnd::Left);
    }

    /// The colleague was not reached; `false` when nobody was asked.
    pub(super) fn consult_missed(&mut self, context: &mut Context, cause: NotReached) -> bool {
        let is_asked = matches!(&self.phase, Phase::Talking(talking)
            if talking.consult.as_ref().is_some_and(|consult| consult.up().is_none()));
        if is_asked {
            self.end_consult(context, ConsultEnd::NotReached(cause));
        }
        is_asked
    }

    fn end_consult(&mut self, context: &mut Context, end: ConsultEnd) {
        let Phase::Talking(talking) = &mut self.phase else {
            return;
        };
        let Some(consult) = talking.consult.take() else {
            return;
        };
        let from = talking.agent();
        self.let_go(context, *consult, from, end);
        self.arrange(context);
    }

    /// The colleague is out: his phone, his offer, his place in the ACD.
    pub(super) fn let_go(
        &mut self,
        context: &mut Context,
        consult: Consult,
        from: model::AgentId,
        end: ConsultEnd,
    ) {
        let call = self.id;
        let with = consult.up().map(|(offer, _)| offer.agent);
        match consult.answered {
            Some((offer, leg)) => {
                self.end_leg(context, leg, end != ConsultEnd::Left);
                let agent = offer.agent;
                context.tell_acd(acd::Input::CallEnded { call, agent });
            }
            None => {
                let cause = model::fact::QueueExit::Key;
                context.tell_acd(acd::Input::Left { call, cause });
            }
        }
        context.fact(Fact::ConsultEnded {
            call,
            from,
            with,
            end,
        });
    }

    /// The agent is done: the caller is with the colleague, or with his ringing phone. `hang_up`: the agent's phone is
    /// still up.
    pub(super) fn consult_completed(&mut self, context: &mut Context, hang_up: bool) {
        self.end_clip(context, ClipEnd::Transferred);
        let former = std::mem::replace(&mut self.phase, Phase::InScript);
        let Phase::Talking(talking) = former else {
            self.phase = former;
            return;
        };
        let Talking {
            offer,
            leg,
            queue,
            consult,
            ..
        } = *talking;
        let (call, from) = (self.id, offer.agent);
        let Some(consult) = consult else {
            self.phase = Phase::Talking(Box::new(Talking::new(offer, leg, queue)));
            return;
        };
        let Consult {
            to, note, answered, ..
        } = *consult;
        let transfer = Told {
            kind: TransferKind::Attended,
            by: if hang_up {
                TransferWay::Desk
            } else {
                TransferWay::Phone
            },
            from,
            to,
        };
        context.fact(Fact::TransferStarted {
            call,
            transfer: transfer.clone(),
        });
        context.fact(Fact::ConsultEnded {
            call,
            from,
            with: answered.as_ref().map(|(offer, _)| offer.agent),
            end: ConsultEnd::Completed,
        });
        context.fact(Fact::Transferred {
            call,
            transfer: transfer.clone(),
        });
        self.end_leg(context, leg, hang_up);
        context.tell_acd(acd::Input::CallEnded { call, agent: from });
        let Some((offer, leg)) = answered else {
            // His phone rings on, for the caller from here.
            let queue = offer.queue.or(queue);
            self.take_apart(context);
            self.transfer = Some(Box::new(Transfer::ringing(transfer, queue, note)));
            self.phase = Phase::Direct;
            self.ring_back(context);
            return;
        };
        // R15: from here it is his call.
        context.tell_acd(acd::Input::ConsultCompleted {
            call,
            agent: offer.agent,
            queue: queue.clone(),
        });
        context.fact(Fact::CallConnected {
            offer: offer.clone(),
            waited_ms: 0,
            rang_ms: 0,
        });
        self.talk(context, Talking::new(offer, leg, queue));
    }

    fn consult_up(&mut self) -> Result<&mut Consult, CommandError> {
        let Phase::Talking(talking) = &mut self.phase else {
            return Err(no_talk());
        };
        let consult = talking.consult.as_deref_mut();
        consult
            .filter(|consult| consult.up().is_some())
            .ok_or_else(no_consult)
    }
}

pub(super) fn no_talk() -> CommandError {
    CommandError::NotAllowed("nobody talks in this call".to_owned())
}

fn no_consult() -> CommandError {
    CommandError::NotAllowed("no colleague is on the line".to_owned())
}
