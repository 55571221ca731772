//! `menu` (按键菜单): a prompt, one key, the node that belongs to it (E1-E3).
//!
//! A wrong key and silence are a failed try each. Tries count over a chain of visits, until the caller makes a valid
//! choice somewhere; then `on_failure`. Who knows an extension may dial it instead of a key (`extension`, E6).

mod extension;

use std::time::Duration;

use super::{Kind, Node};
use crate::claim::{Cause, Choice, Claims, Lull};
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::{Event, Step};
use extension::{Dialled, Extensions};

pub(super) const KIND: Kind = Kind {
    name: "menu",
    says: Words {
        en: "Lets the caller choose by one key.",
        zh: "按键菜单",
    },
    keys: &[
        row(
            "prompt",
            Form::Prompt,
            Need::Required,
            "Tells the keys.",
            "菜单提示音",
        ),
        row(
            "prompt_again",
            Form::Prompt,
            Need::SameAs("prompt"),
            "Played after a failed try.",
            "重试时的提示音",
        ),
        row(
            "keys",
            Form::Keys,
            Need::Required,
            "Each key with the node that it leads to.",
            "按键与去向",
        ),
        row(
            "extensions",
            Form::Extensions,
            Need::Optional,
            "Extensions that may be dialled instead of a key, each with its node: digits, and `x` for any digit. The caller's digits are in `into`.",
            "可直拨的分机号及去向，x 表示任意一位数字",
        ),
        row(
            "into",
            Form::Variable,
            Need::Optional,
            "The variable that takes the extension; required with `extensions`.",
            "存放所拨分机号的变量；写了 extensions 则必填",
        ),
        row(
            "digit_timeout_s",
            Form::Seconds {
                zero: false,
                max: 60,
            },
            Need::Head("2.5"),
            "How long to wait for the next digit of an extension; so long a key waits with which one begins.",
            "分机号位间等待秒数",
        ),
        row(
            "timeout_s",
            Form::Seconds {
                zero: false,
                max: 120,
            },
            Need::Head("5"),
            "How long to wait for a key, from the end of the prompt.",
            "等待按键的秒数，自提示音结束起",
        ),
        row(
            "tries",
            Form::Whole { min: 1, max: 10 },
            Need::Default("3"),
            "How many tries in a chain of visits: wrong keys and silence count, a valid choice anywhere starts anew.",
            "允许的尝试次数",
        ),
        row(
            "interruptible",
            Form::Truth,
            Need::Default("true"),
            "Whether a key cuts the prompt; otherwise keys before its end are ignored.",
            "按键可打断提示音",
        ),
        row(
            "on_failure",
            Form::Node,
            Need::Required,
            "After the last try.",
            "尝试用尽后",
        ),
    ],
    example: "[menu.welcome]\nprompt = \"welcome\"\nkeys = { 1 = \"support\", 2 = \"sales\", \"*\" = \"welcome\" }\n\
              on_failure = \"support\"\n\n\
              [menu.colleagues]\nprompt = \"dial\"\nkeys = { 0 = \"support\" }\nextensions = { 8xxx = \"colleague\" }\n\
              into = \"extension\"\ndigit_timeout_s = 3\non_failure = \"support\"\n",
    read,
};

#[derive(Debug)]
struct Menu {
    prompt: Name,
    prompt_again: Name,
    keys: Vec<(char, Name)>,
    extensions: Option<Extensions>,
    timeout: Duration,
    tries: u32,
    interruptible: bool,
    on_failure: Name,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let (prompt, prompt_again) = (section.name("prompt"), section.name("prompt_again"));
    let (keys, timeout, tries) = (
        section.keys("keys"),
        section.seconds("timeout_s"),
        section.whole("tries"),
    );
    let extensions = Extensions::read(section, keys.as_deref().unwrap_or_default());
    let (interruptible, on_failure) = (section.truth("interruptible"), section.name("on_failure"));
    Ok(Box::new(Menu {
        prompt: prompt?,
        prompt_again: prompt_again?,
        keys: keys?,
        extensions: extensions?,
        timeout: timeout?,
        tries: tries?,
        interruptible: interruptible?,
        on_failure: on_failure?,
    }))
}

impl Menu {
    fn say<'n>(&'n self, prompt: &'n Name) -> Step<'n> {
        Step::Say {
            prompt,
            digits: String::new(),
            interruptible: self.interruptible,
        }
    }

    fn key(&self, visit: &mut Visit<'_>, key: char) -> Step<'_> {
        let first = visit.typed().keys.is_empty();
        match self.extensions.as_ref().map(|it| it.dial(visit, key)) {
            Some(Dialled::More(pause)) => Step::Listen { time: pause },
            Some(Dialled::Whole(to)) => Step::Choose(to),
            None | Some(Dialled::Nothing) if first => self.chosen(visit, key),
            None | Some(Dialled::Nothing) => self.failed(visit),
        }
    }

    fn chosen(&self, visit: &mut Visit<'_>, key: char) -> Step<'_> {
        match self.keys.iter().find(|(known, _)| *known == key) {
            Some((_, to)) => Step::Choose(to),
            None => self.failed(visit),
        }
    }

    /// What was dialled so far is all.
    fn paused(&self, visit: &mut Visit<'_>) -> Step<'_> {
        if let Some(to) = self.extensions.as_ref().and_then(|it| it.dialled(visit)) {
            return Step::Choose(to);
        }
        let mut keys = visit.typed().keys.chars();
        match (keys.next(), keys.next()) {
            (Some(key), None) => self.chosen(visit, key),
            (None | Some(_), _) => self.failed(visit),
        }
    }

    fn failed(&self, visit: &mut Visit<'_>) -> Step<'_> {
        visit.typed().anew();
        visit.count_failure();
        if visit.may_try(self.tries) {
            self.say(&self.prompt_again)
        } else {
            Step::Go(&self.on_failure)
        }
    }
}

impl Node for Menu {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        claims.plays(&self.prompt, 1, true);
        claims.plays(&self.prompt_again, self.tries.saturating_sub(1), true);
        claims.kept = self.timeout.saturating_mul(self.tries);
        for (key, to) in &self.keys {
            claims.exit(Cause::Key(*key), to);
        }
        if let Some(extensions) = &self.extensions {
            extensions.claim(claims);
            extensions.claim_pauses(claims, &self.keys);
            let left = self.tries.saturating_sub(1);
            claims.lulls.push(Lull {
                time: extensions.pause() + self.timeout.saturating_mul(left),
                again: Some((&self.prompt_again, left)),
                ..Lull::default()
            });
        }
        claims.exit(Cause::Failure, &self.on_failure);
        claims.is_menu = true;
        claims.listens = true;
        let keys = self.keys.iter().map(|(key, to)| (*key, to)).collect();
        claims.choice = Some(Choice {
            prompt: &self.prompt,
            keys,
        });
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        if visit.may_try(self.tries) {
            self.say(&self.prompt)
        } else {
            Step::Go(&self.on_failure)
        }
    }

    fn step<'n>(&'n self, visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        match event {
            Event::Heard => Step::Listen { time: self.timeout },
            Event::Key(key) => self.key(visit, *key),
            Event::TimedOut => self.paused(visit),
            Event::Outcome(_) => Step::impossible(event),
        }
    }
}
