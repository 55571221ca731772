//! `ticket_status` (工单进度查询): tells a caller how his ticket stands, by its number or by a telephone number (X11).
//!
//! By a telephone number it is the newest open ticket of that number, by a ticket's own number that one in whatever state it is; one that
//! went into another gives the one that goes on (M5). A sensitive ticket is found by its PIN alone: without it, it is no ticket, so that
//! nobody hears whether there is one. A PIN is compared by the house, which counts tries; a slow store holds up nobody.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Kind, Node};
use crate::ask::{Answer, AnswerKind, Question, StatusField, StatusQuestion};
use crate::claim::{Assigned, Cause, Claims, Exit, Origin};
use crate::expression::Expression;
use crate::look_up::GRACE;
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::{Event, Outcome, Step};
use crate::told;
use crate::value::Type;

pub(super) const KIND: Kind = Kind {
    name: "ticket_status",
    says: Words {
        en: "Finds how a ticket of the house stands, by its number or a telephone number; sensitive ones by a PIN alone.",
        zh: "按工单号或电话号码查询本系统工单的办理进度；保密工单须凭查询密码",
    },
    keys: &[
        row(
            "number",
            Form::Text,
            Need::Optional,
            "An expression: what he has keyed in, a ticket's number, or a telephone number, whose newest open ticket is meant. Without it: his own number.",
            "工单号或电话号码（取其最新的未结工单）；缺省为主叫号码",
        ),
        row(
            "pin",
            Form::Text,
            Need::Optional,
            "An expression: what he has keyed in for a PIN, of a `secret` input; an empty text is none.",
            "查询密码（来自保密输入）；空文本表示没有",
        ),
        row(
            "into",
            Form::Columns,
            Need::Optional,
            "Variables with what they take: `number`, `state`, `open` (a truth), `merged_from`, `ticket_type`, `filed_at`, `due_at` (moments, or empty), \
             `urges` (a number).",
            "存入的变量及其内容",
        ),
        row(
            "timeout_ms",
            Form::Whole {
                min: 100,
                max: 20_000,
            },
            Need::Default("2000"),
            "How long it may take.",
            "超时毫秒数",
        ),
        row(
            "ok",
            Form::Node,
            Need::Required,
            "There is a ticket. `state` is `quarantined`, `new`, `dispatched`, `in_progress`, `pending`, `in_review`, `resolved`, `closed` or `void`.",
            "查到",
        ),
        row(
            "missing",
            Form::Node,
            Need::Required,
            "There is none, or none that may be told without a PIN.",
            "查无工单，或须凭密码",
        ),
        row(
            "wrong_pin",
            Form::Node,
            Need::Optional,
            "Required with `pin`, and only then: the PIN opens no ticket of this number, whether there is one or not; or there were too many wrong ones \
             (3 in a call, 6 in an hour from a number, 10 in an hour for what was asked).",
            "密码不符或尝试过多；有 `pin` 时必填",
        ),
        row(
            "none",
            Form::Node,
            Need::Required,
            "The store does not answer in time.",
            "查询失败",
        ),
    ],
    example: "[ticket_status.progress]\nnumber = \"case_no\"\npin = \"case_pin\"\n\
              into = { state = \"state\", due = \"due_at\", merged_from = \"merged_from\" }\n\
              ok = \"say_state\"\nmissing = \"no_such_case\"\nwrong_pin = \"ask_pin\"\nnone = \"agents\"\n",
    read,
};

#[derive(Debug)]
struct TicketStatus {
    number: Option<Expression>,
    pin: Option<Pin>,
    into: Vec<(Name, StatusField)>,
    timeout: Duration,
    ok: Name,
    missing: Name,
    none: Name,
}

/// What opens sensitive tickets, and where one goes that opens nothing.
#[derive(Debug)]
struct Pin {
    given: Expression,
    wrong: Name,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let number = section.optional_expression("number");
    let (pin, into) = (pin(section), into(section));
    let timeout = section.whole("timeout_ms");
    let (ok, missing) = (section.name("ok"), section.name("missing"));
    let none = section.name("none");
    Ok(Box::new(TicketStatus {
        number: number?,
        pin: pin?,
        into: into?,
        timeout: Duration::from_millis(u64::from(timeout?)),
        ok: ok?,
        missing: missing?,
        none: none?,
    }))
}

/// The PIN and the way on from a wrong one belong together.
fn pin(section: &mut Section<'_, '_>) -> Read<Option<Pin>> {
    let given = section.optional_expression("pin");
    let wrong = section.optional_name("wrong_pin");
    match (given?, wrong?) {
        (None, None) => Ok(None),
        (Some(given), Some(wrong)) => Ok(Some(Pin { given, wrong })),
        (Some(given), None) => {
            let message = told!(
                "`pin` needs `wrong_pin`: the PIN may open nothing",
                "有 `pin` 就须写 `wrong_pin`：密码可能不符"
            );
            let help = told!(
                "add `wrong_pin = \"…\"`, such as the node that asks for it",
                "补上 `wrong_pin = \"…\"`，如收取密码的节点"
            );
            Err(section.report.error(given.place(), message, Some(help)))
        }
        (None, Some(wrong)) => {
            let message = told!(
                "`wrong_pin` is never taken without `pin`",
                "没有 `pin` 就不会走 `wrong_pin`"
            );
            let help = told!(
                "delete `wrong_pin`, or add `pin = \"…\"`",
                "删去 `wrong_pin`，或补上 `pin = \"…\"`"
            );
            Err(section.report.error(wrong.place, message, Some(help)))
        }
    }
}

fn into(section: &mut Section<'_, '_>) -> Read<Vec<(Name, StatusField)>> {
    let fields = section.columns("into")?.into_iter();
    let read = fields.map(|(variable, field)| {
        let mut all = StatusField::ALL.into_iter();
        let found = all.find(|one| one.name() == field.text);
        let found = found.ok_or_else(|| {
            let message = told!(
                "a ticket's `{}` is not told",
                "不能查询工单的 `{}`",
                field.text
            );
            let known = StatusField::ALL.into_iter().map(StatusField::name);
            section
                .report
                .unknown(field.place, message, &field.text, known)
        });
        Ok((variable, found?))
    });
    let read: Vec<Read<_>> = read.collect();
    read.into_iter().collect()
}

impl TicketStatus {
    fn question(&self, visit: &Visit<'_>) -> Result<Question, String> {
        let number = visit.text_of("number", self.number.as_ref())?;
        let pin = visit.text_of("pin", self.pin.as_ref().map(|pin| &pin.given))?;
        let caller = visit.caller_number().to_owned();
        let wanted = self.into.iter();
        Ok(Question::Status(StatusQuestion {
            number: number.unwrap_or_else(|| caller.clone()),
            pin: pin.filter(|pin| !pin.is_empty()),
            caller,
            wanted: wanted
                .map(|(variable, field)| (variable.text.clone(), *field))
                .collect::<BTreeMap<_, _>>(),
        }))
    }

    /// By which exit an answer leads on; without a PIN there is no wrong one.
    fn exit(&self, kind: AnswerKind) -> (AnswerKind, &Name) {
        match (kind, &self.pin) {
            (AnswerKind::Found, _) => (kind, &self.ok),
            (AnswerKind::Missing, _) => (kind, &self.missing),
            (AnswerKind::Bad, Some(pin)) => (kind, &pin.wrong),
            (AnswerKind::Bad, None) | (AnswerKind::NoAnswer, _) => {
                (AnswerKind::NoAnswer, &self.none)
            }
        }
    }
}

impl Node for TicketStatus {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        claims.kept = self.timeout + GRACE;
        let pin = self.pin.as_ref().map(|pin| &pin.given);
        for given in self.number.iter().chain(pin) {
            claims.expressions.push((given, Some(Type::Text)));
        }
        for (variable, field) in &self.into {
            claims.assigned.push(Assigned {
                name: variable,
                from: Origin::Input(field.kind()),
            });
        }
        let sets = self.into.iter();
        claims.exits.push(Exit {
            to: &self.ok,
            cause: Cause::Status(AnswerKind::Found),
            sets: sets.map(|(variable, _)| variable.text.as_str()).collect(),
        });
        claims.exit(Cause::Status(AnswerKind::Missing), &self.missing);
        if let Some(pin) = &self.pin {
            claims.exit(Cause::Status(AnswerKind::Bad), &pin.wrong);
        }
        claims.exit(Cause::Status(AnswerKind::NoAnswer), &self.none);
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        match self.question(visit) {
            Ok(question) => Step::Ask {
                question,
                patience: self.timeout,
            },
            Err(reason) => Step::Fault(reason),
        }
    }

    fn step<'n>(&'n self, visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        let Event::Outcome(Outcome::Answered(answer)) = event else {
            return Step::impossible(event);
        };
        if let Answer::Found(found) = answer {
            for (variable, value) in found {
                visit.set(variable, value.clone(), false);
            }
        }
        let (kind, exit) = self.exit(answer.kind());
        visit.leaves_by(&Cause::Status(kind));
        Step::Go(exit)
    }
}
