//! Handing a call on without asking first: to an agent, a queue, a number.
//!
//! The agent is out as soon as somebody is being rung, or the caller stands in the queue: there his part ends (R14). Until
//! then he is still there. What is known of the call stays with it (N2). What follows when nobody is reached: `come_back`.

use std::time::Duration;

use model::fact::{ClipEnd, QueueExit};
use model::transfer::{NotReached, Transfer as Told, TransferKind, TransferTo, TransferWay};
use model::{AgentId, Fact, QueueName};
use sip::{ReferId, SessionId};

use super::consult::no_talk;
use super::line::Wait;
use super::script::{DIRECT_RING, RINGING_TONE};
use super::talk::Talking;
use super::{Call, Phase};
use crate::command::{CommandError, TransferTarget};
use crate::config::Entry;
use crate::context::Context;
use crate::dial::Who;
use crate::outside::Order;
use crate::route;

/// A transfer under way.
#[derive(Debug)]
pub(crate) struct Transfer {
    pub(super) told: Told,
    /// The phone that asked for it wants to know.
    refer: Option<ReferId>,
    pub(super) note: Option<String>,
    /// The queue whose call it is.
    pub(super) queue: Option<QueueName>,
    /// The one who is rung was rung for a consult: his call begins with his answer (R15).
    consulting: bool,
    pub(super) stage: Stage,
}

/// How far it is.
#[derive(Debug)]
pub(super) enum Stage {
    /// The agent is still there.
    Asking(Box<Talking>),
    /// He is out.
    HandedOver,
    /// D31: nobody was reached, and his phone rings.
    Back,
    /// D31: nor was he, and the caller stands in his queue.
    InLine,
}

/// Where a transfer leads.
pub(super) enum Goal {
    Agent(AgentId),
    Enters(Entry),
    Outside(String),
}

impl Transfer {
    fn new(
        told: Told,
        talking: Box<Talking>,
        note: Option<String>,
        refer: Option<ReferId>,
    ) -> Self {
        Self {
            told,
            refer,
            note,
            queue: talking.queue.clone(),
            consulting: false,
            stage: Stage::Asking(talking),
        }
    }

    /// A consult whose agent has gone while the colleague's phone rings.
    pub(super) const fn ringing(
        told: Told,
        queue: Option<QueueName>,
        note: Option<String>,
    ) -> Self {
        Self {
            told,
            refer: None,
            note,
            queue,
            consulting: true,
            stage: Stage::HandedOver,
        }
    }

    /// A consult between two phones that ends here: whoever it was with takes the call.
    pub(super) const fn taken_over(told: Told, queue: Option<QueueName>) -> Self {
        Self {
            told,
            refer: None,
            note: None,
            queue,
            consulting: false,
            stage: Stage::HandedOver,
        }
    }

    /// The agent's part of the call while he is still there.
    pub(super) const fn asking(&self) -> Option<&Talking> {
        match &self.stage {
            Stage::Asking(talking) => Some(talking),
            Stage::HandedOver | Stage::Back | Stage::InLine => None,
        }
    }

    pub(super) const fn asking_mut(&mut self) -> Option<&mut Talking> {
        match &mut self.stage {
            Stage::Asking(talking) => Some(talking),
            Stage::HandedOver | Stage::Back | Stage::InLine => None,
        }
    }

    pub(super) fn into_asking(self) -> Option<Talking> {
        match self.stage {
            Stage::Asking(talking) => Some(*talking),
            Stage::HandedOver | Stage::Back | Stage::InLine => None,
        }
    }

    /// Who handed the call on.
    pub(super) const fn from(&self) -> AgentId {
        self.told.from
    }

    /// The call comes back (D31).
    pub(super) const fn is_back(&self) -> bool {
        match self.stage {
            Stage::Asking(_) | Stage::HandedOver => false,
            Stage::Back | Stage::InLine => true,
        }
    }

    pub(super) fn report(&self, context: &mut Context, status: u16) {
        if let Some(refer) = self.refer {
            context.sip.report_refer(context.now, refer, status);
        }
    }
}

impl Call {
    /// Hands the call on. Whether somebody is reached shows later, and as facts.
    pub(super) fn hand_on(
        &mut self,
        context: &mut Context,
        by: TransferWay,
        to: &TransferTarget,
        note: Option<String>,
        refer: Option<ReferId>,
    ) -> Result<(), CommandError> {
        let (to, goal) = self.goal(context, to)?;
        self.cut_opening(context);
        self.end_clip(context, ClipEnd::Transferred);
        let former = std::mem::replace(&mut self.phase, Phase::InScript);
        let Phase::Talking(talking) = former else {
            self.phase = former;
            return Err(no_talk());
        };
        let told = Told {
            kind: TransferKind::Blind,
            by,
            from: talking.agent(),
            to,
        };
        context.fact(Fact::TransferStarted {
            call: self.id,
            transfer: told.clone(),
        });
        if let Some(refer) = refer {
            context.sip.accept_refer(context.now, refer);
        }
        self.take_apart(context);
        let port = talking.leg.port;
        self.transfer = Some(Box::new(Transfer::new(told, talking, note, refer)));
        context.play(port, RINGING_TONE.to_vec(), true, Duration::ZERO);
        self.seek(context, goal);
        Ok(())
    }

    /// Where a target leads, if it leads anywhere; nobody is sent to whom he talks with already.
    pub(super) fn goal(
        &self,
        context: &Context,
        to: &TransferTarget,
    ) -> Result<(TransferTo, Goal), CommandError> {
        let Some(talking) = self.talking() else {
            return Err(no_talk());
        };
        let not_allowed = |why: String| Err(CommandError::NotAllowed(why));
        let agent = |login: &str| {
            let Some(agent) = context.directory.by_login(login).map(|agent| agent.id) else {
                return not_allowed(format!("no agent {login}"));
            };
            if agent == talking.agent() || Some(agent) == self.caller_agent {
                return not_allowed(format!("{login} is in this call already"));
            }
            if self.is_kept_apart(agent) {
                return not_allowed(format!("{login} and this caller are kept apart"));
            }
            Ok((TransferTo::Agent(agent), Goal::Agent(agent)))
        };
        let queue = |name: &QueueName| {
            if !context.config.queues.contains_key(name) {
                return not_allowed(format!("no queue {name}"));
            }
            let goal = Goal::Enters(Entry::Queue(name.clone()));
            Ok((TransferTo::Queue(name.clone()), goal))
        };
        match to {
            TransferTarget::Agent(login) => agent(login),
            TransferTarget::Queue(name) => queue(name),
            TransferTarget::Number(number) => {
                let told = TransferTo::Number(number.clone());
                match route::entry(&context.config, &context.directory, &self.caller, number) {
                    Some((_, Entry::Agent(login))) => agent(&login),
                    Some((_, Entry::Standby)) => {
                        not_allowed(format!("{number} is for agents who stand by"))
                    }
                    Some((_, entry)) => Ok((told, Goal::Enters(entry))),
                    None => match context.config.dial.number(&context.config.plan, number) {
                        Some(_) => Ok((told, Goal::Outside(number.clone()))),
                        None => not_allowed(format!("{number} leads nowhere")),
                    },
                }
            }
        }
    }

    fn seek(&mut self, context: &mut Context, goal: Goal) {
        match goal {
            Goal::Agent(agent) => {
                let queue = self.transfer.as_ref().and_then(|it| it.queue.clone());
                self.phase = Phase::Direct;
                self.ring_back(context);
                context.tell_acd(acd::Input::HandedOn {
                    call: self.id,
                    agent,
                    queue,
                    ring_timeout: DIRECT_RING,
                });
            }
            Goal::Enters(Entry::Queue(queue)) => {
                let wait = Wait {
                    head_start: self.waited,
                    ..Wait::of(queue.into())
                };
                self.stand_in(context, wait, false);
            }
            Goal::Enters(Entry::Regions(fit)) => {
                let wait = Wait {
                    head_start: self.waited,
                    ..Wait::by(fit)
                };
                self.stand_in(context, wait, false);
            }
            Goal::Enters(entry @ (Entry::Script(_) | Entry::Agent(_) | Entry::Standby)) => {
                // A script takes every caller: nothing is left to wait for.
                self.handed_over(context, true);
                if let Some(transfer) = self.transfer.take() {
                    transfer.report(context, 200);
                }
                self.enter_target(context, entry);
            }
            Goal::Outside(number) => self.seek_outside(context, number),
        }
    }

    fn seek_outside(&mut self, context: &mut Context, dialled: String) {
        let Some(from) = self.transfer.as_ref().map(|transfer| transfer.from()) else {
            return;
        };
        let order = Order {
            who: Who::Transfer(from),
            dialled,
            ring: context.config.dial.ring,
            hops_left: self.hops_left,
            sent_on: Some((self.caller.clone(), self.called.clone())),
        };
        self.ring_back(context);
        if self.order_outside(context, order).is_err() {
            self.transfer_missed(context, NotReached::Unreachable);
        }
    }

    /// The caller hears that somebody is rung for him.
    pub(super) fn ring_back(&mut self, context: &mut Context) {
        self.stop_playing(context);
        self.play(context, RINGING_TONE.to_vec(), true);
    }

    /// Somebody's phone rings for the caller, or he stands in the queue that he was handed on to: the agent is out (R14).
    /// His phone gets the last word before its BYE, since phones forget a transfer with its call; what comes after that is
    /// the house's care and not his (D31).
    pub(super) fn target_found(&mut self, context: &mut Context) {
        if let Some(transfer) = &self.transfer
            && transfer.asking().is_some()
        {
            transfer.report(context, 200);
            self.handed_over(context, true);
        }
    }

    /// The agent's phone is over while he hands the call on: he has done so. `hang_up`: it does not know that yet.
    pub(super) fn asker_gone(
        &mut self,
        context: &mut Context,
        session: SessionId,
        hang_up: bool,
    ) -> bool {
        let asks = self
            .transfer
            .as_ref()
            .and_then(|transfer| transfer.asking())
            .is_some_and(|talking| talking.leg.session == session);
        if asks {
            self.handed_over(context, hang_up);
        }
        asks
    }

    fn handed_over(&mut self, context: &mut Context, hang_up: bool) {
        let Some(transfer) = &mut self.transfer else {
            return;
        };
        let Stage::Asking(talking) = std::mem::replace(&mut transfer.stage, Stage::HandedOver)
        else {
            return;
        };
        let call = self.id;
        context.fact(Fact::Transferred {
            call,
            transfer: transfer.told.clone(),
        });
        let agent = talking.agent();
        self.end_leg(context, talking.leg, hang_up);
        context.tell_acd(acd::Input::CallEnded { call, agent });
    }

    /// Somebody has answered. Gives the queue whose call it is.
    pub(super) fn transfer_answered(
        &mut self,
        context: &mut Context,
        agent: AgentId,
    ) -> Option<QueueName> {
        // A phone may answer that never said that it rings.
        self.handed_over(context, true);
        let transfer = self.transfer.take()?;
        if !transfer.is_back() {
            transfer.report(context, 200);
        }
        if transfer.consulting && !transfer.is_back() {
            context.tell_acd(acd::Input::ConsultCompleted {
                call: self.id,
                agent,
                queue: transfer.queue.clone(),
            });
        }
        transfer.queue
    }

    /// An outside party has answered: it is out of the house.
    pub(super) fn target_answered_outside(&mut self, context: &mut Context) {
        self.handed_over(context, true);
        if let Some(transfer) = self.transfer.take() {
            transfer.report(context, 200);
        }
    }

    /// The agent takes the caller back whom he was about to hand on.
    pub(super) fn take_back(&mut self, context: &mut Context) -> Result<(), CommandError> {
        if self
            .transfer
            .as_ref()
            .is_none_or(|it| it.asking().is_none())
        {
            return Err(no_talk());
        }
        match std::mem::replace(&mut self.phase, Phase::InScript) {
            Phase::Dialling(ring) => ring.give_up(context, None),
            former @ (Phase::Direct
            | Phase::Arriving(_)
            | Phase::InScript
            | Phase::Queued(_)
            | Phase::Talking(_)
            | Phase::Outside(_)
            | Phase::Ending(_)) => {
                self.phase = former;
                let cause = QueueExit::Key;
                let call = self.id;
                context.tell_acd(acd::Input::Left { call, cause });
            }
        }
        self.transfer_missed(context, NotReached::TakenBack);
        Ok(())
    }
}
