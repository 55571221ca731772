//! `callback` (回呼): the caller hangs up and keeps his place in line; he is called back when it is his turn (D21).
//!
//! With a prompt he is asked first, and says yes by one key. Whether his number may be called, and whether the queue calls
//! anybody back, is the engine's word: who cannot be called back leaves by `declined`, as he does who says no.

use std::time::Duration;

use super::{Kind, Node};
use crate::claim::{Cause, Choice, Claims, ReferenceKind};
use crate::effect::CallbackAnswer;
use crate::expression::Expression;
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::{Event, Outcome, Step};
use crate::told;
use crate::value::Type;

pub(super) const KIND: Kind = Kind {
    name: "callback",
    says: Words {
        en: "Promises to call the caller back: he hangs up and keeps his place in the queue's line.",
        zh: "回呼：主叫挂机后保留排队位置，轮到时回拨",
    },
    keys: &[
        row(
            "queue",
            Form::Queue,
            Need::Required,
            "In whose line he keeps his place. `callback` of `queues.toml` says how often he is called, and when.",
            "队列",
        ),
        row(
            "number",
            Form::Text,
            Need::Optional,
            "Whom to call: an expression, such as a variable that `collect` has set. Without it the number that he calls from. \
             What the dial rules forbid a script is `declined`.",
            "回呼号码",
        ),
        row(
            "prompt",
            Form::Prompt,
            Need::Optional,
            "Asks him first; without it coming here is his yes.",
            "确认提示",
        ),
        row(
            "accept",
            Form::KeyOrNone,
            Need::Default("1"),
            "The key that says yes after `prompt`; any other key, or none, says no.",
            "确认按键",
        ),
        row(
            "timeout_s",
            Form::Seconds {
                zero: false,
                max: 120,
            },
            Need::Head("5"),
            "How long he has for it.",
            "等待按键秒数",
        ),
        row(
            "accepted",
            Form::Node,
            Need::Required,
            "He will be called back. His place stands in line as soon as this call is over.",
            "已接受",
        ),
        row(
            "declined",
            Form::Node,
            Need::Required,
            "He said no, or cannot be called back, since enough wait for a call. A `queue` after it gives him his place again.",
            "未接受",
        ),
        row(
            "bad_number",
            Form::Node,
            Need::Optional,
            "The number is withheld, is none, is one of ours, or may not be called: a `collect` can ask for another. Without it \
             `declined`.",
            "号码不可回拨",
        ),
    ],
    example: "[callback.later]\nqueue = \"support\"\nnumber = \"phone\"\nprompt = \"call_you_back\"\naccept = \"1\"\ntimeout_s = 5\n\
              accepted = \"goodbye\"\ndeclined = \"agents\"\nbad_number = \"other_number\"\n",
    read,
};

#[derive(Debug)]
struct Callback {
    queue: Name,
    number: Option<Expression>,
    /// The question, with the key that says yes.
    asks: Option<Question>,
    timeout: Duration,
    accepted: Name,
    declined: Name,
    bad_number: Option<Name>,
}

#[derive(Debug)]
struct Question {
    prompt: Name,
    accept: char,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let (queue, number) = (section.name("queue"), section.optional_expression("number"));
    let (prompt, accept) = (
        section.optional_name("prompt"),
        section.key_or_none("accept"),
    );
    let timeout = section.seconds("timeout_s");
    let (accepted, declined) = (section.name("accepted"), section.name("declined"));
    let bad_number = section.optional_name("bad_number");
    let (prompt, accept) = (prompt?, accept?);
    let asks = match (prompt, accept) {
        (None, _) => None,
        (Some(prompt), Some((accept, _))) => Some(Question { prompt, accept }),
        (Some(prompt), None) => {
            let message = told!(
                "nobody can say yes: `accept` names no key",
                "无人能答应：`accept` 没有写按键"
            );
            let help = told!(
                "name a key, or leave `prompt` out",
                "请写一个按键，或去掉 `prompt`"
            );
            return Err(section.report.error(prompt.place, message, Some(help)));
        }
    };
    Ok(Box::new(Callback {
        queue: queue?,
        number: number?,
        asks,
        timeout: timeout?,
        accepted: accepted?,
        declined: declined?,
        bad_number: bad_number?,
    }))
}

impl Callback {
    fn promise(&self, visit: &Visit<'_>) -> Step<'_> {
        let number = match visit.text_of("number", self.number.as_ref()) {
            Ok(number) => number,
            Err(reason) => return Step::Fault(reason),
        };
        Step::CallBack {
            queue: &self.queue.text,
            number,
        }
    }
}

impl Callback {
    fn declines(&self, visit: &mut Visit<'_>) -> Step<'_> {
        visit.leaves_by(&Cause::Declines);
        Step::Go(&self.declined)
    }
}

impl Node for Callback {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        claims.refers(ReferenceKind::Queue, &self.queue);
        if let Some(number) = &self.number {
            claims.expressions.push((number, Some(Type::Text)));
        }
        match &self.asks {
            None => {
                let promised = Cause::Callback(CallbackAnswer::Promised);
                claims.exit(promised, &self.accepted);
            }
            Some(question) => {
                claims.plays(&question.prompt, 1, true);
                claims.kept = self.timeout;
                claims.exit(Cause::Accepts(question.accept), &self.accepted);
                claims.exit(Cause::Declines, &self.declined);
                claims.listens = true;
                claims.choice = Some(Choice {
                    prompt: &question.prompt,
                    keys: vec![(question.accept, &self.accepted)],
                });
            }
        }
        claims.exit(Cause::Callback(CallbackAnswer::Full), &self.declined);
        let bad_number = self.bad_number.as_ref().unwrap_or(&self.declined);
        claims.exit(Cause::Callback(CallbackAnswer::BadNumber), bad_number);
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        visit.trace_as(self.queue.text.clone());
        match &self.asks {
            Some(_) if !visit.may_choose() => self.declines(visit),
            Some(question) => Step::Say {
                prompt: &question.prompt,
                digits: String::new(),
                interruptible: true,
            },
            None => self.promise(visit),
        }
    }

    fn step<'n>(&'n self, visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        match (event, &self.asks) {
            (Event::Heard, Some(_)) => Step::Listen { time: self.timeout },
            (Event::Key(key), Some(question)) if *key == question.accept => self.promise(visit),
            (Event::Key(_) | Event::TimedOut, Some(_)) => self.declines(visit),
            (Event::Outcome(Outcome::CallbackAnswered(answer)), asks) => {
                visit.leaves_by(&Cause::Callback(*answer));
                match answer {
                    CallbackAnswer::Promised if asks.is_some() => Step::Choose(&self.accepted),
                    CallbackAnswer::Promised => Step::Go(&self.accepted),
                    CallbackAnswer::Full => Step::Go(&self.declined),
                    CallbackAnswer::BadNumber => {
                        Step::Go(self.bad_number.as_ref().unwrap_or(&self.declined))
                    }
                }
            }
            (Event::Heard | Event::Key(_) | Event::TimedOut | Event::Outcome(_), _) => {
                Step::impossible(event)
            }
        }
    }
}
