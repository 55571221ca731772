//! `say` (播报): a sentence with values in it, in the caller's language, then on. A key cuts it as it cuts `play` (E4).
//!
//! The values are said by the crate `speech`, out of the words of the stock. One that cannot be said, and one that came from
//! a secret input (S22), is left out: the rest is said, the former is told, and the call goes on.

use std::collections::BTreeMap;

use super::{Kind, Node};
use crate::claim::{Cause, Claims};
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::sentence::Sentence;
use crate::step::{Event, Step};

pub(super) const KIND: Kind = Kind {
    name: "say",
    says: Words {
        en: "Says a sentence with values in it: `{variable:format}`.",
        zh: "播报含变量的语句",
    },
    keys: &[
        row(
            "text",
            Form::Texts,
            Need::Required,
            "What is said, in each language; the formats stand below. What is around the values is spoken beforehand, as prompts are, or recorded as `NODE.1`, `NODE.2`, …",
            "各语言的语句，格式见下表",
        ),
        row(
            "interruptible",
            Form::Truth,
            Need::Default("true"),
            "As in `play`.",
            "按键可打断",
        ),
        row("next", Form::Node, Need::Required, "Afterwards.", "播报后"),
    ],
    example: "[say.balance]\ntext = { zh-CN = \"您的余额是 {balance:money}。\", en = \"Your balance is {balance:money}.\" }\n\
              interruptible = false\nnext = \"welcome\"\n",
    read,
};

#[derive(Debug)]
struct Say {
    texts: BTreeMap<String, (Name, Sentence)>,
    interruptible: bool,
    next: Name,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let texts = texts(section);
    let (interruptible, next) = (section.truth("interruptible"), section.name("next"));
    Ok(Box::new(Say {
        texts: texts?,
        interruptible: interruptible?,
        next: next?,
    }))
}

fn texts(section: &mut Section<'_, '_>) -> Read<BTreeMap<String, (Name, Sentence)>> {
    let entries = section.entries("text")?;
    let read: Vec<Read<(String, (Name, Sentence))>> = entries
        .into_iter()
        .map(|(language, item)| {
            let sentence = section.sentence("text", item)?;
            Ok((language.text.clone(), (language, sentence)))
        })
        .collect();
    read.into_iter().collect()
}

impl Node for Say {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        let sentences = self.texts.values();
        claims.says = Some(sentences.map(|(name, sentence)| (name, sentence)).collect());
        claims.exit(Cause::Next, &self.next);
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        let said = self.texts.get(visit.language());
        let parts = said.map(|(_, sentence)| visit.said(sentence));
        Step::Speak {
            parts: parts.unwrap_or_default(),
            interruptible: self.interruptible,
        }
    }

    fn step<'n>(&'n self, _visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        match event {
            Event::Heard => Step::Go(&self.next),
            Event::Key(_) | Event::TimedOut | Event::Outcome(_) => Step::impossible(event),
        }
    }
}
