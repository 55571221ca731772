//! What can be typed: keys, and commands that begin with a colon.
//!
//! A command is a row: its word, what follows it, what it means in both languages, and how it is read. The help is the table.

use std::time::Duration;

use ivr::rehearsal::Happening;
use ivr::{CallbackAnswer, QueueExit, Told, TransferFailure, did_you_mean, told};
use model::{Calendar, Timestamp};

/// What is typed.
#[derive(Debug, PartialEq)]
pub(super) enum Typed {
    /// Nothing: silence, where a key is waited for.
    Nothing,
    Keys(Vec<char>),
    Happens(Happening),
    /// What a look-up brings, to be read as it asks.
    Answer(String),
    At(String),
    Caller(String),
    Called(String),
    Vip(u8),
    Language(String),
    Close(String),
    Open(Option<String>),
    Give(String, String),
    Again,
    Vars,
    Trace,
    Save(String),
    Help,
    Quit,
}

/// One command.
pub(super) struct Row {
    word: &'static str,
    after: &'static str,
    en: &'static str,
    zh: &'static str,
    read: fn(&str) -> Option<Typed>,
}

const fn row(
    word: &'static str,
    after: &'static str,
    en: &'static str,
    zh: &'static str,
    read: fn(&str) -> Option<Typed>,
) -> Row {
    Row {
        word,
        after,
        en,
        zh,
        read,
    }
}

/// All of them, in the order of the help.
const ROWS: &[Row] = &[
    row(
        "queue",
        "answered|timeout|full|closed|no_agents|withdrawn|abandoned",
        "what becomes of his waiting",
        "排队的结果",
        |it| outcome(QUEUE, it).map(Happening::Queue).map(Typed::Happens),
    ),
    row(
        "transfer",
        "answered|busy|no_answer|failure",
        "what becomes of a transfer",
        "转接的结果",
        |it| {
            outcome(TRANSFER, it)
                .map(Happening::Transfer)
                .map(Typed::Happens)
        },
    ),
    row(
        "callback",
        "accepted|declined|bad_number",
        "whether the house calls him back",
        "是否接受回呼",
        |it| {
            outcome(CALLBACK, it)
                .map(Happening::Callback)
                .map(Typed::Happens)
        },
    ),
    row(
        "answer",
        "ok {\"status\": \"done\"} | missing | bad | none",
        "what a look-up brings; of a mailbox ok or full",
        "查询的结果；信箱为 ok 或 full",
        |it| text(it).map(Typed::Answer),
    ),
    row(
        "speak",
        "12",
        "he speaks for so many seconds where he is recorded",
        "录音时说话的秒数",
        |it| {
            let seconds: u16 = it.parse().ok().filter(|it| (1..=3_600).contains(it))?;
            Some(Typed::Happens(Happening::Speaks(Duration::from_secs(
                seconds.into(),
            ))))
        },
    ),
    row("hangup", "", "he hangs up", "来电者挂机", |it| {
        it.is_empty().then_some(Typed::Happens(Happening::HangsUp))
    }),
    row(
        "at",
        "2026-10-01 09:00",
        "when the call comes; the call begins anew",
        "来电时刻；重新来电",
        |it| text(it).map(Typed::At),
    ),
    row(
        "caller",
        "13800001111",
        "his number, none: withheld; the call begins anew",
        "主叫号码，不写为未显示；重新来电",
        |it| Some(Typed::Caller(it.to_owned())),
    ),
    row(
        "called",
        "4000",
        "the number that he dialled; the call begins anew",
        "被叫号码；重新来电",
        |it| text(it).map(Typed::Called),
    ),
    row(
        "vip",
        "0-255",
        "his VIP level, 0 for none; the call begins anew",
        "贵宾等级，0 为普通；重新来电",
        |it| it.parse().ok().map(Typed::Vip),
    ),
    row(
        "language",
        "en",
        "his language, known before; the call begins anew",
        "已知语言；重新来电",
        |it| text(it).map(Typed::Language),
    ),
    row(
        "close",
        "office",
        "a calendar is closed out of turn; the call begins anew",
        "紧急关闭日历；重新来电",
        |it| text(it).map(Typed::Close),
    ),
    row(
        "open",
        "office",
        "it is no more, none: no calendar is; the call begins anew",
        "取消紧急关闭，不写为全部；重新来电",
        |it| Some(Typed::Open(text(it))),
    ),
    row(
        "give",
        "number 123",
        "what a script is given that does a part of others; the call begins anew",
        "子流程的参数；重新来电",
        |it| {
            let (name, value) = it.split_once(' ')?;
            Some(Typed::Give(name.to_owned(), value.trim().to_owned()))
        },
    ),
    row("again", "", "the call begins anew", "重新来电", |it| {
        it.is_empty().then_some(Typed::Again)
    }),
    row(
        "vars",
        "",
        "the variables; secrets are not shown",
        "变量；保密值不显示",
        |it| it.is_empty().then_some(Typed::Vars),
    ),
    row(
        "trace",
        "",
        "the way so far, as a test expects it",
        "目前经过，与测试的 expect 相同",
        |it| it.is_empty().then_some(Typed::Trace),
    ),
    row(
        "save",
        "\"name\"",
        "writes what happened as a test into the script",
        "把经过写成流程中的测试",
        |it| text(it.trim_matches('"')).map(Typed::Save),
    ),
    row("help", "", "this", "本说明", |it| {
        it.is_empty().then_some(Typed::Help)
    }),
    row("quit", "", "ends", "结束", |it| {
        it.is_empty().then_some(Typed::Quit)
    }),
];

type Words<T> = &'static [(&'static str, T)];

const QUEUE: Words<Option<QueueExit>> = &[
    ("answered", None),
    ("timeout", Some(QueueExit::Timeout)),
    ("full", Some(QueueExit::Full)),
    ("closed", Some(QueueExit::Closed)),
    ("no_agents", Some(QueueExit::NoAgents)),
    ("withdrawn", Some(QueueExit::Withdrawn)),
    ("abandoned", Some(QueueExit::Abandoned)),
];
const TRANSFER: Words<Option<TransferFailure>> = &[
    ("answered", None),
    ("busy", Some(TransferFailure::Busy)),
    ("no_answer", Some(TransferFailure::NoAnswer)),
    ("failure", Some(TransferFailure::Failure)),
];
const CALLBACK: Words<CallbackAnswer> = &[
    ("accepted", CallbackAnswer::Promised),
    ("declined", CallbackAnswer::Full),
    ("bad_number", CallbackAnswer::BadNumber),
];

fn outcome<T: Copy>(words: Words<T>, text: &str) -> Option<T> {
    let mut words = words.iter();
    words.find(|(word, _)| *word == text).map(|(_, one)| *one)
}

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Reads a line; what is right to write where it is none.
pub(super) fn read(line: &str) -> Result<Typed, Told> {
    let line = line.trim();
    if line.is_empty() {
        return Ok(Typed::Nothing);
    }
    let Some(command) = line.strip_prefix(':') else {
        return keys(line);
    };
    let (word, after) = command.split_once(' ').unwrap_or((command, ""));
    let Some(row) = ROWS.iter().find(|row| row.word == word) else {
        let near = did_you_mean(word, ROWS.iter().map(|row| row.word));
        let message = told!("no command `:{word}`", "没有命令 `:{word}`");
        let help = near.unwrap_or_else(|| told!("`:help` tells them", "`:help` 列出全部"));
        return Err(message.with(Some(help)));
    };
    (row.read)(after.trim()).ok_or_else(|| {
        let usage = row.usage();
        told!("write `{usage}`", "请写 `{usage}`")
    })
}

fn keys(line: &str) -> Result<Typed, Told> {
    let is_key = |it: &char| it.is_ascii_digit() || matches!(it, '*' | '#' | 'A'..='D');
    let letters = line.chars().filter(|it| !it.is_whitespace());
    let letters: Vec<char> = letters.collect();
    match letters.iter().find(|it| !is_key(it)) {
        None => Ok(Typed::Keys(letters)),
        Some(wrong) => Err(told!(
            "`{wrong}` is no key of a phone; keys are 0-9, *, #, A-D, and commands begin with a colon: `:help`",
            "`{wrong}` 不是电话按键；按键为 0-9、*、#、A-D，命令以冒号开头：`:help`"
        )),
    }
}

/// A moment, on a wall clock or with its offset.
pub(super) fn moment(text: &str, clock: Option<&Calendar>) -> Result<Timestamp, Told> {
    let wall = clock.and_then(|clock| clock.moment(text));
    let exact = || serde_json::from_value(text.into()).ok();
    wall.or_else(exact).ok_or_else(|| {
        told!(
            "`{text}` is no moment; write `2026-10-01 09:00` or `2026-10-01T09:00:00+08:00`",
            "`{text}` 不是时刻；请写 `2026-10-01 09:00` 或 `2026-10-01T09:00:00+08:00`"
        )
    })
}

impl Row {
    fn usage(&self) -> String {
        format!(":{} {}", self.word, self.after)
            .trim_end()
            .to_owned()
    }
}

/// The help: a line for each of them.
pub(super) fn help() -> Vec<Told> {
    let keys = told!(
        "12#  keys, one after the other\n(an empty line)  silence, until the time is over",
        "12#  依次按键\n（空行）  不按键，直到超时"
    );
    let rows = ROWS.iter().map(|row| {
        let usage = row.usage();
        Told {
            en: format!("{usage}  {}", row.en),
            zh: format!("{usage}  {}", row.zh),
        }
    });
    std::iter::once(keys).chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_keys_a_command_or_told_what_is_right() {
        let rows = [
            ("", Ok(Typed::Nothing)),
            (" 12 # ", Ok(Typed::Keys(vec!['1', '2', '#']))),
            (":vip 3", Ok(Typed::Vip(3))),
            (":caller", Ok(Typed::Caller(String::new()))),
            (":save \"at night\"", Ok(Typed::Save("at night".to_owned()))),
            (
                ":queue timeout",
                Ok(Typed::Happens(Happening::Queue(Some(QueueExit::Timeout)))),
            ),
            (
                ":queue answered",
                Ok(Typed::Happens(Happening::Queue(None))),
            ),
            (":vip gold", Err("write `:vip 0-255`")),
            (
                ":queu timeout",
                Err("no command `:queu`; did you mean `queue`?"),
            ),
            (":speak 0", Err("write `:speak 12`")),
            (":quit now", Err("write `:quit`")),
            (
                "hello",
                Err(
                    "`h` is no key of a phone; keys are 0-9, *, #, A-D, and commands begin with a colon: `:help`",
                ),
            ),
        ];
        for (line, expected) in rows {
            let read = read(line).map_err(|told| told.en);
            assert_eq!(read, expected.map_err(str::to_owned), "{line}");
        }
    }

    #[test]
    fn each_command_is_said_in_both_languages() {
        for row in ROWS {
            assert!(row.zh.chars().any(|it| it >= '\u{3400}'), "{}", row.word);
            assert!(row.en.is_ascii(), "{}", row.word);
        }
    }
}
