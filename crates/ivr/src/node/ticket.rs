//! `ticket` (工单): the script files a ticket about the caller's matter (E15, G7), and goes on.
//!
//! The fact that it was asked for is the promise that it is made, so a call that ends, or a process that is killed, loses none and
//! makes none twice. Who is to be told its number (`into`) waits for the desk, a bounded time: the number is known only once the
//! ticket stands in the store. After its first 20 visits in a call the node files nothing that it has filed word for word. Values of secret inputs are written as `***` (S22).

use std::collections::BTreeMap;
use std::time::Duration;

use model::fact::{TicketContent, TicketField};

use super::{Kind, Node};
use crate::ask::{Answer, Question, TicketQuestion};
use crate::claim::{Assigned, Cause, Claims, Exit, Filed, Origin};
use crate::expression::Expression;
use crate::look_up::GRACE;
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::{Section, Writing};
use crate::step::{Event, Outcome, Step};
use crate::told;
use crate::value::{Type, Value};

/// How long the desk may take for a number.
const PATIENCE: Duration = Duration::from_secs(2);
/// Most fields of a ticket.
const FIELDS_MAX: usize = 40;
/// Longest text of a field, in characters; what is longer is cut.
const FIELD_CHARS_MAX: usize = 1_000;
/// Longest subject, in characters; what is longer is cut.
const SUBJECT_CHARS_MAX: usize = 200;
/// What stands for a secret.
const MASK: &str = "***";

pub(super) const KIND: Kind = Kind {
    name: "ticket",
    says: Words {
        en: "Files a ticket with the number and the recordings of the call, and goes on. It is made even if the caller hangs up.",
        zh: "登记工单，附主叫号码与本次通话的录音，随后继续；主叫挂机也不丢失",
    },
    keys: &[
        row(
            "ticket_type",
            Form::Text,
            Need::Required,
            "Of what kind it is, as the house calls it.",
            "工单类型",
        ),
        row(
            "category",
            Form::Text,
            Need::Optional,
            "What it is about, as the house calls it.",
            "业务分类",
        ),
        row(
            "subject",
            Form::Writing,
            Need::Required,
            "One line, 200 characters at most; values of secret inputs are written as `***`.",
            "标题，最多 200 字；保密输入写作 `***`",
        ),
        row(
            "fields",
            Form::Values,
            Need::Optional,
            "What was found out: names with expressions, each field of its expression's type; 40 at most.",
            "字段及表达式，类型随表达式，最多 40 项",
        ),
        row(
            "into",
            Form::Variable,
            Need::Optional,
            "The variable that takes the ticket's number, such as `261118-0042-7`, to be said as `{number:order}`. \
             The caller waits for it, 2 s at most.",
            "存入工单号的变量，最多等待 2 秒",
        ),
        row(
            "next",
            Form::Node,
            Need::Required,
            "It is filed; with `into` it has its number.",
            "登记后",
        ),
        row(
            "error",
            Form::Node,
            Need::Optional,
            "Required with `into`, and only then: the number is not there in time. The ticket is made all the same.",
            "未及时得到工单号（工单仍会登记）；有 `into` 时必填",
        ),
    ],
    example: "[ticket.complaint]\nticket_type = \"complaint\"\ncategory = \"network\"\n\
              subject = { zh-CN = \"投诉：订单 {order_no}\", en = \"Complaint about order {order_no}\" }\n\
              fields = { order = \"order_no\", vip = \"caller.vip > 0\" }\ninto = \"ticket_no\"\nnext = \"say_number\"\nerror = \"goodbye\"\n",
    read,
};

#[derive(Debug)]
struct Ticket {
    ticket_type: Name,
    category: Option<Name>,
    subject: Writing,
    fields: Vec<(Name, Expression)>,
    number: Option<Wanted>,
    next: Name,
}

/// A number that is waited for.
#[derive(Debug)]
struct Wanted {
    into: Name,
    error: Name,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let ticket_type = section.name("ticket_type").and_then(|name| {
        if !name.text.trim().is_empty() {
            return Ok(name);
        }
        let message = told!("`ticket_type` is empty", "`ticket_type` 为空");
        Err(section.report.error(name.place, message, None))
    });
    let category = section.optional_name("category");
    let (subject, fields) = (section.writing("subject"), fields(section));
    let (number, next) = (number(section), section.name("next"));
    Ok(Box::new(Ticket {
        ticket_type: ticket_type?,
        category: category?,
        subject: subject?,
        fields: fields?,
        number: number?,
        next: next?,
    }))
}

fn fields(section: &mut Section<'_, '_>) -> Read<Vec<(Name, Expression)>> {
    let fields = section.named_expressions("fields")?;
    if fields.len() <= FIELDS_MAX {
        return Ok(fields);
    }
    let message = told!(
        "a ticket has {FIELDS_MAX} fields at most",
        "工单最多 {FIELDS_MAX} 个字段"
    );
    let place = section.place_of_key("fields");
    Err(section.report.error(place, message, None))
}

/// The number and the way on without it belong together.
fn number(section: &mut Section<'_, '_>) -> Read<Option<Wanted>> {
    let into = section.optional_name("into")?;
    let into = into.map(|name| section.settable(name)).transpose();
    let error = section.optional_name("error");
    match (into?, error?) {
        (None, None) => Ok(None),
        (Some(into), Some(error)) => Ok(Some(Wanted { into, error })),
        (Some(_), None) => {
            let place = section.place_of_key("into");
            let message = told!(
                "`into` needs `error`: the number may not be there in time",
                "有 `into` 就须写 `error`：工单号可能未及时得到"
            );
            let help = told!(
                "add `error = \"…\"`, a node that goes on without the number",
                "补上 `error = \"…\"`，指向没有工单号也能继续的节点"
            );
            Err(section.report.error(place, message, Some(help)))
        }
        (None, Some(error)) => {
            let message = told!(
                "`error` is never taken without `into`: nothing is waited for",
                "没有 `into` 就不会走 `error`：无需等待"
            );
            let help = told!(
                "delete `error`, or add `into = \"ticket_no\"`",
                "删去 `error`，或补上 `into = \"ticket_no\"`"
            );
            Err(section.report.error(error.place, message, Some(help)))
        }
    }
}

impl Ticket {
    fn content(&self, visit: &Visit<'_>) -> Result<TicketContent, String> {
        let fields = visit.given(&self.fields)?.into_iter();
        let fields = fields.map(|(name, (value, secret))| (name, field(value, secret)));
        Ok(TicketContent {
            ticket_type: self.ticket_type.text.clone(),
            category: self.category.as_ref().map(|name| name.text.clone()),
            subject: self.subject_line(visit)?,
            fields: fields.collect::<BTreeMap<_, _>>(),
            for_leads: false,
        })
    }

    /// One line. What the caller's answers leave empty is called by its kind: a ticket has a subject.
    fn subject_line(&self, visit: &Visit<'_>) -> Result<String, String> {
        let shown = |expression: &Expression| {
            if visit.reads_secret(expression) {
                return Ok(Value::Text(MASK.to_owned()));
            }
            visit.evaluate(expression)
        };
        let written = self.subject.in_language(visit.language());
        let line = written.map_or(Ok(String::new()), |it| it.fill(shown, str::to_owned))?;
        let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
        let line: String = line.chars().map(plain).take(SUBJECT_CHARS_MAX).collect();
        Ok(match line.trim() {
            "" => self.ticket_type.text.clone(),
            line => line.to_owned(),
        })
    }
}

fn field(value: Value, secret: bool) -> TicketField {
    match value {
        _ if secret => TicketField::Text(MASK.to_owned()),
        Value::Text(text) => TicketField::Text(text.chars().take(FIELD_CHARS_MAX).collect()),
        Value::Number(number) => TicketField::Number(number.to_string()),
        Value::Truth(truth) => TicketField::Truth(truth),
    }
}

impl Node for Ticket {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        self.subject.claim(claims);
        claims.reads_all(self.fields.iter().map(|(_, expression)| expression));
        claims.files = Some(Filed {
            ticket_type: &self.ticket_type,
            category: self.category.as_ref(),
            fields: &self.fields,
        });
        let Some(Wanted { into, error }) = &self.number else {
            return claims.exit(Cause::Next, &self.next);
        };
        claims.kept = PATIENCE + GRACE;
        claims.assigned.push(Assigned {
            name: into,
            from: Origin::Input(Type::Text),
        });
        claims.exits.push(Exit {
            to: &self.next,
            cause: Cause::Ticket(true),
            sets: vec![&into.text],
        });
        claims.exit(Cause::Ticket(false), error);
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        let content = match self.content(visit) {
            Ok(content) => content,
            Err(reason) => return Step::Fault(reason),
        };
        // S21: who goes round and round files no flood of tickets, and loses no word.
        let before = visit.filed_before(&content).filter(|_| !visit.may_choose());
        let part = before.unwrap_or_else(|| visit.file_ticket(content));
        match &self.number {
            None => Step::Go(&self.next),
            Some(Wanted { into, .. }) => Step::Ask {
                question: Question::Ticket(TicketQuestion {
                    part,
                    into: into.text.clone(),
                }),
                patience: PATIENCE,
            },
        }
    }

    fn step<'n>(&'n self, visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        let (Event::Outcome(Outcome::Answered(answer)), Some(wanted)) = (event, &self.number)
        else {
            return Step::impossible(event);
        };
        match answer {
            Answer::Found(found) => {
                for (variable, value) in found {
                    visit.set(variable, value.clone(), false);
                }
                Step::Go(&self.next)
            }
            Answer::Missing | Answer::Bad(_) | Answer::NoAnswer(_) => Step::Go(&wanted.error),
        }
    }
}
