//! A text for people in both languages (rule 4 of the product): findings, and the stories in them.

use std::collections::BTreeSet;
use std::fmt;

use speech::Language;

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

impl Told {
    /// In one of them.
    pub fn said_in(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        }
    }

    /// Whether both sentences name the same things in backticks, and one of them is Chinese (an example of a file is in no
    /// language): whoever mends one sentence must mend the other. Tests ask it of every finding.
    pub fn is_said_alike(&self) -> bool {
        let is_chinese = |it: char| ('\u{3400}'..='\u{9fff}').contains(&it);
        let is_example = self.en.contains('=');
        named(&self.en) == named(&self.zh) && (is_example || self.zh.contains(is_chinese))
    }

    /// The same behind what it is about, and a colon.
    pub fn about(self, what: impl fmt::Display) -> Self {
        Self {
            en: format!("{what}: {}", self.en),
            zh: format!("{what}：{}", self.zh),
        }
    }

    /// The same, and behind it what is said besides.
    pub fn with(self, more: Option<Self>) -> Self {
        match more {
            Some(more) => Self {
                en: format!("{}; {}", self.en, more.en),
                zh: format!("{}；{}", self.zh, more.zh),
            },
            None => self,
        }
    }

    /// Words that are not ours, such as a library's error: the same in both.
    pub fn as_it_is(words: impl fmt::Display) -> Self {
        let en = words.to_string();
        Self { zh: en.clone(), en }
    }
}

/// What a text names.
fn named(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Writes a text in both languages, each as `format!` would.
#[macro_export]
macro_rules! told {
    ($en:literal, $zh:literal $(, $($value:tt)+)?) => {
        $crate::Told {
            en: format!($en $(, $($value)+)?),
            zh: format!($zh $(, $($value)+)?),
        }
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn sentences_that_name_other_things_or_are_in_one_language_are_not_alike() {
        for (en, zh, expected) in [
            ("no queue `a`", "没有队列 `a`", true),
            ("`a` and `b`", "`b` 与 `a`", true),
            ("args = { a = 1 }", "args = { a = 1 }", true),
            ("no queue `a`", "没有队列 `b`", false),
            ("no queue `a`", "没有队列", false),
            ("no queue `a`", "no queue `a`", false),
        ] {
            let told = told!("{en}", "{zh}");
            assert_eq!(told.is_said_alike(), expected, "{told:?}");
        }
    }
}
