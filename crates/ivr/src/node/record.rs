//! `record` (录音): what the caller says, into a variable that names the recording (E15).
//!
//! `message` says how he speaks and reviews it. The variable is the recording's id, `CALL-PART`, which later nodes carry on; it
//! is the empty text when he said nothing. Who hangs up before he is done has left nothing: his recording is dropped.

use super::{Kind, Node};
use crate::claim::{Assigned, Cause, Claims, Exit, Lull, Origin};
use crate::effect::Recorded;
use crate::message::{
    FAILED, MIN_ROW, Message, Progress, REVIEW_ROW, SILENCE_ROW, Stage, house, max_row,
};
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::{Event, Step};
use crate::value::{Type, Value};

pub(super) const KIND: Kind = Kind {
    name: "record",
    says: Words {
        en: "Records what the caller says after a tone, until `#`, a silence, or the longest time.",
        zh: "录下主叫所说的话：按 #、静音或到时结束",
    },
    keys: &[
        row(
            "prompt",
            Form::Prompt,
            Need::Required,
            "Asks him to speak; a key cuts it.",
            "提示音",
        ),
        row(
            "into",
            Form::Variable,
            Need::Required,
            "The variable that takes the recording's id, such as `123-2`; \"\" when he said nothing.",
            "存入的变量（录音编号）",
        ),
        max_row("60"),
        MIN_ROW,
        SILENCE_ROW,
        REVIEW_ROW,
        row(
            "next",
            Form::Node,
            Need::Required,
            "With what he has said.",
            "录音后",
        ),
        row(
            "on_nothing",
            Form::Node,
            Need::SameAs("next"),
            "He has said nothing, or too little, three times; or the disk takes nothing, which he is told.",
            "未留下录音，或未能录下（已告知）",
        ),
    ],
    example: "[record.complaint]\nprompt = \"speak_after_the_tone\"\ninto = \"complaint\"\nmax_s = 90\nmin_s = 2\nsilence_s = 4\n\
              review = false\nnext = \"thanks\"\non_nothing = \"agents\"\n",
    read,
};

#[derive(Debug)]
struct Record {
    prompt: Name,
    into: Name,
    message: Message,
    next: Name,
    on_nothing: Name,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let (prompt, into) = (section.name("prompt"), section.variable("into"));
    let message = Message::read(section);
    let (next, on_nothing) = (section.name("next"), section.name("on_nothing"));
    Ok(Box::new(Record {
        prompt: prompt?,
        into: into?,
        message: message?,
        next: next?,
        on_nothing: on_nothing?,
    }))
}

impl Record {
    fn done(&self, visit: &mut Visit<'_>, said: Option<Recorded>) -> Step<'_> {
        let name = said.map(|said| said.recording.to_string());
        let value = Value::Text(name.unwrap_or_default());
        visit.set(&self.into.text, value, false);
        let Some(said) = said else {
            visit.leaves_by(&Cause::SaysNothing);
            return Step::Go(&self.on_nothing);
        };
        visit.keep_recording(said.recording);
        visit.leaves_by(&Cause::Speaks);
        Step::Choose(&self.next)
    }
}

impl Node for Record {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        claims.plays(&self.prompt, 1, true);
        self.message.claim(claims);
        claims.lulls.push(Lull {
            to: Some(&self.next),
            ..self.message.lull()
        });
        for (cause, to) in [
            (Cause::Speaks, &self.next),
            (Cause::SaysNothing, &self.on_nothing),
        ] {
            claims.exits.push(Exit {
                to,
                cause,
                sets: vec![&self.into.text],
            });
        }
        claims.assigned.push(Assigned {
            name: &self.into,
            from: Origin::Input(Type::Text),
        });
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        if !visit.may_choose() {
            return self.done(visit, None);
        }
        Step::Say {
            prompt: &self.prompt,
            digits: String::new(),
            interruptible: true,
        }
    }

    fn step<'n>(&'n self, visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        if (event, *visit.stage()) == (&Event::Heard, Stage::Leaving) {
            return self.done(visit, None);
        }
        match self.message.step(visit, event) {
            Progress::Wants(step) => step,
            Progress::Done(said) => self.done(visit, said),
            Progress::Failed => {
                *visit.stage() = Stage::Leaving;
                house(visit, FAILED)
            }
        }
    }

    fn left(&self, visit: &mut Visit<'_>, said: Option<Recorded>) {
        if let Some(said) = self.message.left(visit, said) {
            visit.drop_recording(said.recording);
        }
    }
}
