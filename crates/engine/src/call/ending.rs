//! The end: everything the call holds is given back in one turn, and `call.ended` is told once.
//!
//! Phones that were told to stop may still answer (R11), so the fact waits for their last words, but never longer than a
//! second; the call itself is forgotten when the last of them has spoken.

use std::time::Duration;

use model::Fact;
use model::fact::{CallResult, ClipEnd, EndedBy, QueueExit};
use model::transfer::{ConsultEnd, NotReached};
use sip::{Reason, Refusal};

use super::talk::Talking;
use super::{Call, Phase};
use crate::context::Context;

/// How long `call.ended` waits for phones that were told to stop.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// An ending call.
#[derive(Debug)]
pub(crate) struct Ending {
    result: CallResult,
    by: EndedBy,
    until: Duration,
    told: bool,
}

impl Ending {
    /// When the fact waits no longer.
    pub(super) fn deadline(&self) -> Option<Duration> {
        (!self.told).then_some(self.until)
    }

    /// Whether `call.ended` was told.
    pub(super) const fn is_told(&self) -> bool {
        self.told
    }
}

impl Call {
    /// The caller's leg ended by itself.
    pub(super) fn caller_gone(&mut self, context: &mut Context, by: EndedBy) {
        let result = match &self.phase {
            Phase::Talking(_) | Phase::Outside(_) => CallResult::Answered,
            Phase::Queued(_) | Phase::Direct | Phase::Dialling(_) => CallResult::Abandoned,
            Phase::Arriving(_) | Phase::InScript => CallResult::SelfService,
            Phase::Ending(_) => return,
        };
        if by == EndedBy::Caller {
            self.miss_survey(context);
        }
        self.leave_place(context);
        self.finish(context, result, by);
    }

    /// A named agent was not reached: the script decides, else the caller is told why.
    pub(super) fn direct_ended(&mut self, context: &mut Context, end: acd::DirectEnd) {
        self.drop_taking(context);
        let cause = match end {
            acd::DirectEnd::Busy => NotReached::Busy,
            acd::DirectEnd::Declined if self.refusal == Some(486) => NotReached::Busy,
            acd::DirectEnd::Declined => NotReached::Declined,
            acd::DirectEnd::NoAnswer => NotReached::NoAnswer,
            acd::DirectEnd::Unreachable => NotReached::Unreachable,
        };
        if self.consult_missed(context, cause) || self.transfer_missed(context, cause) {
            return;
        }
        self.stop_playing(context);
        if matches!(self.phase, Phase::Direct) {
            self.phase = Phase::InScript;
        }
        if self.has_script() {
            let failure = match end {
                acd::DirectEnd::Busy | acd::DirectEnd::Declined => ivr::TransferFailure::Busy,
                acd::DirectEnd::NoAnswer => ivr::TransferFailure::NoAnswer,
                acd::DirectEnd::Unreachable => ivr::TransferFailure::Failure,
            };
            self.push_or_end(context, ivr::Input::TransferFailed(failure));
            return;
        }
        let status = match end {
            acd::DirectEnd::Busy => 486,
            acd::DirectEnd::Declined => 603,
            acd::DirectEnd::NoAnswer | acd::DirectEnd::Unreachable => 480,
        };
        self.refuse_caller(context, status);
        self.finish(context, CallResult::Refused, EndedBy::System);
    }

    /// A final refusal for a caller whom we have not answered.
    pub(super) fn refuse_caller(&mut self, context: &mut Context, status: u16) {
        if let (Some(_), Some(leg)) = (self.unanswered.take(), &self.leg) {
            context
                .sip
                .reject(context.now, leg.session, Refusal::new(status));
        }
    }

    /// Gives everything back: line, agents, legs, ports.
    pub(super) fn finish(&mut self, context: &mut Context, result: CallResult, by: EndedBy) {
        let reason =
            (result == CallResult::Failed).then(|| Reason::sip(500, "Server Internal Error"));
        self.finish_because(context, result, by, reason);
    }

    /// The same, with the reason that the caller's phone is told.
    pub(super) fn finish_because(
        &mut self,
        context: &mut Context,
        result: CallResult,
        by: EndedBy,
        reason: Option<Reason>,
    ) {
        if matches!(self.phase, Phase::Ending(_)) {
            return;
        }
        self.end_clip(context, ClipEnd::HungUp);
        self.judge_canary(context, by);
        self.leave_script(context);
        let result = self.weighed(result);
        self.leaving |= matches!(self.phase, Phase::Queued(_));
        let ending = Ending {
            result,
            by,
            until: context.now + LAST_WORDS,
            told: false,
        };
        match std::mem::replace(&mut self.phase, Phase::Ending(ending)) {
            Phase::Queued(_) | Phase::Direct => {
                let cause = if by == EndedBy::Caller {
                    QueueExit::Abandoned
                } else {
                    QueueExit::Failed
                };
                context.tell_acd(acd::Input::Left {
                    call: self.id,
                    cause,
                });
            }
            Phase::Talking(talking) => self.end_talk(context, *talking),
            Phase::Dialling(ring) => ring.give_up(context, None),
            Phase::Outside(talk) => {
                let leg = talk.other.leg;
                leg.hang_up(context, None);
                leg.release(context);
            }
            Phase::Arriving(_) | Phase::InScript | Phase::Ending(_) => {}
        }
        self.end_transfer(context);
        self.end_callback(context);
        self.ends_at = None;
        self.playing = None;
        if let Some(leg) = self.leg.take() {
            leg.hang_up(context, reason);
            leg.release(context);
        }
        if let Some(agent) = self.caller_agent {
            context.own_calls.remove(&self.id);
            let call = Some(self.id);
            context.tell_acd(acd::Input::PhoneFree { agent, call });
        }
    }

    /// M6: what the call says of a canary.
    pub(super) fn judge_canary(&mut self, context: &mut Context, by: EndedBy) {
        let Some(mut walk) = self.walk.take() else {
            return;
        };
        if let (EndedBy::Caller, Some(run)) = (by, &self.run) {
            walk.hung_up(run);
        }
        context.judge(self.id, *walk);
    }

    /// A call in which an agent has talked is an answered one, wherever it ends: who leaves while he is handed on has not
    /// waited in vain.
    const fn weighed(&self, result: CallResult) -> CallResult {
        match result {
            CallResult::Abandoned | CallResult::SelfService | CallResult::Refused
                if self.agent.is_some() =>
            {
                CallResult::Answered
            }
            CallResult::Abandoned
            | CallResult::SelfService
            | CallResult::Refused
            | CallResult::Answered
            | CallResult::Failed
            | CallResult::Resumed => result,
        }
    }

    /// The agent's part, and that of the colleague whom he asks.
    pub(super) fn end_talk(&mut self, context: &mut Context, talking: Talking) {
        let (call, agent) = (self.id, talking.agent());
        if let Some(consult) = talking.consult {
            self.let_go(context, *consult, agent, ConsultEnd::CallOver);
        }
        self.end_leg(context, talking.leg, true);
        context.tell_acd(acd::Input::CallEnded { call, agent });
    }

    /// A caller who goes while he is handed on takes with him the agent who waits for the outcome.
    fn end_transfer(&mut self, context: &mut Context) {
        self.drop_taking(context);
        let Some(transfer) = self.transfer.take() else {
            return;
        };
        if !transfer.is_back() {
            transfer.report(context, 487);
        }
        if let Some(talking) = transfer.into_asking() {
            self.end_talk(context, talking);
        }
    }

    /// After every turn: tells the end once the last words are spoken, or their time is over.
    pub(super) fn settle_ending(&mut self, context: &mut Context) {
        let Phase::Ending(ending) = &mut self.phase else {
            return;
        };
        let waits = self.leaving || !self.rings.is_empty();
        if ending.told || (waits && context.now < ending.until) {
            return;
        }
        // Offers of this call that the ACD still takes back are told before the end: `call.ended` is a call's last fact.
        if context.offers.values().any(|offer| offer.call == self.id) && context.now < ending.until
        {
            return;
        }
        ending.told = true;
        let fact = Fact::CallEnded {
            call: self.id,
            result: ending.result,
            by: ending.by,
            agent: self.agent,
            answered_late: self.answered_late,
        };
        context.fact(fact);
    }
}

/// How a call counts that an operator ends.
pub(super) const fn by_operator(phase: &Phase) -> CallResult {
    match phase {
        Phase::Talking(_) | Phase::Outside(_) => CallResult::Answered,
        Phase::Queued(_) | Phase::Direct | Phase::Dialling(_) => CallResult::Abandoned,
        Phase::Arriving(_) | Phase::InScript | Phase::Ending(_) => CallResult::SelfService,
    }
}

/// How a call counts that lost its media: a talk that broke off was a talk.
pub(super) const fn by_fault(phase: &Phase) -> CallResult {
    match phase {
        Phase::Talking(_) | Phase::Outside(_) => CallResult::Answered,
        Phase::Queued(_)
        | Phase::Direct
        | Phase::Dialling(_)
        | Phase::Arriving(_)
        | Phase::InScript
        | Phase::Ending(_) => CallResult::Failed,
    }
}
