//! The keys above all tables: title, languages, start.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::{KINDS, OTHER_TABLES, canary, read_texts};
use crate::place::{Name, Place, Source};
use crate::report::Report;
use crate::row::{Form, KeyRow, Need, row};
use crate::script::OnShare;
use crate::section::{Section, Timeouts};
use crate::told;
use crate::value::Type;

/// What a script begins with.
pub(crate) const HEAD: &[KeyRow] = &[
    row(
        "title",
        Form::Texts,
        Need::Required,
        "What people call the script.",
        "流程名称",
    ),
    row(
        "languages",
        Form::List,
        Need::Required,
        "Its languages, the default first: `[\"zh-CN\", \"en\"]`.",
        "语言，首个为默认",
    ),
    row(
        "start",
        Form::Node,
        Need::Required,
        "Where a caller enters.",
        "入口节点",
    ),
    row(
        "parameters",
        Form::Types,
        Need::Optional,
        "Of a script that does a part of others: what it is given, with types `text`, `number`, `truth`; variables from the start on.",
        "参数及类型（子流程）",
    ),
    row(
        "returns",
        Form::Types,
        Need::Optional,
        "What each of its `return` nodes gives back, with types.",
        "返回值及类型（子流程）",
    ),
    row(
        "timeout_s",
        Form::Seconds {
            zero: false,
            max: 120,
        },
        Need::Optional,
        "How long its nodes wait for a first key, from the end of the prompt, unless a node says it itself: longer for elderly callers. \
         What has no key of its own for it, such as the questions of a form, waits at least so long.",
        "各节点等待首个按键的秒数，节点自己写的优先；面向长者可放长",
    ),
    row(
        "digit_timeout_s",
        Form::Seconds {
            zero: false,
            max: 60,
        },
        Need::Optional,
        "The same for the pause after which digits end.",
        "各节点位间等待秒数，节点自己写的优先",
    ),
    row(
        "on",
        Form::Text,
        Need::Optional,
        "Tries this version on a share of all callers, such as `5%`; the others meet the last one without `on`, and so do all again when it is worse.",
        "灰度发布的主叫比例，如 5%",
    ),
    row(
        "max_worse",
        Form::Text,
        Need::Optional,
        "With `on`: by which share bad calls may be more frequent than on the former version before it is taken back; `10%` without it.",
        "灰度期间不良通话率允许高出的比例，默认 10%",
    ),
];

/// The keys as far as they could be read.
pub(super) struct Head {
    pub(super) titles: BTreeMap<String, String>,
    pub(super) languages: Option<Vec<String>>,
    pub(super) start: Option<Name>,
    pub(super) parameters: BTreeMap<String, Type>,
    pub(super) returns: BTreeMap<String, Type>,
    pub(super) timeouts: Timeouts,
    pub(super) canary: Option<OnShare>,
}

pub(super) fn read<'t>(document: &DeTable<'t>, source: &Source<'t>, report: &mut Report) -> Head {
    // The tables beside the keys have readers of their own.
    let is_key =
        |name: &str| !OTHER_TABLES.contains(&name) && !KINDS.iter().any(|kind| kind.name == name);
    let keys: DeTable<'t> = document
        .iter()
        .filter(|(key, _)| {
            is_key(key.get_ref()) && HEAD.iter().any(|row| row.name == key.get_ref().as_ref())
        })
        .map(|(key, item)| (key.clone(), item.clone()))
        .collect();
    let mut section = Section::new(
        "script".to_owned(),
        Place::START,
        &keys,
        HEAD,
        source,
        report,
    );
    let start = section.name("start").ok();
    let parameters = section.types("parameters").unwrap_or_default();
    let returns = section.types("returns").unwrap_or_default();
    let timeouts = Timeouts::read(&mut section);
    let canary = canary::read(&mut section);
    let languages = read_languages(&mut section);
    if let Ok(item) = section.required("title")
        && item.get_ref().as_table().is_none()
    {
        section.wrong("title", item);
    }
    let title = document
        .get_key_value("title")
        .map(|(key, item)| (source.place(key.span().start), item.get_ref()));
    let table = title.and_then(|(place, item)| item.as_table().map(|table| (place, table)));
    let titles = match (table, &languages) {
        (Some((place, table)), Some(languages)) => {
            read_texts("title", place, table, languages, source, report)
        }
        // Without languages every title would be one too many.
        (Some(_), None) | (None, _) => BTreeMap::new(),
    };
    Head {
        titles: titles
            .into_iter()
            .map(|(language, text)| (language, text.text))
            .collect(),
        languages,
        start,
        parameters,
        returns,
        timeouts,
        canary,
    }
}

fn read_languages(section: &mut Section<'_, '_>) -> Option<Vec<String>> {
    let item = section.required("languages").ok()?;
    let names = section.list_of("languages", item).ok()?;
    let mut languages: Vec<String> = Vec::new();
    for name in names {
        if !is_language(&name.text) {
            let message = told!("`{}` is no language", "`{}` 不是语言标签", name.text);
            let help = told!(
                "for example \"zh-CN\" or \"en\"",
                "例如 \"zh-CN\" 或 \"en\""
            );
            section.report.error(name.place, message, Some(help));
        } else if languages.contains(&name.text) {
            let message = told!("`{}` is there twice", "`{}` 重复了", name.text);
            section.report.error(name.place, message, None);
        } else {
            languages.push(name.text);
        }
    }
    if languages.is_empty() {
        section.wrong("languages", item);
    }
    (!languages.is_empty()).then_some(languages)
}

/// Whether a text has the shape of RFC 5646 tags that people use: a language, then subtags.
pub fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().is_some_and(|part| {
        (2..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphabetic())
    });
    first
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
        })
}
