//! `play` (播放): a prompt, then on. A key cuts an interruptible prompt and is kept for the next node that listens (E4).

use super::{Kind, Node};
use crate::claim::{Claims, ReferenceKind};
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::{Event, Step};

pub(super) const KIND: Kind = Kind {
    name: "play",
    says: Words {
        en: "Plays a prompt.",
        zh: "播放一段提示音",
    },
    keys: &[
        row(
            "prompt",
            Form::Prompt,
            Need::Required,
            "What is played.",
            "提示音",
        ),
        row(
            "interruptible",
            Form::Truth,
            Need::Default("true"),
            "Whether a key cuts it; the key is kept. `false` for texts that the law wants heard: keys are ignored.",
            "按键可打断；法定告知用 false",
        ),
        row(
            "next",
            Form::Node,
            Need::Required,
            "After the prompt.",
            "播放后",
        ),
    ],
    example: "[play.notice]\nprompt = \"recorded\"\ninterruptible = false\nnext = \"welcome\"\n",
    read,
};

#[derive(Debug)]
struct Play {
    prompt: Name,
    interruptible: bool,
    next: Name,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let (prompt, interruptible, next) = (
        section.name("prompt"),
        section.truth("interruptible"),
        section.name("next"),
    );
    Ok(Box::new(Play {
        prompt: prompt?,
        interruptible: interruptible?,
        next: next?,
    }))
}

impl Node for Play {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        claims.refers(ReferenceKind::Prompt, &self.prompt);
        claims.exit(&self.next);
    }

    fn step<'n>(&'n self, _visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        match event {
            Event::Enter => Step::Say {
                prompt: &self.prompt,
                interruptible: self.interruptible,
            },
            Event::Heard => Step::Go(&self.next),
            Event::Key(_)
            | Event::TimedOut
            | Event::QueueLeft(_)
            | Event::CallbackTaken(_)
            | Event::TransferFailed(_) => Step::impossible(event),
        }
    }
}
