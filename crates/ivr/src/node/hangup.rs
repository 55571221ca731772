//! `hangup` (挂机): a last prompt, heard to its end, and the end of the call.

use super::{Kind, Node};
use crate::claim::{Claims, End};
use crate::effect::HangUpCause;
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::{Event, Step};

pub(super) const KIND: Kind = Kind {
    name: "hangup",
    says: Words {
        en: "Ends the call.",
        zh: "挂机",
    },
    keys: &[
        row(
            "prompt",
            Form::Prompt,
            Need::Optional,
            "Played to its end before; nothing without it.",
            "结束语",
        ),
        row(
            "cause",
            Form::Word(CAUSES),
            Need::Default("normal"),
            "What the network is told.",
            "挂机原因",
        ),
    ],
    example: "[hangup.goodbye]\nprompt = \"goodbye\"\ncause = \"normal\"\n",
    read,
};

const CAUSES: &[&str] = &["normal", "busy", "rejected"];

#[derive(Debug)]
struct HangUp {
    prompt: Option<Name>,
    cause: HangUpCause,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let (prompt, cause) = (section.optional_name("prompt"), section.word("cause"));
    let cause = match cause?.text.as_str() {
        "busy" => HangUpCause::Busy,
        "rejected" => HangUpCause::Rejected,
        _ => HangUpCause::Normal,
    };
    Ok(Box::new(HangUp {
        prompt: prompt?,
        cause,
    }))
}

impl Node for HangUp {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        let spoken = self.prompt.is_some();
        claims.end = Some(End::HangUp { spoken });
        if let Some(prompt) = &self.prompt {
            claims.plays(prompt, 1, false);
        }
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        visit.trace_as(String::new());
        match &self.prompt {
            Some(prompt) => Step::Say {
                prompt,
                digits: String::new(),
                interruptible: false,
            },
            None => Step::HangUp(self.cause),
        }
    }

    fn step<'n>(&'n self, _visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        match event {
            Event::Heard => Step::HangUp(self.cause),
            Event::Key(_) | Event::TimedOut | Event::Outcome(_) => Step::impossible(event),
        }
    }
}
