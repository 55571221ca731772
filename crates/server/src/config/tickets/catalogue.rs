//! `[category.CODE]`: the catalogue (A3). A number stands below its parent's, and no two categories are meant by one word.

use std::collections::BTreeMap;

use ivr::told;
use serde::Deserialize;
use ticket::handling::Level;
use ticket::rules::{Catalogue, Category};
use toml::Spanned;

use super::Reader;
use crate::config::label::{self, Texts};

/// More steps nobody keys in.
const STEPS_MAX: usize = 6;
/// Longest step and key.
const WORD_CHARS_MAX: usize = 12;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    number: Spanned<String>,
    #[serde(default)]
    keys: Vec<Spanned<String>>,
    label: Spanned<Texts>,
    parent: Option<Spanned<String>>,
    #[serde(rename = "type")]
    kind: Option<Spanned<String>>,
    impact: Option<Spanned<u8>>,
    urgency: Option<Spanned<u8>>,
    group: Option<Spanned<String>>,
    #[serde(default)]
    sensitive: bool,
}

type Sections = BTreeMap<Spanned<String>, Section>;

impl Reader<'_, '_> {
    pub(super) fn catalogue(&mut self, sections: &Sections) -> Catalogue {
        let numbers: BTreeMap<&str, &str> = sections
            .iter()
            .map(|(code, one)| (code.get_ref().as_str(), one.number.get_ref().as_str()))
            .collect();
        let mut meant = BTreeMap::new();
        let mut categories = Vec::new();
        for (code, section) in sections {
            self.report.is_name(code);
            label::check("label", &section.label, &mut self.report);
            self.number(section, &numbers);
            let words = section.keys.iter().chain([&section.number]);
            for word in words {
                self.is_free(code.get_ref(), word, &mut meant);
            }
            categories.push(self.category(code.get_ref(), section));
        }
        categories.into_iter().collect()
    }

    fn category(&mut self, code: &str, section: &Section) -> Category {
        let keys = section.keys.iter();
        for key in keys.clone() {
            self.key(key);
        }
        Category {
            code: code.to_owned(),
            number: section.number.get_ref().clone(),
            keys: keys.map(|key| key.get_ref().clone()).collect(),
            label: label::plain(section.label.get_ref()),
            parent: section
                .parent
                .as_ref()
                .and_then(|it| self.category_name(it)),
            kind: section.kind.as_ref().and_then(|it| self.kind_name(it)),
            impact: section.impact.as_ref().and_then(|it| self.level(it)),
            urgency: section.urgency.as_ref().and_then(|it| self.level(it)),
            group: section.group.as_ref().and_then(|it| self.group_name(it)),
            sensitive: section.sensitive,
        }
    }

    /// `3.2` below `3`, so that there is no circle either.
    fn number(&mut self, section: &Section, numbers: &BTreeMap<&str, &str>) {
        let number = section.number.get_ref();
        let is_step = |step: &str| {
            (1..=WORD_CHARS_MAX).contains(&step.len())
                && step.bytes().all(|byte| byte.is_ascii_digit())
        };
        let steps = number.split('.').count();
        if !number.split('.').all(is_step) || steps > STEPS_MAX {
            let message = told!(
                "`{number}` is no number of a category",
                "`{number}` 不是业务分类的编号"
            );
            let help = told!(
                "write digits with dots, such as \"3\" or \"3.2\", {STEPS_MAX} steps at most",
                "请写数字与点，如 \"3\" 或 \"3.2\"，最多 {STEPS_MAX} 级"
            );
            self.report.error(&section.number, message, Some(help));
            return;
        }
        let parent = section.parent.as_ref().map(|it| it.get_ref().as_str());
        let above = parent.and_then(|parent| numbers.get(parent).copied());
        let own = number.rsplit_once('.').map(|(above, _)| above);
        if own != above && above.is_some() == parent.is_some() {
            let message = match above {
                Some(above) => told!(
                    "`{number}` is not below `{above}`, the number of its parent",
                    "`{number}` 不在上级编号 `{above}` 之下"
                ),
                None => told!(
                    "`{number}` is below another, and no `parent` is named",
                    "`{number}` 在另一编号之下，却没有写 `parent`"
                ),
            };
            self.report.error(&section.number, message, None);
        }
    }

    fn key(&mut self, key: &Spanned<String>) {
        let text = key.get_ref();
        let is_plain = text
            .chars()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit());
        if !is_plain || !(1..=WORD_CHARS_MAX).contains(&text.len()) {
            let message = told!(
                "`{text}` is no key: it has 1 to {WORD_CHARS_MAX} small letters and digits",
                "`{text}` 不是快捷键：须为 1 至 {WORD_CHARS_MAX} 个小写字母或数字"
            );
            self.report.error(key, message, None);
        }
    }

    /// A word that is another category's already.
    fn is_free<'s>(
        &mut self,
        code: &'s str,
        word: &'s Spanned<String>,
        meant: &mut BTreeMap<&'s str, &'s str>,
    ) {
        let text = word.get_ref().as_str();
        if let Some(other) = meant.insert(text, code) {
            let message = told!(
                "`{text}` means the category `{other}` already",
                "`{text}` 已指业务分类 `{other}`"
            );
            self.report.error(word, message, None);
        }
    }

    fn level(&mut self, level: &Spanned<u8>) -> Option<Level> {
        let read = Level::try_from(*level.get_ref()).ok();
        if read.is_none() {
            let message = told!("a level is 1 (highest), 2 or 3", "级别为 1（最高）、2 或 3");
            self.report.error(level, message, None);
        }
        read
    }
}
