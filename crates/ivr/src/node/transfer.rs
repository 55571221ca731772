//! `transfer` (转接): to an agent, a number, a queue or another script; answers and language travel along (E16).

use std::time::Duration;

use model::fact::QueueExit;
use model::{QueueName, ScriptName};

use super::{Kind, Node};
use crate::claim::{Cause, Claims, End, ReferenceKind};
use crate::effect::{Target, TransferFailure};
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::{Event, Outcome, Step};
use crate::template::Template;
use crate::told;
use crate::told::Told;

pub(super) const KIND: Kind = Kind {
    name: "transfer",
    says: Words {
        en: "Hands the caller over.",
        zh: "转接",
    },
    keys: &[
        row(
            "to",
            Form::Target,
            Need::Required,
            "`number:…` as an agent would dial it, `agent:LOGIN`, `queue:NAME`, or `script:NAME`, which has no way back. The login may be what the \
             caller has dialled: `agent:{extension}`; one that nobody has leaves by `on_failure`.",
            "转接目标",
        ),
        row(
            "ring_s",
            Form::Seconds {
                zero: false,
                max: 300,
            },
            Need::Default("25"),
            "How long an agent or a number rings; not for a queue or a script.",
            "振铃秒数",
        ),
        row(
            "wait_s",
            Form::Seconds {
                zero: true,
                max: 3600,
            },
            Need::Default("0"),
            "How long the caller waits for an agent who is on a call, in the line of the first of that agent's queues and for him alone; \
             0 does not wait. Only for an agent.",
            "等待坐席秒数",
        ),
        row(
            "by_region",
            Form::Truth,
            Need::Default("false"),
            "Whether the queues of the regions of `numbers.toml` that fit the caller's number come before this agent or queue; \
             not for a number or a script.",
            "按区域路由",
        ),
        row(
            "on_busy",
            Form::Node,
            Need::Optional,
            "The line is engaged; of a queue: it is full; of an agent who is waited for: `wait_s` is over, he is not ready, or enough \
             wait for him. Required but for a script, which has no exits.",
            "忙线",
        ),
        row(
            "on_no_answer",
            Form::Node,
            Need::Optional,
            "Nobody came; of a queue: `max_wait_s` is over. Required but for a script.",
            "无人接听",
        ),
        row(
            "on_failure",
            Form::Node,
            Need::Optional,
            "It could not be reached; of a queue: nobody is signed in, or it is closed. Required but for a script.",
            "无法接通",
        ),
    ],
    example: "[transfer.desk]\nto = \"agent:1001\"\nring_s = 20\nwait_s = 120\non_busy = \"support\"\non_no_answer = \"support\"\n\
              on_failure = \"goodbye\"\n\n[transfer.survey]\nto = \"script:survey\"\n",
    read,
};

#[derive(Debug)]
struct Transfer {
    /// As written: `agent:1001`.
    to: Name,
    /// What follows the colon.
    named: Name,
    target: Target,
    /// The login, where the caller dials it (E6).
    dialled: Option<Template>,
    ring: Duration,
    wait: Duration,
    by_region: bool,
    /// None for a script.
    exits: Option<Exits>,
}

#[derive(Debug)]
struct Exits {
    on_busy: Name,
    on_no_answer: Name,
    on_failure: Name,
}

const EXITS: [&str; 3] = ["on_busy", "on_no_answer", "on_failure"];

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let (to, ring) = (section.name("to"), section.seconds("ring_s"));
    let wait = section.seconds("wait_s");
    let by_region = section.truth("by_region");
    let [on_busy, on_no_answer, on_failure] = EXITS.map(|key| section.optional_name(key));
    let to = to?;
    let (named, target) = target(section, &to)?;
    let dialled = dialled(section, &to, &target)?;
    let rings = matches!(target, Target::Agent(_) | Target::Number(_));
    let of_region = matches!(target, Target::Agent(_) | Target::Queue(_));
    let waits = matches!(target, Target::Agent(_));
    for (key, fits) in [
        ("ring_s", rings),
        ("wait_s", waits),
        ("by_region", of_region),
    ] {
        if !fits && section.has(key) {
            let message = told!(
                "`{key}` has no meaning for `{}`",
                "`{key}` 对 `{}` 没有意义",
                to.text
            );
            let help = told!("leave it out", "请去掉");
            section
                .report
                .error(section.place_of_key(key), message, Some(help));
        }
    }
    if matches!(target, Target::Script(_)) {
        let vain: Vec<&str> = EXITS.into_iter().filter(|key| section.has(key)).collect();
        for key in vain {
            let message = told!(
                "`{key}` is never taken: `{}` has no way back",
                "`{key}` 永不会走到：`{}` 没有回路",
                to.text
            );
            let help = told!("leave it out", "请去掉");
            section
                .report
                .error(section.place_of_key(key), message, Some(help));
        }
        return Ok(Box::new(Transfer {
            to,
            named,
            target,
            dialled: None,
            ring: ring?,
            wait: Duration::ZERO,
            by_region: false,
            exits: None,
        }));
    }
    let [on_busy, on_no_answer, on_failure] = [
        (EXITS[0], on_busy?),
        (EXITS[1], on_no_answer?),
        (EXITS[2], on_failure?),
    ]
    .map(|(key, exit)| exit.ok_or(key).or_else(|key| section.name(key)));
    let exits = Exits {
        on_busy: on_busy?,
        on_no_answer: on_no_answer?,
        on_failure: on_failure?,
    };
    Ok(Box::new(Transfer {
        to,
        named,
        target,
        dialled,
        ring: ring?,
        wait: wait?,
        by_region: by_region?,
        exits: Some(exits),
    }))
}

/// `queue:support` as a target, and what follows the colon.
fn target(section: &mut Section<'_, '_>, written: &Name) -> Read<(Name, Target)> {
    const SCHEMES: [&str; 4] = ["number", "agent", "queue", "script"];
    let (scheme, rest) = written
        .text
        .split_once(':')
        .unwrap_or((written.text.as_str(), ""));
    let target = match scheme {
        "number" => Target::Number(rest.to_owned()),
        "agent" => Target::Agent(rest.to_owned()),
        "queue" => Target::Queue(QueueName::from(rest)),
        "script" => Target::Script(ScriptName::from(rest)),
        _ => {
            let (text, expected) = (&written.text, Form::Target.describe());
            let message = Told {
                en: format!("`{text}` is no target; expected {}", expected.en),
                zh: format!("`{text}` 不是转接目标；应为 {}", expected.zh),
            };
            return Err(section.report.unknown(
                written.place,
                message,
                scheme,
                SCHEMES.into_iter(),
            ));
        }
    };
    if rest.is_empty()
        || rest
            .chars()
            .any(|letter| letter.is_whitespace() || letter.is_control())
    {
        let message = told!(
            "`{}` names no {scheme}; expected \"{scheme}:…\"",
            "`{}` 没有写明 {scheme}；应为 \"{scheme}:…\"",
            written.text
        );
        return Err(section.report.error(written.place, message, None));
    }
    Ok((
        Name {
            text: rest.to_owned(),
            place: written.place,
        },
        target,
    ))
}

/// A caller chooses among our own people, and never a number: that costs, and strangers would call on our account.
fn dialled(section: &mut Section<'_, '_>, to: &Name, target: &Target) -> Read<Option<Template>> {
    if !to.text.contains(['{', '}']) {
        return Ok(None);
    }
    if matches!(target, Target::Agent(_)) {
        return section.template("to").map(Some);
    }
    let message = told!(
        "only an agent may be named by what a caller dials",
        "只有坐席可以由来电者所拨的号码指定"
    );
    let help = told!("write `agent:{{extension}}`", "请写 `agent:{{extension}}`");
    Err(section.report.error(to.place, message, Some(help)))
}

impl Exits {
    const fn of(&self, failure: TransferFailure) -> &Name {
        match failure {
            TransferFailure::Busy => &self.on_busy,
            TransferFailure::NoAnswer => &self.on_no_answer,
            TransferFailure::Failure => &self.on_failure,
        }
    }
}

impl Transfer {
    /// The target at this moment, shown in the trace unless a secret is in it.
    fn to_whom(&self, visit: &mut Visit<'_>) -> Result<Target, String> {
        let Some(dialled) = &self.dialled else {
            visit.trace_as(self.to.text.clone());
            return Ok(self.target.clone());
        };
        let written = dialled.fill(|it| visit.evaluate(it), str::to_owned)?;
        let is_secret = dialled.expressions().any(|it| visit.reads_secret(it));
        let shown = if is_secret { &self.to.text } else { &written };
        visit.trace_as(shown.clone());
        let login = written.split_once(':').map_or("", |(_, login)| login);
        Ok(Target::Agent(login.to_owned()))
    }

    fn failed(&self, failure: TransferFailure) -> Step<'_> {
        match &self.exits {
            Some(exits) => Step::Go(exits.of(failure)),
            None => Step::Fault(format!("`{}` has no way back", self.to.text)),
        }
    }
}

impl Node for Transfer {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        let kind = match &self.target {
            Target::Agent(_) => ReferenceKind::Agent,
            Target::Queue(_) => ReferenceKind::Queue,
            Target::Script(_) => ReferenceKind::Script,
            Target::Number(_) => ReferenceKind::Number,
        };
        match &self.dialled {
            Some(dialled) => claims.reads_all(dialled.expressions()),
            None => claims.refers(kind, &self.named),
        }
        if let Some(exits) = &self.exits {
            claims.end = Some(End::Person);
            claims.kept = match self.target {
                Target::Agent(_) | Target::Number(_) => self.ring,
                Target::Queue(_) | Target::Script(_) => Duration::ZERO,
            };
            for failure in TransferFailure::ALL {
                claims.exit(Cause::Transfer(&self.to, failure), exits.of(failure));
            }
        }
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        let to = match self.to_whom(visit) {
            Ok(to) => to,
            Err(reason) => return Step::Fault(reason),
        };
        match &self.target {
            Target::Agent(_) | Target::Number(_) => Step::Transfer {
                to,
                ring: self.ring,
                wait: self.wait,
                by_region: self.by_region,
            },
            Target::Queue(queue) => Step::Join {
                queue: queue.as_str(),
                head_start: Duration::ZERO,
                priority: 0,
                needs: None,
                sticky: None,
                by_region: self.by_region,
                choices: None,
            },
            Target::Script(script) => Step::Continue(script),
        }
    }

    fn step<'n>(&'n self, _visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        match event {
            Event::Outcome(Outcome::TransferFailed(failure)) => self.failed(*failure),
            Event::Outcome(Outcome::QueueLeft(exit)) => match exit {
                QueueExit::Full => self.failed(TransferFailure::Busy),
                QueueExit::Timeout => self.failed(TransferFailure::NoAnswer),
                QueueExit::NoAgents | QueueExit::Closed | QueueExit::Withdrawn => {
                    self.failed(TransferFailure::Failure)
                }
                QueueExit::Abandoned | QueueExit::Failed | QueueExit::Key => Step::Gone,
                // He stands in another line.
                QueueExit::Moved => Step::Stay,
            },
            Event::Key(_) => Step::Stay,
            Event::Heard | Event::TimedOut | Event::Outcome(_) => Step::impossible(event),
        }
    }
}
