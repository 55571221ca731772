//! What the agent's page orders in his call: the same that his phone can do by itself.

use model::AgentId;
use model::transfer::{NOTE_CHARS_MAX, TransferWay};
use sip::{ReferId, SessionId};

use super::consult::no_talk;
use super::{Call, Phase};
use crate::command::{CommandError, TalkOrder, TransferTarget};
use crate::context::Context;

/// RFC 3261 §21.4.27: another request of that kind is being worked on.
const PENDING: u16 = 491;
/// RFC 3515 §2.4.1: the peer may not ask for this.
const DECLINE: u16 = 603;

impl Call {
    /// Does what the agent orders, who must be the one who talks with the caller.
    pub(super) fn order(
        &mut self,
        context: &mut Context,
        agent: AgentId,
        order: TalkOrder,
    ) -> Result<(), CommandError> {
        if self
            .talking()
            .is_none_or(|talking| talking.agent() != agent)
        {
            return Err(CommandError::NotAllowed(
                "this agent does not talk in this call".to_owned(),
            ));
        }
        match order {
            TalkOrder::Hold => self.hold(context, true),
            TalkOrder::Resume if self.transfer.is_some() => self.take_back(context),
            TalkOrder::Resume => self.hold(context, false),
            TalkOrder::Transfer { to, note } => {
                self.may_begin()?;
                let note = noted(note)?;
                self.hand_on(context, TransferWay::Desk, &to, note, None)
            }
            TalkOrder::Consult { to, note } => {
                self.may_begin()?;
                let note = noted(note)?;
                self.consult(context, &to, note)
            }
            TalkOrder::Alternate => self.alternate(context),
            TalkOrder::Complete => {
                if !matches!(&self.phase, Phase::Talking(talking) if talking.consult.is_some()) {
                    return Err(CommandError::NotAllowed("nobody is asked".to_owned()));
                }
                self.consult_completed(context, true);
                Ok(())
            }
            TalkOrder::Join => self.join(context),
            TalkOrder::Drop => self.drop_consult(context),
            TalkOrder::Clip {
                clip,
                language,
                silent,
            } => self.play_clip(context, &clip, language.as_deref(), &silent),
            TalkOrder::StopClip => self.stop_clip(context),
            TalkOrder::Survey => {
                self.may_begin()?;
                self.push_survey(context)
            }
        }
    }

    /// One thing at a time: neither a consult nor a transfer is under way.
    fn may_begin(&self) -> Result<(), CommandError> {
        match &self.phase {
            Phase::Talking(talking) if talking.consult.is_none() => Ok(()),
            Phase::Talking(_) => Err(CommandError::NotAllowed(
                "a colleague is being asked: complete or drop that first".to_owned(),
            )),
            Phase::Arriving(_)
            | Phase::InScript
            | Phase::Queued(_)
            | Phase::Direct
            | Phase::Dialling(_)
            | Phase::Outside(_)
            | Phase::Ending(_) => Err(CommandError::NotAllowed(
                "the call is being handed on".to_owned(),
            )),
        }
    }

    fn hold(&mut self, context: &mut Context, hold: bool) -> Result<(), CommandError> {
        self.may_begin()?;
        let Phase::Talking(talking) = &mut self.phase else {
            return Err(no_talk());
        };
        talking.desk_hold = hold;
        self.arrange(context);
        Ok(())
    }

    /// The agent's phone wants the caller transferred (RFC 3515).
    pub(super) fn referred(
        &mut self,
        context: &mut Context,
        session: SessionId,
        refer: ReferId,
        user: Option<String>,
    ) {
        let is_agents = self
            .talking()
            .is_some_and(|talking| talking.leg.session == session);
        let refusal = match (user, self.may_begin()) {
            (Some(_), Err(_)) if is_agents => PENDING,
            (Some(user), Ok(())) if is_agents => {
                let to = TransferTarget::Number(user);
                let done = self.hand_on(context, TransferWay::Phone, &to, None, Some(refer));
                if done.is_ok() {
                    return;
                }
                DECLINE
            }
            (Some(_) | None, _) => DECLINE,
        };
        context.sip.refuse_refer(context.now, refer, refusal);
    }
}

/// A note that a screen can show (S22).
fn noted(note: Option<String>) -> Result<Option<String>, CommandError> {
    let Some(note) = note.filter(|note| !note.trim().is_empty()) else {
        return Ok(None);
    };
    let is_odd = |letter: char| letter.is_control() && letter != '\n';
    if note.chars().count() > NOTE_CHARS_MAX || note.chars().any(is_odd) {
        return Err(CommandError::NotAllowed(format!(
            "a note has at most {NOTE_CHARS_MAX} printable characters"
        )));
    }
    Ok(Some(note))
}
