//! What a rehearsal tells, in lines for people: where the caller is, what he hears, and what can come next.

use std::time::Duration;

use ivr::rehearsal::{Asked, Awaits, News, OpenKey, Opens, Rehearsal};
use ivr::{Told, Type, told};
use model::ScriptName;
use speech::Language;

/// The column in which what was said stands.
const INDENT: &str = "         ";

/// News, each in its line with the seconds that the call has lasted.
pub(super) fn news(rehearsal: &mut Rehearsal, script: &ScriptName, language: Language) -> String {
    let mut lines = Vec::new();
    while let Some((after, news)) = rehearsal.poll_news() {
        lines.push(match news {
            News::Enters {
                script: of, line, ..
            } => {
                let at = seconds(after);
                let of = (of != *script).then(|| format!("{of}: "));
                format!("{at:>6} s {}{line}", of.unwrap_or_default())
            }
            News::Hears(text) => format!("{INDENT}“{text}”"),
            News::Unsaid(why) => said(&told!("left out: {why}", "未播报：{why}"), language),
            News::Language(to) => said(&told!("language: {to}", "语言：{to}"), language),
            News::Ticket(kind) => said(
                &told!("a ticket is filed: {kind}", "已登记工单：{kind}"),
                language,
            ),
            News::Message(mailbox) => said(
                &told!("a message is in `{mailbox}`", "留言已存入信箱 `{mailbox}`"),
                language,
            ),
        });
    }
    with_ends(lines)
}

fn said(told: &Told, language: Language) -> String {
    format!("{INDENT}{}", told.said_in(language))
}

/// Lines, each with its end.
pub(super) fn with_ends(lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().map(|line| line + "\n").collect()
}

fn seconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64())
}

/// What can come next.
pub(super) fn awaited(rehearsal: &Rehearsal, language: Language) -> String {
    let keys = keys(&rehearsal.open_keys(), language);
    let next = match rehearsal.awaits() {
        Awaits::Key => told!("keys: {keys}", "按键：{keys}"),
        Awaits::Voice { silence } => {
            let silence = silence.as_secs();
            told!(
                "he is recorded: `:speak 12`; {keys}; an empty line is a silence of {silence} s",
                "正在录音：`:speak 12`；{keys}；空行为静音 {silence} 秒"
            )
        }
        Awaits::Queue(queue) => {
            let keys = with_keys(&keys);
            told!(
                "he waits in `{queue}`: `:queue timeout`{}",
                "在 `{queue}` 排队：`:queue timeout`{}",
                keys.said_in(language)
            )
        }
        Awaits::Transfer(to) => {
            told!(
                "`{to}` rings: `:transfer busy`",
                "`{to}` 振铃：`:transfer busy`"
            )
        }
        Awaits::Callback(queue) => told!(
            "`{queue}` is asked to call him back: `:callback accepted`",
            "向 `{queue}` 登记回呼：`:callback accepted`"
        ),
        Awaits::Answer { node, asked } if asked.hears_keys => talks(node, asked, &keys),
        Awaits::Answer { node, asked } => look_up(node, asked),
        Awaits::Nothing(ending) => {
            let (how, after) = (ending.told(), seconds(rehearsal.lasted()));
            told!(
                "over after {after} s: {}; `:again`, `:save \"name\"`",
                "{after} 秒后：{}；`:again`、`:save \"名称\"`",
                how.said_in(language)
            )
        }
    };
    format!("{INDENT}{}\n", next.said_in(language))
}

fn with_keys(keys: &str) -> Told {
    match keys {
        "" => Told::as_it_is(""),
        keys => told!("; keys: {keys}", "；按键：{keys}"),
    }
}

fn keys(open: &[OpenKey], language: Language) -> String {
    let open = open.iter().map(|open| {
        let to = open.to.said_in(language);
        match &open.keys {
            Opens::Key(key) => format!("{key} → {to}"),
            Opens::Input(into) => format!("… `{into}` → {to}"),
        }
    });
    let between = match language {
        Language::English => ", ",
        Language::Chinese => "，",
    };
    open.collect::<Vec<_>>().join(between)
}

fn look_up(node: &str, asked: &Asked) -> Told {
    let whom = &asked.whom;
    if asked.usual.is_some() {
        return told!(
            "`{node}` asks the house, `{whom}`: an empty line is the usual answer, else `:answer missing` or `none`",
            "`{node}` 查询本系统 `{whom}`：空行为通常结果，或 `:answer missing`、`none`"
        );
    }
    let example = example(asked);
    told!(
        "the look-up `{node}` waits for `{whom}`: `:answer ok {example}`, `missing`, `bad` or `none`",
        "查询 `{node}` 等待 `{whom}`：`:answer ok {example}`、`missing`、`bad` 或 `none`"
    )
}

fn talks(node: &str, asked: &Asked, keys: &str) -> Told {
    let (bot, example) = (&asked.whom, example(asked));
    told!(
        "`{node}`: he talks with the bot `{bot}`: `:answer ok {example}`, `bad` or `none`; keys: {keys}",
        "`{node}`：正与机器人 `{bot}` 对话：`:answer ok {example}`、`bad` 或 `none`；按键：{keys}"
    )
}

/// An answer as it may be typed.
pub(super) fn example(asked: &Asked) -> String {
    let wanted = asked.wanted.iter().map(|(name, kind)| {
        let value = match kind {
            Some(Type::Number) => "12.5",
            Some(Type::Truth) => "true",
            Some(Type::Text) | None => "\"…\"",
        };
        format!("\"{name}\": {value}")
    });
    format!("{{{}}}", wanted.collect::<Vec<_>>().join(", "))
}
