//! `bot` (机器人): the caller talks with a service of the house, and keys lead on beside it (E24).
//!
//! The service chooses among the results that the script names and nothing else; whatever else becomes of it leads to
//! `on_failure`. What it brings is values of known types and never text of a script (S21), and no secret is told it (S22). The
//! run keeps its time. A key that the script names takes its exit at once; another is handed on to the service.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Kind, Node};
use crate::ask::{Answer, BotQuestion, Question, RESULT, Wanted};
use crate::claim::{Assigned, Cause, Choice, Claims, Exit, Origin, ReferenceKind};
use crate::expression::Expression;
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::{Section, Taken};
use crate::step::{Event, Outcome, Step};
use crate::told;

pub(super) const KIND: Kind = Kind {
    name: "bot",
    says: Words {
        en: "Lets the caller talk with a speech service or a bot; keys work beside it.",
        zh: "与语音机器人对话，按键始终可用",
    },
    keys: &[
        row(
            "bot",
            Form::Bot,
            Need::Required,
            "A bot of `bots.toml`.",
            "机器人",
        ),
        row(
            "prompt",
            Form::Prompt,
            Need::Optional,
            "Said before it listens; a key cuts it.",
            "开始前的提示音",
        ),
        row(
            "max_s",
            Form::Seconds {
                zero: false,
                max: 600,
            },
            Need::Default("120"),
            "How long it may have the caller.",
            "最长秒数",
        ),
        row(
            "keys",
            Form::Keys,
            Need::Required,
            "Keys that lead elsewhere, at any time: one at least. The bot is told the others.",
            "按键，至少一个",
        ),
        row(
            "send",
            Form::Values,
            Need::Optional,
            "What it is told at the beginning, each an expression; nothing that comes from a secret input.",
            "开始时告知的值",
        ),
        row(
            "into",
            Form::Wanted,
            Need::Optional,
            "Variables with places in the values that come with a result (RFC 6901): text, `number` or `truth`. One that is not \
             there, or of another type, leads to `on_failure`.",
            "存入的变量",
        ),
        row(
            "results",
            Form::Ways,
            Need::Required,
            "What it may come to, each with a node.",
            "机器人可给出的结果",
        ),
        row(
            "on_failure",
            Form::Node,
            Need::Required,
            "It cannot be reached, breaks off, says what nobody knows, has no seat left, or its time is over.",
            "机器人失败",
        ),
    ],
    example: "[bot.helper]\nbot = \"helper\"\nprompt = \"how_can_we_help\"\nmax_s = 90\nkeys = { 0 = \"agents\" }\n\
              send = { customer = \"caller.number\" }\ninto = { city = \"/city\", parcels = { at = \"/parcels\", type = \"number\" } }\n\
              results = { done = \"goodbye\", agent = \"agents\" }\non_failure = \"agents\"\n",
    read,
};

#[derive(Debug)]
struct Bot {
    bot: Name,
    prompt: Option<Name>,
    max: Duration,
    keys: Vec<(char, Name)>,
    send: Vec<(Name, Expression)>,
    into: Vec<Taken>,
    results: Vec<(Name, Name)>,
    on_failure: Name,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let (bot, prompt) = (section.name("bot"), section.optional_name("prompt"));
    let (max, keys) = (section.seconds("max_s"), keys(section));
    let (send, into) = (section.named_expressions("send"), into(section));
    let (results, on_failure) = (section.ways("results"), section.name("on_failure"));
    Ok(Box::new(Bot {
        bot: bot?,
        prompt: prompt?,
        max: max?,
        keys: keys?,
        send: send?,
        into: into?,
        results: results?,
        on_failure: on_failure?,
    }))
}

/// The way beside the service, without which a caller whom it does not understand has none.
fn keys(section: &mut Section<'_, '_>) -> Read<Vec<(char, Name)>> {
    if section.has("keys") {
        return section.keys("keys");
    }
    let asked = section.optional("keys")?;
    debug_assert!(asked.is_none(), "looked for above");
    let message = told!(
        "a bot needs `keys`: whom it does not understand must have another way",
        "机器人节点须有 `keys`：听不懂的来电者要有别的出路"
    );
    let help = told!(
        "one at least, such as `keys = {{ 0 = \"agents\" }}`",
        "至少一个，如 `keys = {{ 0 = \"agents\" }}`"
    );
    Err(section.report.error(section.place(), message, Some(help)))
}

/// Variables with places; none has the name under which the result itself stands.
fn into(section: &mut Section<'_, '_>) -> Read<Vec<Taken>> {
    let into = section.taken("into")?;
    match into.iter().find(|taken| taken.variable.text == RESULT) {
        None => Ok(into),
        Some(taken) => {
            let message = told!(
                "`{RESULT}` is what a test calls the result of a bot",
                "`{RESULT}` 在测试中指机器人的结果"
            );
            let help = told!("give the variable another name", "请换一个变量名");
            Err(section
                .report
                .error(taken.variable.place, message, Some(help)))
        }
    }
}

impl Bot {
    fn question(&self, visit: &mut Visit<'_>) -> Result<Question, String> {
        let mut given = BTreeMap::new();
        for (name, (value, is_secret)) in visit.given(&self.send)? {
            if is_secret {
                // S22: a script that calls this one may have given it a secret, which `check` does not see.
                visit.leaves_out(format!("`{name}` of a bot: it comes from a secret input"));
            } else {
                given.insert(name, value);
            }
        }
        let wanted = self.into.iter().map(|taken| {
            let wanted = Wanted {
                at: taken.at.text.clone(),
                kind: taken.kind,
            };
            (taken.variable.text.clone(), wanted)
        });
        let results = self.results.iter().map(|(result, _)| result.text.clone());
        Ok(Question::Bot(BotQuestion {
            bot: self.bot.text.clone(),
            given,
            results: results.collect(),
            wanted: wanted.collect::<BTreeMap<_, _>>(),
        }))
    }

    fn converse(&self, visit: &mut Visit<'_>) -> Step<'_> {
        match self.question(visit) {
            Ok(question) => Step::Converse {
                question,
                patience: self.max,
            },
            Err(reason) => Step::Fault(reason),
        }
    }

    /// The prompt is over: who has typed ahead what the script wants meets no bot.
    fn listen(&self, visit: &mut Visit<'_>) -> Step<'_> {
        let typed = visit.kept_key().and_then(|key| self.way_of(key));
        match typed.filter(|_| visit.may_choose()) {
            Some(to) => {
                visit.forget_key();
                Step::Choose(to)
            }
            None => self.converse(visit),
        }
    }

    fn way_of(&self, key: char) -> Option<&Name> {
        let way = self.keys.iter().find(|(known, _)| *known == key);
        way.map(|(_, to)| to)
    }

    fn key(&self, visit: &mut Visit<'_>, key: char) -> Step<'_> {
        match self.way_of(key) {
            Some(to) if visit.may_choose() => Step::Choose(to),
            Some(_) => Step::Stay,
            None => Step::PassKey(key),
        }
    }

    fn answered(&self, visit: &mut Visit<'_>, answer: &Answer) -> Step<'_> {
        let Answer::Found(found) = answer else {
            return Step::Go(&self.on_failure);
        };
        let result = found.get(RESULT).map(ToString::to_string);
        let mut results = self.results.iter();
        let way = results.find(|(known, _)| Some(&known.text) == result.as_ref());
        for taken in &self.into {
            if let Some(value) = found.get(&taken.variable.text) {
                visit.set(&taken.variable.text, value.clone(), false);
            }
        }
        Step::Go(way.map_or(&self.on_failure, |(_, to)| to))
    }
}

impl Node for Bot {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        claims.refers(ReferenceKind::Bot, &self.bot);
        let keys = || self.keys.iter().map(|(key, to)| (*key, to)).collect();
        if let Some(prompt) = &self.prompt {
            claims.plays(prompt, 1, true);
            claims.choice = Some(Choice {
                prompt,
                keys: keys(),
            });
        }
        claims.kept = self.max;
        (claims.is_menu, claims.listens, claims.asks_last) = (true, true, true);
        claims.reads_all(self.send.iter().map(|(_, expression)| expression));
        let told = self.send.iter().map(|(_, expression)| expression);
        claims.told.extend(told);
        for taken in &self.into {
            claims.assigned.push(Assigned {
                name: &taken.variable,
                from: Origin::Input(taken.kind),
            });
        }
        for (key, to) in &self.keys {
            claims.exit(Cause::Key(*key), to);
        }
        let sets = || self.into.iter().map(|taken| taken.variable.text.as_str());
        for (result, to) in &self.results {
            claims.exits.push(Exit {
                to,
                cause: Cause::Result(&self.bot, result),
                sets: sets().collect(),
            });
        }
        claims.exit(Cause::BotFails(&self.bot), &self.on_failure);
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        visit.trace_as(self.bot.text.clone());
        match &self.prompt {
            Some(prompt) => Step::Say {
                prompt,
                digits: String::new(),
                interruptible: true,
            },
            None => self.listen(visit),
        }
    }

    fn step<'n>(&'n self, visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        match event {
            Event::Heard => self.listen(visit),
            Event::Key(key) => self.key(visit, *key),
            Event::Outcome(Outcome::Answered(answer)) => self.answered(visit, answer),
            Event::TimedOut | Event::Outcome(_) => Step::impossible(event),
        }
    }
}
