//! The languages in which values can be said.

use crate::{Saying, Spoken, Unsayable, Word, chinese, english};

/// A language with numbers of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Mandarin (普通话).
    Chinese,
    /// British English.
    English,
}

impl Language {
    /// By the primary subtag (RFC 5646 §2.2.1): `zh-CN`, `zh-TW` and `zh` are Chinese.
    #[must_use]
    pub fn of(tag: &str) -> Option<Self> {
        match tag.split('-').next()? {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// Puts a value into words.
    pub fn say(self, saying: &Saying<'_>) -> Result<Spoken, Unsayable> {
        let mut spoken = Spoken::new(self);
        match self {
            Self::Chinese => chinese::say(&mut spoken, saying)?,
            Self::English => english::say(&mut spoken, saying)?,
        }
        Ok(spoken)
    }

    /// Every word that may be said, sorted by name, each once: the sounds that must be there.
    #[must_use]
    pub fn stock(self) -> Vec<Word> {
        let mut words: Vec<Word> = match self {
            Self::Chinese => chinese::stock().collect(),
            Self::English => english::stock().collect(),
        };
        words.sort_unstable();
        words.dedup();
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_languages_have_no_numbers_yet() {
        assert_eq!(Language::of("zh-TW"), Some(Language::Chinese));
        assert_eq!(Language::of("en"), Some(Language::English));
        for other in ["fr", "english", ""] {
            assert_eq!(Language::of(other), None);
        }
    }
}
