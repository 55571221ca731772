//! `language` (语言选择): the caller's language from here on, in queue and survey too (E14).

use super::{Kind, Node};
use crate::claim::{Cause, Claims, ReferenceKind};
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::Step;

pub(super) const KIND: Kind = Kind {
    name: "language",
    says: Words {
        en: "Sets the caller's language.",
        zh: "切换语言",
    },
    keys: &[
        row(
            "to",
            Form::Language,
            Need::Required,
            "The language from here on.",
            "语言",
        ),
        row("next", Form::Node, Need::Required, "Afterwards.", "之后"),
    ],
    example: "[language.english]\nto = \"en\"\nnext = \"welcome\"\n",
    read,
};

#[derive(Debug)]
struct Language {
    to: Name,
    next: Name,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let (to, next) = (section.name("to"), section.name("next"));
    Ok(Box::new(Language {
        to: to?,
        next: next?,
    }))
}

impl Node for Language {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        claims.refers(ReferenceKind::Language, &self.to);
        claims.exit(Cause::Next, &self.next);
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        visit.trace_as(self.to.text.clone());
        visit.speak(&self.to.text);
        Step::Go(&self.next)
    }
}
