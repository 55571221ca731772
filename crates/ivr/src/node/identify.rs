//! `identify` (自报身份): the script says who calls, by what he has keyed in (G6), and goes on.
//!
//! What was keyed in outranks the number that he calls from: the agent is told whom it names first, and both findings where they are not the
//! same person. Nobody waits for it: the directory is asked while the call goes on. An empty text says nothing.

use model::{Typed, TypedKind};

use super::{Kind, Node};
use crate::claim::{Cause, Claims};
use crate::expression::Expression;
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::Step;
use crate::value::Type;

/// The words of `by`.
const NAMES: &[&str] = &[
    TypedKind::Account.name(),
    TypedKind::Ticket.name(),
    TypedKind::Phone.name(),
];

pub(super) const KIND: Kind = Kind {
    name: "identify",
    says: Words {
        en: "Says who calls, by what he has keyed in: it outranks his number on the agent's screen.",
        zh: "按来电者输入的内容识别身份，在坐席弹屏中优先于来电号码",
    },
    keys: &[
        row(
            "by",
            Form::Word(NAMES),
            Need::Required,
            "What was keyed in: a customer's external reference (`account`), a ticket's number (`ticket`), a telephone number of his (`phone`).",
            "输入的是客户外部编号、工单号还是电话号码",
        ),
        row(
            "value",
            Form::Text,
            Need::Required,
            "An expression: the text, such as a variable that `collect` has set. An empty one says nothing; one of a `secret` input is shown as `***`.",
            "输入的内容（表达式）",
        ),
        row(
            "verified",
            Form::Truth,
            Need::Default("false"),
            "Whether the script has verified that it is he, by a PIN or a password: then the VIP level of whom it names counts (`vip_first`). Without it that counts only where the number that calls is his too.",
            "脚本是否已用密码等核验来电者身份；未核验时，仅当来电号码也属于该客户，其 VIP 等级才计入排队",
        ),
        row(
            "next",
            Form::Node,
            Need::Required,
            "At once: nobody waits for the directory.",
            "立即继续",
        ),
    ],
    example: "[identify.customer]\nby = \"account\"\nvalue = \"account_no\"\nnext = \"agents\"\n",
    read,
};

#[derive(Debug)]
struct Identify {
    by: TypedKind,
    value: Expression,
    is_verified: bool,
    next: Name,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let by = section.chosen("by", &TypedKind::ALL, TypedKind::name);
    let value = section.required_expression("value");
    let (is_verified, next) = (section.truth("verified"), section.name("next"));
    Ok(Box::new(Identify {
        by: by?,
        value: value?,
        is_verified: is_verified?,
        next: next?,
    }))
}

impl Node for Identify {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        claims.expressions.push((&self.value, Some(Type::Text)));
        claims.exit(Cause::Next, &self.next);
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        let text = match visit.text_of("value", Some(&self.value)) {
            Ok(text) => text.unwrap_or_default(),
            Err(reason) => return Step::Fault(reason),
        };
        if !text.trim().is_empty() {
            let is_secret = visit.reads_secret(&self.value);
            visit.identify(Typed {
                kind: self.by,
                text: text.trim().to_owned(),
                is_secret,
                is_verified: self.is_verified,
            });
        }
        Step::Go(&self.next)
    }
}
