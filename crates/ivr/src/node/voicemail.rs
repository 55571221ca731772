//! `voicemail` (留言信箱): the caller leaves a message in a mailbox (G1, G2), and the call ends or goes on.
//!
//! `message` says how he speaks and reviews it. Whether the box has room is asked before he speaks; a store that does not answer
//! turns nobody away. Who hangs up while he speaks has left what he said, unless it is shorter than `min_s`.

use std::collections::BTreeMap;
use std::time::Duration;

use model::fact::{TicketContent, TicketField};
use speech::Language;

use super::{Kind, Node};
use crate::ask::{Answer, Question};
use crate::claim::{Cause, Claims, End, Lull, ReferenceKind};
use crate::effect::{HangUpCause, Recorded};
use crate::look_up::GRACE;
use crate::message::{
    FAILED, MIN_ROW, Message, Progress, REVIEW_ROW, SENTENCE, SILENCE_ROW, Stage, house, max_row,
};
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::{Event, Outcome, Step};

/// How long the store may take to say whether the box has room.
const PATIENCE: Duration = Duration::from_secs(1);
/// What is said without a `prompt` of the script's own.
const ASK: &str = "message_ask";
/// What is said of a message that is left, of none, and of a box that is full.
const LEFT: &str = "message_left";
const NONE: &str = "message_none";
const FULL: &str = "message_full";
/// The type of the ticket in place of a message that the disk did not take.
const NOT_RECORDED: &str = "voicemail_failed";

pub(super) const KIND: Kind = Kind {
    name: "voicemail",
    says: Words {
        en: "Takes a message into a mailbox. Every way ends with a word, and then with `next` or the end of the call.",
        zh: "留言到信箱，结束后播报并转 `next` 或挂机",
    },
    keys: &[
        row(
            "box",
            Form::Mailbox,
            Need::Required,
            "A mailbox of `voicemail.toml`.",
            "信箱",
        ),
        row(
            "prompt",
            Form::Prompt,
            Need::Optional,
            "Asks him to speak; a key cuts it. Without it the house asks: `message_ask`.",
            "提示音",
        ),
        max_row("180"),
        MIN_ROW,
        SILENCE_ROW,
        REVIEW_ROW,
        row(
            "next",
            Form::Node,
            Need::Optional,
            "After the message, or without one; the call ends without it.",
            "留言后，默认挂机",
        ),
        row(
            "on_full",
            Form::Node,
            Need::Optional,
            "The box holds `max_messages` that nobody has heard. Without it he is told so, and then as `next`.",
            "信箱已满",
        ),
    ],
    example: "[voicemail.leave_message]\nbox = \"support\"\nprompt = \"after_the_tone\"\nmax_s = 120\nmin_s = 2\nsilence_s = 5\n\
              review = true\nnext = \"goodbye\"\non_full = \"agents\"\n",
    read,
};

#[derive(Debug)]
struct Voicemail {
    mailbox: Name,
    prompt: Option<Name>,
    message: Message,
    next: Option<Name>,
    on_full: Option<Name>,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let (mailbox, prompt) = (section.name("box"), section.optional_name("prompt"));
    let message = Message::read(section);
    let (next, on_full) = (
        section.optional_name("next"),
        section.optional_name("on_full"),
    );
    let mailbox = mailbox?;
    Ok(Box::new(Voicemail {
        message: message?.into_box(&mailbox),
        mailbox,
        prompt: prompt?,
        next: next?,
        on_full: on_full?,
    }))
}

impl Voicemail {
    /// Whether he may speak.
    fn answered(&self, visit: &mut Visit<'_>, answer: &Answer) -> Step<'_> {
        match (answer, &self.on_full) {
            (Answer::Missing, Some(on_full)) => Step::Go(on_full),
            (Answer::Missing, None) => last_word(visit, FULL),
            // What the store cannot say at this moment it will be able to write down.
            (Answer::Found(_) | Answer::Bad(_) | Answer::NoAnswer(_), _) => self.ask(visit),
        }
    }

    fn ask(&self, visit: &mut Visit<'_>) -> Step<'_> {
        match &self.prompt {
            None => house(visit, ASK),
            Some(prompt) => Step::Say {
                prompt,
                digits: String::new(),
                interruptible: true,
            },
        }
    }

    fn done(&self, visit: &mut Visit<'_>, said: Option<Recorded>) -> Step<'_> {
        match said {
            Some(said) => {
                visit.leave_message(&self.mailbox.text, said);
                last_word(visit, LEFT)
            }
            None => last_word(visit, NONE),
        }
    }

    /// The disk takes nothing: he is told, and so is the desk, by a ticket in place of his message.
    fn failed(&self, visit: &mut Visit<'_>) -> Step<'_> {
        let subject = match Language::of(visit.language()) {
            Some(Language::Chinese) => "来电者要留言，但未能录下",
            Some(Language::English) | None => {
                "A caller wanted to leave a message, and it could not be recorded"
            }
        };
        let mailbox = TicketField::Text(self.mailbox.text.clone());
        visit.file_ticket(TicketContent {
            ticket_type: NOT_RECORDED.to_owned(),
            category: None,
            subject: subject.to_owned(),
            fields: BTreeMap::from([("mailbox".to_owned(), mailbox)]),
            for_leads: false,
        });
        last_word(visit, FAILED)
    }

    fn end(&self) -> Step<'_> {
        match &self.next {
            Some(next) => Step::Go(next),
            None => Step::HangUp(HangUpCause::Normal),
        }
    }
}

fn last_word<'n>(visit: &mut Visit<'_>, sentence: &str) -> Step<'n> {
    *visit.stage() = Stage::Leaving;
    house(visit, sentence)
}

impl Node for Voicemail {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        claims.refers(ReferenceKind::Mailbox, &self.mailbox);
        claims.end = Some(End::Message);
        claims.kept = PATIENCE + GRACE;
        match &self.prompt {
            Some(prompt) => claims.plays(prompt, 1, true),
            None => claims.house.push(ASK),
        }
        self.message.claim(claims);
        // What he is asked by the house, and the last word.
        claims.sentences += 1 + u32::from(self.prompt.is_none());
        let lull = self.message.lull();
        claims.lulls.push(Lull {
            time: lull.time + SENTENCE,
            sentences: lull.sentences + 1,
            ..lull
        });
        claims.house.extend([LEFT, NONE]);
        match &self.on_full {
            Some(on_full) => claims.exit(Cause::BoxFull(&self.mailbox), on_full),
            None => claims.house.push(FULL),
        }
        if let Some(next) = &self.next {
            claims.exit(Cause::Next, next);
        }
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        visit.trace_as(self.mailbox.text.clone());
        if !visit.may_choose() {
            return last_word(visit, NONE);
        }
        Step::Ask {
            question: Question::Mailbox(self.mailbox.text.as_str().into()),
            patience: PATIENCE,
        }
    }

    fn step<'n>(&'n self, visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        match (event, *visit.stage()) {
            (Event::Outcome(Outcome::Answered(answer)), _) => self.answered(visit, answer),
            (Event::Heard, Stage::Leaving) => self.end(),
            (Event::Heard | Event::Key(_) | Event::TimedOut | Event::Outcome(_), _) => {
                match self.message.step(visit, event) {
                    Progress::Wants(step) => step,
                    Progress::Done(said) => self.done(visit, said),
                    Progress::Failed => self.failed(visit),
                }
            }
        }
    }

    fn left(&self, visit: &mut Visit<'_>, said: Option<Recorded>) {
        if let Some(said) = self.message.left(visit, said) {
            visit.leave_message(&self.mailbox.text, said);
        }
    }
}
