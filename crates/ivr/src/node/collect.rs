//! `collect` (收号): digits that the caller keys in, up to an end key, a length or a pause, read as a kind (E5).
//!
//! A kind says which keys belong to it, its lengths, and what the digits mean; digits that mean nothing are a failed try,
//! as are silence and a key that does not belong. A secret input is never logged (S22).

mod kind;
mod read_back;

use std::time::Duration;

use super::{Kind, Node};
use crate::claim::{Assigned, Cause, Claims, Exit, Lull, Origin, Sample};
use crate::place::{Name, Place};
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::{Event, Step};
use crate::told;
use crate::value::Value;

pub(crate) use kind::INPUT_KINDS;
use kind::{InputKind, NAMES};

/// Most digits of an input.
const DIGITS_MAX: u32 = 64;

pub(super) const KIND: Kind = Kind {
    name: "collect",
    says: Words {
        en: "Takes digits from the caller into a variable.",
        zh: "收取按键输入",
    },
    keys: &[
        row(
            "prompt",
            Form::Prompt,
            Need::Required,
            "Asks for the digits; a key cuts it. Played again on each try.",
            "提示音",
        ),
        row(
            "into",
            Form::Variable,
            Need::Required,
            "The variable that takes the answer.",
            "存入的变量",
        ),
        row(
            "kind",
            Form::Word(NAMES),
            Need::Default("digits"),
            "What is keyed in, see below.",
            "输入类型",
        ),
        row(
            "min",
            Form::Whole {
                min: 1,
                max: DIGITS_MAX,
            },
            Need::Optional,
            "Fewest keys; the kind's own without it.",
            "最少位数，默认随类型",
        ),
        row(
            "max",
            Form::Whole {
                min: 1,
                max: DIGITS_MAX,
            },
            Need::Optional,
            "Most keys, which end the input at once; the kind's own without it.",
            "最多位数，默认随类型",
        ),
        row(
            "until",
            Form::KeyOrNone,
            Need::Default("#"),
            "The key that ends the input; \"\" for none.",
            "结束键",
        ),
        row(
            "timeout_s",
            Form::Seconds {
                zero: false,
                max: 120,
            },
            Need::Head("5"),
            "How long to wait for the first key, from the end of the prompt.",
            "首位等待秒数",
        ),
        row(
            "digit_timeout_s",
            Form::Seconds {
                zero: false,
                max: 60,
            },
            Need::Head("2.5"),
            "A pause of so long after a key ends the input.",
            "位间等待秒数",
        ),
        row(
            "tries",
            Form::Whole { min: 1, max: 10 },
            Need::Default("3"),
            "As in `menu`.",
            "允许的尝试次数",
        ),
        row(
            "confirm",
            Form::Truth,
            Need::Default("false"),
            "Whether the answer is said back: 1 takes it, 2 lets him key it in anew. The first correction is no failed try; silence and other keys are.",
            "收号后复述：1 确认，2 重新输入；首次更正不算失败，静音和其他键算",
        ),
        row(
            "secret",
            Form::Truth,
            Need::Default("false"),
            "Keys and answer are never logged, shown or said; not with `confirm`.",
            "保密输入：不记录、不显示、不复述",
        ),
        row(
            "next",
            Form::Node,
            Need::Required,
            "With the answer.",
            "收号成功后",
        ),
        row(
            "on_failure",
            Form::Node,
            Need::Required,
            "After the last try; the variable is then not set.",
            "尝试用尽后",
        ),
    ],
    example: "[collect.card]\nprompt = \"card\"\ninto = \"card\"\nkind = \"digits\"\nmin = 6\nmax = 8\nuntil = \"#\"\n\
              timeout_s = 8\ndigit_timeout_s = 3\ntries = 2\nsecret = true\nconfirm = false\nnext = \"known\"\non_failure = \"agents\"\n",
    read,
};

#[derive(Debug)]
struct Collect {
    prompt: Name,
    into: Name,
    kind: &'static InputKind,
    min: usize,
    max: usize,
    until: Option<char>,
    timeout: Duration,
    digit_timeout: Duration,
    tries: u32,
    /// Where it is asked for that the answer is said back.
    confirm: Option<Place>,
    secret: bool,
    next: Name,
    on_failure: Name,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let (prompt, into, kind) = (
        section.name("prompt"),
        section.variable("into"),
        section.word("kind"),
    );
    let kind = kind.map(|word| kind::find(&word.text));
    let (min, max) = lengths(section, kind.unwrap_or(kind::find("digits")));
    let until = section.key_or_none("until");
    let (timeout, digit_timeout) = (
        section.seconds("timeout_s"),
        section.seconds("digit_timeout_s"),
    );
    let tries = section.whole("tries");
    let (confirm, secret) = (section.truth("confirm"), section.truth("secret"));
    let (next, on_failure) = (section.name("next"), section.name("on_failure"));
    let (confirm, secret) = (confirm?, secret?);
    let confirm_at = section.place_of_key("confirm");
    if confirm && secret {
        let message = told!(
            "a secret is not said back to the caller",
            "保密输入不能复述给来电者"
        );
        let help = told!(
            "leave `confirm` out; ask twice, and compare with `branch`",
            "请去掉 `confirm`；可收两次，再用 `branch` 比较"
        );
        return Err(section.report.error(confirm_at, message, Some(help)));
    }
    let (kind, until) = (kind?, until?);
    if let Some((key, place)) = until
        && kind.takes(key)
    {
        let message = told!(
            "`until` cannot be `{key}`: that key belongs to the input of kind `{}`",
            "`until` 不能是 `{key}`：`{}` 类输入要用这个键",
            kind.name
        );
        let help = told!("use \"#\" or \"*\"", "请用 \"#\" 或 \"*\"");
        return Err(section.report.error(place, message, Some(help)));
    }
    Ok(Box::new(Collect {
        prompt: prompt?,
        into: into?,
        kind,
        min: min?,
        max: max?,
        until: until.map(|(key, _)| key),
        timeout: timeout?,
        digit_timeout: digit_timeout?,
        tries: tries?,
        confirm: confirm.then_some(confirm_at),
        secret,
        next: next?,
        on_failure: on_failure?,
    }))
}

/// The fewest and most keys: the admin's within those of the kind.
fn lengths(section: &mut Section<'_, '_>, kind: &InputKind) -> (Read<usize>, Read<usize>) {
    let min = section.optional_whole("min");
    let max = section.optional_whole("max");
    let (Ok(min), Ok(max)) = (min, max) else {
        return (Err(crate::report::Reported), Err(crate::report::Reported));
    };
    let size = |given: &Option<(u32, crate::place::Place)>| {
        given.map(|(count, _)| usize::try_from(count).unwrap_or(usize::MAX))
    };
    // Without a word of the admin the kind's bounds hold; his `min` may lift the kind's usual `max`.
    let low = size(&min).unwrap_or_else(|| kind.usual.0.min(size(&max).unwrap_or(usize::MAX)));
    let high = size(&max).unwrap_or_else(|| kind.usual.1.max(low));
    let place = max
        .or(min)
        .map_or_else(|| section.place(), |(_, place)| place);
    if low < kind.bounds.0 || high > kind.bounds.1 {
        let (from, to) = kind.bounds;
        let message = told!(
            "an input of kind `{}` has {from} to {to} keys, not {low} to {high}",
            "`{}` 类输入有 {from} 到 {to} 位，不是 {low} 到 {high} 位",
            kind.name
        );
        let help = Some(told!("leave `min` and `max` out", "请去掉 `min` 和 `max`"));
        let reported = section.report.error(place, message, help);
        return (Err(reported), Err(reported));
    }
    if low > high {
        let message = told!(
            "`min` ({low}) is more than `max` ({high})",
            "`min`（{low}）大于 `max`（{high}）"
        );
        let reported = section.report.error(place, message, None);
        return (Err(reported), Err(reported));
    }
    (Ok(low), Ok(high))
}

impl Collect {
    /// What a caller may key in: the kind's own keys, or as many as the admin asks for.
    fn sample(&self) -> Sample {
        let usual = self.kind.sample;
        let keys = if (self.min..=self.max).contains(&usual.len()) {
            usual.to_owned()
        } else {
            "1".repeat(self.min)
        };
        Sample {
            keys,
            until: self.until,
            max: self.max,
        }
    }

    /// How long a pause is that ends an answer, if one can: the last key of a whole one ends it at once.
    fn pause_that_answers(&self) -> Option<Duration> {
        (self.min < self.max).then_some(self.digit_timeout)
    }

    /// He falls silent behind a key: what he has keyed in is a failed try when the pause is over, or an answer.
    fn claim_pauses<'n>(&'n self, claims: &mut Claims<'n>) {
        if self.max > 1 {
            let left = self.tries.saturating_sub(1);
            claims.lulls.push(Lull {
                time: self.digit_timeout + self.timeout.saturating_mul(left),
                again: Some((&self.prompt, left)),
                ..Lull::default()
            });
        }
        let answers = self.pause_that_answers();
        if let Some(time) = answers.filter(|_| self.confirm.is_none()) {
            claims.lulls.push(Lull {
                time,
                to: Some(&self.next),
                ..Lull::default()
            });
        }
    }

    fn say(&self) -> Step<'_> {
        Step::Say {
            prompt: &self.prompt,
            digits: String::new(),
            interruptible: true,
        }
    }

    fn key(&self, visit: &mut Visit<'_>, key: char) -> Step<'_> {
        if self.until == Some(key) {
            return self.finish(visit);
        }
        if !self.kind.takes(key) {
            return self.failed(visit);
        }
        visit.typed().keys.push(key);
        if visit.typed().keys.len() < self.max {
            return Step::Listen {
                time: self.digit_timeout,
            };
        }
        // A caller who was told "and then the hash key" presses it also when the length has ended the input.
        if let Some(until) = self.until {
            visit.swallow(until, self.digit_timeout);
        }
        self.finish(visit)
    }

    fn finish(&self, visit: &mut Visit<'_>) -> Step<'_> {
        let Some(value) = self.answer(visit) else {
            return self.failed(visit);
        };
        if self.confirm.is_some() {
            return self.read_back(visit, &value);
        }
        self.take(visit, value)
    }

    /// What was keyed in, where it means something.
    fn answer(&self, visit: &mut Visit<'_>) -> Option<Value> {
        let keys = &visit.typed().keys;
        let is_enough = keys.len() >= self.min;
        is_enough.then(|| (self.kind.read)(keys)).flatten()
    }

    fn take(&self, visit: &mut Visit<'_>, value: Value) -> Step<'_> {
        visit.set(&self.into.text, value, self.secret);
        Step::Choose(&self.next)
    }

    fn failed(&self, visit: &mut Visit<'_>) -> Step<'_> {
        visit.typed().anew();
        visit.count_failure();
        if visit.may_try(self.tries) {
            self.say()
        } else {
            Step::Go(&self.on_failure)
        }
    }
}

impl Node for Collect {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        claims.plays(&self.prompt, self.tries, true);
        claims.kept = self.timeout.saturating_mul(self.tries);
        self.claim_pauses(claims);
        if let Some(place) = self.confirm {
            self.claim_read_back(claims, place);
        }
        claims.exits.push(Exit {
            to: &self.next,
            cause: Cause::Input(&self.into),
            sets: vec![&self.into.text],
        });
        claims.exit(Cause::Failure, &self.on_failure);
        claims.assigned.push(Assigned {
            name: &self.into,
            from: Origin::Input(self.kind.gives),
        });
        claims.sample = Some(self.sample());
        claims.listens = true;
        claims.secret = self.secret;
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        if visit.may_try(self.tries) {
            self.say()
        } else {
            Step::Go(&self.on_failure)
        }
    }

    fn step<'n>(&'n self, visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        let is_read_back = visit.typed().is_read_back;
        match event {
            Event::Heard => Step::Listen { time: self.timeout },
            Event::Key(key) if is_read_back => self.judged(visit, *key),
            Event::Key(key) => self.key(visit, *key),
            Event::TimedOut if is_read_back => self.unconfirmed(visit),
            Event::TimedOut if visit.typed().keys.is_empty() => self.failed(visit),
            Event::TimedOut => self.finish(visit),
            Event::Outcome(_) => Step::impossible(event),
        }
    }
}
