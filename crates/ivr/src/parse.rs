//! Reads a script: from TOML with spans to nodes, telling every mistake with its place.
//!
//! What names something else (a node, a queue, a prompt) is read here and proved in `check`. A script with mistakes is
//! returned all the same as far as it could be read, so that `check` can tell the rest; it must not be run.

mod canary;
mod head;

use std::collections::{BTreeMap, BTreeSet};

use model::ScriptName;
use toml::de::DeTable;

use crate::claim::{Reference, ReferenceKind};
use crate::diagnostic::Diagnostic;
use crate::node::{KINDS, Kind};
use crate::place::{Name, Place, Source};
use crate::report::Report;
use crate::script::{Placed, Prompt, Script};
use crate::section::{Item, Section, Timeouts};
use crate::told;
use crate::told::Told;

pub(crate) use head::HEAD;
pub use head::is_language;

/// Largest file, in bytes (S21: a script has a bounded size).
const FILE_MAX: usize = 1 << 20;
/// Most nodes of a script.
const NODES_MAX: usize = 1_000;
/// Tables of a script that are no kind of node.
const OTHER_TABLES: [&str; 2] = ["prompt", "test"];

/// Reads one script; `file` is what the diagnostics name. The script may be run only if no diagnostic, of this function
/// and of `check`, is an error; `None` when it is no TOML or has no language.
pub fn parse(name: ScriptName, file: &str, text: &str) -> (Option<Script>, Vec<Diagnostic>) {
    let mut report = Report::new(file);
    if text.len() > FILE_MAX {
        let message = told!(
            "{} bytes; a script has at most {FILE_MAX}",
            "共 {} 字节；流程最多 {FILE_MAX} 字节",
            text.len()
        );
        let help = told!(
            "split it: `transfer` with `to = \"script:…\"`",
            "请拆分：用 `transfer`，`to = \"script:…\"`"
        );
        report.error(Place::START, message, Some(help));
        return (None, report.finish());
    }
    let source = Source::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let place = source.place(error.span().map_or(0, |span| span.start));
        report.error(place, syntax(error.message()), None);
    }
    // What follows from broken syntax would be noise.
    let script = if errors.is_empty() {
        read(name, file, document.get_ref(), &source, &mut report)
    } else {
        None
    };
    (script, report.finish())
}

fn read<'t>(
    name: ScriptName,
    file: &str,
    document: &DeTable<'t>,
    source: &Source<'t>,
    report: &mut Report,
) -> Option<Script> {
    unknown_tables(document, source, report);
    let head = head::read(document, source, report);
    // Without languages every text would be a text too many.
    let prompts = head
        .languages
        .as_ref()
        .map(|languages| read_prompts(document, languages, source, report));
    let (nodes, broken) = read_nodes(document, head.timeouts, source, report);
    let tests = crate::test::read_tests(document, source, report);
    let leads_to_secret = |placed: &Placed| {
        let claims = placed.claims();
        let hands_over =
            |one: &Reference<'_>| matches!(one.kind, ReferenceKind::Script | ReferenceKind::Flow);
        claims.secret || claims.references.iter().any(hands_over)
    };
    Some(Script {
        name,
        file: file.to_owned(),
        titles: head.titles,
        languages: head.languages?,
        start: head.start?,
        parameters: head.parameters,
        returns: head.returns,
        canary: head.canary,
        sounds: None,
        may_lead_to_secret: nodes.values().any(leads_to_secret),
        calendars: nodes.values().flat_map(calendars_of).collect(),
        prompts: prompts?,
        nodes,
        broken,
        tests,
        form: None,
        version: 0,
    })
}

/// The calendars that a node names.
fn calendars_of(placed: &Placed) -> Vec<String> {
    let claims = placed.claims();
    let references = claims.references.iter();
    let named = references.filter(|one| one.kind == ReferenceKind::Calendar);
    named.map(|one| one.name.text.clone()).collect()
}

/// Tells of tables that are neither a kind of node nor anything else that a script has.
fn unknown_tables(document: &DeTable<'_>, source: &Source<'_>, report: &mut Report) {
    let tables = KINDS.iter().map(|kind| kind.name).chain(OTHER_TABLES);
    let keys = HEAD.iter().map(|row| row.name);
    for (key, item) in document {
        let name = key.get_ref().as_ref();
        let place = source.place(key.span().start);
        if tables
            .clone()
            .chain(keys.clone())
            .any(|known| known == name)
        {
            continue;
        }
        if item.get_ref().as_table().is_some() {
            let message = told!("unknown kind of node `{name}`", "没有 `{name}` 这种节点");
            report.unknown(place, message, name, tables.clone());
        } else {
            let message = told!("unknown key `{name}`", "没有 `{name}` 这一项");
            report.unknown(place, message, name, keys.clone());
        }
    }
}

/// The tables `[TABLE.NAME]` of one kind, with their names.
fn named_tables<'d, 't>(
    document: &'d DeTable<'t>,
    table: &str,
    source: &Source<'t>,
    report: &mut Report,
) -> Vec<(Name, &'d DeTable<'t>)> {
    let Some((key, item)) = document.get_key_value(table) else {
        return Vec::new();
    };
    let Some(tables) = item.get_ref().as_table() else {
        let message = told!(
            "`{table}` is written as `[{table}.NAME]`",
            "`{table}` 应写作 `[{table}.NAME]`"
        );
        report.error(source.place(key.span().start), message, None);
        return Vec::new();
    };
    let mut found = Vec::new();
    for (key, item) in tables {
        let name = Name {
            text: key.get_ref().as_ref().to_owned(),
            place: source.place(key.span().start),
        };
        if !is_name(&name.text) {
            let message = told!(
                "`{}` is no name; expected letters, digits, - and _, at most 64",
                "`{}` 不能作名称；应为字母、数字、- 和 _，最多 64 个",
                name.text
            );
            report.error(name.place, message, None);
        } else if let Some(table) = item.get_ref().as_table() {
            found.push((name, table));
        } else {
            let message = told!(
                "`{}` stands outside a table",
                "`{}` 不在任何表中",
                name.text
            );
            let help = told!(
                "write `[{table}.NAME]` above it",
                "在其上方写 `[{table}.NAME]`"
            );
            report.error(name.place, message, Some(help));
        }
    }
    found
}

fn read_prompts<'t>(
    document: &DeTable<'t>,
    languages: &[String],
    source: &Source<'t>,
    report: &mut Report,
) -> BTreeMap<String, Prompt> {
    let mut prompts = BTreeMap::new();
    for (name, table) in named_tables(document, "prompt", source, report) {
        let title = format!("prompt.{}", name.text);
        let texts = read_texts(&title, name.place, table, languages, source, report);
        prompts.insert(
            name.text,
            Prompt {
                place: name.place,
                texts,
            },
        );
    }
    prompts
}

/// A table with one text for each language.
fn read_texts<'t>(
    title: &str,
    place: Place,
    table: &DeTable<'t>,
    languages: &[String],
    source: &Source<'t>,
    report: &mut Report,
) -> BTreeMap<String, Name> {
    let mut texts = BTreeMap::new();
    for (key, item) in table {
        let language = key.get_ref().as_ref();
        let at = source.place(key.span().start);
        if !languages.iter().any(|known| known == language) {
            let message = no_language(language);
            report.unknown(at, message, language, languages.iter().map(String::as_str));
            continue;
        }
        texts.insert(language.to_owned(), read_text(title, item, source, report));
    }
    // E14: a language without its text is an error, not a silence.
    for language in languages
        .iter()
        .filter(|language| !texts.contains_key(language.as_str()))
    {
        report.error(place, no_text(title, language), Some(add_text(language)));
    }
    texts
}

fn read_text(title: &str, item: &Item<'_>, source: &Source<'_>, report: &mut Report) -> Name {
    let place = source.place(item.span().start);
    let text = item.get_ref().as_str().unwrap_or("");
    if text.trim().is_empty() {
        let message = told!("`{title}` needs a text here", "`{title}` 此处需要文本");
        report.error(place, message, None);
    }
    Name {
        text: text.to_owned(),
        place,
    }
}

fn read_nodes<'t>(
    document: &DeTable<'t>,
    timeouts: Timeouts,
    source: &Source<'t>,
    report: &mut Report,
) -> (BTreeMap<String, Placed>, BTreeSet<String>) {
    let mut tables: Vec<(&'static Kind, Name, &DeTable<'t>)> = Vec::new();
    for kind in KINDS {
        let found = named_tables(document, kind.name, source, report);
        tables.extend(found.into_iter().map(|(name, table)| (kind, name, table)));
    }
    tables.sort_by_key(|(_, name, _)| name.place);
    if let Some((_, name, _)) = tables.get(NODES_MAX) {
        let message = told!("more than {NODES_MAX} nodes", "节点超过 {NODES_MAX} 个");
        let help = told!(
            "split the script: `transfer` with `to = \"script:…\"`",
            "请拆分流程：用 `transfer`，`to = \"script:…\"`"
        );
        report.error(name.place, message, Some(help));
    }
    let mut nodes: BTreeMap<String, Placed> = BTreeMap::new();
    let mut broken = BTreeSet::new();
    let mut places: BTreeMap<String, (Place, &'static str)> = BTreeMap::new();
    for (kind, name, table) in tables.into_iter().take(NODES_MAX) {
        if let Some((place, other)) = places.get(&name.text) {
            let message = told!(
                "there is a node `{}` already: `{other}` on line {}",
                "已有节点 `{}`：第 {1} 行的 `{other}`",
                name.text,
                place.line
            );
            let help = told!("names are unique in a script", "流程中名称不可重复");
            report.error(name.place, message, Some(help));
            continue;
        }
        places.insert(name.text.clone(), (name.place, kind.name));
        let title = format!("{}.{}", kind.name, name.text);
        let section = Section::new(title, name.place, table, kind.keys, source, report);
        let mut section = section.timed(timeouts);
        match (kind.read)(&mut section) {
            Ok(node) => drop(nodes.insert(name.text, Placed::new(kind, name.place, node))),
            Err(_reported) => drop(broken.insert(name.text)),
        }
    }
    (nodes, broken)
}

/// That a text is in another language than the script.
pub(crate) fn no_language(language: &str) -> Told {
    told!(
        "`{language}` is no language of this script",
        "`{language}` 不是本流程的语言"
    )
}

/// E14: each language has its text.
pub(crate) fn no_text(title: &str, language: &str) -> Told {
    told!(
        "`{title}` has no text in `{language}`",
        "`{title}` 没有 `{language}` 文本"
    )
}

/// What to write then.
pub(crate) fn add_text(language: &str) -> Told {
    told!("add `{language} = \"…\"`", "补上 `{language} = \"…\"`")
}

/// What the reader of TOML has to say.
pub fn syntax(message: &str) -> Told {
    let message = message.trim();
    told!("{message}", "TOML 语法错误：{message}")
}

/// Names of nodes and prompts: they become parts of file names and addresses.
fn is_name(text: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    (1..=64).contains(&text.len()) && text.chars().all(plain)
}
