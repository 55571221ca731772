//! The rows of tables that an admin writes: one row a key, with its form, its need, and what it means.
//!
//! A row is read by `section` (unknown keys, missing keys, defaults, bounds) and printed by `reference`: what is
//! documented is what is read.

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
    /// A list of `{ if = "expression", go = "node" }`.
    Cases,
    /// Names, each with an expression.
    Values,
    /// `number:…`, `agent:…`, `queue:…`, `script:…`.
    Target,
    /// A text for each language.
    Texts,
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
    pub(crate) fn describe(&self) -> String {
        let fixed = match self {
            Self::Text => "a text",
            Self::Prompt => "the name of a prompt",
            Self::Node => "the name of a node",
            Self::Queue => "the name of a queue",
            Self::Calendar => "the name of a calendar",
            Self::Language => "one of the script's languages",
            Self::Variable => "a name for a variable",
            Self::Whole { min, max } => return format!("a whole number from {min} to {max}"),
            Self::Seconds { zero: true, max } => return format!("seconds from 0 to {max}"),
            Self::Seconds { zero: false, max } => return format!("seconds above 0, up to {max}"),
            Self::Truth => "true or false",
            Self::Word(words) => return one_of(words),
            Self::KeyOrNone => "a key such as \"#\", or \"\" for none",
            Self::Keys => "a table of keys such as { 1 = \"node\" }",
            Self::Cases => "a list such as [{ if = \"caller.vip > 0\", go = \"node\" }]",
            Self::Values => "a table such as { name = \"expression\" }",
            Self::Target => "\"number:…\", \"agent:…\", \"queue:…\" or \"script:…\"",
            Self::Texts => "a table with a text for each language",
            Self::Url => "a URL such as \"https://cases.example/{case_no}\"",
            Self::Headers => {
                "a table such as { Accept-Language = \"{language}\", Authorization = { env = \"CASES_TOKEN\" } }"
            }
            Self::Wanted => {
                "a table such as { status = \"/case/status\", fee = { at = \"/case/fee\", type = \"number\" } }"
            }
            Self::Query => "the name of a query",
            Self::Script => "the name of a script",
            Self::Results => "a table such as { known = \"is_known\" }",
            Self::Types => "a table such as { number = \"text\", vip = \"truth\" }",
            Self::Columns => "a table such as { status = \"column\" }",
            Self::List => "a list of texts",
            Self::Given => "a table such as { number = \"123\" }",
            Self::Answers => {
                "a table such as { progress = { status = \"done\" }, other = \"none\" }"
            }
            Self::Moment => "a moment such as \"2026-11-21T22:10:00+08:00\"",
            Self::Outcomes(words) => {
                return format!("a table of names, each with {}", one_of(words));
            }
        };
        fixed.to_owned()
    }
}

/// `"a", "b" or "c"`.
pub(crate) fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
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
