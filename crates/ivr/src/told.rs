//! A text for people in both languages (rule 4 of the product): findings, and the stories in them.

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

    /// Words that are not ours, such as a library's error: the same in both.
    pub fn as_it_is(words: impl fmt::Display) -> Self {
        let en = words.to_string();
        Self { zh: en.clone(), en }
    }
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
