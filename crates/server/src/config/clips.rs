//! `config/clips.toml`: clips that agents play to their callers (语音片段, E25).
//!
//! What is said stands here by language, as the texts of prompts do in scripts, and becomes sound the same way: a recording in
//! `prompts/clips/` wins, else it is speech.

use std::collections::{BTreeMap, BTreeSet};

use ivr::{Diagnostic, told};
use model::clip::{CLIPS_FOLDER, sound_of};
use model::{Clip, ClipName, Clips, QueueName};
use serde::Deserialize;
use toml::Spanned;

use super::Source;
use super::document::Document;
use super::label::{self, Texts};
use super::report::Report;
use crate::prompts::ClipText;

/// Four keys are soon said and soon typed.
const NUMBER_MAX: u32 = 9_999;
/// More than anybody finds by a title.
const CLIPS_MAX: usize = 500;
/// Some four minutes of speech: callers hear no more without a word of their own.
const TEXT_CHARS_MAX: usize = 4_000;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    clip: BTreeMap<Spanned<String>, Section>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    number: Spanned<u32>,
    title: Spanned<Texts>,
    text: Spanned<Texts>,
    queues: Option<Spanned<Vec<Spanned<String>>>>,
}

impl Section {
    fn queues(&self) -> &[Spanned<String>] {
        let list = self.queues.as_ref();
        list.map_or(&[], |list| list.get_ref())
    }
}

/// What stands in the file.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    /// The clips.
    pub(crate) clips: Clips,
    /// What is said in them, each text once.
    pub(crate) texts: Vec<ClipText>,
}

/// Among what they stand.
pub(crate) struct Given<'g> {
    /// All queues, if they can be told.
    pub(crate) queues: Option<BTreeSet<QueueName>>,
    /// The language of the house.
    pub(crate) language: &'g str,
    /// The languages in which scripts serve callers.
    pub(crate) languages: BTreeSet<&'g str>,
    /// Whether a script has the name of the folder of their sounds.
    pub(crate) is_taken: bool,
}

impl Source {
    /// `clips.toml`, which may warn of what it takes.
    pub(super) fn clips(&self, given: &Given<'_>, found: &mut Vec<Diagnostic>) -> Shelf {
        let (shelf, told) = self.file("clips.toml", found, |document| read(document, given));
        found.extend(told);
        shelf
    }

    /// Among scripts that were read.
    pub(super) fn clips_among(
        &self,
        scripts: &[ivr::Script],
        language: &str,
        found: &mut Vec<Diagnostic>,
    ) -> Shelf {
        let names = self.names("queues.toml", super::queues::names);
        let languages = scripts.iter().flat_map(ivr::Script::languages);
        let given = Given {
            queues: names.map(|names| names.into_iter().collect()),
            language,
            languages: languages.map(String::as_str).collect(),
            is_taken: scripts.iter().any(|it| it.name().as_str() == CLIPS_FOLDER),
        };
        self.clips(&given, found)
    }
}

/// Reads them all; what somebody should look at comes beside them.
fn read(
    document: &Document,
    given: &Given<'_>,
) -> Result<(Shelf, Vec<Diagnostic>), Vec<Diagnostic>> {
    let file: File = document.parse().map_err(|error| vec![error])?;
    let mut report = Report::new(document);
    house(&file, given, &mut report);
    let mut shelf = Shelf::default();
    let mut numbers: BTreeMap<u32, &str> = BTreeMap::new();
    for (name, section) in &file.clip {
        report.is_name(name);
        number(name, section, &mut numbers, &mut report);
        label::check("title", &section.title, &mut report);
        texts(section, given, &mut report);
        label::tags(section.text.get_ref(), &mut report);
        queues(section, given, &mut report);
        let queues = section.queues().iter();
        let clip = Clip {
            number: *section.number.get_ref(),
            title: label::plain(section.title.get_ref()),
            languages: section.text.get_ref().keys().cloned().collect(),
            queues: queues.map(|it| it.get_ref().as_str().into()).collect(),
        };
        let name = ClipName::from(name.get_ref().as_str());
        shelf.texts.extend(said(document, &name, section));
        shelf.clips.insert(name, clip);
    }
    let found = report.finish();
    match found.iter().any(Diagnostic::is_error) {
        true => Err(found),
        false => Ok((shelf, found)),
    }
}

/// What is to be spoken of a clip.
fn said<'s>(
    document: &'s Document,
    name: &'s ClipName,
    section: &'s Section,
) -> impl Iterator<Item = ClipText> + 's {
    section.text.get_ref().iter().map(|(language, text)| {
        let (line, column) = document.place(text.span().start);
        ClipText {
            name: name.as_str().to_owned(),
            language: language.clone(),
            text: text.get_ref().clone(),
            sound: sound_of(name, language),
            file: document.file.clone(),
            line,
            column,
        }
    })
}

/// What holds for all of them.
fn house(file: &File, given: &Given<'_>, report: &mut Report<'_>) {
    let Some((first, _)) = file.clip.first_key_value() else {
        return;
    };
    if file.clip.len() > CLIPS_MAX {
        let message = told!(
            "a house has at most {CLIPS_MAX} clips",
            "最多可有 {CLIPS_MAX} 个语音片段"
        );
        report.error(first, message, None);
    }
    if given.is_taken {
        let message = told!(
            "a script is named `{CLIPS_FOLDER}`, and `prompts/{CLIPS_FOLDER}` holds the sounds of clips",
            "有流程名为 `{CLIPS_FOLDER}`，而 `prompts/{CLIPS_FOLDER}` 存放语音片段的录音"
        );
        let help = told!("give the script another name", "请给该流程另起名称");
        report.error(first, message, Some(help));
    }
}

fn number<'s>(
    name: &'s Spanned<String>,
    section: &Section,
    numbers: &mut BTreeMap<u32, &'s str>,
    report: &mut Report<'_>,
) {
    let number = *section.number.get_ref();
    if !(1..=NUMBER_MAX).contains(&number) {
        let message = told!(
            "a clip's number is 1 to {NUMBER_MAX}",
            "语音片段的编号为 1 至 {NUMBER_MAX}"
        );
        report.error(&section.number, message, None);
    } else if let Some(other) = numbers.insert(number, name.get_ref()) {
        let message = told!(
            "the clip `{other}` has the number {number} already",
            "语音片段 `{other}` 已用编号 {number}"
        );
        let help = told!(
            "give each clip a number of its own",
            "请给每个片段不同的编号"
        );
        report.error(&section.number, message, Some(help));
    }
}

fn texts(section: &Section, given: &Given<'_>, report: &mut Report<'_>) {
    let texts = section.text.get_ref();
    let house = given.language;
    if !texts.contains_key(house) {
        let message = told!(
            "`text` has no `{house}`, the language of the house",
            "`text` 缺少本系统的语言 `{house}`"
        );
        report.error(&section.text, message, None);
    }
    let missing = given.languages.iter();
    for language in missing.filter(|it| **it != house && !texts.contains_key(**it)) {
        let message = told!(
            "`text` has no `{language}`, in which scripts serve callers",
            "`text` 缺少 `{language}`，而流程会用这种语言服务来电"
        );
        let help = told!(
            "such callers hear it in `{house}`; add the text",
            "这些来电者将听到 `{house}`；请补上文本"
        );
        report.warning(&section.text, message, help);
    }
    for text in texts.values() {
        if !(1..=TEXT_CHARS_MAX).contains(&text.get_ref().trim().chars().count()) {
            let message = told!(
                "a text has 1 to {TEXT_CHARS_MAX} characters",
                "文本须为 1 至 {TEXT_CHARS_MAX} 个字符"
            );
            report.error(text, message, None);
        }
    }
}

fn queues(section: &Section, given: &Given<'_>, report: &mut Report<'_>) {
    if let Some(list) = &section.queues
        && list.get_ref().is_empty()
    {
        let message = told!("`queues` names no queue", "`queues` 未写任何队列");
        let help = told!(
            "leave `queues` out to offer the clip in all talks",
            "若要在所有通话中提供该片段，请删去 `queues`"
        );
        report.error(list, message, Some(help));
    }
    let Some(known) = &given.queues else { return };
    for queue in section.queues() {
        let name = queue.get_ref();
        if !known.contains(name.as_str()) {
            let message = told!("no queue `{name}`", "没有队列 `{name}`");
            report.unknown(queue, message, known.iter().map(QueueName::as_str));
        }
    }
}

#[cfg(test)]
mod tests;
