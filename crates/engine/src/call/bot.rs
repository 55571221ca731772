//! A caller's conversation with a bot (E24): asked for, given its keys, and over with the script's next step or the call.
//!
//! The end is the port's: the media thread lets go of the sound, and the service's end sees it. The fact is told once.

use std::time::Duration;

use ivr::{Answer, Ask, AskId, Question};
use media::{Duplex, PlaybackId, Talker};
use model::fact::BotEnd;
use model::{CallId, Fact};

use super::Call;
use crate::context::Context;
use crate::request::Request;

/// One under way.
#[derive(Debug)]
pub(super) struct Conversation {
    id: AskId,
    bot: String,
    since: Duration,
    duplex: Duplex,
}

/// Why a conversation failed whose call met a defect (S3).
const CALL_BROKEN: &str = "call_broken";

impl Conversation {
    fn ended(self, call: CallId, now: Duration, end: BotEnd) -> Fact {
        let lasted = now.saturating_sub(self.since);
        Fact::BotEnded {
            call,
            bot: self.bot,
            end,
            ms: u64::try_from(lasted.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl Call {
    /// Lets the caller and a bot hear each other.
    pub(super) fn converse(&mut self, context: &mut Context, ask: Ask) {
        let (Some(leg), Question::Bot(question)) = (&self.leg, &ask.question) else {
            let answer = Answer::NoAnswer("nobody to talk with".to_owned());
            let answered = ivr::Input::Answered(ask.id, answer);
            return self.pending.push_back(answered);
        };
        context.playbacks += 1;
        let duplex = Duplex::new(PlaybackId(context.playbacks));
        self.bot = Some(Conversation {
            id: ask.id,
            bot: question.bot.clone(),
            since: context.now,
            duplex: duplex.clone(),
        });
        context.media(media::Command::Converse {
            port: leg.port,
            talker: Talker::new(duplex.clone()),
        });
        context.request(Request::Converse {
            call: self.id,
            ask: Box::new(ask),
            duplex,
        });
    }

    /// A key that the script does not want.
    pub(super) fn pass_key_to_bot(&self, context: &mut Context, key: char) {
        if let Some(Conversation { id, .. }) = &self.bot {
            let (call, ask) = (self.id, *id);
            context.request(Request::PassKey { call, ask, key });
        }
    }

    /// It is over.
    pub(super) fn end_conversation(&mut self, context: &mut Context, end: BotEnd) {
        let Some(conversation) = self.bot.take() else {
            return;
        };
        if let Some(leg) = &self.leg {
            context.media(media::Command::EndConversation {
                port: leg.port,
                duplex: conversation.duplex.clone(),
            });
        }
        context.fact(conversation.ended(self.id, context.now, end));
    }

    /// What is told of the conversation that a broken call leaves (S3): its port is closed, and the service's end sees that.
    pub(crate) fn lost_conversation(&mut self, now: Duration) -> Option<Fact> {
        let end = BotEnd::Failed {
            why: CALL_BROKEN.to_owned(),
        };
        Some(self.bot.take()?.ended(self.id, now, end))
    }
}
