//! `play` (播放): a prompt, and with `digits` a number one digit after the other, then on. A key cuts an interruptible
//! prompt and is kept for the next node that listens (E4).
//!
//! The digits are the house's own words, said as in a telephone number (`spoken`); what else stands in the text, such as `+`, is
//! not said. Of a secret input nothing is said (S22).

use super::{Kind, Node};
use crate::claim::{Cause, Claims, Heard, ReferenceKind};
use crate::expression::Expression;
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::{Event, Step};
use crate::value::Type;

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
            "digits",
            Form::Text,
            Need::Optional,
            "Said after the prompt, digit by digit: an expression, such as `caller.national` or a variable that `collect` has set.",
            "逐位播报的号码",
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
    example: "[play.notice]\nprompt = \"recorded\"\ndigits = \"caller.national\"\ninterruptible = false\nnext = \"welcome\"\n",
    read,
};

#[derive(Debug)]
struct Play {
    prompt: Name,
    digits: Option<Expression>,
    interruptible: bool,
    next: Name,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let digits = section.optional_expression("digits");
    let (prompt, interruptible, next) = (
        section.name("prompt"),
        section.truth("interruptible"),
        section.name("next"),
    );
    Ok(Box::new(Play {
        prompt: prompt?,
        digits: digits?,
        interruptible: interruptible?,
        next: next?,
    }))
}

impl Play {
    /// What is said, unless it was typed as a secret.
    fn open_digits(&self, visit: &Visit<'_>) -> Option<&Expression> {
        let digits = self.digits.as_ref();
        digits.filter(|digits| !visit.reads_secret(digits))
    }
}

impl Node for Play {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        if let Some(digits) = &self.digits {
            claims.expressions.push((digits, Some(Type::Text)));
        }
        claims.refers(ReferenceKind::Prompt, &self.prompt);
        claims.heard.push(Heard {
            prompt: &self.prompt,
            times: 1,
            digits: self.digits.is_some(),
            asks: false,
        });
        claims.exit(Cause::Next, &self.next);
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        match visit.text_of("digits", self.open_digits(visit)) {
            Ok(digits) => Step::Say {
                prompt: &self.prompt,
                digits: digits.unwrap_or_default(),
                interruptible: self.interruptible,
            },
            Err(reason) => Step::Fault(reason),
        }
    }

    fn step<'n>(&'n self, _visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        match event {
            Event::Heard => Step::Go(&self.next),
            Event::Key(_) | Event::TimedOut | Event::Outcome(_) => Step::impossible(event),
        }
    }
}
