//! How a caller comes to a place: the shortest way there, told as people tell it.

use model::CalendarState;
use model::fact::QueueExit;
use speech::Language;

use super::house::{Passage, Patience, Root, Stop};
use crate::ask::AnswerKind;
use crate::claim::Cause;
use crate::effect::{CallbackAnswer, TransferFailure};
use crate::told;
use crate::told::Told;

/// What happens to one caller, from his call to the place in question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    steps: Vec<Told>,
    /// The number that he calls, where he calls one.
    pub(crate) called: Option<String>,
    /// Where he comes in, and the stops behind it, each with how the one before is left.
    pub(crate) first: (String, String),
    pub(crate) legs: Vec<Leg>,
    pub(crate) wanted: Wanted,
}

/// One leg of his way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leg {
    /// What happens where it begins.
    pub(crate) by: Deed,
    /// The script and the node that it leads to.
    pub(crate) to: (String, String),
}

/// What has to happen at a node, so that a caller leaves it by an exit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// He presses this key.
    Key(char),
    /// He keys in what is asked for.
    Input,
    /// He keys in a PIN, which is right.
    Pin,
    /// He dials these digits.
    Dials(String),
    /// He does nothing, or nothing can be done.
    Nothing,
    /// It is a moment at which a calendar says this.
    Hours(String, CalendarState),
    /// A condition decides.
    Condition,
    /// His waiting ends so.
    Queue(QueueExit),
    /// The transfer fails so.
    Transfer(TransferFailure),
    /// The house says this to a callback.
    Callback(CallbackAnswer),
    /// A look-up brings this kind of answer.
    Answer(AnswerKind),
    /// A bot gives this result.
    Result(String),
    /// He speaks.
    Speaks,
}

/// What should be true of his call, and is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// It ends with somebody, a message, a promise or a goodbye.
    EndsWell,
    /// He is kept no longer than this when he does nothing.
    Within(Patience),
    /// This key leads him to a person.
    PersonBy(char),
}

impl Story {
    /// It begins by `root` at a stop and goes on along ways, each with where it leads.
    pub(super) fn new<'s>(
        root: &Root,
        first: Stop<'s>,
        steps: impl IntoIterator<Item = (Passage<'s>, Stop<'s>)>,
    ) -> Self {
        let called = match root {
            Root::Number(number) => Some(number.clone()),
            Root::Script(_) => None,
        };
        let story = Self {
            steps: vec![root.told()],
            called,
            first: owned(first),
            legs: Vec::new(),
            wanted: Wanted::EndsWell,
        };
        story.and_then(steps)
    }

    /// What happens then.
    pub(super) fn and_then<'s>(
        mut self,
        steps: impl IntoIterator<Item = (Passage<'s>, Stop<'s>)>,
    ) -> Self {
        for (passage, to) in steps {
            self.steps.extend(step(passage));
            self.legs.push(Leg {
                by: deed(passage),
                to: owned(to),
            });
        }
        self
    }

    /// What should be true of it.
    pub(super) const fn wanting(mut self, wanted: Wanted) -> Self {
        self.wanted = wanted;
        self
    }

    /// What should be true of it, in words.
    pub(crate) fn wish(&self) -> Told {
        match self.wanted {
            Wanted::EndsWell => told!("ends well", "好好结束"),
            Wanted::Within(Patience { prompts, time }) => {
                let time = time.as_secs();
                told!(
                    "silence meets somebody or the end within {prompts} prompts and {time} s",
                    "不按键时 {prompts} 段提示音、{time} 秒内有人接或结束"
                )
            }
            Wanted::PersonBy(key) => told!("{key} leads to a person", "按 {key} 找到人"),
        }
    }

    /// In English: `calls 4000, presses 3, a holiday of \`office\``; in Chinese likewise.
    pub fn said_in(&self, language: Language) -> String {
        let comma = match language {
            Language::English => ", ",
            Language::Chinese => "，",
        };
        let steps = self.steps.iter().map(|step| step.said_in(language));
        steps.collect::<Vec<_>>().join(comma)
    }
}

fn owned((script, node): Stop<'_>) -> (String, String) {
    (script.to_owned(), node.to_owned())
}

/// What has to happen for a way to be taken.
fn deed(passage: Passage<'_>) -> Deed {
    let Passage::Exit(cause) = passage else {
        return Deed::Nothing;
    };
    match cause {
        Cause::Key(key) | Cause::Accepts(key) => Deed::Key(key),
        Cause::Extension(row) => Deed::Dials(row.text.replace('x', "1")),
        Cause::Input(_) => Deed::Input,
        Cause::Pin(_) => Deed::Pin,
        Cause::Next | Cause::Failure | Cause::Declines | Cause::SaysNothing => Deed::Nothing,
        Cause::Hours(calendar, state) => Deed::Hours(calendar.text.clone(), state),
        Cause::Condition(_) | Cause::Otherwise => Deed::Condition,
        Cause::Queue(_, exit) => Deed::Queue(exit),
        Cause::Transfer(_, failure) => Deed::Transfer(failure),
        Cause::Callback(answer) => Deed::Callback(answer),
        Cause::Answer(_, kind) | Cause::Status(kind) => Deed::Answer(kind),
        Cause::Speaks => Deed::Speaks,
        Cause::Result(_, result) => Deed::Result(result.text.clone()),
        Cause::BotFails(_) => Deed::Answer(AnswerKind::NoAnswer),
        Cause::BoxFull(_) => Deed::Answer(AnswerKind::Missing),
        Cause::Ticket(true) => Deed::Answer(AnswerKind::Found),
        Cause::Ticket(false) => Deed::Answer(AnswerKind::NoAnswer),
    }
}

/// What happens along a way; nothing of a way that is the only one.
fn step(passage: Passage<'_>) -> Option<Told> {
    match passage {
        Passage::Exit(cause) => told_of(cause),
        Passage::HandOver => None,
    }
}

/// What happens where a node is left by this cause; nothing where nothing else can.
pub(crate) fn told_of(cause: Cause<'_>) -> Option<Told> {
    Some(match cause {
        Cause::Next => return None,
        Cause::Key(key) | Cause::Accepts(key) => told!("presses {key}", "按 {key}"),
        Cause::Extension(row) => {
            let row = &row.text;
            told!("dials the extension {row}", "拨分机 {row}")
        }
        Cause::Input(into) => {
            let into = &into.text;
            told!("keys in `{into}`", "输入 `{into}`")
        }
        Cause::Pin(calendar) => {
            let calendar = &calendar.text;
            told!(
                "keys in the PIN of `{calendar}`",
                "输入 `{calendar}` 的密码"
            )
        }
        Cause::Failure => told!("presses nothing that fits", "不按键或按错键"),
        Cause::Hours(calendar, state) => hours(&calendar.text, state),
        Cause::Condition(condition) => {
            let condition = condition.text();
            told!("`{condition}` is true", "`{condition}` 成立")
        }
        Cause::Otherwise => told!("no condition is true", "条件都不成立"),
        Cause::Queue(queue, exit) => queue_left(&queue.text, exit),
        Cause::Transfer(to, failure) => transfer_failed(&to.text, failure),
        Cause::Declines => told!("says no to a callback", "不要回呼"),
        Cause::Callback(answer) => callback_answered(answer),
        Cause::Answer(whom, answer) => looked_up(whom, answer),
        Cause::Speaks => told!("speaks", "说话留言"),
        Cause::BoxFull(mailbox) => {
            let mailbox = &mailbox.text;
            told!("the mailbox `{mailbox}` is full", "信箱 `{mailbox}` 已满")
        }
        Cause::Result(bot, result) => {
            let (bot, result) = (&bot.text, &result.text);
            told!(
                "the bot `{bot}` says `{result}`",
                "机器人 `{bot}` 给出 `{result}`"
            )
        }
        Cause::BotFails(bot) => {
            let bot = &bot.text;
            told!("the bot `{bot}` fails", "机器人 `{bot}` 失败")
        }
        Cause::Ticket(true) => told!("his ticket has its number", "工单已有编号"),
        Cause::Ticket(false) => told!("his ticket has no number in time", "工单未及时得到编号"),
        Cause::Status(AnswerKind::Found) => told!("there is a ticket", "查到工单"),
        Cause::Status(AnswerKind::Missing) => told!("there is no ticket", "查无工单"),
        Cause::Status(AnswerKind::Bad) => told!("his PIN opens no ticket", "查询密码不符"),
        Cause::Status(AnswerKind::NoAnswer) => {
            told!("tickets cannot be asked for", "工单无法查询")
        }
        Cause::SaysNothing => told!("says nothing", "未说话"),
    })
}

fn hours(calendar: &str, state: CalendarState) -> Told {
    match state {
        CalendarState::Open => told!("`{calendar}` is open", "`{calendar}` 工作时间内"),
        CalendarState::Closed => told!("`{calendar}` is closed", "`{calendar}` 工作时间外"),
        CalendarState::Holiday => told!("a holiday of `{calendar}`", "`{calendar}` 节假日"),
        CalendarState::Emergency => {
            told!(
                "`{calendar}` is closed out of turn",
                "`{calendar}` 紧急关闭"
            )
        }
    }
}

fn queue_left(queue: &str, exit: QueueExit) -> Told {
    match exit {
        QueueExit::Timeout => told!("waits in `{queue}` for too long", "在 `{queue}` 等待超时"),
        QueueExit::Full => told!("`{queue}` is full", "`{queue}` 已满"),
        QueueExit::NoAgents => told!("nobody serves `{queue}`", "`{queue}` 无坐席签入"),
        QueueExit::Closed => told!("`{queue}` is closed", "`{queue}` 已下班"),
        QueueExit::Withdrawn => {
            told!(
                "a supervisor takes him out of `{queue}`",
                "被班长移出 `{queue}`"
            )
        }
        QueueExit::Abandoned | QueueExit::Key | QueueExit::Moved | QueueExit::Failed => {
            told!("leaves `{queue}`", "离开 `{queue}`")
        }
    }
}

fn transfer_failed(to: &str, failure: TransferFailure) -> Told {
    match failure {
        TransferFailure::Busy => told!("`{to}` is busy", "`{to}` 忙线"),
        TransferFailure::NoAnswer => told!("`{to}` does not answer", "`{to}` 无人接听"),
        TransferFailure::Failure => told!("`{to}` cannot be reached", "`{to}` 无法接通"),
    }
}

fn callback_answered(answer: CallbackAnswer) -> Told {
    match answer {
        CallbackAnswer::Promised => told!("is promised a callback", "已登记回呼"),
        CallbackAnswer::Full => told!("no more callbacks are taken", "回呼名额已满"),
        CallbackAnswer::BadNumber => told!("his number cannot be called back", "号码不可回呼"),
    }
}

fn looked_up(whom: &str, answer: AnswerKind) -> Told {
    match answer {
        AnswerKind::Found => told!("`{whom}` answers", "`{whom}` 有应答"),
        AnswerKind::Missing => told!("`{whom}` finds nothing", "`{whom}` 查无结果"),
        AnswerKind::Bad => told!(
            "`{whom}` gives an answer that cannot be used",
            "`{whom}` 应答无效"
        ),
        AnswerKind::NoAnswer => told!("`{whom}` does not answer", "`{whom}` 无应答"),
    }
}
