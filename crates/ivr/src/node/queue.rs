//! `queue` (排队): the caller waits for an agent. An answered call is the end of the script's work.

use std::time::Duration;

use model::Requirement;
use model::fact::QueueExit;

use super::{Kind, Node};
use crate::claim::{Cause, Choice, Claims, End, Needed, ReferenceKind};
use crate::place::{Name, Place};
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::{Event, Outcome, Step};
use crate::told;

pub(super) const KIND: Kind = Kind {
    name: "queue",
    says: Words {
        en: "Lets the caller wait for an agent, with the queue's music.",
        zh: "排队等待坐席",
    },
    keys: &[
        row(
            "queue",
            Form::Queue,
            Need::Required,
            "A queue of `queues.toml`.",
            "队列",
        ),
        row(
            "head_start_s",
            Form::Seconds {
                zero: true,
                max: 86_400,
            },
            Need::Default("0"),
            "How much longer than in truth the caller is taken to wait.",
            "优先等待秒数",
        ),
        row(
            "priority",
            Form::Whole { min: 0, max: 9 },
            Need::Default("0"),
            "Strictly before callers of a lower one, whatever they have waited; the number's own `priority` if that is higher.",
            "严格优先级",
        ),
        row(
            "skills",
            Form::Text,
            Need::Optional,
            "What he needs of an agent, such as `lang.en >= 3 and billing`; as long as he waits.",
            "所需技能",
        ),
        row(
            "sticky",
            Form::Truth,
            Need::Optional,
            "Whether the agent who knows the caller comes first; the queue's own setting without it.",
            "熟客优先",
        ),
        row(
            "by_region",
            Form::Truth,
            Need::Default("false"),
            "Whether the queues of the regions of `numbers.toml` that fit the caller's number take this queue's place.",
            "按区域路由",
        ),
        row(
            "keys",
            Form::Keys,
            Need::Optional,
            "Keys that lead elsewhere while he waits; none without it.",
            "等待中的按键",
        ),
        row(
            "prompt",
            Form::Prompt,
            Need::Optional,
            "Tells the keys: with the first announcement, and again every 90 s at most.",
            "告知按键的提示音",
        ),
        row(
            "on_timeout",
            Form::Node,
            Need::Required,
            "He waited `max_wait_s` of the queue.",
            "等待超时",
        ),
        row(
            "on_no_agents",
            Form::Node,
            Need::Required,
            "Nobody is signed in.",
            "无坐席签入",
        ),
        row(
            "on_full",
            Form::Node,
            Need::SameAs("on_no_agents"),
            "`max_waiting` callers are there already.",
            "队列已满",
        ),
        row(
            "on_closed",
            Form::Node,
            Need::SameAs("on_no_agents"),
            "The queue's hours are over.",
            "队列已下班",
        ),
        row(
            "on_withdrawn",
            Form::Node,
            Need::SameAs("on_no_agents"),
            "A supervisor took him out of the line.",
            "被班长移出队列",
        ),
    ],
    example: "[queue.support]\nqueue = \"support\"\nhead_start_s = 60\npriority = 1\nskills = \"lang.en >= 3\"\nsticky = true\nby_region = true\nkeys = { 2 = \"sales\" }\nprompt = \"choices\"\n\
              on_timeout = \"goodbye\"\non_no_agents = \"goodbye\"\non_full = \"busy\"\non_closed = \"closed\"\non_withdrawn = \"goodbye\"\n",
    read,
};

#[derive(Debug)]
struct Queue {
    queue: Name,
    head_start: Duration,
    priority: u8,
    skills: Option<(Requirement, Place)>,
    sticky: Option<bool>,
    by_region: bool,
    keys: Vec<(char, Name)>,
    prompt: Option<Name>,
    on_timeout: Name,
    on_no_agents: Name,
    on_full: Name,
    on_closed: Name,
    on_withdrawn: Name,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let (queue, head_start) = (section.name("queue"), section.seconds("head_start_s"));
    let (priority, skills) = (section.whole("priority"), requirement(section));
    let (sticky, keys) = (section.optional_truth("sticky"), section.keys("keys"));
    let (by_region, prompt) = (section.truth("by_region"), prompt(section));
    let (on_timeout, on_no_agents) = (section.name("on_timeout"), section.name("on_no_agents"));
    let (on_full, on_closed) = (section.name("on_full"), section.name("on_closed"));
    let on_withdrawn = section.name("on_withdrawn");
    Ok(Box::new(Queue {
        queue: queue?,
        head_start: head_start?,
        priority: u8::try_from(priority?).unwrap_or(u8::MAX),
        skills: skills?,
        sticky: sticky?,
        by_region: by_region?,
        keys: keys?,
        prompt: prompt?,
        on_timeout: on_timeout?,
        on_no_agents: on_no_agents?,
        on_full: on_full?,
        on_closed: on_closed?,
        on_withdrawn: on_withdrawn?,
    }))
}

/// The prompt that tells the keys; without keys it would tell nothing.
fn prompt(section: &mut Section<'_, '_>) -> Read<Option<Name>> {
    let prompt = section.optional_name("prompt")?;
    match prompt {
        Some(prompt) if !section.has("keys") => Err(section.report.error(
            prompt.place,
            told!(
                "`prompt` tells the keys of a queue, and this one has none",
                "`prompt` 用来说明排队按键，而此节点没有按键"
            ),
            Some(told!(
                "add `keys`; what everybody is told stands under `announce` of the queue",
                "请补上 `keys`；对所有人播报的内容写在队列的 `announce` 中"
            )),
        )),
        prompt => Ok(prompt),
    }
}

/// What the caller needs of an agent, if anything.
fn requirement(section: &mut Section<'_, '_>) -> Read<Option<(Requirement, Place)>> {
    let Some(text) = section.optional_name("skills")? else {
        return Ok(None);
    };
    match text.text.parse() {
        Ok(needs) => Ok(Some((needs, text.place))),
        Err(error) => Err(section.report.error(
            text.place,
            told!("`skills`: {error}", "`skills`：{error}"),
            Some(told!(
                "write skills and levels, such as `lang.en >= 3 and not trainee`",
                "请写技能与级别，如 `lang.en >= 3 and not trainee`"
            )),
        )),
    }
}

impl Queue {
    /// He leaves the line without an agent.
    fn without_agent(&self, visit: &mut Visit<'_>, exit: QueueExit) -> Step<'_> {
        visit.leaves_by(&Cause::Queue(&self.queue, exit));
        match exit {
            QueueExit::Timeout => Step::Go(&self.on_timeout),
            QueueExit::NoAgents => Step::Go(&self.on_no_agents),
            QueueExit::Full => Step::Go(&self.on_full),
            QueueExit::Closed => Step::Go(&self.on_closed),
            QueueExit::Withdrawn => Step::Go(&self.on_withdrawn),
            // `Key` is the engine's word for what the run itself asked for; a call that failed has no caller.
            QueueExit::Abandoned | QueueExit::Failed | QueueExit::Key => Step::Gone,
            // He stands in another line.
            QueueExit::Moved => Step::Stay,
        }
    }
}

impl Node for Queue {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        claims.end = Some(End::Person);
        claims.refers(ReferenceKind::Queue, &self.queue);
        if let Some((requirement, place)) = &self.skills {
            claims.needs.push(Needed {
                requirement,
                place: *place,
                queue: &self.queue,
                by_region: self.by_region,
            });
        }
        for (key, to) in &self.keys {
            claims.exit(Cause::Key(*key), to);
        }
        if let Some(prompt) = &self.prompt {
            claims.refers(ReferenceKind::Prompt, prompt);
            claims.choice = Some(Choice {
                prompt,
                keys: self.keys.iter().map(|(key, to)| (*key, to)).collect(),
            });
        }
        for (exit, to) in [
            (QueueExit::Timeout, &self.on_timeout),
            (QueueExit::NoAgents, &self.on_no_agents),
            (QueueExit::Full, &self.on_full),
            (QueueExit::Closed, &self.on_closed),
            (QueueExit::Withdrawn, &self.on_withdrawn),
        ] {
            claims.exit(Cause::Queue(&self.queue, exit), to);
        }
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        visit.trace_as(self.queue.text.clone());
        Step::Join {
            queue: &self.queue.text,
            head_start: self.head_start,
            priority: self.priority,
            needs: self.skills.as_ref().map(|(needs, _)| needs),
            sticky: self.sticky,
            by_region: self.by_region,
            choices: self.prompt.as_ref(),
        }
    }

    fn step<'n>(&'n self, visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        match event {
            Event::Key(key) => match self.keys.iter().find(|(known, _)| known == key) {
                Some((_, to)) if visit.may_choose() => Step::Leave(to),
                Some(_) | None => Step::Stay,
            },
            Event::Outcome(Outcome::QueueLeft(exit)) => self.without_agent(visit, *exit),
            Event::Heard | Event::TimedOut | Event::Outcome(_) => Step::impossible(event),
        }
    }
}
