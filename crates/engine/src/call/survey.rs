//! J1, J2: a caller is asked how he was served, once the agent is out of the call.
//!
//! The agent's side hangs up first, or the agent pushes; then the caller goes to the form's script instead of hearing a BYE, and
//! the agent's wrap-up begins at once. Whether a call is asked is a matter of its id and the queue's percentage, never of the agent;
//! what he pushes is marked. A caller who hangs up first is not asked, and counted as such.

use model::fact::{CallResult, ClipEnd, Direction, EndedBy, SurveyAsked, SurveyDone, SurveyPush};
use model::{CallId, Fact, QueueName, RecordingId};

use super::{Call, Phase};
use crate::command::CommandError;
use crate::config::{Entry, SurveyRule};
use crate::context::Context;
use crate::random::SplitMix;

/// What a call keeps of its surveys.
#[derive(Debug, Default)]
pub(super) struct Surveys {
    /// How many were begun.
    begun: u32,
    /// The talk that the present one is about.
    after: Option<AfterTalk>,
    /// The present one.
    open: Option<SurveyAsked>,
}

/// Why a caller is asked after a talk.
#[derive(Debug)]
struct AfterTalk {
    push: SurveyPush,
    queue: QueueName,
}

/// J2: whether the policy chooses a call.
fn chooses(call: CallId, percent: u8) -> bool {
    SplitMix::new(call.get()).below(100) < u64::from(percent)
}

impl Call {
    /// The agent's side has hung up first: the caller is asked, or the call ends.
    pub(super) fn agent_left(&mut self, context: &mut Context, by: EndedBy) {
        let chosen = self
            .rule()
            .filter(|(_, rule)| chooses(self.id, rule.percent));
        match chosen {
            Some((queue, rule)) if by == EndedBy::Agent => {
                self.ask_after_talk(context, SurveyPush::Policy, queue, rule);
            }
            Some(_) | None => self.finish(context, CallResult::Answered, by),
        }
    }

    /// J2: the agent wants his caller to be asked, whatever the percentage says.
    pub(super) fn push_survey(&mut self, context: &mut Context) -> Result<(), CommandError> {
        let Some((queue, rule)) = self.rule() else {
            let why = "the queue of this call has no survey".to_owned();
            return Err(CommandError::NotAllowed(why));
        };
        // J2: who was chosen anyway counts among the chosen, or agents could keep bad talks out of their figures.
        let push = match chooses(self.id, rule.percent) {
            true => SurveyPush::Policy,
            false => SurveyPush::Agent,
        };
        self.ask_after_talk(context, push, queue, rule);
        Ok(())
    }

    /// The rule of the queue whose caller talks, if he is one who can be asked: no colleague, and not one whom an agent has called. Rule and
    /// form are those of the moment at which the call began (E20).
    fn rule(&self) -> Option<(QueueName, SurveyRule)> {
        let Phase::Talking(talking) = &self.phase else {
            return None;
        };
        let queue = talking.queue.clone().filter(|_| self.leg.is_some())?;
        let rule = self.rule_of(&queue)?.clone();
        Some((queue, rule))
    }

    /// Whether a talk of this queue may end with its survey: the screen of an agent shows what he can do.
    pub(super) fn may_be_asked(&self, queue: &QueueName) -> bool {
        self.rule_of(queue).is_some()
    }

    fn rule_of(&self, queue: &QueueName) -> Option<&SurveyRule> {
        let asks = match self.direction {
            Direction::In | Direction::Callback => self.caller_agent.is_none(),
            Direction::Out | Direction::Internal => false,
        };
        let queue = self.began_with.queues.get(queue).filter(|_| asks)?;
        queue.survey.as_ref()
    }

    fn ask_after_talk(
        &mut self,
        context: &mut Context,
        push: SurveyPush,
        queue: QueueName,
        rule: SurveyRule,
    ) {
        self.end_clip(context, ClipEnd::Transferred);
        let Phase::Talking(talking) = std::mem::replace(&mut self.phase, Phase::InScript) else {
            return;
        };
        self.surveys.after = Some(AfterTalk { push, queue });
        // M6: an agent has served him; what he does with the form says nothing of the script before.
        self.judge_canary(context, EndedBy::System);
        // The talk is over, and so is its recording: what he says to the form is a part of its own.
        if let Some(leg) = &self.leg {
            let (port, recording) = (leg.port, RecordingId::whole(self.id));
            context.media(media::Command::StopRecord { port, recording });
        }
        self.end_talk(context, *talking);
        let script = ivr::SurveyForm::script_of(&rule.form);
        self.enter_target(context, Entry::Script(script));
    }

    /// J1: who hangs up first is not asked; had he been chosen, that is told.
    pub(super) fn miss_survey(&mut self, context: &mut Context) {
        let chosen = self
            .rule()
            .filter(|(_, rule)| chooses(self.id, rule.percent));
        let Some((queue, rule)) = chosen else { return };
        self.surveys.after = Some(AfterTalk {
            push: SurveyPush::Policy,
            queue,
        });
        let missed = self.next_survey(rule.form);
        context.fact(Fact::SurveyMissed(missed));
    }

    /// The language in which he has been served, for one who comes from a talk (E14).
    pub(super) fn language_after_talk(&self) -> Option<String> {
        self.surveys.after.as_ref().map(|_| self.language.clone())
    }

    /// The queue whose talk he is asked about.
    pub(super) fn surveyed_queue(&self) -> Option<QueueName> {
        self.surveys.after.as_ref().map(|after| after.queue.clone())
    }

    /// A script begins to ask a form.
    pub(super) fn survey_asked(&mut self, context: &mut Context, form: String) {
        let asked = self.next_survey(form);
        context.fact(Fact::SurveyAsked(asked.clone()));
        self.surveys.open = Some(asked);
    }

    /// What he has answered, so far or in all.
    pub(super) fn survey_done(&mut self, context: &mut Context, done: ivr::Surveyed) {
        let Some(asked) = self.surveys.open.clone() else {
            return;
        };
        let fact = Box::new(SurveyDone {
            asked,
            answers: done.answers,
            scales: done.scales,
            comment: done.comment,
            complete: done.complete,
        });
        if !done.over {
            return context.fact(Fact::SurveyAnswered(fact));
        }
        self.surveys.open = None;
        context.fact(Fact::SurveyDone(fact));
    }

    fn next_survey(&mut self, form: String) -> SurveyAsked {
        self.surveys.begun = self.surveys.begun.saturating_add(1);
        let after = self.surveys.after.as_ref();
        SurveyAsked {
            call: self.id,
            part: self.surveys.begun,
            form,
            push: after.map_or(SurveyPush::Script, |after| after.push),
            agent: self.agent,
            queue: after.map(|after| after.queue.clone()),
            language: self.language.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn j2_the_percentage_is_kept_and_a_call_is_chosen_or_not_for_good() {
        for percent in [0, 30, 100] {
            let chosen = (1..=10_000_u64).filter(|call| chooses(CallId::new(*call), percent));
            let share = chosen.count() as f64 / 100.0;
            assert!(
                (share - f64::from(percent)).abs() < 2.0,
                "{percent}: {share}"
            );
        }
        let call = CallId::new(77);
        assert_eq!(chooses(call, 30), chooses(call, 30));
        // Who is chosen by a small percentage is chosen by a larger one.
        let grows = (0..100).all(|percent| !chooses(call, percent) || chooses(call, percent + 1));
        assert!(grows);
    }
}
