//! What people read on pages, by language: in each language of the pages, and no longer than a line of theirs.

use std::collections::BTreeMap;

use ivr::told;
use toml::Spanned;

use super::report::Report;

/// Words by language, each with its place.
pub(super) type Texts = BTreeMap<String, Spanned<String>>;

/// A list shows them on a line.
pub(super) const CHARS_MAX: usize = 100;
/// The languages of the pages.
const PAGES: [&str; 2] = ["zh-CN", "en"];

/// What is wrong with words that pages show; `key` is what they are called in the file.
pub(super) fn check(key: &str, texts: &Spanned<Texts>, report: &mut Report<'_>) {
    for language in PAGES {
        if !texts.get_ref().contains_key(language) {
            let message = told!(
                "`{key}` has no `{language}`, and pages are read in it",
                "`{key}` 缺少 `{language}`，而页面会用这种语言显示"
            );
            report.error(texts, message, None);
        }
    }
    for text in texts.get_ref().values() {
        if !(1..=CHARS_MAX).contains(&text.get_ref().trim().chars().count()) {
            let message = told!(
                "`{key}` has 1 to {CHARS_MAX} characters",
                "`{key}` 须为 1 至 {CHARS_MAX} 个字符"
            );
            report.error(text, message, None);
        }
    }
    tags(texts.get_ref(), report);
}

/// A language is a part of names of files, and what a reader's language is compared with.
pub(super) fn tags(texts: &Texts, report: &mut Report<'_>) {
    for (tag, text) in texts {
        if !ivr::is_language(tag) {
            let message = told!("`{tag}` is no language", "`{tag}` 不是语言标签");
            let help = told!(
                "for example \"zh-CN\" or \"en\"",
                "例如 \"zh-CN\" 或 \"en\""
            );
            report.error(text, message, Some(help));
        }
    }
}

/// Without their places.
pub(super) fn plain(texts: &Texts) -> BTreeMap<String, String> {
    let texts = texts.iter();
    texts
        .map(|(language, text)| (language.clone(), text.get_ref().clone()))
        .collect()
}
