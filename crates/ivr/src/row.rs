//! The rows of tables that an admin writes: one row a key, with its form, its need, and what it means.
//!
//! A row is read by `section` (unknown keys, missing keys, defaults, bounds) and printed by `reference`: what is
//! documented is what is read.

use crate::told;
use crate::told::Told;

/// One key of a table.
#[derive(Debug)]
pub(crate) struct KeyRow {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    pub(crate) need: Need,
    pub(crate) says: Words,
}

/// A sentence for people, in both languages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    pub(crate) en: &'static str,
    pub(crate) zh: &'static str,
}

/// Whether a key must be there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Need {
    /// It must.
    Required,
    /// Without it this value holds (written as in TOML, texts without quotes).
    Default(&'static str),
    /// Without it the script's head says it under the same name (E2), and if that is silent too, this value holds.
    Head(&'static str),
    /// Without it the value of this other key holds.
    SameAs(&'static str),
    /// It may be left out; the meaning says what then holds.
    Optional,
}

/// What a key's value looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    /// Any text.
    Text,
    /// The name of a `[prompt.NAME]`.
    Prompt,
    /// The name of a node: an exit.
    Node,
    /// The name of a queue.
    Queue,
    /// The name of a calendar.
    Calendar,
    /// One of the script's languages.
    Language,
    /// The name of a variable to be set.
    Variable,
    /// A whole number within bounds.
    Whole { min: u32, max: u32 },
    /// Seconds, with a fraction if need be, above `min` (excluded when 0 is no sense) and up to `max`.
    Seconds { zero: bool, max: u32 },
    /// `true` or `false`.
    Truth,
    /// One of a few words.
    Word(&'static [&'static str]),
    /// One key of a phone, or nothing.
    KeyOrNone,
    /// Keys of a phone, each with a node.
    Keys,
    /// Extensions, each with a node.
    Extensions,
    /// Results of a bot, each with a node.
    Ways,
    /// The name of a bot.
    Bot,
    /// A list of `{ if = "expression", go = "node" }`.
    Cases,
    /// Names, each with an expression.
    Values,
    /// `number:…`, `agent:…`, `queue:…`, `script:…`.
    Target,
    /// A text for each language.
    Texts,
    /// A text with expressions in braces, or one for each language.
    Writing,
    /// Where a service is, with expressions in braces.
    Url,
    /// Headers by name.
    Headers,
    /// Variables, each with a place in an answer.
    Wanted,
    /// The name of a query.
    Query,
    /// Variables, each with a column.
    Columns,
    /// The name of a mailbox.
    Mailbox,
    /// The name of a form.
    Survey,
    /// The name of a script.
    Script,
    /// Variables, each with a result.
    Results,
    /// Names with types.
    Types,
    /// A list of texts.
    List,
    /// A moment: `2026-11-21T22:10:00+08:00`.
    Moment,
    /// Names with values.
    Given,
    /// Look-ups, each with what it brings.
    Answers,
    /// Names, each with one of a few words.
    Outcomes(&'static [&'static str]),
}

impl Form {
    /// The form in a word, for messages ("expected …") and for the reference page.
    pub(crate) fn describe(&self) -> Told {
        match self {
            Self::Text => told!("a text", "文本"),
            Self::Prompt => told!("the name of a prompt", "提示音名称"),
            Self::Node => told!("the name of a node", "节点名称"),
            Self::Queue => told!("the name of a queue", "队列名称"),
            Self::Calendar => told!("the name of a calendar", "日历名称"),
            Self::Language => told!("one of the script's languages", "本流程的一种语言"),
            Self::Variable => told!("a name for a variable", "变量名"),
            Self::Whole { min, max } => {
                told!(
                    "a whole number from {min} to {max}",
                    "{min} 到 {max} 的整数"
                )
            }
            Self::Seconds { zero: true, max } => {
                told!("seconds from 0 to {max}", "0 到 {max} 的秒数")
            }
            Self::Seconds { zero: false, max } => {
                told!(
                    "seconds above 0, up to {max}",
                    "大于 0、不超过 {max} 的秒数"
                )
            }
            Self::Truth => told!("true or false", "true 或 false"),
            Self::Word(words) => one_of(words),
            Self::KeyOrNone => told!(
                "a key such as \"#\", or \"\" for none",
                "一个按键，如 \"#\"；不要则写 \"\""
            ),
            Self::Keys => told!(
                "a table of keys such as {{ 1 = \"node\" }}",
                "按键表，如 {{ 1 = \"node\" }}"
            ),
            Self::Ways => told!(
                "a table such as {{ done = \"node\" }}",
                "表，如 {{ done = \"node\" }}"
            ),
            Self::Bot => told!("the name of a bot", "机器人名称"),
            Self::Extensions => told!(
                "a table such as {{ 8xxx = \"node\" }}",
                "表，如 {{ 8xxx = \"node\" }}"
            ),
            Self::Cases => told!(
                "a list such as [{{ if = \"caller.vip > 0\", go = \"node\" }}]",
                "列表，如 [{{ if = \"caller.vip > 0\", go = \"node\" }}]"
            ),
            Self::Values => told!(
                "a table such as {{ name = \"expression\" }}",
                "表，如 {{ name = \"expression\" }}"
            ),
            Self::Target => told!(
                "\"number:…\", \"agent:…\", \"queue:…\" or \"script:…\"",
                "\"number:…\"、\"agent:…\"、\"queue:…\" 或 \"script:…\""
            ),
            Self::Texts => told!(
                "a table with a text for each language",
                "每种语言一条文本的表"
            ),
            Self::Writing => told!(
                "a text with expressions in braces, or a table with one for each language",
                "花括号内可写表达式的文本，或每种语言一条文本的表"
            ),
            Self::Url => told!(
                "a URL such as \"https://cases.example/{{case_no}}\"",
                "网址，如 \"https://cases.example/{{case_no}}\""
            ),
            Self::Headers => told!(
                "a table such as {{ Accept-Language = \"{{language}}\", Authorization = {{ env = \"CASES_TOKEN\" }} }}",
                "表，如 {{ Accept-Language = \"{{language}}\", Authorization = {{ env = \"CASES_TOKEN\" }} }}"
            ),
            Self::Wanted => told!(
                "a table such as {{ status = \"/case/status\", fee = {{ at = \"/case/fee\", type = \"number\" }} }}",
                "表，如 {{ status = \"/case/status\", fee = {{ at = \"/case/fee\", type = \"number\" }} }}"
            ),
            Self::Query => told!("the name of a query", "查询名称"),
            Self::Mailbox => told!("the name of a mailbox", "信箱名称"),
            Self::Survey => told!("the name of a form", "问卷名称"),
            Self::Script => told!("the name of a script", "流程名称"),
            Self::Results => told!(
                "a table such as {{ known = \"is_known\" }}",
                "表，如 {{ known = \"is_known\" }}"
            ),
            Self::Types => told!(
                "a table such as {{ number = \"text\", vip = \"truth\" }}",
                "表，如 {{ number = \"text\", vip = \"truth\" }}"
            ),
            Self::Columns => told!(
                "a table such as {{ status = \"column\" }}",
                "表，如 {{ status = \"column\" }}"
            ),
            Self::List => told!("a list of texts", "文本列表"),
            Self::Given => told!(
                "a table such as {{ number = \"123\" }}",
                "表，如 {{ number = \"123\" }}"
            ),
            Self::Answers => told!(
                "a table such as {{ progress = {{ status = \"done\" }}, other = \"none\" }}",
                "表，如 {{ progress = {{ status = \"done\" }}, other = \"none\" }}"
            ),
            Self::Moment => told!(
                "a moment such as \"2026-11-21T22:10:00+08:00\"",
                "时刻，如 \"2026-11-21T22:10:00+08:00\""
            ),
            Self::Outcomes(words) => {
                let Told { en, zh } = one_of(words);
                Told {
                    en: format!("a table of names, each with {en}"),
                    zh: format!("名称表，各写 {zh}"),
                }
            }
        }
    }
}

/// `"a", "b" or "c"`.
pub(crate) fn one_of(words: &[&str]) -> Told {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => Told {
            en: format!("{} or {last}", rest.join(", ")),
            zh: format!("{} 或 {last}", rest.join("、")),
        },
        Some((only, _)) => Told::as_it_is(only),
        None => Told::as_it_is(""),
    }
}

/// Short way to write a row.
pub(crate) const fn row(
    name: &'static str,
    form: Form,
    need: Need,
    en: &'static str,
    zh: &'static str,
) -> KeyRow {
    KeyRow {
        name,
        form,
        need,
        says: Words { en, zh },
    }
}
